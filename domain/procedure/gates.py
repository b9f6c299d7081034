"""Gates: the legal preconditions of steps. Each says what stands in the way, by which clause, and what clears it.

A gate looks at the matter and answers None or one `Bar`. A gate about the form is silent while there is no form yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from domain.days.periods import count_of, end_of
from domain.days.working_days import BeyondHorizon
from domain.people import Role, same_hand
from domain.procedure import clauses
from domain.procedure.casefile import CaseFile
from domain.procedure.forms import (
    AssessLeniency,
    BasisFell,
    BasisHeldUnlawful,
    Carrier,
    ConfirmEffective,
    ConfirmGround,
    DecisionOutcome,
    DraftDecision,
    DraftNotice,
    LeniencyConclusion,
    LeniencyFactor,
    ServePaper,
    ServiceOutcome,
)
from domain.procedure.opening import Opening
from domain.procedure.outcome import Stage
from domain.procedure.steps import Gate, Matter
from domain.refusals import Bar, Refusal
from domain.rules import Measure, Suspension

#: Events of the procedure itself from which a decision period can run.
DECISION_STARTS = ("case_opened", "window_closed")

# -- who


def other_person_than(*steps: str) -> Gate:
    """Separation of duties (职责分离): not the person of the last of these steps in this case, whatever the account."""

    def gate(matter: Matter) -> Bar | None:
        if matter.actor is None:
            return None
        for name in steps:
            event = matter.file.last(name, matter.item or None)
            if event is not None and event.actor is not None and same_hand(event.actor, matter.actor):
                title = matter.file.course.steps[name].title
                return Bar(
                    code="FOUR_EYES",
                    text=f"“{title}”（第{event.seq}号事件）系同一人办理",
                    clause=clauses.FOUR_EYES,
                    fix="由另一人办理；同一人的其他账户亦不得办理",
                )
        return None

    return gate


def other_person_than_who_ended_it(matter: Matter) -> Bar | None:
    """Who brought the case to its end without a decision does not tell the subject so alone."""
    ended = matter.file.wound_up_by
    if ended is None or matter.file.stage is not Stage.WINDING_UP:
        return None
    return other_person_than(ended.step)(matter)


# -- service


def paper_on_file(issued_by: str) -> Gate:
    """The paper to be served has been issued and produced."""

    def gate(matter: Matter) -> Bar | None:
        issued = matter.file.agreed(issued_by, matter.item or None)
        if issued is not None and matter.file.paper_of(issued) is not None:
            return None
        title = matter.file.course.steps[issued_by].title
        return Bar(
            code="PAPER_NOT_ISSUED",
            text="待送达的文书尚未签发制作",
            clause=clauses.SERVICE,
            fix=f"先办理“{title}”",
        )

    return gate


def served_in_due_form(issued_by: str) -> Gate:
    """The act of service is one that the law admits: method, consent, order, evidence, and a possible day."""

    def gate(matter: Matter) -> Bar | None:
        form = matter.form
        issued = matter.file.agreed(issued_by, matter.item or None)
        if not isinstance(form, ServePaper) or issued is None:
            return None
        rule = next((r for r in matter.file.rule.service if r.method == form.method), None)
        if rule is None:
            return Bar(
                code="SERVICE_NOT_ADMITTED",
                text=f"本名单制度不采用“{form.method.value}”送达方式",
                clause=clauses.SERVICE,
                fix="改用：" + "、".join(r.method.value for r in matter.file.rule.service),
            )
        clause = str(rule.basis)
        if form.on > matter.today:
            return Bar(
                code="SERVICE_IN_FUTURE",
                text="送达日期晚于登记之日",
                clause=clause,
                fix=f"填写不晚于{matter.today.isoformat()}的实际日期",
            )
        if form.on < issued.day:
            return Bar(
                code="SERVICE_BEFORE_ISSUE",
                text="送达日期早于文书签发之日",
                clause=clause,
                fix=f"填写不早于{issued.day.isoformat()}的实际日期",
            )
        if form.outcome is ServiceOutcome.FAILED:
            return None
        if rule.needs_consent and not form.consent:
            return Bar(
                code="CONSENT_MISSING",
                text="未经受送达人同意，不得以电子方式送达",
                clause=clause,
                fix="取得同意并签署送达地址确认书，或者改用其他方式",
            )
        failed = any(e.data["outcome"] == "failed" for e in matter.file.all(matter.step.name, matter.item))
        if rule.only_after_failure and not (failed or form.whereabouts_unknown):
            return Bar(
                code="ANNOUNCEMENT_TOO_EARLY",
                text="尚未以其他方式送达，也未查明下落不明，不得公告送达",
                clause=clause,
                fix="先以其他方式送达并登记结果，或者登记下落不明的查证材料",
            )
        lacking = [key for key in rule.evidence if not form.evidence.get(key)]
        if lacking:
            return Bar(
                code="SERVICE_EVIDENCE_MISSING",
                text="缺少送达证据：" + "、".join(lacking),
                clause=clause,
                fix="补充上列证据的材料编号",
            )
        return None

    return gate


# -- intake and assessment


def calendar_reaches(matter: Matter) -> Bar | None:
    """A case is opened only where its periods can be reckoned."""
    form: Opening = matter.form
    rule = form.rule
    terms = [rule.decision, rule.verification, rule.objection_window]
    if rule.hearing is not None:
        terms += [rule.hearing.request_within, rule.hearing.notice_before]
    try:
        for term in terms:
            if term.count is not None:
                end_of(matter.today, term, form.calendar)
    except BeyondHorizon as beyond:
        return Bar(
            code=beyond.code,
            text=f"本案的期限超出工作日历的范围（{form.calendar.first}至{form.calendar.horizon}），不能推算",
            clause=str(term.basis),
            fix="由法制人员录入新的放假安排通知，延长工作日历后再行登记",
        )
    return None


def effectiveness_shown(matter: Matter) -> Bar | None:
    """Saying 'effective' needs the day and proof, and the day may not lie ahead."""
    form = matter.form
    if not isinstance(form, ConfirmEffective) or not form.effective:
        return None
    if form.effective_on is None or not form.evidence:
        return Bar(
            code="ELEMENT_MISSING",
            text="确认生效须写明生效日期并附证据材料",
            clause=clauses.FOUNDING,
            fix="填写生效日期和证据材料",
        )
    decided = matter.file.opening.document.decided_on
    if not decided <= form.effective_on <= matter.today:
        return Bar(
            code="BASIS_NOT_EFFECTIVE",
            text="生效日期须在文书作出之日与今日之间",
            clause=clauses.FOUNDING,
            fix=f"填写{decided.isoformat()}至{matter.today.isoformat()}之间的日期；尚未生效的，填“未生效”",
        )
    return None


def decision_start_known(matter: Matter) -> Bar | None:
    """Where the decision period runs from something outside the case, its day is stated."""
    form, term = matter.form, matter.file.rule.decision
    if not isinstance(form, ConfirmGround) or not form.met or term.count is None:
        return None
    if term.starts in DECISION_STARTS:
        if form.counted_from is None:
            return None
        return Bar(
            code="START_FIXED",
            text="本名单制度的认定期限自本案的事件起算，不能另填起算日",
            clause=str(term.basis),
            fix="不填“认定期限起算日”",
        )
    if form.counted_from is not None and matter.file.working_days.first <= form.counted_from <= matter.today:
        return None
    return Bar(
        code="ELEMENT_MISSING",
        text="本名单制度的认定期限自本案以外的事件起算，须填写不晚于今日的起算日",
        clause=str(term.basis),
        fix="填写“认定期限起算日”",
    )


def ground_of_the_regime(matter: Matter) -> Bar | None:
    """A ground is one of those the regime names."""
    form = matter.form
    if not isinstance(form, ConfirmGround) or not form.met:
        return None
    grounds = {ground.key: ground for ground in matter.file.rule.grounds}
    if form.ground in grounds:
        return None
    return Bar(
        code="GROUND_UNKNOWN",
        text="所填列入情形不属于本名单制度",
        clause=str(matter.file.rule.grounds[0].basis),
        fix="从中选择：" + "、".join(f"{g.key}（{g.title}）" for g in grounds.values()),
    )


def minors_are_spared(matter: Matter) -> Bar | None:
    """A minor is no credit subject with full capacity: the assessment has to say so and cannot pass over it."""
    form = matter.form
    born = matter.file.opening.subject.born_on
    majority = matter.file.rule.majority
    if not isinstance(form, AssessLeniency) or born is None:
        return None
    decided = matter.file.opening.document.decided_on
    if born <= decided and decided >= born + relativedelta(years=count_of(majority)):
        return None
    if LeniencyFactor.MINOR in form.factors and form.conclusion is LeniencyConclusion.EXEMPT:
        return None
    return Bar(
        code="SUBJECT_IS_MINOR",
        text="依据文书作出时当事人未成年",
        clause=clauses.FULL_CAPACITY,
        fix="从宽情形选“未成年人”，结论选“豁免”",
    )


def leniency_has_factor(matter: Matter) -> Bar | None:
    """A lenient or exempting conclusion rests on a named circumstance."""
    form = matter.form
    if not isinstance(form, AssessLeniency) or form.conclusion is LeniencyConclusion.NONE or form.factors:
        return None
    return Bar(
        code="ELEMENT_MISSING",
        text="从宽或者豁免须写明所依据的情形",
        clause=clauses.LENIENCY,
        fix="至少选择一种从宽情形",
    )


# -- notice


def _measure_bar(matter: Matter, codes: Iterable[str]) -> Bar | None:
    listed: dict[str, Measure] = {m.code: m for m in matter.file.rule.measures}
    kind = matter.file.opening.subject.kind
    for place, code in enumerate(codes, start=1):
        measure = listed.get(code)
        if measure is None:
            return Bar(
                code="MEASURE_NOT_LISTED",
                text=f"第{place}项惩戒措施不在本名单制度可用的清单之内",
                clause=clauses.MEASURES,
                fix="从清单中选择：" + "、".join(f"{m.code}（{m.name}）" for m in listed.values()),
            )
        if kind not in measure.applies_to:
            return Bar(
                code="MEASURE_NOT_LISTED",
                text=f"惩戒措施“{measure.name}”不适用于该类主体",
                clause=clauses.MEASURES,
                fix="选择适用于该类主体的措施",
            )
    return None


def notice_measures_listed(matter: Matter) -> Bar | None:
    """What the notice announces is on the list of measures, each once."""
    if not isinstance(matter.form, DraftNotice):
        return None
    return _repeated(matter.form.measures) or _measure_bar(matter, matter.form.measures)


def _repeated(codes: Sequence[str]) -> Bar | None:
    twice = [f"第{place}项" for place, code in enumerate(codes, start=1) if code in codes[: place - 1]]
    if not twice:
        return None
    return Bar(
        code="MEASURE_REPEATED",
        text="惩戒措施重复：" + "、".join(twice),
        clause=clauses.MEASURES,
        fix="每项措施只列一次",
    )


# -- objection


def notice_served(matter: Matter) -> Bar | None:
    """The prior notice has reached the subject."""
    if matter.file.served("serve_prior_notice") is not None:
        return None
    return Bar(
        code="NOTICE_NOT_SERVED",
        text="事先告知书尚未送达",
        clause=clauses.PRIOR_NOTICE,
        fix="先签发并送达事先告知书",
    )


def notice_issued(matter: Matter) -> Bar | None:
    """There is a prior notice to object to."""
    if matter.file.agreed("issue_prior_notice") is not None:
        return None
    return Bar(
        code="NOTICE_NOT_ISSUED",
        text="事先告知书尚未签发",
        clause=clauses.PRIOR_NOTICE,
        fix="先签发事先告知书",
    )


def winding_up(matter: Matter) -> Bar | None:
    """The case is being ended because its basis fell, it was taken back, or nothing founds it any more."""
    if matter.file.stage is Stage.WINDING_UP:
        return None
    return Bar(
        code="NOT_WINDING_UP",
        text="案件没有进入终止办理",
        clause=matter.step.clause,
        fix="依据文书变动的，先登记；机关撤回的，先办理撤回",
    )


def undecided(matter: Matter) -> Bar | None:
    """Before the decision; afterwards the subject has the remedies that the decision names."""
    decided = matter.file.agreed("decide")
    if decided is None:
        return None
    return Bar(
        code="ALREADY_DECIDED",
        text="认定决定已经作出",
        clause=clauses.REMEDIES,
        fix="依法申请行政复议或者提起行政诉讼；发现决定有误的，另行申请更正",
    )


def window_still_open(matter: Matter) -> Bar | None:
    """There is a window left to give up."""
    if window_run_out(matter) is not None:
        return None
    hearing_left = matter.file.rule.hearing is not None and hearing_left_to_give_up(matter) is None
    return Bar(
        code="WINDOW_CLOSED",
        text="异议期已经届满或者已放弃",
        clause=clauses.OBJECTION,
        fix="放弃申请听证的，办理“书面放弃申请听证”" if hearing_left else "无须办理",
    )


def oral_needs_record(matter: Matter) -> Bar | None:
    """An oral statement is taken down and signed, where the regime admits one."""
    form = matter.form
    if form is None or form.channel.value != "oral":
        return None
    oral = matter.file.rule.oral_objection
    if not oral.holds:
        return Bar(
            code="ORAL_NOT_ADMITTED",
            text="本名单制度不接受口头异议",
            clause=str(oral.basis),
            fix="以书面方式提出",
        )
    if form.record is None:
        return Bar(
            code="ELEMENT_MISSING",
            text="口头提出的，须制作笔录",
            clause=str(oral.basis),
            fix="填写笔录编号",
        )
    return None


def posted_when(matter: Matter) -> Bar | None:
    """A postmark lies on or before the day of receipt; only post has one."""
    form = matter.form
    if form is None or form.posted_on is None:
        return None
    if form.channel.value == "post" and form.posted_on <= matter.today and form.evidence:
        return None
    return Bar(
        code="POSTMARK_INVALID",
        text="交邮日期仅适用于邮寄，不得晚于收到之日，并须附邮戳材料",
        clause=clauses.POSTED_IN_TIME,
        fix="核对提出方式、交邮日期和证据材料",
    )


def on_the_subjects_word(matter: Matter) -> Bar | None:
    """An officer who enters what the subject gave up has it in writing or on record."""
    form, actor = matter.form, matter.actor
    if form is None or actor is None or actor.has(Role.SUBJECT) or form.evidence:
        return None
    return Bar(
        code="ELEMENT_MISSING",
        text="由经办人登记当事人撤回的，须附当事人的书面材料或者笔录",
        clause=clauses.OBJECTION,
        fix="填写证据材料，或者由当事人自行提交",
    )


def not_settled(matter: Matter) -> Bar | None:
    """An answered, withdrawn or refused objection is done with."""
    objection = matter.file.objection(matter.item)
    if objection is None or not objection.settled:
        return None
    return Bar(code="OBJECTION_SETTLED", text="该异议已经办结", clause=clauses.OBJECTION, fix="无须办理")


# -- hearing


def hearing_is_given(matter: Matter) -> Bar | None:
    """The regime gives a hearing."""
    if matter.file.rule.hearing is not None:
        return None
    return Bar(
        code="NO_HEARING",
        text="本名单制度未规定听证",
        clause=matter.file.rule.document,
        fix="可以陈述、申辩和提出异议",
    )


def _may_still_ask(matter: Matter) -> bool:
    key = matter.file.latest_key("hearing_request")
    if key is None or matter.file.hearing_waived is not None:
        return False
    ends = matter.file.end_instant(key)
    return ends is None or matter.received_at < ends


def hearing_asked_in_time(matter: Matter) -> Bar | None:
    """The request comes within the period after service, and the right was neither given up nor used."""
    hearing, file = matter.file.rule.hearing, matter.file
    if hearing is None or file.latest_key("hearing_request") is None:
        return None
    if file.last("hold_hearing") is not None:
        return Bar(
            code="HEARING_HELD",
            text="本案已经举行听证",
            clause=str(hearing.basis),
            fix="可以陈述、申辩和提出异议",
        )
    if _may_still_ask(matter):
        return None
    waived = matter.file.hearing_waived is not None
    return Bar(
        code="HEARING_WAIVED" if waived else "HEARING_TOO_LATE",
        text="当事人已书面放弃申请听证" if waived else "申请听证的期限已过",
        clause=str(hearing.request_within.basis),
        fix="可以提出异议；逾期的，由认定机关决定是否受理",
    )


def hearing_left_to_give_up(matter: Matter) -> Bar | None:
    """The period in which a hearing can be asked for runs, and the right was neither used nor given up."""
    hearing, file = matter.file.rule.hearing, matter.file
    if hearing is None or file.latest_key("hearing_request") is None:
        return None
    if file.hearing_pending:
        return Bar(
            code="HEARING_PENDING",
            text="当事人已经申请听证",
            clause=str(hearing.basis),
            fix="不再要求听证的，办理“撤回听证申请”",
        )
    if _may_still_ask(matter) and file.last("hold_hearing") is None:
        return None
    return Bar(
        code="HEARING_WINDOW_CLOSED",
        text="申请听证的期限已过，或者听证权利已经放弃或者行使",
        clause=str(hearing.request_within.basis),
        fix="无须办理",
    )


def hearing_asked(matter: Matter) -> Bar | None:
    """A hearing was asked for, and neither held nor taken back."""
    if matter.file.rule.hearing is None or matter.file.hearing_pending:
        return None
    return Bar(
        code="HEARING_NOT_ASKED",
        text="没有待办的听证申请",
        clause=str(matter.file.rule.hearing.basis),
        fix="由当事人在期限内申请听证",
    )


def hearing_notice_long_enough(matter: Matter) -> Bar | None:
    """The notice of a hearing leaves the days that the law gives."""
    hearing, form = matter.file.rule.hearing, matter.form
    if hearing is None or form is None:
        return None
    earliest = end_of(matter.today, hearing.notice_before, matter.file.working_days).due
    if form.held_on >= earliest:
        return None
    return Bar(
        code="HEARING_NOTICE_TOO_SHORT",
        text="听证通知距举行之日过短",
        clause=str(hearing.notice_before.basis),
        fix=f"听证日期不早于{earliest.isoformat()}",
    )


def hearing_held_when_arranged(matter: Matter) -> Bar | None:
    """A hearing is held on or after the day that the notice named, and not before today is that day."""
    arranged, form = matter.file.last("arrange_hearing"), matter.form
    if arranged is None or form is None:
        return None
    if arranged.data["held_on"] <= form.held_on.isoformat() <= matter.today.isoformat():
        return None
    return Bar(
        code="DATE_IMPOSSIBLE",
        text="举行日期须在通知的听证日期与今日之间",
        clause=clauses.HEARING,
        fix=f"填写{arranged.data['held_on']}至{matter.today.isoformat()}之间的日期",
    )


def hearing_done(matter: Matter) -> Bar | None:
    """A hearing that was asked for has been held or taken back, and none can be asked for any more."""
    file, hearing = matter.file, matter.file.rule.hearing
    if hearing is None:
        return None
    if matter.file.hearing_pending:
        return Bar(
            code="HEARING_PENDING",
            text="当事人申请的听证尚未举行",
            clause=str(hearing.basis),
            fix="先通知并举行听证，或者登记撤回申请",
        )
    key = file.latest_key("hearing_request")
    if key is None or file.last("request_hearing") is not None or not _may_still_ask(matter):
        return None
    return Bar(
        code="HEARING_WINDOW_OPEN",
        text=f"申请听证的期限未满（{_end(file, key)}）",
        clause=str(hearing.request_within.basis),
        fix="等待期满，或者取得当事人书面放弃听证的声明，登记“书面放弃申请听证”",
    )


# -- decision


def _end(file: CaseFile, key: str) -> str:
    """When a period of the subject ends, in words."""
    end = file.reckon(key)
    if end is None:
        return "届满日超出工作日历，尚不能推算"
    return f"{end.due.isoformat()}届满{'，预估' if end.provisional else ''}"


def window_run_out(matter: Matter) -> Bar | None:
    """The subject's window has run out or was given up in writing."""
    file = matter.file
    if file.last("close_objection_window") or file.last("waive_objection"):
        return None
    key = file.latest_key("objection_window")
    return Bar(
        code="WINDOW_OPEN",
        text=f"异议期未满（{_end(file, key) if key is not None else '送达后起算'}）",
        clause=clauses.PRIOR_NOTICE,
        fix="等待期满，或者取得当事人书面放弃声明",
    )


def no_unanswered_objection(matter: Matter) -> Bar | None:
    """Every objection has its written answer, served."""
    waiting = matter.file.unsettled()
    if not waiting:
        return None
    return Bar(
        code="OBJECTION_UNANSWERED",
        text="尚有异议未书面答复或者答复未送达：" + "、".join(waiting),
        clause=clauses.OBJECTION,
        fix="先核实、答复并送达",
    )


def consent_is_needed(matter: Matter) -> Bar | None:
    """This body needs the consent of the next level up."""
    if matter.file.consent_needed:
        return None
    return Bar(
        code="CONSENT_NOT_NEEDED",
        text="本机关认定无须上级机关同意",
        clause=str(matter.file.rule.superior_consent.basis),
        fix="直接拟制决定",
    )


def superior_has_answered(matter: Matter) -> Bar | None:
    """Where the regime wants the superior's consent, it has been answered."""
    if not matter.file.consent_needed or matter.file.last("give_consent") is not None:
        return None
    return Bar(
        code="CONSENT_MISSING",
        text="尚未取得上级机关意见",
        clause=str(matter.file.rule.superior_consent.basis),
        fix="先报请上级机关同意",
    )


def _draft(matter: Matter) -> DraftDecision | None:
    if isinstance(matter.form, DraftDecision):
        return matter.form
    drafted = matter.file.last("draft_decision")
    return DraftDecision.submitted(_form_of(drafted.data)) if drafted and matter.form is not None else None


def _form_of(data: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in data.items() if key in DraftDecision.model_fields}


def consent_allows(matter: Matter) -> Bar | None:
    """Without consent the subject cannot be listed."""
    draft, consent = _draft(matter), matter.file.last("give_consent")
    if draft is None or draft.outcome is not DecisionOutcome.LIST or consent is None:
        return None
    if consent.data["consents"]:
        return None
    return Bar(
        code="CONSENT_REFUSED",
        text="上级机关不同意列入",
        clause=str(matter.file.rule.superior_consent.basis),
        fix="改作不予列入或者终止",
    )


_BASIS_MISSING = Bar(
    code="ELEMENT_MISSING", text="决定书缺少：依据", clause=clauses.DECISION, fix="写明所依据的规定"
)


def decision_complete(matter: Matter) -> Bar | None:
    """The decision states all that the law requires, in whichever paper carries it."""
    draft = _draft(matter)
    if draft is None:
        return None
    if draft.outcome is not DecisionOutcome.LIST:
        return None if draft.basis else _BASIS_MISSING
    elements = matter.file.rule.decision_elements
    on_penalty = draft.carrier is Carrier.PENALTY_DECISION
    if on_penalty and not matter.file.rule.resting_on_penalty.holds:
        return Bar(
            code="CARRIER_NOT_ADMITTED",
            text="本名单制度须另行制作列入决定书",
            clause=str(matter.file.rule.resting_on_penalty.basis),
            fix="决定载体改为“另行制作”",
        )
    unstated = [e for e in elements if on_penalty and e.key not in draft.penalty_elements]
    # Our paper restates what the penalty decision says, save the removal, for which it refers to it.
    lacking = unstated or [
        element
        for element in elements
        if not getattr(draft, element.key, True) and not (on_penalty and element.key == "removal")
    ]
    if matter.file.objections() and not draft.objections:
        return Bar(
            code="ELEMENT_MISSING",
            text="缺少异议采纳情况",
            clause=clauses.DECISION,
            fix="逐项写明对异议的处理",
        )
    assessed = matter.file.last("assess_leniency")
    if assessed is not None and assessed.data["conclusion"] == "lenient" and not draft.leniency:
        return Bar(
            code="ELEMENT_MISSING",
            text="审查结论为从宽，缺少从宽情形的考虑",
            clause=clauses.LENIENCY,
            fix=f"写明决定中如何体现从宽（从宽情形和理由见第{assessed.seq}号事件）",
        )
    if not lacking:
        return None
    where = "处罚决定书未载明" if unstated else "决定书缺少"
    return Bar(
        code="ELEMENT_MISSING",
        text=f"{where}：" + "、".join(element.title for element in lacking),
        clause=str(lacking[0].basis),
        fix="补齐上列要素" + ("，或者另行制作列入决定书" if unstated else ""),
    )


def decision_measures_listed(matter: Matter) -> Bar | None:
    """Measures are on the list, fit this kind of subject, and force no third party."""
    draft = _draft(matter)
    if draft is None or draft.outcome is not DecisionOutcome.LIST:
        return None
    forced = [f"第{place}项" for place, m in enumerate(draft.measures, start=1) if m.forces_third_parties]
    if forced:
        return Bar(
            code="THIRD_PARTY_FORCED",
            text="不得强制第三方实施惩戒：" + "、".join(forced),
            clause=clauses.MEASURES,
            fix="改为推送信息供其自主参考，或者删去",
        )
    codes = [measure.code for measure in draft.measures]
    notified = matter.file.last("draft_prior_notice")
    unannounced = [
        f"第{place}项"
        for place, code in enumerate(codes, start=1)
        if notified is not None and code not in notified.data["measures"]
    ]
    if listed := _repeated(codes) or _measure_bar(matter, codes):
        return listed
    if not unannounced:
        return None
    return Bar(
        code="MEASURE_NOT_NOTIFIED",
        text="事先告知书没有告知的惩戒措施：" + "、".join(unannounced),
        clause=clauses.PRIOR_NOTICE,
        fix="从已告知的措施中选择；确需增加的，应当重新告知",
    )


def draft_is_up_to_date(matter: Matter) -> Bar | None:
    """What is approved was drafted with every finding at hand: an objection raised since then sends it back."""
    drafted = matter.file.last("draft_decision")
    if drafted is None or matter.form is None:
        return None
    since = [objection.item for objection in matter.file.objections() if objection.raised.seq > drafted.seq]
    if not since:
        return None
    return Bar(
        code="DRAFT_OUTDATED",
        text="拟稿之后又收到异议，决定稿没有反映其处理：" + "、".join(since),
        clause=clauses.DECISION,
        fix="退回（不同意），由承办人对照异议的处理结果重新拟制",
    )


def when_agreed(gate: Gate) -> Gate:
    """The gate stands before agreement only: a draft can be sent back whatever it lacks."""

    def agreed(matter: Matter) -> Bar | None:
        return gate(matter) if matter.form is None or matter.form.agreed else None

    return agreed


def clock_runs(name: str) -> Gate:
    """Nothing is decided while the clock that it stands under stands still."""

    def gate(matter: Matter) -> Bar | None:
        key = matter.file.latest_key(f"{name}:{matter.item}" if matter.item else name)
        if key is None or not matter.file.suspended(key):
            return None
        return Bar(
            code="SUSPENDED",
            text="办理期限已中止",
            clause=matter.step.clause,
            fix=f"先恢复期限“{key}”",
        )

    return gate


# -- changes of deadlines


def deadline_runs(matter: Matter) -> Bar | None:
    """The named deadline is one of the authority's that still runs."""
    if matter.form is None:
        return None
    if matter.form.deadline in matter.file.owed_and_running():
        return None
    return Bar(
        code="DEADLINE_UNKNOWN",
        text="所填期限不是正在计算的机关期限",
        clause=clauses.DECISION,
        fix="从中选择：" + ("、".join(matter.file.owed_and_running()) or "（没有）"),
    )


def _grounds(matter: Matter) -> dict[str, Suspension]:
    return {ground.key: ground for ground in matter.file.rule.suspensions}


def suspension_has_ground(matter: Matter) -> Bar | None:
    """A clock stands still only on a ground that the rule names."""
    grounds = _grounds(matter)
    if not grounds:
        return Bar(
            code="TERM_NOT_SUSPENDABLE",
            text="本名单制度没有规定可以中止期限的情形",
            clause=matter.file.rule.document,
            fix="在期限内办理",
        )
    if matter.form is None or matter.form.ground in grounds:
        return None
    return Bar(
        code="TERM_NOT_SUSPENDABLE",
        text="所填情形不属于规定的中止情形",
        clause=str(next(iter(grounds.values())).basis),
        fix="从中选择：" + "、".join(f"{s.key}（{s.title}）" for s in grounds.values()),
    )


def not_suspended(matter: Matter) -> Bar | None:
    """The clock runs."""
    if matter.form is None or not matter.file.suspended(matter.form.deadline):
        return None
    return Bar(code="SUSPENDED", text="该期限已经中止", clause=clauses.DECISION, fix="先恢复期限")


def is_suspended(matter: Matter) -> Bar | None:
    """There is a clock that stands, to be set going again."""
    keys = [matter.form.deadline] if matter.form is not None else matter.file.owed_and_running()
    if any(matter.file.suspended(key) for key in keys):
        return None
    return Bar(code="NOT_SUSPENDED", text="该期限没有中止", clause=clauses.DECISION, fix="无须恢复")


def suspension_allowed(matter: Matter) -> Bar | None:
    """A clock can be stopped before it has run out."""
    if matter.form is not None and getattr(matter.form, "ground", None) not in {None, *_grounds(matter)}:
        return None  # another gate says so
    return _change_allowed(matter, matter.file.stopped, "propose_suspension")


def extension_allowed(matter: Matter) -> Bar | None:
    """A period is lengthened only where the rule says so, by no more, no more often, and before it has ended."""
    return _change_allowed(matter, matter.file.extended, "propose_extension")


def resumption_allowed(matter: Matter) -> Bar | None:
    """A clock runs on from a day that is not before the one on which it stopped."""
    form = matter.form
    if form is None or not matter.file.suspended(form.deadline):
        return None
    return _refused(matter, lambda: matter.file.deadlines[form.deadline].resume(matter.today, ""))


def _change_allowed(
    matter: Matter, change: Callable[[dict[str, Any], date, str], object], proposed_by: str
) -> Bar | None:
    """The change as the form asks for it, or as it was proposed, would be entered."""
    form, file = matter.form, matter.file
    if form is None or file.running(form.deadline) is None or file.suspended(form.deadline):
        return None
    asked = form.model_dump()
    if matter.step.name != proposed_by:
        proposed = file.proposal(proposed_by, matter.step.name, form.deadline)
        if proposed is None:
            return None
        asked = proposed.data
    return _refused(matter, lambda: change(asked, matter.today, ""))


def _refused(matter: Matter, change: Callable[[], object]) -> Bar | None:
    try:
        change()
    except Refusal as refused:
        return Bar(
            code=refused.code,
            text=refused.detail,
            clause=refused.clause or matter.step.clause,
            fix=refused.expected or "在期限届满前、按规定的次数和长度办理",
        )
    return None


def proposal_waits(propose: str) -> Gate:
    """There is an undecided proposal for this deadline, by another person."""

    def gate(matter: Matter) -> Bar | None:
        keys = [matter.form.deadline] if matter.form is not None else matter.file.owed_and_running()
        proposals = [
            found
            for key in keys
            if (found := matter.file.proposal(propose, matter.step.name, key)) is not None
        ]
        if not proposals:
            return Bar(
                code="NOTHING_PROPOSED",
                text="没有待批准的拟办意见",
                clause=clauses.FOUR_EYES,
                fix="由承办人先提出",
            )
        actor = matter.actor
        if actor is not None and all(p.actor is not None and same_hand(p.actor, actor) for p in proposals):
            return Bar(
                code="FOUR_EYES",
                text="提出与批准不得为同一人",
                clause=clauses.FOUR_EYES,
                fix="由另一人批准",
            )
        return None

    return gate


# -- the basis


def change_is_dated(matter: Matter) -> Bar | None:
    """What changed the document came after it and not in the future."""
    form = matter.form
    if not isinstance(form, BasisFell | BasisHeldUnlawful):
        return None
    if matter.file.opening.document.decided_on <= form.decided_on <= matter.today:
        return None
    return Bar(
        code="DATE_IMPOSSIBLE",
        text="日期须在依据文书作出之日与今日之间",
        clause=matter.step.clause,
        fix="核对变动文书的日期",
    )


def not_winding_up(matter: Matter) -> Bar | None:
    """The case is not being ended already."""
    if matter.file.stage is not Stage.WINDING_UP:
        return None
    return Bar(code="WINDING_UP", text="案件正在终止办理", clause=clauses.BASIS_FELL, fix="无须重复办理")


def document_only_changed(matter: Matter) -> Bar | None:
    """An entry is changed to new content only where the document was changed, not where it fell."""
    fell = matter.file.last("basis_fell")
    if fell is not None and fell.data["change"] == "changed":
        return None
    return Bar(
        code="BASIS_NOT_CHANGED",
        text="依据文书没有变更",
        clause=clauses.BASIS_FELL,
        fix="依据文书被撤销或者确认无效的，撤销列入",
    )


def closed_and_reopenable(matter: Matter) -> Bar | None:
    """Only a closed case is taken up again."""
    if matter.file.reopens_with is not None:
        return None
    return Bar(code="CASE_OPEN", text="案件尚在办理", clause=matter.step.clause, fix="无须重新办理")


def correctable(matter: Matter) -> Bar | None:
    """There is such an issued paper, and the slip is in it."""
    if matter.form is None or matter.form.of_seq in matter.file.papers:
        return None
    return Bar(
        code="PAPER_UNKNOWN",
        text="没有该序号对应的已签发文书",
        clause=clauses.DECISION,
        fix="可更正："
        + ("、".join(f"{seq}（{p.data['number']}）" for seq, p in matter.file.papers.items()) or "无"),
    )
