"""Imports (导入): intake files, the penalty records taken over from them, and the leads that these are.

A file is received whole and taken over in chunks, each one transaction: its records, its faults, and its leads as
legal receipts. How far that has got is part of the same transaction, so a chunk counts once, whoever does it and
however often the work was broken off.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, case, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.penalty_record import Fault, PenaltyRecord
from domain.people import Actor
from domain.procedure.events import Command
from domain.refusals import NotFound
from storage.crypto import Sealer, sm3_hex
from storage.database import database_now, reading, write, writing
from storage.office import Office
from storage.tables import CASE, IMPORT, IMPORT_FAULT, LEAD, PENALTY, SUBMISSION

# Technical limits, none a legal figure.
_LEASE = timedelta(seconds=20)  # whoever takes a file over says so at least this often
_HEAD_START = timedelta(seconds=30)  # the import carries its leads itself; the relay what is left after this
ROUTE: Final = "POST /imports"

Fetch = Callable[[AsyncConnection, Select[Any]], Awaitable[Any]]


@dataclass(frozen=True)
class Upload:
    """A file that can be read: what is known of it before its rows are taken over."""

    data: bytes
    name: str
    format: str
    encoding: str | None
    notices: tuple[str, ...]
    rows: int
    judged_on: date


@dataclass(frozen=True)
class Job:
    """A file that somebody is to take over now, from row `taken` on; or whose unopened leads are to be tried again."""

    id: str
    actor: Actor
    stage: str
    judged_on: date
    taken: int
    data: bytes


@dataclass(frozen=True)
class Kept:
    """An acceptable record, sealed."""

    id: str
    natural_key: str
    row: int
    authority: str
    subject_ref: str
    decided_on: date
    record: bytes


@dataclass(frozen=True)
class Lead:
    """A lead, ready to be received (`command`, sealed), or why it cannot be (`problem`)."""

    command_id: str
    natural_key: str
    row: int
    authority: str
    regime: str
    reason: str
    verified: bool
    remarks: tuple[str, ...]
    command: Command | None = None
    body: bytes = b""
    fingerprint: str = ""
    problem: Mapping[str, Any] | None = None


@dataclass
class Chunk:
    """Some rows of a file, checked: what is to be written of them in one transaction."""

    drawn: int = 0
    duplicates: int = 0
    refused: int = 0
    kept: list[Kept] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)


@dataclass(frozen=True)
class ImportView:
    """An import as it stands. Counts are rows; `opened`, `opening` and `not_opened` are leads."""

    id: str
    authority: str
    name: str
    format: str
    encoding: str | None
    notices: tuple[str, ...]
    received_at: datetime
    finished_at: datetime | None
    stage: str
    rows: int
    taken: int
    kept: int
    repeated: int
    refused: int
    duplicates: int
    opened: int
    opening: int
    not_opened: int

    @property
    def state(self) -> str:
        """`running` while rows are taken over or leads undecided, then `done`."""
        return "done" if self.stage == "done" and not self.opening else "running"


_STATE = case(
    (or_(LEAD.c.problem.is_not(None), SUBMISSION.c.state == "refused"), "not_opened"),
    (SUBMISSION.c.state == "decided", "opened"),
    else_="opening",
)


def lead_key(office: Office, natural_key: str, regime: str) -> str:
    """Id of the command that opens the case of a penalty under a regime: the same in every file and every attempt."""
    return f"lead-{office.keyed(f'{natural_key}|{regime}', 'lead')}"


class Imports:
    """Receives files, takes them over, and tells how far that has got."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sealer = Sealer(office.key, "imports")

    # -- receiving

    def file_hash(self, data: bytes, authority: str) -> str:
        """Equal for the same bytes from the same body; tells nothing of them."""
        return self._office.keyed(f"{authority}|{sm3_hex(data)}", "import")

    async def known(self, file_hash: str) -> bool:
        """Whether this file was handed in before."""
        async with reading(self._office.engine) as connection:
            return await self._same(connection, file_hash) is not None

    async def receive(
        self, connection: AsyncConnection, file_hash: str, upload: Upload | None, actor: Actor
    ) -> dict[str, Any]:
        """Keeps the file in the transaction of its receipt; `upload` may be None for one that is known.

        Answers with its import, and whether that is an earlier one: then what could not be opened is tried again.
        """
        import_id = await self._same(connection, file_hash)
        if import_id is not None:
            unopened = select(LEAD.c.command_id).where(
                LEAD.c.import_id == import_id, LEAD.c.problem.is_not(None)
            )
            await connection.execute(
                update(IMPORT)
                .where(IMPORT.c.id == import_id, IMPORT.c.stage == "done", unopened.exists())
                .values(stage="retrying", finished_at=None, claimed_until=None)
            )
            return {"import": import_id, "repeated": True}
        assert upload is not None, "a file that is not known must have been read"
        import_id = uuid4().hex
        await self._insert(connection, import_id, file_hash, upload, actor)
        return {"import": import_id, "repeated": False}

    # -- taking over

    async def claim(self) -> Job | None:
        """The oldest file that waits to be taken over, unless somebody is at it."""
        async with writing(self._office.engine) as connection:
            now = await database_now(connection)
            free = or_(IMPORT.c.claimed_until.is_(None), IMPORT.c.claimed_until < now)
            row = (
                (
                    await connection.execute(
                        select(IMPORT)
                        .where(IMPORT.c.finished_at.is_(None), free)
                        .order_by(IMPORT.c.received_at)
                        .limit(1)
                        .with_for_update(skip_locked=True)
                    )
                )
                .mappings()
                .first()
            )
            if row is None:
                return None
            await connection.execute(
                update(IMPORT).where(IMPORT.c.id == row["id"]).values(claimed_until=now + _LEASE)
            )
        sealed = row["file"]
        return Job(
            id=row["id"],
            actor=Actor.submitted(self._decrypt(dict(row), "actor")),
            stage=row["stage"],
            judged_on=row["judged_on"],
            taken=row["taken"],
            data=self._sealer.open(sealed, row["id"].encode()) if sealed is not None else b"",
        )

    async def take(self, job: Job, taken: int, chunk: Chunk) -> list[Command] | None:
        """Enters a chunk behind the first `taken` rows; the commands to carry. None: somebody else has done it."""
        return await write(self._office.engine, lambda connection: self._take(connection, job, taken, chunk))

    async def try_again(self, job: Job, leads: Sequence[Lead]) -> list[Command]:
        """Receives leads that could not be received before; the commands to carry."""

        async def work(connection: AsyncConnection) -> list[Command]:
            await self._renew(connection, job)
            return await self._receive_leads(connection, job, leads, {})

        return await write(self._office.engine, work)

    async def unopened(self, import_id: str, after: str, limit: int) -> list[tuple[str, int, PenaltyRecord]]:
        """Records with a lead that was not received, behind the record `after`: id, row, record."""
        query = (
            select(PENALTY.c.id, PENALTY.c.record, func.min(LEAD.c.row).label("row"))
            .join(LEAD, LEAD.c.penalty_id == PENALTY.c.id)
            .where(LEAD.c.import_id == import_id, LEAD.c.problem.is_not(None), PENALTY.c.id > after)
            .group_by(PENALTY.c.id, PENALTY.c.record)
            .order_by(PENALTY.c.id)
            .limit(limit)
        )
        async with reading(self._office.engine) as connection:
            rows = (await connection.execute(query)).all()
        return [(row.id, row.row, self.open_record(row.id, row.record)) for row in rows]

    async def finish(self, job: Job) -> None:
        """All rows are taken over; the file itself is no longer needed."""
        async with writing(self._office.engine) as connection:
            await connection.execute(
                update(IMPORT)
                .where(IMPORT.c.id == job.id)
                .values(
                    stage="done",
                    finished_at=await database_now(connection),
                    claimed_until=None,
                    file=None,
                )
            )

    def seal_record(self, record_id: str, record: PenaltyRecord) -> bytes:
        """A record as its row keeps it."""
        return self._office.cipher.encrypt(
            record.model_dump(mode="json", exclude_none=True), table="penalty_record", case=record_id
        )

    def open_record(self, record_id: str, sealed: bytes) -> PenaltyRecord:
        """The record that was kept."""
        return PenaltyRecord.submitted(
            self._office.cipher.decrypt(sealed, table="penalty_record", case=record_id)
        )

    # -- telling

    async def import_of(self, import_id: str, *, authority: str | None) -> ImportView:
        """One import of that body (None: of any). Raises NotFound."""
        async with reading(self._office.engine) as connection:
            query = select(IMPORT).where(IMPORT.c.id == import_id, _of(authority))
            row = (await connection.execute(query)).mappings().first()
            if row is None:
                raise NotFound(detail="没有这一导入批次，或者您无权查看")
            return (await self._views(connection, [dict(row)]))[0]

    async def imports(self, fetch: Fetch, *, authority: str | None) -> tuple[Any, list[ImportView]]:
        """A page of the imports of that body (None: of any)."""
        columns = [column for column in IMPORT.c if column.name != "file"]
        async with reading(self._office.engine) as connection:
            rows = await fetch(connection, select(*columns).where(_of(authority)))
            return rows, await self._views(connection, rows.items)

    async def faults(self, fetch: Fetch, import_id: str) -> Any:
        """A page of the faults of an import, in the order of the file."""
        async with reading(self._office.engine) as connection:
            return await fetch(connection, select(IMPORT_FAULT).where(IMPORT_FAULT.c.import_id == import_id))

    async def all_faults(self, import_id: str) -> list[Mapping[str, Any]]:
        """Every fault of an import, in the order of the file."""
        query = select(IMPORT_FAULT).where(IMPORT_FAULT.c.import_id == import_id).order_by(IMPORT_FAULT.c.id)
        async with reading(self._office.engine) as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def leads(self, fetch: Fetch, import_id: str) -> Any:
        """A page of the leads of an import, with what has become of each."""
        async with reading(self._office.engine) as connection:
            return await fetch(connection, _leads().where(LEAD.c.import_id == import_id))

    async def not_opened(self, import_id: str, limit: int | None = None) -> list[Mapping[str, Any]]:
        """The first leads of an import that opened no case."""
        query = (
            _leads()
            .where(LEAD.c.import_id == import_id, _STATE == "not_opened")
            .order_by(LEAD.c.row, LEAD.c.command_id)
            .limit(limit)
        )
        async with reading(self._office.engine) as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    # -- within the transaction

    async def _take(
        self, connection: AsyncConnection, job: Job, taken: int, chunk: Chunk
    ) -> list[Command] | None:
        keys = sorted(kept.natural_key for kept in chunk.kept)
        known = await connection.execute(
            select(PENALTY.c.natural_key, PENALTY.c.id).where(PENALTY.c.natural_key.in_(keys))
        )
        ids = {row.natural_key: row.id for row in known}
        # In one order in every import, so that two of them cannot wait for each other.
        new = sorted(
            (kept for kept in chunk.kept if kept.natural_key not in ids), key=lambda k: k.natural_key
        )
        counted = await connection.execute(
            update(IMPORT)
            .where(IMPORT.c.id == job.id, IMPORT.c.taken == taken, IMPORT.c.stage == job.stage)
            .values(
                taken=taken + chunk.drawn,
                kept=IMPORT.c.kept + len(new),
                repeated=IMPORT.c.repeated + len(chunk.kept) - len(new),
                refused=IMPORT.c.refused + chunk.refused,
                duplicates=IMPORT.c.duplicates + chunk.duplicates,
                claimed_until=await database_now(connection) + _LEASE,
            )
        )
        if counted.rowcount == 0:
            return None
        if new:
            await connection.execute(insert(PENALTY), [{**vars(kept), "import_id": job.id} for kept in new])
        if chunk.faults:
            await connection.execute(
                insert(IMPORT_FAULT),
                [
                    {
                        "id": f"{job.id}{row:08d}{number:04d}",
                        "import_id": job.id,
                        "row": row,
                        **found.model_dump(mode="json"),
                    }
                    for number, (row, found) in enumerate(chunk.faults)
                ],
            )
        ids |= {kept.natural_key: kept.id for kept in new}
        return await self._receive_leads(connection, job, chunk.leads, ids)

    async def _receive_leads(
        self, connection: AsyncConnection, job: Job, leads: Sequence[Lead], ids: Mapping[str, str]
    ) -> list[Command]:
        """Each lead once: a new one, or one that could not be received before and now can."""
        command_ids = sorted(lead.command_id for lead in leads)
        known = await connection.execute(
            select(LEAD.c.command_id, LEAD.c.problem).where(LEAD.c.command_id.in_(command_ids))
        )
        problems = {row.command_id: row.problem for row in known}
        received = []
        for lead in sorted(leads, key=lambda each: each.command_id):
            if lead.command_id not in problems:
                await connection.execute(
                    insert(LEAD).values(
                        command_id=lead.command_id,
                        penalty_id=ids[lead.natural_key],
                        import_id=job.id,
                        row=lead.row,
                        authority=lead.authority,
                        regime=lead.regime,
                        reason=lead.reason,
                        verified=lead.verified,
                        remarks=_json(lead.remarks),
                        **_fate(lead),
                    )
                )
            elif problems[lead.command_id] is None:
                continue  # received before
            else:
                moved = {"import_id": job.id, "row": lead.row} if lead.command is not None else {}
                await connection.execute(
                    update(LEAD).where(LEAD.c.command_id == lead.command_id).values(**_fate(lead), **moved)
                )
            if lead.command is not None:
                received.append(lead)
        if received:
            await connection.execute(insert(SUBMISSION), [_submission(lead) for lead in received])
        return [lead.command for lead in received if lead.command is not None]

    async def _renew(self, connection: AsyncConnection, job: Job) -> None:
        until = await database_now(connection) + _LEASE
        await connection.execute(update(IMPORT).where(IMPORT.c.id == job.id).values(claimed_until=until))

    async def _same(self, connection: AsyncConnection, file_hash: str) -> str | None:
        return await connection.scalar(select(IMPORT.c.id).where(IMPORT.c.file_hash == file_hash))

    async def _insert(
        self,
        connection: AsyncConnection,
        import_id: str,
        file_hash: str,
        upload: Upload,
        actor: Actor,
    ) -> None:
        await connection.execute(
            insert(IMPORT).values(
                id=import_id,
                file_hash=file_hash,
                authority=actor.authority,
                account_id=actor.account_id,
                actor=self._encrypt(import_id, "actor", actor.model_dump(mode="json")),
                name=self._encrypt(import_id, "name", upload.name),
                format=upload.format,
                encoding=upload.encoding,
                notices=_json(upload.notices),
                judged_on=upload.judged_on,
                received_at=await database_now(connection),
                file=self._sealer.seal(upload.data, import_id.encode()),
                stage="reading",
                rows=upload.rows,
            )
        )

    async def _views(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> list[ImportView]:
        state = _STATE.label("state")
        counted = await connection.execute(
            select(LEAD.c.import_id, state, func.count().label("leads"))
            .outerjoin(SUBMISSION, SUBMISSION.c.command_id == LEAD.c.command_id)
            .where(LEAD.c.import_id.in_([row["id"] for row in rows]))
            .group_by(LEAD.c.import_id, state)
        )
        leads = {(row.import_id, row.state): row.leads for row in counted}
        return [
            ImportView(
                **{name: row[name] for name in _PLAIN},
                name=self._decrypt(row, "name"),
                notices=tuple(json.loads(row["notices"])),
                **{state: leads.get((row["id"], state), 0) for state in ("opened", "opening", "not_opened")},
            )
            for row in rows
        ]

    def _encrypt(self, import_id: str, what: str, value: Any) -> bytes:
        return self._office.cipher.encrypt(value, table=f"import_batch.{what}", case=import_id)

    def _decrypt(self, row: Mapping[str, Any], what: str) -> Any:
        return self._office.cipher.decrypt(row[what], table=f"import_batch.{what}", case=row["id"])


_PLAIN: Final = tuple(
    name for name in ImportView.__dataclass_fields__ if name in IMPORT.c and name not in ("name", "notices")
)


def _of(authority: str | None) -> ColumnElement[bool]:
    return IMPORT.c.id.is_not(None) if authority is None else IMPORT.c.authority == authority


def _leads() -> Select[Any]:
    return (
        select(
            LEAD.c.command_id,
            LEAD.c.row,
            LEAD.c.authority,
            LEAD.c.regime,
            LEAD.c.reason,
            LEAD.c.verified,
            LEAD.c.remarks,
            _STATE.label("state"),
            func.coalesce(LEAD.c.problem, SUBMISSION.c.result).label("said"),
            CASE.c.no,
        )
        .outerjoin(SUBMISSION, SUBMISSION.c.command_id == LEAD.c.command_id)
        .outerjoin(CASE, CASE.c.id == LEAD.c.case_id)
    )


def _fate(lead: Lead) -> dict[str, Any]:
    return {
        "case_id": lead.command.case_id if lead.command is not None else None,
        "problem": None if lead.problem is None else _json(lead.problem),
    }


def _submission(lead: Lead) -> dict[str, Any]:
    command = lead.command
    assert command is not None
    assert command.actor is not None
    return {
        "command_id": command.id,
        "account_id": command.actor.account_id,
        "person_id": command.actor.person_id,
        "route": ROUTE,
        "fingerprint": lead.fingerprint,
        "case_id": command.case_id,
        "body": lead.body,
        "received_at": command.received_at,
        "state": "pending",
        "attempts": 0,
        "next_attempt_at": command.received_at + _HEAD_START,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
