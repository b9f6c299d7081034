"""The superior's consent, and the decision: complete, proportionate, by a third person, and served."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from office import barred, content, offered, play_all, steps, waits_for
from opening_samples import (
    APPROVER,
    BY,
    DECISION,
    OFFICER,
    PERSON_FORM,
    REVIEWER,
    SUPERIOR,
    Case,
    answered,
    assessed,
    decided,
    notified,
    opened,
    ready,
    sample_opening,
    sample_rule,
)

from domain.papers import PaperKind
from domain.people import Role
from domain.procedure.outcome import Outcome, Stage
from domain.refusals import Forbidden, LegalRefusal, Suspended
from domain.rules import Level

DAY_AFTER = date(2026, 3, 10)
PROVINCE = "jiangsu-market-regulation"


def window_over(**opening: Any) -> Case:
    case = notified(sample_opening(**opening))
    case.run_out_until("close_objection_window")
    return case


# -- consent of the superior


def test_a_city_body_asks_its_superior_first() -> None:
    case = window_over()
    assert case.file.stage is Stage.CONSENT
    refusal = barred(case, "CONSENT_MISSING", "draft_decision")
    assert refusal.clause == str(sample_rule().superior_consent.basis)
    case.play("request_consent")
    barred(case, "CONSENT_MISSING", "draft_decision")
    case.play("give_consent")
    assert waits_for(case) == {"draft_decision"}


@pytest.mark.parametrize("by", [OFFICER, APPROVER, SUPERIOR.model_copy(update={"authority": "jiangsu-tax"})])
def test_only_the_superior_of_this_body_gives_consent(by: Any) -> None:
    case = window_over()
    case.play("request_consent")
    barred(case, "ROLE_MISSING", "give_consent", by=by)


def test_who_asks_does_not_consent_under_another_account() -> None:
    case = window_over()
    case.play("request_consent")
    barred(case, "FOUR_EYES", "give_consent", by=SUPERIOR.model_copy(update={"person_id": OFFICER.person_id}))


def test_without_the_superior_s_consent_the_subject_is_not_listed() -> None:
    case = window_over()
    case.play("request_consent")
    case.play("give_consent", consents=False)
    barred(case, "CONSENT_REFUSED", "draft_decision")
    decided(case, outcome="not_list")
    assert case.file.outcome is Outcome.NOT_LISTED


def provincial() -> Case:
    """A case of the province's own body, which needs nobody's consent."""
    here = {"authority": PROVINCE, "level": Level.PROVINCE}
    officer, reviewer, approver = (actor.model_copy(update=here) for actor in (OFFICER, REVIEWER, APPROVER))
    case = opened(sample_opening(authority=PROVINCE))
    by = {"review_prior_notice": reviewer, "issue_prior_notice": approver}
    for step in (
        "confirm_effective",
        "confirm_ground",
        "assess_leniency",
        "draft_prior_notice",
        "review_prior_notice",
        "issue_prior_notice",
        "serve_prior_notice",
    ):
        case.play(step, by=by.get(step, officer))
    case.run_out_until("close_objection_window")
    return case


def test_a_provincial_body_needs_no_consent() -> None:
    case = provincial()
    assert waits_for(case) == {"draft_decision"}
    officer = OFFICER.model_copy(update={"authority": PROVINCE})
    barred(case, "CONSENT_NOT_NEEDED", "request_consent", by=officer)
    assert [bar.code for bar in offered(case, officer)["give_consent", ""].blocked_by] == [
        "ROLE_MISSING",
        "CONSENT_NOT_NEEDED",
    ]


# -- order


def test_nothing_is_decided_before_the_notice_is_served() -> None:
    case = play_all(assessed(), ("draft_prior_notice", "review_prior_notice", "issue_prior_notice"))
    assert {bar.code for bar in barred(case, "NOTICE_NOT_SERVED", "draft_decision").blocked_by} >= {
        "NOTICE_NOT_SERVED",
        "WINDOW_OPEN",
    }
    barred(case, "NOTICE_NOT_SERVED", "decide")


def test_a_decision_is_drafted_reviewed_and_then_made() -> None:
    case = ready(notified())
    barred(case, "NOT_OPEN", "review_decision")
    barred(case, "NOT_OPEN", "decide")
    case.play("draft_decision")
    barred(case, "NOT_OPEN", "decide")
    case.play("review_decision", agreed=False)
    assert waits_for(case) == {"draft_decision"}
    play_all(case, ("draft_decision", "review_decision"))
    case.play("decide", agreed=False)
    assert waits_for(case) == {"draft_decision"}
    assert case.file.state_of("decision") == "running"


@pytest.mark.parametrize(
    ("step", "person", "role"),
    [
        ("review_decision", OFFICER, Role.REVIEWER),
        ("decide", OFFICER, Role.APPROVER),
        ("decide", REVIEWER, Role.APPROVER),
    ],
    ids=["drafter reviews", "drafter decides", "reviewer decides"],
)
def test_three_persons_make_a_decision_whatever_their_accounts(step: str, person: Any, role: Role) -> None:
    case = ready(notified())
    case.play("draft_decision")
    if step == "decide":
        case.play("review_decision")
    double = person.model_copy(update={"account_id": "another", "roles": (role,)})
    refusal = barred(case, "FOUR_EYES", step, by=double)
    assert isinstance(refusal, Forbidden)
    assert "号事件" in refusal.detail


# -- what it states


@pytest.mark.parametrize(("element", "empty"), [("basis", []), ("measures", []), ("removal", None)])
def test_a_decision_without_an_element_that_the_law_requires_is_not_drafted(element: str, empty: Any) -> None:
    refusal = barred(ready(notified()), "ELEMENT_MISSING", "draft_decision", **{element: empty})
    assert isinstance(refusal, LegalRefusal)
    title = next(e.title for e in sample_rule().decision_elements if e.key == element)
    assert title in refusal.detail
    assert refusal.clause == "宁信用〔2021〕1号 四（三）"


def test_a_decision_not_to_list_needs_no_measures_and_no_way_off_the_list() -> None:
    bare: dict[str, Any] = {"measures": [], "removal": None}
    case = decided(ready(notified()), outcome="not_list", **bare)
    assert case.file.outcome is Outcome.NOT_LISTED
    assert case.papers_of(PaperKind.NON_LISTING_DECISION)


def test_a_case_is_terminated_by_a_notice_that_is_served() -> None:
    case = decided(ready(notified()), outcome="terminate", measures=[])
    assert case.file.outcome is Outcome.TERMINATED
    assert case.papers_of(PaperKind.TERMINATION_NOTICE)


def measure(code: str, **more: Any) -> dict[str, Any]:
    return {**DECISION["measures"][0], "code": code, **more}


def test_measures_come_from_the_list_only() -> None:
    barred(ready(notified()), "MEASURE_NOT_LISTED", "draft_decision", measures=[measure("Z99")])


def test_a_measure_for_others_is_not_taken_against_this_kind_of_subject() -> None:
    case = ready(notified(sample_opening(subject=PERSON_FORM)))
    barred(case, "MEASURE_NOT_LISTED", "draft_decision", measures=[measure("A03")])


def test_no_measure_is_forced_on_third_parties() -> None:
    forced = [measure("A09", forces_third_parties=True)]
    barred(ready(notified()), "THIRD_PARTY_FORCED", "draft_decision", measures=forced)


@pytest.mark.parametrize("lacking", ["relevance", "proportion"])
def test_every_measure_says_why_it_fits_and_why_it_is_not_too_much(lacking: str) -> None:
    blank = [{**measure("A09"), lacking: ""}]
    refusal = barred(ready(notified()), "MALFORMED", "draft_decision", measures=blank)
    assert refusal.field == f"measures[0].{lacking}"


ALL = [element.key for element in sample_rule().decision_elements]
ON_PENALTY = {"carrier": "penalty_decision", "measures": DECISION["measures"]}


def test_a_decision_rests_on_the_penalty_decision_that_states_everything() -> None:
    case = decided(ready(notified()), **ON_PENALTY, penalty_elements=ALL, removal=None)
    assert case.file.outcome is Outcome.LISTED
    assert content(case, PaperKind.LISTING_DECISION).carrier == "administrative_decision"


@pytest.mark.parametrize("lacking", ALL)
def test_a_penalty_decision_that_lacks_an_element_carries_no_listing(lacking: str) -> None:
    stated = [key for key in ALL if key != lacking]
    refusal = barred(
        ready(notified()), "ELEMENT_MISSING", "draft_decision", **ON_PENALTY, penalty_elements=stated
    )
    assert "处罚决定书未载明" in refusal.detail
    assert "另行制作" in (refusal.expected or "")


@pytest.mark.parametrize(
    ("lacking", "title"), [({"basis": []}, "依据"), ({"measures": []}, "失信惩戒措施提示")]
)
def test_a_paper_that_restates_basis_and_measures_of_the_penalty_decision_needs_them(
    lacking: dict[str, Any], title: str
) -> None:
    draft = {**ON_PENALTY, "penalty_elements": ALL, **lacking}
    refusal = barred(ready(notified()), "ELEMENT_MISSING", "draft_decision", **draft)
    assert f"决定书缺少：{title}" in refusal.detail


@pytest.mark.parametrize("outcome", ["not_list", "terminate"])
def test_a_decision_not_to_list_states_its_basis_too(outcome: str) -> None:
    draft = {"outcome": outcome, "basis": []}
    assert "依据" in barred(ready(notified()), "ELEMENT_MISSING", "draft_decision", **draft).detail


def test_where_the_regime_wants_a_paper_of_its_own_the_penalty_decision_will_not_do() -> None:
    rule = sample_rule()
    own = rule.model_copy(
        update={"resting_on_penalty": rule.resting_on_penalty.model_copy(update={"holds": False})}
    )
    case = ready(notified(sample_opening(own)))
    barred(case, "CARRIER_NOT_ADMITTED", "draft_decision", **ON_PENALTY, penalty_elements=ALL)


def test_leniency_that_was_found_is_answered_for_in_the_decision() -> None:
    case = opened()
    play_all(case, ("confirm_effective", "confirm_ground"))
    case.play("assess_leniency", factors=["slight"], conclusion="lenient", reasons="情节较轻。")
    play_all(case, ("draft_prior_notice", "review_prior_notice", "issue_prior_notice", "serve_prior_notice"))
    ready(case)
    refusal = barred(case, "ELEMENT_MISSING", "draft_decision")
    assert refusal.clause == "宁信用〔2021〕1号 四（二）"
    assert "第4号事件" in (refusal.expected or "")
    assert "情节较轻" not in str(refusal.as_problem())  # an officer's own words stay in the file
    decided(case, leniency="已从宽，仅采取两项措施。")
    assert "已从宽，仅采取两项措施。" in content(case, PaperKind.LISTING_DECISION).facts


# -- the clock of the decision, and its service


def test_no_decision_while_its_clock_stands_but_it_can_be_sent_back() -> None:
    case = ready(notified())
    play_all(case, ("draft_decision", "review_decision", "propose_suspension", "approve_suspension"))
    refusal = barred(case, "SUSPENDED", "decide")
    assert isinstance(refusal, Suspended)
    case.play("decide", agreed=False)
    play_all(case, ("draft_decision", "review_decision", "resume_deadline"))
    case.play("decide")


def test_a_decision_that_is_late_is_recorded_once_and_still_owed() -> None:
    case = ready(answered(notified()))
    missed = case.run_out()
    # Ninety calendar days after Monday 2 March 2026 end on Sunday 31 May, and roll to Monday 1 June.
    assert (missed.step, missed.day) == ("miss_deadline", date(2026, 6, 2))
    assert case.file.state_of("decision") == "overdue"
    assert case.walk.position().alarms == ()
    decided(case)
    assert case.file.state_of("decision") == "met"


def test_a_decision_takes_effect_by_its_service() -> None:
    case = ready(notified())
    play_all(case, ("draft_decision", "review_decision", "decide"))
    assert (case.file.stage, case.file.outcome) == (Stage.DECISION_SERVICE, None)
    assert case.file.state_of("decision") == "met"
    case.play("serve_decision", on=date(2026, 3, 12))
    assert (case.file.stage, case.file.outcome) == (Stage.LISTED, Outcome.LISTED)
    assert case.file.effective_on == date(2026, 3, 12)


def test_an_announced_decision_takes_effect_only_after_its_period() -> None:
    case = ready(notified())
    play_all(case, ("draft_decision", "review_decision", "decide"))
    case.play("serve_decision", **BY["announcement"], on=DAY_AFTER)
    assert case.file.outcome is None
    case.run_out()
    assert case.file.effective_on == date(2026, 4, 9)
    assert case.file.outcome is Outcome.LISTED


def test_a_decision_voided_before_service_is_owed_again() -> None:
    case = ready(notified())
    play_all(case, ("draft_decision", "review_decision", "decide"))
    case.play("void_decision", {"reasons": "依据引用有误。"})
    assert waits_for(case) == {"draft_decision"}
    assert case.file.state_of("decision") == "running"
    case.play("raise_objection")  # not decided any more: the subject may speak
    assert "admit_late_objection" in waits_for(case)


def test_the_whole_course_without_a_word_from_the_subject() -> None:
    assert steps(decided(ready(notified()))) == [
        "open_case",
        "confirm_effective",
        "confirm_ground",
        "assess_leniency",
        "draft_prior_notice",
        "review_prior_notice",
        "issue_prior_notice",
        "serve_prior_notice",
        "close_objection_window",
        "request_consent",
        "give_consent",
        "draft_decision",
        "review_decision",
        "decide",
        "serve_decision",
    ]


def test_a_closed_case_takes_notes_and_corrections_and_nothing_else() -> None:
    case = decided(ready(notified()))
    case.play("note")
    decision = case.file.agreed("decide")
    assert decision is not None
    case.play("correct_paper", of_seq=decision.seq, by=APPROVER)
    assert case.papers_of(PaperKind.CORRECTION_NOTICE)
    assert case.file.outcome is Outcome.LISTED
    refusal = barred(case, "CASE_CLOSED", "basis_fell")
    assert "在列期间" in (refusal.expected or "")
    barred(case, "CASE_CLOSED", "reopen_case")


def test_a_correction_names_a_paper_that_was_issued() -> None:
    case = notified()
    refusal = barred(case, "PAPER_UNKNOWN", "correct_paper", of_seq=2)
    assert "宁市监严失告〔2026〕1号" in (refusal.expected or "")
    issued = case.file.agreed("issue_prior_notice")
    assert issued is not None
    case.play("correct_paper", of_seq=issued.seq)


def test_subjects_of_one_document_have_cases_of_their_own_that_know_each_other() -> None:
    company = opened()
    person = opened(sample_opening(subject=PERSON_FORM, subject_ref="subject-ref-2"))
    decided(ready(notified()))
    assert company.file.opening.document_ref == person.file.opening.document_ref
    assert company.file.opening.subject_ref != person.file.opening.subject_ref
    assert person.file.stage is Stage.LEAD
