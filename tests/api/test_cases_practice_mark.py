"""Every answer of a practice office says that it is one, in header and body; a real office never does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from edge_app import assert_problem
from office_http import NOBODY, OPENED_AT, HttpOffice, Person, http_office, opening_form
from timeskip import TimeSkippingServer

from api.identity import SignedTokens
from api.practice_mark import marked
from domain.people import Role
from domain.rules import Level

#: Addresses that answer without a case.
READS = (
    "/livez",
    "/readyz",
    "/problems",
    "/problems/four_eyes",
    "/problems/no_such_code",
    "/nowhere",
    "/api/v1/cases",
    "/api/v1/cases/2026-000404",
    "/api/v1/tasks?scope=all",
    "/api/v1/regimes",
    "/api/v1/regimes/market_regulation",
    "/api/v1/regimes/nothing",
    "/api/v1/measures",
    "/api/v1/authorities",
    "/api/v1/calendar/add?date=2026-09-17&count=10",
    "/api/v1/calendar/add?date=never",
    "/api/v1/operations/nothing-there",
    "/api/v1/imports",
)


@pytest.fixture(scope="module")
async def practice(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("practice"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        yield office


@pytest.fixture(scope="module")
async def real(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("real"), temporal.address, kind="real") as office:
        yield office


async def real_officer(office: HttpOffice, login: str, role: Role = Role.OFFICER) -> Person:
    people, now = office.services.people, await office.services.confirmations.now()
    account = await people.add_account(
        await people.add_person("郑承办", at=now),
        login,
        [role],
        authority="nanjing-market-regulation",
        level=Level.CITY,
        at=now,
    )
    token, _ = SignedTokens(office.services.office.key).issue(account)
    return Person(login, token, account)


def is_marked(answer: httpx.Response) -> bool:
    body: Any = answer.json()
    assert isinstance(body, dict), "a list at the top cannot be marked"
    in_header, in_body = answer.headers.get("x-practice") == "1", body.get("practice") is True
    assert in_header == in_body
    assert len(answer.content) == int(answer.headers["content-length"])
    return in_body


@pytest.mark.parametrize("path", READS)
async def test_each_answer_is_marked_in_a_practice_office_and_only_there(
    practice: HttpOffice, real: HttpOffice, path: str
) -> None:
    officer = await practice.holder(Role.OFFICER)
    for by in (officer, NOBODY):
        assert is_marked(await practice.client.get(path, headers=by.headers))
    inspector = await real_officer(real, f"reader-{READS.index(path)}")
    for by in (inspector, NOBODY):
        assert not is_marked(await real.client.get(path, headers=by.headers))


async def test_all_that_is_told_of_a_practice_case_is_marked(practice: HttpOffice) -> None:
    case = await (await practice.open_case()).to_prior_notice()
    assert is_marked(case.opened)
    for part in ("", "/actions", "/timeline", "/deadlines", "/documents"):
        assert is_marked(await case.see(part))
    for answer in (
        await case.attempt("note", {"text": "备注"}),
        await case.attempt("decide"),
        await case.attempt("confirm_effective", {}),
        await practice.post(NOBODY, f"/cases/{case.no}/actions/note", {"text": "备注"}),
        await practice.post(await practice.holder(Role.OFFICER), "/cases", {"regime": "\u202e"}),
        await practice.client.post(
            "/api/v1/cases", content=b"{", headers={"Content-Type": "application/json"}
        ),
        await practice.client.delete("/api/v1/cases"),
    ):
        assert is_marked(answer)


async def test_a_real_office_has_no_practice_users_clock_or_back_dated_cases(real: HttpOffice) -> None:
    sign_in = await real.client.post("/api/v1/practice/tokens", json={"user": "nanjing-tax-officer"})
    assert_problem(sign_in, 404, "NOT_FOUND")
    officer = await real_officer(real, "clock-officer")
    assert_problem(await real.get(officer, "/practice/users"), 404, "NOT_FOUND")
    assert_problem(
        await real.post(officer, "/practice/cases/2026-000001/clock", {"days": 1}), 404, "NOT_FOUND"
    )
    answer = await real.try_to_open(opening_form(), by=officer, at=OPENED_AT)
    assert_problem(answer, 404, "NOT_FOUND")


async def test_a_confirmation_in_a_real_office_is_not_a_practice_one(real: HttpOffice) -> None:
    legal = await real_officer(real, "legal-officer", Role.LEGAL_OFFICER)
    answer = (await real.get(legal, "/regimes/market_regulation")).json()
    one = next(item for item in answer["open"] if item["confirmable"] and item["kind"] == "item")
    body = {"key": one["key"], "since": one["since"], "value": True, "document": "令", "clause": "一"}
    confirmed = await real.post(legal, "/regimes/market_regulation/confirmations", body)
    assert confirmed.status_code == 201
    assert confirmed.json()["practice"] is False
    assert "x-practice" not in confirmed.headers


async def test_a_real_case_is_not_marked(real: HttpOffice) -> None:
    legal = await real_officer(real, "legal-officer-2", Role.LEGAL_OFFICER)
    while True:
        answer = (await real.get(legal, "/regimes/market_regulation")).json()
        waiting = [item for item in answer["open"] if item["confirmable"]]
        if not waiting:
            break
        for one in waiting:
            value: Any = {"period": 15, "statement": False, "item": True, "level": "district"}[one["kind"]]
            body = {
                "key": one["key"],
                "since": one["since"],
                "value": value,
                "document": "令",
                "clause": "一",
            }
            body |= {"unit": "working_day"} if one["kind"] == "period" else {}
            confirmed = await real.post(legal, "/regimes/market_regulation/confirmations", body)
            assert confirmed.status_code == 201, confirmed.text
    officer = await real_officer(real, "opening-officer")
    opened = await real.post(officer, "/cases", opening_form())
    assert opened.status_code == 201, opened.text
    assert not is_marked(opened)
    shown = await real.get(officer, f"/cases/{opened.json()['case']}")
    assert shown.json()["practice"] is False
    assert "x-practice" not in shown.headers


async def test_the_document_of_the_api_is_not_touched_but_says_it(
    practice: HttpOffice, real: HttpOffice
) -> None:
    document = (await practice.client.get("/openapi.json")).json()
    assert set(document) <= {"openapi", "info", "paths", "components", "tags", "servers"}
    assert "演练" in document["info"]["description"]
    assert document["components"]["schemas"]["Problem"]["properties"]["practice"]["const"] is True
    plain = (await real.client.get("/openapi.json")).json()
    assert "演练机关" not in plain["info"]["description"]
    assert "practice" not in plain["components"]["schemas"]["Problem"]["properties"]
    assert not any("/practice/" in path for path in plain["paths"])


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (b"{}", b'{"practice":true}'),
        (b'{"practice":false,"a":[1]}', b'{"practice":true,"a":[1]}'),
        ('{"名":"值"}'.encode(), '{"名":"值","practice":true}'.encode()),
        (b"[1]", b"[1]"),
        (b"null", b"null"),
    ],
)
def test_a_json_object_is_marked_once(body: bytes, after: bytes) -> None:
    assert marked(body) == after
