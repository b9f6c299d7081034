"""What the law forbids to open a case on, and what an officer must be sure of before anything else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from office import barred, offered, steps, waits_for
from opening_samples import (
    APPROVER,
    BODY,
    OFFICER,
    PERSON_FORM,
    Case,
    assessed,
    opened,
    sample_authority,
    sample_opening,
    sample_rule,
)

from domain.procedure.opening import Opening
from domain.procedure.outcome import Outcome, Stage
from domain.refusals import Forbidden, LegalRefusal, Refusal
from domain.rules import FoundingKind, Level, Rule, StandardLevel, SubjectKind


def changed(rule: Rule | None = None, **values: Any) -> Opening:
    """An opening under a rule with these values."""
    return sample_opening((rule or sample_rule()).model_copy(update=values))


def refused(opening: Opening, code: str) -> Refusal:
    case = Case()
    refusal = barred(case, code, "open_case", opening.model_dump(mode="json"), by=OFFICER)
    assert isinstance(refusal, LegalRefusal)
    assert case.file.events == []
    return refusal


def test_a_standard_in_a_mere_normative_document_founds_no_list() -> None:
    refusal = refused(changed(standard=StandardLevel.NORMATIVE_DOCUMENT), "LIST_NOT_ADMISSIBLE")
    assert refusal.clause == "宁信用〔2021〕1号 三（四）"


def test_a_local_list_needs_a_local_regulation() -> None:
    refusal = refused(changed(local=True), "LIST_NOT_ADMISSIBLE")
    assert "地方性法规" in refusal.detail
    allowed = changed(local=True, standard=StandardLevel.LOCAL_REGULATION)
    assert opened(allowed).file.stage is Stage.LEAD


def test_a_national_list_is_not_set_by_a_local_regulation() -> None:
    refused(changed(standard=StandardLevel.LOCAL_REGULATION), "LIST_NOT_ADMISSIBLE")


def test_a_ground_outside_the_list_and_the_four_areas_opens_nothing() -> None:
    refusal = refused(sample_opening(form=sample_form(ground="littering")), "LIST_NOT_ADMISSIBLE")
    assert refusal.clause == "宁信用〔2021〕1号 三（三）"
    assert "food" in (refusal.expected or "")


def sample_form(**values: Any) -> dict[str, Any]:
    return {**sample_opening().form.model_dump(mode="json"), **values}


def test_a_body_below_the_district_decides_nothing() -> None:
    low = sample_authority().model_copy(update={"level": Level.TOWNSHIP})
    refusal = refused(sample_opening().model_copy(update={"authority": low}), "RANK_TOO_LOW")
    assert "区县级以上" in (refusal.expected or "")


def test_a_regime_may_want_a_higher_body_than_the_plan() -> None:
    refusal = refused(changed(min_level=Level.PROVINCE), "RANK_TOO_LOW")
    assert refusal.clause == str(sample_rule().min_level_basis)


def test_a_body_of_another_field_does_not_apply_the_list() -> None:
    other = sample_authority("nanjing-tax")
    refused(sample_opening().model_copy(update={"authority": other}), "LIST_NOT_ADMISSIBLE")


@pytest.mark.parametrize("kind", [k for k in FoundingKind if k is not FoundingKind.PENALTY])
def test_a_document_of_a_kind_that_the_regime_does_not_know_founds_nothing(kind: FoundingKind) -> None:
    refused(sample_opening(document={"kind": kind.value}), "BASIS_NOT_ALLOWED")


def test_another_document_must_name_what_permits_it() -> None:
    wages = sample_rule("migrant_wages")
    body = "nanjing-human-resources"
    other = {"kind": "other_by_law"}
    refused(sample_opening(wages, document=other, authority=body), "BASIS_NOT_ALLOWED")
    named = other | {"permitted_by": "保障农民工工资支付条例 第四十八条"}
    assert opened(sample_opening(wages, document=named, authority=body)).file.stage is Stage.LEAD


def test_a_document_without_effect_founds_nothing() -> None:
    refusal = refused(sample_opening(document={"effectiveness": "not_effective"}), "BASIS_NOT_EFFECTIVE")
    assert refusal.clause == "宁信用〔2021〕1号 三（二）"


def test_a_document_of_tomorrow_founds_nothing() -> None:
    refused(sample_opening(document={"decided_on": "2026-03-03"}), "BASIS_NOT_EFFECTIVE")


def test_a_subject_of_a_kind_that_the_regime_does_not_list_is_not_taken() -> None:
    rule = sample_rule().model_copy(update={"subjects": [SubjectKind.ORGANISATION]})
    refused(sample_opening(rule, subject=PERSON_FORM), "LIST_NOT_ADMISSIBLE")


@pytest.mark.parametrize("born_on", ["2026-02-03", "9990-01-01"])
def test_who_is_born_after_the_document_is_a_slip_of_the_pen_and_no_minor(born_on: str) -> None:
    refused(sample_opening(subject={**PERSON_FORM, "born_on": born_on}), "DATE_IMPOSSIBLE")


def test_only_an_officer_opens_a_case() -> None:
    case = Case()
    assert isinstance(
        barred(case, "ROLE_MISSING", "open_case", sample_opening().model_dump(mode="json"), by=APPROVER),
        Forbidden,
    )


def test_every_fault_of_an_opening_is_named_at_once() -> None:
    rule = sample_rule().model_copy(update={"local": True, "min_level": Level.STATE})
    refusal = refused(sample_opening(rule, document={"effectiveness": "not_effective"}), "RANK_TOO_LOW")
    assert {bar.code for bar in refusal.blocked_by} == {
        "LIST_NOT_ADMISSIBLE",
        "RANK_TOO_LOW",
        "BASIS_NOT_EFFECTIVE",
    }


# -- effectiveness and ground


def test_a_document_found_without_effect_ends_the_case_without_a_word_to_the_subject() -> None:
    case = opened()
    case.play("confirm_effective", effective=False, effective_on=None)
    assert case.file.outcome is Outcome.BASIS_NOT_EFFECTIVE
    assert case.papers == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effective_on": None}, "ELEMENT_MISSING"),
        ({"evidence": []}, "ELEMENT_MISSING"),
        ({"effective_on": "2026-02-01"}, "BASIS_NOT_EFFECTIVE"),
        ({"effective_on": "2026-03-03"}, "BASIS_NOT_EFFECTIVE"),
    ],
    ids=["no day", "no proof", "before the document", "tomorrow"],
)
def test_effect_is_confirmed_with_a_possible_day_and_proof(changes: dict[str, Any], code: str) -> None:
    barred(opened(), code, "confirm_effective", **changes)


def test_conduct_that_meets_no_ground_ends_the_case() -> None:
    case = opened()
    case.play("confirm_effective")
    case.play("confirm_ground", met=False, ground=None)
    assert case.file.outcome is Outcome.NO_GROUND


def test_a_ground_is_one_of_the_regime() -> None:
    case = opened()
    case.play("confirm_effective")
    barred(case, "GROUND_UNKNOWN", "confirm_ground", ground="littering")


def test_a_decision_period_of_the_case_itself_takes_no_other_start() -> None:
    case = opened()
    case.play("confirm_effective")
    barred(case, "START_FIXED", "confirm_ground", counted_from="2025-01-01")
    case.play("confirm_ground")
    assert case.file.deadlines["decision"].starts_on == case.file.opened_on


def wages_case() -> Case:
    case = opened(sample_opening(sample_rule("migrant_wages"), authority="nanjing-human-resources"))
    case.play("confirm_effective", by=WAGES_OFFICER)
    return case


WAGES_OFFICER = OFFICER.model_copy(update={"authority": "nanjing-human-resources"})


@pytest.mark.parametrize("day", [None, "2026-03-03", "1926-03-03"])
def test_a_decision_period_from_an_outside_event_needs_its_day(day: str | None) -> None:
    barred(wages_case(), "ELEMENT_MISSING", "confirm_ground", counted_from=day, by=WAGES_OFFICER)


def test_the_decision_period_runs_from_the_end_of_the_ordered_payment_term() -> None:
    case = wages_case()
    case.play("confirm_ground", counted_from="2026-02-24", by=WAGES_OFFICER)
    assert case.file.deadlines["decision"].starts_on == date(2026, 2, 24)
    assert "decision" in case.file.owed


# -- leniency and exemption


def at_assessment(opening: Opening | None = None) -> Case:
    case = opened(opening)
    case.play("confirm_effective")
    case.play("confirm_ground")
    return case


EXEMPT: dict[str, Any] = {"factors": ["slight"], "conclusion": "exempt", "reasons": "情节轻微，已主动改正。"}


def test_no_notice_is_drafted_before_leniency_is_assessed() -> None:
    case = at_assessment()
    barred(case, "NOT_OPEN", "draft_prior_notice")
    assert waits_for(case) == {"assess_leniency"}


def test_an_exemption_rests_on_a_named_circumstance() -> None:
    barred(at_assessment(), "ELEMENT_MISSING", "assess_leniency", conclusion="exempt")
    barred(at_assessment(), "ELEMENT_MISSING", "assess_leniency", conclusion="lenient")


def test_an_exempt_case_ends_with_a_decision_that_is_served() -> None:
    case = at_assessment()
    case.play("assess_leniency", **EXEMPT)
    assert case.file.stage is Stage.EXEMPTION
    case.play("approve_exemption")
    case.play("serve_exemption")
    assert case.file.outcome is Outcome.EXEMPTED
    assert [paper.kind for paper in case.papers] == ["exemption_decision", "service_return"]


def test_an_exemption_that_is_not_approved_is_assessed_again() -> None:
    case = at_assessment()
    case.play("assess_leniency", **EXEMPT)
    case.play("approve_exemption", agreed=False)
    assert case.file.stage is Stage.ASSESSMENT
    assert waits_for(case) == {"assess_leniency"}
    case.play("assess_leniency")
    assert waits_for(case) == {"draft_prior_notice"}


def test_who_assessed_does_not_approve_the_exemption() -> None:
    case = at_assessment()
    case.play("assess_leniency", **EXEMPT)
    second_account = APPROVER.model_copy(update={"person_id": OFFICER.person_id})
    refusal = barred(case, "FOUR_EYES", "approve_exemption", by=second_account)
    assert isinstance(refusal, Forbidden)


MINOR = {**PERSON_FORM, "born_on": "2008-02-03"}


def test_who_was_a_minor_when_the_document_was_made_is_exempted_and_nothing_else() -> None:
    case = at_assessment(sample_opening(subject=MINOR))
    refusal = barred(case, "SUBJECT_IS_MINOR", "assess_leniency")
    assert refusal.clause == "江苏省社会信用条例 第三条"
    barred(case, "SUBJECT_IS_MINOR", "assess_leniency", **EXEMPT)
    case.play("assess_leniency", **{**EXEMPT, "factors": ["minor"]})
    assert waits_for(case) == {"approve_exemption"}


def test_who_came_of_age_on_the_day_of_the_document_is_no_minor() -> None:
    case = at_assessment(sample_opening(subject={**MINOR, "born_on": "2008-02-02"}))
    case.play("assess_leniency")
    assert waits_for(case) == {"draft_prior_notice"}


@pytest.mark.parametrize(
    "regime", ["market_regulation", "work_safety", "migrant_wages", "major_tax", "shenzhen"]
)
def test_every_rule_says_when_one_comes_of_age_and_where_it_stands(regime: str) -> None:
    majority = sample_rule(regime).majority
    assert (majority.count, majority.unit, majority.basis.document) == (18, "year", "民法典")


# -- who may do what, and in which order


def test_an_officer_of_another_body_does_not_act_in_this_case() -> None:
    stranger = OFFICER.model_copy(update={"authority": "nanjing-tax"})
    barred(opened(), "ROLE_MISSING", "confirm_effective", by=stranger)
    assert not offered(opened(), stranger)["confirm_effective", ""].allowed


def test_a_clock_is_not_a_person_s_to_run_out() -> None:
    case = assessed()
    for step in ("miss_deadline", "close_objection_window", "deem_served", "paper_produced"):
        barred(case, "MALFORMED", step, {"deadline": "decision"}, by=OFFICER)


def test_a_step_that_is_about_nothing_single_takes_no_item() -> None:
    barred(opened(), "MALFORMED", "confirm_effective", item="objection-1")


def test_a_step_about_an_objection_names_one_of_this_case() -> None:
    for item in ("", "objection-1", "objection-9"):
        barred(assessed(), "ITEM_UNKNOWN", "accept_objection", item=item)


def test_what_is_done_is_said_to_be_done() -> None:
    case = opened()
    case.play("confirm_effective")
    refusal = barred(case, "ALREADY_DONE", "confirm_effective")
    assert "第2号事件" in refusal.detail
    assert refusal.expected == "案件正等待：核实列入情形"


def test_the_usual_way_to_the_notice() -> None:
    assert steps(assessed()) == ["open_case", "confirm_effective", "confirm_ground", "assess_leniency"]
    assert assessed().file.opening.authority.code == BODY
