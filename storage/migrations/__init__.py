"""Migrations of the record, run from the program itself; the same revisions serve SQLite and PostgreSQL.

A developer who changed a table writes the next revision with `python -m storage.migrations "what changes"`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection

from storage.database import make_engine, writing

_ANY_TWO = 4_702_113  # key of the advisory lock on PostgreSQL; arbitrary, ours alone


async def upgrade(database_url: str) -> None:
    """Bring the database to the newest revision, in one transaction. Safe when several processes start at once."""
    engine = make_engine(database_url)
    try:
        async with writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ANY_TWO})
            await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))
    finally:
        await engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """What Alembic needs to work on one open connection; `env.py` beside this file reads it."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
