"""Papers about the deadlines of a case and about slips in its papers (延期、中止、恢复、更正通知书)."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.days.deadlines import Deadline, Resumed, reckon
from domain.days.deadlines import Suspended as Stopped
from domain.days.periods import UNITS
from domain.paperwork.source import Issue, Parts, basis, cited, due, reference
from domain.rules import Suspension, Unit

_DEADLINES: Final = {
    "decision": "作出认定决定的期限",
    "verification": "核实异议并书面反馈的期限",
}


def deadline_title(key: str) -> str:
    """The office's words for the key of a deadline that the authority owes: decision, verification:objection-2@3."""
    name, _, item = key.split("@")[0].partition(":")
    title = _DEADLINES[name]
    return f"{title}（第{item.rpartition('-')[2]}号异议）" if item else title


def extension_notice(issue: Issue) -> Parts:
    """延期通知书: the ledger of the deadline tells the end before and after."""
    ledger = issue.file.deadlines[issue.event.data["deadline"]]
    extension = ledger.extensions[-1]
    before = ledger.model_copy(update={"entries": tuple(e for e in ledger.entries if e is not extension)})
    days = issue.file.working_days
    return {
        "term": {
            "name": deadline_title(ledger.key),
            "was": due(reckon(before, days)),
            "by": f"{extension.count}{UNITS[extension.unit]}",
            "now": due(reckon(ledger, days)),
        },
        "reasons": extension.reason,
        "basis": basis(extension.basis),
        "approval": _approval(issue),
        "contact": issue.contact(),
    }


def suspension_notice(issue: Issue) -> Parts:
    """中止通知书: which clock stands still, since when, and what sets it going again."""
    ground = _ground(issue, issue.event.data["ground"])
    return {
        "terms": [deadline_title(issue.event.data["deadline"])],
        "since": issue.event.day,
        "reasons": issue.event.data["reasons"],
        "basis": basis(ground.basis),
        "resumes_when": f"中止的情形（{ground.title}）消除后，自本机关恢复之日起继续计算，并书面通知{issue.you}。",
        "approval": _approval(issue),
        "contact": issue.contact(),
    }


def resumption_notice(issue: Issue) -> Parts:
    """恢复通知书: the clock runs on, and the end moves by the time really lost."""
    ledger = issue.file.deadlines[issue.event.data["deadline"]]
    stopped = next(entry for entry in reversed(ledger.entries) if isinstance(entry, Stopped))
    resumed = next(entry for entry in reversed(ledger.entries) if isinstance(entry, Resumed))
    return {
        "suspended_on": stopped.on,
        "resumed_on": resumed.on,
        "reasons": issue.event.data["reasons"],
        "terms": [
            {
                "name": deadline_title(ledger.key),
                "lost": _lost(issue, ledger, stopped.on, resumed.on),
                "now": due(issue.file.reckon(ledger.key)),
            }
        ],
        "basis": basis(stopped.basis),
        "contact": issue.contact(),
    }


def correction_notice(issue: Issue) -> Parts:
    """更正通知书: the paper itself is never overwritten."""
    form = issue.event.data
    return {
        "corrects": reference(issue.file.papers[form["of_seq"]], issue.file.events[form["of_seq"] - 1]),
        "corrections": [{"where": "文书正文", "was": form["wrong"], "now": form["right"]}],
        "reasons": form["reasons"],
        "basis": basis(cited(issue.event.clause)),
        "effect": "原文书的其他内容不变。本通知书与原文书一并使用，自送达之日起对原文书的上述内容予以更正。",
        "contact": issue.contact(),
    }


def _lost(issue: Issue, ledger: Deadline, stopped: date, resumed: date) -> str:
    """Days on which the clock stood, up to the day before it was resumed; the day of the start never counts."""
    since = max(stopped - date.resolution, ledger.starts_on)
    until = max(resumed - date.resolution, since)
    if ledger.term.unit is Unit.WORKING_DAY:
        return f"{issue.file.working_days.count(since, until)}{UNITS[Unit.WORKING_DAY]}"
    return f"{(until - since).days}{UNITS[Unit.DAY]}"


def _ground(issue: Issue, key: str) -> Suspension:
    return next(ground for ground in issue.file.rule.suspensions if ground.key == key)


def _approval(issue: Issue) -> Parts:
    """The approver acts for the head of the authority; the record knows the person."""
    return {"by": f"{issue.authority}负责人", "on": issue.event.day}
