"""What is compared after each step: the product's answer with the law's plain reading of the same events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from simulation.cases import SimulatedCase
from simulation.oracle import Clock, Oracle
from simulation.plain_days import day_of, midnight_after

from domain.procedure.events import Command, Event
from domain.procedure.steps import Alarm
from domain.procedure.walk import Walk
from domain.refusals import Refusal

#: Refusals by the form of what was handed in; they come before any question of law.
_OF_FORM: Final = {"MALFORMED", "STALE_VERSION", "ITEM_UNKNOWN"}
_NO_PERSONS: Final = {
    "paper_produced", "miss_deadline", "deem_served", "close_objection_window", "expire", "enter_list",
}  # fmt: skip
_DRAFT: Final[dict[str, Any]] = {
    "carrier": "separate", "penalty_elements": [], "measures": [], "removal": None, "remedies": None, "objections": None,
    "leniency": None, "basis": [],
}  # fmt: skip


def version(events: Sequence[Event]) -> int:
    """What a screen must show: the last event that is no paper of the machinery."""
    return max(event.seq for event in events if event.step != "paper_produced")


# -- what was refused or taken


def rightly_refused(case: SimulatedCase, command: Command, refusal: Refusal) -> None:
    """Nothing is refused that the law allows, and not for a reason that is not there."""
    law, file = case.law(), case.walk.file
    stale = command.if_version is not None and command.if_version != version(file.events)
    assert (refusal.code == "STALE_VERSION") is (stale and command.step not in _NO_PERSONS), refusal.code
    if not refusal.blocked_by:
        assert refusal.code in _OF_FORM, refusal.code
        return
    codes = {bar.code for bar in refusal.blocked_by}
    for bar in refusal.blocked_by:
        assert bar.text
        assert bar.clause
        assert bar.fix
    if "CASE_CLOSED" in codes:
        assert file.outcome is not None
        return
    by = command.actor
    assert by is not None
    office = law.has_the_office(command.step, by)
    assert ("ROLE_MISSING" in codes) is not office, (command.step, by.account_id, codes)
    if "FOUR_EYES" in codes:
        same = law.is_same_hand(command.step, by, command.item) or _proposed_it(law, command)
        assert same, (command.step, by.account_id)
    _no_reason_is_missing(case, law, command, codes)


def _no_reason_is_missing(case: SimulatedCase, law: Oracle, command: Command, codes: set[str]) -> None:
    file, by, form = case.walk.file, command.actor, command.form
    assert by is not None
    if _unsure(law):
        return
    match command.step:
        case "decide" if form["agreed"]:
            assert law.why_not_decide(by), f"refused to decide: {codes}"
        case "draft_decision" if file.is_open("draft_decision") and law.has_the_office(command.step, by):
            assert law.why_not_draft({**_DRAFT, **form}), f"refused to draft: {codes}"
        case "request_consent" if file.is_open("request_consent") and law.has_the_office(command.step, by):
            assert _before_decision(law), f"refused to ask for consent: {codes}"
        case "raise_objection" if law.has_the_office(command.step, by):
            assert _why_not_object(law, case, form), f"refused to hear: {codes}"
        case "waive_objection" if law.has_the_office(command.step, by):
            window = law.window()
            assert window is None or law.now >= window[1] or law.interruption(), f"no waiver: {codes}"
        case "request_hearing" if law.has_the_office(command.step, by) and not law.all("request_hearing"):
            assert not law.hearing_is_open() or law.granted("decide") or law.interruption(), codes


def rightly_taken(case: SimulatedCase, command: Command, event: Event) -> None:
    """Nothing is taken that the law forbids."""
    law, by = case.law(), command.actor
    assert command.step not in _NO_PERSONS, command.step
    assert by is not None
    assert command.if_version is None or command.if_version == version(case.walk.file.events)
    assert law.has_the_office(command.step, by), f"{by.account_id} took {command.step}"
    assert not law.is_same_hand(command.step, by, command.item), f"{by.account_id} took {command.step}"
    assert not _proposed_it(law, command), f"{by.account_id} approved their own proposal"
    assert case.walk.file.outcome is None or command.step in ("note", "correct_paper", "reopen_case")
    match command.step:
        case "decide" if event.data["agreed"] and not _unsure(law):
            assert not law.why_not_decide(by), f"decided although: {law.why_not_decide(by)}"
        case "draft_decision" if not _unsure(law):
            assert not law.why_not_draft(event.data), f"drafted although: {law.why_not_draft(event.data)}"
        case "request_consent" if not _unsure(law):
            assert not _before_decision(law), f"asked for consent although: {_before_decision(law)}"
        case "raise_objection":
            assert not _why_not_object(law, case, event.data), _why_not_object(law, case, event.data)
            late = law.is_late(event)
            assert late is None or event.data["late"] is late, f"late: {event.data['late']}, not {late}"
        case "waive_objection" if not _unsure(law):
            window = law.window()
            assert window is not None
            assert law.now < window[1], "a window was given up that was closed"
        case "request_hearing" if not _unsure(law):
            assert law.hearing_is_open() or law.all("request_hearing")
            assert not law.all("hold_hearing")
        case "assess_leniency":
            _spares_minors(case, event)
        case "basis_fell" | "basis_held_unlawful":
            opened = case.walk.file.opening.document.decided_on
            assert opened <= date.fromisoformat(event.data["decided_on"]) <= event.day


def _before_decision(law: Oracle) -> set[str]:
    return law.why_not_draft({**_DRAFT, "outcome": "terminate"}) - {"consent", "element"}


def _why_not_object(law: Oracle, case: SimulatedCase, form: dict[str, Any]) -> set[str]:
    """An objection is heard once there is a notice and until the decision, in every way that the regime admits."""
    why = set()
    if not law.granted("issue_prior_notice") or law.interruption() or case.walk.file.outcome:
        why.add("no notice")
    if law.granted("decide"):
        why.add("decided")
    if form["channel"] == "oral" and (not law.law.oral or not form["record"]):
        why.add("oral")
    posted = form.get("posted_on")
    if posted is not None:
        today = day_of(law.now)
        if form["channel"] != "post" or not form["evidence"] or date.fromisoformat(posted) > today:
            why.add("postmark")
    return why


def _proposed_it(law: Oracle, command: Command) -> bool:
    if command.step not in ("approve_suspension", "approve_extension") or command.actor is None:
        return False
    mine = {command.actor.person_id}
    proposed = [
        act
        for act in law.all(command.step.replace("approve", "propose"))
        if act.data["deadline"] == command.form.get("deadline")
    ]
    return bool(proposed) and proposed[-1].person in mine | _lenders(command)


def _lenders(command: Command) -> set[str]:
    lent = command.actor.on_behalf_of if command.actor else None
    return {lent.person_id} if lent else set()


def _spares_minors(case: SimulatedCase, assessed: Event) -> None:
    """Who was under eighteen when the document was made is exempted (民法典 第十七条; 江苏省社会信用条例 第三条)."""
    opening = case.walk.file.opening
    born, made = opening.subject.born_on, opening.document.decided_on
    if born is None:
        return
    years = made.year - born.year - ((made.month, made.day) < (born.month, born.day))
    if years < 18:
        assert assessed.data["conclusion"] == "exempt"


# -- where the case stands


def _unsure(law: Oracle) -> bool:
    """Whether the window's end rests on days that are not announced: then nothing is said about what follows it."""
    window = law.window()
    return window is not None and window[0] > law.rest.certain_through


def rings_in_time(case: SimulatedCase, alarm: Alarm) -> None:
    """No clock rings before its period is over, whatever the notices that came later say."""
    if alarm.deadline.startswith("listing_term"):
        return
    clock = case.law(alarm.at).clocks(case.closed_at).get(_plain(alarm.deadline))
    if clock is not None and clock.due is not None and clock.certain:
        assert alarm.at >= midnight_after(clock.due), f"{alarm} before {clock}"


def agrees(case: SimulatedCase) -> None:
    """Dates, clocks, answers and the end of the case are those that the law gives."""
    law, file = case.law(), case.walk.file
    outcome = law.outcome()
    assert str(file.outcome or "") == (outcome or ""), f"{file.outcome} instead of {outcome}"
    assert set(file.unsettled()) == set(law.unanswered())
    unsure = _unsure(law)
    clocks = law.clocks(case.closed_at)
    rounds = len(law.begun) + 1
    ours = {_plain(key): key for key in file.deadlines if _round(key) == rounds}
    if unsure:
        clocks.pop("decision", None)
        ours.pop("decision", None)
    assert ours.keys() == clocks.keys(), f"{sorted(ours)} instead of {sorted(clocks)}"
    for name, key in ours.items():
        _same_clock(case, key, clocks[name])


def _same_clock(case: SimulatedCase, key: str, clock: Clock) -> None:
    file = case.walk.file
    end = file.reckon(key)
    if clock.due is None:
        assert end is None, f"{key} stands, and not until {end}"
        return
    assert end is not None, f"{key} runs until {clock.due}"
    assert end.due == clock.due, f"{key}: {end.due} instead of {clock.due}"
    assert end.provisional is not clock.certain, f"{key}: {end}"
    assert end.ends_at == midnight_after(clock.due)
    assert end.earliest <= end.due <= end.latest
    if clock.certain:
        assert (key in file.missed) is clock.overdue, f"{key}: overdue is {clock.overdue}"
    assert not clock.owed or key in file.owed


def _plain(key: str) -> str:
    return key.partition("@")[0]


def _round(key: str) -> int:
    return int(key.partition("@")[2] or 1)


def replays(case: SimulatedCase) -> None:
    """The same events give the same case, whenever they are walked over."""
    file, again = case.walk.file, Walk.over(case.walk.course, case.walk.file.events)
    assert again.position() == case.walk.position()
    assert again.file.deadlines == file.deadlines
    assert again.file.missed == file.missed
    assert again.file.unsettled() == file.unsettled()
