"""Taking the steps of a case over HTTP: at the version seen, by another person, on a form that can be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from edge_app import assert_problem
from office_http import BODY, FOR_GOOD_AND_DRY, HttpCase, HttpOffice, form_for, http_office
from sqlalchemy import func, select
from timeskip import TimeSkippingServer

from domain.people import Role
from storage.database import reading
from storage.tables import EVENT, SUBMISSION
from workflows.determination import DETERMINATION

DISTRICT = "xuanwu-market-regulation"


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("steps"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        yield office


async def count(office: HttpOffice, table: Any) -> int:
    async with reading(office.services.office.engine) as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


# -- versions


async def test_a_step_answers_with_the_new_version_and_what_came_of_it(office: HttpOffice) -> None:
    case = await office.open_case()
    answer = await case.attempt("confirm_effective")
    assert answer.status_code == 200
    assert answer.headers["etag"] == f'"v{answer.json()["version"]}"'
    assert (await case.see()).headers["etag"] == answer.headers["etag"]


async def test_an_officer_who_names_no_version_is_asked_for_it(office: HttpOffice) -> None:
    case = await office.open_case()
    officer = await office.holder(Role.OFFICER)
    answer = await office.post(
        officer, f"/cases/{case.no}/actions/confirm_effective", form_for("confirm_effective", case.today)
    )
    problem = assert_problem(answer, 428, "IF_MATCH_MISSING")
    assert problem["field"] == "If-Match"


async def test_a_stale_screen_is_refused_and_told_the_version(office: HttpOffice) -> None:
    case = await office.open_case()
    seen = case.version
    await case.take("note", {"text": "电话已接通。"})
    for key in (None, ""):
        answer = await case.attempt("confirm_effective", version=seen, key=key, dry_run=key == "")
        problem = assert_problem(answer, 412, "STALE_VERSION")
        assert problem["expected"] == f'"v{case.version}"'
        assert problem["field"] == "If-Match"


@pytest.mark.parametrize("tag", ["*", 'W/"v1"', "v1", '"1"', '"v01"', '"v-1"', '"v99999999999999999999"'])
async def test_a_version_is_named_exactly(office: HttpOffice, tag: str) -> None:
    case = await office.open_case()
    officer = await office.holder(Role.OFFICER)
    answer = await office.post(
        officer, f"/cases/{case.no}/actions/note", {"text": "备注"}, headers={"If-Match": tag}
    )
    assert assert_problem(answer, 400, "MALFORMED")["field"] == "If-Match"


async def test_a_subject_objects_without_naming_a_version(office: HttpOffice) -> None:
    case = await (await office.open_case()).to_objection_window()
    subject = await office.user("subject-company-1")
    answer = await office.post(
        subject,
        f"/cases/{case.no}/actions/raise_objection",
        {"channel": "online", "statement": "对告知的事实有异议。"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["item"] == "objection-1"


# -- repetition


async def test_twenty_equal_steps_at_once_are_one_event_with_equal_answers(office: HttpOffice) -> None:
    case, key = await office.open_case(), uuid4().hex
    answers = await asyncio.gather(*(case.attempt("confirm_effective", key=key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    events = (await case.see("/timeline")).json()["items"]
    assert [event["step"] for event in events] == ["open_case", "confirm_effective"]


async def test_a_step_is_replayed_whatever_has_happened_since(office: HttpOffice) -> None:
    case, key = await office.open_case(), uuid4().hex
    seen = case.version
    first = await case.attempt("confirm_effective", key=key)
    case.version = first.json()["version"]
    await case.take("confirm_ground")
    again = await case.attempt("confirm_effective", key=key, version=seen)
    assert (again.status_code, again.text) == (200, first.text)
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_refused_step_is_refused_again_under_its_key_and_leaves_no_event(office: HttpOffice) -> None:
    case, key = await office.open_case(), uuid4().hex
    before = await count(office, EVENT)
    first = await case.attempt("decide", key=key)
    again = await case.attempt("decide", key=key)
    assert first.status_code == again.status_code == 422
    assert first.json() | {"trace_id": ""} == again.json() | {"trace_id": ""}
    assert again.headers["idempotent-replayed"] == "true"
    assert await count(office, EVENT) == before


# -- forms

BAD_FORMS: list[tuple[str, dict[str, Any], str, str]] = [
    ("confirm_effective", {"effective": "yes"}, "effective", "true 或者 false"),
    ("confirm_effective", {"effective_on": "2026年2月9日"}, "effective_on", "日期"),
    ("confirm_effective", {"evidence": "回证"}, "evidence", "列表"),
    ("confirm_effective", {"evidence": ["x"] * 51}, "evidence", "至多 50 项"),
    ("confirm_effective", {"evidence": [""]}, "evidence[0]", "至少 1 个字符"),
    ("confirm_effective", {"remedies_state": None}, "remedies_state", "文本"),
    ("confirm_effective", {"fee": 1}, "fee", "不得有此项"),
    ("assess_leniency", {"factors": ["mercy"]}, "factors[0]", "下列之一"),
    ("draft_prior_notice", {"basis": []}, "basis", "至少 1 项"),
    ("serve_prior_notice", {"method": "pigeon"}, "method", "下列之一"),
    ("serve_prior_notice", {"evidence": {"k": 7}}, "evidence.k", "文本"),
    ("arrange_hearing", {"held_at": "半点", "held_on": "2026-03-20"}, "held_at", "时间，如 09:30"),
    ("propose_extension", {"count": 0}, "count", "不小于 1"),
    ("draft_decision", {"measures": [{"code": "A09"}]}, "measures[0].relevance", "必填"),
]


@pytest.mark.parametrize(("step", "changes", "field", "expected"), BAD_FORMS)
async def test_a_form_that_cannot_be_read_names_the_field_in_chinese_and_is_not_received(
    office: HttpOffice, step: str, changes: dict[str, Any], field: str, expected: str
) -> None:
    case = await office.open_case()
    received = await count(office, SUBMISSION)
    form = form_for(step, case.today) | changes
    for dry in FOR_GOOD_AND_DRY:
        problem = assert_problem(await case.attempt(step, form, **dry), 400, "MALFORMED")
        assert (problem["field"], expected in problem["expected"]) == (field, True), problem
        assert DETERMINATION.steps[step].title in problem["detail"]
    assert await count(office, SUBMISSION) == received


async def test_there_is_no_such_step(office: HttpOffice) -> None:
    case = await office.open_case()
    officer = await office.holder(Role.OFFICER)
    for action in ("open_case", "close_objection_window", "paper_produced", "fly", "备注"):
        answer = await office.post(officer, f"/cases/{case.no}/actions/{action}", {}, version=case.version)
        problem = assert_problem(answer, 400, "MALFORMED")
        assert problem["field"] == "action"
        assert "confirm_effective" in problem["expected"]


async def test_an_item_that_is_not_there_or_not_meant_is_refused(office: HttpOffice) -> None:
    case = await (await office.open_case()).to_objection_window()
    assert_problem(await case.attempt("accept_objection", item="objection-9"), 409, "ITEM_UNKNOWN")
    refused = await case.attempt("note", {"text": "备注"}, item="objection-1")
    assert assert_problem(refused, 400, "MALFORMED")["field"] == "item"


# -- persons


async def test_another_account_of_the_same_person_is_the_same_pair_of_eyes(office: HttpOffice) -> None:
    drafter = await office.user(f"{DISTRICT}-officer-2")
    same = await office.user(f"{DISTRICT}-approver-2")
    assert drafter.person_id == same.person_id
    case = await office.open_case(authority=DISTRICT)
    await case.to_prior_notice()
    await case.take("draft_prior_notice", by=drafter)
    await case.take("review_prior_notice")
    for dry in FOR_GOOD_AND_DRY:
        problem = assert_problem(await case.attempt("issue_prior_notice", by=same, **dry), 403, "FOUR_EYES")
        assert "拟制事先告知书" in problem["detail"]
        assert "号事件" in problem["detail"]
    await case.take("issue_prior_notice")


async def test_the_wrong_role_is_refused_before_anything_is_received(office: HttpOffice) -> None:
    case = await office.open_case()
    received = await count(office, SUBMISSION)
    reviewer = await office.holder(Role.REVIEWER)
    problem = assert_problem(await case.attempt("confirm_effective", by=reviewer), 403, "ROLE_MISSING")
    assert "承办人" in problem["expected"]
    assert problem["clause"] == "宁信用〔2021〕1号 三（二）"
    assert await count(office, SUBMISSION) == received


async def test_another_authority_cannot_tell_a_case_that_is_not_theirs_from_none(office: HttpOffice) -> None:
    case = await office.open_case()
    stranger = await office.user(f"{DISTRICT}-officer")
    for part in ("", "/actions", "/timeline", "/deadlines", "/documents", "/documents/1.pdf"):
        theirs = await office.get(stranger, f"/cases/{case.no}{part}")
        nobodys = await office.get(stranger, f"/cases/2026-999999{part}")
        one, other = assert_problem(theirs, 404, "NOT_FOUND"), assert_problem(nobodys, 404, "NOT_FOUND")
        assert one | {"trace_id": ""} == other | {"trace_id": ""}
    for no in (case.no, "2026-999999"):
        answer = await office.post(stranger, f"/cases/{no}/actions/note", {"text": "备注"}, version=1)
        assert_problem(answer, 404, "NOT_FOUND")


# -- dry run


async def test_a_dry_run_answers_as_the_real_thing_and_stores_nothing(office: HttpOffice) -> None:
    case = await (await office.open_case()).to_prior_notice()
    before = (await count(office, EVENT), await count(office, SUBMISSION))
    dry = await case.attempt("draft_prior_notice", key="", dry_run=True)
    assert dry.status_code == 200
    assert dry.headers["etag"] == f'"v{case.version}"'
    assert (await count(office, EVENT), await count(office, SUBMISSION)) == before
    real = await case.take("draft_prior_notice")
    shown = dry.json()
    assert {k: shown[k] for k in ("step", "stage", "outcome")} == {
        k: real[k] for k in ("step", "stage", "outcome")
    }
    assert shown["waits_for"][0] == "review_prior_notice"


async def test_a_dry_run_of_a_barred_step_is_refused_in_the_words_of_the_real_one(office: HttpOffice) -> None:
    case = await office.open_case()
    for step in ("decide", "serve_prior_notice", "raise_objection", "request_hearing", "correct_paper"):
        form = (
            {"of_seq": 1, "wrong": "甲", "right": "乙", "reasons": "丙"} if step == "correct_paper" else None
        )
        dry = await case.attempt(step, form, key="", dry_run=True)
        real = await case.attempt(step, form)
        assert dry.status_code == real.status_code >= 400, (step, real.text)
        assert dry.json() | {"trace_id": ""} == real.json() | {"trace_id": ""}


# -- what may be done


async def test_every_action_of_the_procedure_is_listed_with_clause_cure_and_form(office: HttpOffice) -> None:
    case = await office.open_case()
    people = [await office.holder(role) for role in (Role.OFFICER, Role.REVIEWER, Role.APPROVER)]
    people += [await office.user("subject-company-1"), await office.user("nanjing-credit-office-auditor")]
    steps = {s.name for s in DETERMINATION.steps.values() if s.roles and s.name != "open_case"}
    for by in people:
        listed = (await case.see("/actions", by=by)).json()["items"]
        assert {action["action"] for action in listed} == steps
        for action in listed:
            assert action["title"]
            assert action["clause"]
            assert action["form_schema"]["type"] == "object"
            assert action["allowed"] is (action["blocked_by"] == [])
            for bar in action["blocked_by"]:
                assert bar["code"]
                assert bar["text"]
                assert bar["clause"]
                assert bar["fix"]


async def test_what_is_listed_as_allowed_is_allowed_and_the_rest_is_refused(office: HttpOffice) -> None:
    case = await (await office.open_case()).to_prior_notice()
    officer = await office.holder(Role.OFFICER)
    listed = {a["action"]: a for a in (await case.see("/actions")).json()["items"]}
    assert listed["draft_prior_notice"]["waits"]
    assert not listed["decide"]["waits"]
    for name, action in listed.items():
        answer = await case.attempt(
            name, form_for(name, case.today) | _needed(name), by=officer, key="", dry_run=True
        )
        if action["allowed"]:
            assert answer.status_code in (200, 409, 422), (name, answer.text)
        else:
            assert answer.status_code >= 400, name
            if "ROLE_MISSING" in {bar["code"] for bar in action["blocked_by"][:1]}:
                assert_problem(answer, 403, "ROLE_MISSING")


def _needed(step: str) -> dict[str, Any]:
    """Days and numbers that the sample form of a step leaves to its caller."""
    needed: dict[str, dict[str, Any]] = {
        "arrange_hearing": {"held_on": "2026-03-20"},
        "hold_hearing": {"held_on": "2026-03-02"},
        "correct_paper": {"of_seq": 1},
    }
    return needed.get(step, {})


async def test_the_timeline_shows_each_event_with_its_clause_and_no_name(office: HttpOffice) -> None:
    case = await office.open_case(subject="subject-person-1")
    await case.to_prior_notice()
    answer = await case.see("/timeline")
    events = answer.json()["items"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert all(event["clause"] and event["title"] for event in events)
    assert events[1]["by"]["roles"] == ["officer"]
    for personal in ("王玉泽", "32010419940813996X", "13851234567", "1幢201室", "1994-08-13"):
        assert personal not in answer.text
    assert "王**" in answer.text


async def test_a_subject_sees_what_was_done_but_no_deliberation_nor_who_held_the_pen(
    office: HttpOffice,
) -> None:
    case = await (await office.open_case()).to_objection_window()
    await case.take("note", {"text": "内部研究意见"})
    subject = await office.user("subject-company-1")
    answer = await case.see("/timeline", by=subject)
    events = {event["step"]: event for event in answer.json()["items"]}
    assert "内部研究意见" not in answer.text
    assert "同意。" not in answer.text
    assert set(events["issue_prior_notice"]["by"]) == {"roles", "authority"}
    assert events["issue_prior_notice"]["data"]["number"].startswith("宁市监")
    assert events["serve_prior_notice"]["data"]["method"] == "direct"
    assert events["draft_prior_notice"]["data"] == {}


async def test_a_case_that_is_closed_takes_no_further_step(office: HttpOffice) -> None:
    case: HttpCase = await office.open_case()
    await case.take("confirm_effective", form_for("confirm_effective", case.today) | {"effective": False})
    assert (await case.see()).json()["outcome"] == "basis_not_effective"
    assert_problem(await case.attempt("confirm_ground"), 409, "CASE_CLOSED")
    assert (await office.get(await office.holder(Role.OFFICER, BODY), "/cases", open=True)).status_code == 200
