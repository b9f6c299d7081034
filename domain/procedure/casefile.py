"""The file of a case: the facts that follow from its events, as gates, tasks and papers need them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from domain.days import deadlines as days
from domain.days.deadlines import Deadline, Status
from domain.days.periods import PeriodEnd, end_of_day
from domain.days.working_days import BeyondHorizon, WorkingDays
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

    def __init__(self, course: Course, open_steps: Callable[[], tuple[OpenStep, ...]]) -> None:
        self.course = course
        self.events: list[Event] = []
        self.stage: Stage = Stage.LEAD
        self.outcome: Outcome | None = None
        self.deadlines: dict[str, Deadline] = {}
        self.owed: set[str] = set()  # keys of what the authority owes; the others are the subject's
        self.voided: set[int] = set()  # seqs of events whose paper was voided before service
        self.papers: dict[int, Event] = {}  # by the seq of the event that issued the paper
        self.unproduced: dict[int, None] = {}  # seqs of events whose paper is not on file yet
        self.missed: set[str] = set()
        self.effective_on: date | None = None  # day on which the decision took effect by its service
        self.reopens_with: str | None = None  # step that takes the closed case up again, if any does
        self._met: set[str] = set()
        self._lapsed: set[str] = set()
        self._since = 0
        self._round = 1
        self._open_steps = open_steps
        self._open: tuple[OpenStep, ...] | None = None
        # Indexes of the present round, so that a file of thousands of events is read as quickly as a short one.
        self._of_step: dict[str, list[Event]] = {}
        self._of_item: dict[tuple[str, str], list[Event]] = {}
        self._owing: dict[str, None] = {}  # objections that are still owed an answer, or its service
        self._items: dict[str, dict[str, None]] = {}  # of the whole file, by kind

    # -- what the case stands on

    @cached_property
    def opening(self) -> Opening:
        """Read once; a walk that follows another takes it over (`Walk.followed_by`)."""
        return Opening.submitted(self.events[0].data)

    @cached_property
    def relation(self) -> Relation:
        """The bodies and persons that the case is theirs to deal with; who only watches takes no step."""
        opening = self.opening
        return Relation(
            authority=opening.authority.code,
            superior=opening.authority.superior,
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

    @property
    def open(self) -> tuple[OpenStep, ...]:
        """The steps that the procedure now waits for."""
        if self._open is None:
            self._open = self._open_steps()
        return self._open

    def look_again(self) -> None:
        """The procedure has gone on: what was open may not be any more."""
        self._open = None

    # -- facts of the present round

    def begin_round(self, seq: int) -> None:
        """Begins anew with the event that has just been entered."""
        self.lapse()
        self.effective_on = None
        self._since, self._round = seq, self._round + 1
        for index in (self._of_step, self._of_item, self._owing):
            index.clear()

    def all(self, step: str, item: str | None = None) -> Sequence[Event]:
        """Events of a step in the present round, first to last."""
        return self._of_step.get(step, ()) if item is None else self._of_item.get((step, item), ())

    def last(self, step: str, item: str | None = None) -> Event | None:
        """The last event of a step in the present round, or None."""
        events = self.all(step, item)
        return events[-1] if events else None

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
        return f"{kind}-{len(self.items(kind)) + 1}"

    def items(self, kind: str) -> Collection[str]:
        """Ids of the things of a kind on this file, of whichever round, in the order in which they came."""
        return self._items.get(kind, {}).keys()

    @property
    def wound_up_by(self) -> Event | None:
        """In a case that is wound up: that its basis fell, that it was taken back, or that nothing founds it."""
        return next(
            (
                event
                for step in ("basis_fell", "withdraw_case", "confirm_ground", "confirm_effective")
                if (event := self.last(step)) is not None
            ),
            None,
        )

    @property
    def hearing_pending(self) -> bool:
        """A hearing was asked for, and neither held nor taken back."""
        asked = self.last("request_hearing")
        ended = [event.seq for name in ("hold_hearing", "withdraw_hearing") if (event := self.last(name))]
        return asked is not None and max(ended, default=0) < asked.seq

    @property
    def hearing_waived(self) -> Event | None:
        """By which the right to a hearing was given up in writing: with the window, or by itself."""
        with_window = self.last("waive_objection")
        if with_window is not None and with_window.data.get("hearing"):
            return with_window
        return self.last("waive_hearing")

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
        """Every objection, in the order in which they were raised."""
        return [self._heard(raised) for raised in self.all("raise_objection")]

    def objection(self, item: str) -> Objection | None:
        """The objection of this id."""
        raised = self.last("raise_objection", item)
        return self._heard(raised) if raised is not None else None

    def _heard(self, raised: Event) -> Objection:
        item = raised.item
        return Objection(
            item=item,
            raised=raised,
            accepted=self.last("accept_objection", item),
            admitted=self.last("admit_late_objection", item),
            verified=self.last("verify_objection", item),
            answered=self.agreed("answer_objection", item),
            withdrawn=self.last("withdraw_objection", item),
            late=bool(raised.data.get("late")),
        )

    def unsettled(self) -> list[str]:
        """Objections that are still owed a written answer, or its service."""
        return list(self._owing)

    @property
    def all_answered(self) -> bool:
        """No objection is owed anything any more."""
        return not self._owing

    def _owes(self, objection: Objection) -> bool:
        if objection.withdrawn is not None:
            return False
        if objection.refused:
            return self.served("serve_late_answer", objection.item) is None
        return objection.answered is None or self.served("serve_answer", objection.item) is None

    def proposal(self, step: str, approved_by: str, deadline: str) -> Event | None:
        """A proposed change of a deadline that nobody has decided yet."""
        proposed = next((e for e in reversed(self.all(step)) if e.data["deadline"] == deadline), None)
        if proposed is None:
            return None
        decided = any(e.data["deadline"] == deadline and e.seq > proposed.seq for e in self.all(approved_by))
        return None if decided else proposed

    # -- deadlines

    def open_deadline(self, name: str, term: Term, starts_on: date, *, owed: bool) -> str:
        """Opens a deadline; its key is one that no earlier round has used.

        One that ends past the calendar runs all the same, without an end, until the calendar reaches it.
        """
        key, days = self._key(name), self.working_days
        self.deadlines[key] = Deadline(key=key, term=term, starts_on=starts_on, calendar=days.version)
        self.reckon(key)  # refuses a term on whose length the texts are silent
        if owed:
            self.owed.add(key)
        return key

    def close_deadline(self, key: str) -> None:
        self._met.add(key)

    def lapse(self) -> None:
        """Nothing that still runs is owed any more: the case is over, wound up or begun anew."""
        self._lapsed |= self.deadlines.keys() - self._met

    def end_deadline(self, key: str) -> None:
        """It runs no more, whether or not what it was for was done."""
        self._lapsed.add(key)

    def resume_ended(self, key: str) -> None:
        """What ended it was undone."""
        self._lapsed.discard(key)

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
        """Where the deadline ends; None while it is suspended, and where that lies past the calendar."""
        try:
            return days.reckon(self.deadlines[key], self.working_days)
        except BeyondHorizon:
            return None

    def end_instant(self, key: str) -> datetime | None:
        """The instant at which the deadline is surely over; None while it has no end.

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
        if event.item:
            self._items.setdefault(event.item.rpartition("-")[0], {})[event.item] = None
        if "paper" in data:
            self.unproduced[event.seq] = None
        self._file(event)
        match event.step:
            case "paper_produced":
                self.papers[data["of_seq"]] = event
                self.unproduced.pop(data["of_seq"], None)
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

    def _file(self, event: Event) -> None:
        """Files an event of the present round where it is looked for."""
        self._of_step.setdefault(event.step, []).append(event)
        self._of_item.setdefault((event.step, event.item), []).append(event)
        objection = self.objection(event.item) if event.item else None
        if objection is None:
            return
        if self._owes(objection):
            self._owing[objection.item] = None
        else:
            self._owing.pop(objection.item, None)

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
