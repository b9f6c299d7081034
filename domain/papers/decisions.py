"""The decisions (列入、不予列入、豁免决定书)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from annotated_types import MinLen
from pydantic import model_validator

from domain.papers.elements import Must
from domain.papers.kinds import PaperKind
from domain.papers.parts import (
    PLAN_3_2,
    PLAN_4_2,
    PLAN_4_3,
    Basis,
    Content,
    FoundingDocument,
    MeasureHint,
    NoticeGiven,
    ObjectionHeard,
    Publication,
    Remedies,
    Removal,
    SuperiorConsent,
)
from domain.rules import Element
from domain.strict import Line, LongText, StrictModel, Text


class Carrier(StrEnum):
    """What carries the decision (决定载体; 宁信用〔2021〕1号 四（三）)."""

    SEPARATE = "separate"  # a listing decision of its own
    ADMINISTRATIVE_DECISION = "administrative_decision"  # rests on the administrative decision document


class ObjectionsDealtWith(StrictModel):
    """The party's objections and what came of them; where there were none, that it is so and why.

    `none` is e.g. 期限内未提出, 书面放弃. Exactly one of the two is stated. `besides` follows, each text a paragraph:
    the hearing, a right given up, the authority's account of the whole.
    """

    heard: tuple[ObjectionHeard, ...] = ()
    none: Text | None = None
    besides: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.heard) == (self.none is not None):
            raise ValueError("应当写明当事人的异议及其处理，或者写明没有异议的情况，二者择一")
        return self


class ListingDecision(Content):
    """列入决定书 (宁信用〔2021〕1号 四（三）): 事由、依据、失信惩戒措施提示、移出条件和程序、救济措施."""

    paper: ClassVar[PaperKind] = PaperKind.LISTING_DECISION

    kind: Literal[PaperKind.LISTING_DECISION] = PaperKind.LISTING_DECISION
    elements: Annotated[tuple[Element, ...], MinLen(1)]
    ground: Annotated[Line, Must("列入情形", PLAN_4_3)]
    facts: Annotated[LongText, Must("事由", PLAN_4_3)]
    founding: Annotated[FoundingDocument, Must("依据文书", PLAN_3_2)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]
    notice: Annotated[NoticeGiven, Must("事先告知情况", PLAN_4_3)]
    objections: Annotated[ObjectionsDealtWith, Must("异议及其处理", PLAN_4_3)]
    consent: SuperiorConsent | None = None
    carrier: Carrier = Carrier.SEPARATE
    measures: Annotated[tuple[MeasureHint, ...], Must("失信惩戒措施提示", PLAN_4_3), MinLen(1)]
    removal: Annotated[Removal, Must("移出条件和程序", PLAN_4_3)]
    publication: Publication | None = None
    remedies: Annotated[Remedies, Must("救济措施", PLAN_4_3)]


class NonListingDecision(Content):
    """不予列入决定书: the case ends without listing, after notice and objections."""

    paper: ClassVar[PaperKind] = PaperKind.NON_LISTING_DECISION

    kind: Literal[PaperKind.NON_LISTING_DECISION] = PaperKind.NON_LISTING_DECISION
    facts: Annotated[LongText, Must("事由", PLAN_4_3)]
    founding: Annotated[FoundingDocument, Must("依据文书", PLAN_3_2)]
    notice: Annotated[NoticeGiven, Must("事先告知情况", PLAN_4_3)]
    objections: Annotated[ObjectionsDealtWith, Must("异议及其处理", PLAN_4_3)]
    reasons: Annotated[LongText, Must("不予列入的理由", PLAN_4_3)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_3), MinLen(1)]


class LeniencyGround(StrEnum):
    """Grounds of leniency (从宽、豁免情形; 宁信用〔2021〕1号 四（二）)."""

    MINOR = "minor"
    FORCE_MAJEURE = "force_majeure"
    NOT_INTENTIONAL = "not_intentional"
    SLIGHT = "slight"


class ExemptionDecision(Content):
    """豁免决定书 (宁信用〔2021〕1号 四（二）): the case ends before any notice, with reasons."""

    paper: ClassVar[PaperKind] = PaperKind.EXEMPTION_DECISION

    kind: Literal[PaperKind.EXEMPTION_DECISION] = PaperKind.EXEMPTION_DECISION
    facts: Annotated[LongText, Must("事由", PLAN_4_2)]
    founding: Annotated[FoundingDocument, Must("依据文书", PLAN_3_2)]
    grounds: Annotated[tuple[LeniencyGround, ...], Must("豁免情形", PLAN_4_2), MinLen(1)]
    reasons: Annotated[LongText, Must("豁免的理由", PLAN_4_2)]
    basis: Annotated[tuple[Basis, ...], Must("依据", PLAN_4_2), MinLen(1)]
