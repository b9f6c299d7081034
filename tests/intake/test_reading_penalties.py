"""A file of penalties is read row by row, whatever its kind, and each fault is told."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from intake_files import AUTHORITY, GOOD, TODAY, csv_bytes, xlsx_bytes

from domain.identifiers import uscc_check_character
from domain.penalty_fields import BY_ATTRIBUTE, FieldSet
from domain.penalty_record import RecordState
from domain.rules import SubjectKind
from intake.faults import FileRefused
from intake.limits import Limits
from intake.penalties import Reading, read_penalties
from intake.results import RowFault, RowOk, SourceFormat
from intake.sample import bulk_rows, make_uscc, write_csv, write_xlsx

Read = Callable[..., Reading]
Row = dict[str, Any]
HEADINGS = {spec.code: spec.heading for spec in BY_ATTRIBUTE.values()}


def faults_of(reading: Reading) -> list[tuple[int, str, str]]:
    return [(r.row, f.field, f.kind.value) for r in reading if isinstance(r, RowFault) for f in r.faults]


def only(reading: Reading) -> RowOk:
    (result,) = reading
    assert isinstance(result, RowOk), result
    return result


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")]
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_in_each_encoding_and_delimiter(
    read: Read, good: Row, encoding: str, name: str, delimiter: str
) -> None:
    good["CF_FRDB"] = "李𬱖㛃"  # two characters outside GB 2312, one of them outside the BMP
    reading = read(csv_bytes([good], encoding, delimiter))
    assert (reading.format, reading.encoding) == (SourceFormat.CSV, name)
    result = only(reading)
    assert result.row == 2
    assert result.record.legal_representative == "李𬱖㛃"
    assert result.record.fine_wan == Decimal("0.5")
    assert result.record.decided_on == date(2026, 5, 6)


def test_a_workbook_gives_the_same_record_as_a_csv(read: Read, good: Row) -> None:
    typed = good | {"CF_JDRQ": date(2026, 5, 6), "CF_NR_FK": 0.5, "CF_YXQ": 73050}
    book = read(xlsx_bytes([list(typed), list(typed.values())]))
    assert book.format is SourceFormat.XLSX
    assert only(book).record == only(read(csv_bytes([good]))).record


def test_a_json_list_gives_the_same_record_as_a_csv(read: Read, good: Row) -> None:
    data = json.dumps([good | {"CF_NR_FK": 0.5, "CF_FR_ZJHM": None}], ensure_ascii=False).encode()
    reading = read(b"\xef\xbb\xbf" + data)
    assert reading.format is SourceFormat.JSON
    result = only(reading)
    assert result.row == 1
    assert result.record == only(read(csv_bytes([good]))).record


def test_a_json_list_longer_than_any_buffer_gives_every_item(read: Read, good: Row) -> None:
    rows = [good | {"CF_WSH": f"宁市监罚〔2026〕{n}号", "CF_SY": "情" * (n % 900 + 1)} for n in range(1, 400)]
    for indent in (None, 2):
        results = list(read(json.dumps(rows, ensure_ascii=False, indent=indent).encode()))
        assert [r.record.document_number for r in results if isinstance(r, RowOk)] == [
            r["CF_WSH"] for r in rows
        ]


def test_headings_may_be_chinese_marked_and_in_any_order(read: Read, good: Row) -> None:
    marked = {f"*{HEADINGS[code]} （必填）": value for code, value in reversed(good.items())}
    assert only(read(csv_bytes([marked]))).record == only(read(csv_bytes([good]))).record


def test_a_title_above_and_a_second_heading_row_are_passed_over(read: Read, good: Row) -> None:
    table = [
        ["南京市行政处罚信息报送表"],
        ["说明：金额以万元为单位"],
        [HEADINGS[code] for code in good],
        list(good),
        [None] * len(good),
        list(good.values()),
    ]
    assert only(read(xlsx_bytes(table))).row == 6


def test_unknown_columns_are_told_by_letter_and_not_by_content(read: Read, good: Row) -> None:
    reading = read(csv_bytes([{"张小三的列": "x"} | good]))
    assert reading.notices == ("第A列的标题不是本数据标准的字段，该列未读取",)
    assert only(reading)


def test_missing_required_columns_refuse_the_file_and_are_all_named(read: Read, good: Row) -> None:
    del good["CF_WSH"], good["CF_YJ"]
    with pytest.raises(FileRefused) as refused:
        read(csv_bytes([good]))
    assert "行政处罚决定书文号（CF_WSH）" in refused.value.detail
    assert "处罚依据（CF_YJ）" in refused.value.detail
    assert refused.value.status == 400


def test_a_column_that_stands_twice_refuses_the_file(read: Read, good: Row) -> None:
    table = [[*good, HEADINGS["CF_WSH"]], [*good.values(), "x"]]
    with pytest.raises(FileRefused, match="出现两列"):
        read(xlsx_bytes(table))


def test_one_bad_row_stops_no_other(read: Read, good: Row, person: Row) -> None:
    rows = [
        good,
        good | {"CF_WSH": "", "CF_JDRQ": "2026-02-30"},
        person | {"CF_XDR_ZJHM": "320106199001011230"},
        person,
    ]
    reading = read(csv_bytes(rows))
    assert faults_of(reading) == [
        (3, "CF_JDRQ", "format"),
        (3, "CF_WSH", "missing"),
        (4, "CF_XDR_ZJHM", "identifier"),
    ]
    summary = reading.summary("x.csv")
    assert (summary.rows, summary.accepted, summary.refused, summary.duplicates) == (4, 2, 2, 0)


def test_a_fault_says_field_heading_reason_and_expectation(read: Read, good: Row) -> None:
    (result,) = read(csv_bytes([good | {"CF_NR_FK": "5000元"}]))
    assert isinstance(result, RowFault)
    (found,) = result.faults
    assert (found.field, found.heading) == ("CF_NR_FK", "罚款金额（万元）")
    assert "元" in found.reason
    assert "0.2" in found.expected


def test_the_same_penalty_twice_in_one_file_is_a_duplicate_whatever_the_spelling(
    read: Read, good: Row
) -> None:
    again = good | {"CF_WSH": "宁市监罚【2026】第012号"}
    other = good | {"CF_WSH": "宁市监罚〔2026〕13号"}
    reading = read(csv_bytes([good, other, again]))
    assert faults_of(reading) == [(4, "CF_WSH", "duplicate")]
    assert reading.summary().duplicates == 1


def test_a_row_that_was_refused_does_not_make_the_next_a_duplicate(read: Read, good: Row) -> None:
    assert faults_of(read(csv_bytes([good | {"CF_NR_FK": "x"}, good]))) == [(2, "CF_NR_FK", "format")]


def test_an_authority_that_is_not_registered_is_refused(read: Read, good: Row) -> None:
    assert faults_of(read(csv_bytes([good]), authorities={})) == [(2, "CF_CFJGDM", "authority")]


def test_a_name_that_is_not_the_one_registered_is_a_warning(read: Read, good: Row) -> None:
    result = only(read(csv_bytes([good]), authorities={AUTHORITY[0]: "南京市市监局"}))
    assert "名称" in result.warnings[0]


OLD: Row = {
    "CF_WSH": "宁市监罚字【2019】第7号",
    "CF_CFMC": "销售过期食品案",
    "CF_CFLB1": "1",
    "CF_CFLB2": "没收违法所得、没收非法财物",
    "CF_SY": "销售过期食品。",
    "CF_YJ": "食品安全法",
    "CF_XDR_MC": "南京栖云食品有限公司",
    "CF_XDR_SHXYM": "91320115MAXN67TQ7F",
    "CF_FR": "李海",
    "CF_XDR_SFZ": "",
    "CF_JG": "罚款5000元；没收违法所得100元。",
    "CF_JDRQ": "2019/3/4",
    "CF_XZJG": AUTHORITY[1],
    "CF_ZT": "0",
    "DFBM": "320100",
    "SJC": "2019/03/05",
    "BZ": "",
}


def test_the_old_set_of_fields_is_read_into_the_same_record(read: Read) -> None:
    record = only(read(csv_bytes([OLD]), authorities=dict([AUTHORITY]))).record
    assert record.field_set is FieldSet.OLD
    assert record.kinds == ("罚款", "没收违法所得", "没收非法财物")
    assert record.authority_code == AUTHORITY[0]
    assert record.subject_kind is SubjectKind.ORGANISATION
    assert record.violation_type == "销售过期食品案"
    assert record.content.startswith("罚款5000元")
    assert record.state is RecordState.NORMAL
    assert record.document_number == "宁市监罚字【2019】第7号"


def test_a_person_of_the_old_set_is_known_by_the_identity_number(read: Read) -> None:
    row = OLD | {
        "CF_XDR_SHXYM": "",
        "CF_FR": "",
        "CF_XDR_MC": "欧阳靖远",
        "CF_XDR_SFZ": "32010619900101123８",
    }
    record = only(read(csv_bytes([row | {"CF_ZT": "撤销"}]), authorities=dict([AUTHORITY]))).record
    assert record.subject_kind is SubjectKind.NATURAL_PERSON
    assert record.person_id_number == "320106199001011238"
    assert record.state is RecordState.REVOKED


def test_an_old_record_of_an_unknown_authority_is_refused(read: Read) -> None:
    assert faults_of(read(csv_bytes([OLD]), authorities={})) == [(2, "CF_CFJG", "authority")]


def test_a_sole_trader_of_the_old_set_is_known_by_the_code(read: Read) -> None:
    code = make_uscc(random.Random(5), head="92")
    record = only(read(csv_bytes([OLD | {"CF_XDR_SHXYM": code}]), authorities=dict([AUTHORITY]))).record
    assert record.subject_kind is SubjectKind.SOLE_TRADER


def test_a_party_of_the_old_set_without_any_code_is_refused(read: Read) -> None:
    reading = read(csv_bytes([OLD | {"CF_XDR_SHXYM": ""}]), authorities=dict([AUTHORITY]))
    assert faults_of(reading) == [(2, "CF_XDR_SHXYM", "missing")]


def test_two_kindred_columns_are_read_as_one_and_the_other_is_told(read: Read) -> None:
    reading = read(csv_bytes([{"CF_AJMC": "另一名称"} | OLD]), authorities=dict([AUTHORITY]))
    assert reading.notices == ("第C列与第A列是同一字段，读取了后者",)
    assert only(reading).record.violation_type == "另一名称"
    primary = read(csv_bytes([{"CF_AJMC": "另一名称"} | GOOD]))
    assert only(primary).record.violation_type == GOOD["CF_WFXW"]


def test_what_an_officer_should_check_is_a_warning_and_no_fault(read: Read, good: Row) -> None:
    inner = good["CF_XDR_SHXYM"][:16] + ("0" if good["CF_XDR_SHXYM"][16] != "0" else "1")
    odd = good | {"CF_XDR_SHXYM": inner + uscc_check_character(inner), "CF_CFLB": "警告", "CF_ZT": "撤销"}
    warnings = only(read(csv_bytes([odd]))).warnings
    assert [
        word for word in ("组织机构代码", "不含罚款", "当前状态") if any(word in w for w in warnings)
    ] == [
        "组织机构代码",
        "不含罚款",
        "当前状态",
    ]
    old = only(read(csv_bytes([OLD]), authorities=dict([AUTHORITY])))
    assert any("没有罚款金额" in warning for warning in old.warnings)


def test_a_free_entry_too_long_for_the_record_is_a_fault_of_its_field(read: Read, good: Row) -> None:
    assert faults_of(read(csv_bytes([good | {"CF_CFLB": "其他-" + "长" * 300}]))) == [
        (2, "CF_CFLB", "format")
    ]


def test_a_refused_file_is_closed_and_a_read_one_too(tmp_path: Path, good: Row) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n")
    with pytest.raises(FileRefused):
        read_penalties(path, today=TODAY)
    path.write_bytes(csv_bytes([good]))
    reading = read_penalties(path, today=TODAY)
    assert reading.drawn == 0
    assert only(reading)
    assert reading.drawn == reading.total == 1


@pytest.mark.parametrize(("kind", "count"), [("csv", 10_000), ("xlsx", 2_000)])
def test_ten_thousand_rows_stream_in_flat_memory(tmp_path: Path, kind: str, count: int) -> None:
    path = tmp_path / f"many.{kind}"
    if kind == "csv":
        write_csv(bulk_rows(count), path, encoding="gb18030", names=True)
    else:
        write_xlsx(bulk_rows(count), path)
    read_penalties(path, today=TODAY).close()  # what is loaded once is not counted
    tracemalloc.start()
    try:
        with read_penalties(path, today=TODAY) as reading:
            assert reading.total == count
            accepted = sum(isinstance(result, RowOk) for result in reading)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert accepted == count
    assert peak < 6 * 1024 * 1024  # the file itself has 4 MB, its records as objects over 100


def test_the_bytes_decide_the_kind_of_file_and_the_name_nothing(tmp_path: Path, good: Row) -> None:
    path = tmp_path / "penalties.xlsx"
    path.write_bytes(csv_bytes([good]))
    with read_penalties(path, today=TODAY) as reading:
        assert reading.format is SourceFormat.CSV
        assert only(reading)


def test_formulas_count_by_their_values_and_text_like_a_formula_is_kept(read: Read, good: Row) -> None:
    good["CF_SY"] = "'=cmd|' /C calc'!A0"
    assert only(read(csv_bytes([good | {"CF_SY": "=1+1"}]))).record.facts == "=1+1"
    assert only(read(xlsx_bytes([list(good), list(good.values())]))).record.facts == good["CF_SY"]
    # A formula that was never calculated has no value.
    formula = good | {"CF_SY": "=1+1"}
    assert faults_of(read(xlsx_bytes([list(formula), list(formula.values())]))) == [(2, "CF_SY", "missing")]


def test_more_rows_than_the_cap_refuse_the_file_before_any_row_is_given(read: Read, good: Row) -> None:
    rows = [good] * 4
    limits = Limits(rows=3)
    data = (
        csv_bytes(rows),
        xlsx_bytes([list(good), *(list(row.values()) for row in rows)]),
        json.dumps(rows).encode(),
    )
    for file in data:
        with pytest.raises(FileRefused, match="超过3"):
            read(file, limits=limits)
