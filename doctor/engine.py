"""Temporal beside the record: every open case has a workflow that runs and knows what the record knows."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.start import workflow_id
from api.health import Part, engine_parts
from doctor.cases import CaseCheck
from doctor.findings import Finding, Findings
from domain.procedure.walk import Walk
from storage.entries import Standing

_WEDGED = 3  # attempts at one workflow task
_PATIENCE = timedelta(seconds=10)
_AT_ONCE = 20
_LOOKS, _PAUSE = 4, 1.0  # seconds between two looks
#: Said of a workflow that is just being loaded or is at work, and of a server under load.
_BUSY = frozenset(
    {
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
    }
)
_RESTORE = "执行 ./chengxu rehydrate"
_AGAIN = "稍后再查一次；仍然如此的，执行 ./chengxu rehydrate"


async def worker_polls(client: Client, task_queue: str) -> Findings:
    """Temporal answers, and a worker asks it for work."""
    temporal, worker = await engine_parts(client, task_queue)
    if temporal is not Part.OK:
        yield Finding("TEMPORAL_AWAY", "Temporal 没有应答", "启动 Temporal；其间照常收件")
    elif worker is not Part.OK:
        yield Finding("WORKER_AWAY", "没有 Worker 在办理", "启动 Worker；其间照常收件")


class EngineCheck:
    """Compares workflows with the record, several at a time."""

    def __init__(self, client: Client, cases: CaseCheck) -> None:
        self._client, self._cases = client, cases
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def look(self, case_id: str, no: str) -> list[Finding]:
        """What is wrong with the workflow of one open case."""
        async with self._gate:
            handle = self._client.get_workflow_handle(workflow_id(case_id))
            try:
                described = await handle.describe(rpc_timeout=_PATIENCE)
                if described.status is not WorkflowExecutionStatus.RUNNING:
                    return [Finding("WORKFLOW_GONE", "未办结，而工作流没有运行", _RESTORE, no)]
                attempt = described.raw_description.pending_workflow_task.attempt
                if attempt >= _WEDGED:
                    return [_wedged(no, attempt)]
                return await self._compared(handle, case_id, no)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return [Finding("WORKFLOW_GONE", "未办结，而 Temporal 中没有它的工作流", _RESTORE, no)]
                return [Finding("WORKFLOW_SILENT", f"工作流没有应答（{error.status.name}）", _AGAIN, no)]
            except WorkflowQueryFailedError:
                return [_wedged(no, _WEDGED)]

    async def _compared(self, handle: WorkflowHandle[Any, Any], case_id: str, no: str) -> list[Finding]:
        """A difference may have been the moment between two looks; one that stays is one."""
        for look in range(_LOOKS):
            if look:
                await asyncio.sleep(_PAUSE)
            standing = await _standing(handle)
            walk = await self._cases.walk(case_id)  # after the workflow: the record is ahead, if anything
            if _agrees(standing, walk):
                return [_caught_up(no)] if look else []
        return [
            Finding(
                "WORKFLOW_DIFFERS",
                f"工作流停在第{standing.head}号事件，案卷已到第{len(walk.file.events)}号",
                _RESTORE,
                no,
            )
        ]


async def _standing(handle: WorkflowHandle[Any, Any]) -> Standing:
    """Where the workflow says that it stands; asked again while Temporal or the worker is only busy with it."""
    for _ in range(_LOOKS):
        try:
            return await _ask(handle)
        except RPCError as busy:
            if busy.status not in _BUSY:
                raise
        await asyncio.sleep(_PAUSE)
    return await _ask(handle)


async def _ask(handle: WorkflowHandle[Any, Any]) -> Standing:
    answer: Standing = await handle.query("standing", result_type=Standing, rpc_timeout=_PATIENCE)
    return answer


def _caught_up(no: str) -> Finding:
    return Finding("WORKFLOW_BEHIND", "工作流一度落后于案卷，已经追上", "无须处理", no, fault=False)


def _agrees(standing: Standing, walk: Walk) -> bool:
    position, events = walk.position(), walk.file.events
    return (standing.head, standing.last, standing.stage, standing.outcome, sorted(standing.open)) == (
        len(events),
        events[-1].command if events else "",
        position.stage,
        position.outcome,
        sorted((opened.step, opened.item) for opened in position.open),
    )


def _wedged(no: str, attempt: int) -> Finding:
    return Finding(
        "WORKFLOW_WEDGED",
        f"工作流的同一任务已失败 {attempt} 次：该案停住，不会作出任何处理",
        "查看 Worker 日志；修复程序或者案卷后自行继续",
        no,
    )
