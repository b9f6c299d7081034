"""Kept histories, one a path, replay on the code of today without a server: no deployment breaks a case in flight."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from case_stories import STORIES
from record_histories import KEPT, KEY, kept
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from storage.entries import Answer, Entry
from worker import WORKFLOWS
from workflows.case import CaseWorkflow
from workflows.codec import sealed_converter
from workflows.sandbox import RUNNER

HISTORIES = sorted(KEPT.glob("*.json.gz"))
LISTED_AFTER_AN_OBJECTION = KEPT / "listed_after_an_objection-1-determination.json.gz"


def read(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.name, gzip.decompress(path.read_bytes()).decode())


@pytest.fixture
def replayer(office_key: bytes) -> Replayer:
    return Replayer(
        workflows=list(WORKFLOWS), data_converter=sealed_converter(office_key), workflow_runner=RUNNER
    )


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.name.removesuffix(".json.gz"))
async def test_a_kept_history_replays(path: Path, replayer: Replayer) -> None:
    history = read(path)
    assert len(history.events) > 20
    await replayer.replay_workflow(history)


def test_every_story_has_its_histories(office_key: bytes) -> None:
    assert [story.__name__ for story in STORIES if not kept(story)] == []
    assert len(HISTORIES) == sum(len(kept(story)) for story in STORIES)
    assert office_key == KEY


async def _pauses_first(append: Callable[..., Any], case: CaseWorkflow, entry: Entry) -> Answer:
    await asyncio.sleep(1)
    answer: Answer = await append(case, entry)
    return answer


async def _asks_twice(append: Callable[..., Any], case: CaseWorkflow, entry: Entry) -> Answer:
    await append(case, entry)
    answer: Answer = await append(case, entry)
    return answer


@pytest.mark.parametrize("change", [_pauses_first, _asks_twice])
async def test_a_change_that_would_break_cases_in_flight_is_found(
    change: Callable[..., Any], replayer: Replayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = CaseWorkflow._append

    async def changed(case: CaseWorkflow, entry: Entry) -> Answer:
        answer: Answer = await change(append, case, entry)
        return answer

    monkeypatch.setattr(CaseWorkflow, "_append", changed)
    with pytest.raises(workflow.NondeterminismError):
        await replayer.replay_workflow(read(LISTED_AFTER_AN_OBJECTION))
