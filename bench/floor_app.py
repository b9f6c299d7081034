"""The step floor behind HTTP, with nothing of the product loaded.

BENCH_RECORD: the SQLite file; BENCH_TEMPORAL: HOST:PORT. The workflow starts with the first request.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from temporalio.client import WorkflowHandle

from bench.bare import connect
from bench.floor import QUEUE, Wish, open_record


def create_app() -> FastAPI:
    """The application."""
    rows: list[sqlite3.Connection] = []
    begun: list[WorkflowHandle[Any, Any]] = []
    beginning = asyncio.Lock()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with closing(open_record(Path(os.environ["BENCH_RECORD"]))) as record:
            rows.append(record)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/floor")
    async def floor(request: Request) -> str:
        wish = Wish(id=uuid4().hex, text=(await request.body()).decode())
        rows[0].execute("insert into submission values(?, ?)", (wish.id, wish.text))
        async with beginning:
            if not begun:
                client = await connect(os.environ["BENCH_TEMPORAL"])
                begun.append(await client.start_workflow("Floor", id=uuid4().hex, task_queue=QUEUE))
        answer: str = await begun[0].execute_update("submit", wish, id=wish.id)
        return answer

    return app
