"""The file of a case: the facts that follow from its events, as gates, tasks and papers need them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from domain.days import deadlines as days
from domain.days.deadlines import Deadline, Status
from domain.days.periods import PeriodEnd, end_of_day
from domain.days.working_days import WorkingDays
from domain.people import Relation
from domain.procedure.events import Event
from domain.procedure.opening import Opening
from domain.procedure.outcome import Outcome, Stage
from domain.rules import Rule, ServiceRule, Term

if TYPE_CHECKING:
    from domain.procedure.steps import Course, OpenStep


@dataclass(frozen=True)
class Objection:
    """One objection and how far it has got (异议)."""

    item: str
    raised: Event
    accepted: Event | None
    admitted: Event | None
    verified: Event | None
    answered: Event | None
    withdrawn: Event | None
    late: bool

    @property
    def refused(self) -> bool:
        """It came late and is not heard (逾期不予受理)."""
        return self.admitted is not None and not self.admitted.data["admitted"]

    @property
    def settled(self) -> bool:
        """Answered in writing, withdrawn, or refused for coming late: it is heard no more."""
        return self.withdrawn is not None or self.answered is not None or self.refused

    @property
    def upheld(self) -> bool:
        return self.verified is not None and self.verified.data["finding"] in ("upheld", "partly")


class CaseFile:
    """Everything on file. Facts are those of the present round: a reopening begins a new one over the same file."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.events: list[Event] = []
        self.stage: Stage = Stage.LEAD
        self.outcome: Outcome | None = None
        self.open: tuple[OpenStep, ...] = ()
        self.deadlines: dict[str, Deadline] = {}
        self.owed: set[str] = set()  # keys of what the authority owes; the others are the subject's
        self.voided: set[int] = set()  # seqs of events whose paper was voided before service
        self.papers: dict[int, Event] = {}  # by the seq of the event that issued the paper
        self.missed: set[str] = set()
        self.effective_on: date | None = None  # day on which the decision took effect by its service
        self.reopens_with: str | None = None  # step that takes the closed case up again, if any does
        self._met: set[str] = set()
        self._lapsed: set[str] = set()
        self._since = 0
        self._round = 1

    # -- what the case stands on

    @cached_property
    def opening(self) -> Opening:
        return Opening.submitted(self.events[0].data)

    @cached_property
    def relation(self) -> Relation:
        """The bodies and persons that the case is theirs to deal with."""
        opening = self.opening
        return Relation(
            authority=opening.authority.code,
            superior=opening.authority.superior,
            overseers=tuple(code for code in (opening.authority.superior,) if code),
            subject_refs=(opening.subject_ref,),
        )

    @property
    def rule(self) -> Rule:
        return self.opening.rule

    @property
    def working_days(self) -> WorkingDays:
        return self.opening.calendar

    @property
    def opened_on(self) -> date:
        return self.events[0].day

    @property
    def taken_up_on(self) -> date:
        """Day on which the present round began: of the opening, or of what began the procedure anew."""
        return self.events[max(self._since, 1) - 1].day

    @property
    def subject_was_told(self) -> bool:
        """Whether a prior notice has been issued since the case was opened or last reopened, in whichever round."""
        for event in reversed(self.events):
            if event.step == "reopen_case":
                return False
            if event.step == "issue_prior_notice" and event.data["agreed"] and event.seq not in self.voided:
                return True
        return False

    @property
    def consent_needed(self) -> bool:
        """Whether this body needs the consent of the next level up under this regime."""
        below = self.rule.superior_consent_below
        return self.rule.superior_consent.holds and (below is None or self.opening.authority.level < below)

    @property
    def version(self) -> int:
        """What a person's screen must match: the last event that a person or a clock brought about."""
        return next(
            (event.seq for event in reversed(self.events) if event.step != "paper_produced"),
            0,
        )

    # -- facts of the present round

    def begin_round(self, seq: int) -> None:
        self.lapse()
        self.effective_on = None
        self._since, self._round = seq, self._round + 1

    def all(self, step: str, item: str | None = None) -> Iterator[Event]:
        """Events of a step in the present round, first to last."""
        return (
            event
            for event in self.events
            if event.step == step and event.seq > self._since and (item is None or event.item == item)
        )

    def last(self, step: str, item: str | None = None) -> Event | None:
        """The last event of a step in the present round, or None."""
        event = None
        for event in self.all(step, item):  # noqa: B007 -- the last one is wanted
            pass
        return event

    def agreed(self, step: str, item: str | None = None) -> Event | None:
        """The last event of a step, if it agreed and what it issued was not voided (审核同意、批准)."""
        event = self.last(step, item)
        if event is None or event.seq in self.voided:
            return None
        return event if event.data.get("agreed", True) else None

    def is_open(self, step: str, item: str | None = None) -> bool:
        return any(opened.step == step and (item is None or opened.item == item) for opened in self.open)

    def next_item(self, kind: str) -> str:
        """Id of the next thing of a kind on this file: objection-1, objection-2 …; never given twice."""
        count = len({event.item for event in self.events if event.item.startswith(f"{kind}-")})
        return f"{kind}-{count + 1}"

    def paper_of(self, issued: Event | None) -> Event | None:
        return self.papers.get(issued.seq) if issued else None

    def served(self, step: str, item: str | None = None) -> Event | None:
        """The act by which a paper counts as served, if there is one (送达、视为送达)."""
        act = self.last(step, item)
        if act is None or act.data["outcome"] != "served":
            return None
        if self.service_rule(act).deemed_after is None:
            return act
        return next((act for e in self.all("deem_served", act.item) if e.seq > act.seq), None)

    def service_rule(self, act: Event) -> ServiceRule:
        """What the rule says of the way in which `act` served."""
        return next(rule for rule in self.rule.service if rule.method == act.data["method"])

    def objections(self) -> list[Objection]:
        found = []
        for raised in self.all("raise_objection"):
            item = raised.item
            found.append(
                Objection(
                    item=item,
                    raised=raised,
                    accepted=self.last("accept_objection", item),
                    admitted=self.last("admit_late_objection", item),
                    verified=self.last("verify_objection", item),
                    answered=self.agreed("answer_objection", item),
                    withdrawn=self.last("withdraw_objection", item),
                    late=bool(raised.data.get("late")),
                )
            )
        return found

    def unsettled(self) -> list[str]:
        """Objections that are still owed a written answer, or its service."""
        return [objection.item for objection in self.objections() if self._owes(objection)]

    def _owes(self, objection: Objection) -> bool:
        if objection.withdrawn is not None:
            return False
        if objection.refused:
            return self.served("serve_late_answer", objection.item) is None
        return objection.answered is None or self.served("serve_answer", objection.item) is None

    def proposal(self, step: str, approved_by: str, deadline: str) -> Event | None:
        """A proposed change of a deadline that nobody has decided yet."""
        proposed = next((e for e in reversed(list(self.all(step))) if e.data["deadline"] == deadline), None)
        if proposed is None:
            return None
        decided = any(e.data["deadline"] == deadline and e.seq > proposed.seq for e in self.all(approved_by))
        return None if decided else proposed

    # -- deadlines

    def open_deadline(self, name: str, term: Term, starts_on: date, *, owed: bool) -> str:
        """Opens a deadline; its key is one that no earlier round has used."""
        key = self._key(name)
        self.deadlines[key] = Deadline.start(key, term, starts_on, self.working_days)
        if owed:
            self.owed.add(key)
        return key

    def close_deadline(self, key: str) -> None:
        self._met.add(key)

    def lapse(self) -> None:
        """Nothing that still runs is owed any more: the case is over, wound up or begun anew."""
        self._lapsed |= self.deadlines.keys() - self._met

    def owe_again(self, key: str) -> None:
        """What had been done was undone: the deadline runs on as if nothing had been."""
        self._met.discard(key)

    def latest_key(self, name: str) -> str | None:
        """Key of the deadline of this name in the present round, or None when it has not begun."""
        key = self._key(name)
        return key if key in self.deadlines else None

    def _key(self, name: str) -> str:
        return name if self._round == 1 else f"{name}@{self._round}"

    def running(self, key: str) -> Deadline | None:
        """The deadline of this key if what it was for is still to be done."""
        return self.deadlines.get(key) if key not in self._met | self._lapsed else None

    def owed_and_running(self) -> list[str]:
        """Keys of the authority's deadlines that still run."""
        return [key for key in self.deadlines if key in self.owed and self.running(key) is not None]

    def reckon(self, key: str) -> PeriodEnd | None:
        """Where the deadline ends; None while it is suspended."""
        return days.reckon(self.deadlines[key], self.working_days)

    def end_instant(self, key: str) -> datetime | None:
        """The instant at which the deadline is surely over; None while it is suspended.

        On a provisional date that is the end of its latest day: nothing ends early on a projected calendar.
        """
        end = self.reckon(key)
        if end is None:
            return None
        return end_of_day(end.latest) if end.provisional else end.ends_at

    def suspended(self, key: str) -> bool:
        deadline = self.running(key)
        return deadline is not None and deadline.status is Status.SUSPENDED

    def may_be_missed(self, key: str) -> bool:
        """Only what the authority owes can be overdue; a subject's window just ends."""
        return key in self.owed and self.running(key) is not None and key not in self.missed

    def state_of(self, key: str) -> str:
        """met, overdue, lapsed, suspended or running."""
        if key in self._met:
            return "met"
        if key in self.missed:
            return "overdue"
        if key in self._lapsed:
            return "lapsed"
        return "suspended" if self.suspended(key) else "running"

    # -- entering

    def enter(self, event: Event) -> None:
        self.events.append(event)
        data: dict[str, Any] = event.data
        match event.step:
            case "paper_produced":
                self.papers[data["of_seq"]] = event
            case "void_prior_notice" | "void_decision":
                self.voided.add(data["voids"])
            case "miss_deadline":
                self.missed.add(data["deadline"])
            case "approve_suspension" if data["agreed"]:
                self._restate(self.stopped(data, event.day, event.person or ""))
            case "resume_deadline":
                self._restate(self.deadlines[data["deadline"]].resume(event.day, event.person or ""))
            case "approve_extension" if data["agreed"]:
                self._restate(self.extended(data, event.day, event.person or ""))

    def stopped(self, data: dict[str, Any], on: date, by: str) -> Deadline:
        """The ledger with the clock stopped on `on`. Raises Refusal when it stands already or has run out."""
        ground = next(ground for ground in self.rule.suspensions if ground.key == data["ground"])
        ledger = self.deadlines[data["deadline"]]
        return ledger.suspend(on, ground, data["reasons"], by, self.working_days)

    def extended(self, data: dict[str, Any], on: date, by: str) -> Deadline:
        """The ledger with the extension that `data` asks for. Raises Refusal where the rule does not allow it."""
        ledger = self.deadlines[data["deadline"]]
        unit = ledger.term.extendable.unit if ledger.term.extendable else ledger.term.unit
        return ledger.extend(on, data["count"], unit, data["reasons"], by, self.working_days)

    def _restate(self, ledger: Deadline) -> None:
        self.deadlines[ledger.key] = ledger
        self.missed.discard(ledger.key)
