"""从其规定 on the shipped files: which source wins each value, what makes a draft, and what a confirmation settles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.citation import Citation, Seen
from domain.confirmation import Confirmation
from domain.refusals import Conflict, LegalRefusal, Malformed, NotFound
from domain.regimes import Lawbook
from domain.rules import Level, Origin, Rule, ServiceMethod, StandardLevel, Statement, Term, Unit
from law.confirming import check_confirmation
from law.loader import load_lawbook
from law.precedence import MissingKind
from law.resolve import Draft, consult, resolve

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def book() -> Lawbook:
    return load_lawbook()


def confirm(regime: str, key: str, since: date, value: Any = None, /, **more: Any) -> Confirmation:
    return Confirmation.model_validate(
        {
            "regime": regime,
            "key": key,
            "since": since,
            "value": value,
            "silent": value is None,
            "document": "某部令第1号",
            "clause": "第九条",
            "by": "p-17",
            "at": datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
        }
        | more
    )


def confirm_all(book: Lawbook, regime: str, on: date = DAY, **more: Any) -> list[Confirmation]:
    """Confirmations until nothing is open, each checked as it would be when it is put on record."""

    def answers() -> Iterator[tuple[str, date, Any, Unit | None]]:
        for one in consult(book, regime, on, given).open:
            value = {
                MissingKind.PERIOD: one.value or 15,
                MissingKind.LEVEL: one.value or "district",
                MissingKind.STATEMENT: bool(one.value),
                MissingKind.ITEM: True,
            }[one.kind]
            unit = (one.unit or Unit.WORKING_DAY) if one.kind is MissingKind.PERIOD else None
            yield one.key, one.since, value, unit

    given: list[Confirmation] = []
    while found := list(answers()):
        for key, since, value, unit in found:
            confirmation = confirm(regime, key, since, value, unit=unit, **more)
            check_confirmation(book, confirmation, on, given)
            given.append(confirmation)
    return given


def rule_of(outcome: Rule | Draft) -> Rule:
    assert isinstance(outcome, Rule), outcome
    return outcome


def missing_of(outcome: Rule | Draft) -> dict[str, str]:
    assert isinstance(outcome, Draft), outcome
    return {one.key: one.why for one in outcome.missing}


# -- market regulation: complete, no confirmation needed


def test_market_regulation_stands_on_what_was_seen_in_texts(book: Lawbook) -> None:
    rule = rule_of(resolve(book, "market_regulation", DAY))

    window, verification, decision = rule.objection_window, rule.verification, rule.decision
    assert (window.count, window.unit, window.origin) == (5, Unit.WORKING_DAY, Origin.REGIME)
    assert (verification.count, verification.unit) == (10, Unit.WORKING_DAY)
    assert (decision.count, decision.unit) == (90, Unit.DAY)
    assert decision.extendable is not None
    assert (decision.extendable.count, decision.extendable.unit, decision.extendable.times) == (
        30,
        Unit.DAY,
        1,
    )
    assert rule.hearing is not None
    assert (rule.hearing.notice_before.count, rule.hearing.notice_before.unit) == (7, Unit.WORKING_DAY)
    assert (rule.listing_term.count, rule.listing_term.unit) == (3, Unit.YEAR)
    assert (rule.basis_revoked_within.count, rule.basis_revoked_within.unit) == (3, Unit.WORKING_DAY)
    assert (rule.reconsideration.count, rule.reconsideration.unit) == (60, Unit.DAY)
    assert (rule.litigation.count, rule.litigation.unit) == (6, Unit.MONTH)
    assert rule.superior_consent.holds
    assert rule.superior_consent_below is Level.PROVINCE
    assert not rule.practice


def test_where_the_regime_is_silent_the_plan_applies_and_says_so(book: Lawbook) -> None:
    answer = consult(book, "market_regulation", DAY)
    verification = next(one for one in answer.resolved if one.key == "verification")

    assert verification.origin is Origin.DEFAULT
    assert verification.basis.document == "宁信用〔2021〕1号"
    assert "名单制度无规定" in verification.reason
    assert "适用通用规定" in verification.reason


def test_a_local_regulation_of_its_own_prevails_over_the_plan(book: Lawbook) -> None:
    answer = consult(book, "shenzhen", DAY)
    verification = next(one for one in answer.resolved if one.key == "verification")

    assert isinstance(verification.value, Term)
    assert (verification.value.count, verification.origin) == (2, Origin.REGIME)
    assert "从其规定" in verification.reason


def test_a_normative_document_does_not_prevail_over_the_plan(book: Lawbook) -> None:
    silence = next(
        one for one in consult(book, "government_procurement", DAY).open if one.key == "verification"
    )
    stated = confirm(
        "government_procurement",
        "verification",
        silence.since,
        7,
        unit=Unit.WORKING_DAY,
        document="财办库〔2014〕526号",
    )

    answer = consult(book, "government_procurement", DAY, [stated])

    verification = next(one for one in answer.resolved if one.key == "verification")
    assert isinstance(verification.value, Term)
    assert (verification.value.count, verification.origin) == (10, Origin.DEFAULT)
    assert "只在通用规定无规定时适用" in verification.reason


def test_a_normative_document_still_applies_where_the_plan_is_silent(book: Lawbook) -> None:
    stated = confirm(
        "government_procurement",
        "decision",
        date(2015, 1, 1),
        15,
        unit=Unit.WORKING_DAY,
        document="财办库〔2014〕526号",
    )

    answer = consult(book, "government_procurement", DAY, [stated])

    decision = next(one for one in answer.resolved if one.key == "decision")
    assert isinstance(decision.value, Term)
    assert (decision.value.count, decision.origin) == (15, Origin.REGIME)
    assert "适用名单制度自己的规定" in decision.reason


def test_every_term_names_a_document_and_how_it_was_seen(book: Lawbook) -> None:
    rule = rule_of(resolve(book, "market_regulation", DAY))

    def citations(value: Any) -> Iterator[Citation]:
        if isinstance(value, Citation):
            yield value
        elif isinstance(value, list):
            for item in value:
                yield from citations(item)
        elif hasattr(type(value), "model_fields"):
            for name in type(value).model_fields:
                yield from citations(getattr(value, name))

    found = list(citations(rule))
    assert len(found) > 30
    assert all(citation.document in book.documents for citation in found)
    assert all(citation.seen.verified for citation in found)


# -- drafts


@pytest.mark.parametrize(
    ("regime", "needed"),
    [
        ("work_safety", {"superior_consent", "objection_window", "verification", "decision"}),
        ("migrant_wages", {"superior_consent", "objection_window", "verification", "decision"}),
        (
            "major_tax",
            {"min_level", "superior_consent", "objection_window", "verification", "decision"},
        ),
        ("government_procurement", {"superior_consent", "objection_window", "verification", "decision"}),
    ],
)
def test_a_regime_with_an_unverified_figure_is_a_draft(book: Lawbook, regime: str, needed: set[str]) -> None:
    assert missing_of(resolve(book, regime, DAY)).keys() == needed


def test_a_figure_of_a_consultation_draft_is_not_verified_and_says_where_it_stands(book: Lawbook) -> None:
    why = missing_of(resolve(book, "major_tax", DAY))

    assert "征求意见稿" in why["objection_window"]
    assert "“文本无规定”这一点仅见于征求意见稿" in why["verification"]


def test_an_unverified_value_is_not_skipped_over_to_the_default(book: Lawbook) -> None:
    answer = consult(book, "work_safety", DAY)

    assert "verification" not in {one.key for one in answer.resolved}


def test_before_the_plan_was_made_there_is_no_default_and_nothing_to_confirm(book: Lawbook) -> None:
    day = date(2021, 9, 1)
    open_then = {one.key: one for one in consult(book, "market_regulation", day).open}

    assert "通用规定在该日没有值" in open_then["verification"].why
    assert not open_then["verification"].confirmable
    assert not open_then["decision_elements"].confirmable
    with pytest.raises(Conflict):
        check_confirmation(
            book,
            confirm("market_regulation", "verification", day, 10, unit=Unit.WORKING_DAY),
            day,
        )


def test_a_regime_opens_no_case_on_any_day_on_which_something_is_missing(book: Lawbook) -> None:
    for key, regime in book.regimes.items():
        for year in range(regime.since.year + 1, 2030):
            answer = consult(book, key, date(year, 1, 1))
            assert (answer.rule is None) == any(one.needed for one in answer.open)


# -- confirmations


def test_a_confirmed_silence_leads_on_to_the_default_and_to_the_citys_figure(book: Lawbook) -> None:
    since = date(2023, 10, 1)
    given = [
        confirm("work_safety", "objection_window", since),
        confirm("work_safety", "verification", since),
        confirm("work_safety", "decision", since),
        confirm("work_safety", "superior_consent", since, False),
    ]
    assert missing_of(resolve(book, "work_safety", DAY, given)).keys() == {
        "city.objection_window",
        "city.decision",
    }

    city = date(2021, 9, 1)
    given += [
        confirm("work_safety", "city.objection_window", city, 5, unit=Unit.WORKING_DAY),
        confirm("work_safety", "city.decision", city, 20, unit=Unit.WORKING_DAY),
    ]
    rule = rule_of(resolve(book, "work_safety", DAY, given))

    assert (rule.objection_window.count, rule.objection_window.origin) == (5, Origin.CITY)
    assert rule.objection_window.basis.seen is Seen.CONFIRMED
    assert (rule.verification.count, rule.verification.origin) == (10, Origin.DEFAULT)
    assert rule.decision.origin is Origin.CITY


@pytest.mark.parametrize(
    "regime", ["work_safety", "migrant_wages", "major_tax", "government_procurement", "shenzhen"]
)
def test_a_draft_becomes_a_rule_when_everything_open_is_confirmed(book: Lawbook, regime: str) -> None:
    rule = rule_of(resolve(book, regime, DAY, confirm_all(book, regime)))

    assert rule.measures
    assert rule.objection_window.count is not None
    assert rule.decision.count is not None
    assert not rule.practice


def test_one_practice_confirmation_makes_the_whole_rule_practice(book: Lawbook) -> None:
    given = confirm_all(book, "work_safety")
    given[0] = given[0].model_copy(update={"practice": True})

    assert rule_of(resolve(book, "work_safety", DAY, given)).practice


def test_a_confirmation_of_another_regime_or_another_entry_counts_for_nothing(book: Lawbook) -> None:
    given = confirm_all(book, "work_safety")
    others = [c.model_copy(update={"regime": "migrant_wages"}) for c in given]
    older = [c.model_copy(update={"since": date(2020, 1, 1)}) for c in given]

    assert isinstance(resolve(book, "work_safety", DAY, others), Draft)
    assert isinstance(resolve(book, "work_safety", DAY, older), Draft)


def test_a_confirmation_cannot_change_what_is_verified(book: Lawbook) -> None:
    stray = confirm("work_safety", "listing_term", date(2023, 10, 1), 9, unit=Unit.YEAR)
    plain = confirm_all(book, "work_safety")

    with_stray = rule_of(resolve(book, "work_safety", DAY, [*plain, stray]))

    assert with_stray == rule_of(resolve(book, "work_safety", DAY, plain))
    with pytest.raises(Conflict):
        check_confirmation(book, stray, DAY)


@pytest.mark.parametrize(
    ("key", "value", "more", "field"),
    [
        ("decision", 20, {}, "unit"),
        ("decision", True, {"unit": Unit.WORKING_DAY}, "value"),
        ("decision", 20, {"unit": Unit.WORKING_DAY, "since": date(2022, 1, 1)}, "since"),
        ("superior_consent", "yes", {}, "value"),
        ("measures.A01", 1, {}, "value"),
        ("measures.A01", None, {}, "silent"),
    ],
)
def test_a_confirmation_of_the_wrong_shape_is_refused(
    book: Lawbook, key: str, value: Any, more: dict[str, Any], field: str
) -> None:
    confirmation = confirm("work_safety", key, date(2023, 10, 1), value, **more)

    with pytest.raises(Malformed) as refused:
        check_confirmation(book, confirmation, DAY)

    assert refused.value.field == field


def test_a_level_is_confirmed_by_its_name(book: Lawbook) -> None:
    since = date(2022, 2, 1)
    with pytest.raises(Malformed):
        check_confirmation(book, confirm("major_tax", "min_level", since, "county"), DAY)

    check_confirmation(book, confirm("major_tax", "min_level", since, "city"), DAY)
    rule = rule_of(resolve(book, "major_tax", DAY, confirm_all(book, "major_tax")))
    assert rule.min_level is Level.CITY


# -- measures, elements, service, grounds


def test_only_verified_or_confirmed_measures_can_be_chosen(book: Lawbook) -> None:
    before = consult(book, "market_regulation", DAY)
    assert before.rule is not None
    assert before.rule.measures == []
    assert "measures.B04" in {one.key for one in before.open}

    given = [confirm("market_regulation", "measures.B04", date(2021, 9, 1), True)]
    [measure] = rule_of(resolve(book, "market_regulation", DAY, given)).measures
    assert measure.code == "B04"
    assert measure.basis.seen is Seen.CONFIRMED


def test_no_measure_of_a_rule_is_one_that_only_third_parties_may_take(book: Lawbook) -> None:
    for regime in book.regimes:
        rule = rule_of(resolve(book, regime, DAY, confirm_all(book, regime)))
        assert all(measure.group != "third_parties" for measure in rule.measures)


def test_every_decision_states_the_five_elements(book: Lawbook) -> None:
    for regime in book.regimes:
        rule = rule_of(resolve(book, regime, DAY, confirm_all(book, regime)))
        assert {"facts", "basis", "measures", "removal", "remedies"} <= {
            e.key for e in rule.decision_elements
        }


def test_announcement_serves_after_thirty_days_and_only_when_other_ways_fail(book: Lawbook) -> None:
    for regime in ("market_regulation", "major_tax"):
        rule = rule_of(resolve(book, regime, DAY, confirm_all(book, regime)))
        ways = {way.method: way for way in rule.service}
        announced = ways[ServiceMethod.ANNOUNCEMENT]
        assert announced.deemed_after is not None
        assert (announced.deemed_after.count, announced.deemed_after.unit) == (30, Unit.DAY)
        assert announced.only_after_failure


def test_the_tax_rules_know_fewer_ways_of_service(book: Lawbook) -> None:
    tax = rule_of(resolve(book, "major_tax", DAY, confirm_all(book, "major_tax")))
    market = rule_of(resolve(book, "market_regulation", DAY))

    assert ServiceMethod.ELECTRONIC not in {way.method for way in tax.service}
    electronic = next(way for way in market.service if way.method is ServiceMethod.ELECTRONIC)
    assert electronic.needs_consent


def test_the_clock_stands_still_only_on_a_confirmed_ground(book: Lawbook) -> None:
    assert rule_of(resolve(book, "market_regulation", DAY)).suspensions == []

    hearing = confirm("market_regulation", "default.suspensions.hearing", date(2021, 12, 15), True)
    rule = rule_of(resolve(book, "market_regulation", DAY, [hearing]))
    assert [ground.key for ground in rule.suspensions] == ["hearing"]


def test_an_unverified_statement_stands_in_favour_of_the_subject(book: Lawbook) -> None:
    given = [c for c in confirm_all(book, "major_tax") if c.key != "oral_objection"]

    assert rule_of(resolve(book, "major_tax", DAY, given)).oral_objection.holds


# -- version, dates, names


def test_the_same_law_has_the_same_version_and_another_value_another(book: Lawbook) -> None:
    one = rule_of(resolve(book, "market_regulation", DAY))
    hearing = confirm("market_regulation", "default.suspensions.hearing", date(2021, 12, 15), True)

    assert one.version == rule_of(resolve(book, "market_regulation", DAY)).version
    assert one.version != rule_of(resolve(book, "market_regulation", DAY, [hearing])).version
    assert Rule.model_validate_json(one.model_dump_json()) == one


def test_a_regime_not_yet_in_force_opens_no_case(book: Lawbook) -> None:
    with pytest.raises(LegalRefusal) as refused:
        resolve(book, "work_safety", date(2023, 9, 30))

    assert refused.value.code == "LIST_NOT_ADMISSIBLE"


def test_an_unknown_regime_is_refused_naming_those_there_are(book: Lawbook) -> None:
    with pytest.raises(NotFound) as refused:
        resolve(book, "good_manners", DAY)

    assert "market_regulation" in (refused.value.expected or "")


def test_only_the_local_list_stands_on_a_local_regulation(book: Lawbook) -> None:
    local = {key for key, regime in book.regimes.items() if regime.standard.local}

    assert local == {"shenzhen"}
    assert book.regimes["shenzhen"].standard.level is StandardLevel.LOCAL_REGULATION


def test_the_plan_itself_is_no_list(book: Lawbook) -> None:
    assert not hasattr(book.defaults, "grounds")
    assert "宁信用〔2021〕1号" not in {regime.document for regime in book.regimes.values()}


def test_superior_consent_is_a_statement_with_its_source(book: Lawbook) -> None:
    consent = rule_of(resolve(book, "market_regulation", DAY)).superior_consent

    assert isinstance(consent, Statement)
    assert str(consent.basis) == "国家市场监督管理总局令第44号 第三条"
