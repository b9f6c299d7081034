from __future__ import annotations

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

import storage.people
import storage.tables  # noqa: F401
from storage.database import make_engine, writing
from storage.migrations import upgrade


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "target_metadata": SQLModel.metadata}
    )
    return list(compare_metadata(context, SQLModel.metadata))


def unnamed_constraints(connection: Connection) -> list[str]:
    found = inspect(connection)
    return [
        table
        for table in found.get_table_names()
        if table != "alembic_version"
        and not all(
            one["name"] for one in [*found.get_unique_constraints(table), *found.get_foreign_keys(table)]
        )
    ]


async def test_a_migrated_database_has_exactly_the_tables_of_the_code(database_url: str) -> None:
    await upgrade(database_url)
    engine = make_engine(database_url)
    async with writing(engine) as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(unnamed_constraints) == []
    await engine.dispose()


async def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    await asyncio.gather(*(upgrade(database_url) for _ in range(4)))
    engine = make_engine(database_url)
    async with writing(engine) as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
