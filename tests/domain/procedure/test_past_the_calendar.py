"""Past the last year that the calendar answers: nothing is opened, and what runs goes on without a date made up."""

from __future__ import annotations

from datetime import date

from office import barred, is_attended, listed, play_all, waits_for
from opening_samples import (
    SUBJECT,
    Case,
    decided,
    opened,
    sample_opening,
    sample_rule,
    with_consent,
)

from domain.papers import PaperKind
from domain.procedure.outcome import Outcome
from domain.rules import Rule

HORIZON = date(2038, 12, 31)
NOTICE = ("draft_prior_notice", "review_prior_notice", "issue_prior_notice")


def rule() -> Rule:
    """Of market regulation, but its decision period begins when the window is closed."""
    found = sample_rule()
    starts_late = found.decision.model_copy(update={"starts": "window_closed"})
    return found.model_copy(update={"decision": starts_late})


def told(on: date) -> Case:
    """A case of September 2038 whose notice is served on `on`."""
    case = opened(sample_opening(rule()), on=date(2038, 9, 1))
    assert case.file.working_days.horizon == HORIZON
    play_all(case, ("confirm_effective", "confirm_ground", "assess_leniency", *NOTICE))
    case.play("serve_prior_notice", on=on)
    return case


def test_no_case_is_opened_whose_periods_lie_past_the_calendar() -> None:
    opening = sample_opening().model_dump(mode="json")
    for day in (date(2038, 11, 1), date(2039, 6, 1)):
        refusal = barred(Case(), "BEYOND_HORIZON", "open_case", opening, on=day)
        assert "2018-01-01至2038-12-31" in refusal.detail
        assert "放假安排通知" in (refusal.expected or "")


def test_a_window_that_closes_at_the_end_of_the_calendar_begins_a_period_without_a_date() -> None:
    case = told(date(2038, 12, 1))
    case.run_out_until("close_objection_window")
    assert case.file.owed_and_running() == ["decision"]
    assert case.file.reckon("decision") is None
    assert waits_for(case) == {"request_consent"}
    listing = listed(decided(with_consent(case)))
    # The window, on a projected calendar, closed with its latest day. Three years are plain dates, calendar or not.
    end = listing.file.reckon("listing_term")
    assert end is not None
    assert (end.due, end.provisional) == (date(2041, 12, 16), False)
    listing.run_out()
    assert listing.file.outcome is Outcome.EXPIRED


def test_an_objection_is_received_although_the_end_of_its_verification_cannot_be_told() -> None:
    case = told(date(2038, 12, 20))
    item = case.play("raise_objection", by=SUBJECT, on=date(2038, 12, 24)).item
    assert case.file.reckon(f"verification:{item}") is None
    case.play("accept_objection")
    (accepted,) = case.papers_of(PaperKind.OBJECTION_ACCEPTANCE)
    assert accepted.content.model_dump()["verification"]["due"] is None
    assert "miss_deadline" not in {alarm.step for alarm in case.walk.position().alarms}


def test_a_window_without_an_end_closes_by_waiver_alone() -> None:
    case = told(date(2038, 12, 30))
    assert case.walk.position().alarms == ()
    refusal = barred(case, "WINDOW_OPEN", "request_consent", on=date(2039, 6, 1))
    assert "届满日超出工作日历，尚不能推算" in refusal.detail
    case.play("waive_objection", by=SUBJECT, hearing=False)
    refusal = barred(case, "HEARING_WINDOW_OPEN", "request_consent")
    assert "届满日超出工作日历，尚不能推算" in refusal.detail
    case.play("waive_hearing", by=SUBJECT)
    assert is_attended(case)
    assert decided(with_consent(case)).file.outcome is Outcome.LISTED
