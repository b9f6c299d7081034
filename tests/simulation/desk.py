"""A desk where everything happens: people of every kind take right and wrong steps while seconds and years go by.

Drives the pure procedure by a seed, one event after the other, and holds each of its answers against the law's own
view of the same events (`oracle`). A disagreement is raised with the case's story; the seed brings it back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from opening_samples import CASE_NO, OFFICER, Form
from simulation import cases, checks
from simulation.cases import Application, SimulatedCase
from simulation.forms import fill_in
from simulation.people import people_of, strangers_of

from domain.days.working_days import BeyondHorizon
from domain.people import Actor
from domain.procedure.events import Command, Event
from domain.procedure.judgement import judge
from domain.procedure.outcome import Outcome, Stage
from domain.procedure.proposal import propose
from domain.procedure.steps import Manner
from domain.procedure.walk import Walk
from domain.refusals import Refusal
from workflows.determination import DETERMINATION

_SECOND: Final = timedelta(seconds=1)
_TICK: Final = timedelta(microseconds=1)
_YEAR: Final = timedelta(days=365.2425)
_LONG_FILE: Final = 400
#: Steps that end a case at any time; left to chance they would end nearly all.
_ENDING: Final = frozenset({"basis_fell", "withdraw_case"})
_LAST_DAY: Final = date(2033, 1, 1)  # a determination that is still open is put aside: its calendar ends


class Disagreement(AssertionError):  # noqa: N818 -- a finding, not a fault of the simulation
    """The product and the law's plain reading differ; the story of the case is attached."""


@dataclass
class Tally:
    """What one run came to."""

    steps: int = 0
    cases: int = 0
    years: float = 0.0
    refusals: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    regimes: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in vars(self)))


class Desk:
    """One seeded desk; `work` takes so many steps in one case after another."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.tally = Tally()
        self.case = self._next_case()

    def work(self, steps: int) -> Tally:
        """Takes at least so many steps. Raises Disagreement."""
        try:
            while self.tally.steps < steps:
                self._go_on()
        except Exception as wrong:
            raise Disagreement(f"{wrong!r}\n{story(self.case)}") from wrong
        self._put_aside()
        return self.tally

    def _go_on(self) -> None:
        self._pass_time()
        file = self.case.walk.file
        flood = file.is_open("raise_objection") and self.random.random() < 0.002
        for _ in range(self.random.randint(15, 50) if flood else 1):
            self._ask("raise_objection" if flood else self._step())
        if self._finished():
            self._put_aside()
            self.case = self._after()

    # -- cases come and go

    def _next_case(self) -> SimulatedCase:
        while True:
            application = cases.application(self.random)
            event = self._open(application)
            if event is not None:
                self.tally.cases += 1
                self.tally.regimes[application.opening.rule.regime] += 1
                return cases.opened(application, event)

    def _open(self, application: Application) -> Event | None:
        """The first event of a case, or None when it is refused, as it is exactly when something is wrong with it."""
        officer = people_of(application.opening.authority)["officer"][0]
        by = (
            OFFICER.model_copy(update={"roles": ("auditor",)})
            if application.flaw == "no officer"
            else officer
        )
        command = Command(
            id="c-1",
            case_id="case-1",
            step=DETERMINATION.opens_with,
            actor=by,
            form=application.opening.model_dump(mode="json"),
            received_at=application.received_at,
        )
        self.tally.steps += 1
        try:
            step, item, data = judge(Walk(DETERMINATION).file, command)
        except Refusal as refusal:
            codes = {bar.code for bar in refusal.blocked_by}
            if application.flaw is None or cases.FLAWS[application.flaw] not in codes:
                raise AssertionError(f"{application.flaw}: {refusal}") from refusal
            self._refused(refusal)
            return None
        assert application.flaw is None, f"opened although: {application.flaw}"
        self.tally.taken[step.name] += 1
        return _event(1, command, item, {**data, "case_no": CASE_NO})

    def _finished(self) -> bool:
        case, chance = self.case, self.random.random()
        if case.walk.file.outcome is not None:
            return chance < (0.3 if case.walk.file.reopens_with else 0.5)
        idle = case.now.date() > _LAST_DAY and case.walk.course is DETERMINATION
        return idle or len(case.walk.file.events) > _LONG_FILE or chance < 0.001

    def _put_aside(self) -> None:
        case = self.case
        self.tally.years += (case.now - case.opened_at) / _YEAR
        self.tally.ends[str(case.walk.file.outcome)] += 1

    def _after(self) -> SimulatedCase:
        if self.case.walk.file.outcome is Outcome.LISTED:
            try:
                listed = cases.listed(self.case)
            except BeyondHorizon:
                self.tally.refused["BEYOND_HORIZON"] += 1
            else:
                self.tally.cases += 1
                return listed
        return self._next_case()

    # -- time

    def _pass_time(self) -> None:
        """Time goes by, from no time at all to years."""
        self.case.now = max(self.case.now, self._until())
        if self._ring():
            checks.agrees(self.case)

    def _ring(self) -> bool:
        """Every clock that has run out by now rings in its turn."""
        case, rang = self.case, False
        while alarms := [a for a in case.walk.position().alarms if a.at <= case.now]:
            alarm = min(alarms, key=lambda alarm: alarm.at)
            self.tally.steps += 1
            self.tally.taken[alarm.step] += 1
            checks.rings_in_time(case, alarm)
            event = Event(
                seq=len(case.walk.file.events) + 1,
                command=f"clock:{alarm.step}:{alarm.deadline}",
                step=alarm.step,
                item=alarm.item,
                received_at=alarm.at,
                at=case.now,
                data={"deadline": alarm.deadline},
            )
            self._enter(event)
            rang = True
        return rang

    def _until(self) -> datetime:
        case, random = self.case, self.random
        chance = random.random()
        if chance < 0.55:
            return case.now + timedelta(seconds=random.randint(0, 3600))
        if chance < 0.82:
            return case.now + timedelta(seconds=random.randint(0, 2 * 86400))
        ahead = sorted(alarm.at for alarm in case.walk.position().alarms)
        if chance < 0.93 and ahead:
            slips = [-_TICK, -_SECOND, timedelta(0), _SECOND, timedelta(hours=-9), timedelta(days=-2)]
            return random.choice([ahead[0], random.choice(ahead)]) + random.choice(slips)
        if chance < 0.99 or case.walk.course is DETERMINATION:
            return case.now + timedelta(days=random.randint(1, 40))
        return case.now + timedelta(days=random.randint(30, 1200))

    # -- people

    def _step(self) -> str:
        file, random = self.case.walk.file, self.random
        steps = file.course.steps
        duties = [opened.step for opened in file.open if steps[opened.step].duty]
        chance = random.random()
        if chance < 0.06 and file.is_open("raise_objection") and file.stage is Stage.OBJECTION_WINDOW:
            return random.choice(["raise_objection", "raise_objection", "request_hearing"])
        if chance < 0.62 and duties:
            step = random.choice(duties)
            return step if not step.startswith("void_") or random.random() < 0.15 else random.choice(duties)
        if chance < 0.7 and file.open:
            return random.choice(file.open).step
        if chance < 0.82 and file.owed_and_running() and "propose_suspension" in steps:
            return self._change_of_a_deadline()
        if any(file.suspended(key) for key in file.owed_and_running()) and chance < 0.9:
            return "resume_deadline"
        step = random.choice(list(steps))
        if step in _ENDING and file.course is DETERMINATION and random.random() < 0.7:
            return "note"
        return step

    def _change_of_a_deadline(self) -> str:
        """What somebody would do about a clock now: propose that it stand or run longer, approve, resume."""
        file, random = self.case.walk.file, self.random
        if any(file.suspended(key) for key in file.owed_and_running()) and random.random() < 0.5:
            return "resume_deadline"
        change = random.choice(["suspension", "suspension", "extension"])
        proposed = any(
            file.proposal(f"propose_{change}", f"approve_{change}", key) for key in file.owed_and_running()
        )
        return f"approve_{change}" if proposed and random.random() < 0.9 else f"propose_{change}"

    def _ask(self, step: str) -> None:
        """Somebody hands something in; what becomes of it is what the law says."""
        case, random = self.case, self.random
        file = case.walk.file
        form = fill_in(step, case.now.astimezone(cases.BEIJING).date(), file, random)
        version = None
        if random.random() < 0.05:
            version = random.choice([checks.version(file.events), max(1, len(file.events) - 1)])
        command = Command(
            id=f"c-{len(file.events) + 1}",
            case_id="case-1",
            step=step,
            item=self._item(step),
            actor=self._actor(step),
            form=form,
            received_at=case.now,
            if_version=version,
        )
        self.tally.steps += 1
        try:
            taken, item, data = judge(file, command)
        except Refusal as refusal:
            checks.rightly_refused(case, command, refusal)
            self._refused(refusal)
            return
        event = _event(len(file.events) + 1, command, item, data)
        checks.rightly_taken(case, command, event)
        if random.random() < (0.03 if "paper" in data else 0.01) and (lack := self._lack(command, data)):
            self._refused(lack)
            return
        assert taken.manner is not Manner.CLOCK
        self.tally.taken[step] += 1
        self._enter(event)
        self._ring()
        checks.agrees(case)
        if random.random() < 0.02:
            checks.replays(case)

    def _lack(self, command: Command, data: Form) -> Refusal | None:
        """What the paper that the step issues would lack: only who serves fills it in with the step itself."""
        try:
            proposal = propose(self.case.walk, command)
        except Refusal as refusal:
            lack = refusal
        else:
            assert proposal.event.data == data
            return None
        assert command.step.startswith("serve_"), f"allowed, and no paper can be drawn: {lack}"
        assert lack.code == "ELEMENT_MISSING"
        assert lack.clause
        return lack

    def _item(self, step: str) -> str:
        file = self.case.walk.file
        taken = file.course.steps[step]
        if not taken.item or taken.founds_item:
            return "" if self.random.random() < 0.99 else "objection-1"
        waiting = [opened.item for opened in file.open if opened.step == step and opened.item]
        if waiting and self.random.random() < 0.95:
            return self.random.choice(waiting)
        return self.random.choice(["", "objection-1", "objection-2", "objection-99"])

    def _actor(self, step: str) -> Actor:
        authority, chance = self.case.authority, self.random.random()
        posts = people_of(authority)
        if chance < 0.1:
            return self.random.choice(strangers_of(authority))
        if chance < 0.17:
            return self.random.choice([one for held in posts.values() for one in held])
        roles = [role.value for role in self.case.walk.course.steps[step].roles]
        return self.random.choice(posts[self.random.choice(roles or ["officer"])])

    def _refused(self, refusal: Refusal) -> None:
        self.tally.refusals += 1
        self.tally.refused[refusal.code] += 1

    # -- the record

    def _enter(self, event: Event) -> None:
        """As the record enters it: a number with the event that issues a paper, and the paper right after it."""
        case = self.case
        data: dict[str, Any] = event.data
        if "paper" in data:
            data = {**data, "number": f"宁市监严失告〔{event.day.year}〕{event.seq}号"}
            event = event.model_copy(update={"data": data})
        case.walk.feed(event)
        if "paper" in data:
            case.walk.feed(
                Event(
                    seq=event.seq + 1,
                    command=f"paper:{event.seq}",
                    step="paper_produced",
                    item=event.item,
                    received_at=event.received_at,
                    at=event.at,
                    data={
                        "of_seq": event.seq,
                        "kind": data["paper"],
                        "number": data["number"],
                        "sm3": "0" * 64,
                    },
                )
            )
        if case.walk.file.outcome is None:
            case.closed_at = None
        elif case.closed_at is None:
            case.closed_at = event.received_at


def _event(seq: int, command: Command, item: str, data: Form) -> Event:
    return Event(
        seq=seq,
        command=command.id,
        step=command.step,
        item=item,
        actor=command.actor,
        received_at=command.received_at,
        at=command.received_at,
        data=data,
    )


def story(case: SimulatedCase) -> str:
    """What has happened in the case, for whoever looks into a disagreement."""
    opening = case.walk.file.opening
    lines = [f"{opening.rule.regime}, {opening.authority.code}, now {case.now}"]
    for event in case.walk.file.events[1:]:
        short = {
            k: v for k, v in event.data.items() if isinstance(v, bool | int | type(None)) or len(str(v)) < 24
        }
        by = event.actor.account_id if event.actor else "clock"
        received = event.received_at.astimezone(cases.BEIJING)
        lines.append(f"{event.seq:4} {received:%Y-%m-%d %H:%M:%S.%f} {event.step} {event.item} {by} {short}")
    return "\n".join(lines)
