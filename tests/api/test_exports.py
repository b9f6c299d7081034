"""A list as a table opens in a spreadsheet as text and numbers, never as a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from edge_app import Office, assert_problem, edge_office
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from api.tables import Column, TableKind, csv_table, disarmed, xlsx_table

NOTES = "/api/v1/notes"
DANGEROUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", " =1", "\u3000=1", "\u00a0-1",
    "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","点此")', "=", "-", "+86 25 8888", "@张三",
]  # fmt: skip


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with edge_office(sqlite_url) as office:
        await office.note(
            *(
                {"id": f"n{n:03}", "title": title, "due_on": date(2026, 3, 2), "weight": n - 3}
                for n, title in enumerate([*DANGEROUS, "普通，含“引号”\n和换行", '甲,"乙"'])
            )
        )
        yield office


def read_csv(body: bytes) -> list[list[str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


async def test_the_same_list_is_a_csv_file_for_those_who_accept_it(office: Office) -> None:
    answer = await office.client.get(NOTES, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="list.csv"; filename*=UTF-8'
    )
    assert answer.headers["vary"] == "Accept"
    heading, *rows = read_csv(answer.content)
    assert heading == ["编号", "标题", "期限", "权重"]
    assert len(rows) == len(DANGEROUS) + 2
    for row, title in zip(rows, DANGEROUS, strict=False):
        assert row[1] == f"'{title}"
    assert rows[-2][1] == "普通，含“引号”\n和换行"
    assert rows[-1][1] == '甲,"乙"'
    assert rows[0][2:] == ["2026-03-02", "-3"]  # a number stays a number, below zero too


async def test_the_same_list_is_an_xlsx_file_without_a_formula(office: Office) -> None:
    answer = await office.client.get(NOTES, headers={"Accept": str(TableKind.XLSX)})
    assert answer.headers["content-type"] == str(TableKind.XLSX)
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == ["编号", "标题", "期限", "权重"]
    for row, title in zip(rows[1:], DANGEROUS, strict=False):
        assert row[1].data_type == "s"
        assert str(row[1].value).startswith("'")
        assert row[1].number_format == "@"
        assert title.strip() in str(row[1].value)
    assert rows[1][2].value == datetime(2026, 3, 2)  # noqa: DTZ001 -- how the library reads a date cell
    assert rows[1][3].value == -3
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert b"<f>" not in b"".join(book.read(name) for name in book.namelist())


async def test_a_table_holds_only_the_columns_asked_for(office: Office) -> None:
    answer = await office.client.get(NOTES, params={"fields": "weight,id"}, headers={"Accept": "text/csv"})
    assert read_csv(answer.content)[0] == ["权重", "编号"]


async def test_a_table_is_long_and_links_to_what_is_left(office: Office) -> None:
    answer = await office.client.get(NOTES, params={"limit": 10_000}, headers={"Accept": "text/csv"})
    assert "link" not in answer.headers
    answer = await office.client.get(NOTES, params={"limit": 5}, headers={"Accept": "text/csv"})
    assert 'rel="next"' in answer.headers["link"]
    answer = await office.client.get(NOTES, params={"limit": 10_001}, headers={"Accept": "text/csv"})
    assert_problem(answer, 400, "MALFORMED")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/html, */*;q=0.1", "application/json"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("application/json;q=0, text/csv;q=0.1", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        (str(TableKind.XLSX), str(TableKind.XLSX)),
    ],
)
async def test_the_format_is_what_the_client_likes_best(office: Office, accept: str, media_type: str) -> None:
    answer = await office.client.get(NOTES, headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media_type


@pytest.mark.parametrize("accept", ["text/html", "image/png", "text/csv;q=0", "text/csv;q=nonsense", ";;;"])
async def test_a_format_that_is_not_offered_is_refused_406(office: Office, accept: str) -> None:
    assert_problem(await office.client.get(NOTES, headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")


COLUMNS = [Column("x", "值")]


def test_values_stand_in_a_table_as_officials_read_them() -> None:
    values = [
        True,
        False,
        None,
        Decimal("12.50"),
        datetime(2026, 3, 1, 17, 0, tzinfo=UTC),
        ["甲", "乙"],
        date(2026, 3, 2),
    ]
    rows = read_csv(csv_table(COLUMNS, [{"x": value} for value in values]))
    assert [row[0] for row in rows[1:]] == [
        "是", "否", "", "12.50", "2026-03-02T01:00:00+08:00", "甲、乙", "2026-03-02"
    ]  # fmt: skip


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_table(COLUMNS, [{"x": "长" * 40_000}]))).active
    assert sheet is not None
    text = str(sheet["A2"].value)
    assert len(text) == 32_767
    assert text.endswith("已截断）")


def test_what_xml_cannot_hold_is_replaced() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_table(COLUMNS, [{"x": "甲\x07乙"}]))).active
    assert sheet is not None
    assert sheet["A2"].value == "甲\ufffd乙"


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    shown = disarmed(text)
    assert shown in (text, f"'{text}")
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
