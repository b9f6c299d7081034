"""Carrying a received command to the workflow of its case, and settling what comes back.

The API carries what it has just received; the relay carries what is left. Both end in the same row.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.start import CHECK_CLOCK, REFUSED, SUBMIT, WORKFLOW_TYPES, CaseStart, workflow_id
from domain.procedure.events import Command
from storage import failpoints
from storage.receipts import Receipt, Receipts

#: How long the API waits for a decision before it answers "received, undecided".
PATIENCE = timedelta(seconds=3)


class EngineAway(Exception):  # noqa: N818 -- a state of the world, not a fault of the request
    """Temporal or its workers did not answer in time; the command stays received."""


class Carrier:
    """Sends commands to workflows. One per process."""

    def __init__(self, client: Client, receipts: Receipts, task_queue: str) -> None:
        self._client, self._receipts, self._task_queue = client, receipts, task_queue

    async def carry(self, command: Command, *, kind: str, patience: timedelta = PATIENCE) -> Receipt:
        """The receipt, decided or refused. Raises EngineAway when nobody decided within `patience`."""
        settled = await self._ask(command, kind, patience, update_id=command.id)
        if settled.state == "pending":
            # Temporal remembers an answer that the record does not hold, since it was restored older, or none: asked anew.
            settled = await self._ask(command, kind, patience, update_id=f"{command.id}~{uuid4().hex}")
        if settled.state == "pending":
            raise EngineAway
        return settled

    async def _ask(self, command: Command, kind: str, patience: timedelta, *, update_id: str) -> Receipt:
        """The receipt after the workflow has answered. Raises EngineAway."""
        try:
            # The client repeats calls on its own while nothing listens: the patience is ours to keep.
            async with asyncio.timeout(patience.total_seconds()):
                await self._update(command, kind, patience, update_id)
        except WorkflowUpdateFailedError as failed:
            if (problem := _problem_of(failed)) is not None:
                return await self._receipts.refuse(command.id, problem)
            # Its run ended before it decided, and Temporal will say so for ever: asked anew, unless the record knows.
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, RuntimeError, TimeoutError) as away:
            raise EngineAway from away
        settled = await self._receipts.find(command.id)
        if settled is None:
            raise EngineAway
        return settled

    async def _update(self, command: Command, kind: str, patience: timedelta, update_id: str) -> None:
        handle = self._client.get_workflow_handle(workflow_id(command.case_id))
        async with failpoints.effect(_fails):
            if command.head > 0:
                try:
                    await handle.execute_update(SUBMIT, command, id=update_id, rpc_timeout=patience)
                    return
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
            await self._update_with_start(command, kind, patience, update_id)

    async def _update_with_start(
        self, command: Command, kind: str, patience: timedelta, update_id: str
    ) -> None:
        # Not running: it is new, or closed, or Temporal lost it. The record starts it wherever it stands.
        start = self.start_operation(command.case_id, kind, fresh=command.head == 0)
        try:
            await self._client.execute_update_with_start_workflow(
                SUBMIT, command, id=update_id, rpc_timeout=patience, start_workflow_operation=start
            )
        except Exception:
            _forget(start)
            raise

    def start_operation(
        self, case_id: str, kind: str, *, fresh: bool = False
    ) -> WithStartWorkflowOperation[Any, Any]:
        """Starts the workflow of a case, or uses the one that runs."""
        return WithStartWorkflowOperation(
            WORKFLOW_TYPES[kind],
            CaseStart(case_id=case_id, fresh=fresh),
            id=workflow_id(case_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    async def start(self, case_id: str, kind: str, *, anew: bool = False) -> None:
        """Starts the workflow of a case that the record knows, unless it runs; `anew`: in place of the one that runs."""
        conflict = WorkflowIDConflictPolicy
        async with failpoints.effect(_fails):
            await self._client.start_workflow(
                WORKFLOW_TYPES[kind],
                CaseStart(case_id=case_id),
                id=workflow_id(case_id),
                task_queue=self._task_queue,
                id_conflict_policy=conflict.TERMINATE_EXISTING if anew else conflict.USE_EXISTING,
            )

    async def compare_with_record(self, case_id: str) -> None:
        """Asks the workflow of a case to look at the record: its clock, and what the workflow may not know."""
        async with failpoints.effect(_fails):
            await self._client.get_workflow_handle(workflow_id(case_id)).signal(CHECK_CLOCK)


def _forget(start: WithStartWorkflowOperation[Any, Any]) -> None:
    """The start failed with its update; its own future is awaited by nobody, and would be logged as forgotten."""
    asyncio.ensure_future(start.workflow_handle()).add_done_callback(
        lambda done: done.cancelled() or done.exception()
    )


def _fails() -> Exception:
    return RPCError("failpoint", RPCStatusCode.UNAVAILABLE, b"")


def _problem_of(failed: WorkflowUpdateFailedError) -> dict[str, Any] | None:
    cause = failed.cause
    if isinstance(cause, ApplicationError) and cause.type == REFUSED and cause.details:
        return dict(cause.details[0])
    return None
