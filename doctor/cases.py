"""Case by case: the chain of its events, the read model beside them, and what keeps the case moving."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.services import COURSES
from doctor.findings import Finding, Findings
from domain.procedure.events import Event
from domain.procedure.outcome import Outcome
from domain.procedure.walk import UnexpectedEvent, Walk
from storage.crypto import CipherError
from storage.database import database_now, reading
from storage.entries import DeadlineStated
from storage.office import Office
from storage.record import Record, event_link
from storage.tables import CASE, DEADLINE, EVENT, OUTBOX, TASK
from workflows.readmodel import entry_of

# Technical patience, no legal figure.
_RINGS_WITHIN = timedelta(minutes=5)
_MOVES_ON = 1.0  # seconds
_FIX = "冻结该案的不利处理，核对备份与导出，由技术负责人处理"


class CaseCheck:
    """Looks at one case after the other."""

    def __init__(self, office: Office) -> None:
        self._office, self._record = office, Record(office)

    async def ids(self, *, only_open: bool = False) -> list[str]:
        """Ids of all cases, or of those that are not closed."""
        query = select(CASE.c.id).order_by(CASE.c.opened_at)
        if only_open:
            query = query.where(CASE.c.closed_at.is_(None))
        async with reading(self._office.engine) as connection:
            return list((await connection.scalars(query)).all())

    async def walk(self, case_id: str) -> Walk:
        """The procedure over the events on record. Raises CipherError, ValidationError, UnexpectedEvent, KeyError."""
        async with reading(self._office.engine) as connection:
            kind = await connection.scalar(select(CASE.c.kind).where(CASE.c.id == case_id))
        return Walk.over(COURSES[str(kind)], (await self._record.load(case_id)).events)

    async def look(self, case_id: str) -> list[Finding]:
        """Everything about one case that the record alone can tell. A case on the move is looked at once more."""
        if found := [finding async for finding in self._look(case_id)]:
            await asyncio.sleep(_MOVES_ON)
            found = [finding async for finding in self._look(case_id)]
        return found

    async def _look(self, case_id: str) -> Findings:
        async with reading(self._office.engine) as connection:
            now = await database_now(connection)
            row = (await connection.execute(select(CASE).where(CASE.c.id == case_id))).mappings().one()
            events = (
                await connection.execute(
                    select(EVENT).where(EVENT.c.case_id == case_id).order_by(EVENT.c.seq)
                )
            ).all()
            tasks = await _of_case(connection, TASK, case_id)
            deadlines = await _of_case(connection, DEADLINE, case_id)
        case, no = dict(row), str(row["no"])
        for finding in _chain(case, events):
            yield finding
        try:
            walk = await self.walk(case_id)
        except (CipherError, ValidationError, UnexpectedEvent, KeyError) as unreadable:
            yield Finding(
                "RECORD_UNREADABLE",
                f"案卷不能按程序读出（{type(unreadable).__name__}）：该案已停住",
                _FIX,
                no,
            )
            return
        if not walk.file.events:
            yield Finding("EVENTS_MISSING", "案件没有任何事件", _FIX, no)
            return
        for what in _differences(case, walk, tasks, deadlines):
            yield Finding("READ_MODEL_DIFFERS", f"{what}与事件不符", _FIX, no)
        for finding in _asleep(case, walk, now):
            yield finding


async def _of_case(connection: AsyncConnection, table: Table, case_id: str) -> list[Mapping[str, Any]]:
    rows = await connection.execute(select(table).where(table.c.case_id == case_id))
    return [dict(row) for row in rows.mappings()]


def _chain(case: Mapping[str, Any], events: Sequence[Row[Any]]) -> list[Finding]:
    """Every link follows from the one before it and from the event as it is stored (SM3)."""
    no, previous = case["no"], ""
    for expected, row in enumerate(events, start=1):
        event = Event(
            seq=row.seq,
            command=row.command_id,
            step=row.step,
            item=row.item,
            received_at=row.received_at,
            at=row.at,
            clause=row.clause,
        )
        whole = row.seq == expected and row.previous_link == previous
        if not whole or row.link != event_link(previous, case["id"], event, row.actor, row.payload):
            return [
                Finding("CHAIN_BROKEN", f"第{expected}号事件起链条断裂：记录被改动、丢失或者插入", _FIX, no)
            ]
        previous = row.link
    if len(events) != case["head"] or case["link"] != previous:
        return [Finding("CHAIN_BROKEN", f"事件{len(events)}件，案卷登记{case['head']}件，链尾不符", _FIX, no)]
    return []


def _differences(
    case: Mapping[str, Any],
    walk: Walk,
    tasks: list[Mapping[str, Any]],
    deadlines: list[Mapping[str, Any]],
) -> list[str]:
    """Columns of the read model that are not what the events come to."""
    wanted = entry_of(case["id"], Walk(walk.course), walk, walk.file.events[-1])
    found = [
        name
        for name, column in (
            ("版本", "version"),
            ("阶段", "stage"),
            ("结果", "outcome"),
            ("下一时限", "next_alarm_at"),
        )
        if case[column] != getattr(wanted, column)
    ]
    if (case["closed_at"] is None) != (wanted.outcome is None):
        found.append("办结状态")
    open_tasks = {
        (row["step"], row["item"]): (row["deadline"], row["due_at"], row["provisional"])
        for row in tasks
        if row["closed_seq"] is None
    }
    if open_tasks != {(t.step, t.item): (t.deadline, t.due_at, t.provisional) for t in wanted.tasks_opened}:
        found.append("待办")
    fields = tuple(DeadlineStated.model_fields)
    stated = {row["key"]: {name: row[name] for name in fields} for row in deadlines}
    if stated != {deadline.key: deadline.model_dump() for deadline in wanted.deadlines}:
        found.append("期限")
    return found


def _asleep(case: Mapping[str, Any], walk: Walk, now: datetime) -> list[Finding]:
    """An open case has an armed clock, an open task or a live suspension; one with none is an incident."""
    if case["closed_at"] is not None:
        return []
    no, position = case["no"], walk.position()
    found = []
    duties = any(walk.course.steps[opened.step].duty for opened in position.open)
    suspended = any(walk.file.suspended(key) for key in walk.file.deadlines)
    if not (duties or position.alarms or position.work or suspended):
        found.append(
            Finding("SILENT_CASE", "没有待办、没有时限、也没有中止：无人会再处理该案", "由督办核实后推进", no)
        )
    if case["wake_at"] is not None and case["wake_at"] < now - _RINGS_WITHIN:
        late = (now - case["wake_at"]).total_seconds() / 60
        found.append(
            Finding(
                "ALARM_OVERDUE",
                f"时限已过 {late:.0f} 分钟仍未登记",
                "确认 Worker 在运行；执行 ./chengxu rehydrate",
                no,
            )
        )
    return found


async def listed_without_period(office: Office) -> Findings:
    """Whoever was put on the list has exactly one period on it, which will end by itself."""
    async with reading(office.engine) as connection:
        begun = select(CASE.c.parent_id).where(CASE.c.parent_id.is_not(None))
        rows = await connection.execute(
            select(CASE.c.no).where(
                CASE.c.kind == "determination", CASE.c.outcome == Outcome.LISTED, CASE.c.id.not_in(begun)
            )
        )
        now = await database_now(connection)
        waiting = await connection.execute(_undone(now))
        excused = {row.no for row in waiting}
    for row in rows.all():
        if row.no not in excused:
            yield Finding(
                "LISTING_MISSING", "已决定列入，但在列期间没有开始", "查看出件箱与 Worker 日志", row.no
            )


def _undone(now: datetime) -> Any:
    recent = OUTBOX.c.created_at > now - _RINGS_WITHIN
    return (
        select(CASE.c.no)
        .join(OUTBOX, OUTBOX.c.case_id == CASE.c.id)
        .where(OUTBOX.c.done_at.is_(None), recent)
    )
