"""Lists of cases: what a person may see, filtered, sorted, page by page, and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from edge_app import assert_problem
from office_http import OPENED_AT, SUBJECTS, HttpOffice, form_for, http_office, opening_form
from timeskip import TimeSkippingServer

from domain.people import Role

DISTRICT, OTHER = "xuanwu-market-regulation", "qinhuai-market-regulation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = "=1+cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    """Seven cases: five of the city, one of a district, one of another; one closed, one with a hostile name."""
    async with http_office(tmp_path_factory.mktemp("lists"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        for day in range(4):
            await office.open_case(at=OPENED_AT + timedelta(days=day))
        closed = await office.open_case(subject="subject-person-1", at=OPENED_AT + timedelta(days=7))
        closed.today += timedelta(days=7)
        await closed.take(
            "confirm_effective", form_for("confirm_effective", closed.today) | {"effective": False}
        )
        await office.open_case(authority=DISTRICT)
        hostile = SUBJECTS["subject-company-1"] | {"name": FORMULA}
        await office.open_case(opening_form(hostile, authority=OTHER))
        yield office


async def numbers(office: HttpOffice, login: str, **query: Any) -> list[str]:
    answer = await office.get(await office.user(login), "/cases", **query)
    assert answer.status_code == 200, answer.text
    return [item["no"] for item in answer.json()["items"]]


OFFICER = "nanjing-market-regulation-officer"


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        (OFFICER, 5),
        ("nanjing-market-regulation-approver", 5),
        (f"{DISTRICT}-officer", 1),
        (f"{OTHER}-reviewer", 1),
        ("nanjing-market-regulation-superior", 2),
        ("jiangsu-market-regulation-superior", 5),
        ("nanjing-credit-office-supervisor", 7),
        ("nanjing-credit-office-auditor", 7),
        ("nanjing-credit-office-administrator", 0),
        ("nanjing-housing-department", 0),
        ("nanjing-emergency-officer", 0),
        ("subject-company-1", 6),
        ("subject-person-1", 1),
        ("subject-company-2", 0),
    ],
)
async def test_a_list_shows_the_cases_that_one_may_see(office: HttpOffice, login: str, seen: int) -> None:
    assert len(await numbers(office, login)) == seen


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ({"open": True}, 4),
        ({"open": False}, 1),
        ({"outcome": "basis_not_effective"}, 1),
        ({"stage": "lead"}, 4),
        ({"stage": "closed"}, 1),
        ({"regime": "market_regulation", "open": True}, 4),
        ({"regime": "work_safety"}, 0),
        ({"authority": DISTRICT}, 0),
        ({"authority": "nanjing-market-regulation"}, 5),
        ({"kind": "listing"}, 0),
        ({"kind": "determination"}, 5),
    ],
)
async def test_filters_narrow_the_list(office: HttpOffice, query: dict[str, Any], seen: int) -> None:
    assert len(await numbers(office, OFFICER, **query)) == seen


@pytest.mark.parametrize("sort", ["opened_at", "-opened_at", "no", "-no", "stage", "-stage"])
async def test_pages_join_into_the_whole_list_in_order(office: HttpOffice, sort: str) -> None:
    by = await office.user("nanjing-credit-office-auditor")
    whole = await numbers(office, by.login, sort=sort)
    joined: list[str] = []
    path, pages = f"/api/v1/cases?limit=3&sort={sort}&total=true", 0
    while path:
        answer = await office.client.get(path, headers=by.headers)
        body = answer.json()
        assert body["total"] == 7
        joined += [item["no"] for item in body["items"]]
        link = answer.headers.get("link", "")
        assert bool(link) is (body["next"] is not None)
        path, pages = link.partition(">")[0].lstrip("<"), pages + 1
    assert (joined, pages) == (whole, 3)
    key = sort.lstrip("-")
    if key == "no":
        assert whole == sorted(whole, reverse=sort.startswith("-"))


async def test_a_page_of_another_question_is_refused(office: HttpOffice) -> None:
    by = await office.user(OFFICER)
    following = (await office.get(by, "/cases", limit=2)).json()["next"]
    assert (await office.get(by, "/cases", limit=2, after=following)).status_code == 200
    for query in ({"sort": "no"}, {"open": True}, {"stage": "lead"}):
        answer = await office.get(by, "/cases", after=following, **query)
        assert assert_problem(answer, 400, "MALFORMED")["field"] == "after"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sort": "subject"}, "sort"),
        ({"fields": "no,summary"}, "fields"),
        ({"limit": 201}, "limit"),
        ({"limit": 0}, "limit"),
        ({"stge": "lead"}, "stge"),
        ({"open": "maybe"}, "open"),
        ({"after": "AAAA"}, "after"),
    ],
)
async def test_a_question_that_cannot_be_answered_names_the_parameter(
    office: HttpOffice, query: dict[str, Any], field: str
) -> None:
    answer = await office.get(await office.user(OFFICER), "/cases", **query)
    problem = assert_problem(answer, 400, "MALFORMED")
    assert field in (problem.get("field"), *(error["field"] for error in problem.get("errors", [])))


async def test_only_the_fields_asked_for_are_shown(office: HttpOffice) -> None:
    answer = await office.get(await office.user(OFFICER), "/cases", fields="no,stage", limit=1)
    assert set(answer.json()["items"][0]) == {"no", "stage"}


async def test_personal_fields_are_masked_in_lists(office: HttpOffice) -> None:
    answer = await office.get(await office.user(OFFICER), "/cases", open=False)
    (item,) = answer.json()["items"]
    assert (item["subject"], item["subject_id"]) == ("王**", "320***********996X")
    assert "王玉泽" not in answer.text


async def test_a_list_as_csv_opens_safely_in_a_spreadsheet(office: HttpOffice) -> None:
    answer = await office.get(await office.user(f"{OTHER}-officer"), "/cases", accept="text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    shown = dict(zip(heading, row, strict=True))
    assert shown["信用主体"] == f"'{FORMULA}"
    assert shown["演练"] == "是"
    assert "attachment" in answer.headers["content-disposition"]


async def test_a_list_as_xlsx_holds_no_formula(office: HttpOffice) -> None:
    by = await office.user("nanjing-credit-office-auditor")
    answer = await office.get(by, "/cases", accept=XLSX)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert sheet.max_row == 8
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    tasks = await office.get(await office.holder(Role.OFFICER), "/tasks", accept=XLSX)
    assert tasks.headers["content-type"] == XLSX


async def test_a_format_that_is_not_offered_is_refused(office: HttpOffice) -> None:
    answer = await office.get(await office.user(OFFICER), "/cases", accept="text/html")
    assert_problem(answer, 406, "NOT_ACCEPTABLE")
