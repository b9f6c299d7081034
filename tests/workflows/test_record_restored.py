"""The record is restored from an older backup under running workflows: they take its word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from live_office import LiveCase, LiveOffice, live_office
from older_record import restore, to_the_list
from sqlalchemy import select
from timeskip import TimeSkippingServer

from activities.start import CHECK_CLOCK
from domain.procedure.events import Command
from domain.procedure.proposal import propose
from domain.procedure.walk import Walk
from storage.database import reading
from storage.entries import Entry, Standing
from storage.record import Record
from storage.tables import CASE
from workflows.readmodel import entry_of


@pytest.fixture
async def office(tmp_path: Path, temporal: TimeSkippingServer) -> AsyncIterator[LiveOffice]:
    async with live_office(tmp_path, temporal) as live, live.worker():
        yield live


async def standing(case: LiveCase) -> Standing:
    found: Standing = await case.workflow.query("standing", result_type=Standing)
    return found


async def test_a_workflow_that_knows_more_than_the_record_begins_anew_from_it(office: LiveOffice) -> None:
    case = await office.open()
    await case.take_all(["confirm_effective", "confirm_ground", "assess_leniency"])
    await restore(case, 2)
    assert (await standing(case)).head == 4
    assert (await case.take("confirm_ground"))["seq"] == 3
    assert await case.steps() == ["open_case", "confirm_effective", "confirm_ground"]
    assert (await standing(case)).head == 3


async def test_a_record_of_the_same_length_that_went_another_way_is_noticed(office: LiveOffice) -> None:
    case = await office.open()
    await case.take_all(["confirm_effective", "confirm_ground"])
    believed = (await case.file()).events
    await restore(case, 2)
    other = await Record(office.office).load(case.case_id)
    assert len(other.events) == 2
    await case.take("confirm_ground", met=False)  # by the workflow that has begun anew
    assert (await standing(case)).last != believed[-1].command
    assert (await standing(case)).outcome == "no_ground"


async def test_asked_to_look_at_the_record_a_workflow_sees_that_it_was_restored(office: LiveOffice) -> None:
    case = await office.open()
    await case.take_all(["confirm_effective", "confirm_ground"])
    await restore(case, 1)
    await case.workflow.signal(CHECK_CLOCK)
    async with asyncio.timeout(20):
        while (await standing(case)).head != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert (await standing(case)).open == (("confirm_effective", ""),)


async def test_an_entry_on_top_of_an_event_that_the_record_does_not_hold_is_not_made(
    office: LiveOffice,
) -> None:
    case = await office.open()
    await case.take("confirm_effective")
    entry = await _next_entry(case)
    answer = await Record(office.office).append(entry.model_copy(update={"last": "another command"}))
    assert answer.astray
    assert answer.done is None
    async with reading(office.office.engine) as connection:
        assert await connection.scalar(select(CASE.c.head).where(CASE.c.id == case.case_id)) == 2


async def _next_entry(case: LiveCase) -> Entry:
    wish = await case.wish("confirm_ground")
    events = (await case.file()).events
    walk = Walk.over(case.course, events)
    command = Command(
        id=wish.id,
        case_id=case.case_id,
        step=wish.step,
        actor=wish.actor,
        form=wish.form,
        received_at=events[-1].received_at,
    )
    proposal = propose(walk, command)
    return entry_of(case.case_id, walk, proposal.after, proposal.event)


async def test_what_temporal_remembers_and_the_record_lost_is_carried_again(office: LiveOffice) -> None:
    case = await office.open()
    wish = await case.wish("confirm_effective", key="the same command")
    assert (await case.send(wish)).state == "decided"
    await restore(case, 1)
    assert (await case.send(wish)).state == "decided"
    assert await case.steps() == ["open_case", "confirm_effective"]


async def test_a_period_on_the_list_that_the_record_lost_begins_again_once(office: LiveOffice) -> None:
    case = await office.open()
    await to_the_list(case)
    head = len((await case.file()).events)
    listing = await case.listing()
    await restore(listing, 0)
    await restore(case, head - 2)  # before the service of the decision, and the paper of that service
    await listing.workflow.signal(CHECK_CLOCK)
    assert await listing.workflow.result() == "None"
    await case.take("serve_decision")
    assert (await case.listing()).case_id == listing.case_id
