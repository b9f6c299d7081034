"""The desk: whose tasks, taken, given back, handed over; once under each key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from edge_app import assert_problem
from office_http import FOR_GOOD_AND_DRY, HttpCase, HttpOffice, Person, form_for, http_office
from sqlalchemy import func, select
from timeskip import TimeSkippingServer

from domain.people import Role
from domain.rules import Level
from storage.database import reading
from storage.tables import TASK_LOG

BODY = "nanjing-market-regulation"
SECOND = "second-officer"


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    """An office with a second officer in the city's bureau."""
    async with http_office(tmp_path_factory.mktemp("desk"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        people = office.services.people
        now = await office.services.confirmations.now()
        person = await people.add_person("邹乙（演练）", at=now)
        await people.add_account(
            person, SECOND, [Role.OFFICER], authority=BODY, level=Level.CITY, practice=True, at=now
        )
        yield office


@pytest.fixture
async def case(office: HttpOffice) -> HttpCase:
    return await office.open_case()


async def task_of(office: HttpOffice, case: HttpCase) -> dict[str, Any]:
    officer = await office.holder(Role.OFFICER)
    (task,) = (await office.get(officer, "/tasks", case=case.no)).json()["items"]
    found: dict[str, Any] = task
    return found


async def do(office: HttpOffice, by: Person, task: dict[str, Any], what: str, **how: Any) -> Any:
    body = how.pop("body", None)
    return await office.post(by, f"/tasks/{task['id']}/{what}", body, **how)


async def log_length(office: HttpOffice) -> int:
    async with reading(office.services.office.engine) as connection:
        return await connection.scalar(select(func.count()).select_from(TASK_LOG)) or 0


async def test_a_task_says_what_by_whom_until_when_and_by_which_clause(
    office: HttpOffice, case: HttpCase
) -> None:
    await case.to_prior_notice()
    task = await task_of(office, case)
    assert (task["action"], task["title"]) == ("draft_prior_notice", "拟制事先告知书")
    assert (task["roles"], task["authority"], task["assignee"]) == (["officer"], BODY, None)
    assert task["clause"]
    assert task["case_version"] == case.version


async def test_scopes_show_mine_my_groups_the_unassigned_and_all_that_i_may_see(
    office: HttpOffice, case: HttpCase
) -> None:
    officer, second = await office.holder(Role.OFFICER), await office.user(SECOND)
    reviewer = await office.holder(Role.REVIEWER)
    task = await task_of(office, case)
    assert (await do(office, officer, task, "claim")).json()["assignee"] == officer.account_id

    async def shown(by: Person, scope: str) -> bool:
        answer = await office.get(by, "/tasks", scope=scope, case=case.no)
        return bool(answer.json()["items"])

    assert [await shown(officer, s) for s in ("mine", "group", "unassigned", "all")] == [
        True,
        True,
        False,
        True,
    ]
    assert [await shown(second, s) for s in ("mine", "group", "unassigned", "all")] == [
        False,
        True,
        False,
        True,
    ]
    assert [await shown(reviewer, s) for s in ("mine", "group", "unassigned", "all")] == [
        False,
        False,
        False,
        True,
    ]
    for login in ("subject-company-1", "xuanwu-market-regulation-officer", "nanjing-housing-department"):
        by = await office.user(login)
        assert not any([await shown(by, s) for s in ("mine", "group", "unassigned", "all")]), login
    auditor = await office.user("nanjing-credit-office-auditor")
    assert [await shown(auditor, s) for s in ("mine", "group", "unassigned", "all")][-1]


async def test_what_another_has_taken_is_theirs_until_they_give_it_back(
    office: HttpOffice, case: HttpCase
) -> None:
    officer, second = await office.holder(Role.OFFICER), await office.user(SECOND)
    task = await task_of(office, case)
    await do(office, officer, task, "claim")
    assert_problem(await do(office, second, task, "claim"), 409, "TASK_TAKEN")
    assert_problem(await do(office, second, task, "release"), 409, "TASK_TAKEN")
    for dry in FOR_GOOD_AND_DRY:
        assert_problem(await case.attempt("confirm_effective", by=second, **dry), 409, "TASK_TAKEN")
    assert (await do(office, officer, task, "release")).json()["assignee"] is None
    await case.take("confirm_effective", by=second)


async def test_of_twenty_who_reach_for_a_task_one_gets_it(office: HttpOffice, case: HttpCase) -> None:
    officer, second = await office.holder(Role.OFFICER), await office.user(SECOND)
    task = await task_of(office, case)
    answers = await asyncio.gather(
        *(do(office, by, task, "claim") for _ in range(10) for by in (officer, second))
    )
    assert sorted({answer.status_code for answer in answers}) == [200, 409]
    assert len({a.json()["assignee"] for a in answers if a.status_code == 200}) == 1


async def test_a_task_is_handed_over_by_its_holder_an_approver_or_a_supervisor(
    office: HttpOffice, case: HttpCase
) -> None:
    officer, second = await office.holder(Role.OFFICER), await office.user(SECOND)
    task = await task_of(office, case)
    to_second = {"to": SECOND, "reason": "出差"}
    assert_problem(await do(office, officer, task, "reassign", body=to_second), 403, "ROLE_MISSING")
    await do(office, officer, task, "claim")
    assert_problem(await do(office, second, task, "reassign", body=to_second), 403, "ROLE_MISSING")
    answer = await do(office, officer, task, "reassign", body=to_second)
    assert answer.json()["assignee"] == second.account_id
    back = {"to": f"{BODY}-officer", "reason": "回岗"}
    approver = await office.holder(Role.APPROVER)
    assert (await do(office, approver, task, "reassign", body=back)).json()["assignee"] == officer.account_id
    supervisor = await office.user("nanjing-credit-office-supervisor")
    answer = await do(office, supervisor, task, "reassign", body=to_second)
    assert answer.json()["assignee"] == second.account_id
    auditor = await office.user("nanjing-credit-office-auditor")
    assert_problem(await do(office, auditor, task, "reassign", body=back), 403, "ROLE_MISSING")
    stranger = await office.user("xuanwu-market-regulation-approver")
    assert_problem(await do(office, stranger, task, "reassign", body=back), 404, "NOT_FOUND")


@pytest.mark.parametrize("to", ["nobody-here", f"{BODY}-reviewer", "xuanwu-market-regulation-officer", "x"])
async def test_a_task_is_handed_only_to_somebody_who_may_do_it(
    office: HttpOffice, case: HttpCase, to: str
) -> None:
    approver, task = await office.holder(Role.APPROVER), await task_of(office, case)
    answer = await do(office, approver, task, "reassign", body={"to": to, "reason": "转办"})
    assert assert_problem(answer, 400, "MALFORMED")["field"] == "to"


async def test_a_task_that_is_not_ones_own_cannot_be_taken_and_a_strangers_is_not_there(
    office: HttpOffice, case: HttpCase
) -> None:
    task = await task_of(office, case)
    for what in ("claim", "release"):
        for login in (
            f"{BODY}-reviewer",
            "jiangsu-market-regulation-superior",
            "nanjing-credit-office-auditor",
        ):
            answer = await do(office, await office.user(login), task, what)
            assert_problem(answer, 403, "ROLE_MISSING")
        for login in ("xuanwu-market-regulation-officer", "subject-company-1", "nanjing-housing-department"):
            by = await office.user(login)
            theirs = assert_problem(await do(office, by, task, what), 404, "NOT_FOUND")
            nobodys = assert_problem(await do(office, by, {"id": "0" * 32}, what), 404, "NOT_FOUND")
            assert theirs | {"trace_id": ""} == nobodys | {"trace_id": ""}


async def test_the_same_key_takes_a_task_once_and_answers_the_same(
    office: HttpOffice, case: HttpCase
) -> None:
    officer, second = await office.holder(Role.OFFICER), await office.user(SECOND)
    task, key = await task_of(office, case), uuid4().hex
    before = await log_length(office)
    answers = await asyncio.gather(*(do(office, officer, task, "claim", key=key) for _ in range(10)))
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert await log_length(office) == before + 1
    await do(office, officer, task, "release")
    again = await do(office, officer, task, "claim", key=key)
    assert again.text == answers[0].text  # the answer of then; the task itself is free
    assert (await task_of(office, case))["assignee"] is None
    assert_problem(await do(office, officer, task, "release", key=key), 422, "KEY_REUSED")
    assert_problem(await do(office, second, task, "claim", key=key), 422, "KEY_REUSED")
    operation = await office.get(officer, f"/operations/{key}")
    assert operation.json()["assignee"] == officer.account_id
    assert_problem(await office.get(second, f"/operations/{key}"), 404, "NOT_FOUND")


async def test_a_refused_claim_stays_refused_under_its_key(office: HttpOffice, case: HttpCase) -> None:
    officer, second = await office.holder(Role.OFFICER), await office.user(SECOND)
    task, key = await task_of(office, case), uuid4().hex
    await do(office, officer, task, "claim")
    assert_problem(await do(office, second, task, "claim", key=key), 409, "TASK_TAKEN")
    await do(office, officer, task, "release")
    again = await do(office, second, task, "claim", key=key)
    assert_problem(again, 409, "TASK_TAKEN")
    assert again.headers["idempotent-replayed"] == "true"
    assert (await do(office, second, task, "claim")).status_code == 200


async def test_a_hand_over_with_another_body_under_the_same_key_is_refused(
    office: HttpOffice, case: HttpCase
) -> None:
    approver, task, key = await office.holder(Role.APPROVER), await task_of(office, case), uuid4().hex
    first = await do(office, approver, task, "reassign", body={"to": SECOND, "reason": "出差"}, key=key)
    assert first.status_code == 200
    other = await do(office, approver, task, "reassign", body={"to": SECOND, "reason": "休假"}, key=key)
    assert_problem(other, 422, "KEY_REUSED")


async def test_a_done_task_takes_no_claim(office: HttpOffice, case: HttpCase) -> None:
    officer, task = await office.holder(Role.OFFICER), await task_of(office, case)
    await case.take("confirm_effective")
    assert_problem(await do(office, officer, task, "claim"), 409, "TASK_CLOSED")


async def test_tasks_are_found_by_when_they_are_due(office: HttpOffice, case: HttpCase) -> None:
    await case.to_decision()
    await case.take("draft_decision", form_for("draft_decision", case.today))
    reviewer = await office.holder(Role.REVIEWER)
    (task,) = (await office.get(reviewer, "/tasks", case=case.no)).json()["items"]
    assert (task["deadline"], task["action"]) == ("decision", "review_decision")

    async def overdue() -> list[str]:
        answer = await office.get(reviewer, "/tasks", due="overdue", case=case.no)
        return [item["case"] for item in answer.json()["items"]]

    assert await overdue() == []
    await case.days_pass(400)
    assert await overdue() == [case.no]
    for due in ("today", "3wd"):
        assert (await office.get(reviewer, "/tasks", due=due, case=case.no)).json()["items"] == []
    tasks = (await office.get(reviewer, "/tasks", sort="due")).json()["items"]
    dues = [item["due_on"] for item in tasks if item["due_on"]]
    assert dues == sorted(dues)
