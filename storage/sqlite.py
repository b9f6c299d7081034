"""SQLite for the event loop: statements run where they are awaited, only commits run in a thread.

A statement on this record takes some ten microseconds; handing it to a thread and back costs ten times as much. What
takes long is the commit, which waits for the disk. A write never waits for another process either: writers take turns
(`storage.turns`) before they begin.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util.concurrency import await_only

#: Driver name of this dialect in a URL: `sqlite+inline:///FILE`.
DRIVER = "inline"


async def in_thread(work: Callable[[], object]) -> None:
    """Does `work` in a thread. A caller that is cancelled meanwhile still sees it end: it can't be left half done."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


async def _at_once() -> None:
    """SQLAlchemy's asyncio layer wants every statement to have awaited something."""


class _Cursor(sqlite3.Cursor):
    def execute(self, *statement: Any) -> _Cursor:
        await_only(_at_once())
        super().execute(*statement)
        return self

    def executemany(self, *statement: Any) -> _Cursor:
        await_only(_at_once())
        super().executemany(*statement)
        return self

    async def _async_soft_close(self) -> None:
        """Asked for once all rows are in memory, which they always are."""


class _Connection(sqlite3.Connection):
    def cursor(self, factory: type[sqlite3.Cursor] | None = None) -> sqlite3.Cursor:  # type: ignore[override]
        return super().cursor(factory or _Cursor)

    def commit(self) -> None:
        if self.in_transaction:
            await_only(in_thread(super().commit))


class InlineDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's own dialect for Python's `sqlite3`, offered to `AsyncEngine`."""

    driver = DRIVER
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003
        """One connection for each task that works on the record at the same time."""
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> tuple[list[str], dict[str, Any]]:
        """As SQLAlchemy does for a file; the one thread that a commit needs may use the connection too."""
        arguments, options = super().create_connect_args(url)
        # Transactions begin where `storage.database` says so, not where Python's driver guesses.
        ours = {"check_same_thread": False, "factory": _Connection, "isolation_level": None}
        return list(arguments), {**options, **ours}


registry.register(f"sqlite.{DRIVER}", __name__, InlineDialect.__name__)
