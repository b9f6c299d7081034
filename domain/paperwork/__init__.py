"""The paper that an event issues, drawn up from the file of its case (文书内容的生成).

A paper is read off the file as it stood when the event was entered, so that drawing it up again at any later time
gives the same contents.
"""

from __future__ import annotations

from typing import Any, Final

from domain.document_numbers import DocumentNumber
from domain.papers import Paper, PaperKind, draw_up
from domain.paperwork.course import (
    correction_notice,
    extension_notice,
    resumption_notice,
    suspension_notice,
)
from domain.paperwork.decisions import exemption_decision, listing_decision, non_listing_decision
from domain.paperwork.notices import hearing_notice, prior_notice
from domain.paperwork.objections import late_objection_answer, objection_acceptance, objection_answer
from domain.paperwork.service import service_return
from domain.paperwork.source import Issue, as_it_stood, list_title
from domain.paperwork.termination import termination_notice
from domain.procedure.casefile import CaseFile
from domain.procedure.events import Event
from domain.rules import Element

__all__ = ["build_paper"]

#: Printed until the record has given the case its number.
NO_CASE_NUMBER: Final = "待编"

_CONTENTS: Final = {
    PaperKind.PRIOR_NOTICE: prior_notice,
    PaperKind.SERVICE_RETURN: service_return,
    PaperKind.OBJECTION_ACCEPTANCE: objection_acceptance,
    PaperKind.OBJECTION_ANSWER: objection_answer,
    PaperKind.LATE_OBJECTION_ANSWER: late_objection_answer,
    PaperKind.LISTING_DECISION: listing_decision,
    PaperKind.NON_LISTING_DECISION: non_listing_decision,
    PaperKind.EXEMPTION_DECISION: exemption_decision,
    PaperKind.TERMINATION_NOTICE: termination_notice,
    PaperKind.EXTENSION_NOTICE: extension_notice,
    PaperKind.SUSPENSION_NOTICE: suspension_notice,
    PaperKind.RESUMPTION_NOTICE: resumption_notice,
    PaperKind.HEARING_NOTICE: hearing_notice,
    PaperKind.CORRECTION_NOTICE: correction_notice,
}


def build_paper(file: CaseFile, event: Event) -> Paper:
    """The paper that `event` of this file issues: `event.data["paper"]` says which.

    `file` holds `event`, and may hold later events; these do not enter the paper. Without `number` in the event's data
    it is a draft. Raises LegalRefusal (ELEMENT_MISSING) naming all that the law requires and the file does not have.
    """
    kind = PaperKind(event.data["paper"])
    issue = Issue(file=as_it_stood(file, event), event=event)
    return draw_up(kind, _header(issue), _CONTENTS[kind](issue), elements=_elements(issue, kind))


def _elements(issue: Issue, kind: PaperKind) -> list[Element]:
    """What the regime itself wants a notice and a listing decision to state."""
    match kind:
        case PaperKind.PRIOR_NOTICE:
            return issue.file.rule.notice_elements
        case PaperKind.LISTING_DECISION:
            return issue.file.rule.decision_elements
        case _:
            return []


def _header(issue: Issue) -> dict[str, Any]:
    opening, number = issue.file.opening, issue.event.data.get("number")
    subject = opening.subject
    return {
        "authority": opening.authority.name,
        "number": DocumentNumber.read(number) if number else None,
        "addressee": {
            "kind": subject.kind,
            "name": subject.name,
            "identifier": subject.id_number,
            "representative": subject.representative,
            "address": subject.address,
        },
        "made_on": issue.event.day,
        "case_number": issue.file.events[0].data.get("case_no", NO_CASE_NUMBER),
        "list_title": list_title(opening.rule.title),
        "practice": opening.practice,
        "titles": opening.titles,
    }
