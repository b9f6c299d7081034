"""What reading a file gives: one result per row, and a summary of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from domain.penalty_record import Fault, PenaltyRecord


class SourceFormat(StrEnum):
    """Kind of file, as decided by its content."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class RowOk:
    """An acceptable row. `row` is its number in the sheet (heading counted; in JSON the place in the list, from 1).

    `warnings` are in Chinese, for the officer, and name no personal value.
    """

    row: int
    record: PenaltyRecord
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowFault:
    """A refused row, with everything that is wrong with it."""

    row: int
    faults: tuple[Fault, ...]


RowResult = RowOk | RowFault


class ImportSummary(BaseModel):
    """Counts of one import (导入汇总)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_name: str = ""
    format: SourceFormat
    encoding: str | None = None
    rows: NonNegativeInt
    accepted: NonNegativeInt
    refused: NonNegativeInt
    duplicates: NonNegativeInt = 0
    notices: tuple[str, ...] = ()
