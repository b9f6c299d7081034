"""The stories of the demonstration: one practice case, or a few, through each branch of the procedure.

A story says what each person does, what must be refused on the way, and how the case must end. It raises
UnexpectedError, or RefusedError, when the office answers otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from dateutil.relativedelta import relativedelta

from cli.client import Api
from cli.practice_case import (
    PracticeCase,
    PracticeOffice,
    UnexpectedError,
    founding_document,
    invented_subject,
    practice_forms,
    refusal_in_words,
)
from domain.people import Role
from domain.procedure.outcome import Outcome
from domain.rules import SubjectKind

MARKET, SAFETY, WAGES, TAX = "market_regulation", "work_safety", "migrant_wages", "major_tax"
PROCUREMENT = "government_procurement"
#: The body that conducts the cases of a regime, unless a story names another one.
BODIES: Final = {
    MARKET: "nanjing-market-regulation",
    SAFETY: "nanjing-emergency",
    WAGES: "nanjing-human-resources",
    TAX: "nanjing-tax",
    PROCUREMENT: "nanjing-finance",
}


@dataclass
class Play:
    """One story as it is played: the cases it opened, and what was refused before any case was opened."""

    office: PracticeOffice
    cases: list[PracticeCase] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def prepare(
        self,
        regime: str,
        on: str,
        *,
        authority: str | None = None,
        subject: dict[str, Any] | None = None,
        document: dict[str, Any] | None = None,
    ) -> PracticeCase:
        """A case that is ready to be opened on that day."""
        body = authority or BODIES[regime]
        founding = founding_document(regime, self.office.bodies[body], date.fromisoformat(on))
        return PracticeCase(
            self.office,
            regime,
            body,
            subject or invented_subject(),
            founding | (document or {}),
        )

    def open(self, regime: str, on: str, **what: Any) -> PracticeCase:
        """A case opened on that day."""
        case = self.prepare(regime, on, **what)
        case.open(date.fromisoformat(on))
        self.cases.append(case)
        return case

    def is_refused(self, code: str | tuple[str, ...], what: str, case: PracticeCase) -> None:
        """Opening this case must be refused with that code."""
        refused = case.is_refused(code, what, lambda: case.open(case_day(case)))
        self.refused.append(refusal_in_words(what, refused))

    def subject(self, login: str) -> tuple[Api, dict[str, Any]]:
        """A sample subject who signs in, and who they are."""
        return self.office.user(login), dict(practice_forms()["parties"][login])


def case_day(case: PracticeCase) -> date:
    """A month after the founding document, as every sample is dated."""
    return date.fromisoformat(case.document["decided_on"]) + relativedelta(months=1)


@dataclass(frozen=True)
class Story:
    """A story with its title."""

    title: str
    play: Callable[[Play], None]


STORIES: Final[list[Story]] = []


def story(title: str) -> Callable[[Callable[[Play], None]], Callable[[Play], None]]:
    """Enters a story in the list, in the order in which they are written."""

    def enter(play: Callable[[Play], None]) -> Callable[[Play], None]:
        STORIES.append(Story(title, play))
        return play

    return enter


def told(case: PracticeCase) -> PracticeCase:
    """The case as far as the served notice."""
    case.examine()
    case.give_notice()
    case.serve_notice()
    return case


@story("无异议，经上级同意后列入（异议期跨国庆长假）")
def unopposed(play: Play) -> None:
    case = told(play.open(MARKET, "2026-09-29"))
    case.is_refused("WINDOW_OPEN", "异议期内报请同意", lambda: case.act("request_consent"))
    case.is_refused("WINDOW_OPEN", "异议期内拟制决定", case.draft_decision)
    case.let_window_pass()
    case.obtain_consent()
    measure = {"code": case.measures[0]["code"], **practice_forms()["reasons"]}
    unlisted, forcing = measure | {"code": "Z99"}, measure | {"forces_third_parties": True}
    case.is_refused(
        "MEASURE_NOT_LISTED", "采取清单外的措施", lambda: case.draft_decision(measures=[unlisted])
    )
    case.is_refused("THIRD_PARTY_FORCED", "强制第三方惩戒", lambda: case.draft_decision(measures=[forcing]))
    case.decide()
    case.ends(Outcome.LISTED)


@story("异议不成立，列入（主体本人在线提出）")
def rejected(play: Play) -> None:
    subject, party = play.subject("subject-company-1")
    case = told(play.open(MARKET, "2026-04-28", subject=party))
    item = case.object(subject, channel="online", evidence=[])
    case.let_window_pass()
    case.is_refused("OBJECTION_UNANSWERED", "异议未答复即报请同意", lambda: case.act("request_consent"))
    case.answer(item)
    case.obtain_consent()
    case.decide()
    case.ends(Outcome.LISTED)


@story("异议成立，不予列入")
def upheld(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-02-11"))
    item = case.object(channel="oral", record="陈述申辩笔录第1号")
    case.answer(item, "upheld")
    case.let_window_pass()
    case.decide("not_list")
    case.ends(Outcome.NOT_LISTED)


@story("三份异议并行，各有期限，其一撤回")
def side_by_side(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-06-15"))
    first = case.object()
    case.let_days_pass(1)
    second = case.object(statement="责令停产停业的事实认定有误")
    third = case.object(
        channel="post", posted_on=case.today.isoformat(), evidence=["EMS 演练0002"], statement="请求从轻"
    )
    case.answer(second, "partly")
    case.act("withdraw_objection", item=third)
    case.say("异议3撤回")
    case.answer(first)
    case.let_window_pass()
    case.decide()
    case.ends(Outcome.LISTED)


@story("逾期异议：一份不予受理，一份说明理由后受理")
def late(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-07-06"))
    case.let_window_pass()
    refused = case.object()
    case.act(
        "admit_late_objection",
        by=Role.REVIEWER,
        item=refused,
        admitted=False,
        reasons="无正当理由逾期，不予受理",
    )
    case.serve("serve_late_answer", item=refused)
    case.say("异议1逾期，不予受理，答复已送达")
    admitted = case.object(statement="因住院治疗未能按期提出，附住院证明")
    case.act("admit_late_objection", by=Role.REVIEWER, item=admitted)
    case.say("异议2逾期，予以受理")
    case.is_refused("OBJECTION_UNANSWERED", "受理后未答复即决定", case.draft_decision)
    case.answer(admitted)
    case.decide()
    case.ends(Outcome.LISTED)


@story("书面放弃异议，当日决定")
def waived(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-08-03"))
    case.act("waive_objection")
    case.say("书面放弃异议")
    case.decide()
    case.ends(Outcome.LISTED)


@story("未成年人：豁免")
def exempted(play: Play) -> None:
    minor = invented_subject(SubjectKind.NATURAL_PERSON) | {"born_on": "2010-05-01"}
    case = play.open(MARKET, "2026-03-16", subject=minor)
    case.confirm_effective()
    case.act("confirm_ground", ground=case.rule["grounds"][0]["key"])
    case.is_refused("SUBJECT_IS_MINOR", "对未成年人不予豁免", lambda: case.act("assess_leniency"))
    case.act("assess_leniency", factors=["minor"], conclusion="exempt", reasons="作出处罚时未满十八周岁")
    issued = case.act("approve_exemption", by=Role.APPROVER)
    case.serve("serve_exemption")
    case.say(f"豁免决定 {issued['number']} 送达")
    case.ends(Outcome.EXEMPTED)


@story("依据文书尚未生效，不予立案")
def not_effective(play: Play) -> None:
    case = play.open(MARKET, "2026-05-11")
    case.act("confirm_effective", effective=False, remedies_state="行政复议期限未满")
    case.say("核实：文书未生效")
    case.ends(Outcome.BASIS_NOT_EFFECTIVE)


@story("不符合列入情形，不予立案")
def no_ground(play: Play) -> None:
    case = play.open(SAFETY, "2026-05-12")
    case.confirm_effective()
    case.act("confirm_ground", met=False, reasons="情节未达到严重程度")
    case.say("核实：不符合列入情形")
    case.ends(Outcome.NO_GROUND)


@story("告知前依据文书被撤销：终止")
def fell_before_notice(play: Play) -> None:
    case = play.open(SAFETY, "2026-05-18")
    case.examine()
    case.act("basis_fell", decided_on=case.today.isoformat())
    case.say("依据文书被撤销")
    case.ends(Outcome.BASIS_FELL)


@story("告知后依据文书被撤销：终止通知书送达")
def fell_after_notice(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-05-19"))
    case.act("basis_fell", decided_on=case.today.isoformat())
    case.say("依据文书被撤销")
    case.terminate()
    case.ends(Outcome.BASIS_FELL)


@story("列入后依据文书被撤销：撤销列入")
def fell_after_listing(play: Play) -> None:
    case = told(play.open(MARKET, "2026-01-06"))
    case.let_window_pass()
    case.obtain_consent()
    case.decide()
    case.ends(Outcome.LISTED)
    period = case.listing()
    play.cases.append(period)
    period.let_days_pass(1)
    period.act("basis_fell", decided_on=period.today.isoformat())
    period.say("依据文书被撤销")
    period.act("revoke_listing", by=Role.APPROVER)
    period.say("撤销列入")
    period.ends(Outcome.REVOKED)


@story("依据文书被变更：重新审查后列入")
def changed(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-03-02"))
    case.act(
        "basis_fell", change="changed", decided_on=case.today.isoformat(), reasons="复议机关变更了罚款数额"
    )
    case.say("依据文书被变更，重新审查")
    told(case)
    case.let_window_pass()
    case.decide()
    case.ends(Outcome.LISTED)


@story("邮寄退回，改为公告送达")
def announced(play: Play) -> None:
    case = play.open(SAFETY, "2026-09-07")
    case.examine()
    case.give_notice()
    case.is_refused("ANNOUNCEMENT_TOO_EARLY", "未经其他方式即公告", lambda: case.serve_notice("announcement"))
    case.serve("serve_prior_notice", by="post", served=False, evidence={})
    case.say("邮寄退回")
    case.serve_notice("announcement")
    case.let_alarm_ring()
    case.say("公告期满，视为送达")
    case.let_window_pass()
    case.decide()
    case.ends(Outcome.LISTED)


@story("上级机关不同意，不予列入")
def consent_refused(play: Play) -> None:
    case = told(play.open(MARKET, "2026-10-12"))
    case.let_window_pass()
    case.obtain_consent(consents=False)
    case.is_refused("CONSENT_REFUSED", "未经同意仍拟列入", case.draft_decision)
    case.decide("not_list")
    case.ends(Outcome.NOT_LISTED)


@story("申请听证，听证后列入")
def heard(play: Play) -> None:
    case = told(play.open(MARKET, "2026-06-12"))
    case.act("request_hearing")
    case.say("申请听证")
    soon = case.today.isoformat()
    case.is_refused(
        "HEARING_NOTICE_TOO_SHORT", "当日举行听证", lambda: case.act("arrange_hearing", held_on=soon)
    )
    held_on = case.end_of(case.rule["hearing"]["notice_before"])
    arranged = case.act("arrange_hearing", held_on=held_on.isoformat())
    case.say(f"听证通知 {arranged['number']}")
    case.let_window_pass()
    case.is_refused("HEARING_PENDING", "听证前报请同意", lambda: case.act("request_consent"))
    case.let_time_pass_until(held_on)
    case.act("hold_hearing", held_on=held_on.isoformat())
    case.say("举行听证")
    case.obtain_consent()
    case.decide()
    case.ends(Outcome.LISTED)


@story("认定期限中止、恢复")
def suspended(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-04-07"))
    case.let_window_pass()
    case.act("propose_suspension", deadline="decision")
    case.act("approve_suspension", by=Role.APPROVER, deadline="decision")
    case.say("认定期限中止（鉴定）")
    case.let_days_pass(case.rule["decision"]["count"])
    case.draft_decision()
    case.act("review_decision", by=Role.REVIEWER)
    case.is_refused("SUSPENDED", "中止期间决定", lambda: case.act("decide", by=Role.APPROVER))
    case.act("resume_deadline", deadline="decision")
    case.say("期限恢复")
    case.issue_decision()
    case.ends(Outcome.LISTED)


@story("认定期限延长一次")
def extended(play: Play) -> None:
    case = told(play.open(MARKET, "2026-08-17"))
    allowed = case.rule["decision"]["extendable"]["count"]
    case.is_refused(
        "TERM_NOT_EXTENDABLE",
        "超出规定的延长",
        lambda: case.act("propose_extension", deadline="decision", count=allowed + 1),
    )
    case.act("propose_extension", deadline="decision", count=allowed)
    case.act("approve_extension", by=Role.APPROVER, deadline="decision")
    case.say("认定期限延长")
    case.let_window_pass()
    case.obtain_consent()
    case.decide()
    case.ends(Outcome.LISTED)


@story("审核退回、批准退回，改后再报")
def sent_back(play: Play) -> None:
    case = play.open(SAFETY, "2026-07-20")
    case.examine()
    case.draft_notice()
    case.act("review_prior_notice", by=Role.REVIEWER, agreed=False, opinion="事由写得不具体，退回")
    case.say("告知书审核退回")
    case.draft_notice(facts="未按规定排查治理事故隐患，受到行政处罚，情节严重，拟列入名单。")
    case.act("review_prior_notice", by=Role.REVIEWER)
    case.act("issue_prior_notice", by=Role.APPROVER, agreed=False, opinion="补充权利告知，退回")
    case.say("告知书签发退回")
    case.give_notice()
    case.serve_notice("left")
    case.let_window_pass()
    case.draft_decision()
    case.act("review_decision", by=Role.REVIEWER, agreed=False, opinion="补充适当性理由，退回")
    case.say("决定审核退回")
    case.decide()
    case.ends(Outcome.LISTED)


@story("认定机关撤回案件")
def withdrawn(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-06-01"))
    case.act("withdraw_case", by=Role.APPROVER)
    case.say("撤回案件")
    case.terminate()
    case.ends(Outcome.WITHDRAWN)


@story("未生效办结后重新办理")
def reopened(play: Play) -> None:
    case = play.open(SAFETY, "2026-03-09")
    case.act("confirm_effective", effective=False, remedies_state="行政复议期限未满")
    case.ends(Outcome.BASIS_NOT_EFFECTIVE)
    case.is_refused("CASE_CLOSED", "办结后继续办理", case.confirm_effective)
    case.say("未生效办结")
    case.let_days_pass(1)
    case.act("reopen_case", by=Role.APPROVER)
    case.say("重新办理")
    told(case)
    case.let_window_pass()
    case.decide()
    case.ends(Outcome.LISTED)


@story("列入，在列期满移出")
def expired(play: Play) -> None:
    case = told(play.open(WAGES, "2026-01-12"))
    case.let_window_pass()
    case.decide()
    case.ends(Outcome.LISTED)
    period = case.listing()
    play.cases.append(period)
    period.let_alarm_ring()
    period.say(f"{period.today.year}年期满移出")
    period.ends(Outcome.EXPIRED)


@story("以要素齐全的处罚决定书为载体")
def resting_on_penalty(play: Play) -> None:
    case = told(play.open(MARKET, "2026-11-02"))
    case.let_window_pass()
    case.obtain_consent()
    elements = [element["key"] for element in case.rule["decision_elements"]]
    case.is_refused(
        "ELEMENT_MISSING",
        "处罚决定书要素不全",
        lambda: case.draft_decision(carrier="penalty_decision", penalty_elements=elements[:-1]),
    )
    case.decide(carrier="penalty_decision", penalty_elements=elements)
    case.ends(Outcome.LISTED)


@story("文书更正")
def corrected(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-08-10"))
    notice = next(paper for paper in case.documents() if paper["kind"] == "prior_notice")
    issued = case.act("correct_paper", by=Role.APPROVER, of_seq=notice["seq"])
    case.say(f"更正通知书 {issued['number']}")
    case.act("waive_objection")
    case.decide("not_list")
    case.ends(Outcome.NOT_LISTED)


@story("单位与责任人员：同一文书，两案互知")
def companions(play: Play) -> None:
    company = play.open(SAFETY, "2026-10-19")
    person = play.open(
        SAFETY,
        "2026-10-19",
        subject=invented_subject(SubjectKind.NATURAL_PERSON),
        document={"number": company.document["number"]},
    )
    related = [other["no"] for other in person.view()["related"]]
    if related != [company.no]:
        raise UnexpectedError(f"{person.no} 应与 {company.no} 相互关联，却是 {related}")
    person.say(f"与 {company.no} 同一文书")
    for case in (company, person):
        told(case)
        case.act("waive_objection")
    company.decide()
    company.ends(Outcome.LISTED)
    person.decide("not_list")
    person.ends(Outcome.NOT_LISTED)


@story("核实逾期：记录在案，仍须答复")
def overdue(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-01-19"))
    item = case.object()
    case.let_window_pass()
    while not any(row["state"] == "overdue" for row in case.deadlines()):
        case.let_alarm_ring()
    case.say("核实期限届满未办结，已记录")
    case.answer(item)
    case.decide()
    case.ends(Outcome.LISTED)


@story("跨年：次年放假安排未公布，期限为预估")
def over_new_year(play: Play) -> None:
    case = told(play.open(SAFETY, "2026-12-28"))
    if not any(row["provisional"] for row in case.deadlines()):
        raise UnexpectedError(f"{case.no} 的异议期跨入未公布放假安排的年度，却不是预估")
    case.let_window_pass()
    case.decide()
    case.ends(Outcome.LISTED)


@story("同一人换账户、旧版本、无同意的电子送达")
def wrong_hands(play: Play) -> None:
    case = play.prepare(MARKET, "2026-09-01", authority="xuanwu-market-regulation")
    case.users = {Role.OFFICER: "xuanwu-market-regulation-officer-2"}
    case.open(date(2026, 9, 1))
    play.cases.append(case)
    case.examine()
    case.draft_notice()
    case.act("review_prior_notice", by=Role.REVIEWER)
    second_account = play.office.user("xuanwu-market-regulation-approver-2")
    case.is_refused(
        "FOUR_EYES",
        "同一人以另一账户签发",
        lambda: case.act("issue_prior_notice", by=second_account),
    )
    seen, case.version = case.version, case.version - 1
    case.is_refused("STALE_VERSION", "按旧版本签发", lambda: case.act("issue_prior_notice", by=Role.APPROVER))
    case.version = seen
    case.is_refused("ROLE_MISSING", "承办人自行签发", lambda: case.act("issue_prior_notice"))
    issued = case.act("issue_prior_notice", by=Role.APPROVER)
    case.say(f"签发告知书 {issued['number']}")
    case.is_refused(
        "CONSENT_MISSING", "未经同意电子送达", lambda: case.serve_notice("electronic", consent=False)
    )
    case.serve_notice("electronic")
    case.let_window_pass()
    case.obtain_consent()
    case.decide()
    case.ends(Outcome.LISTED)


@story("依法不得立案")
def never_opened(play: Play) -> None:
    play.is_refused(
        "RANK_TOO_LOW",
        "街道办事处立案",
        play.prepare(MARKET, "2026-09-14", authority="dongshan-subdistrict"),
    )
    play.is_refused(
        "BASIS_NOT_ALLOWED",
        "以判决书为依据",
        play.prepare(MARKET, "2026-09-14", document={"kind": "judgment", "title": "民事判决书"}),
    )
    play.is_refused(
        "BASIS_NOT_EFFECTIVE",
        "文书注明未生效",
        play.prepare(SAFETY, "2026-09-14", document={"effectiveness": "not_effective"}),
    )
    play.is_refused(
        ("REGIME_IS_DRAFT", "LIST_NOT_ADMISSIBLE"),
        "以外地名单立案",
        play.prepare("shenzhen", "2026-09-14", authority=BODIES[MARKET]),
    )
    case = play.open(SAFETY, "2026-09-14")
    play.is_refused(
        "DUPLICATE_CASE",
        "同一主体、同一文书再次立案",
        play.prepare(SAFETY, "2026-09-14", subject=case.subject, document=case.document),
    )
    case.act("withdraw_case", by=Role.APPROVER)
    case.say("撤回案件")
    case.ends(Outcome.WITHDRAWN)
