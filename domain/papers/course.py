"""Papers about the course of a case: termination, extension, suspension, resumption, correction."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from annotated_types import MinLen

from domain.papers.elements import Must
from domain.papers.kinds import PaperKind
from domain.papers.parts import PLAN_4_3, Approval, Basis, Contact, Content, Due, PaperReference
from domain.strict import Line, LongText, StrictModel, Text


class TerminationNotice(Content):
    """终止通知书: the procedure ends without a decision, e.g. since the founding document fell."""

    paper: ClassVar[PaperKind] = PaperKind.TERMINATION_NOTICE

    kind: Literal[PaperKind.TERMINATION_NOTICE] = PaperKind.TERMINATION_NOTICE
    stage: Annotated[Line, Must("终止时所处的阶段", PLAN_4_3)]
    reasons: Annotated[LongText, Must("终止的理由", PLAN_4_3)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    consequence: Annotated[Text, Must("终止的后果", PLAN_4_3)]
    ended_on: Annotated[date, Must("终止日期", PLAN_4_3)]
    contact: Contact | None = None


class ExtendedTerm(StrictModel):
    """A term before and after its extension."""

    name: Annotated[Line, Must("期限名称", PLAN_4_3)]  # e.g. 作出认定决定的期限
    was: Annotated[Due, Must("原届满日期", PLAN_4_3)]
    by: Annotated[Line, Must("延长的时间", PLAN_4_3)]  # in words
    now: Annotated[Due, Must("延长后的届满日期", PLAN_4_3)]


class ExtensionNotice(Content):
    """延期通知书: only as the rule allows it, with reason and approver."""

    paper: ClassVar[PaperKind] = PaperKind.EXTENSION_NOTICE

    kind: Literal[PaperKind.EXTENSION_NOTICE] = PaperKind.EXTENSION_NOTICE
    term: Annotated[ExtendedTerm, Must("延长的期限", PLAN_4_3)]
    reasons: Annotated[LongText, Must("延期的理由", PLAN_4_3)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    approval: Annotated[Approval, Must("批准", PLAN_4_3)]
    contact: Contact | None = None


class SuspensionNotice(Content):
    """中止通知书: which clocks stand still from which day, and what sets them going again."""

    paper: ClassVar[PaperKind] = PaperKind.SUSPENSION_NOTICE

    kind: Literal[PaperKind.SUSPENSION_NOTICE] = PaperKind.SUSPENSION_NOTICE
    terms: Annotated[tuple[Line, ...], Must("中止计算的期限", PLAN_4_3), MinLen(1)]
    since: Annotated[date, Must("中止日期", PLAN_4_3)]
    reasons: Annotated[LongText, Must("中止的理由", PLAN_4_3)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    resumes_when: Annotated[Text, Must("恢复的条件", PLAN_4_3)]
    approval: Annotated[Approval, Must("批准", PLAN_4_3)]
    contact: Contact | None = None


class ResumedTerm(StrictModel):
    """A term that runs again: the time not counted, and its new end."""

    name: Annotated[Line, Must("期限名称", PLAN_4_3)]
    lost: Annotated[Line, Must("不计入期限的时间", PLAN_4_3)]  # in words, e.g. 6个工作日
    now: Annotated[Due, Must("恢复后的届满日期", PLAN_4_3)]


class ResumptionNotice(Content):
    """恢复通知书: the ground of the suspension is gone; the terms move by the time actually lost."""

    paper: ClassVar[PaperKind] = PaperKind.RESUMPTION_NOTICE

    kind: Literal[PaperKind.RESUMPTION_NOTICE] = PaperKind.RESUMPTION_NOTICE
    suspended_on: Annotated[date, Must("中止日期", PLAN_4_3)]
    resumed_on: Annotated[date, Must("恢复日期", PLAN_4_3)]
    reasons: Annotated[LongText, Must("恢复的理由", PLAN_4_3)]
    terms: Annotated[tuple[ResumedTerm, ...], Must("恢复计算的期限", PLAN_4_3), MinLen(1)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    contact: Contact | None = None


class Correction(StrictModel):
    """One passage put right."""

    where: Annotated[Line, Must("更正的位置", PLAN_4_3)]
    was: Annotated[Text, Must("原文", PLAN_4_3)]
    now: Annotated[Text, Must("更正后的文字", PLAN_4_3)]


class CorrectionNotice(Content):
    """更正通知书: puts right what an issued paper says; the paper itself is never overwritten."""

    paper: ClassVar[PaperKind] = PaperKind.CORRECTION_NOTICE

    kind: Literal[PaperKind.CORRECTION_NOTICE] = PaperKind.CORRECTION_NOTICE
    corrects: Annotated[PaperReference, Must("被更正的文书", PLAN_4_3)]
    corrections: Annotated[tuple[Correction, ...], Must("更正内容", PLAN_4_3), MinLen(1)]
    reasons: Annotated[LongText, Must("更正的理由", PLAN_4_3)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    effect: Annotated[Text, Must("更正的效力", PLAN_4_3)]
    contact: Contact | None = None
