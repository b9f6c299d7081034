from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import (
    UnsafeDatabaseError,
    UtcDateTime,
    database_now,
    for_share,
    for_update,
    make_engine,
    reading,
    refuse_unsafe,
    writing,
)

metadata = MetaData()
counter = Table("counter", metadata, Column("id", Integer, primary_key=True), Column("value", Integer))
moment = Table("moment", metadata, Column("id", Integer, primary_key=True), Column("at", UtcDateTime))
person = Table("person", metadata, Column("name", String(2), unique=True, nullable=False))


async def with_tables(url: str) -> AsyncEngine:
    engine = make_engine(url)
    async with writing(engine) as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(insert(counter).values(id=1, value=0))
    return engine


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = await with_tables(database_url)
    yield engine
    await engine.dispose()


async def count_up(engine: AsyncEngine, times: int) -> None:
    """Read, then write what follows from it: an update is lost unless the reading was under the lock."""
    for _ in range(times):
        async with writing(engine) as connection:
            value = await connection.scalar(for_update(select(counter.c.value).where(counter.c.id == 1)))
            await connection.execute(update(counter).where(counter.c.id == 1).values(value=value + 1))


async def counted(engine: AsyncEngine) -> int | None:
    async with reading(engine) as connection:
        return await connection.scalar(select(counter.c.value))


async def test_sixteen_writers_at_once_lose_nothing_and_none_is_turned_away(engine: AsyncEngine) -> None:
    await asyncio.gather(*(count_up(engine, 50) for _ in range(16)))
    assert await counted(engine) == 16 * 50


def count_up_in_a_process(url: str) -> None:
    async def run() -> None:
        engine = make_engine(url)
        await asyncio.gather(*(count_up(engine, 25) for _ in range(4)))
        await engine.dispose()

    asyncio.run(run())


async def test_writers_in_several_processes_lose_nothing(database_url: str) -> None:
    engine = await with_tables(database_url)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=count_up_in_a_process, args=(database_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    await count_up(engine, 25)
    for process in processes:
        await asyncio.to_thread(process.join)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert await counted(engine) == 3 * 4 * 25 + 25
    await engine.dispose()


async def test_a_writer_that_is_cancelled_while_waiting_leaves_the_turn_to_others(sqlite_url: str) -> None:
    here, elsewhere = await with_tables(sqlite_url), make_engine(sqlite_url)
    async with writing(elsewhere):
        waiting = asyncio.create_task(count_up(here, 1))
        await asyncio.sleep(0.1)
        waiting.cancel()
        behind = asyncio.create_task(count_up(here, 1))
        await asyncio.sleep(0.1)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(behind, 2)
    await asyncio.wait_for(count_up(elsewhere, 1), 2)
    assert await counted(here) == 2
    await here.dispose()
    await elsewhere.dispose()


async def test_readers_do_not_wait_for_a_writer(engine: AsyncEngine) -> None:
    async with writing(engine) as connection:
        await connection.execute(update(counter).values(value=7))
        assert await asyncio.wait_for(counted(engine), 2) == 0
    assert await counted(engine) == 7


async def test_a_transaction_that_fails_leaves_no_trace(engine: AsyncEngine) -> None:
    async def fail_half_way() -> None:
        async with writing(engine) as connection:
            await connection.execute(update(counter).values(value=7))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_half_way()
    assert await counted(engine) == 0
    await count_up(engine, 1)
    assert await counted(engine) == 1


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))])
async def test_an_instant_comes_back_aware_and_the_same(engine: AsyncEngine, zone: timezone) -> None:
    at = datetime(2027, 1, 1, 0, 30, 15, 123456, tzinfo=zone)
    async with writing(engine) as connection:
        await connection.execute(insert(moment).values(id=1, at=at))
    async with reading(engine) as connection:
        back = await connection.scalar(select(moment.c.at).where(moment.c.at == at))
    assert back == at
    assert back.utcoffset() == timedelta(0)


async def test_instants_sort_by_time_whatever_their_zone(engine: AsyncEngine) -> None:
    early = datetime(2027, 1, 1, 7, tzinfo=timezone(timedelta(hours=8)))
    late = datetime(2027, 1, 1, 0, tzinfo=UTC)
    async with writing(engine) as connection:
        await connection.execute(
            insert(moment), [{"id": 1, "at": late}, {"id": 2, "at": early}, {"id": 3, "at": None}]
        )
        found = await connection.scalars(
            select(moment.c.id).where(moment.c.at.is_not(None)).order_by(moment.c.at)
        )
        assert list(found) == [2, 1]
        assert await connection.scalar(select(moment.c.at).where(moment.c.id == 3)) is None


async def test_an_instant_without_a_zone_is_refused(engine: AsyncEngine) -> None:
    with pytest.raises(StatementError, match="time zone"):
        async with writing(engine) as connection:
            await connection.execute(insert(moment).values(id=1, at=datetime(2027, 1, 1)))  # noqa: DTZ001


async def test_the_database_clock_goes_on_within_a_transaction(engine: AsyncEngine) -> None:
    async with writing(engine) as connection:
        first = await database_now(connection)
        await asyncio.sleep(0.05)
        assert timedelta(milliseconds=40) < await database_now(connection) - first < timedelta(seconds=10)
    assert abs(datetime.now(UTC) - first) < timedelta(seconds=60)
    assert first.utcoffset() == timedelta(0)


async def test_values_do_not_show_in_errors(engine: AsyncEngine) -> None:
    async with writing(engine) as connection:
        await connection.execute(insert(person).values(name="甲"))
    with pytest.raises(IntegrityError) as refused:
        async with writing(engine) as connection:
            await connection.execute(insert(person).values(name="甲"))
    assert "[SQL parameters hidden" in str(refused.value)


def test_locks_on_rows_are_asked_of_postgresql_alone() -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    query = select(counter)
    assert "FOR UPDATE" in str(for_update(query).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "FOR SHARE" in str(for_share(query).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "FOR" not in str(for_update(query).compile(dialect=sqlite.dialect()))


async def test_the_record_is_safe_as_we_open_it(engine: AsyncEngine) -> None:
    await refuse_unsafe(engine)


async def test_sqlite_below_full_synchronous_is_refused(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)

    def weaken(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    event.listen(engine.sync_engine, "connect", weaken)
    with pytest.raises(UnsafeDatabaseError, match="synchronous 须为 FULL"):
        await refuse_unsafe(engine)
    await engine.dispose()


def test_a_database_in_memory_is_refused() -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(UnsafeDatabaseError, match="内存库"):
            make_engine(url)


async def test_postgresql_that_may_forget_a_commit_is_refused(
    postgres_url: str, postgres_folder: Path
) -> None:
    admin = await asyncpg.connect(user="postgres", database="postgres", host=str(postgres_folder))
    engine = make_engine(postgres_url)
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            await admin.execute(f"ALTER SYSTEM SET {setting} = off")
            await admin.execute("SELECT pg_reload_conf()")
            await engine.dispose()
            with pytest.raises(UnsafeDatabaseError, match=setting):
                await refuse_when_seen(engine, setting)
            await admin.execute(f"ALTER SYSTEM RESET {setting}")
            await admin.execute("SELECT pg_reload_conf()")
    finally:
        await admin.execute("ALTER SYSTEM RESET ALL")
        await admin.execute("SELECT pg_reload_conf()")
        await admin.close()
        await engine.dispose()


async def refuse_when_seen(engine: AsyncEngine, setting: str) -> None:
    """A reload reaches sessions a moment later."""
    for _ in range(100):
        async with engine.connect() as connection:
            if await connection.scalar(text(f"SHOW {setting}")) == "off":
                break
        await asyncio.sleep(0.02)
    await refuse_unsafe(engine)


async def test_after_a_restart_of_postgresql_the_next_command_works(
    postgres_url: str, postgres_folder: Path
) -> None:
    engine = await with_tables(postgres_url)
    admin = await asyncpg.connect(user="postgres", database="postgres", host=str(postgres_folder))
    name = postgres_url.split("/")[3].split("?")[0]
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await admin.close()
    await count_up(engine, 1)
    assert await counted(engine) == 1
    await engine.dispose()


async def test_foreign_keys_are_enforced(engine: AsyncEngine) -> None:
    async with writing(engine) as connection:
        await connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        await connection.execute(text("CREATE TABLE child (parent INTEGER REFERENCES parent (id))"))
    with pytest.raises(DBAPIError):
        async with writing(engine) as connection:
            await connection.execute(text("INSERT INTO child VALUES (5)"))
