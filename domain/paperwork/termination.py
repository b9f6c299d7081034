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
    fell, withdrawn = issue.file.last("basis_fell"), issue.file.last("withdraw_case")
    interruption = fell or withdrawn
    if interruption is None:
        return _unfounded(issue)
    return {
        "stage": _stage_before(issue.file, interruption),
        "reasons": paragraphs(_fall(issue) if interruption is fell else None, interruption.data["reasons"]),
        "basis": basis(cited(interruption.clause)),
    }


def _unfounded(issue: Issue) -> Parts:
    """The document was changed, and what is left of it founds no listing."""
    ground, effective = issue.file.last("confirm_ground"), issue.file.last("confirm_effective")
    found = ground or effective
    assert found is not None, "a case is wound up because of an interruption or of one of these"
    document, what = issue.file.opening.document, "不符合列入情形" if ground else "没有生效"
    return {
        "stage": _stage_before(issue.file, found),
        "reasons": paragraphs(
            f"《{document.title}》（{document.number}）变更后，经重新核实，{what}。",
            found.data["reasons"] if ground else found.data["remedies_state"],
        ),
        "basis": basis(cited(found.clause)),
    }


def _fall(issue: Issue) -> str:
    """行政处罚决定书（…）已于 … 被撤销（…）."""
    document, fell = issue.file.opening.document, issue.drafted("basis_fell")
    on = day(date.fromisoformat(fell["decided_on"]))
    change = _CHANGES[BasisChange(fell["change"])]
    return f"据以启动本程序的《{document.title}》（{document.number}）已于{on}{change}（{fell['number']}）。"


def _stage_before(file: CaseFile, event: Event) -> str:
    """The stage that `event` found the case in."""
    return as_it_stood(file, file.events[event.seq - 2]).stage.label
