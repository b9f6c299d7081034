"""Tables as people keep them: merged cells, hidden sheets, headings broken over lines, rare characters, near doubles."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from intake_files import csv_bytes, xlsx_bytes

from domain.penalty_fields import FIELDS
from intake.faults import FileRefused
from intake.penalties import Reading
from intake.results import RowFault, RowOk

Row = dict[str, Any]
Read = Callable[..., Reading]
HEADINGS = {spec.code: spec.heading for spec in FIELDS}


def saved(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def sheet_of(book: openpyxl.Workbook, *rows: Row) -> Any:
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    return sheet


def test_cells_merged_over_rows_are_told_and_lend_their_value_to_no_other_row(read: Read, good: Row) -> None:
    book = openpyxl.Workbook()
    sheet = sheet_of(book, good, good | {"CF_WSH": "宁市监罚〔2026〕13号"})
    column = list(good).index("CF_CFJG") + 1
    sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)

    reading = read(saved(book))
    first, second = reading

    assert "有1处跨行合并的单元格，只有其第一行有内容；每行应各自填写" in reading.notices
    assert isinstance(first, RowOk)
    assert isinstance(second, RowFault)
    assert [(found.field, found.kind) for found in second.faults] == [("CF_CFJG", "missing")]


def test_a_merged_title_is_no_reason_to_warn(read: Read, good: Row) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["南京市行政处罚信息报送表"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(good))
    sheet.append(list(good))
    sheet.append(list(good.values()))

    reading = read(saved(book))

    assert reading.notices == ()
    assert [type(row) for row in reading] == [RowOk]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_passed_over_wherever_it_stands(read: Read, good: Row, state: str) -> None:
    book = openpyxl.Workbook()
    sheet_of(book, good)
    for place in (0, 2):
        kept_back = book.create_sheet(f"底稿{place}", place)
        kept_back.append(list(good))
        kept_back.append(list((good | {"CF_XDR_MC": "不应读取的公司"}).values()))
        kept_back.sheet_state = state

    reading = read(saved(book))

    assert [row.record.subject_name for row in reading if isinstance(row, RowOk)] == [good["CF_XDR_MC"]]
    assert reading.notices == ()


def test_headings_broken_over_lines_and_padded_are_known(read: Read, good: Row) -> None:
    broken = {f" {HEADINGS[code][:3]}\n{HEADINGS[code][3:]} \u3000": value for code, value in good.items()}
    for data in (csv_bytes([broken]), xlsx_bytes([list(broken), list(broken.values())])):
        assert [type(row) for row in read(data)] == [RowOk]


def test_blanks_around_values_mean_nothing(read: Read, good: Row) -> None:
    padded = {code: f" \u3000{value}\u00a0 " for code, value in good.items()}
    [plain], [row] = read(csv_bytes([good])), read(csv_bytes([padded]))
    assert isinstance(row, RowOk)
    assert isinstance(plain, RowOk)
    assert row.record == plain.record


@pytest.mark.parametrize("name", ["𠮷田（南京）食品有限公司", "南京㛃䶮商贸有限公司", "南京𬭎锵贸易有限公司"])
def test_a_name_of_rare_characters_survives_gb_18030(read: Read, good: Row, name: str) -> None:
    [row] = read(csv_bytes([good | {"CF_XDR_MC": name}], "gb18030"))
    assert isinstance(row, RowOk)
    assert row.record.subject_name == name


def test_a_row_that_differs_by_one_digit_of_its_number_is_another_penalty(read: Read, good: Row) -> None:
    rows = read(csv_bytes([good, good | {"CF_WSH": "宁市监罚〔2026〕13号"}]))
    assert [type(row) for row in rows] == [RowOk, RowOk]


def test_a_row_that_differs_in_any_other_field_is_the_same_penalty_again(read: Read, good: Row) -> None:
    _, second = read(csv_bytes([good, good | {"CF_NR_FK": "0.6", "CF_NR": "罚款6000元；警告。"}]))
    assert isinstance(second, RowFault)
    assert {found.kind for found in second.faults} == {"duplicate"}


@pytest.mark.parametrize("empty", [b"", b"\xef\xbb\xbf", b" \r\n \r\n"])
def test_a_file_of_nothing_is_refused_with_what_was_expected(read: Read, empty: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        list(read(empty))
    assert refused.value.expected


def test_a_file_without_one_good_row_names_every_row(read: Read, good: Row) -> None:
    rows = list(read(csv_bytes([good | {"CF_JDRQ": "2026年13月1日"}, good | {"CF_XDR_SHXYM": "9" * 18}])))
    assert [(row.row, type(row)) for row in rows] == [(2, RowFault), (3, RowFault)]
