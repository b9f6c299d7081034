"""A new release takes over an office in which a case stands at every stage (升级)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from case_stories import ASSESSED, CONSENT, DECIDED, TO_STAGE, notified
from live_office import LiveCase, LiveOffice, live_office
from temporalio import workflow
from timeskip import TimeSkippingServer

from activities.carriage import EngineAway
from activities.relay import Relay
from domain.procedure.outcome import Outcome, Stage
from storage.entries import Answer, Entry
from storage.receipts import Receipt
from workflows.case import CaseWorkflow

#: Stages that a document's fall is not the only way out of: a case stands at each when the release comes.
EVERY_STAGE = {
    **TO_STAGE,
    Stage.EXEMPTION: (*ASSESSED[:2],),
    Stage.WINDING_UP: (
        *ASSESSED,
        "draft_prior_notice",
        "review_prior_notice",
        "issue_prior_notice",
        "basis_fell",
    ),
}


async def stand_at_every_stage(office: LiveOffice) -> dict[Stage, LiveCase]:
    standing = {}
    for stage, path in EVERY_STAGE.items():
        case = await office.open()
        await case.take_all(path)
        if stage is Stage.EXEMPTION:
            await case.take("assess_leniency", factors=["slight"], conclusion="exempt")
        assert (await case.file()).stage is stage
        standing[stage] = case
    decided = await notified(office)
    await decided.pass_days(8)
    await decided.take_all((*CONSENT, *DECIDED))
    standing[Stage.LISTED] = await decided.listing()
    return standing


async def note_all(standing: dict[Stage, LiveCase]) -> None:
    """Every case takes another step, whatever its stage."""
    for case in standing.values():
        await case.take("note")


async def revoked_all(standing: dict[Stage, LiveCase]) -> None:
    """Every case is led to its end on the new release."""
    for case in standing.values():
        if (await case.file()).stage is not Stage.WINDING_UP:
            await case.take("basis_fell")
        if case.course.kind == "listing":
            await case.take("revoke_listing")
        elif (await case.file()).outcome is None:
            await case.take_all(("issue_termination", "serve_termination"))
        assert (await case.file()).outcome in (Outcome.BASIS_FELL, Outcome.REVOKED)


Append = Callable[[CaseWorkflow, Entry], Any]


def release(monkeypatch: pytest.MonkeyPatch, change: Callable[[Append, CaseWorkflow, Entry], Any]) -> None:
    """The next release: its workflows do something more before each entry."""
    append = CaseWorkflow._append

    async def changed(case: CaseWorkflow, entry: Entry) -> Answer:
        answer: Answer = await change(append, case, entry)
        return answer

    monkeypatch.setattr(CaseWorkflow, "_append", changed)


async def _looks_first_if_patched(append: Append, case: CaseWorkflow, entry: Entry) -> Any:
    if workflow.patched("looks-first"):
        await case._catch_up()
    return await append(case, entry)


async def _looks_first(append: Append, case: CaseWorkflow, entry: Entry) -> Any:
    await case._catch_up()
    return await append(case, entry)


async def test_a_patched_release_takes_over_cases_at_every_stage(
    tmp_path: Path, temporal: TimeSkippingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live_office(tmp_path, temporal) as office:
        async with office.worker():
            standing = await stand_at_every_stage(office)
        assert set(standing) == set(Stage) - {Stage.CLOSED}
        release(monkeypatch, _looks_first_if_patched)
        async with office.worker():
            await note_all(standing)
            await revoked_all(standing)


async def test_a_release_that_histories_do_not_fit_begins_every_case_anew_from_the_record(
    tmp_path: Path, temporal: TimeSkippingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live_office(tmp_path, temporal) as office:
        async with office.worker():
            standing = await stand_at_every_stage(office)
        release(monkeypatch, _looks_first)
        async with office.worker():
            received = [await _only_received(case) for case in standing.values()]
            for case in standing.values():
                await office.carrier.start(case.case_id, case.course.kind, anew=True)
            relay = asyncio.create_task(Relay(office.office, office.carrier).run())
            for receipt in received:
                assert (await _settled(office, receipt)).state == "decided"
            relay.cancel()
            await asyncio.gather(relay, return_exceptions=True)
            await revoked_all(standing)
        for case in standing.values():
            assert (await case.steps()).count("note") == 1


async def _only_received(case: LiveCase) -> Receipt:
    """A command to a case whose history the new release does not understand: received, and not lost."""
    wish = await case.wish("note")
    receipt = await case.live.receipts.receive(wish, wish.form)
    with pytest.raises(EngineAway):
        await case.live.carrier.carry(receipt.command, kind=case.course.kind, patience=timedelta(seconds=0.5))
    return receipt


async def _settled(office: LiveOffice, receipt: Receipt) -> Receipt:
    for _ in range(600):
        found = await office.receipts.find(receipt.command.id)
        if found is not None and found.state != "pending":
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("received, and never decided")
