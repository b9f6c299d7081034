"""What the authority writes about an objection (异议文书)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from annotated_types import MinLen

from domain.papers.elements import Must
from domain.papers.kinds import PaperKind
from domain.papers.parts import PLAN_4_3, Basis, Contact, Content, Due, ObjectionResult, Window
from domain.strict import LongText, Text


class Manner(StrEnum):
    """How the objection reached the authority (提出方式)."""

    WRITTEN = "written"
    ORAL = "oral"
    ELECTRONIC = "electronic"


class ObjectionAcceptance(Content):
    """异议受理通知书: received, registered, verified by which day (宁信用〔2021〕1号 四（三）)."""

    paper: ClassVar[PaperKind] = PaperKind.OBJECTION_ACCEPTANCE

    kind: Literal[PaperKind.OBJECTION_ACCEPTANCE] = PaperKind.OBJECTION_ACCEPTANCE
    received_on: Annotated[date, Must("收到异议的日期", PLAN_4_3)]
    manner: Manner
    objected: Annotated[LongText, Must("异议要点", PLAN_4_3)]
    verification: Annotated[Window, Must("核实和反馈的期限", PLAN_4_3)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    contact: Annotated[Contact, Must("联系方式", PLAN_4_3)]


class ObjectionAnswer(Content):
    """异议核实结果反馈书: the written answer to an objection (宁信用〔2021〕1号 四（三）)."""

    paper: ClassVar[PaperKind] = PaperKind.OBJECTION_ANSWER

    kind: Literal[PaperKind.OBJECTION_ANSWER] = PaperKind.OBJECTION_ANSWER
    received_on: Annotated[date, Must("收到异议的日期", PLAN_4_3)]
    objected: Annotated[LongText, Must("异议内容", PLAN_4_3)]
    verified: Annotated[LongText, Must("核实情况", PLAN_4_3)]
    result: Annotated[ObjectionResult, Must("核实结果", PLAN_4_3)]
    reasons: Annotated[LongText, Must("理由", PLAN_4_3)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    consequence: Annotated[Text, Must("后续处理", PLAN_4_3)]
    contact: Contact | None = None


class LateObjectionAnswer(Content):
    """逾期异议答复书: an objection after the window is kept, and its admission decided with reasons."""

    paper: ClassVar[PaperKind] = PaperKind.LATE_OBJECTION_ANSWER

    kind: Literal[PaperKind.LATE_OBJECTION_ANSWER] = PaperKind.LATE_OBJECTION_ANSWER
    received_on: Annotated[date, Must("收到异议的日期", PLAN_4_3)]
    window_ended: Annotated[Due, Must("异议期限届满的日期", PLAN_4_3)]
    objected: Annotated[LongText, Must("异议内容", PLAN_4_3)]
    admitted: Annotated[bool, Must("是否受理", PLAN_4_3)]
    reasons: Annotated[LongText, Must("理由", PLAN_4_3)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    consequence: Annotated[Text, Must("后续处理", PLAN_4_3)]
    contact: Contact | None = None
