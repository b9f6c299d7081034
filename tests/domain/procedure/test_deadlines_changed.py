"""Suspension and extension: only as the rule allows, by two persons, and by the days really lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from office import barred, is_attended, offered, play_all
from opening_samples import (
    APPROVER,
    OFFICER,
    Case,
    assessed,
    notified,
    sample_opening,
    sample_rule,
)

from domain.papers import PaperKind
from domain.people import Role
from domain.procedure.events import Event
from domain.refusals import Forbidden

# Ninety calendar days after Monday 2 March 2026 end on Sunday 31 May, and so on Monday 1 June.
DUE = date(2026, 6, 1)


def due(case: Case, key: str = "decision") -> date | None:
    end = case.file.reckon(key)
    return end.due if end else None


def suspended(case: Case, on: date) -> Case:
    case.play("propose_suspension", on=on)
    case.play("approve_suspension")
    return case


def test_a_clock_stands_from_the_approval_to_the_day_before_it_is_resumed() -> None:
    case = assessed()
    case.play("propose_suspension", on=date(2026, 4, 1))
    assert due(case) == DUE  # proposed is not approved
    case.play("approve_suspension", on=date(2026, 4, 3))
    assert due(case) is None
    assert case.file.state_of("decision") == "suspended"
    assert case.papers_of(PaperKind.SUSPENSION_NOTICE)
    case.play("resume_deadline", on=date(2026, 4, 10))
    # Seven days lost: 31 May becomes 7 June, a Sunday, and so Monday 8 June.
    assert due(case) == date(2026, 6, 8)
    assert case.papers_of(PaperKind.RESUMPTION_NOTICE)


def test_a_clock_resumed_on_the_day_it_stopped_has_lost_nothing() -> None:
    case = suspended(assessed(), date(2026, 4, 1))
    case.play("resume_deadline")
    assert due(case) == DUE


def test_the_verification_of_an_objection_loses_working_days() -> None:
    case = notified()
    item = case.play("raise_objection").item
    key = f"verification:{item}"
    case.play("propose_suspension", deadline=key, on=date(2026, 3, 4))
    case.play("approve_suspension", deadline=key)
    refusal = barred_answer(case, item)
    assert key in (refusal.expected or "")
    case.play("resume_deadline", deadline=key, on=date(2026, 3, 9))
    # 4, 5 and 6 March lost; the weekend is not: ten working days end on the 16th, and so with the 19th.
    assert due(case, key) == date(2026, 3, 19)
    case.play("answer_objection", item=item)


def barred_answer(case: Case, item: str) -> Any:
    case.play("accept_objection", item=item)
    case.play("verify_objection", item=item)
    return barred(case, "SUSPENDED", "answer_objection", item=item)


def test_a_clock_stands_only_on_a_ground_of_the_rule() -> None:
    refusal = barred(assessed(), "TERM_NOT_SUSPENDABLE", "propose_suspension", ground="holiday")
    assert "inspection" in (refusal.expected or "")


def test_where_the_rule_knows_no_ground_no_clock_stands() -> None:
    case = assessed(sample_opening(sample_rule().model_copy(update={"suspensions": []})))
    barred(case, "TERM_NOT_SUSPENDABLE", "propose_suspension")
    assert not offered(case, OFFICER)["propose_suspension", ""].allowed


@pytest.mark.parametrize("key", ["objection_window", "hearing_request", "nothing"])
@pytest.mark.parametrize("step", ["propose_suspension", "propose_extension"])
def test_the_subject_s_own_periods_are_not_the_authority_s_to_change(step: str, key: str) -> None:
    refusal = barred(notified(), "DEADLINE_UNKNOWN", step, deadline=key)
    assert "decision" in (refusal.expected or "")


@pytest.mark.parametrize("what", ["suspension", "extension"])
def test_who_proposes_a_change_does_not_approve_it(what: str) -> None:
    case = assessed()
    case.play(f"propose_{what}")
    both = OFFICER.model_copy(update={"account_id": "another", "roles": (Role.APPROVER,)})
    refusal = barred(case, "FOUR_EYES", f"approve_{what}", by=both)
    assert isinstance(refusal, Forbidden)


@pytest.mark.parametrize("what", ["suspension", "extension"])
def test_what_nobody_proposed_is_not_approved_and_a_refused_proposal_is_gone(what: str) -> None:
    case = assessed()
    barred(case, "NOTHING_PROPOSED", f"approve_{what}")
    case.play(f"propose_{what}")
    case.play(f"approve_{what}", agreed=False)
    assert due(case) == DUE
    barred(case, "NOTHING_PROPOSED", f"approve_{what}")


def test_a_standing_clock_is_neither_stopped_nor_lengthened_again() -> None:
    case = suspended(assessed(), date(2026, 4, 1))
    barred(case, "SUSPENDED", "propose_suspension")
    barred(case, "SUSPENDED", "propose_extension")


def test_a_running_clock_is_not_resumed() -> None:
    barred(assessed(), "NOT_SUSPENDED", "resume_deadline")


def test_a_suspended_case_is_at_rest_and_no_clock_of_it_rings() -> None:
    case = suspended(assessed(), date(2026, 4, 1))
    assert case.walk.position().alarms == ()
    assert is_attended(case)


def test_the_decision_period_is_extended_once_and_by_no_more_than_the_rule_allows() -> None:
    case = assessed()
    barred(case, "TERM_NOT_EXTENDABLE", "propose_extension", count=31)
    case.play("propose_extension", count=30)
    case.play("approve_extension")
    assert due(case) == date(2026, 6, 30)  # 120 days after 2 March
    assert case.papers_of(PaperKind.EXTENSION_NOTICE)
    barred(case, "TERM_NOT_EXTENDABLE", "propose_extension", count=1)


def test_a_period_that_no_rule_lengthens_is_kept() -> None:
    case = notified()
    item = case.play("raise_objection").item
    barred(case, "TERM_NOT_EXTENDABLE", "propose_extension", deadline=f"verification:{item}", count=1)


@pytest.mark.parametrize("what", ["suspension", "extension"])
def test_a_period_that_has_ended_is_neither_stopped_nor_lengthened(what: str) -> None:
    case = assessed()
    case.play(f"propose_{what}", on=DUE)
    assert case.run_out().step == "miss_deadline"
    barred(case, "TERM_ENDED", f"propose_{what}")
    barred(case, "TERM_ENDED", f"approve_{what}")
    case.play(f"approve_{what}", agreed=False)
    assert case.file.state_of("decision") == "overdue"


def test_two_suspensions_add_up() -> None:
    case = suspended(assessed(), date(2026, 3, 10))
    case.play("resume_deadline", on=date(2026, 3, 12))
    suspended(case, date(2026, 4, 1))
    case.play("resume_deadline", on=date(2026, 4, 4))
    assert due(case) == date(2026, 6, 5)  # 31 May and five days


def test_a_change_of_a_deadline_stops_no_step() -> None:
    case = suspended(assessed(), date(2026, 4, 1))
    play_all(case, ("draft_prior_notice", "review_prior_notice", "issue_prior_notice", "serve_prior_notice"))
    assert case.file.served("serve_prior_notice") is not None


def test_an_approval_stands_by_itself_with_ground_and_reasons() -> None:
    approved: Event = suspended(assessed(), date(2026, 4, 1)).file.events[-2]
    assert approved.step == "approve_suspension"
    assert approved.actor == APPROVER
    assert (approved.data["ground"], approved.data["reasons"]) == (
        "inspection",
        "涉案添加剂需委托专业机构检验。",
    )


def test_nothing_is_overdue_on_a_provisional_date_before_its_latest_end() -> None:
    rule = sample_rule()
    slow = rule.model_copy(
        update={"decision": rule.decision.model_copy(update={"count": 215, "unit": "working_day"})}
    )
    case = assessed(sample_opening(slow))
    end = case.file.reckon("decision")
    assert end is not None
    assert end.provisional
    assert end.latest > end.due
    (alarm,) = case.walk.position().alarms
    assert alarm.at.date() == end.latest + date.resolution
