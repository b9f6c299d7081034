"""The relay: drains what nobody carried, does what the outbox asks for, and wakes cases whose alarm is overdue.

It looks at the record at short intervals and is fair per case: one bad case delays nobody else. Several relays at
once are harmless, since every command and every start is done once however often it is asked for.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from activities.carriage import Carrier, EngineAway
from activities.start import CHECK_CLOCK, workflow_id
from domain.procedure.events import Command
from storage.crypto import sm3_hex
from storage.database import database_now, reading, writing
from storage.office import Office
from storage.receipts import Receipts, Wish
from storage.tables import CASE, OUTBOX
from storage.views import Views

_LOG = structlog.get_logger()
# Technical pace of the relay, none a legal figure.
_PAUSE = 1.0  # seconds between two looks
_LEFT_ALONE = timedelta(seconds=5)  # the API is still carrying what is younger
_PATIENCE = timedelta(seconds=10)
_BACK_OFF, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)
_PER_CASE, _AT_ONCE = 4, 200
_OVERDUE_ALARM = timedelta(seconds=30)


class Relay:
    """Runs beside the worker for as long as the process lives."""

    def __init__(self, office: Office, client: Client, carrier: Carrier) -> None:
        self._office, self._client, self._carrier = office, client, carrier
        self._receipts, self._views = Receipts(office), Views(office)

    async def run(self) -> None:
        """Looks again and again until cancelled; a fault is logged and does not end it."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, RPCError, OSError) as fault:
                _LOG.warning("relay", error=type(fault).__name__)
            await asyncio.sleep(_PAUSE)

    async def look(self) -> None:
        """One look: outbox, left commands, overdue alarms."""
        await self._outbox()
        commands = await self._receipts.due(older_than=_LEFT_ALONE, per_case=_PER_CASE, limit=_AT_ONCE)
        await asyncio.gather(*(self._carry(command) for command in commands))
        await self._wake()

    async def _carry(self, command: Command) -> None:
        kind = "determination"
        if command.head > 0:
            kind = (await self._views.case_by_id(command.case_id)).kind
        elif command.step == "enter_list":
            kind = "listing"
        try:
            await self._carrier.carry(command, kind=kind, patience=_PATIENCE)
        except EngineAway:
            await self._receipts.postpone(command.id, _BACK_OFF, _LONGEST_WAIT)

    async def _outbox(self) -> None:
        async with reading(self._office.engine) as connection:
            now = await database_now(connection)
            rows = (
                await connection.execute(
                    select(OUTBOX)
                    .where(OUTBOX.c.done_at.is_(None), OUTBOX.c.next_attempt_at <= now)
                    .order_by(OUTBOX.c.next_attempt_at)
                    .limit(_AT_ONCE)
                )
            ).all()
        for row in rows:
            body = self._office.cipher.decrypt(row.body, table="outbox", case=row.id)
            await self._open_listing(row.id, row.case_id, body)
            async with writing(self._office.engine) as connection:
                await connection.execute(
                    update(OUTBOX)
                    .where(OUTBOX.c.id == row.id)
                    .values(done_at=await database_now(connection), attempts=row.attempts + 1)
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

    async def _wake(self) -> None:
        """Cases whose alarm should have rung: their workflow is started if it is gone, and asked to look at the clock."""
        async with reading(self._office.engine) as connection:
            late = await database_now(connection) - _OVERDUE_ALARM
            rows = (
                await connection.execute(
                    select(CASE.c.id, CASE.c.kind)
                    .where(CASE.c.closed_at.is_(None), CASE.c.wake_at < late)
                    .order_by(CASE.c.wake_at)
                    .limit(_AT_ONCE)
                )
            ).all()
        for row in rows:
            await self._carrier.start(row.id, row.kind)
            await self._client.get_workflow_handle(workflow_id(row.id)).signal(CHECK_CLOCK)
