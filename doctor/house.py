"""The house itself: settings that endanger data, the key, the tables, the clock, the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from doctor.findings import Finding, Findings
from domain.procedure.events import legal_day
from law.calendar_loader import load_calendar
from settings import Settings
from storage.database import UnsafeDatabaseError, database_now, reading, refuse_unsafe
from storage.keys import KeyFileError, fingerprint, load_key
from storage.migrations import alembic_config
from storage.tables import EVENT, OFFICE

# Technical tolerance, no legal figure: more than the network takes, less than a person notices.
_CLOCKS_AGREE = timedelta(seconds=2)
_NO_HOME = "检查数据目录（CHENGXU_HOME）是否存在、可写；新机关先执行 ./chengxu run"


#: What SQLite and PostgreSQL say → our code, our words, and what helps. Their own words may quote values.
_WHY = (
    (("unable to open database file",), "DATABASE_AWAY", "案卷库文件打不开", _NO_HOME),
    (("readonly database",), "DATABASE_AWAY", "案卷库文件不可写", _NO_HOME),
    (("disk is full", "No space left"), "DATABASE_AWAY", "磁盘已满", "清出磁盘空间后再试一次"),
    (("database is locked",), "DATABASE_AWAY", "案卷库正被占用", "稍后再试；仍然如此的，查明占用它的进程"),
    (
        ("malformed", "not a database", "disk I/O error"),
        "DATABASE_DAMAGED",
        "案卷库文件已损坏",
        "停止程序，从备份恢复，见 docs/operations.md",
    ),
    (
        ("no such table", "no such column", "UndefinedTable", "UndefinedColumn"),
        "MIGRATIONS_BEHIND",
        "案卷库尚未建立，或者表结构过旧",
        "执行 ./chengxu migrate",
    ),
)


def why_away(error: Exception) -> Finding:
    """Why the record can't be read, from what the database or its driver raised."""
    said = str(error)
    cause = getattr(error, "orig", None) or error
    kind = type(cause.__cause__ or cause).__name__
    for signs, code, text, fix in _WHY:
        if any(sign in said or sign in kind for sign in signs):
            return Finding(code, text, fix)
    return Finding("DATABASE_AWAY", f"连不上案卷库（{kind}）", "检查 CHENGXU_DATABASE_URL 和数据库服务")


async def fit_to_open(settings: Settings, engine: AsyncEngine) -> Findings:
    """What keeps an office from opening: without it nothing else can be looked at."""
    try:
        await refuse_unsafe(engine)
    except UnsafeDatabaseError as danger:
        yield Finding("DATABASE_UNSAFE", str(danger), "改正数据库设置后重新启动")
    except (SQLAlchemyError, OSError) as away:
        yield why_away(away)
        return
    async with engine.connect() as connection:
        found, wanted = await connection.run_sync(_revisions)
    if found != wanted:
        yield Finding(
            "MIGRATIONS_BEHIND",
            f"案卷库的表结构为 {found or '空'}，程序需要 {wanted}",
            "执行 ./chengxu migrate",
        )
        return
    try:
        key = load_key(settings.key_file)
    except KeyFileError as unreadable:
        yield Finding("KEY_UNREADABLE", str(unreadable), "从备份恢复密钥文件")
        return
    async with reading(engine) as connection:
        office = (await connection.execute(select(OFFICE))).mappings().first()
    if office is None:
        yield Finding("OFFICE_UNOPENED", "案卷库尚未启用", "执行 ./chengxu run", fault=False)
    elif office["key_fingerprint"] != fingerprint(key):
        yield Finding(
            "KEY_WRONG", "密钥文件与案卷库不符，个人信息无法读出", "恢复与本案卷库一同备份的密钥文件"
        )
    elif office["kind"] != settings.office:
        yield Finding("OFFICE_KIND", "演练与正式的设置与案卷库不符", "改正 CHENGXU_OFFICE 或 CHENGXU_HOME")


def _revisions(connection: Connection) -> tuple[str | None, str | None]:
    scripts = ScriptDirectory.from_config(alembic_config(connection))
    return MigrationContext.configure(connection).get_current_revision(), scripts.get_current_head()


async def clock(engine: AsyncEngine, *, practice: bool) -> Findings:
    """The database's clock is the office's: it agrees with this machine's, and has not gone back."""
    async with reading(engine) as connection:
        before = datetime.now(UTC)
        database = await database_now(connection)
        after = datetime.now(UTC)
        last = await connection.scalar(select(func.max(EVENT.c.at)))
    if not before - _CLOCKS_AGREE <= database <= after + _CLOCKS_AGREE:
        ahead = (database - before).total_seconds()
        yield Finding(
            "CLOCKS_DIFFER", f"数据库时钟与本机相差 {ahead:+.1f} 秒", "校准两机时钟（平滑校准，不得跳变）"
        )
    if not practice and last is not None and last > database + _CLOCKS_AGREE:
        yield Finding(
            "CLOCK_WENT_BACK",
            f"案卷中最后的事件晚于现在（{last.isoformat()}）：时钟曾经超前或者倒退",
            "查明时钟变动的原因；此间的期限由人工复核",
        )


async def calendar(today: datetime) -> Findings:
    """Next year's holidays are on file once their notice is due."""
    day = legal_day(today)
    known = load_calendar(known_on=day)
    if day > known.announced_through:
        yield Finding(
            "CALENDAR_ENDED",
            f"{day.year} 年的放假通知未载入：所有日期均为预估",
            "按国务院办公厅通知补充 law/calendar 后重新启动",
        )
    elif day >= known.projection.watched_from(known.last_announced):
        yield Finding(
            "CALENDAR_DUE",
            f"{known.last_announced + 1} 年的放假通知尚未载入，涉及该年的期限为预估",
            "留意国务院办公厅通知，发布后即载入",
            fault=False,
        )
