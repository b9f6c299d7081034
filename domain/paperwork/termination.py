"""Notice that a case ends without a listing decision (终止通知书)."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.paperwork.source import Issue, Parts, as_it_stood, basis, basis_of_lines, cited, day, paragraphs
from domain.procedure.casefile import CaseFile
from domain.procedure.events import Event
from domain.procedure.forms import BasisChange

_CHANGES: Final = {
    BasisChange.REVOKED: "被撤销",
    BasisChange.VOID: "被确认无效",
    BasisChange.CHANGED: "被变更",
}


def termination_notice(issue: Issue) -> Parts:
    """终止通知书: by decision, or because the founding document fell or the authority took the case back."""
    told = _by_decision(issue) if issue.event.step == "decide" else _by_interruption(issue)
    return told | {
        "consequence": f"本案到此终结，本机关不就本案对{issue.you}作出列入决定。",
        "ended_on": issue.event.day,
        "contact": issue.contact(),
    }


def _by_decision(issue: Issue) -> Parts:
    draft = issue.drafted("draft_decision")
    return {
        "stage": _stage_before(issue.file, issue.event),
        "reasons": paragraphs(draft["facts"], draft["reasons"]),
        "basis": basis_of_lines(draft["basis"]),
    }


def _by_interruption(issue: Issue) -> Parts:
    ended = issue.file.wound_up_by
    assert ended is not None, "a case is wound up because something ended it"
    return {
        "stage": _stage_before(issue.file, ended),
        "reasons": paragraphs(*_why(issue, ended)),
        "basis": basis(cited(ended.clause)),
    }


def _why(issue: Issue, ended: Event) -> tuple[str, ...]:
    match ended.step:
        case "basis_fell":
            return _fall(issue), ended.data["reasons"]
        case "withdraw_case":
            return (ended.data["reasons"],)
        case "confirm_ground":
            return _unfounded(issue, "不符合列入情形"), ended.data["reasons"]
        case _:
            return _unfounded(issue, "没有生效"), ended.data["remedies_state"]


def _unfounded(issue: Issue, what: str) -> str:
    """The document was changed, and what is left of it founds no listing."""
    document = issue.file.opening.document
    return f"《{document.title}》（{document.number}）变更后，经重新核实，{what}。"


def _fall(issue: Issue) -> str:
    """行政处罚决定书（…）已于 … 被撤销（…）."""
    document, fell = issue.file.opening.document, issue.drafted("basis_fell")
    on = day(date.fromisoformat(fell["decided_on"]))
    change = _CHANGES[BasisChange(fell["change"])]
    return f"据以启动本程序的《{document.title}》（{document.number}）已于{on}{change}（{fell['number']}）。"


def _stage_before(file: CaseFile, event: Event) -> str:
    """The stage that `event` found the case in."""
    return as_it_stood(file, file.events[event.seq - 2]).stage.label
