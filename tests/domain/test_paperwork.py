"""What each paper says, drawn up from cases that were really driven through the procedure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from opening_samples import (
    BY,
    CASE_NO,
    FAILED,
    OPENED_ON,
    PERSON_FORM,
    Case,
    answered,
    assessed,
    decided,
    notified,
    opened,
    ready,
    sample_opening,
    sample_rule,
    with_consent,
)

from documents.render import render
from domain.papers import PaperKind
from domain.paperwork import build_paper
from domain.paperwork.source import cited, contact_of, items, list_title
from domain.refusals import LegalRefusal


def contents(case: Case, kind: PaperKind) -> list[Any]:
    """The contents of the papers of this kind, first to last."""
    return [paper.content for paper in case.papers_of(kind)]


def one(case: Case, kind: PaperKind) -> Any:
    """The content of the only paper of this kind."""
    (content,) = contents(case, kind)
    return content


def exempted() -> Case:
    case = opened()
    case.play("confirm_effective")
    case.play("confirm_ground")
    case.play(
        "assess_leniency",
        factors=["force_majeure", "slight"],
        conclusion="exempt",
        reasons="防汛期间，危害轻微。",
    )
    case.play("approve_exemption")
    return case


def late_refused() -> Case:
    case = notified()
    case.run_out_until("close_objection_window")
    case.play("raise_objection", on=case.today + timedelta(days=1))
    case.play("admit_late_objection")
    return case


def heard() -> Case:
    case = notified()
    case.play("request_hearing")
    case.play("arrange_hearing", held_on="2026-03-16")
    return case


def suspended_and_resumed() -> Case:
    case = assessed()
    case.play("propose_suspension", on=date(2026, 3, 10))
    case.play("approve_suspension")
    case.play("resume_deadline", on=date(2026, 3, 18))
    return case


def extended() -> Case:
    case = assessed()
    case.play("propose_extension", on=date(2026, 5, 20))
    case.play("approve_extension")
    return case


def basis_gone() -> Case:
    case = notified()
    case.play("basis_fell", on=date(2026, 3, 5))
    case.play("issue_termination")
    return case


def corrected() -> Case:
    case = notified()
    issued = case.file.last("issue_prior_notice")
    assert issued is not None
    case.play("correct_paper", of_seq=issued.seq)
    return case


STORIES: dict[PaperKind, Callable[[], Case]] = {
    PaperKind.PRIOR_NOTICE: notified,
    PaperKind.SERVICE_RETURN: notified,
    PaperKind.OBJECTION_ACCEPTANCE: lambda: answered(notified()),
    PaperKind.OBJECTION_ANSWER: lambda: answered(notified()),
    PaperKind.LATE_OBJECTION_ANSWER: late_refused,
    PaperKind.LISTING_DECISION: lambda: decided(ready(answered(notified()))),
    PaperKind.NON_LISTING_DECISION: lambda: decided(ready(notified()), outcome="not_list"),
    PaperKind.EXEMPTION_DECISION: exempted,
    PaperKind.TERMINATION_NOTICE: basis_gone,
    PaperKind.EXTENSION_NOTICE: extended,
    PaperKind.SUSPENSION_NOTICE: suspended_and_resumed,
    PaperKind.RESUMPTION_NOTICE: suspended_and_resumed,
    PaperKind.HEARING_NOTICE: heard,
    PaperKind.CORRECTION_NOTICE: corrected,
}


@cache
def told(kind: PaperKind) -> Case:
    """The story that ends in a paper of this kind; read only."""
    return STORIES[kind]()


# -- all kinds


@pytest.mark.parametrize("kind", PaperKind)
def test_no_paper_prints_a_word_that_is_not_chinese(kind: PaperKind) -> None:
    case = told(kind)
    (*_, paper) = case.papers_of(kind)
    document = pypdfium2.PdfDocument(render(paper, practice=True).pdf)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    # What stands in Latin letters by its nature: the case number, the credit code, the number of an official.
    for number in (CASE_NO, case.file.opening.subject.id_number, "p-zhang"):
        text = text.replace(number, "")
    assert re.findall(r"[A-Za-z_]{2,}", text) == []


@pytest.mark.parametrize("kind", PaperKind)
def test_every_kind_of_paper_is_drawn_up_from_a_case_and_printed(kind: PaperKind) -> None:
    paper = told(kind).papers_of(kind)[0]
    rendered = render(paper, practice=paper.header.practice)
    assert rendered.pdf.startswith(b"%PDF")


@pytest.mark.parametrize("kind", PaperKind)
def test_every_paper_bears_authority_number_addressee_day_and_case(kind: PaperKind) -> None:
    case = told(kind)
    header = case.papers_of(kind)[0].header
    assert header.authority == "南京市市场监督管理局"
    assert str(header.number) == f"宁市监{kind.mark}〔2026〕1号"
    assert (header.addressee.name, header.addressee.identifier) == (
        "南京秦淮河酿造有限公司",
        "91320104MA1MHK7T3X",
    )
    assert header.made_on == next(e.day for e in case.file.events if e.data.get("paper") == kind)
    assert header.case_number == CASE_NO
    assert header.list_title == "市场监督管理严重违法失信名单"
    assert header.practice
    assert header.titles["行政处罚法"] == "中华人民共和国行政处罚法"


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_drawn_up_again_when_the_case_has_gone_on_says_the_same(kind: PaperKind) -> None:
    case = told(kind)
    at_the_time = case.papers_of(kind)[0]
    issued = next(event for event in case.file.events if event.data.get("paper") == kind)
    assert build_paper(case.file, issued) == at_the_time


def test_a_paper_whose_number_is_not_given_yet_is_a_draft() -> None:
    case = notified()
    issued = case.file.last("issue_prior_notice")
    assert issued is not None
    unnumbered = issued.model_copy(update={"data": {k: v for k, v in issued.data.items() if k != "number"}})
    assert build_paper(case.file, unnumbered).header.number is None


# -- prior notice


def test_the_prior_notice_states_ground_measures_window_and_hearing() -> None:
    content = one(told(PaperKind.PRIOR_NOTICE), PaperKind.PRIOR_NOTICE)
    rule = sample_rule()
    assert content.ground == rule.grounds[0].title
    assert [measure.code for measure in content.measures] == ["A09", "A02"]
    assert str(content.basis[1].citation) == "食品安全法 第一百二十四条"
    assert content.founding.effective_on == date(2026, 2, 9)
    assert content.rights.window.length == "5个工作日"
    assert content.rights.hearing.window.length == "5个工作日"
    assert content.contact.person == "张承办"
    assert content.elements == tuple(rule.notice_elements)


def test_a_regime_without_a_hearing_promises_none() -> None:
    without = sample_rule().model_copy(update={"hearing": None})
    content = one(notified(sample_opening(without)), PaperKind.PRIOR_NOTICE)
    assert content.rights.hearing is None


def test_a_notice_of_a_ground_that_nobody_named_is_refused() -> None:
    case = opened()
    case.play("confirm_effective")
    case.play("confirm_ground")
    case.play("assess_leniency")
    case.play("draft_prior_notice")
    case.play("review_prior_notice")
    confirmed = case.file.last("confirm_ground")
    assert confirmed is not None
    confirmed.data["ground"] = None
    with pytest.raises(LegalRefusal) as refused:
        case.play("issue_prior_notice")
    assert [bar.text for bar in refused.value.blocked_by] == ["缺少拟列入的情形"]
    assert case.file.events[-1].step == "review_prior_notice"


def test_a_regime_that_wants_removal_and_remedies_told_in_advance_has_them_in_the_notice() -> None:
    rule = sample_rule()
    wanted = [e for e in rule.decision_elements if e.key in ("removal", "remedies")]
    asking = rule.model_copy(update={"notice_elements": [*rule.notice_elements, *wanted]})
    further = one(notified(sample_opening(asking)), PaperKind.PRIOR_NOTICE).further
    assert further["removal"].startswith("列入期限（3年）届满的，")
    assert "60日内，向南京市人民政府申请行政复议" in further["remedies"]


# -- service


@pytest.mark.parametrize("method", BY)
def test_the_return_of_service_shows_what_each_way_of_service_wants(method: str) -> None:
    case = notified(**BY[method])
    content = one(case, PaperKind.SERVICE_RETURN)
    assert content.method == method
    assert [str(document.number) for document in content.documents] == ["宁市监严失告〔2026〕1号"]
    assert content.served.served_on == OPENED_ON
    stated = {
        "left": (content.served.refusal, content.served.witnesses),
        "post": content.served.evidence[0].name,
        "electronic": content.served.consent_on,
        "announcement": content.served.announced_for,
    }
    assert (
        stated[method]
        == {
            "left": ("当事人拒绝签收", ("见证或者录像材料：现场录像1号",)),
            "post": "邮寄回执：EMS 1012345678901",
            "electronic": date(2026, 2, 9),
            "announcement": "受送达人下落不明",
        }[method]
    )


def test_a_failed_attempt_leaves_no_return_of_service() -> None:
    case = notified(**FAILED)
    assert case.papers_of(PaperKind.SERVICE_RETURN) == []
    case.play("serve_prior_notice", **BY["announcement"] | {"whereabouts_unknown": False})
    assert one(case, PaperKind.SERVICE_RETURN).served.announced_for == "以其他方式无法送达"


def test_each_return_names_the_paper_that_was_served() -> None:
    case = told(PaperKind.LISTING_DECISION)
    kinds = [content.documents[0].kind for content in contents(case, PaperKind.SERVICE_RETURN)]
    assert kinds == [PaperKind.PRIOR_NOTICE, PaperKind.OBJECTION_ANSWER, PaperKind.LISTING_DECISION]


def test_the_return_of_an_answer_names_the_answer_to_that_objection() -> None:
    case = answered(answered(notified()))
    returns = contents(case, PaperKind.SERVICE_RETURN)
    assert [str(content.documents[0].number) for content in returns][1:] == [
        "宁市监严失复〔2026〕1号",
        "宁市监严失复〔2026〕2号",
    ]


# -- objections


def test_the_acceptance_says_how_the_objection_came_and_until_when_it_is_verified() -> None:
    case = notified()
    case.play("raise_objection", channel="oral", record="笔录1号")
    case.play("accept_objection", contact="综合处，电话：025-87654321")
    content = one(case, PaperKind.OBJECTION_ACCEPTANCE)
    assert (content.manner, content.received_on) == ("oral", OPENED_ON)
    assert content.verification.length == "10个工作日"
    assert content.verification.due.on == date(2026, 3, 16)
    assert (content.contact.person, content.contact.phone) == ("综合处", "025-87654321")


@pytest.mark.parametrize(
    ("finding", "result", "said"),
    [
        ("upheld", "upheld", "采纳情况"),
        ("partly", "partly_upheld", "异议成立的部分"),
        ("rejected", "rejected", "处理情况"),
    ],
)
def test_the_answer_says_what_follows_from_the_finding(finding: str, result: str, said: str) -> None:
    content = one(answered(notified(), finding=finding), PaperKind.OBJECTION_ANSWER)
    assert content.result == result
    assert said in content.consequence


def test_the_answer_to_a_late_objection_names_the_last_day_of_the_window() -> None:
    content = one(told(PaperKind.LATE_OBJECTION_ANSWER), PaperKind.LATE_OBJECTION_ANSWER)
    assert content.window_ended.on == date(2026, 3, 9)
    assert content.received_on > content.window_ended.on
    assert not content.admitted


def test_after_a_waiver_the_window_ended_with_the_waiver() -> None:
    case = notified()
    case.play("waive_objection", on=date(2026, 3, 4))
    case.play("raise_objection", on=date(2026, 3, 5))
    case.play("admit_late_objection")
    assert one(case, PaperKind.LATE_OBJECTION_ANSWER).window_ended.on == date(2026, 3, 4)


# -- decisions


def test_the_listing_decision_states_measures_removal_remedies_and_consent_from_the_rule() -> None:
    content = one(told(PaperKind.LISTING_DECISION), PaperKind.LISTING_DECISION)
    rule = sample_rule()
    assert content.elements == tuple(rule.decision_elements)
    assert [measure.basis for measure in content.measures] == [
        measure.basis for measure in rule.measures if measure.code in ("A09", "A02")
    ]
    assert content.removal.term == "3年"
    assert content.removal.conditions[1].startswith("列入满1年，且已自觉履行行政处罚决定中的义务、")
    assert content.remedies.reconsideration.body == "南京市人民政府"
    assert (content.remedies.reconsideration.within, content.remedies.litigation.within) == ("60日", "6个月")
    assert (content.consent.body, content.consent.number) == (
        "江苏省市场监督管理局",
        "苏市监信函〔2026〕21号",
    )
    assert "应当列入名单的情形" in content.facts
    assert content.publication.channels == tuple(rule.channels)


def test_the_decision_accounts_for_every_objection_and_what_became_of_it() -> None:
    case = answered(notified(), finding="partly")
    item = case.play("raise_objection").item
    case.play("withdraw_objection", item=item, on=date(2026, 3, 4))
    case.run_out_until("close_objection_window")
    item = case.play("raise_objection", on=date(2026, 3, 12)).item
    case.play("admit_late_objection", item=item)
    case.play("serve_late_answer", item=item)
    with_consent(case)
    told = one(decided(case), PaperKind.LISTING_DECISION).objections
    assert [(heard.received_on, heard.result.value, heard.reasons) for heard in told.heard] == [
        (date(2026, 3, 2), "partly_upheld", "当事人未履行进货查验义务，不足以否定主观故意。"),
        (date(2026, 3, 2), "withdrawn", "你单位已于2026年3月4日撤回。"),
        (date(2026, 3, 12), "not_admitted", "提出时间已逾期限，且没有正当理由。"),
    ]
    assert {heard.gist for heard in told.heard} == {"添加剂超限量系供应商标签有误所致，没有主观故意。"}
    assert told.none is None
    assert told.besides == ("对当事人提出的陈述、申辩和异议，本机关已逐项核实并书面反馈。",)


def test_without_objections_the_decision_says_that_there_were_none() -> None:
    content = one(decided(ready(notified()), objections=None), PaperKind.LISTING_DECISION)
    assert content.objections.none == "在规定的期限内，你单位没有陈述、申辩，也没有提出异议。"


def test_a_waiver_and_a_hearing_are_told_in_the_decision() -> None:
    case = heard()
    case.play("waive_objection")
    case.play("hold_hearing", on=date(2026, 3, 16), attended=False)
    with_consent(case)
    said = one(decided(case, objections=None), PaperKind.LISTING_DECISION).objections
    assert said.none == "你单位于2026年3月2日书面放弃陈述、申辩和提出异议。"
    assert said.besides == (
        "应你单位的要求，本机关于2026年3月16日举行听证（你单位未到场），听证意见为：双方对事实没有争议。",
    )


@pytest.mark.parametrize(
    ("lacking", "named"),
    [("removal", "缺少移出条件和程序"), ("measures", "缺少失信惩戒措施提示")],
)
def test_a_listing_decision_without_a_required_element_is_refused_naming_it(lacking: str, named: str) -> None:
    case = ready(notified())
    case.play("draft_decision")
    case.play("review_decision")
    drafted = case.file.last("draft_decision")
    assert drafted is not None
    drafted.data[lacking] = [] if lacking == "measures" else None
    issuing = case.file.events[-1].model_copy(update={"data": {"paper": "listing_decision"}})
    with pytest.raises(LegalRefusal) as refused:
        build_paper(case.file, issuing)
    assert refused.value.code == "ELEMENT_MISSING"
    assert [bar.text for bar in refused.value.blocked_by] == [named]


def test_a_decision_carried_by_the_penalty_decision_refers_to_what_that_states() -> None:
    elements = [element.key for element in sample_rule().decision_elements]
    draft = {"carrier": "penalty_decision", "penalty_elements": elements, "removal": None}
    content = one(decided(ready(notified()), **draft), PaperKind.LISTING_DECISION)
    assert content.carrier == "administrative_decision"
    assert (
        content.removal.procedure
        == "依照《行政处罚决定书》（宁市监处罚〔2026〕15号）载明的移出条件和程序办理。"
    )


def test_where_the_texts_set_no_term_the_decision_says_until_removal() -> None:
    rule = sample_rule()
    silent = rule.model_copy(update={"listing_term": rule.listing_term.model_copy(update={"count": None})})
    removal = one(decided(ready(notified(sample_opening(silent)))), PaperKind.LISTING_DECISION).removal
    assert removal.term == "至符合移出条件之日止"
    assert removal.conditions[0].startswith("符合规定的移出条件的，")


def test_the_notice_served_by_announcement_counts_from_the_day_it_is_deemed_served() -> None:
    case = notified(**BY["announcement"])
    assert case.run_out().step == "deem_served"
    notice = one(decided(ready(case)), PaperKind.LISTING_DECISION).notice
    assert (notice.method, notice.served_on) == ("announcement", date(2026, 4, 1))


def test_the_non_listing_decision_gives_its_reasons() -> None:
    content = one(told(PaperKind.NON_LISTING_DECISION), PaperKind.NON_LISTING_DECISION)
    assert content.reasons == "上述行为情节严重、社会危害较大，属于应当列入名单的情形。"
    assert str(content.notice.number) == "宁市监严失告〔2026〕1号"


def test_the_exemption_names_the_circumstances_and_the_clause() -> None:
    content = one(told(PaperKind.EXEMPTION_DECISION), PaperKind.EXEMPTION_DECISION)
    assert content.grounds == ("force_majeure", "slight")
    assert str(content.basis[0].citation) == "宁信用〔2021〕1号 四（二）"


# -- the course of the case


def test_a_termination_after_the_basis_fell_says_which_document_fell_and_at_which_stage() -> None:
    content = one(told(PaperKind.TERMINATION_NOTICE), PaperKind.TERMINATION_NOTICE)
    assert content.stage == "陈述申辩与异议期"
    assert content.reasons.startswith(
        "据以启动本程序的《行政处罚决定书》（宁市监处罚〔2026〕15号）已于2026年3月5日被撤销（宁行复〔2026〕9号）。"
    )
    assert str(content.basis[0].citation) == "宁信用〔2021〕1号 三（二）"
    assert content.ended_on == date(2026, 3, 5)


def test_a_termination_after_a_withdrawal_gives_the_reasons_of_the_withdrawal() -> None:
    case = notified()
    case.play("withdraw_case")
    case.play("issue_termination")
    assert one(case, PaperKind.TERMINATION_NOTICE).reasons == "线索登记有误。"


def test_a_termination_by_decision_was_reached_at_the_stage_of_decision() -> None:
    content = one(decided(ready(notified()), outcome="terminate"), PaperKind.TERMINATION_NOTICE)
    assert content.stage == "认定决定"


def test_an_extension_states_the_end_before_and_after() -> None:
    term = one(told(PaperKind.EXTENSION_NOTICE), PaperKind.EXTENSION_NOTICE).term
    assert (term.name, term.by) == ("作出认定决定的期限", "30日")
    assert (term.was.on, term.now.on) == (date(2026, 6, 1), date(2026, 6, 30))


def test_a_suspension_names_the_ground_that_must_go() -> None:
    content = one(told(PaperKind.SUSPENSION_NOTICE), PaperKind.SUSPENSION_NOTICE)
    assert content.terms == ("作出认定决定的期限",)
    assert "检验、检测、检疫所需时间" in content.resumes_when
    assert content.approval.by == "南京市市场监督管理局负责人"


def test_a_resumption_states_the_days_lost_and_the_new_end() -> None:
    case = told(PaperKind.RESUMPTION_NOTICE)
    content = one(case, PaperKind.RESUMPTION_NOTICE)
    (term,) = content.terms
    assert (content.suspended_on, content.resumed_on) == (date(2026, 3, 10), date(2026, 3, 18))
    assert (term.lost, term.now.on) == ("8日", date(2026, 6, 8))


def test_days_lost_to_a_term_in_working_days_are_working_days() -> None:
    case = notified()
    item = case.play("raise_objection").item
    key: dict[str, Any] = {"deadline": f"verification:{item}"}
    case.play("propose_suspension", on=date(2026, 3, 5), **key)
    case.play("approve_suspension", **key)
    case.play("resume_deadline", on=date(2026, 3, 11), **key)
    (term,) = one(case, PaperKind.RESUMPTION_NOTICE).terms
    assert (term.name, term.lost) == ("核实异议并书面反馈的期限（第1号异议）", "4个工作日")
    assert term.now.on == date(2026, 3, 20)


def test_the_hearing_notice_names_time_place_and_presiding_officer() -> None:
    content = one(told(PaperKind.HEARING_NOTICE), PaperKind.HEARING_NOTICE)
    assert (content.held_on, content.held_at.isoformat("minutes")) == (date(2026, 3, 16), "09:30")
    assert (content.presiding, content.recorder, content.public) == ("韩主持", "秦记录", True)


def test_a_correction_names_the_paper_that_it_corrects() -> None:
    content = one(told(PaperKind.CORRECTION_NOTICE), PaperKind.CORRECTION_NOTICE)
    assert (content.corrects.kind, str(content.corrects.number)) == (
        "prior_notice",
        "宁市监严失告〔2026〕1号",
    )
    assert content.corrections[0].now == "涉案货值金额26.8万元"


def test_a_person_is_addressed_as_one() -> None:
    case = notified(sample_opening(subject=PERSON_FORM))
    case.play("waive_objection")
    assert one(
        decided(with_consent(case), objections=None), PaperKind.LISTING_DECISION
    ).objections.none.startswith("你于2026年3月2日书面放弃")


# -- lines in which officers write


@pytest.mark.parametrize(
    ("line", "document", "clause"),
    [
        ("食品安全法 第一百二十四条", "食品安全法", "第一百二十四条"),
        ("《食品安全法》第一百二十四条第一款第三项", "食品安全法", "第一百二十四条第一款第三项"),
        ("国家市场监督管理总局令第44号 第二条", "国家市场监督管理总局令第44号", "第二条"),
        ("宁信用〔2021〕1号 四（三）", "宁信用〔2021〕1号", "四（三）"),
        ("市场监督管理行政处罚程序规定", "市场监督管理行政处罚程序规定", ""),
    ],
)
def test_a_citation_is_read_from_the_line_of_an_officer(line: str, document: str, clause: str) -> None:
    found = cited(line)
    assert (found.document, found.clause) == (document, clause)


@pytest.mark.parametrize(
    ("line", "person", "phone", "address"),
    [
        ("张承办，025-12345678，南京市中山路1号", "张承办", "025-12345678", "南京市中山路1号"),
        ("信用处 李某 电话：025 8363 0000 转 12", "信用处 李某", "025 8363 0000 转 12", "某局"),
        ("13800000000", None, "13800000000", "某局"),
        ("张承办；地址：中山路1号", None, "张承办；地址：中山路1号", "某局"),
    ],
)
def test_a_contact_is_read_from_the_line_of_an_officer(
    line: str, person: str | None, phone: str, address: str
) -> None:
    found = contact_of(line, "某局")
    assert (found.get("person"), found["phone"], found["address"]) == (person, phone, address)


def test_things_to_be_published_are_told_apart_and_none_is_lost() -> None:
    assert items("名称；事由\n决定机关。") == ["名称", "事由", "决定机关"]
    assert "".join(items("长" * 450)) == "长" * 450


@pytest.mark.parametrize(
    ("regime", "title"),
    [
        ("重大税收违法失信主体信息公布", "重大税收违法失信主体名单"),
        ("深圳市严重失信主体名单（对照）", "深圳市严重失信主体名单"),
        ("安全生产严重失信主体名单", "安全生产严重失信主体名单"),
    ],
)
def test_the_list_has_its_name_from_the_regime(regime: str, title: str) -> None:
    assert list_title(regime) == title
