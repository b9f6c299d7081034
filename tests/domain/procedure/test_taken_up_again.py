"""A closed case is taken up again over the same file: with a reason, by the approver, and from the beginning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from office import barred, offered, play_all, steps, waits_for
from opening_samples import (
    APPROVER,
    OFFICER,
    Case,
    answered,
    decided,
    notified,
    opened,
    ready,
)

from domain.papers import PaperKind
from domain.procedure.outcome import Outcome, Stage

NEXT_YEAR = date(2026, 9, 1)


def _without_effect() -> Case:
    case = opened()
    case.play("confirm_effective", effective=False, effective_on=None)
    return case


def _without_ground() -> Case:
    case = opened()
    case.play("confirm_effective")
    case.play("confirm_ground", met=False, ground=None)
    return case


def _exempted() -> Case:
    case = play_all(opened(), ("confirm_effective", "confirm_ground"))
    case.play("assess_leniency", factors=["slight"], conclusion="exempt")
    return play_all(case, ("approve_exemption", "serve_exemption"))


def _not_listed() -> Case:
    return decided(ready(answered(notified(), finding="upheld")), outcome="not_list")


def _terminated() -> Case:
    return decided(ready(notified()), outcome="terminate")


def _fallen() -> Case:
    return play_all(notified(), ("basis_fell", "issue_termination", "serve_termination"))


def _withdrawn() -> Case:
    return play_all(opened(), ("withdraw_case",))


ENDS: dict[Outcome, Callable[[], Case]] = {
    Outcome.BASIS_NOT_EFFECTIVE: _without_effect,
    Outcome.NO_GROUND: _without_ground,
    Outcome.EXEMPTED: _exempted,
    Outcome.NOT_LISTED: _not_listed,
    Outcome.TERMINATED: _terminated,
    Outcome.BASIS_FELL: _fallen,
    Outcome.WITHDRAWN: _withdrawn,
}
USUAL = (
    "confirm_effective",
    "confirm_ground",
    "assess_leniency",
    "draft_prior_notice",
    "review_prior_notice",
    "issue_prior_notice",
    "serve_prior_notice",
)


def test_every_end_but_listing_can_be_taken_up_again() -> None:
    off_list = {Outcome.LISTED, Outcome.EXPIRED, Outcome.REVOKED}
    assert set(ENDS) == set(Outcome) - off_list


@pytest.mark.parametrize("end", ENDS)
def test_a_closed_case_has_one_way_on(end: Outcome) -> None:
    case = ENDS[end]()
    assert (case.file.outcome, case.file.stage) == (end, Stage.CLOSED)
    assert waits_for(case) == set()
    allowed = {name for (name, _), action in offered(case, APPROVER).items() if action.allowed}
    assert allowed == {"reopen_case", "correct_paper", "note"}
    refusal = barred(case, "CASE_CLOSED", "confirm_effective")
    assert "重新办理" in (refusal.expected or "")


@pytest.mark.parametrize("end", ENDS)
def test_the_new_round_starts_over_and_nothing_of_the_old_one_counts(end: Outcome) -> None:
    case = ENDS[end]()
    before = [event.model_copy() for event in case.file.events]
    case.play("reopen_case", on=NEXT_YEAR)
    assert case.file.events[: len(before)] == before  # nothing is overwritten
    assert (case.file.stage, case.file.outcome) == (Stage.LEAD, None)
    assert waits_for(case) == {"confirm_effective"}
    assert case.file.owed_and_running() == ["decision@2"]
    assert case.file.objections() == []
    assert case.file.effective_on is None
    for step in ("serve_prior_notice", "close_objection_window", "decide", "give_consent", "basis_fell"):
        assert case.file.last(step) is None
    play_all(case, USUAL)
    assert case.file.latest_key("objection_window") == "objection_window@2"
    item = case.play("raise_objection").item
    assert case.file.latest_key(f"verification:{item}") == f"verification:{item}@2"
    play_all(case, ("accept_objection", "verify_objection", "answer_objection", "serve_answer"))
    decided(ready(case))
    assert case.file.outcome is Outcome.LISTED


def test_objections_of_a_second_round_have_numbers_of_their_own() -> None:
    case = _not_listed()
    case.play("reopen_case")
    play_all(case, USUAL)
    assert case.play("raise_objection").item == "objection-2"
    barred(case, "NOT_OPEN", "accept_objection", item="objection-1")
    case.play("accept_objection", item="objection-2")


def test_only_an_approver_takes_a_case_up_again_and_says_why() -> None:
    case = _withdrawn()
    barred(case, "ROLE_MISSING", "reopen_case", by=OFFICER)
    barred(case, "MALFORMED", "reopen_case", reasons="")


def test_an_open_case_is_not_reopened() -> None:
    barred(notified(), "CASE_OPEN", "reopen_case")


def test_four_eyes_are_those_of_the_present_round() -> None:
    case = _not_listed()
    case.play("reopen_case")
    play_all(case, USUAL[:4])
    barred(case, "NOT_OPEN", "issue_prior_notice")
    play_all(case, USUAL[4:6])
    # The numbers of papers run on.
    numbers = [paper.header.number for paper in case.papers_of(PaperKind.PRIOR_NOTICE)]
    assert [number.sequence for number in numbers if number] == [1, 2]


def test_a_case_can_be_taken_up_again_and_again() -> None:
    case = _withdrawn()
    for _ in range(3):
        case.play("reopen_case")
        case.play("withdraw_case")
    assert steps(case).count("reopen_case") == 3
    assert case.file.outcome is Outcome.WITHDRAWN
    assert list(case.file.deadlines) == ["decision", "decision@2", "decision@3", "decision@4"]
