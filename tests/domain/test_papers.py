"""A paper that lacks what the law requires cannot be drawn up, and the refusal says what it lacks and by which clause."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from paper_samples import CONTENT, DECISION_ELEMENTS, ELEMENTS, NOTICE_ELEMENTS, header, paper

from domain.citation import Citation
from domain.papers import CONTENTS, Paper, PaperKind, draw_up, missing_elements, words
from domain.papers.elements import Must
from domain.refusals import LegalRefusal, Malformed
from domain.rules import Element, Term, Unit

REQUIRED = [
    (kind, name, must)
    for kind, model in CONTENTS.items()
    for name, field in model.model_fields.items()
    for must in field.metadata
    if isinstance(must, Must)
]
BLANKS: list[Any] = [None, "", " 　\n", [], {}]


def refused(kind: PaperKind, content: dict[str, Any], **in_header: Any) -> LegalRefusal:
    with pytest.raises(LegalRefusal) as caught:
        draw_up(kind, header(kind, **in_header), content, elements=ELEMENTS.get(kind, ()))
    assert caught.value.code == "ELEMENT_MISSING"
    assert caught.value.status == 422
    return caught.value


def test_every_kind_has_a_content_of_its_own() -> None:
    assert set(CONTENTS) == set(PaperKind)


@pytest.mark.parametrize("kind", PaperKind)
def test_a_complete_paper_is_drawn_up_and_stays_the_same_through_json(kind: PaperKind) -> None:
    drawn = paper(kind)
    assert drawn.kind is kind
    assert Paper.model_validate_json(drawn.model_dump_json()) == drawn


@pytest.mark.parametrize(
    ("kind", "name", "must"), REQUIRED, ids=[f"{kind.value}-{name}" for kind, name, _ in REQUIRED]
)
def test_a_paper_without_a_required_element_is_refused_and_the_element_named(
    kind: PaperKind, name: str, must: Must
) -> None:
    by_rule = {element.key: element for element in ELEMENTS.get(kind, ())}
    title = by_rule[name].title if name in by_rule else must.title
    without = {key: value for key, value in CONTENT[kind].items() if key != name}
    for content in (without, *(without | {name: nothing} for nothing in BLANKS)):
        refusal = refused(kind, content)
        assert [(bar.text, bar.clause) for bar in refusal.blocked_by] == [(f"缺少{title}", refusal.clause)]
        assert refusal.field == name
        assert title in refusal.detail
        assert refusal.clause


def test_every_missing_element_is_named_at_once() -> None:
    refusal = refused(
        PaperKind.LISTING_DECISION,
        CONTENT[PaperKind.LISTING_DECISION] | {"facts": " ", "basis": [], "remedies": None, "measures": []},
        authority="",
    )
    assert [bar.text for bar in refusal.blocked_by] == [
        "缺少发文机关",
        "缺少事由",
        "缺少依据",
        "缺少失信惩戒措施提示",
        "缺少救济措施",
    ]


def test_a_measure_without_its_reasons_is_named_with_its_place() -> None:
    measures = [dict(m) for m in CONTENT[PaperKind.LISTING_DECISION]["measures"]]
    measures[1]["proportion"] = ""
    refusal = refused(
        PaperKind.LISTING_DECISION, CONTENT[PaperKind.LISTING_DECISION] | {"measures": measures}
    )
    assert refusal.field == "measures.1.proportion"
    assert refusal.blocked_by[0].text == "缺少失信惩戒措施提示：相当性理由"
    assert refusal.clause == "宁信用〔2021〕1号 四（二）"


@pytest.mark.parametrize("part", ["conditions", "procedure", "term"])
def test_removal_needs_conditions_procedure_and_term(part: str) -> None:
    removal = CONTENT[PaperKind.LISTING_DECISION]["removal"] | {part: ""}
    refusal = refused(PaperKind.LISTING_DECISION, CONTENT[PaperKind.LISTING_DECISION] | {"removal": removal})
    assert refusal.field == f"removal.{part}"


def test_what_the_regime_asks_for_besides_is_required_too() -> None:
    tax = Citation(document="国家税务总局令第54号", clause="第八条")
    elements = [
        *NOTICE_ELEMENTS,
        Element(key="publication", title="拟向社会公布的信息", basis=tax),
        Element(key="tax_credit", title="纳税信用等级后果", basis=tax),
    ]
    content = CONTENT[PaperKind.PRIOR_NOTICE] | {"publication": None}
    with pytest.raises(LegalRefusal) as caught:
        draw_up(PaperKind.PRIOR_NOTICE, header(PaperKind.PRIOR_NOTICE), content, elements=elements)
    assert [(bar.text, bar.clause) for bar in caught.value.blocked_by] == [
        ("缺少拟向社会公布的信息", "国家税务总局令第54号 第八条"),
        ("缺少纳税信用等级后果", "国家税务总局令第54号 第八条"),
    ]
    drawn = draw_up(
        PaperKind.PRIOR_NOTICE,
        header(PaperKind.PRIOR_NOTICE),
        CONTENT[PaperKind.PRIOR_NOTICE] | {"further": {"tax_credit": "纳税信用等级将被判为D级。"}},
        elements=elements,
    )
    assert drawn.content.further == {"tax_credit": "纳税信用等级将被判为D级。"}


def test_a_stored_paper_that_was_stripped_of_an_element_cannot_be_loaded() -> None:
    stored = json.loads(paper(PaperKind.PRIOR_NOTICE).model_dump_json())
    basis = {"document": "国家税务总局令第54号", "clause": "第八条"}
    stored["content"]["elements"].append({"key": "tax_credit", "title": "纳税信用等级后果", "basis": basis})
    with pytest.raises(LegalRefusal, match="纳税信用等级后果"):
        Paper.model_validate_json(json.dumps(stored))


def test_a_decision_without_the_rules_list_of_elements_is_not_drawn_up() -> None:
    with pytest.raises(Malformed) as caught:
        draw_up(
            PaperKind.LISTING_DECISION,
            header(PaperKind.LISTING_DECISION),
            CONTENT[PaperKind.LISTING_DECISION],
        )
    assert caught.value.field == "content.elements"


def test_a_statement_nobody_asked_for_is_refused() -> None:
    with pytest.raises(Malformed):
        paper(PaperKind.TERMINATION_NOTICE, further={"fee": "收取费用"})


def test_a_refusal_names_the_field_and_repeats_nothing_of_what_was_sent() -> None:
    with pytest.raises(Malformed) as caught:
        paper(PaperKind.TERMINATION_NOTICE, ended_on="张三2026年")
    assert caught.value.field == "content.ended_on"
    assert "张三" not in json.dumps(caught.value.as_problem(), ensure_ascii=False)


@pytest.mark.parametrize(
    "objections",
    [{"heard": [], "none": None}, CONTENT[PaperKind.LISTING_DECISION]["objections"] | {"none": "未提出"}],
)
def test_a_decision_accounts_for_objections_or_says_there_were_none(objections: dict[str, Any]) -> None:
    with pytest.raises((LegalRefusal, Malformed)):
        paper(PaperKind.LISTING_DECISION, objections=objections)


def test_a_decision_says_that_no_objection_was_raised() -> None:
    drawn = paper(PaperKind.LISTING_DECISION, objections={"none": "期限内未提出陈述、申辩和异议。"})
    assert drawn.content.model_dump()["objections"]["none"] == "期限内未提出陈述、申辩和异议。"


SERVED = {"served_on": date(2026, 3, 9), "evidence": [{"name": "照片"}]}


@pytest.mark.parametrize(
    ("method", "lacking"),
    [
        ("direct", ["缺少收件人"]),
        ("left", ["缺少拒收事由", "缺少见证人或者拍照、录像记录"]),
        ("electronic", ["缺少受送达人同意电子送达"]),
        ("announcement", ["缺少公告送达的原因"]),
    ],
)
def test_a_return_of_service_states_what_its_way_of_service_wants(method: str, lacking: list[str]) -> None:
    content = CONTENT[PaperKind.SERVICE_RETURN] | {"method": method, "served": SERVED}
    refusal = refused(PaperKind.SERVICE_RETURN, content)
    assert [bar.text for bar in refusal.blocked_by] == lacking


def test_service_by_post_rests_on_its_receipt_alone() -> None:
    assert paper(PaperKind.SERVICE_RETURN, method="post", served=SERVED).kind is PaperKind.SERVICE_RETURN


def test_a_blank_return_of_service_can_be_taken_along() -> None:
    assert paper(PaperKind.SERVICE_RETURN, served=None).content.model_dump()["served"] is None


def test_a_penalty_decision_that_states_all_elements_can_carry_the_listing() -> None:
    keys = {element.key for element in DECISION_ELEMENTS}
    assert missing_elements(keys, DECISION_ELEMENTS) == []
    assert [e.title for e in missing_elements(keys - {"removal"}, DECISION_ELEMENTS)] == ["移出条件和程序"]


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        (Unit.WORKING_DAY, "7个工作日"),
        (Unit.DAY, "7日"),
        (Unit.MONTH, "7个月"),
        (Unit.YEAR, "7年"),
    ],
)
def test_a_term_is_said_in_words(unit: Unit, said: str) -> None:
    basis = Citation(document="行政处罚法")
    assert words(Term(count=7, unit=unit, starts="notice_served", basis=basis)) == said


def test_a_silent_term_is_never_printed() -> None:
    term = Term(count=None, unit=Unit.DAY, starts="notice_served", basis=Citation(document="行政处罚法"))
    with pytest.raises(ValueError, match="没有数字"):
        words(term)


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (PaperKind.PRIOR_NOTICE, "列入市场监督管理严重违法失信名单事先告知书"),
        (PaperKind.LISTING_DECISION, "列入市场监督管理严重违法失信名单决定书"),
        (PaperKind.NON_LISTING_DECISION, "不予列入市场监督管理严重违法失信名单决定书"),
        (PaperKind.EXEMPTION_DECISION, "豁免列入市场监督管理严重违法失信名单决定书"),
        (PaperKind.OBJECTION_ANSWER, "异议核实结果反馈书"),
    ],
)
def test_the_title_names_the_list_where_the_paper_decides_about_it(kind: PaperKind, title: str) -> None:
    assert "".join(paper(kind).title_lines) == title


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (PaperKind.LISTING_DECISION, "removal", "三年期满移出"),
        (PaperKind.LISTING_DECISION, "measures", ["限制招标投标"]),
        (PaperKind.SERVICE_RETURN, "served", "已送达"),
    ],
)
def test_a_sentence_in_place_of_a_form_is_refused(kind: PaperKind, field: str, value: Any) -> None:
    with pytest.raises(Malformed) as caught:
        paper(kind, **{field: value})
    assert caught.value.field is not None
    assert caught.value.field.startswith(f"content.{field}")
