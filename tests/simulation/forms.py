"""What people hand in: the usual form of a step with the choices that a day at the desk brings, right ones and wrong."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from opening_samples import BY, DECISION, FAILED, SERVED, Form, form_of

from domain.procedure.casefile import CaseFile

_OTHER: Final[dict[str, Form]] = {
    "void_prior_notice": {"reasons": "内容有误。"},
    "void_decision": {"reasons": "内容有误。"},
    "amend_listing": {"entry": "变更后的内容", "reasons": "处罚决定已变更。"},
}
_FLAGS: Final = ("agreed", "met", "admitted", "consents", "attended", "hearing")
_GARBAGE: Final[list[Any]] = [None, "", [], 0, -1, "很长" * 9, {"a": 1}, "2026-02-30", True]
_ELEMENTS: Final = ("facts", "basis", "measures", "removal", "remedies")


def fill_in(step: str, today: date, file: CaseFile, random: Random) -> Form:
    """A form for the step as somebody hands it in today: mostly as it should be."""
    form = dict(_OTHER.get(step) or form_of(step, today, file))
    chance, pick = random.random, random.choice
    for flag in _FLAGS:
        if flag in form and chance() < 0.12:
            form[flag] = not form[flag]

    def day(earliest: int, latest: int) -> str:
        return (today + timedelta(random.randint(earliest, latest))).isoformat()

    if "deadline" in form:
        running = file.owed_and_running()
        proposed = [key for key in running if file.proposal(step.replace("approve", "propose"), step, key)]
        standing = [key for key in running if file.suspended(key)] if step == "resume_deadline" else []
        form["deadline"] = pick(proposed or standing or running or ["decision"])
        if chance() < 0.1:
            form["deadline"] = pick(["decision", *file.deadlines])
    match step:
        case "confirm_effective":
            form["effective_on"] = file.opening.document.decided_on.isoformat()
            form["effective"] = chance() > 0.04
            if chance() < 0.05:
                form["effective_on"] = pick([None, day(1, 9), "2001-01-01"])
        case "confirm_ground":
            form["met"] = chance() > 0.04
            form["ground"] = pick([*(ground.key for ground in file.rule.grounds), "nothing"])
            outside = file.rule.decision.starts == "payment_term_ended"
            if outside or chance() < 0.05:
                form["counted_from"] = pick([day(-5, 0), day(0, 0), day(-90, 0), day(1, 3), None])
        case "assess_leniency":
            form["conclusion"] = pick(["none", "none", "none", "lenient", "exempt"])
            form["factors"] = pick([[], ["slight"], ["minor"], ["slight", "not_intentional"]])
        case "draft_prior_notice":
            form["measures"] = _measures(file, random)
        case "draft_decision":
            form |= _draft(file, random)
        case "raise_objection":
            form["channel"] = pick(["online", "written", "oral", "post"])
            form |= {"record": pick([None, "笔录1号"]), "evidence": pick([[], ["邮戳"]])}
            if form["channel"] == "post" or chance() < 0.05:
                form["posted_on"] = pick([None, day(0, 0), day(-5, -1), day(-30, 2)])
        case "verify_objection":
            form["finding"] = pick(["upheld", "partly", "rejected"])
        case "arrange_hearing":
            form["held_on"] = day(0, 25)
        case "hold_hearing" if chance() < 0.3:
            form["held_on"] = day(-3, 3)
        case "propose_suspension":
            form["ground"] = pick(["inspection", "hearing", "expert_review", "inspection", "holiday"])
        case "propose_extension":
            form["count"] = pick([1, 2, 3, 3, 10, 30, 31])
        case "basis_fell" | "basis_held_unlawful":
            form["decided_on"] = day(-3, 0) if chance() < 0.9 else pick([day(1, 5), "2001-01-01"])
            if step == "basis_fell":
                form["change"] = pick(["revoked", "void", "changed"])
        case "correct_paper":
            form["of_seq"] = random.randint(1, len(file.events))
        case _ if step.startswith("serve_"):
            form |= _service(file, random) | {"on": day(0, 0) if chance() < 0.7 else day(-12, 1)}
    if chance() < 0.02:
        form[pick(["surprise", *form])] = pick(_GARBAGE)
    return form


def _measures(file: CaseFile, random: Random) -> list[str]:
    codes = [measure.code for measure in file.rule.measures]
    chosen = random.sample(codes, random.randint(1, len(codes)))
    if random.random() < 0.05:
        chosen.append(random.choice(["A99", "A09", chosen[0]]))
    return chosen


def _draft(file: CaseFile, random: Random) -> Form:
    chance, pick = random.random, random.choice
    noticed = file.last("draft_prior_notice")
    codes = list(noticed.data["measures"]) if noticed and chance() < 0.93 else _measures(file, random)
    usual = DECISION["measures"][0]
    form: Form = {
        "outcome": pick(["list", "list", "list", "list", "not_list", "terminate"]),
        "leniency": pick([None, "已从宽。", "已从宽。"]),
        "measures": [{**usual, "code": code} for code in codes],
    }
    if form["measures"] and chance() < 0.03:
        form["measures"][0] = {**form["measures"][0], "forces_third_parties": True}
    if chance() < 0.06:
        form |= pick([{"removal": None}, {"basis": []}, {"objections": None}, {"measures": []}])
    if chance() < 0.15:
        form["carrier"] = "penalty_decision"
        form["penalty_elements"] = list(_ELEMENTS if chance() < 0.7 else random.sample(_ELEMENTS, 3))
    return form


def _service(file: CaseFile, random: Random) -> Form:
    admitted = [rule.method.value for rule in file.rule.service]
    form: Form = dict(SERVED)
    if random.random() < 0.35:
        way = random.choice([*admitted, *BY])
        form |= BY.get(way, {})
    if random.random() < 0.15:
        form |= FAILED
    if random.random() < 0.04:
        form |= random.choice([{"evidence": {}}, {"consent": False}, {"whereabouts_unknown": False}])
    return form
