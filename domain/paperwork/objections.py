"""What the authority writes about an objection (异议文书; 宁信用〔2021〕1号 四（三）)."""

from __future__ import annotations

from typing import Final

from domain.papers.objections import Manner
from domain.papers.parts import ObjectionResult
from domain.paperwork.source import Issue, Parts, basis, due, length
from domain.procedure.casefile import Objection
from domain.procedure.forms import Finding, ObjectionChannel

MANNERS: Final = {
    ObjectionChannel.ONLINE: Manner.ELECTRONIC,
    ObjectionChannel.WRITTEN: Manner.WRITTEN,
    ObjectionChannel.POST: Manner.WRITTEN,
    ObjectionChannel.ORAL: Manner.ORAL,
}
RESULTS: Final = {
    Finding.UPHELD: ObjectionResult.UPHELD,
    Finding.PARTLY: ObjectionResult.PARTLY_UPHELD,
    Finding.REJECTED: ObjectionResult.REJECTED,
}
_CONSEQUENCES: Final = {
    Finding.UPHELD: "本机关将根据核实结果依法作出决定，并在决定文书中载明对{you}异议的采纳情况。",
    Finding.PARTLY: "对异议成立的部分，本机关将在作出决定时予以采纳；本案依照程序继续办理，"
    "并在决定文书中载明对{you}异议的采纳情况。",
    Finding.REJECTED: "本案依照程序继续办理，本机关将在决定文书中载明对{you}异议的处理情况。",
}


def _objection(issue: Issue) -> Objection:
    objection = issue.file.objection(issue.event.item)
    assert objection is not None, "what is written about an objection follows one"
    return objection


def objection_acceptance(issue: Issue) -> Parts:
    """异议受理通知书: received, and verified by which day."""
    file, raised = issue.file, _objection(issue).raised
    key = file.latest_key(f"verification:{raised.item}")
    return {
        "received_on": raised.day,
        "manner": MANNERS[ObjectionChannel(raised.data["channel"])],
        "objected": raised.data["statement"],
        "verification": {
            "length": length(file.rule.verification),
            "starts": "自收到异议之日起",
            "due": due(file.reckon(key)) if key is not None else None,
        },
        "basis": basis(file.rule.verification.basis),
        "contact": issue.contact(issue.event.data["contact"]),
    }


def objection_answer(issue: Issue) -> Parts:
    """异议核实结果反馈书: what was verified, what it came to, and why."""
    objection = _objection(issue)
    found = objection.verified.data if objection.verified else {}
    finding = Finding(found["finding"])
    return {
        "received_on": objection.raised.day,
        "objected": objection.raised.data["statement"],
        "verified": found["verified"],
        "result": RESULTS[finding],
        "reasons": found["reasons"],
        "basis": basis(issue.file.rule.verification.basis),
        "consequence": _CONSEQUENCES[finding].format(you=issue.you),
        "contact": issue.contact(),
    }


def late_objection_answer(issue: Issue) -> Parts:
    """逾期异议答复书: an objection that came after the window is not heard, for these reasons."""
    file, objection = issue.file, _objection(issue)
    return {
        "received_on": objection.raised.day,
        "window_ended": _window_ended(issue),
        "objected": objection.raised.data["statement"],
        "admitted": issue.event.data["admitted"],
        "reasons": issue.event.data["reasons"],
        "basis": basis(file.rule.objection_window.basis, file.rule.verification.basis),
        "consequence": f"{issue.you}所提异议及材料已存入案卷。对本机关将来作出的认定决定不服的，"
        "可以依法申请行政复议或者提起行政诉讼。",
        "contact": issue.contact(),
    }


def _window_ended(issue: Issue) -> Parts | None:
    """The last day of the window, or the day on which the subject gave up the rest of it."""
    waived = issue.file.last("waive_objection")
    if waived is not None:
        return {"on": waived.day}
    key = issue.file.latest_key("objection_window")
    return due(issue.file.reckon(key)) if key is not None else None
