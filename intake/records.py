"""What every reader gives: the records of a file one by one, as cells by attribute of the penalty record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from domain.penalty_fields import FieldSet
from intake.results import SourceFormat
from intake.values import Cell


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as it stands in the file. `row` as in the sheet, heading counted, from 1."""

    row: int
    cells: Mapping[str, Cell]
    field_set: FieldSet


@dataclass(slots=True)
class RawFile:
    """An opened file: its records, still to be drawn, and what is to be said about the file itself."""

    format: SourceFormat
    records: Iterator[RawRecord]
    total: int  # records that will be drawn
    encoding: str | None = None
    notices: list[str] = field(default_factory=list)  # Chinese, for the officer
