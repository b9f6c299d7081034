"""The steps of a determination (严重失信主体名单认定): who, by which clause, on what form, behind which gates."""

from __future__ import annotations

from typing import Any

from domain.people import Role
from domain.procedure import admission, clauses, forms, gates
from domain.procedure.opening import Opening
from domain.procedure.steps import Manner, Matter, Step

OFFICER, REVIEWER, APPROVER = Role.OFFICER, Role.REVIEWER, Role.APPROVER
SUBJECT, SUPERIOR = Role.SUBJECT, Role.SUPERIOR


def _if_agreed(kind: str) -> Any:
    def paper(matter: Matter) -> str | None:
        return kind if matter.form.agreed else None

    return paper


def _always(kind: str) -> Any:
    def paper(_: Matter) -> str | None:
        return kind

    return paper


def _decision_paper(matter: Matter) -> str | None:
    if not matter.form.agreed:
        return None
    drafted = matter.file.last("draft_decision")
    outcome = drafted.data["outcome"] if drafted else ""
    return {
        "list": "listing_decision",
        "not_list": "non_listing_decision",
        "terminate": "termination_notice",
    }[outcome]


def _late_answer(matter: Matter) -> str | None:
    return None if matter.form.admitted else "late_objection_answer"


def _issued_paper(issued_by: str) -> Any:
    """Which paper is voided: the event that issued it."""

    def facts(matter: Matter) -> dict[str, Any]:
        issued = matter.file.agreed(issued_by, matter.item or None)
        return {"voids": issued.seq} if issued else {}

    return facts


def _return_of_service(matter: Matter) -> str | None:
    """送达回证 is always required (民事诉讼法 第八十七条)."""
    return "service_return" if matter.form.outcome.value == "served" else None


def _lateness(matter: Matter) -> dict[str, Any]:
    """In time until the window is surely over, or posted on or before its last day (民事诉讼法 第八十五条)."""
    file = matter.file
    key = file.latest_key("objection_window")
    if key is None:
        return {"late": False}
    ends, end = file.end_instant(key), file.reckon(key)
    # What was received before the waiver is in time, although the waiver may have been dealt with first.
    closed = file.last("close_objection_window") or file.last("waive_objection")
    still_open = closed is None or matter.received_at < closed.received_at
    in_time = still_open and (ends is None or matter.received_at < ends)
    posted = matter.form.posted_on is not None and end is not None and matter.form.posted_on <= end.latest
    return {"late": not (in_time or posted)}


def _proposed(propose: str, *fields: str) -> Any:
    """What was proposed is entered again with the approval, so that the approval stands by itself."""

    def facts(matter: Matter) -> dict[str, Any]:
        proposed = matter.file.proposal(propose, matter.step.name, matter.form.deadline)
        return {name: proposed.data[name] for name in fields} if proposed else {}

    return facts


def _serve(name: str, title: str, issued_by: str, *, item: str = "") -> Step:
    return Step(
        name=name,
        title=title,
        clause=clauses.SERVICE,
        form=forms.ServePaper,
        roles=(OFFICER,),
        gates=(gates.paper_on_file(issued_by), gates.served_in_due_form(issued_by)),
        item=item,
        serves=issued_by,
        paper=_return_of_service,
    )


def _void(name: str, title: str, issued_by: str) -> Step:
    return Step(
        name=name,
        title=title,
        clause=clauses.VOIDING,
        form=forms.VoidPaper,
        roles=(APPROVER,),
        gates=(gates.paper_on_file(issued_by),),
        facts=_issued_paper(issued_by),
    )


def _clock(name: str, title: str, clause: str) -> Step:
    return Step(name=name, title=title, clause=clause, form=forms.ClockRan, manner=Manner.CLOCK)


PAPER_PRODUCED = Step(
    name="paper_produced",
    title="文书制作入卷",
    clause=clauses.DECISION,
    form=forms.PaperProduced,
    manner=Manner.MACHINE,
)
MISS_DEADLINE = Step(
    name="miss_deadline",
    title="期限届满未办结",
    clause=clauses.DECISION,
    form=forms.ClockRan,
    manner=Manner.STANDING,
)

_OBJECTION = "objection"
#: The subject was told, and has had every say that the law gives.
_HEARD_OUT = (
    gates.notice_served,
    gates.window_run_out,
    gates.no_unanswered_objection,
    gates.hearing_done,
)
#: What is drafted is lawful in itself.
_LAWFULLY_DRAFTED = (gates.consent_allows, gates.decision_complete, gates.decision_measures_listed)

_STEPS = (
    Step(
        name="open_case",
        title="线索登记",
        clause=clauses.FOUNDING,
        form=Opening,
        roles=(OFFICER,),
        gates=(*admission.GATES, gates.calendar_reaches),
    ),
    Step(
        name="confirm_effective",
        title="核实依据文书效力",
        clause=clauses.FOUNDING,
        form=forms.ConfirmEffective,
        roles=(OFFICER,),
        gates=(gates.effectiveness_shown,),
    ),
    Step(
        name="confirm_ground",
        title="核实列入情形",
        clause=clauses.STANDARD,
        form=forms.ConfirmGround,
        roles=(OFFICER,),
        gates=(gates.ground_of_the_regime, gates.decision_start_known),
    ),
    Step(
        name="assess_leniency",
        title="从宽与豁免审查",
        clause=clauses.LENIENCY,
        form=forms.AssessLeniency,
        roles=(OFFICER,),
        gates=(gates.minors_are_spared, gates.leniency_has_factor),
    ),
    Step(
        name="approve_exemption",
        title="批准豁免",
        clause=clauses.LENIENCY,
        form=forms.Approve,
        roles=(APPROVER,),
        gates=(gates.other_person_than("assess_leniency"),),
        paper=_if_agreed("exemption_decision"),
    ),
    _serve("serve_exemption", "送达豁免决定", "approve_exemption"),
    Step(
        name="draft_prior_notice",
        title="拟制事先告知书",
        clause=clauses.PRIOR_NOTICE,
        form=forms.DraftNotice,
        roles=(OFFICER,),
        gates=(gates.notice_measures_listed,),
    ),
    Step(
        name="review_prior_notice",
        title="审核事先告知书",
        clause=clauses.PRIOR_NOTICE,
        form=forms.Review,
        roles=(REVIEWER,),
        gates=(gates.other_person_than("draft_prior_notice"),),
    ),
    Step(
        name="issue_prior_notice",
        title="签发事先告知书",
        clause=clauses.PRIOR_NOTICE,
        form=forms.Approve,
        roles=(APPROVER,),
        gates=(gates.other_person_than("draft_prior_notice", "review_prior_notice"),),
        paper=_if_agreed("prior_notice"),
    ),
    _serve("serve_prior_notice", "送达事先告知书", "issue_prior_notice"),
    _void("void_prior_notice", "作废未送达的事先告知书", "issue_prior_notice"),
    _clock("deem_served", "公告期满视为送达", clauses.SERVICE),
    Step(
        name="raise_objection",
        title="提出陈述、申辩或者异议",
        clause=clauses.OBJECTION,
        form=forms.RaiseObjection,
        roles=(SUBJECT, OFFICER),
        gates=(gates.undecided, gates.notice_issued, gates.oral_needs_record, gates.posted_when),
        item=_OBJECTION,
        founds_item=True,
        facts=_lateness,
    ),
    Step(
        name="waive_objection",
        title="书面放弃陈述申辩和异议",
        clause=clauses.OBJECTION,
        form=forms.WaiveObjection,
        roles=(SUBJECT, OFFICER),
        gates=(gates.notice_served, gates.window_still_open),
    ),
    _clock("close_objection_window", "异议期届满", clauses.OBJECTION),
    Step(
        name="admit_late_objection",
        title="决定逾期异议是否受理",
        clause=clauses.OBJECTION,
        form=forms.AdmitLateObjection,
        roles=(REVIEWER, APPROVER),
        gates=(gates.not_settled,),
        item=_OBJECTION,
        paper=_late_answer,
    ),
    _serve("serve_late_answer", "送达逾期异议答复", "admit_late_objection", item=_OBJECTION),
    Step(
        name="accept_objection",
        title="受理异议",
        clause=clauses.OBJECTION,
        form=forms.AcceptObjection,
        roles=(OFFICER,),
        gates=(gates.not_settled,),
        item=_OBJECTION,
        paper=_always("objection_acceptance"),
    ),
    Step(
        name="verify_objection",
        title="核实异议",
        clause=clauses.OBJECTION,
        form=forms.VerifyObjection,
        roles=(OFFICER,),
        gates=(gates.not_settled,),
        item=_OBJECTION,
    ),
    Step(
        name="answer_objection",
        title="签发异议核实结果反馈书",
        clause=clauses.OBJECTION,
        form=forms.AnswerObjection,
        roles=(REVIEWER, APPROVER),
        gates=(
            gates.not_settled,
            gates.when_agreed(gates.clock_runs("verification")),
            gates.other_person_than("verify_objection"),
        ),
        item=_OBJECTION,
        paper=_if_agreed("objection_answer"),
    ),
    _serve("serve_answer", "送达异议核实结果反馈书", "answer_objection", item=_OBJECTION),
    Step(
        name="withdraw_objection",
        title="撤回异议",
        clause=clauses.OBJECTION,
        form=forms.WithdrawObjection,
        roles=(SUBJECT, OFFICER),
        gates=(gates.not_settled, gates.on_the_subjects_word),
        item=_OBJECTION,
    ),
    Step(
        name="request_hearing",
        title="申请听证",
        clause=clauses.HEARING,
        form=forms.RequestHearing,
        roles=(SUBJECT, OFFICER),
        gates=(gates.undecided, gates.hearing_is_given, gates.notice_served, gates.hearing_asked_in_time),
    ),
    Step(
        name="waive_hearing",
        title="书面放弃申请听证",
        clause=clauses.HEARING,
        form=forms.WaiveHearing,
        roles=(SUBJECT, OFFICER),
        gates=(
            gates.undecided,
            gates.hearing_is_given,
            gates.notice_served,
            gates.hearing_left_to_give_up,
        ),
    ),
    Step(
        name="arrange_hearing",
        title="发出听证通知",
        clause=clauses.HEARING,
        form=forms.ArrangeHearing,
        roles=(OFFICER,),
        gates=(gates.hearing_is_given, gates.hearing_asked, gates.hearing_notice_long_enough),
        paper=_always("hearing_notice"),
    ),
    Step(
        name="hold_hearing",
        title="举行听证",
        clause=clauses.HEARING,
        form=forms.HoldHearing,
        roles=(OFFICER, REVIEWER),
        gates=(gates.hearing_is_given, gates.hearing_asked, gates.hearing_held_when_arranged),
    ),
    Step(
        name="withdraw_hearing",
        title="撤回听证申请",
        clause=clauses.HEARING,
        form=forms.WithdrawHearing,
        roles=(SUBJECT, OFFICER),
        gates=(gates.hearing_is_given, gates.hearing_asked, gates.on_the_subjects_word),
    ),
    Step(
        name="request_consent",
        title="报请上级机关同意",
        clause=clauses.RANK,
        form=forms.RequestConsent,
        roles=(OFFICER,),
        gates=(gates.consent_is_needed, *_HEARD_OUT),
    ),
    Step(
        name="give_consent",
        title="上级机关答复",
        clause=clauses.RANK,
        form=forms.GiveConsent,
        roles=(SUPERIOR,),
        gates=(gates.consent_is_needed, gates.other_person_than("request_consent")),
    ),
    Step(
        name="draft_decision",
        title="拟制决定",
        clause=clauses.DECISION,
        form=forms.DraftDecision,
        roles=(OFFICER,),
        gates=(*_HEARD_OUT, gates.superior_has_answered, *_LAWFULLY_DRAFTED),
    ),
    Step(
        name="review_decision",
        title="审核决定",
        clause=clauses.DECISION,
        form=forms.Review,
        roles=(REVIEWER,),
        gates=(
            gates.other_person_than("draft_decision"),
            gates.when_agreed(gates.draft_is_up_to_date),
        ),
    ),
    Step(
        name="decide",
        title="批准签发决定",
        clause=clauses.DECISION,
        form=forms.Approve,
        roles=(APPROVER,),
        gates=(
            gates.other_person_than("draft_decision", "review_decision"),
            *map(
                gates.when_agreed,
                (
                    *_HEARD_OUT,
                    gates.superior_has_answered,
                    gates.clock_runs("decision"),
                    gates.draft_is_up_to_date,
                    *_LAWFULLY_DRAFTED,
                ),
            ),
        ),
        paper=_decision_paper,
    ),
    _serve("serve_decision", "送达决定", "decide"),
    _void("void_decision", "作废未送达的决定", "decide"),
    # -- at any time
    Step(
        name="propose_suspension",
        title="拟中止期限",
        clause=clauses.DECISION,
        form=forms.ProposeSuspension,
        roles=(OFFICER,),
        manner=Manner.STANDING,
        gates=(
            gates.suspension_has_ground,
            gates.deadline_runs,
            gates.not_suspended,
            gates.suspension_allowed,
        ),
    ),
    Step(
        name="approve_suspension",
        title="批准中止期限",
        clause=clauses.DECISION,
        form=forms.ApproveChange,
        roles=(APPROVER,),
        manner=Manner.STANDING,
        gates=(
            gates.proposal_waits("propose_suspension"),
            gates.deadline_runs,
            gates.when_agreed(gates.not_suspended),
            gates.when_agreed(gates.suspension_allowed),
        ),
        facts=_proposed("propose_suspension", "ground", "reasons"),
        paper=_if_agreed("suspension_notice"),
    ),
    Step(
        name="resume_deadline",
        title="恢复期限",
        clause=clauses.DECISION,
        form=forms.ResumeDeadline,
        roles=(OFFICER, APPROVER),
        manner=Manner.STANDING,
        gates=(gates.deadline_runs, gates.is_suspended, gates.resumption_allowed),
        paper=_always("resumption_notice"),
    ),
    Step(
        name="propose_extension",
        title="拟延长期限",
        clause=clauses.DECISION,
        form=forms.ProposeExtension,
        roles=(OFFICER,),
        manner=Manner.STANDING,
        gates=(gates.deadline_runs, gates.not_suspended, gates.extension_allowed),
    ),
    Step(
        name="approve_extension",
        title="批准延长期限",
        clause=clauses.DECISION,
        form=forms.ApproveChange,
        roles=(APPROVER,),
        manner=Manner.STANDING,
        gates=(
            gates.proposal_waits("propose_extension"),
            gates.deadline_runs,
            gates.when_agreed(gates.not_suspended),
            gates.when_agreed(gates.extension_allowed),
        ),
        facts=_proposed("propose_extension", "count", "reasons"),
        paper=_if_agreed("extension_notice"),
    ),
    Step(
        name="correct_paper",
        title="更正文书",
        clause=clauses.DECISION,
        form=forms.CorrectPaper,
        roles=(APPROVER,),
        manner=Manner.STANDING,
        after_close=True,
        gates=(gates.correctable,),
        paper=_always("correction_notice"),
    ),
    Step(
        name="note",
        title="备注",
        clause=clauses.DECISION,
        form=forms.Note,
        roles=(OFFICER, REVIEWER, APPROVER),
        manner=Manner.STANDING,
        after_close=True,
    ),
    Step(
        name="basis_held_unlawful",
        title="登记依据文书被确认违法但未撤销",
        clause=clauses.HELD_UNLAWFUL,
        form=forms.BasisHeldUnlawful,
        roles=(OFFICER,),
        manner=Manner.STANDING,
        gates=(gates.change_is_dated,),
    ),
    Step(
        name="basis_fell",
        title="登记依据文书被撤销、变更或者确认无效",
        clause=clauses.BASIS_FELL,
        form=forms.BasisFell,
        roles=(OFFICER,),
        manner=Manner.INTERRUPTING,
        gates=(gates.not_winding_up, gates.change_is_dated),
    ),
    Step(
        name="withdraw_case",
        title="撤回案件",
        clause=clauses.DECISION,
        form=forms.WithdrawCase,
        roles=(APPROVER,),
        manner=Manner.INTERRUPTING,
        gates=(gates.not_winding_up, gates.undecided),
    ),
    Step(
        name="issue_termination",
        title="签发终止通知书",
        clause=clauses.BASIS_FELL,
        form=forms.Approve,
        # As with other answers, a reviewer may issue it: a body with one approver, who took the case back, still can.
        roles=(REVIEWER, APPROVER),
        gates=(gates.winding_up, gates.other_person_than_who_ended_it),
        paper=_if_agreed("termination_notice"),
    ),
    _serve("serve_termination", "送达终止通知书", "issue_termination"),
    Step(
        name="reopen_case",
        title="重新办理",
        clause=clauses.DECISION,
        form=forms.ReopenCase,
        roles=(APPROVER,),
        gates=(gates.closed_and_reopenable,),
    ),
    PAPER_PRODUCED,
    MISS_DEADLINE,
)

STEPS = {step.name: step for step in _STEPS}
