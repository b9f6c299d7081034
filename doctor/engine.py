"""Temporal beside the record: every open case has a workflow that runs and knows what the record knows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.start import workflow_id
from doctor.cases import CaseCheck
from doctor.findings import Finding, Findings
from domain.procedure.walk import Walk
from storage.entries import Standing

_SILENT = timedelta(minutes=2)  # a worker polls at least once a minute
_WEDGED = 3  # attempts at one workflow task
_PATIENCE = timedelta(seconds=10)
_AT_ONCE = 20
_RESTORE = "执行 chengxu rehydrate"


async def worker_polls(client: Client, task_queue: str) -> Findings:
    """Temporal answers, and a worker asks it for work."""
    try:
        queue = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=task_queue)),
            timeout=_PATIENCE,
        )
    except (RPCError, RuntimeError) as away:
        yield Finding(
            "TEMPORAL_AWAY", f"Temporal 没有应答（{type(away).__name__}）", "启动 Temporal；其间照常收件"
        )
        return
    newest = max((poller.last_access_time.ToDatetime(UTC) for poller in queue.pollers), default=None)
    if newest is None or datetime.now(UTC) - newest > _SILENT:
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
                standing: Standing = await handle.query(
                    "standing", result_type=Standing, rpc_timeout=_PATIENCE
                )
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return [Finding("WORKFLOW_GONE", "未办结，而 Temporal 中没有它的工作流", _RESTORE, no)]
                return [Finding("WORKFLOW_SILENT", f"工作流没有应答（{error.status.name}）", _RESTORE, no)]
            except WorkflowQueryFailedError:
                return [_wedged(no, _WEDGED)]
        walk = await self._cases.walk(case_id)  # after the workflow: the record is ahead, if anything
        return [] if _agrees(standing, walk) else [await self._once_more(case_id, no)]

    async def _once_more(self, case_id: str, no: str) -> Finding:
        """A difference may have been the moment between two looks; one that stays is one."""
        for _ in range(3):
            await asyncio.sleep(1.0)
            handle = self._client.get_workflow_handle(workflow_id(case_id))
            standing = await handle.query("standing", result_type=Standing, rpc_timeout=_PATIENCE)
            walk = await self._cases.walk(case_id)
            if _agrees(standing, walk):
                return Finding(
                    "WORKFLOW_BEHIND", "工作流一度落后于案卷，已经追上", "无须处理", no, fault=False
                )
        return Finding(
            "WORKFLOW_DIFFERS",
            f"工作流停在第{standing.head}号事件，案卷已到第{len(walk.file.events)}号",
            _RESTORE,
            no,
        )


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
