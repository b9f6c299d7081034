"""A case that is begun anew, wound up or sent back: what is still owed, and to whom."""

from __future__ import annotations

from datetime import date

import pytest
from opening_samples import BY, Case, answered, decided, notified, opened, ready

from domain.procedure.outcome import Outcome
from domain.refusals import Suspended


def reopened() -> Case:
    case = opened()
    case.play("confirm_effective", effective=False, effective_on=None)
    assert case.file.outcome is Outcome.BASIS_NOT_EFFECTIVE
    case.play("reopen_case", on=date(2026, 9, 1))
    return case


def test_a_reopened_case_has_the_whole_decision_period_from_its_reopening() -> None:
    file = reopened().file
    key = file.latest_key("decision")
    assert key == "decision@2"
    assert file.deadlines[key].starts_on == date(2026, 9, 1)
    assert file.owed_and_running() == [key]


def test_a_period_of_an_earlier_round_lapses_and_is_never_overdue() -> None:
    case = reopened()
    assert case.file.state_of("decision") == "lapsed"
    assert [alarm.deadline for alarm in case.walk.position().alarms] == ["decision@2"]


def test_nothing_is_owed_in_a_case_that_is_decided() -> None:
    case = decided(ready(answered(notified())))
    assert case.file.outcome is Outcome.LISTED
    assert {case.file.state_of(key) for key in case.file.deadlines} == {"met", "lapsed"}


def test_a_changed_document_is_assessed_anew_with_a_clock_of_its_own() -> None:
    case = notified()
    case.play("basis_fell", change="changed", on=date(2026, 3, 9))
    assert [opened.step for opened in case.file.open] == ["confirm_effective"]
    assert case.file.deadlines["decision@2"].starts_on == date(2026, 3, 9)


def test_a_subject_who_was_told_before_the_document_changed_is_told_of_the_end() -> None:
    case = notified()
    case.play("basis_fell", change="changed", on=date(2026, 3, 9))
    case.play("withdraw_case")
    case.play("issue_termination")
    case.play("serve_termination")
    assert case.file.outcome is Outcome.WITHDRAWN


def test_a_subject_who_was_told_of_the_end_is_not_told_again_of_what_they_never_heard() -> None:
    case = notified()
    for step in ("withdraw_case", "issue_termination", "serve_termination", "reopen_case"):
        case.play(step)
    case.play("withdraw_case")
    assert case.file.outcome is Outcome.WITHDRAWN


def test_an_objection_whose_answer_was_sent_back_can_still_be_withdrawn() -> None:
    case = notified()
    case.play("raise_objection")
    case.play("accept_objection")
    case.play("verify_objection")
    case.play("answer_objection", agreed=False)
    case.play("withdraw_objection")
    assert case.file.unsettled() == []


def test_an_answer_sent_back_is_verified_again_and_then_issued() -> None:
    case = notified()
    case.play("raise_objection")
    case.play("accept_objection")
    for agreed in (False, False, True):
        case.play("verify_objection")
        case.play("answer_objection", agreed=agreed)
    case.play("serve_answer")
    assert case.file.unsettled() == []


def test_a_notice_is_not_deemed_served_by_the_announcement_of_an_answer() -> None:
    case = notified(**BY["announcement"])
    case.play("raise_objection")
    case.play("accept_objection")
    case.play("verify_objection")
    case.play("answer_objection")
    case.play("serve_answer", **BY["announcement"])
    first = case.run_out()
    assert (first.step, first.item) == ("deem_served", "")
    assert case.file.served("serve_prior_notice") is not None
    assert case.file.unsettled() == ["objection-1"]
    case.run_out_until("deem_served")
    assert case.file.unsettled() == []


def test_a_period_that_stands_still_is_not_extended() -> None:
    case = notified()
    case.play("propose_suspension")
    case.play("approve_suspension")
    with pytest.raises(Suspended):
        case.play("propose_extension")
