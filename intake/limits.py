"""What an uploaded file may cost before it is refused. Technical bounds, none of them a figure of the law."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, PositiveInt

_MIB = 1024 * 1024


class Limits(BaseModel):
    """Caps on one import file. Sizes in bytes.

    `cells` and `text_bytes` bound what a workbook takes in memory once read: a few kilobytes of xlsx can name a cell
    in the last row and column, or repeat one long shared string in every cell. CSV and JSON are streamed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_bytes: PositiveInt = 20 * _MIB
    inflated_bytes: PositiveInt = 100 * _MIB
    entries: PositiveInt = 200
    rows: PositiveInt = 50_000
    columns: PositiveInt = 120
    cells: PositiveInt = 1_000_000
    elements: PositiveInt = 2_000_000  # of XML
    text_bytes: PositiveInt = 32 * _MIB
    line_characters: PositiveInt = _MIB  # of one CSV line, or one JSON item
    largest_amount_wan: Decimal = Decimal(100_000)  # above it an amount is taken to be in 元
