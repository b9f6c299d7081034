"""The decisions (列入、不予列入、豁免决定书; 宁信用〔2021〕1号 四（二）, 四（三）)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.papers.decisions import Carrier
from domain.papers.parts import ObjectionResult
from domain.paperwork.after_listing import listing_term, remedies, removal_conditions
from domain.paperwork.objections import RESULTS
from domain.paperwork.source import (
    Issue,
    Parts,
    basis,
    basis_of_lines,
    day,
    gist,
    paragraphs,
)
from domain.procedure import forms
from domain.procedure.casefile import Objection


def listing_decision(issue: Issue) -> Parts:
    """列入决定书: 事由、依据、失信惩戒措施提示、移出条件和程序、救济措施."""
    draft = issue.drafted("draft_decision")
    on_penalty = draft["carrier"] == forms.Carrier.PENALTY_DECISION
    return {
        "ground": issue.ground(),
        "facts": paragraphs(draft["facts"], draft["reasons"], draft["leniency"]),
        "founding": issue.founding(),
        "basis": basis_of_lines(draft["basis"]),
        "notice": issue.notice_given(),
        "objections": _objections(issue, draft),
        "consent": _consent(issue),
        "carrier": Carrier.ADMINISTRATIVE_DECISION if on_penalty else Carrier.SEPARATE,
        "measures": _measures(issue, draft),
        "removal": _removal(issue, draft, on_penalty=on_penalty),
        "publication": issue.publication(),
        "remedies": remedies(issue),
    }


def non_listing_decision(issue: Issue) -> Parts:
    """不予列入决定书: after notice and objections the subject is not listed."""
    draft = issue.drafted("draft_decision")
    return {
        "facts": draft["facts"],
        "founding": issue.founding(),
        "notice": issue.notice_given(),
        "objections": _objections(issue, draft),
        "reasons": draft["reasons"],
        "basis": basis_of_lines(draft["basis"]),
    }


def exemption_decision(issue: Issue) -> Parts:
    """豁免决定书: the assessment of leniency ends the case before any notice."""
    assessed = issue.drafted("assess_leniency")
    return {
        "facts": issue.file.opening.document.facts,
        "founding": issue.founding(),
        "grounds": assessed["factors"],
        "reasons": assessed["reasons"],
        "basis": basis(issue.file.rule.leniency_basis),
    }


def _measures(issue: Issue, draft: Parts) -> list[Parts]:
    listed = {measure.code: measure for measure in issue.file.rule.measures}
    return [
        {
            "code": chosen["code"],
            "name": listed[chosen["code"]].name,
            "basis": listed[chosen["code"]].basis,
            "relevance": chosen["relevance"],
            "proportion": chosen["proportion"],
        }
        for chosen in draft["measures"]
    ]


def _removal(issue: Issue, draft: Parts, *, on_penalty: bool) -> Parts | None:
    """移出条件 come from the rule, 移出程序 from the draft; or from the penalty decision that already states it."""
    procedure = draft["removal"]
    if procedure is None and on_penalty:
        founding = issue.file.opening.document
        procedure = f"依照《{founding.title}》（{founding.number}）载明的移出条件和程序办理。"
    if procedure is None:
        return None
    rule = issue.file.rule
    return {
        "term": listing_term(rule),
        "conditions": removal_conditions(rule),
        "procedure": gist(procedure),
    }


def _consent(issue: Issue) -> Parts | None:
    """The superior's consent, where the regime wants it and it was given (上级机关同意)."""
    given = issue.file.last("give_consent")
    if given is None or not given.data["consents"]:
        return None
    return {
        "body": issue.file.opening.authority.superior_name,
        "given_on": given.day,
        "number": given.data["number"],
        "basis": issue.file.rule.superior_consent.basis,
    }


# -- objections and how they were dealt with


def _objections(issue: Issue, draft: Parts) -> Parts:
    """Each objection with what it came to, or that there was none; then the hearing and the officer's own account."""
    heard = [_account(objection, issue) for objection in issue.file.objections()]
    return {
        "heard": heard,
        "none": None if heard else _silence(issue),
        "besides": [gist(text) for text in (*_besides(issue), draft["objections"]) if text],
    }


def _account(objection: Objection, issue: Issue) -> Parts:
    if objection.withdrawn is not None:
        result, reasons = ObjectionResult.WITHDRAWN, f"{issue.you}已于{day(objection.withdrawn.day)}撤回。"
    elif objection.refused:
        assert objection.admitted is not None
        result, reasons = ObjectionResult.NOT_ADMITTED, objection.admitted.data["reasons"]
    else:
        assert objection.verified is not None, "no decision is made while an objection is unanswered"
        found = objection.verified.data
        result, reasons = RESULTS[forms.Finding(found["finding"])], found["reasons"]
    return {
        "received_on": objection.raised.day,
        "gist": gist(objection.raised.data["statement"]),
        "result": result,
        "reasons": reasons,
    }


def _besides(issue: Issue) -> Iterator[str]:
    """What else the subject did with the right to be heard: the rest of it given up, a hearing."""
    file, you = issue.file, issue.you
    waived, held = file.last("waive_objection"), file.last("hold_hearing")
    if waived is not None and file.objections():
        yield f"{you}于{day(waived.day)}书面放弃继续陈述、申辩和提出异议。"
    if held is None and file.hearing_waived is not None:
        yield f"{you}于{day(file.hearing_waived.day)}书面放弃申请听证。"
    if held is not None:
        present = "" if held.data["attended"] else f"（{you}未到场）"
        on = day(date.fromisoformat(held.data["held_on"]))
        yield f"应{you}的要求，本机关于{on}举行听证{present}，听证意见为：{held.data['summary']}"


def _silence(issue: Issue) -> str:
    """That there is no objection, and why."""
    waived = issue.file.last("waive_objection")
    if waived is not None:
        return f"{issue.you}于{day(waived.day)}书面放弃陈述、申辩和提出异议。"
    return f"在规定的期限内，{issue.you}没有陈述、申辩，也没有提出异议。"
