"""The record (案卷): the one writer of a case.

`append` is the only place where an event comes into being: lock the case row, look up the command, compare the head,
insert event, read model and outbox, settle the submission, all in one transaction. Where the head differs from what
the workflow believes, nothing is written and the tail comes back (reliability: compare and catch up).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from pydantic_core import to_json
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.people import Actor
from domain.procedure.events import Command, Event, legal_day
from domain.procedure.opening import Opening
from domain.refusals import Conflict
from storage.crypto import chain
from storage.database import UtcDateTime, database_now, for_update, reading, writing
from storage.entries import Answer, Entry, Loaded, Numbering
from storage.numbers import next_ordinal, paper_number
from storage.office import Office
from storage.tables import CASE, DEADLINE, DOCUMENT, EVENT, OUTBOX, SUBMISSION, TASK

_CASE_SERIES = "case"

# Statements of every step, made once: to put one together costs more than to run it.
_COMMAND_AT = (
    select(EVENT.c.command_id)
    .where(EVENT.c.case_id == bindparam("case"), EVENT.c.seq == bindparam("at"))
    .scalar_subquery()
    .label("command")
)
_BELIEVED = select(CASE.c.clock_offset, _COMMAND_AT).where(CASE.c.id == bindparam("case"))
_HEAD = for_update(
    select(CASE.c.head, CASE.c.link, CASE.c.clock_offset, CASE.c.no, _COMMAND_AT).where(
        CASE.c.id == bindparam("case")
    )
)
_ENTERED = select(EVENT.c.seq).where(EVENT.c.command_id == bindparam("command"))
_SETTLED = for_update(  # whoever settles it as refused in this moment comes before or after, not between
    select(SUBMISSION.c.state, SUBMISSION.c.result).where(SUBMISSION.c.command_id == bindparam("command"))
)
_WAITING = (
    select(SUBMISSION.c.command_id, SUBMISSION.c.body)
    .where(
        SUBMISSION.c.case_id == bindparam("case"),
        SUBMISSION.c.state == "pending",
        SUBMISSION.c.received_at < bindparam("before"),
        SUBMISSION.c.command_id != bindparam("command"),
    )
    .order_by(SUBMISSION.c.received_at, SUBMISSION.c.command_id)
)
_TAIL = (
    select(EVENT)
    .where(EVENT.c.case_id == bindparam("case"), EVENT.c.seq > bindparam("after"))
    .order_by(EVENT.c.seq)
)
_INSERT_EVENT, _INSERT_TASK, _INSERT_DEADLINE = insert(EVENT), insert(TASK), insert(DEADLINE)
_CASE_STANDS = (
    update(CASE)
    .where(CASE.c.id == bindparam("case"))
    .values(
        {name: bindparam(name) for name in ("head", "version", "link", "stage", "outcome")}
        | {name: bindparam(name) for name in ("next_alarm_at", "wake_at")}
    )
)
# A closed case still takes papers and notes; it was closed when it was closed.
_CASE_CLOSED = _CASE_STANDS.values(
    closed_at=func.coalesce(CASE.c.closed_at, bindparam("closed", type_=UtcDateTime))
)
_CASE_OPEN = _CASE_STANDS.values(closed_at=None)
_CLOSE_TASK = (
    update(TASK)
    .where(
        TASK.c.case_id == bindparam("case"),
        TASK.c.step == bindparam("of_step"),
        TASK.c.item == bindparam("of_item"),
        TASK.c.closed_seq.is_(None),
    )
    .values(closed_seq=bindparam("seq"))
)
_STATED = tuple(column.name for column in DEADLINE.c if column.name not in ("case_id", "key"))
_STATE_DEADLINE = (
    update(DEADLINE)
    .where(DEADLINE.c.case_id == bindparam("case"), DEADLINE.c.key == bindparam("of_key"))
    .values({name: bindparam(name) for name in _STATED})
)
_DATE_TASK = (
    update(TASK)
    .where(
        TASK.c.case_id == bindparam("case"),
        TASK.c.deadline == bindparam("of_key"),
        TASK.c.closed_seq.is_(None),
    )
    .values({name: bindparam(name) for name in ("due_on", "due_at", "provisional")})
)
_SETTLE = (
    update(SUBMISSION)
    .where(SUBMISSION.c.command_id == bindparam("command"), SUBMISSION.c.state == "pending")
    .values(state=bindparam("becomes"), result=bindparam("answer"))
)

#: Bytes of ciphertext that travel to a workflow in one answer; Temporal refuses payloads above 2 MiB.
TRAVELS_AT_ONCE = 512 * 1024
T = TypeVar("T")


class Record:
    """Reads and appends the events of cases."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def append(self, entry: Entry) -> Answer:
        """Enters one event, once, or says why not; never enters half of it."""
        try:
            async with writing(self._office.engine) as connection:
                return await self._append(connection, entry)
        except IntegrityError:
            if entry.expected > 0:
                raise
            # An opening can collide: on its business key, with a case that is there already.
            async with reading(self._office.engine) as connection:
                return await self._opened_already(connection, entry)

    async def load(
        self, case_id: str, after: int = 0, *, last: str = "", at_most: int | None = None
    ) -> Loaded:
        """Events of the case after `after`, and the office time of the case.

        `last`: the command that the event at `after` is believed to have; another one is `astray`.
        `at_most`: bytes of ciphertext after which the rest is left for the next call (`more`).
        """
        async with reading(self._office.engine) as connection:
            row = (await connection.execute(_BELIEVED, {"case": case_id, "at": after})).first()
            events, more = await self._events(connection, case_id, after, at_most)
            return Loaded(
                now=await _office_time(connection, row.clock_offset if row else 0.0),
                events=tuple(events),
                more=more,
                astray=last != "" and (row is None or row.command != last),
            )

    async def refuse(self, command_id: str, problem: dict[str, Any]) -> None:
        """Settles a submission as refused; one that is settled already stays as it is."""
        async with writing(self._office.engine) as connection:
            await settle(connection, command_id, "refused", problem)

    # -- within the transaction

    async def _append(self, connection: AsyncConnection, entry: Entry) -> Answer:
        row = (await connection.execute(_HEAD, {"case": entry.case_id, "at": entry.expected})).first()
        opening = Opening.submitted(entry.event.data) if entry.expected == 0 else None
        head, link = (row.head, row.link) if row else (0, "")
        offset = row.clock_offset if row else (opening.clock_offset if opening else 0.0)
        now = await _office_time(connection, offset)
        if entry.last != "" and (row is None or row.command != entry.last):
            return Answer(now=now, astray=True)
        tail: list[Event] = []
        more = False
        if head > entry.expected:
            tail, more = await self._events(connection, entry.case_id, entry.expected, TRAVELS_AT_ONCE)

        this = {"command": entry.event.command}
        known = await connection.scalar(_ENTERED, this)
        if known is not None:
            return Answer(now=now, tail=tuple(tail), more=more, done=known)
        state = (await connection.execute(_SETTLED, this)).first()
        if state is not None and state.state == "refused":
            return Answer(now=now, tail=tuple(tail), more=more, refused=json.loads(state.result))
        if head != entry.expected:
            return Answer(now=now, tail=tuple(tail), more=more)
        if entry.not_before is not None and now < entry.not_before:
            return Answer(now=now, too_early=True)
        if entry.in_turn and (waiting := await self._waiting(connection, entry)):
            return Answer(now=now, waiting=tuple(waiting))

        event = entry.event.model_copy(update={"at": now})
        if entry.numbering is not None:
            event = await self._number(connection, entry.numbering, entry.case_id, event)
        no = row.no if row else await self._case_no(connection, now)
        if opening is not None:
            event = event.model_copy(update={"data": event.data | {"case_no": no}})
        wake_at = entry.next_alarm_at - timedelta(seconds=offset) if entry.next_alarm_at else None
        link = await self._insert_event(connection, entry, event, link, opening, no, wake_at)
        await self._state(connection, entry, event, link, wake_at)
        await self._settle(connection, entry, event, no)
        return Answer(now=now, tail=(event,), done=event.seq)

    async def _insert_event(
        self,
        connection: AsyncConnection,
        entry: Entry,
        event: Event,
        previous: str,
        opening: Opening | None,
        no: str,
        wake_at: datetime | None,
    ) -> str:
        cipher = self._office.cipher
        place = event_place(entry.case_id, event.model_dump(exclude={"data", "actor"}))
        actor = cipher.encrypt(event.actor.model_dump(mode="json") if event.actor else None, **place)
        payload = cipher.encrypt(event.data, **place)
        link = event_link(previous, entry.case_id, event, actor, payload)
        if opening is not None:
            await connection.execute(
                insert(CASE).values(self._case_row(entry, opening, event, no, link, wake_at))
            )
        row = {
            "case_id": entry.case_id,
            "seq": event.seq,
            "command_id": event.command,
            "step": event.step,
            "item": event.item,
            "actor": actor,
            "received_at": event.received_at,
            "at": event.at,
            "clause": event.clause,
            "payload": payload,
            "previous_link": previous,
            "link": link,
        }
        await connection.execute(_INSERT_EVENT, row)
        return link

    def _case_row(
        self, entry: Entry, opening: Opening, event: Event, no: str, link: str, wake_at: datetime | None
    ) -> dict[str, Any]:
        summary = {
            "subject": opening.subject.model_dump(mode="json"),
            "document": {
                "number": opening.document.number,
                "title": opening.document.title,
                "issued_by": opening.document.issued_by,
                "decided_on": opening.document.decided_on.isoformat(),
            },
        }
        return {
            "id": entry.case_id,
            "no": no,
            "kind": entry.course,
            "regime": opening.rule.regime,
            "rule_version": opening.rule.version,
            "authority": opening.authority.code,
            "superior": opening.authority.superior,
            "practice": opening.practice,
            "subject_ref": opening.subject_ref,
            "document_ref": opening.document_ref,
            "business_key": opening.business_key,
            "summary": self._office.cipher.encrypt(summary, table="case_file", case=entry.case_id),
            "stage": entry.stage,
            "outcome": entry.outcome,
            "head": event.seq,
            "version": entry.version,
            "link": link,
            "next_alarm_at": entry.next_alarm_at,
            "wake_at": wake_at,
            "clock_offset": opening.clock_offset,
            "parent_id": opening.listed_by,
            "opened_at": event.received_at,
            "closed_at": None,
        }

    async def _state(
        self, connection: AsyncConnection, entry: Entry, event: Event, link: str, wake_at: datetime | None
    ) -> None:
        """The read model as it follows from the event."""
        if event.seq > 1:
            stands = {
                "case": entry.case_id,
                "head": event.seq,
                "version": entry.version,
                "link": link,
                "stage": entry.stage,
                "outcome": entry.outcome,
                "next_alarm_at": entry.next_alarm_at,
                "wake_at": wake_at,
            }
            if entry.outcome is None:
                await connection.execute(_CASE_OPEN, stands)
            else:
                await connection.execute(_CASE_CLOSED, stands | {"closed": event.at})
        for closed in entry.tasks_closed:
            task = {"case": entry.case_id, "of_step": closed.step, "of_item": closed.item, "seq": event.seq}
            await connection.execute(_CLOSE_TASK, task)
        if entry.tasks_opened:
            await connection.execute(
                _INSERT_TASK,
                [
                    {
                        **opened.model_dump(),
                        "roles": ",".join(opened.roles),
                        "id": uuid4().hex,
                        "case_id": entry.case_id,
                        "opened_seq": event.seq,
                        "opened_at": event.at,
                    }
                    for opened in entry.tasks_opened
                ],
            )
        if "voids" in event.data:
            await self._void(connection, entry.case_id, event)
        for stated in entry.deadlines:
            values = stated.model_dump()
            which = {"case": entry.case_id, "of_key": stated.key}
            changed = await connection.execute(
                _STATE_DEADLINE, which | {name: values[name] for name in _STATED}
            )
            if changed.rowcount == 0:
                await connection.execute(_INSERT_DEADLINE, {"case_id": entry.case_id, **values})
            dated = {name: values[name] for name in ("due_on", "due_at", "provisional")}
            await connection.execute(_DATE_TASK, which | dated)

    async def _settle(self, connection: AsyncConnection, entry: Entry, event: Event, no: str) -> None:
        """Outbox rows, and the submission's result: what every repetition of the command is answered."""
        for errand in entry.outbox:
            now = await database_now(connection)
            errand_id = f"{errand.kind}:{entry.case_id}:{event.seq}"
            await connection.execute(
                insert(OUTBOX).values(
                    id=errand_id,
                    case_id=entry.case_id,
                    seq=event.seq,
                    kind=errand.kind,
                    body=self._office.cipher.encrypt(errand.body, table="outbox", case=errand_id),
                    created_at=now,
                    next_attempt_at=now,
                )
            )
        result = {
            "case": no,
            "seq": event.seq,
            "version": entry.version,
            "step": event.step,
            "item": event.item,
            "stage": entry.stage,
            "outcome": entry.outcome,
            "number": event.data["number"] if entry.numbering is not None else None,
            "clause": event.clause,
            "received_at": event.received_at.isoformat(),
            "at": event.at.isoformat(),
        }
        await settle(connection, event.command, "decided", result)

    async def _number(
        self, connection: AsyncConnection, numbering: Numbering, case_id: str, event: Event
    ) -> Event:
        """The next number of the series, in this very transaction: neither gap nor double."""
        year = legal_day(event.at).year
        ordinal = await next_ordinal(connection, numbering.authority, numbering.kind, year)
        number = paper_number(numbering.docmark, numbering.kind, year, ordinal)
        await connection.execute(
            insert(DOCUMENT).values(
                id=uuid4().hex,
                case_id=case_id,
                seq=event.seq,
                item=event.item,
                kind=numbering.kind,
                authority=numbering.authority,
                year=year,
                ordinal=ordinal,
                number=number,
                issued_at=event.at,
            )
        )
        return event.model_copy(update={"data": event.data | {"number": number}})

    async def _void(self, connection: AsyncConnection, case_id: str, event: Event) -> None:
        """The number stays in its series, explained."""
        seq = event.data["voids"]
        reason = self._office.cipher.encrypt(event.data["reasons"], table="voided", case=case_id, seq=seq)
        await connection.execute(
            update(DOCUMENT)
            .where(DOCUMENT.c.case_id == case_id, DOCUMENT.c.seq == seq)
            .values(voided_at=event.at, voided_reason=reason)
        )

    async def _case_no(self, connection: AsyncConnection, now: datetime) -> str:
        year = legal_day(now).year
        return f"{year}-{await next_ordinal(connection, '', _CASE_SERIES, year):06d}"

    # -- reading

    async def _events(
        self, connection: AsyncConnection, case_id: str, after: int, at_most: int | None = None
    ) -> tuple[list[Event], bool]:
        """Events after `after`, as many as travel in `at_most` bytes of ciphertext, and whether there are more."""
        rows = await connection.execute(_TAIL, {"case": case_id, "after": after})
        return _as_many(rows.mappings(), "payload", self._event, at_most)

    def _event(self, row: Any) -> Event:
        cipher, place = self._office.cipher, event_place(row["case_id"], row, command=row["command_id"])
        actor = cipher.decrypt(row["actor"], **place)
        return Event(
            seq=row["seq"],
            command=row["command_id"],
            step=row["step"],
            item=row["item"],
            actor=Actor.submitted(actor) if actor else None,
            received_at=row["received_at"],
            at=row["at"],
            data=cipher.decrypt(row["payload"], **place),
            clause=row["clause"],
        )

    async def _waiting(self, connection: AsyncConnection, entry: Entry) -> list[Command]:
        """What was received before this and is not decided yet, the earliest first: nothing overtakes it."""
        before = {
            "case": entry.case_id,
            "before": entry.event.received_at,
            "command": entry.event.command,
        }
        rows = await connection.execute(_WAITING, before)

        def command(row: Any) -> Command:
            return open_command(self._office, row["command_id"], row["body"])

        return _as_many(rows.mappings(), "body", command, TRAVELS_AT_ONCE)[0]

    async def _opened_already(self, connection: AsyncConnection, entry: Entry) -> Answer:
        now = await _office_time(connection, 0.0)
        events, more = await self._events(connection, entry.case_id, 0, TRAVELS_AT_ONCE)
        if events and events[0].command == entry.event.command:
            return Answer(now=now, tail=tuple(events), more=more, done=1)
        opening = Opening.submitted(entry.event.data)
        no = await connection.scalar(select(CASE.c.no).where(CASE.c.business_key == opening.business_key))
        refusal = Conflict(
            code="DUPLICATE_CASE",
            title="重复立案",
            detail="同一名单制度、同一主体、同一依据文书已经立案",
            expected=f"在已有案件 {no} 中办理",
        )
        return Answer(now=now, refused=refusal.as_problem())


def _as_many(
    rows: Iterable[Any], sized_by: str, read: Callable[[Any], T], at_most: int | None
) -> tuple[list[T], bool]:
    """The first rows, read, until they come to `at_most` bytes (at least one row), and whether any are left."""
    taken: list[T] = []
    size = 0
    for row in rows:
        size += len(row[sized_by])
        if taken and at_most is not None and size > at_most:
            return taken, True
        taken.append(read(row))
    return taken, False


def event_place(case_id: str, event: Mapping[str, Any], *, command: str | None = None) -> dict[str, Any]:
    """Where the ciphertexts of an event belong: bound to everything that stands beside them in the clear.

    A row whose step, instants or clause were changed no longer decrypts, also for whoever recomputes the chain.
    """
    beside = (
        command or event["command"],
        event["step"],
        event["item"],
        event["received_at"].astimezone(UTC).isoformat(),
        event["at"].astimezone(UTC).isoformat(),
        event["clause"],
    )
    return {"table": "\n".join(("event", *beside)), "case": case_id, "seq": event["seq"]}


def event_link(previous: str, case_id: str, event: Event, actor: bytes, payload: bytes) -> str:
    """The link of one event: SM3 over the previous link and the event's row, ciphertext included.

    Instants are taken in UTC, as the database gives them back, whatever zone they were reckoned in.
    """
    return chain(
        previous,
        case_id,
        str(event.seq),
        event.command,
        event.step,
        event.item,
        event.received_at.astimezone(UTC).isoformat(),
        event.at.astimezone(UTC).isoformat(),
        event.clause,
        actor,
        payload,
    )


def seal_command(office: Office, command: Command) -> bytes:
    """A command as its submission row keeps it."""
    return office.cipher.encrypt(command.model_dump(mode="json"), table="submission", case=command.id)


def open_command(office: Office, command_id: str, body: bytes) -> Command:
    """The command that was received."""
    return Command.model_validate_json(
        to_json(office.cipher.decrypt(body, table="submission", case=command_id))
    )


async def settle(connection: AsyncConnection, command_id: str, state: str, result: dict[str, Any]) -> None:
    """What a submission came to, unless that is settled already: it stays as it is."""
    answer = json.dumps(result, ensure_ascii=False)
    await connection.execute(_SETTLE, {"command": command_id, "becomes": state, "answer": answer})


async def _office_time(connection: AsyncConnection, offset: float) -> datetime:
    """The one office clock: the database's, plus what the practice clock of the case is ahead."""
    return await database_now(connection) + timedelta(seconds=offset)
