"""The practice clock of a case: how far it is ahead of the database's clock. Only a practice database has one."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import select, update

from storage.database import database_now, for_update, reading, writing
from storage.office import Office
from storage.tables import CASE

_LOOK_EVERY = 0.02  # seconds
_LOOKS = 500


class PracticeClock:
    """Reads and sets the clock of single cases."""

    def __init__(self, office: Office) -> None:
        if not office.practice:
            raise PermissionError("a real office has no practice clock")
        self._office = office

    async def now(self, case_id: str) -> datetime:
        """Office time of the case."""
        async with reading(self._office.engine) as connection:
            offset = await connection.scalar(select(CASE.c.clock_offset).where(CASE.c.id == case_id))
            return await database_now(connection) + timedelta(seconds=offset or 0.0)

    async def set(self, case_id: str, to: datetime) -> timedelta:
        """Moves the clock forward to `to`; returns by how much. Never moves it back."""
        async with writing(self._office.engine) as connection:
            row = (
                await connection.execute(
                    for_update(select(CASE.c.clock_offset, CASE.c.next_alarm_at).where(CASE.c.id == case_id))
                )
            ).one()
            real = await database_now(connection)
            moved = to - (real + timedelta(seconds=row.clock_offset))
            if moved <= timedelta(0):
                return timedelta(0)
            offset = (to - real).total_seconds()
            wake_at = row.next_alarm_at - timedelta(seconds=offset) if row.next_alarm_at else None
            await connection.execute(
                update(CASE).where(CASE.c.id == case_id).values(clock_offset=offset, wake_at=wake_at)
            )
            return moved

    async def wait_for_more_than(self, case_id: str, head: int) -> None:
        """Waits until the case has entered what its alarm calls for."""
        for _ in range(_LOOKS):
            async with reading(self._office.engine) as connection:
                if (await connection.scalar(select(CASE.c.head).where(CASE.c.id == case_id)) or 0) > head:
                    return
            await asyncio.sleep(_LOOK_EVERY)
