"""Marked strings go through a whole office; afterwards none is found anywhere but where it is encrypted.

Searched: the raw bytes of every file in the office's home (record, write-ahead log, key, logs), Temporal's histories,
ids and search attributes as Temporal itself sees them, all log lines down to DEBUG, every answer that refuses, and the
fields that answers mask.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from form_fields import filled, words
from office_http import HttpCase, HttpOffice, form_for, http_office, opening_form
from sqlalchemy import select
from temporalio.client import Client
from timeskip import TimeSkippingServer

from domain.people import Delegation, Role
from storage.database import reading
from storage.tables import CASE

#: Encodings in which a text could lie in a file.
_ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "unicode_escape")


@dataclass
class Marks:
    """Hands out texts that occur nowhere else, and knows them again in bytes."""

    personal: list[str] = field(default_factory=list)  # masked wherever it is shown
    content: list[str] = field(default_factory=list)  # shown to who works on the case, and nowhere else

    def word(self, old: str = "") -> str:
        """A text in place of another; a telephone number stays one."""
        mark = f"印记{len(self.content) + 1:03d}号"
        self.content.append(mark)
        return f"{mark}，025-12345678，{mark}" if "025-" in old else mark

    def name(self, kept: str) -> str:
        """A name whose first character the mask leaves."""
        mark = f"隐名{len(self.personal) + 1:03d}"
        self.personal.append(mark)
        return kept + mark

    def value(self, text: str) -> str:
        """A number or day that is a mark by itself."""
        self.personal.append(text)
        return text

    @property
    def all(self) -> list[str]:
        return self.personal + self.content

    def found_in(self, data: bytes | str, marks: list[str] | None = None) -> list[str]:
        """The marks that occur, in any encoding."""
        wanted = self.all if marks is None else marks
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogatepass")
        return [mark for mark in wanted if any(mark.encode(encoding) in data for encoding in _ENCODINGS)]


@dataclass
class Told:
    """A whole story, and everything that was answered on the way."""

    office: HttpOffice
    marks: Marks
    answers: list[httpx.Response]
    log: io.StringIO
    cases: list[HttpCase] = field(default_factory=list)


@pytest.fixture(scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer) -> AsyncIterator[Told]:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.addFilter(
        lambda line: not line.name.startswith("http")
    )  # the test's own client tells its addresses
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        async with http_office(tmp_path_factory.mktemp("leaks"), temporal.address) as office:
            answers: list[httpx.Response] = []

            async def keep(answer: httpx.Response) -> None:
                await answer.aread()
                answers.append(answer)

            office.client.event_hooks["response"].append(keep)
            await office.confirm_everything("market_regulation")
            story = Told(office, Marks(), answers, log)
            await person_is_listed(story)
            await company_is_spared(story)
            await office_work(story)
            await everything_refused(story)
            yield story
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def marked_form(marks: Marks, step: str, case: HttpCase, **changes: Any) -> dict[str, Any]:
    plain = form_for(step, case.today) | changes
    form: dict[str, Any] = filled(plain, words(plain), marks.word)
    if step.startswith("serve_"):
        form["received_by"] = marks.name("收")
    return form


async def take(told: Told, case: HttpCase, step: str, *, item: str = "", **changes: Any) -> dict[str, Any]:
    return await case.take(step, marked_form(told.marks, step, case, **changes), item=item)


def marked_document(marks: Marks) -> dict[str, Any]:
    return {name: marks.word() for name in ("number", "title", "facts", "legal_basis", "result")} | {
        "kinds": [marks.word()]
    }


async def person_is_listed(told: Told) -> None:
    """A natural person: objection, hearing, consent, decision, list; with extension, correction and remarks."""
    office, marks = told.office, told.marks
    subject = {
        "kind": "natural_person",
        "name": marks.name("陆"),
        "id_number": marks.value("320104199003074510"),
        "id_kind": marks.word(),
        "address": "南京市秦淮区" + marks.name("中"),
        "contact": marks.value("13951987654"),
        "representative": marks.name("代"),
        "born_on": marks.value("1990-03-07"),
    }
    form = opening_form(subject, document=marked_document(marks), source=marks.word())
    case = await office.open_case(form)
    told.cases.append(case)
    for step in ("confirm_effective", "confirm_ground", "assess_leniency", "draft_prior_notice"):
        await take(told, case, step)
    await take(told, case, "review_prior_notice", agreed=False)
    for step in ("draft_prior_notice", "review_prior_notice", "issue_prior_notice"):
        await take(told, case, step)
    failed: dict[str, Any] = {"outcome": "failed", "evidence": {}, "remark": "无人"}
    await take(told, case, "serve_prior_notice", **failed)
    await take(told, case, "serve_prior_notice", remark="已签收")
    item = (await take(told, case, "raise_objection", evidence=["证据"], record="笔录"))["item"]
    for step in ("accept_objection", "verify_objection", "answer_objection", "serve_answer"):
        await take(told, case, step, item=item)
    await take(told, case, "request_hearing")
    await case.take(
        "arrange_hearing", marked_form(marks, "arrange_hearing", case) | {"held_on": "2026-03-16"}
    )
    await take(told, case, "note")
    await case.days_pass(20)
    await case.take(
        "hold_hearing", marked_form(marks, "hold_hearing", case) | {"held_on": case.today.isoformat()}
    )
    await take(told, case, "request_consent")
    await take(told, case, "give_consent")
    for step in ("draft_decision", "review_decision", "decide", "serve_decision"):
        await take(told, case, step)
    async with asyncio.timeout(20):
        while not (await case.see()).json()["related"]:  # noqa: ASYNC110 -- the relay opens the period on the list
            await asyncio.sleep(0.1)


async def company_is_spared(told: Told) -> None:
    """A company whose founding document falls after the notice; its case is wound up."""
    office, marks = told.office, told.marks
    subject = {
        "kind": "organisation",
        "name": "南京公开名称有限公司",
        "id_number": "91320113MAPM29JY73",
        "representative": marks.name("欧"),
        "contact": marks.value("13770123456"),
    }
    case = await office.open_case(opening_form(subject, document=marked_document(marks), source=marks.word()))
    told.cases.append(case)
    for step in (
        "confirm_effective",
        "confirm_ground",
        "assess_leniency",
        "draft_prior_notice",
        "review_prior_notice",
        "issue_prior_notice",
        "serve_prior_notice",
        "basis_held_unlawful",
        "basis_fell",
        "issue_termination",
        "serve_termination",
    ):
        await take(told, case, step)


async def office_work(told: Told) -> None:
    """Names of officials, delegations, tasks handed over, an imported record, and everything looked at."""
    office, marks = told.office, told.marks
    people, now = office.services.people, await office.services.confirmations.now()
    await people.add_person(marks.name("官"), at=now)
    officer, approver = await office.holder(Role.OFFICER), await office.holder(Role.APPROVER)
    await people.delegate(
        Delegation(
            delegation_id=uuid4().hex,
            lender_account_id=officer.account_id,
            substitute_account_id=approver.account_id,
            roles=(Role.OFFICER,),
            since=now,
            until=now.replace(year=now.year + 1),
            reason=marks.word(),
        )
    )
    open_case = await office.open_case(subject="subject-company-1")
    (task,) = (await office.get(officer, "/tasks", case=open_case.no)).json()["items"]
    answer = await office.post(
        approver, f"/tasks/{task['id']}/reassign", {"to": officer.login, "reason": marks.word()}
    )
    assert answer.status_code == 200, answer.text
    record = {
        "CF_XDR_MC": marks.name("进"),
        "CF_XDR_LB": "自然人",
        "CF_XDR_ZJLX": "身份证",
        "CF_XDR_ZJHM": marks.value("32010619850422301X"),
        "CF_WSH": "宁市监罚〔2026〕912号",
        "CF_WFXW": marks.word(),
        "CF_SY": marks.word(),
        "CF_YJ": marks.word(),
        "CF_CFLB": "罚款",
        "CF_NR": marks.word(),
        "CF_NR_FK": "0.5",
        "CF_JDRQ": "2026-02-06",
        "CF_YXQ": "2099-12-31",
        "CF_CFJG": "南京市市场监督管理局",
        "CF_CFJGDM": "113201004586427778",
        "CF_SJLY": "南京市市场监督管理局",
        "CF_SJLYDM": "113201004586427778",
    }
    bad = record | {"CF_XDR_ZJHM": marks.value("320106198504223011"), "CF_WSH": marks.word()}
    handed = await office.post(officer, "/imports", {"records": [record, bad]})
    assert handed.status_code == 202, handed.text
    address = f"/imports/{handed.json()['id']}"
    async with asyncio.timeout(20):
        while not (await office.get(officer, address)).json()["finished_at"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    readers = ["nanjing-market-regulation-officer", "nanjing-credit-office-auditor", "subject-company-1"]
    for by in [await office.user(login) for login in readers]:
        for path in ("/cases", "/tasks?scope=all", "/imports"):
            await office.client.get(f"/api/v1{path}", headers=by.headers)
        for case in told.cases:
            for part in ("", "/actions", "/timeline", "/deadlines", "/documents"):
                await case.see(part, by=by)


async def everything_refused(told: Told) -> None:
    """Marks in requests that are refused: malformed, stale, out of turn, by the wrong person, under a used key."""
    office, marks = told.office, told.marks
    case = await office.open_case(subject="subject-company-1")
    stranger = await office.user("xuanwu-market-regulation-officer")
    officer = await office.holder(Role.OFFICER)
    key = uuid4().hex
    await case.take("confirm_effective", key=key)
    opening = opening_form(document=marked_document(marks))
    opening["subject"] = opening["subject"] | {
        "name": marks.name("拒"),
        "id_number": [marks.value("32010519880101777X")],
    }
    refused = [
        await office.try_to_open(opening),
        await office.try_to_open(opening_form(authority=marks.word()), by=officer),
        await office.try_to_open(
            opening_form(document={"effectiveness": "not_effective", "facts": marks.word()})
        ),
        await case.attempt("note", {"text": marks.word(), marks.word(): 1}),
        await case.attempt("note", {"text": [marks.word()]}),
        await case.attempt("note", {"text": marks.word()}, version=0),
        await case.attempt("note", {"text": marks.word()}, by=stranger),
        await case.attempt(
            "verify_objection", marked_form(marks, "verify_objection", case), item="objection-9"
        ),
        await case.attempt(
            "verify_objection", marked_form(marks, "verify_objection", case), item=marks.word()
        ),
        await case.attempt("decide", {"agreed": True, "opinion": marks.word()}),
        await case.attempt("draft_decision", marked_form(marks, "draft_decision", case)),
        await case.attempt("note", {"text": marks.word()}, key=key),
        await case.attempt("raise_objection", {"channel": "post", "statement": marks.word()}),
        await office.get(stranger, f"/cases/{marks.word()}"),
        await office.get(stranger, "/cases", stage=marks.word(), sort=marks.word()),
        await office.post(stranger, "/practice/tokens", {"user": marks.word()}),
        await case.attempt("note", {"text": marks.word() + "\u200b"}),
    ]
    assert {answer.status_code for answer in refused} >= {400, 403, 404, 409, 412, 422} - {403}
    assert all(answer.status_code >= 400 for answer in refused)


# -- where they are looked for


def test_the_story_is_long_enough_and_went_through(told: Told) -> None:
    assert len(told.marks.all) >= 60
    assert len(set(told.marks.all)) == len(told.marks.all)
    assert len(told.answers) >= 100


async def test_the_marks_did_arrive(told: Told) -> None:
    """Without this the search could be right by finding nothing of nothing."""
    officer = await told.office.holder(Role.OFFICER)
    timelines = "".join([(await case.see("/timeline", by=officer)).text for case in told.cases])
    assert len(told.marks.found_in(timelines, told.marks.content)) >= 50
    assert told.marks.found_in("某隐名001".encode("gb18030")) == ["隐名001"]


def test_no_file_of_the_office_holds_a_mark(told: Told) -> None:
    searched = 0
    for file in sorted(told.office.settings.home.rglob("*")):
        if file.is_file():
            data = file.read_bytes()
            assert told.marks.found_in(data) == [], file.name
            searched += len(data)
    record = told.office.settings.home / "record.db"
    wal = record.with_name("record.db-wal")
    assert b"market_regulation" in record.read_bytes() + (wal.read_bytes() if wal.exists() else b"")
    assert searched > 500_000


async def test_temporal_holds_no_mark(told: Told, temporal: TimeSkippingServer) -> None:
    plain = await Client.connect(temporal.address)  # sees what Temporal sees
    async with reading(told.office.services.office.engine) as connection:
        ids = [row.id for row in await connection.execute(select(CASE.c.id))]
    events = 0
    for case_id in ids:
        handle = plain.get_workflow_handle(f"case-{case_id}")
        described = await handle.describe()
        assert told.marks.found_in(described.raw_description.SerializeToString()) == []
        async for event in handle.fetch_history_events():
            assert told.marks.found_in(event.SerializeToString()) == [], event.event_type
            events += 1
    assert events >= 300
    async for found in plain.list_workflows("ExecutionStatus != 'Running' OR ExecutionStatus = 'Running'"):
        assert told.marks.found_in(found.id) == []
        assert told.marks.found_in(str(found.typed_search_attributes)) == []


def test_no_log_line_holds_a_mark(told: Told) -> None:
    lines = told.office.log.getvalue()
    assert '"route": "/api/v1/cases/{no}/actions/{action}"' in lines
    assert told.marks.found_in(lines) == []
    assert "asyncio" in told.log.getvalue() or "temporal" in told.log.getvalue()
    assert [line[:600] for line in told.log.getvalue().splitlines() if told.marks.found_in(line)] == []


def test_no_refusal_repeats_what_was_sent(told: Told) -> None:
    refusals = [answer for answer in told.answers if answer.status_code >= 400]
    assert len(refusals) >= 15
    for answer in refusals:
        assert told.marks.found_in(answer.content) == [], answer.text
        assert told.marks.found_in(str(answer.headers)) == []


def test_personal_values_are_masked_in_every_answer(told: Told) -> None:
    for answer in told.answers:
        if answer.headers["content-type"].endswith("json"):
            found = told.marks.found_in(answer.content, told.marks.personal)
            assert found == [], (answer.request.method, answer.request.url.path, found)


def test_lists_and_receipts_hold_no_text_of_the_file(told: Told) -> None:
    """What is written in the file is shown with the file; the list shows the number of the founding document."""
    for answer in told.answers:
        path = answer.request.url.path
        if (
            answer.is_success
            and not path.endswith(("/timeline", "/cases", "/imports"))
            and "/imports/" not in path
        ):
            found = told.marks.found_in(answer.content, told.marks.content)
            allowed = document_numbers(told)
            assert set(found) <= allowed, (answer.request.method, path, found)


def document_numbers(told: Told) -> set[str]:
    return {
        case.opened.request.content.decode().partition('"number":"')[2].partition('"')[0]
        for case in told.cases
    }
