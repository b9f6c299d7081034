"""Reading the record for people: cases, tasks, timelines, deadlines, papers, operations. Never asks Temporal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, and_, bindparam, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.people import OFFICE_ROLES, Actor, Role
from domain.refusals import NotFound
from law.loader import load_lawbook
from law.oversight import overseen_by
from storage.database import database_now, reading
from storage.office import Office
from storage.tables import CASE, DEADLINE, DOCUMENT, TASK


@dataclass(frozen=True)
class CaseView:
    """A case as it is listed. `summary` is decrypted: who may see it whole is the API's to decide."""

    id: str
    no: str
    kind: str
    regime: str
    rule_version: str
    authority: str
    superior: str | None
    practice: bool
    subject_ref: str
    document_ref: str
    summary: dict[str, Any]
    stage: str
    outcome: str | None
    head: int
    version: int
    next_alarm_at: datetime | None
    clock_offset: float
    parent_id: str | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class UnfinishedCase:
    """A case that its workflow still has something to do for."""

    id: str
    kind: str


@dataclass(frozen=True)
class CaseFilter:
    """Which cases: each given condition narrows the list."""

    regime: str | None = None
    stage: str | None = None
    outcome: str | None = None
    authority: str | None = None
    kind: str | None = None
    subject_ref: str | None = None
    document_ref: str | None = None
    open: bool | None = None


@dataclass(frozen=True)
class TaskFilter:
    """Which open tasks."""

    scope: str  # mine, group, unassigned, all
    overdue: bool = False
    due_before: datetime | None = None
    due_after: datetime | None = None
    step: str | None = None
    case_no: str | None = None


class Page(Protocol):
    """A page as read."""

    @property
    def items(self) -> Sequence[RowMapping]: ...


P = TypeVar("P", bound=Page)
Fetch = Callable[[AsyncConnection, Select[Any]], Awaitable[P]]

_TASKS = select(
    TASK,
    CASE.c.no,
    CASE.c.regime,
    CASE.c.stage,
    CASE.c.version,
    CASE.c.superior,
    CASE.c.authority.label("case_authority"),
).join(CASE, CASE.c.id == TASK.c.case_id)


_CASE_OF_NO = select(CASE).where(CASE.c.no == bindparam("no"))


class Views:
    """The reading side of the record."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def case(self, no: str) -> CaseView:
        """The case of this number. Raises NotFound."""
        async with reading(self._office.engine) as connection:
            row = (await connection.execute(_CASE_OF_NO, {"no": no})).mappings().first()
        if row is None:
            raise NotFound(detail="没有这一案件，或者您无权查看")
        return self._case(row)

    async def case_by_id(self, case_id: str) -> CaseView:
        """The case of this id. Raises NotFound."""
        async with reading(self._office.engine) as connection:
            row = (await connection.execute(select(CASE).where(CASE.c.id == case_id))).mappings().first()
        if row is None:
            raise NotFound(detail="没有这一案件，或者您无权查看")
        return self._case(row)

    async def cases(self, actor: Actor, wanted: CaseFilter, fetch: Fetch[P]) -> tuple[P, list[CaseView]]:
        """A page of the cases that the actor may see; `fetch` reads the page of a query."""
        query = select(CASE).where(visible(actor), *_conditions(wanted))
        async with reading(self._office.engine) as connection:
            page = await fetch(connection, query)
        return page, [self._case(row) for row in page.items]

    async def related(self, actor: Actor, case: CaseView) -> list[CaseView]:
        """Cases from the same founding document, and the period on the list that a decision began.

        Only those that the actor may see: a subject learns nothing of the others whom the document names.
        """
        query = (
            select(CASE)
            .where(
                or_(
                    CASE.c.document_ref == case.document_ref,
                    CASE.c.parent_id == case.id,
                    CASE.c.id == (case.parent_id or ""),
                ),
                CASE.c.id != case.id,
                visible(actor),
            )
            .order_by(CASE.c.no)
        )
        async with reading(self._office.engine) as connection:
            return [self._case(row) for row in (await connection.execute(query)).mappings()]

    async def tasks(self, actor: Actor, wanted: TaskFilter, fetch: Fetch[P]) -> P:
        """A page of open tasks; those without a date come last."""
        query = _TASKS.where(TASK.c.closed_seq.is_(None), _scoped(actor, wanted.scope))
        if wanted.overdue:
            query = query.where(
                select(DEADLINE.c.key)
                .where(
                    DEADLINE.c.case_id == TASK.c.case_id,
                    DEADLINE.c.key == TASK.c.deadline,
                    DEADLINE.c.state == "overdue",
                )
                .exists()
            )
        if wanted.due_before is not None:
            query = query.where(TASK.c.due_at <= wanted.due_before)
        if wanted.due_after is not None:
            query = query.where(TASK.c.due_at > wanted.due_after)
        if wanted.step is not None:
            query = query.where(TASK.c.step == wanted.step)
        if wanted.case_no is not None:
            query = query.where(CASE.c.no == wanted.case_no)
        async with reading(self._office.engine) as connection:
            return await fetch(connection, query)

    async def task(self, task_id: str, within: AsyncConnection | None = None) -> dict[str, Any]:
        """One task with the case it belongs to, as the transaction `within` sees it. Raises NotFound."""
        reads = nullcontext(within) if within is not None else reading(self._office.engine)
        async with reads as connection:
            row = (await connection.execute(_TASKS.where(TASK.c.id == task_id))).mappings().first()
        if row is None:
            raise NotFound(detail="没有这项待办，或者您无权查看")
        return dict(row)

    async def deadlines(self, case_id: str) -> list[dict[str, Any]]:
        """Deadlines of a case as they stand."""
        async with reading(self._office.engine) as connection:
            rows = await connection.execute(
                select(DEADLINE)
                .where(DEADLINE.c.case_id == case_id)
                .order_by(DEADLINE.c.starts_on, DEADLINE.c.key)
            )
            return [dict(row) for row in rows.mappings()]

    async def unfinished(self) -> list[UnfinishedCase]:
        """Cases that a workflow must carry on: those that are open, and those that a paper is still owed."""
        unproduced = select(DOCUMENT.c.case_id).where(DOCUMENT.c.sm3.is_(None))
        async with reading(self._office.engine) as connection:
            rows = await connection.execute(
                select(CASE.c.id, CASE.c.kind)
                .where(or_(CASE.c.closed_at.is_(None), CASE.c.id.in_(unproduced)))
                .order_by(CASE.c.opened_at)
            )
            return [UnfinishedCase(row.id, row.kind) for row in rows]

    async def asleep(self, late: timedelta) -> list[UnfinishedCase]:
        """Cases whose alarm should have rung so long ago, or whose paper should have been produced."""
        async with reading(self._office.engine) as connection:
            now = await database_now(connection)
            overdue = await connection.execute(
                select(CASE.c.id, CASE.c.kind)
                .where(CASE.c.closed_at.is_(None), CASE.c.wake_at < now - late)
                .order_by(CASE.c.wake_at)
            )
            owed = await connection.execute(
                select(CASE.c.id, CASE.c.kind, CASE.c.clock_offset, DOCUMENT.c.issued_at)
                .join(CASE, CASE.c.id == DOCUMENT.c.case_id)
                .where(DOCUMENT.c.sm3.is_(None))
            )
            found = {row.id: UnfinishedCase(row.id, row.kind) for row in overdue}
            for row in owed:
                if row.issued_at - timedelta(seconds=row.clock_offset) < now - late:
                    found[row.id] = UnfinishedCase(row.id, row.kind)
            return list(found.values())

    async def documents(self, case_id: str) -> list[dict[str, Any]]:
        """Papers of a case, without their files."""
        columns = [c for c in DOCUMENT.c if c.name != "file"]
        async with reading(self._office.engine) as connection:
            rows = await connection.execute(
                select(*columns).where(DOCUMENT.c.case_id == case_id).order_by(DOCUMENT.c.seq)
            )
            return [dict(row) for row in rows.mappings()]

    async def numbers(self, authority: str, kind: str, year: int) -> list[dict[str, Any]]:
        """Numbers given in a series, in order."""
        columns = [c for c in DOCUMENT.c if c.name != "file"]
        async with reading(self._office.engine) as connection:
            rows = await connection.execute(
                select(*columns)
                .where(DOCUMENT.c.authority == authority, DOCUMENT.c.kind == kind, DOCUMENT.c.year == year)
                .order_by(DOCUMENT.c.ordinal)
            )
            return [dict(row) for row in rows.mappings()]

    def _case(self, row: Any) -> CaseView:
        summary = self._office.cipher.decrypt(row["summary"], table="case_file", case=row["id"])
        values = {name: row[name] for name in CaseView.__dataclass_fields__ if name != "summary"}
        return CaseView(summary=summary, **values)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Cases that an actor may see now, by the list of authorities as it stands."""
    return visible_to(actor, overseen_by(load_lawbook(), actor.authority))


def visible_to(actor: Actor, overseen: Collection[str]) -> ColumnElement[bool]:
    """Cases that an actor may see, as `domain.people.may_read` says of one: the same relations, as a condition in SQL.

    `overseen`: authorities that the actor's own body oversees.
    """
    if actor.has(Role.AUDITOR):
        return true()
    conditions: list[ColumnElement[bool]] = []
    if actor.has(Role.SUBJECT):
        conditions.append(CASE.c.subject_ref == (actor.subject_ref or ""))
    if actor.has(*OFFICE_ROLES):
        conditions.append(CASE.c.authority == (actor.authority or ""))
    if actor.has(Role.SUPERIOR):
        conditions.append(CASE.c.superior == (actor.authority or ""))
    if actor.has(Role.SUPERVISOR):
        conditions.append(CASE.c.authority.in_(sorted(overseen)))
    return or_(*conditions) if conditions else false()


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        CASE.c[name] == value
        for name in ("regime", "stage", "outcome", "authority", "kind", "subject_ref", "document_ref")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.open is not None:
        conditions.append(CASE.c.closed_at.is_(None) if wanted.open else CASE.c.closed_at.is_not(None))
    return conditions


def _scoped(actor: Actor, scope: str) -> ColumnElement[bool]:
    if scope == "mine":
        return TASK.c.assignee == actor.account_id
    group = and_(
        TASK.c.authority == (actor.authority or ""),
        or_(*(("," + TASK.c.roles + ",").like(f"%,{role.value},%") for role in actor.roles)),
    )
    if scope == "unassigned":
        return and_(group, TASK.c.assignee.is_(None))
    if scope == "all":  # of the office's own work a subject sees none
        return false() if actor.has(Role.SUBJECT) else visible(actor)
    return group
