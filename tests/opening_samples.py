"""A case on the desk, for tests of the procedure: invented parties, the shipped law, and a driver that lets days pass.

    case = opened()
    case.play("confirm_effective")                      # with its sample form, by whoever may, on the same day
    case.play("raise_objection", channel="oral", record="笔录1号", on=date(2026, 3, 12))
    case.run_out()                                      # the next clock runs out

Every step goes the way of a real one: judged by its gates, numbered, and its paper drawn up and put on file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, Final

from pydantic_core import to_jsonable_python

from domain.confirmation import Confirmation
from domain.document_numbers import DocumentNumber
from domain.papers import Paper, PaperKind
from domain.paperwork import build_paper
from domain.people import Actor, Role
from domain.procedure.casefile import CaseFile
from domain.procedure.events import SHANGHAI, Command, Event
from domain.procedure.opening import Authority, Opening
from domain.procedure.proposal import propose
from domain.procedure.steps import Course
from domain.procedure.walk import Walk
from domain.rules import Level, Rule, Unit
from law.calendar_loader import load_calendar
from law.loader import load_lawbook
from law.precedence import Missing, MissingKind
from law.resolve import consult, resolve
from workflows.determination import DETERMINATION

OPENED_ON: Final = date(2026, 3, 2)  # a Monday; the holidays of 2026 are announced
OFFICE_HOUR: Final = time(10, 0)
CASE_NO: Final = "NJSC-2026-000007"
BODY: Final = "nanjing-market-regulation"

# -- who


def official(person: str, role: Role, *, authority: str = BODY, level: Level = Level.CITY) -> Actor:
    return Actor(
        account_id=f"a-{person}", person_id=f"p-{person}", roles=(role,), authority=authority, level=level
    )


SUBJECT_REF: Final = "subject-ref-1"
OFFICER: Final = official("zhang", Role.OFFICER)
REVIEWER: Final = official("li", Role.REVIEWER)
APPROVER: Final = official("wang", Role.APPROVER)
SUPERIOR: Final = official("zhao", Role.SUPERIOR, authority="jiangsu-market-regulation", level=Level.PROVINCE)
SUBJECT: Final = Actor(
    account_id="a-subject", person_id="p-subject", roles=(Role.SUBJECT,), subject_ref=SUBJECT_REF
)
PEOPLE: Final = (OFFICER, REVIEWER, APPROVER, SUPERIOR, SUBJECT)

# -- what a case opens on


def practice_answer(missing: Missing, regime: str) -> Confirmation:
    """What a legal officer of the practice office confirms: the figure in the file, or a usual one."""
    fallback: dict[MissingKind, Any] = {
        MissingKind.PERIOD: 15,
        MissingKind.LEVEL: "district",
        MissingKind.STATEMENT: False,
        MissingKind.ITEM: True,
    }
    period = missing.kind is MissingKind.PERIOD
    return Confirmation(
        regime=regime,
        key=missing.key,
        since=missing.since,
        value=fallback[missing.kind] if missing.value is None or not period else missing.value,
        unit=(missing.unit or Unit.WORKING_DAY) if period else None,
        document=missing.basis.document,
        clause=missing.basis.clause or "第一条",
        by="p-legal",
        at=datetime(2026, 1, 5, 1, 0, tzinfo=UTC),
        practice=True,
    )


@cache
def sample_rule(regime: str = "market_regulation", on: date = OPENED_ON, *, confirmed: bool = True) -> Rule:
    """What the shipped law says of the regime; `confirmed`: with all that is open confirmed for practice."""
    book = load_lawbook()
    given: list[Confirmation] = []
    while confirmed and (found := [one for one in consult(book, regime, on, given).open if one.confirmable]):
        given += [practice_answer(one, regime) for one in found]
    rule = resolve(book, regime, on, given)
    assert isinstance(rule, Rule), rule
    return rule


def sample_authority(code: str = BODY) -> Authority:
    book = load_lawbook()
    found = book.authorities[code]
    superior = book.authorities[found.superior] if found.superior else None
    return Authority(
        code=found.code,
        name=found.name,
        level=found.level,
        docmark=found.docmark,
        reconsideration=found.reconsideration,
        court=found.court,
        superior=found.superior,
        superior_name=superior.name if superior else None,
        regimes=tuple(found.regimes),
    )


SUBJECT_FORM: Final = {
    "kind": "organisation",
    "name": "南京秦淮河酿造有限公司",
    "id_number": "91320104MA1MHK7T3X",
    "address": "南京市秦淮区中华路26号",
    "representative": "陆明远",
}
PERSON_FORM: Final = {
    "kind": "natural_person",
    "name": "陆明远",
    "id_number": "32010419900307451X",
    "id_kind": "居民身份证",
    "address": "南京市秦淮区中华路26号1幢201室",
    "born_on": "1990-03-07",
}
DOCUMENT_FORM: Final = {
    "kind": "penalty",
    "number": "宁市监处罚〔2026〕15号",
    "title": "行政处罚决定书",
    "issued_by": "南京市市场监督管理局",
    "decided_on": "2026-02-02",
    "served_on": "2026-02-09",
    "effectiveness": "effective",
    "effective_on": "2026-02-09",
    "facts": "当事人在黄酒生产中超限量使用食品添加剂，涉案货值金额28.6万元。",
    "legal_basis": "食品安全法 第一百二十四条",
    "result": "吊销食品生产许可证，罚款143万元。",
    "kinds": ["罚款", "吊销许可证"],
    "fine_wan": "143",
}


def sample_opening(
    rule: Rule | None = None,
    *,
    subject: Mapping[str, Any] = SUBJECT_FORM,
    document: Mapping[str, Any] | None = None,
    authority: str = BODY,
    **changes: Any,
) -> Opening:
    """An opening as the record pins it; `document` and `changes` replace single values."""
    rule = rule or sample_rule()
    book = load_lawbook()
    form = {
        "regime": rule.regime,
        "authority": authority,
        "subject": dict(subject),
        "document": {**DOCUMENT_FORM, **(document or {})},
        "ground": rule.grounds[0].key,
        "source": "双公示导入",
    }
    values = {
        "form": form,
        "authority": sample_authority(authority),
        "rule": rule,
        "calendar": load_calendar(known_on=rule.on).working_days,
        "practice": True,
        "subject_ref": SUBJECT_REF,
        "document_ref": "document-ref-1",
        "business_key": "business-key-1",
        "issuer": {
            "code": authority,
            "name": book.authorities[authority].name,
        },  # the sample body's own penalty
        "titles": {name: entry.title for name, entry in book.documents.items()},
    } | changes
    return Opening.submitted(to_jsonable_python(values))


# -- what is submitted with each step

Form = dict[str, Any]

MEASURES: Final = ("A09", "A02")
CONTACT: Final = "张承办，025-12345678，南京市建邺区江东中路265号"
FACTS: Final = (
    "2026年1月12日，本机关在抽样检验中发现，当事人生产的黄酒甜蜜素项目不符合食品安全国家标准。\n"
    "经查，当事人超限量使用食品添加剂，涉案货值金额28.6万元，本机关已依法作出行政处罚。"
)
BASIS: Final = [
    "国家市场监督管理总局令第44号 第五条",
    "食品安全法 第一百二十四条",
    "宁信用〔2021〕1号 四（三）",
]
DECISION: Final[Form] = {
    "outcome": "list",
    "facts": FACTS,
    "basis": BASIS,
    "reasons": "上述行为情节严重、社会危害较大，属于应当列入名单的情形。",
    "measures": [
        {
            "code": code,
            "relevance": "违法行为发生在生产经营环节，与该项管理措施直接相关。",
            "proportion": "措施仅在列入期间适用，与违法情节和危害后果相当。",
        }
        for code in MEASURES
    ],
    "removal": "申请提前移出的，向本机关提交申请书和履行义务的证明材料；本机关依法核实并作出是否准予的决定，不收取费用。",
    "objections": "对当事人提出的陈述、申辩和异议，本机关已逐项核实并书面反馈。",
}
AGREED: Final[Form] = {"agreed": True, "opinion": "同意。"}
SENT_BACK: Final[Form] = {"agreed": False, "opinion": "事由部分须补充证据名称，退回修改。"}
SERVED: Final[Form] = {
    "method": "direct",
    "outcome": "served",
    "place": "南京市秦淮区中华路26号",
    "received_by": "陆明远",
    "evidence": {"receipt_signature": "送达回证存根1号"},
}
#: What each other way of service adds to, or replaces in, `SERVED`.
BY: Final[dict[str, Form]] = {
    "left": {
        "method": "left",
        "evidence": {"refusal_note": "当事人拒绝签收", "witness_or_recording": "现场录像1号"},
    },
    "post": {"method": "post", "evidence": {"postal_receipt": "EMS 1012345678901"}},
    "electronic": {
        "method": "electronic",
        "consent": True,
        "consent_on": "2026-02-09",
        "evidence": {"consent_form": "确认书1号", "delivery_record": "到达记录1号"},
    },
    "announcement": {
        "method": "announcement",
        "received_by": None,
        "whereabouts_unknown": True,
        "evidence": {"whereabouts_or_failure_record": "走访记录1号", "announcement_copy": "公告1号"},
    },
}
FAILED: Final[Form] = {"outcome": "failed", "received_by": None, "evidence": {}, "remark": "住所无人。"}

FORMS: Final[dict[str, Form]] = {
    "confirm_effective": {
        "effective": True,
        "effective_on": "2026-02-09",
        "remedies_state": "当事人未申请行政复议，未提起行政诉讼。",
        "evidence": ["送达回证复印件"],
    },
    "confirm_ground": {"met": True, "reasons": "违法行为属于食品安全领域，情节严重。"},
    "assess_leniency": {"factors": [], "conclusion": "none", "reasons": "没有从宽或者豁免的情形。"},
    "draft_prior_notice": {
        "facts": FACTS,
        "basis": BASIS,
        "measures": list(MEASURES),
        "published": "当事人名称、统一社会信用代码；列入的事由、依据；作出决定的机关和日期",
        "rights": "可以书面提出，写明事实、理由，并附证据材料。",
        "contact": CONTACT,
    },
    "raise_objection": {
        "channel": "written",
        "statement": "添加剂超限量系供应商标签有误所致，没有主观故意。",
    },
    "waive_objection": {
        "statement": "自愿放弃陈述、申辩、提出异议和申请听证。",
        "evidence": ["放弃声明"],
        "hearing": True,
    },
    "withdraw_objection": {"statement": "不再坚持所提异议。", "evidence": ["撤回书"]},
    "admit_late_objection": {"admitted": False, "reasons": "提出时间已逾期限，且没有正当理由。"},
    "accept_objection": {"contact": CONTACT},
    "verify_objection": {
        "finding": "rejected",
        "verified": "本机关调取了进货查验记录，并询问了仓库管理人员。",
        "reasons": "当事人未履行进货查验义务，不足以否定主观故意。",
    },
    "request_hearing": {"statement": "要求公开举行听证。"},
    "waive_hearing": {"statement": "自愿放弃申请听证。", "evidence": ["放弃声明"]},
    "void_prior_notice": {"reasons": "文书内容有误，送达之前发现。"},
    "void_decision": {"reasons": "文书内容有误，送达之前发现。"},
    "amend_listing": {
        "entry": "罚款金额变更为人民币100万元。",
        "reasons": "复议决定将罚款变更为100万元，仍符合列入情形。",
    },
    "arrange_hearing": {
        "held_at": "09:30",
        "place": "南京市建邺区江东中路265号3楼听证室",
        "presided_by": "韩主持",
        "recorder": "秦记录",
    },
    "hold_hearing": {"attended": True, "record": "听证笔录1号", "summary": "双方对事实没有争议。"},
    "withdraw_hearing": {"statement": "不再要求听证。", "evidence": ["撤回书"]},
    "request_consent": {"opinion": "拟列入，请予同意。"},
    "give_consent": {"consents": True, "opinion": "同意列入。", "number": "苏市监信函〔2026〕21号"},
    "draft_decision": DECISION,
    "propose_suspension": {
        "deadline": "decision",
        "ground": "inspection",
        "reasons": "涉案添加剂需委托专业机构检验。",
        "evidence": ["检验委托书"],
    },
    "approve_suspension": {"deadline": "decision", **AGREED},
    "resume_deadline": {"deadline": "decision", "reasons": "检验报告已经收到。"},
    "propose_extension": {"deadline": "decision", "count": 30, "reasons": "案情复杂，需向外地调取证据。"},
    "approve_extension": {"deadline": "decision", **AGREED},
    "basis_held_unlawful": {
        "number": "宁行复〔2026〕8号",
        "decided_on": "2026-03-03",
        "consequence": "处罚决定书未撤销，本案继续办理。",
    },
    "basis_fell": {
        "change": "revoked",
        "number": "宁行复〔2026〕9号",
        "reasons": "行政处罚决定已被行政复议机关撤销。",
        "evidence": ["行政复议决定书"],
    },
    "withdraw_case": {"reasons": "线索登记有误。"},
    "reopen_case": {"reasons": "发现新的证据。", "evidence": ["举报材料"]},
    "correct_paper": {
        "wrong": "涉案货值金额28.6万元",
        "right": "涉案货值金额26.8万元",
        "reasons": "数字录入有误。",
    },
    "note": {"text": "已电话联系当事人。"},
}
#: Fields of a day that, unless said otherwise, is the day of the act.
_DAYS: Final = {"basis_fell": "decided_on", "hold_hearing": "held_on"}


def form_of(step: str, on: date, file: CaseFile) -> Form:
    """The sample form of a step, dated `on`."""
    if step.startswith("serve_"):
        return {**SERVED, "on": on.isoformat()}
    form = dict(FORMS.get(step, AGREED))
    if step in _DAYS:
        form[_DAYS[step]] = on.isoformat()
    if step == "confirm_ground":
        form["ground"] = file.rule.grounds[0].key
    return form


# -- the driver


class Case:
    """One case under way: its walk, and every paper that it has issued."""

    def __init__(self, course: Course = DETERMINATION) -> None:
        self.walk = Walk(course)
        self.today = OPENED_ON
        self.papers: list[Paper] = []

    @property
    def file(self) -> CaseFile:
        return self.walk.file

    def papers_of(self, kind: PaperKind) -> list[Paper]:
        return [paper for paper in self.papers if paper.kind is kind]

    def play(
        self,
        step: str,
        form: Form | None = None,
        /,
        *,
        by: Actor | None = None,
        on: date | None = None,
        at: time = OFFICE_HOUR,
        item: str | None = None,
        **changes: Any,
    ) -> Event:
        """Takes a step on a day (default: the day of the last one) and files its paper; raises what refuses it.

        The form is `form` or the sample of the step, with `changes`; the actor the first sample person who may; an
        objection's step is about the objection that waits for it.
        """
        self.today = max(on or self.today, self.today)
        day = on or self.today
        taken = self.file.course.steps[step]
        if item is None:
            item = self._item(step) if taken.item and not taken.founds_item else ""
        command = Command(
            id=f"c-{len(self.file.events) + 1}",
            case_id="case-1",
            step=step,
            item=item,
            actor=by or next(person for person in PEOPLE if person.has(*taken.roles)),
            form=(form if form is not None else form_of(step, day, self.file)) | changes,
            received_at=datetime.combine(day, at, SHANGHAI),
        )
        return self._enter(propose(self.walk, command).event)

    def run_out(self) -> Event:
        """The next clock that runs out: entered as the procedure itself enters it, at that instant."""
        alarm = min(self.walk.position().alarms, key=lambda alarm: alarm.at)
        self.today = max(self.today, alarm.at.astimezone(SHANGHAI).date())
        event = Event(
            seq=len(self.file.events) + 1,
            command=f"clock:{alarm.step}:{alarm.deadline}",
            step=alarm.step,
            item=alarm.item,
            received_at=alarm.at,
            at=alarm.at,
            data={"deadline": alarm.deadline},
            clause=self.file.course.steps[alarm.step].clause,
        )
        return self._enter(event)

    def run_out_until(self, step: str) -> Event:
        """Lets clocks run out until `step` is entered by one."""
        while (event := self.run_out()).step != step:
            pass
        return event

    def _item(self, step: str) -> str:
        """The objection that waits for this step; without one, the last that was raised."""
        waiting = next((o.item for o in self.file.open if o.step == step and o.item), None)
        raised = self.file.last("raise_objection")
        return waiting or (raised.item if raised else "")

    def _enter(self, event: Event) -> Event:
        """As the record enters it: the case's number with the first event, the paper's with the one that issues it."""
        data = dict(event.data)
        if event.seq == 1:
            data["case_no"] = CASE_NO
        if "paper" in data:
            data["number"] = self._next_number(PaperKind(data["paper"]), event.day.year)
        event = event.model_copy(update={"data": data})
        self.walk.feed(event)
        if "paper" in data:
            self._produce(event)
        return event

    def _next_number(self, kind: PaperKind, year: int) -> str:
        sequence = len(self.papers_of(kind)) + 1
        return str(
            DocumentNumber(
                series=f"{self.file.opening.authority.docmark}{kind.mark}", year=year, sequence=sequence
            )
        )

    def _produce(self, issued: Event) -> None:
        paper = build_paper(self.file, issued)
        self.papers.append(paper)
        self.walk.feed(
            Event(
                seq=issued.seq + 1,
                command=f"paper:{issued.seq}",
                step="paper_produced",
                item=issued.item,
                received_at=issued.received_at,
                at=issued.at,
                data={
                    "of_seq": issued.seq,
                    "kind": paper.kind.value,
                    "number": str(paper.header.number),
                    "sm3": "0" * 64,
                },
                clause=issued.clause,
            )
        )


def opened(opening: Opening | None = None, *, on: date = OPENED_ON) -> Case:
    """A case just registered (线索登记)."""
    case = Case()
    case.play("open_case", (opening or sample_opening()).model_dump(mode="json"), by=OFFICER, on=on)
    return case


def assessed(opening: Opening | None = None) -> Case:
    """… with an effective document, a ground, and no leniency."""
    case = opened(opening)
    for step in ("confirm_effective", "confirm_ground", "assess_leniency"):
        case.play(step)
    return case


def notified(opening: Opening | None = None, **service: Any) -> Case:
    """… with the prior notice issued and served; `service` changes the form of service."""
    case = assessed(opening)
    for step in ("draft_prior_notice", "review_prior_notice", "issue_prior_notice"):
        case.play(step)
    case.play("serve_prior_notice", **service)
    return case


def answered(case: Case, **finding: Any) -> Case:
    """… with one more objection, accepted, verified, answered, and the answer served."""
    item = case.play("raise_objection").item
    case.play("accept_objection", item=item)
    case.play("verify_objection", item=item, **finding)
    case.play("answer_objection", item=item)
    case.play("serve_answer", item=item)
    return case


def with_consent(case: Case) -> Case:
    """… with the superior's consent, where it is needed."""
    if case.file.consent_needed:
        case.play("request_consent")
        case.play("give_consent")
    return case


def ready(case: Case) -> Case:
    """… with the window run out, and ready to be decided."""
    case.run_out_until("close_objection_window")
    return with_consent(case)


def decided(case: Case, **draft: Any) -> Case:
    """… with the decision drafted, reviewed, made and served."""
    case.play("draft_decision", **draft)
    for step in ("review_decision", "decide", "serve_decision"):
        case.play(step)
    return case
