"""The report of an import, as rows and as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
from intake_files import csv_bytes

from domain.penalty_record import Fault, FaultKind
from intake.penalties import Reading
from intake.report import report_rows, write_report_xlsx
from intake.results import ImportSummary, RowFault, SourceFormat


def summary(**changes: Any) -> ImportSummary:
    values: dict[str, Any] = {"format": SourceFormat.CSV, "rows": 2, "accepted": 1, "refused": 1} | changes
    return ImportSummary(**values)


def sheets(faults: list[RowFault], totals: ImportSummary) -> dict[str, list[tuple[Any, ...]]]:
    target = io.BytesIO()
    write_report_xlsx(faults, totals, target)
    book = openpyxl.load_workbook(target)
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_each_fault_is_a_line_with_row_field_and_reason(
    read: Callable[..., Reading], good: dict[str, Any]
) -> None:
    reading = read(csv_bytes([good, good | {"CF_WSH": "", "CF_NR_FK": "5元"}]))
    faults = [result for result in reading if isinstance(result, RowFault)]
    listing = sheets(faults, reading.summary("a.csv"))
    assert listing["问题清单"][0] == ("行号", "字段代码", "字段名称", "问题类型", "原因", "应为")
    assert [row[:4] for row in listing["问题清单"][1:]] == [
        (3, "CF_NR_FK", "罚款金额（万元）", "格式不符"),
        (3, "CF_WSH", "行政处罚决定书文号", "缺失"),
    ]
    assert ("未接收", 1) in listing["汇总"]
    assert [row.model_dump(mode="json")["kind"] for row in report_rows(faults)] == ["format", "missing"]


def test_no_cell_of_the_report_is_a_formula() -> None:
    for start in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"):
        text = f'{start}HYPERLINK("http://x","y")'
        found = Fault(kind=FaultKind.FORMAT, field="CF_WSH", heading="文号", reason="x" + text, expected=text)
        listing = sheets([RowFault(2, (found,))], summary(file_name=text, notices=(text,)))
        for rows in listing.values():
            for row in rows:
                assert not any(isinstance(value, str) and value.startswith(start) for value in row)


def test_control_characters_of_a_file_name_do_not_break_the_report() -> None:
    assert ("文件名", "ab.csv") in sheets([], summary(file_name="a\x00b.csv"))["汇总"]
