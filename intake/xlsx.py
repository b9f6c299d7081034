"""The first visible sheet of an Excel workbook. Formulas count by their stored values; nothing is calculated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from intake.faults import refuse
from intake.limits import Limits
from intake.records import RawFile
from intake.results import SourceFormat
from intake.tables import headings_in, records_below
from intake.values import Cell
from intake.workbook_guard import prove_harmless

_EXPECTED = "第一张工作表是处罚信息表的 Excel 工作簿（.xlsx）"


def open_xlsx(file: BinaryIO, size: int, limits: Limits) -> RawFile:
    """Proves the container harmless, then opens its first visible sheet.

    `file` is seekable; it stays the caller's to close.

    Raises:
        FileRefused: see `prove_harmless`; no visible sheet; headings missing.
    """
    notices = list(prove_harmless(file, size, limits))
    file.seek(0)
    sheet, others = _first_sheet(file)
    if others:
        notices.append(f"工作簿另有{others}张可见的工作表，只读取了第一张")
    # Merged cells of one row are the usual title; those over several rows leave all but the first row empty.
    if merged := sum(start[0] != end[0] for start, end in sheet.merged_cell_ranges or ()):
        notices.append(f"有{merged}处跨行合并的单元格，只有其第一行有内容；每行应各自填写")
    rows = _rows(sheet)
    columns = headings_in(rows)
    return RawFile(
        format=SourceFormat.XLSX,
        total=_count(sheet, limits),
        records=records_below(rows, columns, limits),
        notices=[*notices, *columns.notices],
    )


def _first_sheet(file: BinaryIO) -> tuple[CalamineSheet, int]:
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        if not visible:
            raise refuse("没有可见的工作表", _EXPECTED)
        return workbook.get_sheet_by_name(visible[0]), len(visible) - 1
    except (CalamineError, ValueError, OSError):
        raise refuse("工作簿不能读取", _EXPECTED) from None


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, list(cells)


def _count(sheet: CalamineSheet, limits: Limits) -> int:
    rows = _rows(sheet)
    return sum(1 for _ in records_below(rows, headings_in(rows), limits))
