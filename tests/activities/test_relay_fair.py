"""The relay: whatever is wrong with one case, the others are carried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from live_office import LiveCase, LiveOffice, live_office
from older_record import restore, to_the_list
from sqlalchemy import select, update
from timeskip import TimeSkippingServer

from activities.relay import Relay
from storage.database import reading, writing
from storage.tables import DOCUMENT, OUTBOX, SUBMISSION
from storage.views import Views


@pytest.fixture
async def office(
    tmp_path: Path, temporal: TimeSkippingServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LiveOffice]:
    monkeypatch.setattr("activities.relay._LEFT_ALONE", timedelta(0))
    monkeypatch.setattr("activities.relay._PAUSE", 0.05)
    async with live_office(tmp_path, temporal) as live, live.worker():
        yield live


@contextmanager
def relaying(office: LiveOffice) -> Iterator[None]:
    running = asyncio.create_task(Relay(office.office, office.carrier).run())
    try:
        yield
        assert not running.done()
    finally:
        running.cancel()


async def receive(case: LiveCase, step: str) -> str:
    """A command that is received and that nobody carries."""
    wish = await case.wish(step)
    await case.live.receipts.receive(wish, wish.form)
    return wish.id


async def state_of(office: LiveOffice, command: str) -> str:
    async with reading(office.office.engine) as connection:
        found: str | None = await connection.scalar(
            select(SUBMISSION.c.state).where(SUBMISSION.c.command_id == command)
        )
    assert found is not None
    return found


async def until_decided(office: LiveOffice, command: str) -> None:
    async with asyncio.timeout(20):
        while await state_of(office, command) == "pending":  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_command_that_nobody_carried_is_carried_by_the_relay(office: LiveOffice) -> None:
    case = await office.open()
    left = await receive(case, "confirm_effective")
    with relaying(office):
        await until_decided(office, left)
    assert await case.steps() == ["open_case", "confirm_effective"]


async def test_a_receipt_that_can_not_be_read_delays_nobody_else(office: LiveOffice) -> None:
    case, other = await office.open(), await office.open()
    damaged = await receive(case, "confirm_effective")
    async with writing(office.office.engine) as connection:
        await connection.execute(
            update(SUBMISSION).where(SUBMISSION.c.command_id == damaged).values(body=b"damaged")
        )
    left = await receive(other, "confirm_effective")
    with relaying(office):
        await until_decided(office, left)
    assert await state_of(office, damaged) == "pending"


async def test_many_commands_of_one_case_leave_room_for_the_others(office: LiveOffice) -> None:
    case, other = await office.open(), await office.open()
    for _ in range(30):
        await receive(case, "confirm_effective")
    left = await receive(other, "confirm_effective")
    due = await office.receipts.due(older_than=timedelta(0), per_case=4, limit=5)
    assert left in [pending.command_id for pending in due]
    assert len(due) == 5


async def test_an_errand_that_can_not_be_read_is_tried_ever_more_seldom_and_stops_nothing(
    office: LiveOffice,
) -> None:
    case = await office.open()
    await to_the_list(case)
    async with writing(office.office.engine) as connection:
        await connection.execute(update(OUTBOX).values(body=b"damaged"))
    other = await office.open()
    left = await receive(other, "confirm_effective")
    with relaying(office):
        await until_decided(office, left)
    async with reading(office.office.engine) as connection:
        errand = (await connection.execute(select(OUTBOX))).one()
    assert errand.attempts >= 1
    assert errand.done_at is None
    assert errand.next_attempt_at > errand.created_at


async def test_a_paper_that_a_closed_case_still_owes_is_produced(
    office: LiveOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when Temporal lost its store between the last event and the paper that it asks for."""
    case = await office.open()
    await to_the_list(case)
    await case.workflow.result()
    head = len((await case.file()).events)
    await restore(case, head - 1)
    views = Views(office.office)
    assert case.case_id in [found.id for found in await views.unfinished()]
    monkeypatch.setattr("activities.relay._OVERDUE", timedelta(0))
    with relaying(office):
        async with asyncio.timeout(20):
            while case.case_id in [found.id for found in await views.unfinished()]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    async with reading(office.office.engine) as connection:
        files = await connection.scalars(select(DOCUMENT.c.sm3).where(DOCUMENT.c.case_id == case.case_id))
        assert all(files.all())
