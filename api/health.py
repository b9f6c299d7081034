"""Whether this process lives, and whether the office can work: for supervisors of processes and the person on call."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from api.services import TheOffice
from storage.database import reading

_SILENT: Final = timedelta(seconds=90)  # a worker polls at least once a minute
_PATIENCE: Final = timedelta(seconds=3)  # a part that is stuck must not hold up the answer


class Part(StrEnum):
    """How a part of the office is."""

    OK = "ok"
    AWAY = "away"
    UNKNOWN = "unknown"  # whoever could tell is away


class Checks(BaseModel):
    """Each part that the office needs."""

    record: Part
    temporal: Part
    worker: Part


class Readiness(BaseModel):
    """Whether every part is there."""

    ready: bool
    checks: Checks


router = APIRouter(tags=["health"])


@router.get("/livez", summary="进程存活")
async def livez() -> dict[str, str]:
    """The process answers; says nothing of the others."""
    return {"status": "alive"}


@router.get(
    "/readyz",
    summary="可以受理和办理",
    responses={200: {"model": Readiness}, 503: {"model": Readiness, "description": "有部件没有应答"}},
)
async def readyz(services: TheOffice) -> JSONResponse:
    """Record, Temporal and a worker can be reached. Without the latter two submissions are still received.

    A worker that died is missed within three minutes: its last question stays open at Temporal for a minute.
    """
    record, (temporal, worker) = await asyncio.gather(
        _record(services.office.engine), engine_parts(services.client, services.settings.temporal_task_queue)
    )
    checks = Checks(record=record, temporal=temporal, worker=worker)
    ready = {record, temporal, worker} == {Part.OK}
    body = Readiness(ready=ready, checks=checks).model_dump(mode="json")
    return JSONResponse(body, status_code=200 if ready else 503)


async def _record(engine: AsyncEngine) -> Part:
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()), reading(engine) as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return Part.AWAY
    return Part.OK


async def engine_parts(client: Client, task_queue: str) -> tuple[Part, Part]:
    """Temporal, and a worker that asks it for work. Of workers nothing is known while Temporal is away."""
    asked = DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=task_queue))
    try:
        queue = await client.workflow_service.describe_task_queue(asked, timeout=_PATIENCE)
    except (RPCError, RuntimeError):
        return Part.AWAY, Part.UNKNOWN
    newest = max((poller.last_access_time.ToDatetime(UTC) for poller in queue.pollers), default=None)
    polled = newest is not None and datetime.now(UTC) - newest < _SILENT
    return Part.OK, Part.OK if polled else Part.AWAY
