"""依据文书 revoked, void, changed or held unlawful, at every stage: who was told is told that it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from office import barred, content, is_attended, play_all, waits_for
from opening_samples import (
    APPROVER,
    BY,
    FAILED,
    OFFICER,
    REVIEWER,
    SUBJECT,
    Case,
    answered,
    assessed,
    decided,
    notified,
    opened,
    ready,
)

from domain.papers import PaperKind
from domain.people import Role
from domain.procedure.outcome import Outcome, Stage

LATER = date(2026, 3, 20)


def to(*steps: str, start: Callable[[], Case] = opened) -> Callable[[], Case]:
    return lambda: play_all(start(), steps)


def _objected() -> Case:
    case = notified()
    case.play("raise_objection", by=SUBJECT)
    return case


def _announced() -> Case:
    case = play_all(assessed(), ("draft_prior_notice", "review_prior_notice", "issue_prior_notice"))
    case.play("serve_prior_notice", **BY["announcement"])
    return case


def _failed() -> Case:
    case = play_all(assessed(), ("draft_prior_notice", "review_prior_notice", "issue_prior_notice"))
    case.play("serve_prior_notice", **FAILED)
    return case


def _exempting() -> Case:
    case = play_all(opened(), ("confirm_effective", "confirm_ground"))
    case.play("assess_leniency", factors=["slight"], conclusion="exempt")
    return case


def _late_refused() -> Case:
    case = notified()
    case.run_out_until("close_objection_window")
    case.play("raise_objection", by=SUBJECT)
    case.play("admit_late_objection")
    return case


def _suspended() -> Case:
    return play_all(notified(), ("propose_suspension", "approve_suspension"))


def _ready() -> Case:
    return ready(notified())


UNTOLD: dict[str, Callable[[], Case]] = {
    "opened": opened,
    "effective": to("confirm_effective"),
    "ground met": to("confirm_effective", "confirm_ground"),
    "being exempted": _exempting,
    "assessed": assessed,
    "notice drafted": to("draft_prior_notice", start=assessed),
    "notice reviewed": to("draft_prior_notice", "review_prior_notice", start=assessed),
}
TOLD: dict[str, Callable[[], Case]] = {
    "notice issued": to("draft_prior_notice", "review_prior_notice", "issue_prior_notice", start=assessed),
    "service failed": _failed,
    "notice announced": _announced,
    "window open": notified,
    "objection raised": _objected,
    "objection accepted": to("accept_objection", start=_objected),
    "objection verified": to("accept_objection", "verify_objection", start=_objected),
    "objection answered": to("accept_objection", "verify_objection", "answer_objection", start=_objected),
    "late objection refused": _late_refused,
    "hearing asked": to("request_hearing", start=notified),
    "suspended": _suspended,
    "consent asked": lambda: play_all(_closed(), ("request_consent",)),
    "consent given": _ready,
    "decision drafted": to("draft_decision", start=_ready),
    "decision reviewed": to("draft_decision", "review_decision", start=_ready),
    "decision made": to("draft_decision", "review_decision", "decide", start=_ready),
}
EVERYWHERE = UNTOLD | TOLD


def _closed() -> Case:
    case = notified()
    case.run_out_until("close_objection_window")
    return case


@pytest.mark.parametrize("change", ["revoked", "void"])
@pytest.mark.parametrize("stage", UNTOLD)
def test_before_anybody_was_told_the_case_just_ends(stage: str, change: str) -> None:
    case = EVERYWHERE[stage]()
    papers = len(case.papers)
    case.play("basis_fell", change=change, on=LATER)
    assert (case.file.outcome, case.file.stage) == (Outcome.BASIS_FELL, Stage.CLOSED)
    assert len(case.papers) == papers
    assert case.walk.position().alarms == ()


@pytest.mark.parametrize("change", ["revoked", "void"])
@pytest.mark.parametrize("stage", TOLD)
def test_who_was_told_of_the_case_is_told_that_it_is_over(stage: str, change: str) -> None:
    case = EVERYWHERE[stage]()
    case.play("basis_fell", change=change, on=LATER)
    assert case.file.stage is Stage.WINDING_UP
    assert waits_for(case) == {"issue_termination"}
    assert case.file.owed_and_running() == []
    assert case.walk.position().alarms == ()  # nothing of the stopped course rings any more
    assert is_attended(case)
    barred(case, "WINDING_UP", "basis_fell")
    barred(case, "WINDING_UP", "withdraw_case")
    case.play("issue_termination", agreed=False)
    case.play("issue_termination")
    assert case.papers_of(PaperKind.TERMINATION_NOTICE)
    case.play("serve_termination")
    assert case.file.outcome is Outcome.BASIS_FELL


@pytest.mark.parametrize("stage", EVERYWHERE)
def test_a_changed_document_is_assessed_from_the_beginning(stage: str) -> None:
    case = EVERYWHERE[stage]()
    case.play("basis_fell", change="changed", on=LATER)
    assert (case.file.stage, case.file.outcome) == (Stage.LEAD, None)
    assert waits_for(case) == {"confirm_effective"}
    assert case.file.owed_and_running() == ["decision@2"]
    # What was done before counts no more, though it stays on file.
    assert case.file.served("serve_prior_notice") is None
    assert case.file.objections() == []
    if stage != "decision made":
        barred(case, "NOTICE_NOT_SERVED", "draft_decision")
    play_all(
        case,
        (
            "confirm_effective",
            "confirm_ground",
            "assess_leniency",
            "draft_prior_notice",
            "review_prior_notice",
            "issue_prior_notice",
            "serve_prior_notice",
        ),
    )
    decided(ready(answered(case)))
    assert case.file.outcome is Outcome.LISTED


@pytest.mark.parametrize("stage", EVERYWHERE)
def test_held_unlawful_but_kept_the_document_still_founds_the_case(stage: str) -> None:
    case = EVERYWHERE[stage]()
    before = case.walk.position()
    case.play("basis_held_unlawful", on=LATER)
    after = case.walk.position()
    assert (after.stage, after.open, after.outcome) == (before.stage, before.open, before.outcome)
    assert case.file.last("basis_held_unlawful") is not None


@pytest.mark.parametrize("stage", EVERYWHERE)
def test_the_authority_takes_a_case_back_as_long_as_it_is_not_decided(stage: str) -> None:
    case = EVERYWHERE[stage]()
    if stage == "decision made":
        barred(case, "ALREADY_DECIDED", "withdraw_case")
        return
    case.play("withdraw_case", on=LATER)
    if stage in TOLD:
        play_all(case, ("issue_termination", "serve_termination"))
        assert case.papers_of(PaperKind.TERMINATION_NOTICE)
    assert case.file.outcome is Outcome.WITHDRAWN


@pytest.mark.parametrize("step", ["basis_fell", "basis_held_unlawful"])
@pytest.mark.parametrize("day", ["2026-02-01", "2026-03-03"], ids=["before the document", "to come"])
def test_what_befell_the_document_came_after_it_and_is_past(step: str, day: str) -> None:
    barred(opened(), "DATE_IMPOSSIBLE", step, decided_on=day)


def test_who_reports_the_fall_does_not_issue_the_notice() -> None:
    case = notified()
    case.play("basis_fell")
    both = OFFICER.model_copy(update={"account_id": "another", "roles": (Role.APPROVER,)})
    barred(case, "FOUR_EYES", "issue_termination", by=both)


def test_who_takes_a_case_back_does_not_issue_the_notice_but_a_reviewer_may() -> None:
    case = notified()
    case.play("withdraw_case", by=APPROVER)
    barred(case, "FOUR_EYES", "issue_termination", by=APPROVER)
    case.play("issue_termination", by=REVIEWER)


@pytest.mark.parametrize("step", ["confirm_effective", "confirm_ground"])
def test_who_found_a_changed_document_to_found_nothing_does_not_issue_the_notice(step: str) -> None:
    case = notified()
    case.play("basis_fell", change="changed")
    if step == "confirm_ground":
        case.play("confirm_effective")
        case.play(step, met=False)
    else:
        case.play(step, effective=False, effective_on=None)
    both = OFFICER.model_copy(update={"account_id": "another", "roles": (Role.APPROVER,)})
    barred(case, "FOUR_EYES", "issue_termination", by=both)
    play_all(case, ("issue_termination", "serve_termination"))


def test_no_termination_is_issued_while_the_case_goes_on() -> None:
    barred(notified(), "NOT_WINDING_UP", "issue_termination", by=APPROVER)


def test_a_failed_service_of_the_termination_is_tried_again() -> None:
    case = notified()
    play_all(case, ("basis_fell", "issue_termination"))
    case.play("serve_termination", **FAILED)
    case.play("serve_termination", **BY["announcement"])
    assert case.file.outcome is None
    case.run_out()
    assert case.file.outcome is Outcome.BASIS_FELL


@pytest.mark.parametrize(
    ("step", "form", "outcome", "said"),
    [
        (
            "confirm_effective",
            {"effective": False, "effective_on": None},
            Outcome.BASIS_NOT_EFFECTIVE,
            "没有生效",
        ),
        ("confirm_ground", {"met": False, "ground": None}, Outcome.NO_GROUND, "不符合列入情形"),
    ],
)
def test_who_was_told_before_the_change_is_told_when_what_is_left_founds_nothing(
    step: str, form: dict[str, Any], outcome: Outcome, said: str
) -> None:
    case = notified()
    case.play("basis_fell", change="changed")
    if step == "confirm_ground":
        case.play("confirm_effective")
    case.play(step, **form)
    assert case.file.stage is Stage.WINDING_UP
    play_all(case, ("issue_termination", "serve_termination"))
    assert case.file.outcome is outcome
    assert said in content(case, PaperKind.TERMINATION_NOTICE).reasons


def test_a_notice_that_was_voided_told_nobody() -> None:
    case = play_all(assessed(), ("draft_prior_notice", "review_prior_notice", "issue_prior_notice"))
    case.play("void_prior_notice", {"reasons": "事由写错。"})
    case.play("basis_fell")
    assert case.file.outcome is Outcome.BASIS_FELL
