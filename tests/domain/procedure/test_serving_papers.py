"""事先告知 and service: drafted by one, reviewed by another, issued by a third, and served in due form."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from office import barred, is_attended, offered, play_all, steps, waits_for
from opening_samples import (
    APPROVER,
    BY,
    FAILED,
    OFFICER,
    PERSON_FORM,
    REVIEWER,
    Case,
    assessed,
    sample_opening,
    sample_rule,
)

from domain.papers import PaperKind
from domain.people import Actor, Role
from domain.procedure.outcome import Stage
from domain.refusals import Forbidden, Refusal

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def issued() -> Case:
    """A notice issued on Tuesday."""
    case = play_all(assessed(), ("draft_prior_notice", "review_prior_notice"))
    case.play("issue_prior_notice", on=TUESDAY)
    return case


# -- drafted, reviewed, issued


def test_measures_that_are_not_on_the_list_are_not_announced() -> None:
    refusal = barred(assessed(), "MEASURE_NOT_LISTED", "draft_prior_notice", measures=["Z99"])
    assert refusal.clause == "宁信用〔2021〕1号 四（一）"


def test_a_measure_fits_the_kind_of_subject() -> None:
    # A03 is for organisations and sole traders only.
    case = assessed(sample_opening(subject=PERSON_FORM))
    barred(case, "MEASURE_NOT_LISTED", "draft_prior_notice", measures=["A03"])
    case.play("draft_prior_notice")


def test_a_draft_that_is_sent_back_is_drafted_again() -> None:
    case = assessed()
    case.play("draft_prior_notice")
    case.play("review_prior_notice", agreed=False)
    assert waits_for(case) == {"draft_prior_notice"}
    play_all(case, ("draft_prior_notice", "review_prior_notice"))
    case.play("issue_prior_notice", agreed=False)
    assert waits_for(case) == {"draft_prior_notice"}
    assert case.papers == []


def test_nothing_is_issued_on_a_review_of_an_older_draft() -> None:
    case = play_all(assessed(), ("draft_prior_notice", "review_prior_notice"))
    case.play("issue_prior_notice", agreed=False)
    case.play("draft_prior_notice")
    barred(case, "NOT_OPEN", "issue_prior_notice")


def also(actor: Actor, *roles: Role) -> Actor:
    """The same person under an account with these roles."""
    return actor.model_copy(update={"account_id": f"{actor.account_id}-2", "roles": roles})


@pytest.mark.parametrize(
    ("before", "step", "by"),
    [
        (("draft_prior_notice",), "review_prior_notice", also(OFFICER, Role.REVIEWER)),
        (
            ("draft_prior_notice", "review_prior_notice"),
            "issue_prior_notice",
            also(OFFICER, Role.APPROVER),
        ),
        (
            ("draft_prior_notice", "review_prior_notice"),
            "issue_prior_notice",
            also(REVIEWER, Role.APPROVER),
        ),
    ],
    ids=["drafter reviews", "drafter issues", "reviewer issues"],
)
def test_a_second_account_is_no_second_person(before: tuple[str, ...], step: str, by: Actor) -> None:
    case = play_all(assessed(), before)
    refusal = barred(case, "FOUR_EYES", step, by=by)
    assert isinstance(refusal, Forbidden)
    assert not offered(case, by)[step, ""].allowed


# -- service


def test_a_notice_is_served_by_hand_on_the_day_of_the_signature() -> None:
    case = issued()
    case.play("serve_prior_notice", on=date(2026, 3, 4))
    assert case.file.stage is Stage.OBJECTION_WINDOW
    assert case.file.deadlines["objection_window"].starts_on == date(2026, 3, 4)
    assert [paper.kind for paper in case.papers] == [PaperKind.PRIOR_NOTICE, PaperKind.SERVICE_RETURN]


@pytest.mark.parametrize("way", ["left", "post", "electronic"])
def test_other_ways_serve_on_the_day_of_their_evidence(way: str) -> None:
    case = issued()
    case.play("serve_prior_notice", {**served(), **BY[way], "on": "2026-03-05"}, on=date(2026, 3, 6))
    assert case.file.deadlines["objection_window"].starts_on == date(2026, 3, 5)


def test_service_is_on_no_day_to_come() -> None:
    refusal = barred_on(issued(), "SERVICE_IN_FUTURE", "2026-03-04")
    assert refusal.clause == "民事诉讼法 第八十七条、第八十八条"


def barred_on(case: Case, code: str, day: str, **form: Any) -> Refusal:
    return barred(case, code, "serve_prior_notice", {**served(), "on": day, **form})


def served() -> dict[str, Any]:
    return {
        "method": "direct",
        "outcome": "served",
        "place": "住所",
        "evidence": {"receipt_signature": "存根1号"},
    }


def test_service_is_not_dated_back_before_the_issue() -> None:
    barred_on(issued(), "SERVICE_BEFORE_ISSUE", "2026-03-02")


@pytest.mark.parametrize("way", ["direct", *BY])
def test_every_way_of_service_needs_its_own_evidence(way: str) -> None:
    form = {**served(), **BY.get(way, {}), "evidence": {}}
    refusal = barred(issued(), "SERVICE_EVIDENCE_MISSING", "serve_prior_notice", {**form, "on": "2026-03-03"})
    rule = next(rule for rule in sample_rule().service if rule.method == way)
    assert refusal.clause == str(rule.basis)
    for key in rule.evidence:
        assert key in refusal.detail


def test_electronic_service_needs_consent() -> None:
    barred_on(issued(), "CONSENT_MISSING", "2026-03-03", **BY["electronic"] | {"consent": False})


def test_tax_rules_admit_no_electronic_service() -> None:
    rule = sample_rule().model_copy(update={"service": sample_rule("major_tax").service})
    case = play_all(assessed(sample_opening(rule)), ("draft_prior_notice", "review_prior_notice"))
    case.play("issue_prior_notice")
    refusal = barred(case, "SERVICE_NOT_ADMITTED", "serve_prior_notice", **BY["electronic"])
    assert "direct" in (refusal.expected or "")


def test_announcement_is_the_last_resort() -> None:
    announced = BY["announcement"] | {"whereabouts_unknown": False}
    barred_on(issued(), "ANNOUNCEMENT_TOO_EARLY", "2026-03-03", **announced)


def test_after_a_failed_attempt_the_notice_is_announced_and_deemed_served_after_its_period() -> None:
    case = issued()
    case.play("serve_prior_notice", **FAILED)
    assert case.file.stage is Stage.SERVICE
    announced = BY["announcement"] | {"whereabouts_unknown": False}
    case.play("serve_prior_notice", **announced, on=date(2026, 3, 4))
    assert waits_for(case) == set()
    assert is_attended(case)
    barred(case, "ALREADY_DONE", "serve_prior_notice", on=date(2026, 3, 10))
    barred(case, "NOTICE_NOT_SERVED", "waive_objection", on=date(2026, 3, 10))
    deemed = case.run_out()
    assert deemed.step == "deem_served"
    # 30 days after 4 March, the day of the announcement not counted: the end of 3 April.
    assert case.file.deadlines["objection_window"].starts_on == date(2026, 4, 3)
    assert case.file.state_of("deemed:serve_prior_notice") == "met"


def test_a_failed_attempt_starts_no_clock_and_needs_no_evidence() -> None:
    case = issued()
    case.play("serve_prior_notice", **FAILED)
    assert "objection_window" not in case.file.deadlines
    assert waits_for(case) >= {"serve_prior_notice"}
    assert PaperKind.SERVICE_RETURN not in [paper.kind for paper in case.papers]


def test_whereabouts_unknown_opens_the_way_to_announcement_at_once() -> None:
    case = issued()
    case.play("serve_prior_notice", **BY["announcement"])
    assert steps(case)[-1] == "serve_prior_notice"
    assert case.file.served("serve_prior_notice") is None


def test_nothing_is_served_that_has_not_been_issued() -> None:
    case = play_all(assessed(), ("draft_prior_notice", "review_prior_notice"))
    refusal = barred(case, "PAPER_NOT_ISSUED", "serve_prior_notice")
    assert refusal.expected == "先办理“签发事先告知书”"


def test_a_notice_voided_before_service_is_drafted_anew_and_the_old_one_cannot_be_served() -> None:
    case = issued()
    case.play("void_prior_notice", {"reasons": "事由写错。"})
    assert waits_for(case) == {"draft_prior_notice"}
    barred(case, "PAPER_NOT_ISSUED", "serve_prior_notice")
    barred(case, "NOTICE_NOT_ISSUED", "raise_objection")
    play_all(case, ("draft_prior_notice", "review_prior_notice", "issue_prior_notice", "serve_prior_notice"))
    numbers = [str(paper.header.number) for paper in case.papers if paper.kind is PaperKind.PRIOR_NOTICE]
    assert len(set(numbers)) == 2


def test_who_issues_is_not_asked_to_serve() -> None:
    barred(issued(), "ROLE_MISSING", "serve_prior_notice", by=APPROVER)
