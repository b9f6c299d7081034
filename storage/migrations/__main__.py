"""For developers: `python -m storage.migrations "what changes"` writes the revision that the code's tables need."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

import storage.people
import storage.tables  # noqa: F401
from storage.database import make_engine, writing
from storage.migrations import alembic_config, upgrade


def _write(connection: Connection, message: str) -> None:
    config = alembic_config(connection)
    config.attributes["metadata"] = SQLModel.metadata
    ordinal = len(list(Path(__file__).parent.glob("versions/*.py"))) + 1
    command.revision(config, message, autogenerate=True, rev_id=f"{ordinal:04}")


async def main(message: str) -> None:
    """Compare a new database at the newest revision with the tables of the code."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/record.db"
        await upgrade(url)
        engine = make_engine(url)
        async with writing(engine) as connection:
            await connection.run_sync(_write, message)
        await engine.dispose()


if len(sys.argv) != 2:
    sys.exit('usage: python -m storage.migrations "what changes"')
asyncio.run(main(sys.argv[1]))
