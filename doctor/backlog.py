"""What was received, issued or ordered, and should long have been done; and the series of numbers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from doctor.findings import Finding, Findings
from storage.database import database_now, reading
from storage.office import Office
from storage.tables import CASE, DOCUMENT, OUTBOX, SERIES, SUBMISSION

# Technical patience, no legal figure.
_SOON = timedelta(minutes=5)
_TRIED = 8  # attempts of the relay, which waits longer after each: more than five minutes in all
_PRODUCED_WITHIN = 2.0  # seconds


async def backlog(office: Office) -> Findings:
    """Commands that nobody decided, errands that nobody did, papers that were never produced."""
    async with reading(office.engine) as connection:
        now = await database_now(connection)
        pending = await connection.execute(
            select(CASE.c.no, SUBMISSION.c.received_at, SUBMISSION.c.attempts, SUBMISSION.c.next_attempt_at)
            .join(CASE, CASE.c.id == SUBMISSION.c.case_id, isouter=True)
            .where(SUBMISSION.c.state == "pending")
        )
        errands = await connection.execute(
            select(CASE.c.no, OUTBOX.c.kind, OUTBOX.c.created_at, OUTBOX.c.attempts)
            .join(CASE, CASE.c.id == OUTBOX.c.case_id)
            .where(OUTBOX.c.done_at.is_(None), OUTBOX.c.created_at < now - _SOON)
        )
    unproduced = await _unproduced(office)
    waiting: dict[str, list[_Undecided]] = defaultdict(list)
    for row in pending.all():
        undecided = _Undecided(_received(row, practice=office.practice), row.attempts)
        if undecided.too_long(now):
            waiting[row.no or ""].append(undecided)
    for no, those in waiting.items():
        yield Finding(
            "UNDECIDED",
            f"{len(those)} 件已收未办，{_how_long(those, now)}",
            "确认 Temporal 与 Worker 在运行；仍不办理的，查看该案工作流",
            no,
        )
    for row in errands.all():
        yield Finding(
            "ERRAND_UNDONE",
            f"出件“{row.kind}”已 {_minutes(now - row.created_at)} 分钟未完成，试过 {row.attempts} 次",
            "查看 Worker 日志",
            row.no,
        )
    for row in unproduced:
        yield Finding("PAPER_MISSING", f"{row.number} 已编号而未制作", "查看 Worker 日志", row.no)


@dataclass(frozen=True)
class _Undecided:
    """A command that was received and not decided; `since` by the database's clock, None where that is unknown."""

    since: datetime | None
    attempts: int

    def too_long(self, now: datetime) -> bool:
        return self.attempts >= _TRIED if self.since is None else self.since < now - _SOON


def _received(row: Any, *, practice: bool) -> datetime | None:
    """A practice clock may have been moved since: then only what was not tried yet still tells its real time."""
    if not practice:
        received: datetime = row.received_at
        return received
    return row.next_attempt_at if row.attempts == 0 else None


def _how_long(those: list[_Undecided], now: datetime) -> str:
    known = [one.since for one in those if one.since is not None]
    if known:
        return f"最早收于 {_minutes(now - min(known))} 分钟前"
    return f"最多已试 {max(one.attempts for one in those)} 次"


async def _unproduced(office: Office) -> list[Any]:
    """Papers that were numbered a while ago and have no file; by a practice clock, those that still have none soon."""
    found = await _without_file(office)
    if office.practice and found:  # an hour by the practice clock may have been a second
        await asyncio.sleep(_PRODUCED_WITHIN)
        earlier = {row.number for row in found}
        found = [row for row in await _without_file(office) if row.number in earlier]
    return found


async def _without_file(office: Office) -> list[Any]:
    async with reading(office.engine) as connection:
        now = await database_now(connection)
        rows = await connection.execute(
            select(CASE.c.no, DOCUMENT.c.number, DOCUMENT.c.issued_at, CASE.c.clock_offset)
            .join(CASE, CASE.c.id == DOCUMENT.c.case_id)
            .where(DOCUMENT.c.sm3.is_(None), DOCUMENT.c.voided_at.is_(None))
        )
    return [row for row in rows.all() if row.issued_at - timedelta(seconds=row.clock_offset) < now - _SOON]


async def numbers(office: Office) -> Findings:
    """Each series runs from 1 to its last number: none missing, none twice."""
    given: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    async with reading(office.engine) as connection:
        for row in await connection.execute(
            select(DOCUMENT.c.authority, DOCUMENT.c.kind, DOCUMENT.c.year, DOCUMENT.c.ordinal)
        ):
            given[row.authority, row.kind, row.year].append(row.ordinal)
        for no in await connection.scalars(select(CASE.c.no)):
            year, _, ordinal = no.partition("-")
            given["", "case", int(year)].append(int(ordinal))
        last = {
            (row.authority, row.kind, row.year): row.last for row in await connection.execute(select(SERIES))
        }
        double = await connection.scalars(
            select(DOCUMENT.c.number).group_by(DOCUMENT.c.number).having(func.count() > 1)
        )
        doubled = list(double.all())
    for name in sorted(given.keys() | last.keys()):
        authority, kind, year = name
        missing = set(range(1, last.get(name, 0) + 1)) - set(given[name])
        beyond = [ordinal for ordinal in given[name] if ordinal > last.get(name, 0)]
        series = f"{authority or '案号'} {kind} {year} 年"
        if missing:
            yield Finding("NUMBER_MISSING", f"{series}缺号：{_few(missing)}", "核对备份，登记缺号原因")
        if beyond:
            yield Finding(
                "SERIES_BEHIND", f"{series}的编号器落后于已编号 {_few(beyond)}", "停止编号，由技术负责人处理"
            )
    for number in doubled:
        yield Finding("NUMBER_TWICE", f"文号 {number} 重复", "停止编号，由技术负责人处理")


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)


def _few(ordinals: set[int] | list[int]) -> str:
    some = sorted(ordinals)
    return "、".join(str(ordinal) for ordinal in some[:10]) + (
        f" 等 {len(some)} 个" if len(some) > 10 else ""
    )
