"""After the storm: every store is compared with every other, and with what the clients were told."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from activities.start import workflow_id
from api.services import COURSES
from chaos.fold import Expected, RawEvent, fold
from chaos.people import Ledger
from domain.procedure.events import Event
from domain.procedure.walk import Walk
from settings import Settings
from storage.crypto import sm3_hex
from storage.database import database_now, reading
from storage.entries import Standing
from storage.office import Office, open_office
from storage.record import Record, event_link, event_place
from storage.tables import CASE, DEADLINE, DOCUMENT, EVENT, OUTBOX, SERIES, SUBMISSION, TASK
from worker import WORKFLOWS
from workflows.connect import connect
from workflows.sandbox import RUNNER

Row = Mapping[str, Any]

_SOUND: Final = frozenset(
    {
        WorkflowExecutionStatus.RUNNING,
        WorkflowExecutionStatus.COMPLETED,
        WorkflowExecutionStatus.CONTINUED_AS_NEW,
    }
)


@dataclass
class Verdict:
    """What was found wrong, and how much was looked at."""

    faults: list[str] = field(default_factory=list)
    looked_at: Counter[str] = field(default_factory=Counter)


async def judge(
    settings: Settings, ledger: Ledger, *, replay: bool = True, clock_steps: bool = False
) -> Verdict:
    """Compares events, read model, workflows, numbers, papers, receipts and the clients' ledger; replays histories.

    `clock_steps`: the record's clock went back at times, so that a window may have closed before something was received
    that counts, in the subject's favour, as in time.
    """
    office = await open_office(settings)
    client = await connect(settings, identity="judge")
    try:
        judging = _Judge(office, client, ledger, clock_steps)
        await judging.everything()
        if replay:
            await judging.replay()
        return judging.verdict
    finally:
        await office.engine.dispose()


async def undecided(settings: Settings) -> int:
    """Commands that are received and not decided, errands not done, papers not on file, alarms that ought to ring."""
    office = await open_office(settings)
    try:
        async with reading(office.engine) as connection:
            pending = await _rows(connection, SUBMISSION, SUBMISSION.c.state == "pending")
            undone = await _rows(connection, OUTBOX, OUTBOX.c.done_at.is_(None))
            issued = await _rows(connection, DOCUMENT)
            produced = await _rows(connection, EVENT, EVENT.c.step == "paper_produced")
            now = await database_now(connection)
            due = await _rows(connection, CASE, CASE.c.closed_at.is_(None), CASE.c.wake_at <= now)
            return len(pending) + len(undone) + len(issued) - len(produced) + len(due)
    finally:
        await office.engine.dispose()


async def case_ids(settings: Settings) -> dict[str, str]:
    """Id of each case by its number."""
    office = await open_office(settings)
    try:
        async with reading(office.engine) as connection:
            return {row["no"]: row["id"] for row in await _rows(connection, CASE)}
    finally:
        await office.engine.dispose()


async def _rows(connection: AsyncConnection, table: Table, *conditions: Any) -> list[Row]:
    columns = [column for column in table.c if not (table is DOCUMENT and column.name == "file")]
    return [dict(row) for row in (await connection.execute(select(*columns).where(*conditions))).mappings()]


class _Judge:
    def __init__(self, office: Office, client: Client, ledger: Ledger, clock_steps: bool) -> None:
        self.office, self.client, self.ledger = office, client, ledger
        self.clock_steps = clock_steps
        self.verdict = Verdict()
        self.record = Record(office)

    def wrong(self, text: str) -> None:
        self.verdict.faults.append(text)

    async def everything(self) -> None:
        async with reading(self.office.engine) as connection:
            cases = await _rows(connection, CASE)
            events = await _rows(connection, EVENT)
            tasks = await _rows(connection, TASK)
            deadlines = await _rows(connection, DEADLINE)
            documents = await _rows(connection, DOCUMENT)
            submissions = await _rows(connection, SUBMISSION)
            series = await _rows(connection, SERIES)
            outbox = await _rows(connection, OUTBOX)
        of_case = _by_case(events)
        for case in cases:
            mine = sorted(of_case.get(case["id"], []), key=lambda row: row["seq"])
            here = [row for row in tasks if row["case_id"] == case["id"]]
            due = [row for row in deadlines if row["case_id"] == case["id"]]
            issued = [row for row in documents if row["case_id"] == case["id"]]
            await self.case(case, mine, here, due, issued)
        self.commands(events, submissions)
        self.numbers(cases, documents, series)
        self.errands(cases, outbox)
        self.verdict.looked_at.update(
            {
                "cases": len(cases),
                "events": len(events),
                "papers": len(documents),
                "receipts": len(submissions),
            }
        )

    # -- one case

    async def case(
        self,
        case: Row,
        events: Sequence[Row],
        tasks: Sequence[Row],
        deadlines: Sequence[Row],
        documents: Sequence[Row],
    ) -> None:
        no = case["no"]
        if [row["seq"] for row in events] != list(range(1, case["head"] + 1)):
            self.wrong(f"{no}: head {case['head']}, events {[row['seq'] for row in events]}")
            return
        raw = [self.raw(row) for row in events]
        self.chain(case, events)
        expected = fold(raw)
        self.read_model(case, expected, tasks, deadlines)
        await self.papers(no, raw, expected, documents)
        self.window(no, raw, deadlines)
        walk = Walk.over(COURSES[case["kind"]], (await self.record.load(case["id"])).events)
        self.third_party(no, expected, walk)
        await self.workflow(case, expected, walk)

    def raw(self, row: Row) -> RawEvent:
        data = self.office.cipher.decrypt(
            row["payload"], **event_place(row["case_id"], row, command=row["command_id"])
        )
        return RawEvent(row["seq"], row["command_id"], row["step"], row["item"], row["received_at"], data)

    def chain(self, case: Row, events: Sequence[Row]) -> None:
        previous = ""
        for row in events:
            event = Event(
                seq=row["seq"],
                command=row["command_id"],
                step=row["step"],
                item=row["item"],
                received_at=row["received_at"],
                at=row["at"],
                clause=row["clause"],
            )
            link = event_link(previous, case["id"], event, row["actor"], row["payload"])
            if row["previous_link"] != previous or row["link"] != link:
                self.wrong(f"{case['no']}: the chain breaks at event {row['seq']} ({row['step']})")
            previous = row["link"]
        if case["link"] != previous:
            self.wrong(f"{case['no']}: the case's link is not its last event's")

    def read_model(
        self, case: Row, expected: Expected, tasks: Sequence[Row], deadlines: Sequence[Row]
    ) -> None:
        no = case["no"]
        opened = [(row["step"], row["item"]) for row in tasks if row["closed_seq"] is None]
        for what, found, wanted in (
            ("head", case["head"], expected.head),
            ("version", case["version"], expected.version),
            ("stage", case["stage"], expected.stage),
            ("outcome", case["outcome"], expected.outcome),
            ("closed", case["closed_at"] is not None, expected.outcome is not None),
            ("tasks", sorted(opened), sorted(expected.tasks)),
            ("deadlines", {row["key"]: row["state"] for row in deadlines}, expected.deadlines),
        ):
            if found != wanted:
                self.wrong(f"{no}: {what} {found} in the read model, {wanted} by the events")

    async def papers(
        self, no: str, events: Sequence[RawEvent], expected: Expected, documents: Sequence[Row]
    ) -> None:
        numbered = {event.seq: event.data["number"] for event in events if "paper" in event.data}
        if {row["seq"]: row["number"] for row in documents} != numbered:
            self.wrong(f"{no}: numbers differ between events and documents")
        for row in documents:
            async with reading(self.office.engine) as connection:
                sealed = await connection.scalar(select(DOCUMENT.c.file).where(DOCUMENT.c.id == row["id"]))
            digest = expected.papers[row["seq"]]
            if sealed is None or digest is None:
                self.wrong(f"{no}: paper of event {row['seq']} was never produced")
                continue
            place = {"table": "document", "case": row["case_id"], "seq": row["seq"]}
            file = base64.b64decode(self.office.cipher.decrypt(sealed, **place))
            if not digest == row["sm3"] == sm3_hex(file):
                self.wrong(f"{no}: digests of the paper of event {row['seq']} differ")

    def window(self, no: str, events: Sequence[RawEvent], deadlines: Sequence[Row]) -> None:
        """What was received before the end of the window is in time and before its closing; nothing after is."""
        ends = next((row["due_at"] for row in deadlines if row["key"] == "objection_window"), None)
        ended = next((e for e in events if e.step in ("close_objection_window", "waive_objection")), None)
        for event in events:
            if event.step != "raise_objection" or ends is None:
                continue
            self.verdict.looked_at["objections"] += 1
            closing = min(ends, ended.received_at) if ended is not None else ends
            in_time = event.received_at < closing
            considered = ended is None or event.seq < ended.seq
            out_of_order = in_time and not considered and self.clock_steps
            if in_time != (not event.data["late"]) or (in_time != considered and not out_of_order):
                self.wrong(
                    f"{no}: objection received {event.received_at}, window ends {closing}: "
                    f"late {event.data['late']}, before the closing {considered}"
                )

    def third_party(self, no: str, expected: Expected, walk: Walk) -> None:
        position, steps = walk.position(), walk.course.steps
        duties = {(opened.step, opened.item) for opened in position.open if steps[opened.step].duty}
        stands = (walk.file.version, position.stage, position.outcome, duties)
        if stands != (expected.version, expected.stage, expected.outcome, expected.tasks):
            self.wrong(f"{no}: {stands} by the walk, {expected} by the fold")

    async def workflow(self, case: Row, expected: Expected, walk: Walk) -> None:
        handle = self.client.get_workflow_handle(workflow_id(case["id"]))
        try:
            standing: Standing = await handle.query("standing", result_type=Standing)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND or expected.outcome is None:
                self.wrong(
                    f"{case['no']}: its workflow does not answer ({error.status.name}: {error.message})"
                )
            return  # closed before Temporal lost it
        self.verdict.looked_at["workflows"] += 1
        position = walk.position()
        believes = (standing.head, standing.stage, standing.outcome, sorted(standing.open))
        is_so = (
            expected.head,
            expected.stage,
            expected.outcome,
            sorted((opened.step, opened.item) for opened in position.open),
        )
        if believes != is_so or standing.last != walk.file.events[-1].command:
            self.wrong(f"{case['no']}: {believes} in its workflow, {is_so} on record")

    # -- all commands, all numbers, all errands

    def commands(self, events: Sequence[Row], submissions: Sequence[Row]) -> None:
        entered = Counter(row["command_id"] for row in events)
        seqs = {row["command_id"]: (row["case_id"], row["seq"]) for row in events}
        receipts = {row["command_id"]: row for row in submissions}
        for key, answer in self.ledger.acknowledged.items():
            if "seq" not in answer:
                continue  # the practice clock: it enters no event of its own
            receipt = receipts.get(key)
            if entered[key] != 1 or receipt is None or receipt["state"] != "decided":
                self.wrong(f"{key}: acknowledged, {entered[key]} times among the events")
            elif json.loads(receipt["result"]) != _marked_off(answer) or seqs[key][1] != answer["seq"]:
                self.wrong(f"{key}: the answer on record is another than the client's")
        for key, status in self.ledger.refused.items():
            if entered[key]:
                self.wrong(f"{key}: answered {status}, and among the events")
        for key in self.ledger.given_up:
            if entered[key] > 1:
                self.wrong(f"{key}: {entered[key]} times among the events")
        for row in submissions:
            key, times = row["command_id"], entered[row["command_id"]]
            if row["state"] == "pending":
                self.wrong(f"{key}: received and never decided")
            elif row["case_id"] and times != (row["state"] == "decided"):
                self.wrong(f"{key}: {row['state']}, {times} times among the events")
        for row in events:
            own = row["command_id"].startswith(("clock:", "paper:"))
            if not own and row["command_id"] not in receipts:
                self.wrong(f"{row['command_id']}: among the events, and never received")
        self.verdict.looked_at["acknowledged"] = len(self.ledger.acknowledged)

    def numbers(self, cases: Sequence[Row], documents: Sequence[Row], series: Sequence[Row]) -> None:
        given: dict[tuple[str, str, int], list[int]] = defaultdict(list)
        for row in documents:
            given[row["authority"], row["kind"], row["year"]].append(row["ordinal"])
        for case in cases:
            year, _, ordinal = case["no"].partition("-")
            given["", "case", int(year)].append(int(ordinal))
        last = {(row["authority"], row["kind"], row["year"]): row["last"] for row in series}
        for name in given.keys() | last.keys():
            if sorted(given[name]) != list(range(1, last.get(name, 0) + 1)):
                self.wrong(f"series {name}: {sorted(given[name])}, the last is {last.get(name)}")
        if len({row["number"] for row in documents}) != len(documents):
            self.wrong("a document number was given twice")

    def errands(self, cases: Sequence[Row], outbox: Sequence[Row]) -> None:
        parents = Counter(case["parent_id"] for case in cases if case["kind"] == "listing")
        for case in cases:
            if case["outcome"] == "listed" and parents[case["id"]] != 1:
                self.wrong(f"{case['no']}: listed, with {parents[case['id']]} periods on the list")
        for row in outbox:
            if row["done_at"] is None:
                self.wrong(f"{row['id']}: never done")

    # -- histories

    async def replay(self) -> None:
        """Every history that Temporal still has, of every run, replays on the code as it is; no run has failed."""
        replayer = Replayer(
            workflows=list(WORKFLOWS), data_converter=self.client.data_converter, workflow_runner=RUNNER
        )
        async for execution in self.client.list_workflows():
            if execution.status not in _SOUND:
                self.wrong(f"{execution.id}: its workflow ended as {execution.status}")
            handle = self.client.get_workflow_handle(execution.id, run_id=execution.run_id)
            try:
                history = await handle.fetch_history()
            except (RPCError, ValidationError) as error:
                self.wrong(f"{execution.id}: history can't be read ({type(error).__name__})")
                continue
            result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
            self.verdict.looked_at.update({"histories": 1, "history events": len(history.events)})
            if result.replay_failure is not None:
                self.wrong(f"{execution.id}: does not replay: {result.replay_failure!r}"[:500])
            await asyncio.sleep(0)


def _by_case(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["case_id"]].append(row)
    return found


def _marked_off(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer without the mark that every answer of a practice office bears."""
    return {name: value for name, value in answer.items() if name != "practice"}
