"""A command is received also while nobody decides: its receipt, its operation, and its decision afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from edge_app import assert_problem
from office_http import HttpOffice, Person, form_for, http_office, opening_form
from timeskip import TimeSkippingServer

from domain.people import Role


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("operations"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        yield office


@pytest.fixture
async def nobody_works(office: HttpOffice) -> AsyncIterator[None]:
    """The worker is away for the length of a test, unless the test calls it back."""
    await office.stop_worker()
    yield
    await office.stop_worker()
    await office.start_worker()


async def decided(office: HttpOffice, by: Person, operation: str, within: float = 25.0) -> httpx.Response:
    """The operation once it is decided."""
    async with asyncio.timeout(within):
        while True:
            answer = await office.client.get(operation, headers=by.headers)
            if answer.status_code != 202:
                return answer
            await asyncio.sleep(0.1)


async def test_a_decided_command_is_found_under_its_key_by_who_sent_it(office: HttpOffice) -> None:
    case, key = await office.open_case(), uuid4().hex
    done = await case.attempt("confirm_effective", key=key)
    officer, reviewer = await office.holder(Role.OFFICER), await office.holder(Role.REVIEWER)
    found = await office.get(officer, f"/operations/{key}")
    assert (found.status_code, found.text) == (200, done.text)
    for by, operation in ((reviewer, key), (officer, uuid4().hex)):
        assert_problem(await office.get(by, f"/operations/{operation}"), 404, "NOT_FOUND")


async def test_a_refused_command_is_found_as_its_refusal(office: HttpOffice) -> None:
    case, key = await office.open_case(), uuid4().hex
    refused = await case.attempt("serve_prior_notice", key=key)
    found = await office.get(await office.holder(Role.OFFICER), f"/operations/{key}")
    assert found.status_code == refused.status_code >= 400
    assert found.json() | {"trace_id": ""} == refused.json() | {"trace_id": ""}


def assert_received(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    assert body["state"] == "received"
    assert body["received_at"]
    assert answer.headers["location"] == body["operation"]
    return body


@pytest.mark.usefixtures("nobody_works")
async def test_while_nobody_works_a_command_is_received_and_decided_when_the_worker_is_back(
    office: HttpOffice,
) -> None:
    officer, key, form = await office.holder(Role.OFFICER), uuid4().hex, opening_form()
    received = assert_received(await office.try_to_open(form, key=key))
    assert_received(await office.get(officer, f"/operations/{key}"))
    await office.start_worker()
    answer = await decided(office, officer, received["operation"])  # the relay carries it, nobody repeats it
    no = answer.json()["case"]
    again = await office.try_to_open(form, key=key)
    assert (again.status_code, again.json()["case"]) == (201, no)
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_step_received_while_nobody_works_counts_from_its_receipt(office: HttpOffice) -> None:
    case = await (await office.open_case()).to_objection_window()
    subject, key = await office.user("subject-company-1"), uuid4().hex
    await office.stop_worker()
    body = {"channel": "online", "statement": "对告知的事实有异议。"}
    path = f"/cases/{case.no}/actions/raise_objection"
    received = assert_received(await office.post(subject, path, body, key=key))
    dry = await case.attempt("note", {"text": "备注"}, key="", dry_run=True)
    assert dry.status_code == 200  # what only looks needs no worker
    assert (await case.see("/actions")).status_code == 200
    await office.start_worker()
    repeated = await office.post(subject, path, body, key=key)  # a repetition carries it too
    assert repeated.status_code == 200, repeated.text
    assert repeated.headers["idempotent-replayed"] == "true"
    assert repeated.json()["received_at"] == received["received_at"]
    other = await office.post(subject, path, body | {"statement": "另一意见"}, key=key)
    assert_problem(other, 422, "KEY_REUSED")


@pytest.mark.usefixtures("nobody_works")
async def test_what_the_law_forbids_is_refused_at_once_also_while_nobody_works(office: HttpOffice) -> None:
    form = opening_form(document={"effectiveness": "not_effective"})
    assert_problem(await office.try_to_open(form), 422, "BASIS_NOT_EFFECTIVE")


async def test_the_practice_clock_goes_on_to_the_same_instant_when_its_command_is_repeated(
    office: HttpOffice,
) -> None:
    case, key = await office.open_case(), uuid4().hex
    officer = await office.holder(Role.OFFICER)
    path = f"/practice/cases/{case.no}/clock"
    first = await office.post(officer, path, {"days": 3}, key=key)
    again = await office.post(officer, path, {"days": 3}, key=key)
    assert first.status_code == 200, first.text
    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"
    assert_problem(await office.post(officer, path, {"days": 4}, key=key), 422, "KEY_REUSED")
    now = (await office.post(officer, path, {"days": 0})).json()["now"]
    assert now[:10] == "2026-03-05"
    assert (await office.get(officer, f"/operations/{key}")).text == first.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"days": 1, "to": "2026-03-05T09:00:00+08:00"},
        {"days": -1},
        {"to": "2026-03-01T09:00:00+08:00"},
        {"to": "2026-03-05T09:00:00"},
        {"to": "9999-12-31T23:59:59+08:00"},
        {"days": 1e3},
        {"days": 100_000},
    ],
)
async def test_the_practice_clock_goes_only_forward_and_within_reach(
    office: HttpOffice, body: dict[str, Any]
) -> None:
    case = await office.open_case()
    officer = await office.holder(Role.OFFICER)
    answer = await office.post(officer, f"/practice/cases/{case.no}/clock", body)
    assert_problem(answer, 400, "MALFORMED")


async def test_the_practice_clock_needs_a_key_and_somebody_who_works_in_the_case(office: HttpOffice) -> None:
    case = await office.open_case()
    path = f"/practice/cases/{case.no}/clock"
    officer = await office.holder(Role.OFFICER)
    assert_problem(await office.post(officer, path, {"days": 1}, key=""), 400, "IDEMPOTENCY_KEY_MISSING")
    auditor = await office.user("nanjing-credit-office-auditor")
    assert_problem(await office.post(auditor, path, {"days": 1}), 403, "ROLE_MISSING")
    stranger = await office.user("xuanwu-market-regulation-officer")
    assert_problem(await office.post(stranger, path, {"days": 1}), 404, "NOT_FOUND")


async def test_a_figure_is_confirmed_once_under_a_key(office: HttpOffice) -> None:
    legal = await office.holder(Role.LEGAL_OFFICER, "nanjing-emergency")
    answer = (await office.get(legal, "/regimes/work_safety", on="2026-03-02")).json()
    one = next(item for item in answer["open"] if item["confirmable"] and item["kind"] == "item")
    body = {
        "key": one["key"],
        "since": one["since"],
        "value": True,
        "document": "演示文件",
        "clause": "演示",
        "on": "2026-03-02",
    }
    path, key = "/regimes/work_safety/confirmations", uuid4().hex
    foreign = await office.holder(Role.LEGAL_OFFICER)
    assert_problem(await office.post(foreign, path, body, key=key), 403, "ROLE_MISSING")
    first = await office.post(legal, path, body, key=key)
    assert first.status_code == 201, first.text
    assert first.json()["practice"] is True
    again = await office.post(legal, path, body, key=key)
    assert (again.status_code, again.text) == (201, first.text)
    assert_problem(await office.post(legal, path, body | {"clause": "别处"}, key=key), 422, "KEY_REUSED")
    assert_problem(await office.post(legal, path, body), 409, "NOTHING_TO_CONFIRM")
    known = await office.services.confirmations.of("work_safety")
    assert [c.key for c in known] == [one["key"]]
    officer = await office.holder(Role.OFFICER, "nanjing-emergency")
    assert_problem(await office.post(officer, path, body), 403, "ROLE_MISSING")


async def test_a_case_moves_on_after_the_worker_was_away(office: HttpOffice) -> None:
    case = await office.open_case()
    await office.stop_worker()
    await office.start_worker()
    await case.take("confirm_effective", form_for("confirm_effective", case.today))
