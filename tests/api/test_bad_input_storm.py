"""Bad input against every route and method of the live document: taken or refused, never a crash, nothing half-written.

The samples are right requests, one for each operation and each form of a step; `bad_requests` makes the wrong ones
beside them. A seeded slice of all of them is sent on every change, all of them with `-m storm`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from bad_requests import Sample, Shot, other_methods, own_address, right_body, shots
from nasty_strings import CORPUS
from office_http import (
    BODY,
    OPENED_AT,
    HttpCase,
    HttpOffice,
    confirmation_of,
    form_for,
    http_office,
    opening_form,
)
from penalty_files import ORDINARY
from sqlalchemy import ColumnElement, func, select
from sqlmodel import SQLModel
from test_calendar_routes import LEDGER
from timeskip import TimeSkippingServer

from api.strict import NotStrictJsonError, strict_json
from doctor.examination import examine
from domain.people import Role
from domain.procedure.events import Command, Event
from storage.database import reading
from storage.tables import EVENT, IMPORT, SUBMISSION
from workflows.determination import DETERMINATION

SEED: Final = 20261124
SLICE: Final = 1_500
#: A value of each kind of personal data; no refusal and no log line may repeat it.
SECRETS: Final = ("王玉泽", "32010419940813996X", "13851234567", "中华路26号1幢201室")
#: Columns of the record, fields of a command and of an event: nothing of that is the sender's to set.
NAMES: Final = sorted(
    {column.name for table in SQLModel.metadata.tables.values() for column in table.columns}
    | set(Command.model_fields)
    | set(Event.model_fields)
    | {"__class__", "__proto__", "constructor", "admin", "roles", "is_practice", "offset", "previous"}
)
_EMERGENCY: Final = "nanjing-emergency"
_ROUND: Final = 60  # commands for good that one case gets; a case has tens of events
_SENDERS: Final = 6
_MOST_FAILURES: Final = 40


@dataclass
class Storm:
    """An office under fire, and what it answered."""

    office: HttpOffice
    samples: list[Sample]
    watched: HttpCase  # dry runs alone: it must stay as it is
    sent: Counter[int] = field(default_factory=Counter)
    keys: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)  # the first of each kind

    def all_shots(self) -> Iterator[Shot]:
        first: dict[str, set[str]] = {}
        for sample in self.samples:
            first.setdefault(sample.path, set()).add(sample.method)
        told: set[str] = set()
        for turn, sample in enumerate(self.samples):
            yield from shots(sample, NAMES, SECRETS, turn)
            if sample.path not in told:
                told.add(sample.path)
                yield from other_methods(
                    sample, first[sample.path] | ({"HEAD"} if "GET" in first[sample.path] else set())
                )

    # -- sending

    async def send_all(self, those: list[Shot]) -> None:
        waiting = iter(those)
        await asyncio.gather(*(self._sender(waiting) for _ in range(_SENDERS)))

    async def _sender(self, waiting: Iterator[Shot]) -> None:
        case, left = self.watched, 0
        for shot in waiting:
            if len(self.failures) >= _MOST_FAILURES:
                return
            for_good = goes_for_good(shot)
            if for_good and "{case}" in shot.url:
                if left == 0:
                    case, left = await stage(self.office), _ROUND
                left -= 1
            await self.send(shot, case if for_good else self.watched, for_good=for_good)

    async def send(self, shot: Shot, case: HttpCase, *, for_good: bool) -> httpx.Response:
        sample, url = shot.sample, shot.url.replace("{case}", case.no)
        headers = {
            name.lower().encode(): value.encode() for name, value in (sample.sender | sample.headers).items()
        }
        if "if-match" in sample.takes_headers:
            headers[b"if-match"] = f'"v{case.version}"'.encode()
        key = ""
        if for_good and sample.commands:
            key = f"storm-{uuid4().hex}"
            headers[b"idempotency-key"] = key.encode()
        elif sample.dry and "dry_run=" not in url:
            url += ("&" if "?" in url else "?") + "dry_run=true"
        content = shot.content()
        if content:
            headers[b"content-type"] = b"application/json"
        headers |= shot.headers
        if shot.headers.keys() & {b"idempotency-key"}:
            key = ""
        answer = await self.office.client.request(
            shot.method or sample.method,
            f"http://office{url}",
            content=content,
            headers=list(headers.items()),
        )
        self.sent[answer.status_code] += 1
        if key:
            self.keys[key] = answer.status_code
        if "{case}" in shot.url and for_good and answer.status_code < 500:
            case.version = (await case.see()).json()["version"]
        if fault := fault_of(shot, answer):
            asked = f"{shot.method or sample.method} {url[:160]} {content[:160]!r}"
            self.failures.setdefault(f"{sample.name}, {shot.what}"[:60], f"{asked}: {fault}")
        return answer


def goes_for_good(shot: Shot) -> bool:
    return shot.sample.commands and (shot.for_good or not shot.sample.dry)


def fault_of(shot: Shot, answer: httpx.Response) -> str:
    """What is wrong with the answer; "" when nothing is."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text}"
    if answer.status_code < 400:
        return f"taken ({answer.status_code}): {answer.text[:200]}" if shot.refused else ""
    if answer.headers["content-type"] != "application/problem+json":
        return f"no problem document: {answer.headers['content-type']}"
    if answer.json()["status"] != answer.status_code:
        return f"another status in the document: {answer.text[:200]}"
    if repeated := [secret for secret in SECRETS if secret in answer.text]:
        return f"repeats {repeated}: {answer.text[:400]}"
    return "" if len(answer.content) < 32_768 else f"{len(answer.content)} bytes of refusal"


async def stage(office: HttpOffice) -> HttpCase:
    """A case with a paper served, a window that runs and an objection in it."""
    case = await (await office.open_case(subject="subject-person-1")).to_objection_window()
    await case.take("raise_objection", by=await office.holder(Role.OFFICER))
    return case


# -- right requests


async def samples_of(office: HttpOffice, watched: HttpCase) -> list[Sample]:
    """A right request for each operation of the live document, and for each form of a step."""
    document = (await office.client.get("/openapi.json")).json()
    values = await right_values(office, watched)
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = operation["operationId"]
            parameters = operation.get("parameters", [])
            of = {place: [p["name"] for p in parameters if p["in"] == place] for place in ("query", "header")}
            right = values[name]  # an operation without a sample here fails: add one
            found.append(
                Sample(
                    name,
                    method.upper(),
                    path,
                    right.get("by", {}),
                    right.get("values", {}),
                    right.get("query", {}),
                    right.get("headers", {}),
                    right.get("body"),
                    of["query"],
                    [header.lower() for header in of["header"]],
                    members(document, operation),
                )
            )
    (act,) = [sample for sample in found if sample.name == "take_step"]
    found.remove(act)
    return found + [step async for step in step_samples(act, watched)]


def members(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return list((document["components"]["schemas"][name] if name else schema).get("properties", {}))


async def step_samples(act: Sample, case: HttpCase) -> AsyncIterator[Sample]:
    more: dict[str, dict[str, Any]] = {
        "arrange_hearing": {"held_on": "2026-03-20"},
        "hold_hearing": {"held_on": "2026-03-02"},
        "correct_paper": {"of_seq": 1},
        "raise_objection": {"record": "笔录"},
        "serve_exemption": {"remark": "门卫代收", "place": "南京市"},
    }
    seen = set()
    for name, step in DETERMINATION.steps.items():
        if not step.roles or name == "open_case" or step.form in seen:
            continue
        seen.add(step.form)
        person = await case.person_for(name)
        yield Sample(
            f"take_step {name}",
            act.method,
            act.path,
            person.headers,
            {"no": "{case}", "action": name},
            {"item": "objection-1"} if step.item == "objection" and name != "raise_objection" else {},
            {},
            form_for(name, case.today) | more.get(name, {}),
            act.takes_query,
            act.takes_headers,
            list(step.form.model_fields),
        )


async def right_values(office: HttpOffice, watched: HttpCase) -> dict[str, dict[str, Any]]:
    officer, legal = await office.holder(Role.OFFICER), await office.holder(Role.LEGAL_OFFICER, _EMERGENCY)
    approver = await office.holder(Role.APPROVER)
    desk, clocked = await office.open_case(), await office.open_case()
    task = (await office.get(officer, "/tasks", case=desk.no)).json()["items"][0]["id"]
    draft = (await office.get(legal, "/regimes/work_safety", on="2026-03-02")).json()
    unconfirmed = next(one for one in draft["open"] if one["confirmable"] and one["kind"] == "period")
    handed = await office.post(officer, "/imports", {"records": [ORDINARY]})
    assert handed.status_code == 202, handed.text
    batch = {"import_id": handed.json()["id"]}
    paper = (await watched.see("/documents")).json()["items"][0]["seq"]
    deadline = (await watched.see("/deadlines")).json()["items"][0]["key"]
    key = f"right-{uuid4().hex}"
    assert (await office.post(officer, f"/tasks/{task}/claim", key=key)).status_code == 200
    me, no, page = {"by": officer.headers}, {"no": watched.no}, {"limit": "2", "total": "true"}
    return {
        "list_problems": {},
        "show_problem": {"values": {"code": "malformed"}},
        "open_case": me
        | {
            "headers": {"X-Practice-Clock": OPENED_AT.isoformat()},
            "body": opening_form("subject-person-1", document={"issued_by_code": BODY}, ground="food"),
        },
        "list_cases": me | {"query": page},
        **{
            name: me | {"values": no}
            for name in ("show_case", "show_actions", "show_timeline", "show_deadlines", "show_documents")
        },
        "take_step": me,
        "explain_deadline": me | {"values": no | {"key": deadline}},
        "download_document": me | {"values": no | {"seq": str(paper)}},
        "list_tasks": me | {"query": page},
        "claim_task": me | {"values": {"task_id": task}},
        "release_task": me | {"values": {"task_id": task}},
        "reassign_task": {
            "by": approver.headers,
            "values": {"task_id": task},
            "body": {"to": officer.login, "reason": "外出"},
        },
        "show_operation": me | {"values": {"command_id": key}},
        "show_series": me | {"query": {"kind": "prior_notice", "year": "2026"}},
        "hand_in": me | {"body": {"records": [ORDINARY | {"CF_WSH": "宁市监罚〔2026〕13号"}]}},
        "list_imports": me | {"query": page},
        **{name: me | {"values": batch} for name in ("show_import", "download_report")},
        **{name: me | {"values": batch, "query": page} for name in ("list_faults", "list_leads")},
        "confirm_figure": {
            "by": legal.headers,
            "values": {"regime": "work_safety"},
            "body": confirmation_of(unconfirmed),
        },
        "list_regimes": {},
        "show_regime": {"values": {"key": "market_regulation"}},
        "list_measures": {},
        "list_authorities": {},
        "add_to_date": {"query": {"date": "2026-03-02", "count": "5"}},
        "count_working_days": {"query": {"after": "2026-03-02", "through": "2026-03-20"}},
        "explain_date": {"query": {"date": "2026-03-02", "count": "5"}},
        "show_calendar_year": {"values": {"year": "2026"}},
        "compute_deadline": {"body": LEDGER},
        "forward_clock": me | {"values": {"no": clocked.no}, "body": {"days": 0}},
        "livez": {},
        "readyz": {},
        "sign_in": {"body": {"user": officer.login}},
        "list_practice_users": {},
    }


# -- what must be true afterwards


async def rows(office: HttpOffice) -> dict[str, int]:
    async with reading(office.services.office.engine) as connection:
        return {
            name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in SQLModel.metadata.tables.items()
        }


async def none_left(office: HttpOffice, undone: ColumnElement[bool]) -> None:
    """Waits until there is no such row; each look is a transaction of its own."""
    async with asyncio.timeout(300):
        left = True
        while left:
            await asyncio.sleep(0.2)
            async with reading(office.services.office.engine) as connection:
                left = bool(await connection.scalar(select(func.count()).where(undone)))


async def half_written(storm: Storm) -> list[str]:
    """Commands whose receipt, event and answer do not belong together."""
    engine = storm.office.services.office.engine
    await none_left(storm.office, SUBMISSION.c.state == "pending")
    async with reading(engine) as connection:
        found = await connection.execute(
            select(SUBMISSION.c.command_id, SUBMISSION.c.state, SUBMISSION.c.route, func.count(EVENT.c.seq))
            .join(EVENT, EVENT.c.command_id == SUBMISSION.c.command_id, isouter=True)
            .group_by(SUBMISSION.c.command_id, SUBMISSION.c.state, SUBMISSION.c.route)
        )
        record = {row[0]: row for row in found}
    wrong = []
    for key, status in storm.keys.items():
        row = record.get(key)
        if row is None:
            if status < 400:
                wrong.append(f"{key}: answered {status}, not on record")
            continue
        _, state, route, events = row
        of_case = route.startswith("POST /cases")
        if (
            state == "under_way"
            or events != (of_case and state == "decided")
            or (state == "refused") != (status >= 400 and status != 202)
        ):
            wrong.append(f"{key}: answered {status}, {state} with {events} events ({route})")
    return wrong


async def half_taken_over(office: HttpOffice) -> list[str]:
    """Imports that have not ended, or whose rows are not all accounted for."""
    await none_left(office, IMPORT.c.finished_at.is_(None))
    dealt_with = IMPORT.c.kept + IMPORT.c.repeated + IMPORT.c.refused
    lost = (IMPORT.c.rows != IMPORT.c.taken) | (IMPORT.c.rows != dealt_with)
    async with reading(office.services.office.engine) as connection:
        return list((await connection.scalars(select(IMPORT.c.id).where(lost))).all())


@pytest.fixture(scope="module")
async def storm(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[Storm]:
    async with http_office(tmp_path_factory.mktemp("storm"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        watched = await stage(office)
        yield Storm(office, await samples_of(office, watched), watched)


async def weather(storm: Storm, those: list[Shot]) -> None:
    """Sends them all, first what must leave no trace; then looks at the record."""
    began = time.monotonic()
    before = await rows(storm.office)
    await storm.send_all([shot for shot in those if not goes_for_good(shot)])
    assert storm.failures == {}
    assert await rows(storm.office) == before
    await storm.send_all([shot for shot in those if goes_for_good(shot)])
    took = time.monotonic() - began
    print(
        f"\n{sum(storm.sent.values())} requests in {took:.0f} s, seed {SEED}, {len(storm.keys)} for good; by status: {dict(sorted(storm.sent.items()))}"
    )
    assert storm.failures == {}
    assert await half_written(storm) == []
    assert await half_taken_over(storm.office) == []
    assert [finding for finding in await examine(storm.office.settings) if finding.fault] == []
    log = storm.office.log.getvalue()
    assert [secret for secret in SECRETS if secret in log] == []
    print(f"rows: {await rows(storm.office)}")


@pytest.mark.parametrize(
    "inner", ["[", '{"a":', '["[]",[', '[["\\\\",'], ids=["list", "object", "string", "escape"]
)
def test_a_deep_body_is_refused_before_it_can_fill_the_stack(inner: str) -> None:
    """The collector may run while a body is parsed: what it cleans up needs room on the stack."""
    cleaned: list[bool] = []

    class Cleaned:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            cleaned.append(json.loads("[[[[1]]]]") == [[[[1]]]])

    garbage, threshold = 20, gc.get_threshold()
    gc.collect()
    gc.set_threshold(1, 1, 1)
    try:
        for _ in range(garbage):
            Cleaned()
            with pytest.raises(NotStrictJsonError) as refused:
                strict_json(inner.encode() * 50_000)
            assert "嵌套" in refused.value.errors[0].reason
    finally:
        gc.set_threshold(*threshold)
    gc.collect()
    assert cleaned == [True] * garbage


def test_brackets_in_text_are_no_nesting_and_no_text_makes_counting_slow() -> None:
    assert strict_json(json.dumps({"a": "[" * 5_000 + '"' + "{" * 5_000}).encode())[0]["a"].startswith("[[")
    began = time.monotonic()
    for hostile in ('"' + '\\"' * 400_000, '"' + '\\"[' * 300_000 + "\\", "[]" * 400_000, '"[' * 400_000):
        with pytest.raises(NotStrictJsonError):
            strict_json(hostile.encode())
    assert time.monotonic() - began < 10


def test_the_corpus_of_the_storm_is_large_enough() -> None:
    assert len(CORPUS) >= 1_500


async def test_what_the_storm_starts_from_is_taken(storm: Storm) -> None:
    """Else each wrong request would be refused for the sample's own fault. A step that is not open is barred by law."""
    for sample in storm.samples:
        if sample.name == "hand_in":
            continue  # for good alone: already handed in, in another file, by `right_values`
        right = Shot(sample, "right", own_address(sample), right_body(sample))
        answer = await storm.send(right, storm.watched, for_good=goes_for_good(right))
        assert answer.status_code < 400 or answer.status_code in (409, 422, 428), (sample.name, answer.text)


async def test_no_route_overlooks_a_parameter_that_it_does_not_know(storm: Storm) -> None:
    for sample in storm.samples:
        known = own_address(sample)
        more = Shot(sample, "more", f"{known}{'&' if '?' in known else '?'}nonesuch=1", right_body(sample))
        answer = await storm.send(more, storm.watched, for_good=goes_for_good(more))
        assert answer.status_code == 400, (sample.name, answer.text)
        assert "nonesuch" in {error["field"] for error in answer.json()["errors"]}, sample.name


async def test_a_slice_of_all_bad_input_is_taken_or_refused_and_leaves_nothing_half_written(
    storm: Storm,
) -> None:
    those = list(storm.all_shots())
    assert len(those) >= 50_000
    await weather(storm, random.Random(SEED).sample(those, SLICE))


@pytest.mark.storm
@pytest.mark.timeout(3_600)
async def test_all_bad_input_is_taken_or_refused_and_leaves_nothing_half_written(storm: Storm) -> None:
    those = list(storm.all_shots())
    random.Random(SEED).shuffle(those)
    await weather(storm, those)
