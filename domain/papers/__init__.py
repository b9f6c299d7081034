"""What the official papers say, as data: one model a kind, built only when it states all that the law requires.

    paper = draw_up(PaperKind.LISTING_DECISION, header, content, elements=rule.decision_elements)

A paper is a header and a content. Wording and layout are the templates' business; law comes from the pinned rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError
from pydantic_core import to_jsonable_python

from domain.papers.course import (
    CorrectionNotice,
    ExtensionNotice,
    ResumptionNotice,
    SuspensionNotice,
    TerminationNotice,
)
from domain.papers.decisions import ExemptionDecision, ListingDecision, NonListingDecision
from domain.papers.elements import element_missing, lacks, missing_elements
from domain.papers.kinds import PaperKind
from domain.papers.notices import HearingNotice, PriorNotice
from domain.papers.objections import LateObjectionAnswer, ObjectionAcceptance, ObjectionAnswer
from domain.papers.parts import Content, Header, words
from domain.papers.service import ServiceReturn
from domain.refusals import Malformed
from domain.rules import Element
from domain.strict import StrictModel

__all__ = ["CONTENTS", "Paper", "PaperKind", "draw_up", "missing_elements", "words"]

AnyContent = (
    PriorNotice
    | ServiceReturn
    | ObjectionAcceptance
    | ObjectionAnswer
    | LateObjectionAnswer
    | ListingDecision
    | NonListingDecision
    | ExemptionDecision
    | TerminationNotice
    | ExtensionNotice
    | SuspensionNotice
    | ResumptionNotice
    | HearingNotice
    | CorrectionNotice
)

#: The model of each kind's content.
CONTENTS: Final[dict[PaperKind, type[Content]]] = {
    model.paper: model
    for model in (
        PriorNotice,
        ServiceReturn,
        ObjectionAcceptance,
        ObjectionAnswer,
        LateObjectionAnswer,
        ListingDecision,
        NonListingDecision,
        ExemptionDecision,
        TerminationNotice,
        ExtensionNotice,
        SuspensionNotice,
        ResumptionNotice,
        HearingNotice,
        CorrectionNotice,
    )
}


class Paper(StrictModel):
    """One official paper, complete. Built by `draw_up`, which names every element that is missing."""

    header: Header
    content: Annotated[AnyContent, Field(discriminator="kind")]

    @property
    def kind(self) -> PaperKind:
        return self.content.kind

    @property
    def title_lines(self) -> tuple[str, ...]:
        """The printed title in the parts at which it may break: 列入…名单 / 事先告知书."""
        listed = self.header.list_title
        match self.kind:
            case PaperKind.PRIOR_NOTICE:
                return (f"列入{listed}", "事先告知书")
            case PaperKind.LISTING_DECISION:
                return (f"列入{listed}", "决定书")
            case PaperKind.NON_LISTING_DECISION:
                return (f"不予列入{listed}", "决定书")
            case PaperKind.EXEMPTION_DECISION:
                return (f"豁免列入{listed}", "决定书")
            case _:
                return (self.kind.label,)


def draw_up(
    kind: PaperKind,
    header: Header | Mapping[str, Any],
    content: Mapping[str, Any],
    *,
    elements: Sequence[Element] = (),
) -> Paper:
    """The paper of this kind with this content, which may hold JSON values or real ones.

    `elements` is the pinned rule's list for the kind. Raises LegalRefusal (ELEMENT_MISSING) when anything required is
    missing or blank, Malformed when a value is not of its kind; neither repeats what was submitted.
    """
    model = CONTENTS[kind]
    head = to_jsonable_python(header)
    body = to_jsonable_python(content)
    missing = [*lacks(Header, head, path="header."), *model.all_lacks(body, elements)]
    if missing:
        raise element_missing(kind.label, missing)
    body |= {"kind": kind.value, "elements": to_jsonable_python(list(elements))}
    try:
        return Paper.submitted({"header": head, "content": body})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"] if part != kind.value)
        raise Malformed(
            detail=f"《{kind.label}》的内容不符合要求：{where}", field=where, expected=first["msg"]
        ) from None
