"""Cases on a real Temporal server with a real record (SQLite), without HTTP: the officers' words of `opening_samples`.

async with live_office(folder, temporal) as office:
    case = await office.open()                       # on the practice clock of 2 March 2026, 10:00
    await case.take("confirm_effective")
    await case.pass_days(15)                         # record and workflow alike, from alarm to alarm
    listing = await case.listing()                   # once listed: the period on the list, a case of its own
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from opening_samples import (
    OFFICE_HOUR,
    OFFICER,
    OPENED_ON,
    PEOPLE,
    Form,
    form_of,
    sample_opening,
)
from sqlalchemy import select
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker
from timeskip import TimeSkippingServer

from activities.carriage import Carrier
from activities.relay import Relay
from activities.start import CHECK_CLOCK, workflow_id
from domain.people import Actor
from domain.procedure.casefile import CaseFile
from domain.procedure.events import SHANGHAI
from domain.procedure.opening import Opening
from domain.procedure.steps import Course
from domain.procedure.walk import Walk
from settings import Settings
from storage.database import reading
from storage.migrations import upgrade
from storage.office import Office, open_office
from storage.practice_clock import PracticeClock
from storage.receipts import Receipt, Receipts, Wish
from storage.record import Record
from storage.tables import CASE
from storage.views import Views
from worker import build_worker
from workflows.determination import DETERMINATION
from workflows.listing import LISTING

PATIENCE: Final = timedelta(seconds=60)
_offices = count(1)


@dataclass
class LiveOffice:
    """A practice office with its worker."""

    office: Office
    server: TimeSkippingServer
    queue: str
    carrier: Carrier
    receipts: Receipts

    def worker(self) -> Worker:
        """A worker of this office; entered like any other, and left as if it were killed."""
        return build_worker(self.office, self.server.client, self.queue)

    async def open(
        self, opening: Opening | None = None, *, on: date = OPENED_ON, by: Actor = OFFICER
    ) -> LiveCase:
        """A case just registered, on a practice clock that shows `on`."""
        case_id = uuid4().hex
        instant = datetime.combine(on, OFFICE_HOUR, SHANGHAI)
        offset = (instant - datetime.now(SHANGHAI)).total_seconds()
        opening = opening or sample_opening(business_key=uuid4().hex)
        form = opening.model_copy(update={"clock_offset": offset}).model_dump(mode="json")
        wish = Wish(
            id=uuid4().hex,
            case_id=case_id,
            route="test",
            step="open_case",
            actor=by,
            form=form,
            clock_offset=offset,
        )
        receipt = await self.receipts.receive_opening(wish, form)
        settled = await self.carrier.carry(receipt.command, kind="determination", patience=PATIENCE)
        assert settled.state == "decided", settled.result
        return LiveCase(self, case_id, DETERMINATION)


@dataclass
class LiveCase:
    """One case as the record holds it."""

    live: LiveOffice
    case_id: str
    course: Course
    today: date = field(default=OPENED_ON)

    @property
    def workflow(self) -> WorkflowHandle[Any, Any]:
        return self.live.server.client.get_workflow_handle(workflow_id(self.case_id))

    async def file(self) -> CaseFile:
        """The file as it follows from the record's events."""
        loaded = await Record(self.live.office).load(self.case_id)
        return Walk.over(self.course, loaded.events).file

    async def steps(self) -> list[str]:
        """What has happened, papers aside."""
        return [event.step for event in (await self.file()).events if event.step != "paper_produced"]

    async def wish(
        self,
        step: str,
        form: Form | None = None,
        /,
        *,
        by: Actor | None = None,
        item: str | None = None,
        key: str | None = None,
        version: int | None = None,
        **changes: Any,
    ) -> Wish:
        """A command as it would come in: the sample form, by whoever may."""
        file = await self.file()
        taken = self.course.steps[step]
        if item is None:
            item = ""
            if taken.item and not taken.founds_item:
                item = next(o.item for o in file.open if o.step == step)
        return Wish(
            id=key or uuid4().hex,
            case_id=self.case_id,
            route="test",
            step=step,
            actor=by or next(person for person in PEOPLE if person.has(*taken.roles)),
            form=(form if form is not None else form_of(step, self.today, file)) | changes,
            item=item,
            if_version=version,
        )

    async def send(self, wish: Wish) -> Receipt:
        """Received and carried; decided or refused."""
        receipt = await self.live.receipts.receive(wish, wish.form)
        if receipt.state != "pending":
            return receipt
        return await self.live.carrier.carry(receipt.command, kind=self.course.kind, patience=PATIENCE)

    async def take(self, step: str, form: Form | None = None, /, **how: Any) -> dict[str, Any]:
        """Takes a step that must be allowed; its result."""
        settled = await self.send(await self.wish(step, form, **how))
        assert settled.result is not None
        assert settled.state == "decided", (step, settled.result["detail"])
        return settled.result

    async def take_all(self, steps: Iterable[str]) -> None:
        for step in steps:
            await self.take(step)

    async def refused(self, step: str, form: Form | None = None, /, **how: Any) -> dict[str, Any]:
        """Tries a step that must be refused; the problem."""
        settled = await self.send(await self.wish(step, form, **how))
        assert settled.state == "refused", (step, settled.result)
        assert settled.result is not None
        return settled.result

    async def pass_days(self, days: int) -> None:
        """Lets days go by; every clock that runs out on the way rings in its turn."""
        clock, views = PracticeClock(self.live.office), Views(self.live.office)
        target = await clock.now(self.case_id) + timedelta(days=days)
        while (case := await views.case_by_id(self.case_id)).closed_at is None:
            alarm = case.next_alarm_at
            moved = await clock.set(self.case_id, min(alarm or target, target))
            await self.live.server.pass_time(self.workflow, moved)
            if alarm is None or alarm > target:
                break
            await self._look_at_the_clock()
            await clock.wait_for_more_than(self.case_id, case.head)
        self.today = target.astimezone(SHANGHAI).date()

    async def _look_at_the_clock(self) -> None:
        """Unless the alarm has rung by itself and was the last of the case."""
        try:
            await self.workflow.signal(CHECK_CLOCK)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def listing(self) -> LiveCase:
        """The period on the list that this decision has begun, carried there by the relay."""
        relay = Relay(self.live.office, self.live.carrier)
        running = asyncio.create_task(relay.run())
        try:
            for _ in range(500):
                if (begun := await self._begun()) is not None:
                    return LiveCase(self.live, begun, LISTING, self.today)
                await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        raise AssertionError("the period on the list did not begin")

    async def _begun(self) -> str | None:
        async with reading(self.live.office.engine) as connection:
            found: str | None = await connection.scalar(
                select(CASE.c.id).where(CASE.c.parent_id == self.case_id)
            )
            return found

    async def history(self) -> WorkflowHistory:
        return await self.workflow.fetch_history()


@asynccontextmanager
async def live_office(folder: Path, server: TimeSkippingServer) -> AsyncIterator[LiveOffice]:
    """A practice office whose home is this folder, without a worker."""
    settings = Settings.load(home=folder)
    await upgrade(settings.database_url)
    office = await open_office(settings)
    queue = f"office-{next(_offices)}-{uuid4().hex[:6]}"
    receipts = Receipts(office)
    try:
        yield LiveOffice(office, server, queue, Carrier(server.client, receipts, queue), receipts)
    finally:
        await office.engine.dispose()
