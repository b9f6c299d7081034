"""The record's database: engines for SQLite and PostgreSQL that behave alike, and the one way to write.

The hot path uses Core SQL on a plain `AsyncConnection`; nothing here hides it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import DateTime, Select, event, text
from sqlalchemy.engine import URL, Connection, Dialect, make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from storage import failpoints, sqlite
from storage.turns import WriteTurn

# Every constraint has a name of its own, so that a later migration can say which one it changes (SQLite gives none).
# Set here because every file with a table imports this one first.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_TRIES: Final = 5
_T = TypeVar("_T")
_BEGIN = "chengxu_begin"  # execution option: how a transaction on SQLite begins

_turns: WeakKeyDictionary[AsyncEngine, WriteTurn] = WeakKeyDictionary()


class UnsafeDatabaseError(Exception):
    """The database may lose what it has acknowledged. The text names the setting and what it must be."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware out, stored in UTC on both databases. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        # SQLite has no time zones: what comes back naive was stored in UTC.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(url: str | URL, *, pool_size: int = 16) -> AsyncEngine:
    """An engine for `sqlite` or `postgresql+asyncpg`; parameters never show in its errors or logs.

    One engine belongs to one event loop. Dispose of it when done (`await engine.dispose()`).
    Raises UnsafeDatabaseError for a SQLite database in memory.
    """
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise UnsafeDatabaseError("SQLite 须使用文件；内存库在进程结束时丢失一切")
        url = url.set(drivername=f"sqlite+{sqlite.DRIVER}")
        engine = create_async_engine(url, hide_parameters=True, pool_size=pool_size, max_overflow=0)
        event.listen(engine.sync_engine, "connect", _on_sqlite_connect)
        event.listen(engine.sync_engine, "begin", _on_sqlite_begin)
        _turns[engine] = WriteTurn(Path(url.database or ""))
        return engine
    # pre_ping: after a restart of the database the first request must not fail on a dead connection.
    return create_async_engine(
        url, hide_parameters=True, pool_size=pool_size, max_overflow=0, pool_pre_ping=True
    )


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that writes: committed at the end, rolled back on any exception.

    On SQLite it holds the database's write lock from its first moment (BEGIN IMMEDIATE), so what it reads can't
    change under it. On PostgreSQL lock rows with `for_update` or `for_share`. Don't nest.
    """
    async with failpoints.effect(_fails) as becomes_final:
        if engine.dialect.name != "sqlite":
            async with engine.begin() as connection:
                yield connection
                becomes_final()
            return
        async with _turns[engine].taken(), engine.connect() as connection:
            await connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            async with connection.begin():
                yield connection
                becomes_final()


async def write(engine: AsyncEngine, work: Callable[[AsyncConnection], Awaitable[_T]]) -> _T:
    """What `work` does in one transaction that writes, done anew when it meets a key that another has just inserted.

    For work that looks for a row before it inserts it: PostgreSQL lets two look at once, and the one that comes second
    finds the other's row when it looks again. Raises IntegrityError for a collision that does not go away.
    """
    for attempt in range(_TRIES):
        try:
            async with writing(engine) as connection:
                return await work(connection)
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that only reads. On SQLite every statement in it sees the same moment."""
    async with engine.connect() as connection:
        await connection.begin()  # ended by giving the connection back: there is nothing to commit
        yield connection


def _fails() -> Exception:
    return OperationalError("failpoint", None, OSError("failpoint"))


def for_update(query: Select[Any]) -> Select[Any]:
    """Lock the rows found until the transaction ends. No clause on SQLite: `writing` holds the whole database."""
    return query.with_for_update()


def for_share(query: Select[Any]) -> Select[Any]:
    """Keep the rows found from being locked for update, together with others. No clause on SQLite."""
    return query.with_for_update(read=True)


async def database_now(connection: AsyncConnection) -> datetime:
    """The database's own clock at this statement (not at the start of the transaction), in UTC."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)  # SQLite has no clock but that of the machine that it runs on
    instant = await connection.scalar(text("SELECT clock_timestamp()"))
    assert isinstance(instant, datetime)
    return instant.astimezone(UTC)


async def refuse_unsafe(engine: AsyncEngine) -> None:
    """Refuse a database that may lose an acknowledged commit on power loss. Raises UnsafeDatabaseError.

    SQLite: journal in WAL, synchronous at least FULL. PostgreSQL: fsync, full_page_writes, synchronous_commit on.
    """
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            journal = await connection.scalar(text("PRAGMA journal_mode"))
            if journal != "wal":
                raise UnsafeDatabaseError(f"SQLite 的 journal_mode 须为 wal，现为 {journal}（网络盘不可用）")
            synchronous = int(await connection.scalar(text("PRAGMA synchronous")) or 0)
            if synchronous < 2:  # 0 OFF, 1 NORMAL, 2 FULL, 3 EXTRA
                raise UnsafeDatabaseError(f"SQLite 的 synchronous 须为 FULL（2），现为 {synchronous}")
            return
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            value = await connection.scalar(text(f"SHOW {setting}"))
            if value == "off":
                raise UnsafeDatabaseError(
                    f"PostgreSQL 的 {setting} 须为 on，现为 off：断电会丢失已受理的事项"
                )


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    try:
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
