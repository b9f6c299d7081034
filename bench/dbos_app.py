"""The same step on DBOS and PostgreSQL, behind the same FastAPI: one durable workflow a case, commands sent to it.

BENCH_POSTGRES: URL of the database. A command is a message with an idempotency key; the workflow takes it, writes the
rows in one step, and publishes the answer for which the request waits.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped]
from dbos import DBOS, DBOSConfig, SetWorkflowID
from fastapi import FastAPI

from bench.plain import Submitted

_ROWS: Final = ("event", "task", "task", "readmodel", "outbox")
_PATIENCE: Final = 60.0  # seconds
_pools: list[asyncpg.Pool] = []


@DBOS.step()
async def append(command: dict[str, Any]) -> int:
    """Five rows in one transaction."""
    async with _pools[0].acquire() as connection, connection.transaction():
        for table in _ROWS:
            await connection.execute(f"insert into bench_{table}(body) values($1)", command["body"])
    return 1


@DBOS.workflow()
async def carry_case() -> None:
    """Waits for commands; each is committed by one step and answered."""
    while True:
        command = await DBOS.recv_async(timeout_seconds=_PATIENCE)
        if command is None:
            return
        await DBOS.set_event_async(command["id"], await append(command))


def create_app() -> FastAPI:
    """The application, on an empty database."""
    url = os.environ["BENCH_POSTGRES"]
    DBOS(config=DBOSConfig(name="bench", system_database_url=url, log_level="ERROR"))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        _pools.append(await asyncpg.create_pool(url))
        for table in {"submission", *_ROWS}:
            await _pools[0].execute(f"create table bench_{table}(id bigserial primary key, body text)")
        DBOS.launch()
        yield
        DBOS.destroy()
        await _pools[0].close()

    app = FastAPI(lifespan=lifespan)
    begun: set[str] = set()

    @app.post("/cases/{case_id}/steps")
    async def step(case_id: str, body: Submitted) -> int:
        command = {"id": uuid4().hex, "body": body.model_dump_json()}
        await _pools[0].execute("insert into bench_submission(body) values($1)", command["body"])
        if case_id not in begun:
            begun.add(case_id)
            with SetWorkflowID(case_id):
                await DBOS.start_workflow_async(carry_case)
        await DBOS.send_async(case_id, command, idempotency_key=command["id"])
        answer: int = await DBOS.get_event_async(case_id, command["id"], timeout_seconds=_PATIENCE)
        return answer

    return app
