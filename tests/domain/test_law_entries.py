"""What the law's files may say: each fault is refused in words that name what is wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.figures import Basis, Document, DocumentName, LevelName, Span, TermFigure, refuse_overlaps
from domain.regimes import (
    AreaName,
    Authority,
    ElementEntry,
    ListedMeasure,
    MeasureGroup,
    MeasureList,
    MeasureUse,
    Regime,
    Standard,
)
from domain.regimes import _has_the_required_elements as decision_elements
from domain.rules import Level, StandardLevel
from law.loader import load_lawbook

BASIS: dict[str, Any] = {"document": "某办法", "clause": "第三条", "seen": "text"}


def said(kind: Any, value: Any, **context: Any) -> str:
    """What an official reads of the first fault in `value`."""
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value, context=context)
    return str(refused.value.errors()[0]["msg"])


def term(*entries: tuple[date, dict[str, Any]], **figure: Any) -> dict[str, Any]:
    values = {since: {"basis": BASIS} | entry for since, entry in entries}
    return {"description": "期限", "unit": "working_day", "starts": "listed", "values": values} | figure


def test_a_source_is_in_the_directory_of_documents_with_its_clause_or_why_it_has_none() -> None:
    assert said(Basis, BASIS | {"seen": "confirmed"}).startswith("数据文件不得写 confirmed")
    assert said(Basis, {"document": "某办法", "seen": "text"}).startswith("出处没有条款")
    unknown = said(Basis, BASIS, documents={"另一办法": None})
    assert unknown == "出处中的文件“某办法”不在 documents.yaml"
    assert (
        TypeAdapter(Basis).validate_python(BASIS, context={"documents": {"某办法": None}}).clause == "第三条"
    )
    assert said(DocumentName, "某办法", documents={}) == "未知的文件“某办法”"


def test_a_level_is_written_by_its_name() -> None:
    assert TypeAdapter(LevelName).validate_python("city") is Level.CITY
    assert TypeAdapter(LevelName).validate_python(Level.CITY) is Level.CITY
    assert "township、district、city、province、state" in said(LevelName, "市级")
    assert "层级应为" in said(LevelName, 3)


def test_a_unit_is_one_of_four_or_days_by_a_named_act() -> None:
    start = date(2021, 9, 1)
    assert "working_day、day、month、year" in said(TermFigure, term((start, {"value": 5}), unit="week"))
    days = term((start, {"value": 5}), unit="日")
    assert said(TermFigure, days) == "单位写 日 的，须以 act 写明所依据的法律"
    assert TermFigure.model_validate(days | {"act": "行政处罚法"}).act == "行政处罚法"


def test_a_span_ends_no_earlier_than_it_begins_and_holds_on_both_its_ends() -> None:
    assert "早于起始日 2021-09-02" in said(Span, {"from": "2021-09-02", "to": "2021-09-01"})
    span = Span.model_validate({"from": "2021-09-01", "to": "2021-09-02"})
    days = [date(2021, 8, 31), date(2021, 9, 1), date(2021, 9, 2), date(2021, 9, 3)]
    assert [span.holds_on(day) for day in days] == [False, True, True, False]
    assert Span.model_validate({"from": "2021-09-01"}).holds_on(date(2099, 1, 1))


def test_two_items_of_one_key_do_not_hold_on_the_same_day() -> None:
    def spans(*days: tuple[str, str | None]) -> list[tuple[str, Span]]:
        return [("food", Span.model_validate({"from": since, "to": to})) for since, to in days]

    refuse_overlaps(spans(("2022-01-01", None), ("2021-01-01", "2021-12-31")))
    for overlapping in (
        spans(("2021-01-01", None), ("2022-01-01", None)),
        spans(("2021-01-01", "2022-01-01"), ("2022-01-01", None)),
    ):
        with pytest.raises(Exception, match=r"food.*2022-01-01 起又有一项"):
            refuse_overlaps(overlapping)
    refuse_overlaps([*spans(("2021-01-01", None)), ("drugs", Span.model_validate({"from": "2021-01-01"}))])


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"value": 5, "silent": True}, "既写了值，又写了 silent"),
        ({"value": 5, "basis": BASIS | {"seen": "not_found"}}, "not_found（查而未得），却写了值"),
        ({}, "没有值：文本确无规定的写 silent: true"),
    ],
)
def test_an_entry_states_a_value_or_says_that_the_text_is_silent_or_was_not_found(
    entry: dict[str, Any], why: str
) -> None:
    assert why in said(TermFigure, term((date(2021, 9, 1), entry)))


def test_what_was_not_found_states_nothing() -> None:
    figure = TermFigure.model_validate(
        term((date(2021, 9, 1), {"basis": {"document": "某办法", "seen": "not_found", "note": "未读到"}}))
    )
    assert not figure.values[date(2021, 9, 1)].states
    assert figure.since == date(2021, 9, 1)


@pytest.mark.parametrize(
    ("first_to", "following", "why"),
    [
        ("2021-08-31", "2022-01-01", "日期颠倒：止于 2021-08-31"),
        (None, "2021-01-01", "起始日未按先后排列：2021-01-01 排在 2021-09-01 之后"),
        ("2022-01-01", "2022-01-01", "前后重叠：前值止于 2022-01-01"),
        ("2021-12-30", "2022-01-01", "中间有空档：前值止于 2021-12-30"),
    ],
)
def test_the_values_of_a_figure_follow_each_other_without_gap_or_overlap(
    first_to: str | None, following: str, why: str
) -> None:
    entries = (
        (date(2021, 9, 1), {"value": 5, "to": first_to}),
        (date.fromisoformat(following), {"value": 7}),
    )
    assert why in said(TermFigure, term(*entries))


def test_a_value_may_end_on_the_eve_of_the_next() -> None:
    figure = TermFigure.model_validate(
        term(
            (date(2021, 9, 1), {"value": 5, "to": "2021-12-31"}),
            (date(2022, 1, 1), {"value": 7, "to": "2022-12-31"}),
        )
    )
    assert [e.value for _, e in filter(None, map(figure.on, (date(2021, 12, 31), date(2022, 1, 1))))] == [
        5,
        7,
    ]
    assert figure.on(date(2023, 1, 1)) is None


@pytest.mark.parametrize(
    ("standard", "why"),
    [
        ({"level": "normative_document"}, "认定标准不得仅由规范性文件规定"),
        ({"level": "departmental_rule", "local": True}, "仅在本地实施的名单须由地方性法规规定"),
        ({"level": "local_regulation"}, "全国适用的名单不得由地方性法规规定认定标准"),
    ],
)
def test_a_list_stands_on_a_norm_of_sufficient_rank(standard: dict[str, Any], why: str) -> None:
    assert f"{why}（宁信用〔2021〕1号 三（四））" in said(Standard, standard | {"basis": BASIS})


def test_the_rank_of_a_standard_is_that_of_its_document() -> None:
    directory = {"某办法": Document(title="某办法", level=StandardLevel.LAW)}
    standard = {"level": "departmental_rule", "basis": BASIS}
    assert said(Standard, standard, documents=directory).startswith("层级写为 departmental_rule")
    assert Standard.model_validate(standard | {"level": "law"}, context={"documents": directory})
    assert Standard.model_validate({"level": "local_regulation", "local": True, "basis": BASIS}).local


def test_an_area_is_one_of_the_four() -> None:
    assert "领域“food_fraud”不在四类之内" in said(AreaName, "food_fraud")


def test_a_measure_that_others_take_of_their_own_accord_is_no_measure_of_the_authority() -> None:
    use = {"code": "C01", "from": "2021-09-01", "basis": BASIS}
    voluntary = {"C01": _measure(group="third_parties")}
    assert "由其他组织自主实施" in said(MeasureUse, use, measures=voluntary)
    assert said(MeasureUse, use, measures={}) == "未知的惩戒措施代码“C01”"
    assert MeasureUse.model_validate(use, context={"measures": {"C01": _measure()}}).code == "C01"


def test_one_measure_stands_in_a_list_once_a_day() -> None:
    twice = {"edition": "2024", "checked_on": "2026-11-24", "measures": [_measure(), _measure()]}
    assert "“C01”的起止日期重叠" in said(MeasureList, twice)


def test_a_decision_must_be_made_to_state_all_five_elements() -> None:
    facts = ElementEntry.model_validate(
        {"key": "facts", "title": "事由", "from": "2021-12-15", "basis": BASIS}
    )
    with pytest.raises(Exception, match="移出条件和程序 removal、救济措施 remedies"):
        decision_elements([facts])


def _measure(**changes: Any) -> ListedMeasure:
    return ListedMeasure.model_validate(
        {
            "code": "C01",
            "name": "某措施",
            "group": MeasureGroup.MANAGES,
            "applies_to": ["organisation"],
            "from": "2021-09-01",
            "basis": BASIS,
        }
        | changes
    )


def test_a_lead_points_to_a_ground_of_its_own_regime() -> None:
    regime = load_lawbook().regimes["work_safety"].model_dump(by_alias=True)
    regime["triggers"][0]["keywords"] = {"accident": ["生产安全事故"], "arrears": ["欠税"]}
    with pytest.raises(ValidationError) as refused:
        Regime.model_validate(regime)
    assert "指向未知的列入情形“arrears”" in str(refused.value)
    with pytest.raises(ValidationError) as without:
        Regime.model_validate(regime | {"grounds": []})
    assert "指向未知的列入情形" not in str(without.value)  # told of the fault that comes first


def test_a_body_is_found_by_its_code_or_its_credit_code_and_knows_who_is_above_it() -> None:
    book = load_lawbook()
    body = book.authority("xuanwu-market-regulation")
    assert isinstance(body, Authority)
    assert book.authority(body.uscc) is body
    assert book.authority("nobody") is None
    assert [one.code for one in book.above(body)] == [
        "nanjing-market-regulation",
        "jiangsu-market-regulation",
    ]


def test_a_chain_of_superiors_that_runs_in_a_circle_ends() -> None:
    book = load_lawbook()
    bodies = {
        code: book.authorities["nanjing-tax"].model_copy(update={"code": code, "superior": above})
        for code, above in (("a", "b"), ("b", "a"), ("c", "elsewhere"))
    }
    circle = book.model_copy(update={"authorities": bodies})
    assert [one.code for one in circle.above(bodies["a"])] == ["b"]
    assert list(circle.above(bodies["c"])) == []


def test_a_measure_is_that_of_the_edition_in_force_on_the_day() -> None:
    book = load_lawbook()
    edition = book.measures[0]
    measure = edition.measures[0]
    assert book.measure(measure.code, measure.since) == (edition.edition, measure)
    assert book.measure(measure.code, date(2000, 1, 1)) is None
    assert book.measure("Z99", measure.since) is None
