"""Commands that belong to no case (领取待办、确认数值、拨快演练时钟): answered once under each key, and the same for ever.

They share the table of receipts, so that one key cannot serve for two things. Where the effect is in the record, it
and its answer are one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.people import Actor
from domain.refusals import Refusal
from storage.database import database_now, reading, write, writing
from storage.office import Office
from storage.receipts import NO_CASE, key_reused
from storage.tables import SUBMISSION

#: Not `pending`: nobody but its sender carries such a command on.
_UNDER_WAY = "under_way"


@dataclass(frozen=True)
class Request:
    """A command as it comes in; `body` is what makes two of them the same."""

    id: str
    route: str
    actor: Actor
    body: Any


@dataclass(frozen=True)
class Given:
    """An answer on record: what was done, or why not."""

    result: dict[str, Any]
    refused: bool
    replayed: bool


Effect = Callable[[AsyncConnection], Awaitable[dict[str, Any]]]


class Answers:
    """Does a command once and keeps its answer."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def once(self, request: Request, effect: Effect) -> Given:
        """What `effect` answers, or what it answered the first time. Raises KeyReused.

        A Refusal of the effect undoes what it did and is an answer too: the same key is refused in the same words
        also when it would now be allowed.
        """

        async def give(connection: AsyncConnection) -> Given:
            row = await self._earlier(connection, request)
            if row is not None:
                return _given(row, replayed=True)
            refused = False
            try:
                async with connection.begin_nested():
                    result = await effect(connection)
            except Refusal as refusal:
                result, refused = refusal.as_problem(), True
            await self._insert(connection, request, "refused" if refused else "decided", result, {})
            return Given(result, refused, replayed=False)

        return await write(self._office.engine, give)

    async def begin(
        self, request: Request, plan: Callable[[], dict[str, Any]]
    ) -> tuple[dict[str, Any], Given | None]:
        """For an effect outside the record: keeps the plan before it, so that a repetition goes on with the same one.

        `plan` makes it, for a request that is new, and may raise a Refusal. Returns the plan that holds, and the
        answer if there is one already. Raises KeyReused.
        """

        async def keep(connection: AsyncConnection) -> tuple[dict[str, Any], Given | None]:
            row = await self._earlier(connection, request)
            if row is None:
                made = plan()
                await self._insert(connection, request, _UNDER_WAY, None, made)
                return made, None
            kept = self._office.cipher.decrypt(row["body"], table="submission", case=request.id)
            return kept["plan"], _given(row, replayed=True) if row["result"] else None

        return await write(self._office.engine, keep)

    async def conclude(self, request: Request, result: dict[str, Any]) -> Given:
        """The answer to a command that was begun; a later one changes nothing."""
        async with writing(self._office.engine) as connection:
            await connection.execute(
                update(SUBMISSION)
                .where(SUBMISSION.c.command_id == request.id, SUBMISSION.c.state == _UNDER_WAY)
                .values(state="decided", result=json.dumps(result, ensure_ascii=False))
            )
        return Given(result, refused=False, replayed=False)

    async def find(self, command_id: str, person_id: str) -> Given | None:
        """The answer that this person's command was given, or None."""
        query = select(SUBMISSION).where(
            SUBMISSION.c.command_id == command_id,
            SUBMISSION.c.case_id == NO_CASE,
            SUBMISSION.c.person_id == person_id,
            SUBMISSION.c.result.is_not(None),
        )
        async with reading(self._office.engine) as connection:
            row = (await connection.execute(query)).mappings().first()
        return _given(row, replayed=False) if row else None

    async def _earlier(self, connection: AsyncConnection, request: Request) -> Any:
        found = await connection.execute(select(SUBMISSION).where(SUBMISSION.c.command_id == request.id))
        row = found.mappings().first()
        if row is not None and (
            row["fingerprint"] != self._fingerprint(request) or row["person_id"] != request.actor.person_id
        ):
            raise key_reused()
        return row

    async def _insert(
        self,
        connection: AsyncConnection,
        request: Request,
        state: str,
        result: dict[str, Any] | None,
        plan: dict[str, Any],
    ) -> None:
        kept = {"body": request.body, "plan": plan}
        await connection.execute(
            insert(SUBMISSION).values(
                command_id=request.id,
                account_id=request.actor.account_id,
                person_id=request.actor.person_id,
                route=request.route,
                fingerprint=self._fingerprint(request),
                case_id=NO_CASE,
                body=self._office.cipher.encrypt(kept, table="submission", case=request.id),
                received_at=await database_now(connection),
                state=state,
                result=None if result is None else json.dumps(result, ensure_ascii=False),
                attempts=0,
            )
        )

    def _fingerprint(self, request: Request) -> str:
        said = to_json({"route": request.route, "body": request.body, "item": ""}).decode()
        return self._office.keyed(said, "submission")


def _given(row: Any, *, replayed: bool) -> Given:
    return Given(json.loads(row["result"]), row["state"] == "refused", replayed)
