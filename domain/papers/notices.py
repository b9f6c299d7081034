"""Prior notice and notice of the hearing (事先告知书、听证通知书)."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, ClassVar, Literal

from annotated_types import MinLen

from domain.papers.elements import Must
from domain.papers.kinds import PaperKind
from domain.papers.parts import (
    PLAN_3_2,
    PLAN_4_3,
    Basis,
    Contact,
    Content,
    FoundingDocument,
    NamedMeasure,
    Publication,
    Window,
)
from domain.rules import Element
from domain.strict import Line, LongText, StrictModel, Text


class HearingRight(StrictModel):
    """The right to ask for a hearing, where the regime gives it (行政处罚法 第六十四条)."""

    window: Window
    how: Text


class Rights(StrictModel):
    """What the party may do against the intended listing, until when, and how."""

    window: Annotated[Window, Must("陈述、申辩和提出异议的期限", PLAN_4_3)]
    how: Annotated[Text, Must("提出的方式", PLAN_4_3)]
    where: Annotated[Line, Must("接收的地点或者途径", PLAN_4_3)]
    oral: bool = False  # 可以口头提出
    hearing: HearingRight | None = None


class PriorNotice(Content):
    """事先告知书 (宁信用〔2021〕1号 四（三）): reasons, basis and rights, in writing, before the decision."""

    paper: ClassVar[PaperKind] = PaperKind.PRIOR_NOTICE

    kind: Literal[PaperKind.PRIOR_NOTICE] = PaperKind.PRIOR_NOTICE
    elements: Annotated[tuple[Element, ...], MinLen(1)]
    ground: Annotated[Line, Must("拟列入的情形", PLAN_4_3)]
    facts: Annotated[LongText, Must("事由", PLAN_4_3)]
    founding: Annotated[FoundingDocument, Must("依据文书", PLAN_3_2)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    measures: tuple[NamedMeasure, ...] = ()
    publication: Publication | None = None
    rights: Annotated[Rights, Must("当事人享有的权利", PLAN_4_3)]
    contact: Annotated[Contact, Must("联系方式", PLAN_4_3)]


class HearingNotice(Content):
    """听证通知书 (行政处罚法 第六十四条): when, where, before whom, and the party's rights there."""

    paper: ClassVar[PaperKind] = PaperKind.HEARING_NOTICE

    kind: Literal[PaperKind.HEARING_NOTICE] = PaperKind.HEARING_NOTICE
    requested_on: Annotated[date, Must("提出听证要求的日期", "行政处罚法 第六十四条")]
    subject: Annotated[Text, Must("听证事项", "行政处罚法 第六十四条")]
    held_on: Annotated[date, Must("听证日期", "行政处罚法 第六十四条")]
    held_at: Annotated[time, Must("听证时间", "行政处罚法 第六十四条")]
    place: Annotated[Line, Must("听证地点", "行政处罚法 第六十四条")]
    presiding: Annotated[Line, Must("听证主持人", "行政处罚法 第六十四条")]
    recorder: Line | None = None
    public: bool
    rights: Annotated[Text, Must("申请回避、委托代理等权利", "行政处罚法 第六十四条")]
    absence: Annotated[Text, Must("不到场的后果", "行政处罚法 第六十四条")]
    basis: Annotated[tuple[Basis, ...], Must("依据", "行政处罚法 第六十四条"), MinLen(1)]
    contact: Annotated[Contact, Must("联系方式", "行政处罚法 第六十四条")]
