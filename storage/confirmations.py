"""Confirmations of figures by authorised legal officers (法制人员确认), kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.confirmation import Confirmation
from settings import Settings
from storage.crypto import FieldCipher, KeyedHash
from storage.database import database_now, make_engine, reading
from storage.keys import load_key
from storage.office import Office
from storage.people import People
from storage.tables import CONFIRMATION, OFFICE


class Confirmations:
    """Adds and reads confirmations; none is ever changed, a later one of the same entry corrects or withdraws it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def now(self) -> datetime:
        """The database's clock."""
        async with reading(self._office.engine) as connection:
            return await database_now(connection)

    async def add(self, confirmation: Confirmation, within: AsyncConnection) -> None:
        """Enters one confirmation, in the transaction in which it was checked and at the instant of that."""
        confirmation = confirmation.model_copy(update={"at": await database_now(within)})
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


@dataclass(frozen=True)
class OnRecord:
    """What an office has confirmed, for whoever reads beside it."""

    practice: bool
    given: list[Confirmation]  # in order, those that were corrected or withdrawn included
    names: Mapping[str, str]  # of the persons who confirmed, by person id


def _is_there(url: str) -> bool:
    """Whether connecting would not first create the database."""
    at = make_url(url)
    return at.get_backend_name() != "sqlite" or Path(at.database or "").is_file()


async def confirmations_at(settings: Settings) -> OnRecord | None:
    """The confirmations of the office of these settings, also while it does not run; None when there is no office.

    Writes nothing. Raises KeyFileError, and SQLAlchemyError or OSError when the record cannot be read.
    """
    if not _is_there(settings.database_url):
        return None
    engine = make_engine(settings.database_url)
    try:
        async with reading(engine) as connection:
            kind = await connection.scalar(select(OFFICE.c.kind))
        if kind is None:
            return None
        key, practice = load_key(settings.key_file), kind == "practice"
        cipher = FieldCipher(key)
        given = await Confirmations(Office(engine, cipher, KeyedHash(key), key, practice)).all()
        people = People(engine, cipher, practice=practice)
        return OnRecord(practice, given, await people.names(list({c.by for c in given})))
    finally:
        await engine.dispose()
