"""What Alembic runs: within `storage.migrations.upgrade` on its connection, else (a developer's
`alembic revision --autogenerate` or `alembic check`) on the database of the settings."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection

from storage.database import UtcDateTime, make_engine


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own types by the name that script.py.mako imports."""
    return "UtcDateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def migrate(connection: Connection, metadata: MetaData | None = None) -> None:
    """Run the revisions. `metadata` is needed only to compare with the tables as the code has them."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite can't alter a column in place
        render_item=render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_as_set() -> None:
    """On the database of the settings, with every table that the code knows."""
    from sqlmodel import SQLModel

    import storage.people
    import storage.tables  # noqa: F401
    from settings import Settings

    engine = make_engine(Settings.load().database_url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate, SQLModel.metadata)
    finally:
        await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    asyncio.run(migrate_as_set())
