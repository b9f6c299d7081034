"""Who may do what: every route of the document × everybody, as the policy says, and nothing written by who may not.

The expectations are a table of this file's own: which roles of whom count in the case at hand. A route that the
table doesn't know fails the test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from edge_app import assert_problem
from office_http import (
    NOBODY,
    HttpCase,
    HttpOffice,
    Person,
    form_for,
    http_office,
    opening_form,
)
from sqlalchemy import func, select
from sqlmodel import SQLModel
from timeskip import TimeSkippingServer

from api.access import relation_to
from api.identity import SignedTokens
from domain.people import Actor, Delegation, Role, Verdict, may_read
from domain.rules import Level
from law.loader import load_lawbook
from storage.database import reading
from storage.views import CaseFilter
from workflows.determination import DETERMINATION

BODY: Final = "nanjing-market-regulation"
CITY, DISTRICT = BODY, "xuanwu-market-regulation"

#: Everybody who signs in → the roles of theirs that count in a case of the city's bureau on subject-company-1.
COUNTS: Final[dict[str, set[Role]]] = {
    # the deciding authority
    f"{CITY}-officer": {Role.OFFICER},
    f"{CITY}-reviewer": {Role.REVIEWER},
    f"{CITY}-approver": {Role.APPROVER},
    f"{CITY}-legal-officer": {Role.LEGAL_OFFICER},
    f"{CITY}-superior": set(),  # superior of the districts, not of its own body
    f"{CITY}-department": set(),  # nothing has been sent to it
    # one level up, and that of another field
    "jiangsu-market-regulation-superior": {Role.SUPERIOR},
    "jiangsu-emergency-superior": set(),
    # below, and beside
    f"{DISTRICT}-officer": set(),
    f"{DISTRICT}-reviewer": set(),
    f"{DISTRICT}-approver": set(),
    f"{DISTRICT}-legal-officer": set(),
    "nanjing-emergency-officer": set(),
    "nanjing-emergency-approver": set(),
    "dongshan-subdistrict-officer": set(),
    "shenzhen-market-regulation-officer": set(),
    # the credit office of the city, and departments
    "nanjing-credit-office-supervisor": {Role.SUPERVISOR},
    "nanjing-credit-office-auditor": {Role.AUDITOR},
    "nanjing-credit-office-administrator": set(),
    "nanjing-credit-office-department": set(),
    "nanjing-housing-department": set(),
    # the party, and others
    "subject-company-1": {Role.SUBJECT},
    "subject-company-2": set(),
    "subject-person-1": set(),
}
SIGNED_IN: Final = tuple(COUNTS)
OFFICERS_OF_BODIES: Final = {login for login in COUNTS if login.endswith("-officer") and "legal" not in login}


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("authority"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        yield office


@pytest.fixture(scope="module")
async def case(office: HttpOffice) -> HttpCase:
    """A case of the city's bureau, its notice served, one objection under way."""
    case = await (await office.open_case()).to_objection_window()
    item = (await case.take("raise_objection", by=await office.holder(Role.OFFICER)))["item"]
    await case.take("accept_objection", item=item)
    return case


async def everything(office: HttpOffice) -> dict[str, int]:
    """Number of rows of every table."""
    async with reading(office.services.office.engine) as connection:
        return {
            name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in SQLModel.metadata.tables.items()
        }


# -- reading


def sees(login: str) -> bool:
    return bool(COUNTS[login])


#: GET routes → statuses that are right for this person.
def expected_read(path: str, login: str) -> set[int]:
    roles = COUNTS[login]
    match path:
        case "/api/v1/cases" | "/api/v1/tasks":
            return {200}
        case "/api/v1/operations/{command_id}":
            return {404}
        case "/api/v1/numbers":
            own = login.startswith(f"{CITY}-")
            return {200} if own or Role.AUDITOR in roles else {404}
        case "/api/v1/imports":
            office_roles = ("officer", "reviewer", "approver", "legal-officer", "supervisor", "auditor")
            return {200} if login.endswith(office_roles) else {404}
        case path if path.startswith("/api/v1/imports/"):
            return {404}
        case path if path.startswith("/api/v1/cases/{no}"):
            if not roles:
                return {404}
            return {404} if path.endswith(".pdf") and login.startswith("subject") else {200}
        case _:
            raise AssertionError(f"no expectation for GET {path}")


PUBLIC: Final = {
    "/problems": "",
    "/problems/{code}": "four_eyes",
    "/livez": "",
    "/readyz": "",
    "/api/v1/regimes": "",
    "/api/v1/regimes/{key}": "market_regulation",
    "/api/v1/measures": "",
    "/api/v1/authorities": "",
    "/api/v1/calendar/add": "?date=2026-03-02&count=5",
    "/api/v1/calendar/between": "?after=2026-03-02&through=2026-03-09",
    "/api/v1/calendar/explain": "?date=2026-03-02",
    "/api/v1/calendar/years/{year}": "2026",
    "/api/v1/practice/users": "",
}


def address(path: str, case: HttpCase, seq: int) -> str:
    filled = path.format(
        no=case.no, seq=seq, key="objection_window", command_id=uuid4().hex, import_id="0" * 32
    )
    return filled + ("?kind=prior_notice&year=2026&authority=" + CITY if path.endswith("/numbers") else "")


def routes(document: dict[str, Any], method: str) -> list[str]:
    return [path for path, operations in document["paths"].items() if method in operations]


async def test_every_read_is_answered_as_the_policy_says(office: HttpOffice, case: HttpCase) -> None:
    document = (await office.client.get("/openapi.json")).json()
    papers = (await case.see("/documents")).json()["items"]
    unserved = next(p["seq"] for p in papers if p["kind"] == "objection_acceptance")
    asked = 0
    for path in routes(document, "get"):
        if path in PUBLIC:
            continue
        url = address(path, case, unserved)
        for login in SIGNED_IN:
            by = await office.user(login)
            answer = await office.client.get(url, headers=by.headers)
            assert answer.status_code in expected_read(path, login), (path, login, answer.text)
            asked += 1
        answer = await office.client.get(url)
        assert_problem(answer, 401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        asked += 1
    assert asked >= 300


async def test_what_is_public_is_answered_to_anybody(office: HttpOffice) -> None:
    for path, rest in PUBLIC.items():
        url = path.partition("{")[0] + rest
        assert (await office.client.get(url)).status_code == 200, url


# -- acting

_FORMS: Final[dict[str, dict[str, Any]]] = {
    "arrange_hearing": {"held_on": "2026-03-20"},
    "hold_hearing": {"held_on": "2026-03-02"},
    "correct_paper": {"of_seq": 1},
    "void_prior_notice": {"reasons": "印错"},
    "void_decision": {"reasons": "印错"},
}


def complete_form(step: str, case: HttpCase) -> dict[str, Any]:
    if step.startswith("void_"):
        return _FORMS[step]
    return form_for(step, case.today) | _FORMS.get(step, {})


async def test_every_step_is_open_to_the_roles_of_its_own_authority_and_to_nobody_else(
    office: HttpOffice, case: HttpCase
) -> None:
    before = await everything(office)
    asked = 0
    for step in DETERMINATION.steps.values():
        if not step.roles or step.name == "open_case":
            continue
        form = complete_form(step.name, case)
        for login, counts in COUNTS.items():
            by = await office.user(login)
            may = bool(counts & set(step.roles))
            how: dict[str, Any] = {"key": "", "dry_run": True} if may else {}
            answer = await case.attempt(
                step.name,
                form,
                by=by,
                item="objection-1" if step.item and not step.founds_item else "",
                **how,
            )
            asked += 1
            if not counts:
                assert_problem(answer, 404, "NOT_FOUND")
            elif not may:
                assert_problem(answer, 403, "ROLE_MISSING")
            else:
                assert answer.status_code in (200, 403, 409, 422), (step.name, login, answer.text)
                if answer.status_code == 403:
                    assert_problem(answer, 403, "FOUR_EYES")
        answer = await case.attempt(step.name, form, by=NOBODY)
        assert_problem(answer, 401, "UNAUTHENTICATED")
    assert asked >= 800
    assert await everything(office) == before


async def post_expectation(path: str, login: str, case: HttpCase) -> tuple[str, Any, set[int]]:
    """Address, body and the right statuses of a POST by somebody who must not succeed with it, or may."""
    roles = COUNTS[login]
    match path:
        case "/api/v1/cases":
            return "/cases?dry_run=true", opening_form(), {200} if login == f"{CITY}-officer" else {403}
        case "/api/v1/imports":
            allowed = {400, 415} if login in OFFICERS_OF_BODIES else {403}
            return "/imports", {"records": "none"}, allowed
        case "/api/v1/regimes/{regime}/confirmations":
            competent = login in {f"{CITY}-legal-officer", f"{DISTRICT}-legal-officer"}
            body = {"key": "nothing", "since": "2021-09-01", "value": True, "document": "令", "clause": "一"}
            return "/regimes/market_regulation/confirmations", body, {409} if competent else {403}
        case "/api/v1/practice/cases/{no}/clock":
            working = roles - {Role.AUDITOR, Role.SUPERVISOR, Role.SUBJECT}
            allowed = {400} if working else ({403} if roles else {404})
            return f"/practice/cases/{case.no}/clock", {"days": 1, "to": "2026-03-05T00:00:00Z"}, allowed
        case "/api/v1/calendar/deadlines/compute":
            return "/calendar/deadlines/compute", {}, {400}
        case _:
            raise AssertionError(f"no expectation for POST {path}")


#: POST routes that tests of their own put to everybody, here or beside their object.
ELSEWHERE: Final = {
    "/api/v1/cases/{no}/actions/{action}",
    "/api/v1/tasks/{task_id}/claim",
    "/api/v1/tasks/{task_id}/release",
    "/api/v1/tasks/{task_id}/reassign",
    "/api/v1/practice/tokens",
}


async def test_every_other_command_is_answered_as_the_policy_says(office: HttpOffice, case: HttpCase) -> None:
    document = (await office.client.get("/openapi.json")).json()
    before = await everything(office)
    kept = 0
    for path in set(routes(document, "post")) - ELSEWHERE:
        for login in SIGNED_IN:
            url, body, right = await post_expectation(path, login, case)
            answer = await office.post(await office.user(login), url, body)
            assert answer.status_code in right, (path, login, answer.text)
            kept += answer.status_code == 409  # a refusal that is kept under its key
        if path != "/api/v1/calendar/deadlines/compute":
            assert_problem(await office.post(NOBODY, url, body), 401, "UNAUTHENTICATED")
    after = await everything(office)
    assert after == before | {"submission": before["submission"] + kept}


async def test_tasks_are_theirs_whose_role_they_name(office: HttpOffice, case: HttpCase) -> None:
    before = await everything(office)
    officer = await office.holder(Role.OFFICER)
    (task,) = (await office.get(officer, "/tasks", case=case.no)).json()["items"]
    assert task["roles"] == ["officer"]
    hand_over = {"to": f"{CITY}-officer", "reason": "转办"}
    for login, counts in COUNTS.items():
        by = await office.user(login)
        invisible = not counts or counts == {Role.SUBJECT}
        if login != f"{CITY}-officer":
            for what in ("claim", "release"):
                answer = await office.post(by, f"/tasks/{task['id']}/{what}")
                assert answer.status_code == (404 if invisible else 403), (login, what)
        if not counts & {Role.APPROVER, Role.SUPERVISOR}:
            answer = await office.post(by, f"/tasks/{task['id']}/reassign", hand_over)
            assert answer.status_code == (404 if invisible else 403), login
    for what in ("claim", "release", "reassign"):
        answer = await office.post(NOBODY, f"/tasks/{task['id']}/{what}", hand_over)
        assert_problem(answer, 401, "UNAUTHENTICATED")
    assert await everything(office) == before


# -- lists and single cases agree


async def test_a_list_shows_exactly_the_cases_that_one_may_open(office: HttpOffice, case: HttpCase) -> None:
    """SQL and policy, for each role in each body."""
    for authority in (DISTRICT, "qinhuai-market-regulation"):
        await office.open_case(authority=authority)
    book = load_lawbook()

    async def page(connection: Any, query: Any) -> Any:
        return SimpleNamespace(items=(await connection.execute(query)).mappings().all())

    nothing = CaseFilter()
    auditor = actor(Role.AUDITOR, authority="nanjing-credit-office", level=Level.CITY)
    _, all_cases = await office.services.views.cases(auditor, nothing, page)
    assert len(all_cases) >= 3
    actors = [
        actor(*roles, authority=body.code, level=body.level)
        for body in book.authorities.values()
        for roles in [
            *((role,) for role in Role if role is not Role.SUBJECT),
            (Role.OFFICER, Role.SUPERVISOR),
        ]
    ]
    actors += [actor(Role.SUBJECT, subject_ref=ref) for ref in ("nobody", all_cases[0].subject_ref)]
    seen_by_somebody = set()
    for one in actors:
        _, listed = await office.services.views.cases(one, nothing, page)
        may = {c.no for c in all_cases if may_read(one, relation_to(c)) is Verdict.ALLOWED}
        assert {c.no for c in listed} == may, one
        seen_by_somebody |= {(one.authority, one.roles) for _ in may}
    assert ("nanjing-credit-office", (Role.SUPERVISOR,)) in seen_by_somebody
    assert ("jiangsu-market-regulation", (Role.SUPERVISOR,)) in seen_by_somebody
    assert ("shenzhen-market-regulation", (Role.SUPERVISOR,)) not in seen_by_somebody
    assert len(actors) >= 300


def actor(*roles: Role, **place: Any) -> Actor:
    return Actor(account_id="a", person_id="p", roles=roles, **place)


# -- tokens and rights that end


async def test_a_token_that_is_forged_expired_or_of_nobody_opens_nothing(
    office: HttpOffice, case: HttpCase
) -> None:
    officer = await office.holder(Role.OFFICER)
    key = office.services.office.key
    long_ago = SignedTokens(key, now=lambda: datetime.now(UTC) - timedelta(days=2))
    head, body, signature = officer.token.split(".")
    bad = [
        long_ago.issue(officer.account_id)[0],
        SignedTokens(b"x" * 32).issue(officer.account_id)[0],
        SignedTokens(key).issue("f" * 32)[0],
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}.",
        "",
        "null",
    ]
    before = await everything(office)
    for token in bad:
        by = Person("forged", token or " ")
        assert_problem(await case.see(by=by), 401, "UNAUTHENTICATED")
        assert_problem(await case.attempt("note", {"text": "备注"}, by=by), 401, "UNAUTHENTICATED")
    assert await everything(office) == before


async def test_a_right_taken_away_is_gone_with_the_next_request(office: HttpOffice, case: HttpCase) -> None:
    people = office.services.people
    now = await office.services.confirmations.now()
    person = await people.add_person("卞临时（演练）", at=now)
    await people.add_account(
        person,
        "temporary-officer",
        [Role.OFFICER],
        authority=CITY,
        level=Level.CITY,
        practice=True,
        at=now,
    )
    by = await office.user("temporary-officer")
    assert (await case.see(by=by)).status_code == 200
    await people.set_roles("temporary-officer", [Role.REVIEWER])
    assert_problem(await case.attempt("verify_objection", by=by, item="objection-1"), 403, "ROLE_MISSING")
    await people.suspend("temporary-officer", at=now)
    document = (await office.client.get("/openapi.json")).json()
    for path in routes(document, "get"):
        if path not in PUBLIC:
            answer = await office.client.get(address(path, case, 1), headers=by.headers)
            assert_problem(answer, 401, "UNAUTHENTICATED")
    assert_problem(await case.attempt("note", {"text": "备注"}, by=by), 401, "UNAUTHENTICATED")
    await people.suspend("temporary-officer", at=None)
    assert (await case.see(by=by)).status_code == 200


async def test_a_lent_right_is_used_only_as_far_as_it_was_lent(office: HttpOffice, case: HttpCase) -> None:
    reviewer, approver = await office.holder(Role.REVIEWER), await office.holder(Role.APPROVER)
    stranger = await office.user(f"{DISTRICT}-officer")

    async def ask(by: Person, lender: Person) -> httpx.Response:
        headers = by.headers | {"X-On-Behalf-Of": lender.account_id}
        return await office.client.get(f"/api/v1/cases/{case.no}", headers=headers)

    assert_problem(await ask(stranger, reviewer), 403, "DELEGATION_MISSING")
    now = await office.services.confirmations.now()
    await office.services.people.delegate(
        Delegation(
            delegation_id=uuid4().hex,
            lender_account_id=reviewer.account_id,
            substitute_account_id=stranger.account_id,
            roles=(Role.REVIEWER,),
            since=now - timedelta(minutes=1),
            until=now + timedelta(hours=1),
            reason="病假",
        )
    )
    assert (await ask(stranger, reviewer)).status_code == 200
    assert_problem(await ask(stranger, approver), 403, "DELEGATION_MISSING")
    assert_problem(await case.see(by=stranger), 404, "NOT_FOUND")  # in their own name nothing has changed
