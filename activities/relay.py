"""The relay: drains what nobody carried, does what the outbox asks for, and wakes cases that fell asleep.

It looks at the record at short intervals and waits for nothing that it began: one bad case delays nobody else. Several
relays at once are harmless, since every command and every start is done once however often it is asked for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from activities.carriage import Carrier, EngineAway
from domain.procedure.events import Command
from storage.crypto import sm3_hex
from storage.database import database_now, reading, writing
from storage.office import Office
from storage.receipts import Pending, Receipts, Wish
from storage.tables import OUTBOX
from storage.views import UnfinishedCase, Views

_LOG = structlog.get_logger()
# Technical pace of the relay, none a legal figure.
_PAUSE = 1.0  # seconds between two looks
_LEFT_ALONE = timedelta(seconds=5)  # the API is still carrying what is younger
_PATIENCE = timedelta(seconds=10)
_BACK_OFF, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)
_PER_CASE, _AT_ONCE = 4, 200
_OVERDUE = timedelta(seconds=30)
_WAKE_AGAIN, _WAKE_SELDOM = 2.0, 3600.0  # seconds; a case that stays asleep is woken ever more seldom


class Relay:
    """Runs beside the worker for as long as the process lives."""

    def __init__(self, office: Office, carrier: Carrier) -> None:
        self._office, self._carrier = office, carrier
        self._receipts, self._views = Receipts(office), Views(office)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._woken: dict[str, tuple[float, float]] = {}  # case → not again before (monotonic), pause

    async def run(self) -> None:
        """Looks again and again until cancelled; a fault is logged and does not end it."""
        try:
            while True:
                try:
                    await self.look()
                except Exception as fault:  # whatever it is, the next look may fare better
                    _LOG.warning("relay", error=type(fault).__name__)
                await asyncio.sleep(_PAUSE)
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def look(self) -> None:
        """One look: outbox, left commands, sleeping cases. Begins what there is to do, and goes on."""
        for errand in await self._errands():
            self._begin(f"errand:{errand.id}", self._do, errand)
        for pending in await self._receipts.due(older_than=_LEFT_ALONE, per_case=_PER_CASE, limit=_AT_ONCE):
            self._begin(f"command:{pending.command_id}", self._carry_pending, pending)
        for case in await self._asleep():
            self._begin(f"wake:{case.id}", self._wake, case)

    def _begin(self, key: str, work: Callable[[Any], Awaitable[None]], what: Any) -> None:
        if key in self._under_way:
            return

        async def done() -> None:
            try:
                await work(what)
            except Exception as fault:
                _LOG.warning("relay", what=key.partition(":")[0], error=type(fault).__name__)
            finally:
                del self._under_way[key]

        self._under_way[key] = asyncio.create_task(done())

    # -- commands that were received and not decided

    async def _carry_pending(self, pending: Pending) -> None:
        try:
            await self._carry(self._receipts.open(pending))
        except Exception:
            await self._receipts.postpone(pending.command_id, _BACK_OFF, _LONGEST_WAIT)
            raise

    async def _carry(self, command: Command) -> None:
        kind = "listing" if command.step == "enter_list" else "determination"
        if command.head > 0:
            case = await self._views.case_by_id(command.case_id)
            # Judged on the record as it is now: the workflow may have fallen behind meanwhile.
            kind, command = case.kind, command.model_copy(update={"head": case.head})
        try:
            await self._carrier.carry(command, kind=kind, patience=_PATIENCE)
        except EngineAway:
            await self._receipts.postpone(command.id, _BACK_OFF, _LONGEST_WAIT)

    # -- outbox

    async def _errands(self) -> list[Any]:
        async with reading(self._office.engine) as connection:
            now = await database_now(connection)
            rows = await connection.execute(
                select(OUTBOX)
                .where(OUTBOX.c.done_at.is_(None), OUTBOX.c.next_attempt_at <= now)
                .order_by(OUTBOX.c.next_attempt_at)
                .limit(_AT_ONCE)
            )
            return list(rows.all())

    async def _do(self, errand: Any) -> None:
        """Done once it is received as a command: that command is carried like any other."""
        try:
            body = self._office.cipher.decrypt(errand.body, table="outbox", case=errand.id)
            await self._open_listing(errand.id, errand.case_id, body)
        except Exception:
            await self._note(errand, done=False)
            raise
        await self._note(errand, done=True)

    async def _note(self, errand: Any, *, done: bool) -> None:
        async with writing(self._office.engine) as connection:
            now = await database_now(connection)
            later = now + min(_BACK_OFF * 2 ** min(errand.attempts, 16), _LONGEST_WAIT)
            await connection.execute(
                update(OUTBOX)
                .where(OUTBOX.c.id == errand.id)
                .values(done_at=now if done else None, attempts=errand.attempts + 1, next_attempt_at=later)
            )

    async def _open_listing(self, errand_id: str, case_id: str, body: dict[str, Any]) -> None:
        """The period on the list begins as a case of its own; its receipt is carried like any other."""
        clock_offset = (await self._views.case_by_id(case_id)).clock_offset
        wish = Wish(
            id=errand_id,
            case_id=sm3_hex(errand_id.encode())[:32],  # the same in every attempt
            route="outbox",
            step="enter_list",
            actor=None,
            form=body | {"clock_offset": clock_offset},
            clock_offset=clock_offset,
        )
        receipt = await self._receipts.receive_opening(wish, {"errand": errand_id})
        if receipt.state == "pending":
            await self._carry(receipt.command)

    # -- cases whose alarm did not ring, or whose paper did not come

    async def _asleep(self) -> list[UnfinishedCase]:
        """Cases that should have gone on by themselves, except those that have just been woken."""
        asleep = await self._views.asleep(_OVERDUE)
        ids = {case.id for case in asleep}
        self._woken = {case: woken for case, woken in self._woken.items() if case in ids}
        now = time.monotonic()
        return [case for case in asleep if self._woken.get(case.id, (0.0, 0.0))[0] <= now][:_AT_ONCE]

    async def _wake(self, case: UnfinishedCase) -> None:
        """Its workflow is started if it is gone, and asked to look at the record."""
        _, pause = self._woken.get(case.id, (0.0, _WAKE_AGAIN / 2))
        pause = min(pause * 2, _WAKE_SELDOM)
        self._woken[case.id] = (time.monotonic() + pause, pause)
        await self._carrier.start(case.id, case.kind)
        await self._carrier.compare_with_record(case.id)
