"""The report of an import: each refused row by number, field and reason, as rows for JSON and as a workbook.

It never carries a value of the file, so it may be passed on with no more care than the import itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from pydantic import BaseModel, ConfigDict, PositiveInt

from domain.penalty_record import FaultKind
from intake.results import ImportSummary, RowFault

_KINDS: Final = {
    FaultKind.MISSING: "缺失",
    FaultKind.FORMAT: "格式不符",
    FaultKind.IDENTIFIER: "代码或者证件号码无效",
    FaultKind.INCONSISTENT: "前后矛盾",
    FaultKind.AUTHORITY: "机关未登记",
    FaultKind.DUPLICATE: "重复",
}
_FAULT_HEADINGS: Final = ("行号", "字段代码", "字段名称", "问题类型", "原因", "应为")
_WIDTHS: Final = (8, 16, 28, 20, 48, 48)
#: First characters by which a spreadsheet takes text for a formula, also full-width ones.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class ReportRow(BaseModel):
    """One fault of one row of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: PositiveInt
    field: str
    heading: str
    kind: FaultKind
    reason: str
    expected: str


def report_rows(faults: Iterable[RowFault]) -> Iterator[ReportRow]:
    """One row per fault, in the order of the file."""
    for refused in faults:
        for found in refused.faults:
            yield ReportRow(row=refused.row, **found.model_dump())


def write_report_xlsx(faults: Iterable[RowFault], summary: ImportSummary, target: Path | IO[bytes]) -> None:
    """Writes the report as a workbook of two sheets: 问题清单 and 汇总. Every text cell is typed as text."""
    book = Workbook(write_only=True)
    listing = _sheet(book, "问题清单", _WIDTHS)
    _append(listing, _FAULT_HEADINGS, bold=True)
    for row in report_rows(faults):
        _append(listing, (row.row, row.field, row.heading, _KINDS[row.kind], row.reason, row.expected))
    totals = _sheet(book, "汇总", (28, 80))
    for line in (
        ("文件名", summary.file_name),
        ("格式", summary.format.value),
        ("编码", summary.encoding or ""),
        ("数据行数", summary.rows),
        ("接收", summary.accepted),
        ("未接收", summary.refused),
        ("其中重复", summary.duplicates),
        *(("说明", notice) for notice in summary.notices),
    ):
        _append(totals, line)
    book.save(target)


def _sheet(book: Workbook, title: str, widths: tuple[int, ...]) -> WriteOnlyWorksheet:
    sheet = book.create_sheet(title)
    assert isinstance(sheet, WriteOnlyWorksheet)
    for index, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGH"[index]].width = width  # type: ignore[attr-defined]
    return sheet


def _append(sheet: WriteOnlyWorksheet, values: Iterable[str | int], *, bold: bool = False) -> None:
    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet, _neutral(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)


def _neutral(text: str) -> str:
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{text}" if text.startswith(_FORMULA) else text
