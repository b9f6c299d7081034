"""The step floor: a bare workflow on the command path, with nothing of the product in it.

One SQL insert (the submission), one update with a validator, one deadline armed and one dropped, one local activity
with one raw SQL transaction of five rows. What the product adds to a step is measured against this.
"""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel
from temporalio import activity, workflow

QUEUE = "bench-floor"
_TABLES = """
create table if not exists submission(id text primary key, body text);
create table if not exists event(id integer primary key, body text);
create table if not exists task(id integer primary key, body text);
create table if not exists readmodel(id integer primary key, body text);
create table if not exists outbox(id integer primary key, body text);
"""


class Wish(BaseModel):
    """One command of the floor."""

    id: str
    text: str


def open_record(path: Path) -> sqlite3.Connection:
    """A SQLite file as safe as the product's own: WAL, synchronous FULL."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"pragma {pragma}")
    connection.executescript(_TABLES)
    return connection


class FloorActivities:
    """The one activity of the floor."""

    def __init__(self, record: sqlite3.Connection) -> None:
        self._record = record

    @activity.defn(name="floor_append")
    async def append(self, wish: Wish) -> int:
        """Five rows in one transaction."""
        record = self._record
        record.execute("begin immediate")
        record.execute("insert into event(body) values(?)", (wish.text,))
        record.execute("insert into task(body) values(?)", ("closed",))
        record.execute("insert into task(body) values(?)", ("opened",))
        record.execute("insert into readmodel(body) values(?)", (wish.id,))
        record.execute("insert into outbox(body) values(?)", (wish.id,))
        record.execute("commit")
        return 1


@workflow.defn(name="Floor")
class FloorWorkflow:
    """Waits for commands; each is committed by one activity."""

    def __init__(self) -> None:
        self._waiting: list[Wish] = []
        self._done: set[str] = set()
        self._timer: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._waiting))
            wish = self._waiting.pop(0)
            await workflow.execute_local_activity(
                "floor_append", wish, result_type=int, start_to_close_timeout=timedelta(seconds=30)
            )
            if self._timer is not None:
                self._timer.cancel()
            self._timer = asyncio.create_task(asyncio.sleep(86_400))
            self._done.add(wish.id)

    @workflow.update
    async def submit(self, wish: Wish) -> str:
        self._waiting.append(wish)
        await workflow.wait_condition(lambda: wish.id in self._done)
        return wish.id

    @submit.validator
    def _check(self, wish: Wish) -> None:
        if not wish.id:
            raise ValueError("refused")
