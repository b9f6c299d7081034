"""Rows of a table into records: finds the heading row, skips blank rows, keeps the caps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from intake.faults import refuse
from intake.headings import Columns, columns_of, looks_like_headings
from intake.limits import Limits
from intake.records import RawRecord
from intake.values import Cell, is_empty

#: Templates put a title and notes above the headings; they are looked for in this many rows.
_ABOVE_HEADINGS: Final = 10


def is_blank_row(cells: Sequence[Cell]) -> bool:
    """Whether no cell of the row says anything."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def headings_in(rows: Iterator[tuple[int, Sequence[Cell]]]) -> Columns:
    """Draws rows up to and with the heading row.

    Raises:
        FileRefused: no heading row near the top, or one that lacks required columns.
    """
    for number, cells in rows:
        if looks_like_headings(cells):
            return columns_of(cells)
        if number >= _ABOVE_HEADINGS:
            break
    raise refuse("没有找到标题行", f"前{_ABOVE_HEADINGS}行内有字段代码或者中文名称的标题行")


def records_below(
    rows: Iterator[tuple[int, Sequence[Cell]]], columns: Columns, limits: Limits
) -> Iterator[RawRecord]:
    """The records under the headings.

    Raises:
        FileRefused: more rows than the cap, blank ones counted.
    """
    drawn = 0
    above = True
    for number, cells in rows:
        drawn += 1
        if drawn > limits.rows:
            raise refuse(f"超过{limits.rows}行", f"每份文件不超过{limits.rows}行，请分批导入")
        if is_blank_row(cells):
            continue
        if above and looks_like_headings(cells):
            continue  # names above codes, or codes above names
        above = False
        present = {
            name: cells[index]
            for index, name in columns.attributes
            if index < len(cells) and not is_empty(cells[index])
        }
        yield RawRecord(number, present, columns.field_set)
