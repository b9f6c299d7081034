"""What the sandbox costs a workflow at its start (goal 15): ours beside one through which every module passes.

A start is the first workflow task of a kept history, replayed: an instance made, the case opened, the record's answer
taken over.
"""

from __future__ import annotations

import asyncio

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from bench.history import USUAL, replays
from bench.kept import histories
from bench.measured import Limit, Measured, Plan, Row
from bench.rounds import in_turn_async
from workflows.sandbox import RUNNER

STARTS = 40


def measure(plan: Plan) -> Measured:
    """Milliseconds of one start."""
    everything = SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_all_modules()
    )
    first = _first_task(dict(histories("determination"))[USUAL])
    found = asyncio.run(
        in_turn_async(
            {"ours": replays(first, RUNNER, STARTS), "all": replays(first, everything, STARTS)}, plan.rounds
        )
    )
    return Measured(
        rounds=plan.rounds,
        rows=[
            Row(
                "15",
                "a workflow start in the sandbox",
                "ms",
                found["ours"] * 1e3,
                found["all"] * 1e3,
                "every module passed through",
                Limit("most", 1.3),
            )
        ],
    )


def _first_task(history: WorkflowHistory) -> WorkflowHistory:
    """The history until its second workflow task."""
    scheduled = [
        place
        for place, event in enumerate(history.events)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
    ]
    return WorkflowHistory(history.workflow_id, history.events[: scheduled[1]])
