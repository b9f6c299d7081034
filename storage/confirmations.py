"""Confirmations of figures by authorised legal officers (法制人员确认), kept for ever."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.confirmation import Confirmation
from storage.database import database_now, reading
from storage.office import Office
from storage.tables import CONFIRMATION


class Confirmations:
    """Adds and reads confirmations; none is ever changed, a later one of the same key prevails."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def now(self) -> datetime:
        """The database's clock."""
        async with reading(self._office.engine) as connection:
            return await database_now(connection)

    async def add(self, confirmation: Confirmation, within: AsyncConnection) -> None:
        """Enters one confirmation, in the transaction in which it was checked."""
        await within.execute(
            insert(CONFIRMATION).values(
                id=uuid4().hex,
                regime=confirmation.regime,
                key=confirmation.key,
                practice=confirmation.practice,
                person_id=confirmation.by,
                at=confirmation.at,
                value=confirmation.model_dump_json(),
            )
        )

    async def all(self) -> list[Confirmation]:
        """Confirmations of every regime, in order."""
        return await self._found(select(CONFIRMATION.c.value).order_by(CONFIRMATION.c.at))

    async def of(self, regime: str, within: AsyncConnection | None = None) -> list[Confirmation]:
        """Confirmations of one regime, in order. A real office knows no practice ones."""
        of_regime = CONFIRMATION.c.regime == regime
        return await self._found(
            select(CONFIRMATION.c.value).where(of_regime).order_by(CONFIRMATION.c.at), within
        )

    async def _found(self, query: Select[Any], within: AsyncConnection | None = None) -> list[Confirmation]:
        reads = nullcontext(within) if within is not None else reading(self._office.engine)
        async with reads as connection:
            rows = (await connection.execute(query)).all()
        found = [Confirmation.model_validate_json(row.value) for row in rows]
        return [c for c in found if self._office.practice or not c.practice]
