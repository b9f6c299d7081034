"""What passing time costs a test (goal 20): a case of three years on the classic time-skipping server.

The procedure and Temporal alone: the record is held in memory, papers are not printed. A case is a determination from
its opening to the decision served, and the three years on the list that follow.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.papers import Production
from activities.record import Tail
from activities.start import SUBMIT, WORKFLOW_TYPES, CaseStart
from bench.kept import borrowed
from bench.measured import Limit, Measured, Plan, Row
from bench.rounds import in_turn_async
from domain.people import Actor
from domain.procedure.casefile import CaseFile
from domain.procedure.events import SHANGHAI, Command, Event
from domain.procedure.opening import ListingOpening, Opening
from domain.procedure.steps import Course
from domain.procedure.walk import Walk
from storage.entries import Answer, Entry, Loaded
from storage.numbers import paper_number
from worker import WORKFLOWS
from workflows.determination import DETERMINATION
from workflows.listing import LISTING
from workflows.sandbox import RUNNER

_QUEUE: Final = "bench-clock"
_TO_THE_WINDOW: Final = (
    *("confirm_effective", "confirm_ground", "assess_leniency", "draft_prior_notice", "review_prior_notice"),
    *("issue_prior_notice", "serve_prior_notice"),
)
_TO_THE_LIST: Final = (
    *("request_consent", "give_consent", "draft_decision", "review_decision", "decide", "serve_decision"),
)
_FIRED = EventType.EVENT_TYPE_TIMER_FIRED


def measure(plan: Plan) -> Measured:
    """Milliseconds."""
    return asyncio.run(_measure(plan))


async def _measure(plan: Plan) -> Measured:
    record = MemoryRecord()
    async with (
        await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=_program("temporal-test-server"), data_converter=pydantic_data_converter
        ) as environment,
        Worker(
            environment.client,
            task_queue=_QUEUE,
            workflows=[*WORKFLOWS, Naps],
            activities=[record.append, record.load, record.produce],
            workflow_runner=RUNNER,
        ),
    ):
        office = _Office(environment, record)
        found = await in_turn_async(
            {"case": office.case, "deadline": office.deadline, "nap": office.nap}, plan.rounds
        )
    ms = {name: value * 1e3 for name, value in found.items()}
    return Measured(
        rounds=plan.rounds,
        rows=[
            Row(
                "20",
                "a fired deadline of a case",
                "ms",
                ms["deadline"],
                ms["nap"],
                "a bare workflow's timer",
                Limit("value", 5),
            ),
            Row("20", "a case of three years", "ms", ms["case"], limit=Limit("value", 150)),
        ],
    )


class MemoryRecord:
    """Events of the one case at a time, and office time, which a clock that rings brings with it."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {}
        self.now = datetime.min.replace(tzinfo=SHANGHAI)

    @activity.defn(name="append")
    async def append(self, entry: Entry) -> Answer:
        """Enters the event."""
        events = self.events.setdefault(entry.case_id, [])
        self.now = max(self.now, entry.not_before or entry.event.received_at)
        data = dict(entry.event.data)
        if (series := entry.numbering) is not None:
            data["number"] = paper_number(series.docmark, series.kind, self.now.year, len(events))
        if not events:
            data["case_no"] = entry.case_id
        event = entry.event.model_copy(update={"at": self.now, "data": data})
        events.append(event)
        return Answer(now=self.now, tail=(event,), done=event.seq)

    @activity.defn(name="load")
    async def load(self, tail: Tail) -> Loaded:
        """What the workflow does not know yet."""
        return Loaded(now=self.now, events=tuple(self.events.get(tail.case_id, ())[tail.after :]))

    @activity.defn(name="produce_paper")
    async def produce(self, production: Production) -> Answer:
        """Enters the paper without printing it."""
        return await self.append(production.entry)


class _Office:
    """Takes the steps of the story."""

    def __init__(self, environment: WorkflowEnvironment, record: MemoryRecord) -> None:
        self._environment, self._record = environment, record

    async def case(self) -> float:
        """Seconds of a whole case."""
        began = time.perf_counter()
        file = await self._determination()
        await self._listing(file)
        return time.perf_counter() - began

    async def deadline(self) -> float:
        """Seconds for each timer that fires while a case is on the list."""
        file = await self._determination()
        took, listing = await self._listing(file)
        history = await listing.fetch_history()
        return took / sum(event.event_type == _FIRED for event in history.events)

    async def nap(self) -> float:
        """Seconds for each timer of a bare workflow."""
        naps = 20
        began = time.perf_counter()
        await self._environment.client.execute_workflow(Naps.run, naps, id=uuid4().hex, task_queue=_QUEUE)
        return (time.perf_counter() - began) / naps

    async def _determination(self) -> CaseFile:
        samples = borrowed("opening_samples")
        self._record.now = datetime.combine(samples.OPENED_ON, samples.OFFICE_HOUR, SHANGHAI)
        opening = samples.sample_opening(business_key=uuid4().hex)
        case = await self._open(DETERMINATION, opening, samples.OFFICER)
        await self._take(case, DETERMINATION, _TO_THE_WINDOW)
        position = Walk.over(DETERMINATION, self._record.events[case.id]).position()
        closes = next(alarm.at for alarm in position.alarms if alarm.step == "close_objection_window")
        await self._environment.sleep(closes - self._record.now + timedelta(minutes=1))
        await self._take(case, DETERMINATION, _TO_THE_LIST)
        await case.result()
        return self._file(case, DETERMINATION)

    async def _listing(self, file: CaseFile) -> tuple[float, WorkflowHandle[Any, Any]]:
        """Seconds from the entry until the subject has left the list, and the workflow of that time."""
        assert file.effective_on is not None
        decided = file.agreed("decide")
        assert decided is not None
        opening = ListingOpening(
            **file.opening.model_dump(exclude={"listed_by"}),
            listed_by="case",
            listed_on=file.effective_on,
            decision_number=decided.data["number"],
        )
        began = time.perf_counter()
        case = await self._open(LISTING, opening, None)
        await case.result()
        return time.perf_counter() - began, case

    async def _open(self, course: Course, opening: Opening, by: Actor | None) -> WorkflowHandle[Any, Any]:
        """Started, and opened by its first command.

        The classic server has no update-with-start, and a case without a command ends at once: then it is begun anew.
        """
        while True:
            case_id = uuid4().hex
            command = self._command(case_id, course.opens_with, opening.model_dump(mode="json"), by)
            start = CaseStart(case_id=case_id, fresh=True)
            case = await self._environment.client.start_workflow(
                WORKFLOW_TYPES[course.kind], start, id=case_id, task_queue=_QUEUE
            )
            try:
                await case.execute_update(SUBMIT, command, id=command.id)
            except RPCError as gone:
                if gone.status is not RPCStatusCode.NOT_FOUND:
                    raise
            else:
                return case

    def _file(self, case: WorkflowHandle[Any, Any], course: Course) -> CaseFile:
        return Walk.over(course, self._record.events[case.id]).file

    async def _take(self, case: WorkflowHandle[Any, Any], course: Course, steps: tuple[str, ...]) -> None:
        samples = borrowed("opening_samples")
        for step in steps:
            file = self._file(case, course)
            by = next(person for person in samples.PEOPLE if person.has(*course.steps[step].roles))
            command = self._command(case.id, step, samples.form_of(step, self._record.now.date(), file), by)
            await case.execute_update(SUBMIT, command, id=command.id)

    def _command(self, case_id: str, step: str, form: dict[str, Any], by: Actor | None) -> Command:
        return Command(
            id=uuid4().hex,
            case_id=case_id,
            step=step,
            actor=by,
            form=form,
            received_at=self._record.now,
            head=len(self._record.events.get(case_id, ())),
        )


@workflow.defn(name="Naps")
class Naps:
    """Sleeps some days, one after another."""

    @workflow.run
    async def run(self, naps: int) -> None:
        """`naps`: how many."""
        for _ in range(naps):
            await workflow.sleep(timedelta(days=1))


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name
