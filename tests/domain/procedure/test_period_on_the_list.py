"""在列期间: off the list on the right day, or earlier because what it rests on has fallen."""

from __future__ import annotations

from datetime import date

import pytest
from office import barred, is_attended, listed, offered, waits_for
from opening_samples import APPROVER, OFFICER, Case, decided, notified, ready, sample_opening, sample_rule

from domain.people import Role
from domain.procedure.outcome import Outcome, Stage


def on_list(served_on: date = date(2026, 3, 12)) -> Case:
    case = ready(notified())
    for step in ("draft_decision", "review_decision", "decide"):
        case.play(step)
    case.play("serve_decision", on=served_on)
    return listed(case)


@pytest.mark.parametrize(
    ("served_on", "off_from"),
    [
        (date(2026, 3, 12), date(2029, 3, 13)),  # three years end with 12 March 2029
        (date(2028, 2, 29), date(2031, 3, 1)),  # no 29 February in 2031: the last day of the month
    ],
)
def test_the_term_ends_on_the_corresponding_day_and_the_subject_leaves_the_list(
    served_on: date, off_from: date
) -> None:
    case = on_list(served_on)
    assert (case.file.stage, case.file.outcome) == (Stage.LISTED, None)
    assert is_attended(case)
    expired = case.run_out()
    assert (expired.step, expired.day) == ("expire", off_from)
    assert (case.file.outcome, case.file.state_of("listing_term")) == (Outcome.EXPIRED, "met")
    assert case.walk.position().alarms == ()


def fallen(change: str) -> Case:
    case = on_list()
    case.play("basis_fell", change=change, on=date(2026, 6, 1))
    return case


@pytest.mark.parametrize("change", ["revoked", "void", "changed"])
def test_when_the_basis_falls_the_listing_is_revoked_within_its_period(change: str) -> None:
    case = fallen(change)
    (key,) = case.file.owed_and_running()
    end = case.file.reckon(key)
    assert end is not None
    assert end.due == date(2026, 6, 4)  # three working days
    case.play("revoke_listing", agreed=False)
    assert "revoke_listing" in waits_for(case)
    case.play("revoke_listing")
    assert (case.file.outcome, case.file.state_of(key)) == (Outcome.REVOKED, "met")


def test_a_revocation_that_is_late_is_recorded_and_the_term_still_runs_out() -> None:
    case = fallen("revoked")
    assert case.run_out().step == "miss_deadline"
    assert case.run_out().step == "expire"
    assert case.file.outcome is Outcome.EXPIRED


def test_who_reports_the_fall_does_not_revoke_the_listing() -> None:
    both = OFFICER.model_copy(update={"account_id": "another", "roles": (Role.APPROVER,)})
    barred(fallen("revoked"), "FOUR_EYES", "revoke_listing", by=both)


@pytest.mark.parametrize("change", ["revoked", "void"])
def test_a_listing_whose_document_fell_is_not_merely_amended(change: str) -> None:
    form = {"entry": "变更后的内容", "reasons": "处罚决定已变更。"}
    barred(fallen(change), "BASIS_NOT_CHANGED", "amend_listing", form)


def test_where_the_document_was_changed_the_entry_may_be_changed_and_the_term_runs_on() -> None:
    case = fallen("changed")
    assert waits_for(case) == {"revoke_listing", "amend_listing"}
    case.play("amend_listing", {"entry": "变更后的内容", "reasons": "处罚决定已变更。"})
    assert (case.file.stage, case.file.outcome) == (Stage.LISTED, None)
    assert case.file.owed_and_running() == []
    case.play("basis_fell", change="revoked", on=date(2026, 7, 1))  # and may still fall later
    case.play("revoke_listing")
    assert case.file.outcome is Outcome.REVOKED


def test_held_unlawful_but_kept_the_subject_stays_on_the_list() -> None:
    case = on_list()
    case.play("basis_held_unlawful", on=date(2026, 6, 1))
    assert case.file.stage is Stage.LISTED


def test_no_listing_is_revoked_without_a_reason_in_law() -> None:
    barred(on_list(), "NOT_WINDING_UP", "revoke_listing")


def test_where_the_rule_sets_no_number_revocation_is_owed_without_a_date() -> None:
    rule = sample_rule()
    silent = rule.model_copy(
        update={"basis_revoked_within": rule.basis_revoked_within.model_copy(update={"count": None})}
    )
    case = listed(decided(ready(notified(sample_opening(silent)))))
    case.play("basis_fell")
    assert waits_for(case) == {"revoke_listing"}
    assert case.file.owed_and_running() == []


def test_off_the_list_nothing_is_left_to_do_but_to_note() -> None:
    case = on_list()
    case.run_out()
    refusal = barred(case, "CASE_CLOSED", "basis_fell")
    assert refusal.expected == "无须办理"
    allowed = {name for (name, _), action in offered(case, APPROVER).items() if action.allowed}
    assert allowed == {"note"}
