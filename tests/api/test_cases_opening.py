"""Opening a case over HTTP: what the law forbids is refused with its clause, and the same request opens one case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from edge_app import assert_problem
from office_http import OPENED_AT, SUBJECTS, HttpOffice, http_office, opening_form
from sqlalchemy import func, select
from timeskip import TimeSkippingServer

from api.examples import OPENINGS
from domain.people import Role
from storage.database import reading
from storage.tables import CASE, EVENT, SUBMISSION, TASK

WAGES, SHENZHEN = "migrant_wages", "shenzhen"
LABOUR, SHENZHEN_BODY = "nanjing-human-resources", "shenzhen-market-regulation"
STREET = "dongshan-subdistrict"


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("opening"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        await office.confirm_everything(WAGES, LABOUR)
        await office.confirm_everything(SHENZHEN, SHENZHEN_BODY)
        yield office


async def rows(office: HttpOffice) -> dict[str, int]:
    """How many rows each table of cases holds."""
    async with reading(office.services.office.engine) as connection:
        return {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (CASE, EVENT, TASK, SUBMISSION)
        }


async def test_an_opened_case_has_a_number_a_version_and_an_address(office: HttpOffice) -> None:
    case = await office.open_case()
    assert case.opened.status_code == 201
    assert case.opened.headers["etag"] == '"v1"'
    assert case.opened.headers["location"] == f"/api/v1/cases/{case.no}"
    body = case.opened.json()
    assert (body["stage"], body["step"], body["clause"]) == (
        "lead",
        "open_case",
        "宁信用〔2021〕1号 三（二）",
    )
    assert body["received_at"].startswith("2026-03-02T01:00:00")
    shown = await case.see()
    assert shown.headers["etag"] == '"v1"'
    assert shown.json()["waits_for"][0]["action"] == "confirm_effective"


async def test_the_authority_may_be_named_by_its_credit_code(office: HttpOffice) -> None:
    form = opening_form() | {"authority": "113201004586427778"}
    officer = await office.holder(Role.OFFICER)
    answer = await office.try_to_open(form, by=officer)
    assert answer.status_code == 201, answer.text
    assert (await office.get(officer, f"/cases/{answer.json()['case']}")).json()["authority"] == (
        "nanjing-market-regulation"
    )


GATES: list[tuple[str, dict[str, Any], str, str]] = [
    ("未生效", {"document": {"effectiveness": "not_effective"}}, "BASIS_NOT_EFFECTIVE", "三（二）"),
    ("文书日期在后", {"document": {"decided_on": "2026-03-03"}}, "BASIS_NOT_EFFECTIVE", "三（二）"),
    ("文书种类不许", {"document": {"kind": "arbitral_award"}}, "BASIS_NOT_ALLOWED", "44号"),
    ("列入情形不在其内", {"ground": "debt"}, "LIST_NOT_ADMISSIBLE", "三（三）"),
    (
        "别的机关的名单",
        {"authority": "nanjing-emergency"},
        "LIST_NOT_ADMISSIBLE",
        "",
    ),
    ("层级不够", {"authority": STREET, "regime": WAGES}, "RANK_TOO_LOW", ""),
    (
        "其他文书未写明准许的规定",
        {"authority": LABOUR, "regime": WAGES, "document": {"kind": "other_by_law"}},
        "BASIS_NOT_ALLOWED",
        "三（二）",
    ),
    (
        "不适用于该类主体",
        {
            "authority": SHENZHEN_BODY,
            "regime": SHENZHEN,
            "subject": SUBJECTS["subject-company-1"] | {"kind": "sole_trader"},
        },
        "LIST_NOT_ADMISSIBLE",
        "",
    ),
    ("草案", {"authority": "nanjing-emergency", "regime": "work_safety"}, "REGIME_IS_DRAFT", "三（四）"),
]


@pytest.mark.parametrize(("changes", "code", "clause"), [g[1:] for g in GATES], ids=[g[0] for g in GATES])
async def test_what_the_law_forbids_opens_no_case_and_names_the_clause(
    office: HttpOffice, changes: dict[str, Any], code: str, clause: str
) -> None:
    subject = changes.get("subject", "subject-company-1")
    form = opening_form(subject, **{k: v for k, v in changes.items() if k != "subject"})
    before = await rows(office)
    problem = assert_problem(await office.try_to_open(form), 422, code)
    assert clause in problem["clause"]
    assert all(bar["text"] and bar["fix"] for bar in problem["blocked_by"])
    after = await rows(office)
    assert {k: after[k] for k in ("case_file", "event", "task")} == {
        k: before[k] for k in ("case_file", "event", "task")
    }
    dry = await office.try_to_open(form, key="", dry_run=True)
    assert assert_problem(dry, 422, code) | {"trace_id": ""} == problem | {"trace_id": ""}
    assert await rows(office) == after


async def test_a_regime_that_is_not_in_force_or_not_there_opens_no_case(office: HttpOffice) -> None:
    early = OPENED_AT.replace(year=2019)
    form = opening_form(document={"decided_on": "2019-02-01", "served_on": None, "effective_on": None})
    assert_problem(await office.try_to_open(form, at=early), 422, "LIST_NOT_ADMISSIBLE")
    assert_problem(await office.try_to_open(opening_form(regime="no_such_list")), 404, "REGIME_NOT_FOUND")


async def test_only_an_officer_of_the_deciding_authority_opens_its_case(office: HttpOffice) -> None:
    form = opening_form()
    for login in (
        "nanjing-market-regulation-reviewer",
        "nanjing-market-regulation-approver",
        "xuanwu-market-regulation-officer",
        "jiangsu-market-regulation-superior",
        "subject-company-1",
        "nanjing-credit-office-auditor",
        "nanjing-credit-office-administrator",
    ):
        by = await office.user(login)
        assert_problem(await office.try_to_open(form, by=by), 403, "ROLE_MISSING")
    officer = await office.holder(Role.OFFICER)
    unknown = form | {"authority": "nowhere"}
    assert assert_problem(await office.try_to_open(unknown, by=officer), 400, "MALFORMED")["field"] == (
        "authority"
    )


async def test_a_dry_run_answers_the_same_and_stores_nothing(office: HttpOffice) -> None:
    before = await rows(office)
    answer = await office.try_to_open(opening_form(), key="", dry_run=True)
    assert answer.status_code == 200
    assert answer.json()["waits_for"][:1] == ["confirm_effective"]
    assert answer.json()["dry_run"] is True
    assert await rows(office) == before


async def test_the_same_key_and_body_opens_one_case_and_gives_one_answer(office: HttpOffice) -> None:
    form, key = opening_form(), uuid4().hex
    answers = await asyncio.gather(*(office.try_to_open(form, key=key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    bodies = {answer.text for answer in answers}
    assert len(bodies) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    again = await office.try_to_open(form, key=key, at=OPENED_AT + timedelta(days=40))
    assert again.text in bodies
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_key_serves_for_one_request_of_one_person(office: HttpOffice) -> None:
    case_form, key = opening_form(), uuid4().hex
    officer = await office.holder(Role.OFFICER)
    assert (await office.try_to_open(case_form, key=key)).status_code == 201
    assert_problem(await office.try_to_open(opening_form(), key=key), 422, "KEY_REUSED")
    number = (await office.try_to_open(case_form, key=key)).json()["case"]
    other_route = await office.post(
        officer, f"/cases/{number}/actions/note", {"text": "备注"}, key=key, version=1
    )
    assert_problem(other_route, 422, "KEY_REUSED")
    approver = await office.holder(Role.APPROVER)
    by_another = await office.post(
        approver, f"/cases/{number}/actions/note", {"text": "备注"}, key=key, version=1
    )
    assert_problem(by_another, 422, "KEY_REUSED")


async def test_a_refusal_is_replayed_too(office: HttpOffice) -> None:
    form, key = opening_form(document={"effectiveness": "not_effective"}), uuid4().hex
    first = await office.try_to_open(form, key=key)
    again = await office.try_to_open(form, key=key)
    assert first.json() | {"trace_id": ""} == again.json() | {"trace_id": ""}
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


async def test_the_same_matter_opens_one_case_and_the_refusal_names_it(office: HttpOffice) -> None:
    form = opening_form()
    case = await office.open_case(form)
    problem = assert_problem(await office.try_to_open(form), 409, "DUPLICATE_CASE")
    assert case.no in problem["expected"]


async def test_cases_from_one_document_know_each_other_but_a_subject_sees_only_its_own(
    office: HttpOffice,
) -> None:
    company = opening_form()
    director = opening_form("subject-person-1", document={"number": company["document"]["number"]})
    first, second = await office.open_case(company), await office.open_case(director)
    assert [one["no"] for one in (await first.see()).json()["related"]] == [second.no]
    assert [one["no"] for one in (await second.see()).json()["related"]] == [first.no]
    subject = await office.user("subject-company-1")
    assert (await first.see(by=subject)).json()["related"] == []
    assert_problem(await second.see(by=subject), 404, "NOT_FOUND")


MALFORMED: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "缺少名称",
        {"subject": {"kind": "organisation", "id_number": "91320113MAPM29JY73"}},
        "subject.name",
        "必填",
    ),
    (
        "种类不对",
        {"subject": SUBJECTS["subject-company-1"] | {"kind": "company"}},
        "subject.kind",
        "下列之一",
    ),
    ("不认识的字段", {"fee": 100}, "fee", "不得有此项"),
    ("日期不对", {"document": {"decided_on": "2026-02-30"}}, "document.decided_on", "日期"),
    ("金额为负", {"document": {"fine_wan": "-1"}}, "document.fine_wan", "不小于 0"),
    ("空白", {"regime": "　"}, "regime", ""),
    ("换行", {"source": "双公示\n导入"}, "source", "一行文字"),
    ("过长", {"source": "长" * 201}, "source", "至多 200 个字符"),
    ("类型不对", {"regime": 7}, "regime", "文本"),
]


@pytest.mark.parametrize(
    ("changes", "field", "expected"), [m[1:] for m in MALFORMED], ids=[m[0] for m in MALFORMED]
)
async def test_a_malformed_opening_names_the_field_in_chinese_and_is_not_received(
    office: HttpOffice, changes: dict[str, Any], field: str, expected: str
) -> None:
    form = opening_form(**{k: v for k, v in changes.items() if k != "subject"})
    form |= {k: v for k, v in changes.items() if k == "subject"}
    before = await rows(office)
    problem = assert_problem(
        await office.try_to_open(form, by=await office.holder(Role.OFFICER)), 400, "MALFORMED"
    )
    assert problem["errors"][0]["field"] == field
    assert expected in problem["errors"][0]["expected"]
    assert await rows(office) == before


@pytest.mark.parametrize(
    "instant", ["tomorrow", "2026-03-02T09:00:00", "1000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026"]
)
async def test_a_practice_instant_out_of_reach_is_refused(office: HttpOffice, instant: str) -> None:
    officer = await office.holder(Role.OFFICER)
    answer = await office.post(officer, "/cases", opening_form(), headers={"X-Practice-Clock": instant})
    assert assert_problem(answer, 400, "MALFORMED")["field"] == "X-Practice-Clock"


@pytest.mark.parametrize("key", ["", "short", "k" * 129, "with space1", "中文的键值键值键值"])
async def test_opening_needs_a_key_that_is_one(office: HttpOffice, key: str) -> None:
    officer = await office.holder(Role.OFFICER)
    headers = [(name.encode(), value.encode()) for name, value in officer.headers.items()]
    headers += [(b"Idempotency-Key", key.encode())] if key else []
    answer = await office.client.post("/api/v1/cases", json=opening_form(), headers=headers)
    assert_problem(answer, 400, "IDEMPOTENCY_KEY_MALFORMED" if key else "IDEMPOTENCY_KEY_MISSING")


@pytest.mark.parametrize("name", OPENINGS)
async def test_the_examples_of_the_document_open_a_case_as_they_stand(office: HttpOffice, name: str) -> None:
    officer = await office.holder(Role.OFFICER, OPENINGS[name]["authority"])
    shown = await office.post(officer, "/cases", OPENINGS[name], key="", dry_run="true")
    assert shown.status_code == 200, shown.text
