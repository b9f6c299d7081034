"""Receipt (收件): one committed row, before anything else happens to a command. That commit is the legal receipt.

The instant is stamped while the case row is held, so that what is received before a window closes is found by whoever
closes it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.people import Actor
from domain.procedure.events import Command
from domain.refusals import LegalRefusal, NotFound, TooMany
from storage.database import database_now, for_share, reading, write, writing
from storage.office import Office
from storage.record import open_command, seal_command, settle
from storage.tables import CASE, SUBMISSION

#: Case of a command that belongs to none (`storage.answers`).
NO_CASE: Final = ""


# Made once, as in `storage.record`.
_CASE = for_share(select(CASE.c.head, CASE.c.clock_offset).where(CASE.c.id == bindparam("case")))
_OF_COMMAND = select(SUBMISSION).where(SUBMISSION.c.command_id == bindparam("command"))
_SENT_BY = (
    select(func.count())
    .select_from(SUBMISSION)
    .where(SUBMISSION.c.case_id == bindparam("case"), SUBMISSION.c.person_id == bindparam("person"))
)
_INSERT = insert(SUBMISSION)

#: Submissions of one person in one case; a technical bound, none of the law.
_MOST_OF_ONE_PERSON = 300


class KeyReused(LegalRefusal):
    """The command id was used for something else, or by somebody else."""

    default_code = "KEY_REUSED"
    titles = {"KEY_REUSED": "幂等键已被使用"}  # noqa: RUF012 -- as in the base


def key_reused() -> KeyReused:
    """422: the client must take a new key for a new request."""
    return KeyReused(
        detail="同一幂等键已用于另一请求",
        field="Idempotency-Key",
        expected="每个新请求使用新的键；重发同一请求使用原键和原内容",
    )


@dataclass(frozen=True)
class Receipt:
    """A command as it was received, and what has become of it."""

    command: Command
    state: str  # pending, decided, refused
    result: dict[str, Any] | None
    replayed: bool  # the same command had been received before


@dataclass(frozen=True)
class Pending:
    """A received command that nobody has decided yet, still sealed."""

    command_id: str
    case_id: str
    body: bytes


@dataclass(frozen=True)
class Wish:
    """A command as it comes in, before it has an instant and a head."""

    id: str
    case_id: str
    route: str
    step: str
    actor: Actor | None  # None: the procedure itself
    form: dict[str, Any]
    item: str = ""
    if_version: int | None = None
    clock_offset: float = 0.0  # for an opening: the practice clock of the case to come


Admission = Callable[[AsyncConnection], Awaitable[None]]


class Receipts:
    """Receives commands and tells what became of them."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def fingerprint(self, wish: Wish, body: Any) -> str:
        """Equal for the same payload on the same route; tells nothing of either."""
        said = to_json({"route": wish.route, "body": body, "item": wish.item}).decode()
        return self._office.keyed(said, "submission")

    async def receive(self, wish: Wish, body: Any, admit: Admission | None = None) -> Receipt:
        """Commits the receipt, or finds the earlier one of the same id.

        `body` is what the sender sent; the same id with another body, route or person raises KeyReused. `admit` looks
        at a new command within the transaction and may raise a Refusal: then nothing was received.
        """
        fingerprint = self.fingerprint(wish, body)

        async def take_in(connection: AsyncConnection) -> Receipt:
            head, offset = await self._case(connection, wish.case_id)
            if (earlier := await self._earlier(connection, wish, fingerprint)) is not None:
                return earlier
            if admit is not None:
                await admit(connection)
            await self._refuse_a_flood(connection, wish)
            now = await database_now(connection) + timedelta(seconds=offset)
            command = Command(
                id=wish.id,
                case_id=wish.case_id,
                step=wish.step,
                item=wish.item,
                actor=wish.actor,
                form=wish.form,
                received_at=now,
                head=head,
                if_version=wish.if_version,
            )
            await self._insert(connection, command, wish, fingerprint, now - timedelta(seconds=offset))
            return Receipt(command, "pending", None, replayed=False)

        return await write(self._office.engine, take_in)

    async def repeated(self, wish: Wish, body: Any) -> Receipt | None:
        """The earlier receipt of the same command, or None. Raises KeyReused as `receive` does."""
        fingerprint = self.fingerprint(wish, body)
        async with reading(self._office.engine) as connection:
            return await self._earlier(connection, wish, fingerprint)

    async def receive_opening(self, wish: Wish, body: Any) -> Receipt:
        """As `receive`, for the first command of a case that the record does not know yet."""
        fingerprint = self.fingerprint(wish, body)

        async def take_in(connection: AsyncConnection) -> Receipt:
            if (earlier := await self._earlier(connection, wish, fingerprint)) is not None:
                return earlier
            real = await database_now(connection)
            command = Command(
                id=wish.id,
                case_id=wish.case_id,
                step=wish.step,
                actor=wish.actor,
                form=wish.form,
                received_at=real + timedelta(seconds=wish.clock_offset),
            )
            await self._insert(connection, command, wish, fingerprint, real)
            return Receipt(command, "pending", None, replayed=False)

        return await write(self._office.engine, take_in)

    async def find(self, command_id: str) -> Receipt | None:
        """The receipt of a command to a case, with what has become of it."""
        async with reading(self._office.engine) as connection:
            row = (await connection.execute(_OF_COMMAND, {"command": command_id})).mappings().first()
        return self._receipt(row) if row and row["case_id"] != NO_CASE else None

    async def refuse(self, command_id: str, problem: dict[str, Any]) -> Receipt:
        """Settles a pending submission as refused; returns what is on record in the end."""
        async with writing(self._office.engine) as connection:
            await settle(connection, command_id, "refused", problem)
            row = (await connection.execute(_OF_COMMAND, {"command": command_id})).mappings().one()
        return self._receipt(row)

    async def due(self, *, older_than: timedelta, per_case: int, limit: int) -> list[Pending]:
        """Pending commands that nobody carried, fair per case: the oldest few of each (relay)."""
        turn = func.row_number().over(
            partition_by=SUBMISSION.c.case_id, order_by=(SUBMISSION.c.received_at, SUBMISSION.c.command_id)
        )
        async with reading(self._office.engine) as connection:
            now = await database_now(connection)
            ready = (
                select(SUBMISSION, turn.label("turn"))
                .where(SUBMISSION.c.state == "pending", SUBMISSION.c.next_attempt_at < now - older_than)
                .subquery()
            )
            rows = await connection.execute(
                select(ready.c.command_id, ready.c.case_id, ready.c.body)
                .where(ready.c.turn <= per_case)
                .order_by(ready.c.next_attempt_at)
                .limit(limit)
            )
            return [Pending(row.command_id, row.case_id, row.body) for row in rows]

    def open(self, pending: Pending) -> Command:
        """The command of a receipt. Raises CipherError, pydantic.ValidationError when it can't be read."""
        return open_command(self._office, pending.command_id, pending.body)

    async def postpone(self, command_id: str, base: timedelta, longest: timedelta) -> None:
        """The next attempt comes later, the longer the more attempts have failed."""
        async with writing(self._office.engine) as connection:
            attempts = await connection.scalar(
                select(SUBMISSION.c.attempts).where(SUBMISSION.c.command_id == command_id)
            )
            wait = min(base * 2 ** min(attempts or 0, 16), longest)
            await connection.execute(
                update(SUBMISSION)
                .where(SUBMISSION.c.command_id == command_id)
                .values(attempts=(attempts or 0) + 1, next_attempt_at=await database_now(connection) + wait)
            )

    # -- within the transaction

    async def _case(self, connection: AsyncConnection, case_id: str) -> tuple[int, float]:
        row = (await connection.execute(_CASE, {"case": case_id})).first()
        if row is None:
            raise NotFound(detail="没有这一案件")
        return row.head, row.clock_offset

    async def _refuse_a_flood(self, connection: AsyncConnection, wish: Wish) -> None:
        """One person in one case has tens of things to send, not hundreds: more would only delay everybody."""
        if wish.actor is None:
            return
        sent = await connection.scalar(_SENT_BY, {"case": wish.case_id, "person": wish.actor.person_id})
        if sent is not None and sent >= _MOST_OF_ONE_PERSON:
            raise TooMany(
                detail="您在本案提交的事项过多，本次未受理",
                expected="将需要说明的内容合并在一份材料中，向认定机关当面提交",
            )

    async def _earlier(self, connection: AsyncConnection, wish: Wish, fingerprint: str) -> Receipt | None:
        row = (await connection.execute(_OF_COMMAND, {"command": wish.id})).mappings().first()
        if row is None:
            return None
        person = wish.actor.person_id if wish.actor else ""
        if row["fingerprint"] != fingerprint or row["person_id"] != person:
            raise key_reused()
        return self._receipt(row, replayed=True)

    async def _insert(
        self, connection: AsyncConnection, command: Command, wish: Wish, fingerprint: str, real: datetime
    ) -> None:
        row = {
            "command_id": command.id,
            "account_id": wish.actor.account_id if wish.actor else "",
            "person_id": wish.actor.person_id if wish.actor else "",
            "route": wish.route,
            "fingerprint": fingerprint,
            "case_id": command.case_id,
            "body": seal_command(self._office, command),
            "received_at": command.received_at,
            "state": "pending",
            "attempts": 0,
            "next_attempt_at": real,
        }
        await connection.execute(_INSERT, row)

    def _receipt(self, row: Any, *, replayed: bool = False) -> Receipt:
        return Receipt(
            command=open_command(self._office, row["command_id"], row["body"]),
            state=row["state"],
            result=json.loads(row["result"]) if row["result"] else None,
            replayed=replayed,
        )
