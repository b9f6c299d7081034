"""Whole cases on the real server and a real record, years included; and every history replays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Final

import case_stories as stories
import pytest
from case_stories import STORIES, Story
from live_office import LiveOffice, live_office
from opening_samples import sample_opening, sample_rule
from temporalio.worker import Replayer
from timeskip import TimeSkippingServer

from domain.procedure.outcome import Outcome
from storage.views import Views
from worker import WORKFLOWS
from workflows.codec import sealed_converter
from workflows.sandbox import RUNNER


@pytest.fixture
async def office(tmp_path: Path, temporal: TimeSkippingServer) -> AsyncIterator[LiveOffice]:
    async with live_office(tmp_path, temporal) as live, live.worker():
        yield live


#: How the cases of a story end, in the order in which they were opened.
ENDS: Final[dict[Story, tuple[Outcome, ...]]] = {
    stories.listed_after_an_objection: (Outcome.LISTED, Outcome.EXPIRED),
    stories.objection_upheld: (Outcome.NOT_LISTED,),
    stories.announced_and_late: (Outcome.TERMINATED,),
    stories.exempted: (Outcome.EXEMPTED,),
    stories.suspended_and_fallen: (Outcome.BASIS_FELL,),
    stories.listing_revoked: (Outcome.LISTED, Outcome.REVOKED),
    stories.reopened: (Outcome.WITHDRAWN,),
    stories.nothing_founds_it: (Outcome.NO_GROUND, Outcome.NO_GROUND),
    stories.lenient_not_exempt: (Outcome.LISTED,),
    stories.voided_before_service: (Outcome.LISTED,),
    stories.heard_at_a_hearing: (Outcome.LISTED,),
    stories.consent_refused: (Outcome.NOT_LISTED,),
    stories.resting_on_the_penalty: (Outcome.LISTED,),
    stories.lengthened_and_stopped: (Outcome.LISTED,),
    stories.listing_amended: (Outcome.LISTED, Outcome.REVOKED),
    stories.expired_while_its_document_fell: (Outcome.LISTED, Outcome.EXPIRED),
    stories.fallen_at_every_stage: (Outcome.BASIS_FELL,) * 10,
    stories.taken_back: (Outcome.BASIS_FELL,),
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_whole_case_runs_to_its_end_and_replays(
    story: Story, office: LiveOffice, office_key: bytes
) -> None:
    replayer = Replayer(
        workflows=list(WORKFLOWS), data_converter=sealed_converter(office_key), workflow_runner=RUNNER
    )
    cases = await story(office)
    assert tuple([(await case.file()).outcome for case in cases]) == ENDS[story]
    for case in cases:
        await replayer.replay_workflow(await case.history())


async def test_three_years_after_the_decision_took_effect_the_subject_leaves_the_list(
    office: LiveOffice,
) -> None:
    case, listing = await stories.listed_after_an_objection(office)
    assert (await case.file()).effective_on == date(2026, 3, 10)
    expired = (await listing.file()).events[-1]
    assert (expired.step, expired.day) == ("expire", date(2029, 3, 11))
    assert "miss_deadline" not in await case.steps()


async def test_five_years_on_the_list_are_a_few_events_of_one_short_history(office: LiveOffice) -> None:
    rule = sample_rule()
    five = rule.model_copy(update={"listing_term": rule.listing_term.model_copy(update={"count": 5})})
    case = await office.open(sample_opening(five, business_key="five-years"))
    await case.take_all((*stories.ASSESSED, *stories.NOTICE, "serve_prior_notice"))
    await case.pass_days(8)
    await case.take_all((*stories.CONSENT, *stories.DECIDED))
    listing = await case.listing()
    decided = (await case.file()).effective_on
    assert decided is not None
    end = decided.replace(year=decided.year + 5)
    await listing.pass_days((end - listing.today).days)
    assert (await listing.file()).outcome is None
    await listing.pass_days(1)
    assert (await listing.file()).outcome is Outcome.EXPIRED
    assert len((await listing.history()).events) <= 5 * 20


async def test_a_closed_case_takes_notes_and_stays_closed_since_the_day_it_was(office: LiveOffice) -> None:
    (case,) = await stories.exempted(office)
    views = Views(office.office)
    closed = await views.case_by_id(case.case_id)
    await case.take("note")
    noted = await views.case_by_id(case.case_id)
    assert noted.version > closed.version
    assert (noted.outcome, noted.closed_at) == (Outcome.EXEMPTED, closed.closed_at)
