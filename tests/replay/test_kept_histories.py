"""Kept histories, one a path, replay on the code of today without a server: no deployment breaks a case in flight."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from case_stories import STORIES
from record_histories import KEPT, KEY, kept
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from domain.procedure.events import Event
from domain.procedure.forms import ServiceOutcome
from domain.procedure.outcome import Outcome, Stage
from domain.procedure.steps import Course, Step
from domain.procedure.walk import Walk
from domain.rules import ServiceMethod
from storage.entries import Answer, Entry
from worker import WORKFLOWS
from workflows.case import CaseWorkflow
from workflows.codec import sealed_converter
from workflows.determination import DETERMINATION
from workflows.listing import LISTING
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


# -- no branch without a history

#: Fields by which a form takes one way or another.
_DECIDING = frozenset(
    {
        *("effective", "met", "agreed", "admitted", "consents", "hearing", "attended"),
        *("conclusion", "finding", "change", "carrier"),
    }
)
#: Ways that are the same for every act of service: each occurs somewhere, not with every paper.
_OF_SERVICE = {"method": ServiceMethod, "outcome": ServiceOutcome}


@pytest.fixture(scope="module")
async def kept_events(office_key: bytes) -> list[tuple[Course, list[Event]]]:
    """The events of every kept history, as its workflow took them over when replayed."""
    kept_cases: list[tuple[Course, list[Event]]] = []
    adopt = CaseWorkflow._adopt

    def listening(case: CaseWorkflow, answer: Answer) -> None:
        adopt(case, answer)
        events.extend(event for event in answer.tail if event.seq == len(events) + 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CaseWorkflow, "_adopt", listening)
        replayer = Replayer(
            workflows=list(WORKFLOWS), data_converter=sealed_converter(office_key), workflow_runner=RUNNER
        )
        for path in HISTORIES:
            events: list[Event] = []
            await replayer.replay_workflow(read(path))
            kept_cases.append((LISTING if "-listing" in path.name else DETERMINATION, events))
    return kept_cases


def _ways(step: Step) -> Iterator[tuple[str, str, object]]:
    """Every way that this step can be taken: each value of each field that decides."""
    for name, field in step.form.model_fields.items():
        if name not in _DECIDING and not (name == "outcome" and not step.serves):
            continue
        kind = field.annotation
        values: Iterable[object] = (False, True) if kind is bool else ()
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            values = [member.value for member in kind]
        yield from ((step.name, name, value) for value in values)


@pytest.mark.parametrize("course", [DETERMINATION, LISTING], ids=lambda course: course.kind)
def test_every_step_is_taken_in_every_way_in_a_kept_history(
    course: Course, kept_events: list[tuple[Course, list[Event]]]
) -> None:
    taken = {
        (event.step, name, value)
        for kind, events in kept_events
        if kind is course
        for event in events
        for name, value in (("", ""), *event.data.items())
        if isinstance(value, str | bool)
    }
    assert [name for name in course.steps if (name, "", "") not in taken] == []
    assert [way for step in course.steps.values() for way in _ways(step) if way not in taken] == []
    if course is DETERMINATION:
        served = {(name, value) for step, name, value in taken if step.startswith("serve_")}
        assert {(name, way.value) for name, ways in _OF_SERVICE.items() for way in ways} <= served


def test_every_end_of_a_case_is_kept(kept_events: list[tuple[Course, list[Event]]]) -> None:
    ends = {Walk.over(course, events).file.outcome for course, events in kept_events}
    reopened = {
        Walk.over(course, events[: event.seq - 1]).file.outcome
        for course, events in kept_events
        for event in events
        if event.step == "reopen_case"
    }
    assert set(Outcome) <= ends | reopened


def test_the_document_falls_at_every_stage_in_a_kept_history(
    kept_events: list[tuple[Course, list[Event]]],
) -> None:
    fell_at = {
        Walk.over(course, events[: event.seq - 1]).file.stage
        for course, events in kept_events
        for event in events
        if event.step == "basis_fell"
    }
    assert set(Stage) - fell_at == {Stage.CLOSED, Stage.WINDING_UP}


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
