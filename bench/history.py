"""How much history a case leaves, and how long it takes to replay (goal 14), from the histories that the tests keep."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

from bench.kept import KEY, histories
from bench.measured import Limit, Measured, Plan, Row
from bench.rounds import AsyncRound, in_turn_async
from worker import WORKFLOWS
from workflows.codec import sealed_converter
from workflows.sandbox import RUNNER

#: A determination of the usual kind: objected to, answered, consented to, decided, listed.
USUAL = "listed_after_an_objection-1-determination"
ON_THE_LIST = "listed_after_an_objection-2-listing"
_TAKEN = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
#: Left by the practice clock alone; a real office has none of them.
_OF_PRACTICE = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
)


def measure(plan: Plan) -> Measured:
    """Sizes are counted, replays are timed."""
    determinations, listings = dict(histories("determination")), dict(histories("listing"))
    steps = [step for history in determinations.values() for step in _steps(history)]
    usual, on_the_list = determinations[USUAL], listings[ON_THE_LIST]
    longest = max(map(_length, determinations.values()))
    years = (
        on_the_list.events[-1].event_time.seconds - on_the_list.events[0].event_time.seconds
    ) / 31_556_952
    replayed = asyncio.run(
        in_turn_async(
            {"plain": replays(usual, UnsandboxedWorkflowRunner()), "sandboxed": replays(usual, RUNNER)},
            plan.rounds,
        )
    )
    events, size = zip(*steps, strict=True)
    return Measured(
        rounds=plan.rounds,
        rows=[
            Row("14", "a human step, median", "events", statistics.median(events), limit=Limit("value", 8)),
            Row("14", "a human step, median", "bytes", statistics.median(size), limit=Limit("value", 1200)),
            Row(
                "14", "a determination with an objection", "events", _length(usual), limit=Limit("value", 100)
            ),
            Row("14", "the longest kept determination", "events", longest),
            Row(
                "14",
                f"a year on the list (of {years:.1f})",
                "events",
                _length(on_the_list) / years,
                limit=Limit("value", 20),
            ),
            Row(
                "14",
                "replay of that determination, plain",
                "ms",
                replayed["plain"] * 1e3,
                limit=Limit("value", 20),
            ),
            Row(
                "14",
                "replay of that determination, sandboxed",
                "ms",
                replayed["sandboxed"] * 1e3,
                limit=Limit("value", 40),
            ),
        ],
    )


def _length(history: WorkflowHistory) -> int:
    return sum(event.event_type not in _OF_PRACTICE for event in history.events)


def _steps(history: WorkflowHistory) -> Iterator[tuple[int, int]]:
    """Events and bytes of each human step: from where its task begins to where the next one's does."""
    begins = []
    for place, event in enumerate(history.events):
        if event.event_type == _TAKEN:
            # The workflow task that brought it: scheduled, started, completed.
            begins.append(place - 3)
    for begin, end in pairwise(begins):
        part = [event for event in history.events[begin:end] if event.event_type not in _OF_PRACTICE]
        yield len(part), sum(event.ByteSize() for event in part)


def replays(history: WorkflowHistory, runner: WorkflowRunner, times: int = 20) -> AsyncRound:
    """A round of replays in one replayer; the median, so that the replayer's own start is not in it."""

    async def once() -> float:
        replayer = Replayer(
            workflows=list(WORKFLOWS), data_converter=sealed_converter(KEY), workflow_runner=runner
        )
        found = []
        began = time.perf_counter()
        async with replayer.workflow_replay_iterator(_again(history, times)) as replayed:
            async for replay in replayed:
                if replay.replay_failure is not None:
                    raise replay.replay_failure
                found.append(time.perf_counter() - began)
                began = time.perf_counter()
        return statistics.median(found)

    return once


async def _again(history: WorkflowHistory, times: int) -> AsyncIterator[WorkflowHistory]:
    for number in range(times):
        yield WorkflowHistory(f"{history.workflow_id}-{number}", history.events)
