"""Commands on the real server: equal ones at once, rival ones at once, late ones, and a workflow that has fallen behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from case_stories import notified
from live_office import LiveCase, LiveOffice, live_office
from opening_samples import OFFICER, SUBJECT
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from timeskip import TimeSkippingServer

from activities.start import CHECK_CLOCK, workflow_id
from domain.procedure.events import SHANGHAI
from storage.practice_clock import PracticeClock

AT_ONCE = 20


@pytest.fixture
async def office(tmp_path: Path, temporal: TimeSkippingServer) -> AsyncIterator[LiveOffice]:
    async with live_office(tmp_path, temporal) as live:
        yield live


async def test_equal_commands_at_once_are_one_event_and_equal_answers(office: LiveOffice) -> None:
    async with office.worker():
        case = await office.open()
        key = uuid4().hex
        wishes = [await case.wish("confirm_effective", key=key) for _ in range(AT_ONCE)]
        answers = await asyncio.gather(*map(case.send, wishes))
        assert await case.steps() == ["open_case", "confirm_effective"]
        assert {answer.state for answer in answers} == {"decided"}
        assert [answer.result for answer in answers] == [answers[0].result] * AT_ONCE
        assert (await case.send(wishes[0])).result == answers[0].result  # and for ever after


async def test_of_twenty_officers_with_the_same_screen_one_wins(office: LiveOffice) -> None:
    async with office.worker():
        case = await office.open()
        version = (await case.file()).version
        rivals = [
            await case.wish(
                "confirm_effective",
                by=OFFICER.model_copy(update={"account_id": f"a-{n}", "person_id": f"p-{n}"}),
                version=version,
                remedies_state=f"第{n}位承办人核实。",
            )
            for n in range(AT_ONCE)
        ]
        answers = await asyncio.gather(*map(case.send, rivals))
        won = [answer for answer in answers if answer.state == "decided"]
        stale = [answer for answer in answers if answer.state == "refused"]
        assert (len(won), len(stale)) == (1, AT_ONCE - 1)
        assert {answer.result["code"] for answer in stale if answer.result} == {"STALE_VERSION"}
        assert await case.steps() == ["open_case", "confirm_effective"]


async def test_objections_of_many_at_once_are_all_heard_and_none_twice(office: LiveOffice) -> None:
    async with office.worker():
        case = await notified(office)
        wishes = [await case.wish("raise_objection", by=SUBJECT) for _ in range(AT_ONCE)]
        answers = await asyncio.gather(*map(case.send, wishes))
        items = [answer.result["item"] for answer in answers if answer.result]
        assert set(items) == {f"objection-{n}" for n in range(1, AT_ONCE + 1)}
        assert len((await case.file()).objections()) == AT_ONCE


async def test_a_refusal_leaves_no_trace_and_stays_refused(office: LiveOffice) -> None:
    async with office.worker():
        case = await office.open()
        wish = await case.wish("draft_prior_notice")
        first = await case.send(wish)
        assert first.state == "refused"
        await case.take_all(("confirm_effective", "confirm_ground", "assess_leniency"))
        again = await case.send(wish)
        assert (again.state, again.result) == ("refused", first.result)
        await case.take("draft_prior_notice")


# -- a workflow that is gone, or has fallen behind the record


async def test_a_workflow_that_was_killed_is_rebuilt_from_the_record(office: LiveOffice) -> None:
    async with office.worker():
        case = await notified(office)
        await case.workflow.terminate("killed")
        await case.take("raise_objection", by=SUBJECT)
        assert (await case.steps())[-1] == "raise_objection"
        assert await case.workflow.query("head") == len((await case.file()).events)


async def test_a_workflow_behind_the_record_catches_up_before_it_judges(office: LiveOffice) -> None:
    async with office.worker():
        case = await office.open()
        await case.take("confirm_effective")
        early = (await case.history()).run_id
        await case.take_all(("confirm_ground", "assess_leniency"))
        await roll_back(case, early)
        assert await case.workflow.query("head") < len((await case.file()).events)
        # Not open for a workflow that believes itself at the second event; open for one that has caught up.
        await case.take("draft_prior_notice")
        refused = await case.refused("confirm_ground")
        assert refused["blocked_by"][0]["code"] == "ALREADY_DONE"
        assert await case.workflow.query("head") == len((await case.file()).events)


async def roll_back(case: LiveCase, run_id: str) -> None:
    """As if Temporal's store had been restored older: what the workflow did after its second step is gone there."""
    client = case.live.server.client
    done = [
        event.event_id
        for event in (await case.history()).events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id(case.case_id), run_id=run_id),
            reason="restored older",
            request_id=uuid4().hex,
            workflow_task_finish_event_id=done[2],
            reset_reapply_exclude_types=[
                ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
                ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL,
            ],
        )
    )


# -- received while nobody worked


async def later(case: LiveCase, day: date) -> None:
    """The record's clock goes on while no worker is there."""
    await PracticeClock(case.live.office).set(
        case.case_id, datetime(day.year, day.month, day.day, 9, 0, tzinfo=SHANGHAI)
    )


async def wake(case: LiveCase, head: int) -> None:
    """The workflow is asked to look at the clock, as the relay does for a case whose alarm is overdue."""
    await case.workflow.signal(CHECK_CLOCK)
    await PracticeClock(case.live.office).wait_for_more_than(case.case_id, head)


async def test_what_was_received_before_the_end_counts_before_the_window_is_closed(
    office: LiveOffice,
) -> None:
    async with office.worker():
        case = await notified(office)
    await office.receipts.receive(objection := await case.wish("raise_objection", by=SUBJECT), objection.form)
    await later(case, date(2026, 3, 12))
    head = len((await case.file()).events)
    async with office.worker():
        await wake(case, head + 1)
    assert (await case.steps())[-2:] == ["raise_objection", "close_objection_window"]
    (heard,) = (await case.file()).objections()
    assert not heard.late


async def test_what_is_sent_after_the_end_finds_the_window_closed_though_nobody_had_closed_it(
    office: LiveOffice,
) -> None:
    async with office.worker():
        case = await notified(office)
    await later(case, date(2026, 3, 12))
    case.today = date(2026, 3, 12)
    async with office.worker():
        await case.take("request_consent")
    assert (await case.steps())[-2:] == ["close_objection_window", "request_consent"]
