"""What was received, issued or ordered, and should long have been done; and the series of numbers."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import func, select

from doctor.findings import Finding, Findings
from storage.database import database_now, reading
from storage.office import Office
from storage.tables import CASE, DOCUMENT, OUTBOX, SERIES, SUBMISSION

# Technical patience, no legal figure.
_SOON = timedelta(minutes=5)


async def backlog(office: Office) -> Findings:
    """Commands that nobody decided, errands that nobody did, papers that were never produced."""
    async with reading(office.engine) as connection:
        now = await database_now(connection)
        pending = await connection.execute(
            select(SUBMISSION.c.case_id, CASE.c.no, CASE.c.clock_offset, SUBMISSION.c.received_at)
            .join(CASE, CASE.c.id == SUBMISSION.c.case_id, isouter=True)
            .where(SUBMISSION.c.state == "pending")
        )
        errands = await connection.execute(
            select(CASE.c.no, OUTBOX.c.kind, OUTBOX.c.created_at, OUTBOX.c.attempts)
            .join(CASE, CASE.c.id == OUTBOX.c.case_id)
            .where(OUTBOX.c.done_at.is_(None), OUTBOX.c.created_at < now - _SOON)
        )
        papers = await connection.execute(
            select(CASE.c.no, DOCUMENT.c.number, DOCUMENT.c.issued_at, CASE.c.clock_offset)
            .join(CASE, CASE.c.id == DOCUMENT.c.case_id)
            .where(DOCUMENT.c.sm3.is_(None), DOCUMENT.c.voided_at.is_(None))
        )
    waiting: dict[str, list[datetime]] = defaultdict(list)
    for row in pending.all():
        received = row.received_at - timedelta(seconds=row.clock_offset or 0.0)
        if received < now - _SOON:
            waiting[row.no or ""].append(received)
    for no, since in waiting.items():
        yield Finding(
            "UNDECIDED",
            f"{len(since)} 件已收未办，最早收于 {_minutes(now - min(since))} 分钟前",
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
    for row in papers.all():
        issued = row.issued_at - timedelta(seconds=row.clock_offset)
        if issued < now - _SOON:
            yield Finding("PAPER_MISSING", f"{row.number} 已编号而未制作", "查看 Worker 日志", row.no)


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
