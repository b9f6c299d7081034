"""Walking a procedure over the events of a case.

A procedure is a coroutine that reads like the law and awaits steps. `walk` runs it over the events that the record
already has: a step whose event is there returns at once, the others stay open. The same walk serves the workflow,
continue-as-new, catch-up after a difference, rebuilding from the record, the dry run and the what-if, because each of
them asks the same question: these events, this procedure: what is open now?
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.procedure.casefile import CaseFile
from domain.procedure.events import Event
from domain.procedure.opening import Opening
from domain.procedure.outcome import Outcome, Stage
from domain.procedure.steps import Alarm, Course, Manner, OpenStep, Position, Work
from domain.rules import Rule, Term

Strand = Coroutine[Any, Any, Any]


class Interrupted(Exception):  # noqa: N818 -- an event that changes the course, not an error
    """An event that takes the case out of its course, wherever it stands (e.g. 依据文书被撤销)."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.step)
        self.event = event


class UnexpectedEvent(Exception):  # noqa: N818
    """The record holds an event that the procedure does not await: record and procedure differ."""


_Key = tuple[str, str | int | None]  # a step and its item (None: any), or the paper that an event asked for
_FACT: _Key = ("", None)


@dataclass(frozen=True)
class _ForStep:
    """Waits for the event of one of these steps. `item` None: of any item."""

    steps: tuple[str, ...]
    item: str | None
    deadline: str | None = None
    clock: tuple[str, str] | None = None  # (step, deadline key): recorded when the deadline ends

    @property
    def keys(self) -> tuple[_Key, ...]:
        names = (*self.steps, self.clock[0]) if self.clock is not None else self.steps
        return tuple((name, self.item) for name in names)


@dataclass(frozen=True)
class _ForReopening:
    step: str

    @property
    def keys(self) -> tuple[_Key, ...]:
        return ((self.step, None),)


@dataclass(frozen=True)
class _ForPaper:
    of_seq: int

    @property
    def keys(self) -> tuple[_Key, ...]:
        return (("paper_produced", self.of_seq),)


@dataclass(frozen=True)
class _ForFact:
    holds: Callable[[], bool]

    @property
    def keys(self) -> tuple[_Key, ...]:
        return (_FACT,)


_Wait = _ForStep | _ForReopening | _ForPaper | _ForFact


class _Pause:
    """Hands what is waited for to the walk, and gives back the event that came."""

    def __init__(self, wait: _Wait) -> None:
        self._wait = wait

    def __await__(self) -> Generator[_Wait, Event | None, Any]:
        return (yield self._wait)


class Running:
    """A strand of the procedure under way: the main course, or an objection with its own clock beside it."""

    def __init__(self, number: int, strand: Strand) -> None:
        self.number = number  # in the order in which strands begin
        self.strand = strand
        self.wait: _Wait | None = None
        self.done = False
        self.result: Outcome | None = None

    def run(self, event: Event | None = None, thrown: BaseException | None = None) -> None:
        try:
            self.wait = self.strand.throw(thrown) if thrown else self.strand.send(event)
        except StopIteration as stop:
            self.done, self.wait, self.result = True, None, stop.value

    def close(self) -> None:
        self.done, self.wait = True, None
        self.strand.close()


class Conduct:
    """The conduct of one case (办理): what a procedure can await, and the file it looks into."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    @property
    def file(self) -> CaseFile:
        return self._walk.file

    @property
    def rule(self) -> Rule:
        return self.file.rule

    def at(self, stage: Stage) -> None:
        """The case enters a stage."""
        self.file.stage = stage

    async def step(self, name: str, *, item: str = "", due: str | None = None) -> Event:
        """Waits for a person's step; the step is an open task as long as it waits."""
        event: Event = await _Pause(_ForStep((name,), item, due))
        return event

    async def first(
        self,
        *names: str,
        item: str | None = "",
        due: str | None = None,
        clock: tuple[str, str] | None = None,
    ) -> Event:
        """Waits for whichever of several steps comes first; `clock` = (step, deadline) may end the wait."""
        event: Event = await _Pause(_ForStep(names, item, due, clock))
        return event

    async def paper(self, issued: Event) -> Event:
        """Waits until the numbered paper that `issued` calls for is on file, with its digest."""
        event: Event = await _Pause(_ForPaper(issued.seq))
        return event

    def owed(self, key: str, term: Term, *, starts_on: date) -> str | None:
        """Opens a deadline of the authority; None when the law sets no number. The start day does not count."""
        if term.count is None:
            return None
        return self.file.open_deadline(key, term, starts_on, owed=True)

    def window(self, key: str, term: Term, *, starts_on: date) -> str:
        """Opens a period of the subject, or one that simply runs. The start day does not count."""
        return self.file.open_deadline(key, term, starts_on, owed=False)

    def owed_again(self, key: str | None) -> None:
        """What the deadline was for was undone: it runs on."""
        if key is not None:
            self.file.owe_again(key)

    def ended(self, name: str) -> None:
        """What the period of this name was given for has no place any more."""
        if (key := self.file.latest_key(name)) is not None:
            self.file.end_deadline(key)

    def goes_on(self, name: str) -> None:
        """What ended the period of this name was undone."""
        if (key := self.file.latest_key(name)) is not None:
            self.file.resume_ended(key)

    def clock_day(self, event: Event) -> date:
        """Legal day of an event; of a clock that ran out, the last day of its period."""
        key = event.data.get("deadline")
        end = self.file.reckon(key) if key else None
        return end.latest if end else event.day

    def met(self, key: str | None) -> None:
        """What the deadline was for has been done."""
        if key is not None:
            self.file.close_deadline(key)

    def beside(self, strand: Strand) -> Running:
        """Starts a strand that runs side by side with this one."""
        return self._walk.start(strand)

    @contextmanager
    def meanwhile(self, strand: Strand) -> Iterator[None]:
        """Runs a strand only as long as the block lasts."""
        running = self._walk.start(strand)
        try:
            yield
        finally:
            self._walk.end(running)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits until something is so on file, whichever strand brings it about."""
        await _Pause(_ForFact(holds))

    async def deemed(self, act: Event) -> date:
        """Waits until a successful act of service counts as served (视为送达); returns that day."""
        on = date.fromisoformat(act.data["on"])
        rule = self.file.service_rule(act)
        if rule.deemed_after is None:
            return on
        key = self.window(deemed_key(act), rule.deemed_after, starts_on=on)
        await self.first(item=act.item, clock=("deem_served", key))
        self.met(key)
        end = self.file.reckon(key)
        return end.due if end else on

    async def reopened(self, by: str, outcome: Outcome) -> Event:
        """The case is closed with `outcome`; only a reopening leads on."""
        self.file.outcome = outcome
        self.file.stage = Stage.CLOSED
        self.file.lapse()
        self.file.reopens_with = by
        event: Event = await _Pause(_ForReopening(by))
        self.file.outcome = self.file.reopens_with = None
        return event

    def anew(self, event: Event) -> None:
        """The procedure begins anew from `event`; what lies before stays on file but no longer counts."""
        self.file.begin_round(event.seq)


class Walk:
    """One procedure over one case's events."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.file = CaseFile(course, self._open_steps)
        self.conduct = Conduct(self)
        self._main: Running | None = None
        self._begun = 0
        self._strands: dict[int, Running] = {}  # those under way, in the order in which they began
        self._awaited: dict[
            _Key, dict[int, Running]
        ] = {}  # who waits for what; a flood of objections stays cheap

    @classmethod
    def over(cls, course: Course, events: Iterable[Event]) -> Walk:
        """The walk of `course` over `events`, in order."""
        walk = cls(course)
        for event in events:
            walk.feed(event)
        return walk

    def followed_by(self, event: Event) -> Walk:
        """Another walk, over these events and one more; this one stays as it is."""
        events = self.file.events
        after = Walk(self.course)
        after.file.opening = self.file.opening if events else Opening.submitted(event.data)
        for known in (*events, event):
            after.feed(known)
        return after

    def start(self, strand: Strand) -> Running:
        self._begun += 1
        running = Running(self._begun, strand)
        self._strands[running.number] = running
        self._go_on(running)
        return running

    def end(self, running: Running) -> None:
        """The strand goes no further, however far it has got."""
        if not running.done:
            self._forget(running)
            running.close()

    def feed(self, event: Event) -> None:
        """Lets the procedure go on with the next event of the record.

        Raises UnexpectedEvent when the procedure does not await it.
        """
        if event.seq != len(self.file.events) + 1:
            raise UnexpectedEvent(f"event {event.seq} after {len(self.file.events)}")
        step = self.course.steps.get(event.step)
        if step is None:
            raise UnexpectedEvent(f"{self.course.kind} knows no step {event.step}")
        self.file.enter(event)
        if self._main is None:
            if event.step != self.course.opens_with:
                raise UnexpectedEvent(f"a case does not begin with {event.step}")
            self._main = self.start(self.course.procedure(self.conduct))
        elif step.manner is Manner.INTERRUPTING:
            self._interrupt(self._main, event)
        elif step.manner is not Manner.STANDING:
            self._deliver(event, machine=step.manner is Manner.MACHINE)
        self._join()
        self.file.look_again()

    def _deliver(self, event: Event, *, machine: bool) -> None:
        keys: tuple[_Key, ...] = (
            ((event.step, event.data["of_seq"]),)
            if machine
            else ((event.step, event.item), (event.step, None))
        )
        waiting = {number: running for key in keys for number, running in self._awaited.get(key, {}).items()}
        if waiting:
            self._go_on(waiting[min(waiting)], event)
        # A paper that a standing step asked for is awaited by nobody: it is on file, and that is all.
        elif not machine:
            raise UnexpectedEvent(f"{event.step} {event.item} is not awaited")

    def _interrupt(self, main: Running, event: Event) -> None:
        for running in list(self._strands.values()):
            if running is not main:
                self.end(running)
        self._go_on(main, thrown=Interrupted(event))

    def _go_on(
        self, running: Running, event: Event | None = None, thrown: BaseException | None = None
    ) -> None:
        self._unlist(running)
        running.run(event, thrown)
        if running.wait is None:
            self._strands.pop(running.number, None)
            return
        for key in running.wait.keys:
            self._awaited.setdefault(key, {})[running.number] = running

    def _forget(self, running: Running) -> None:
        self._unlist(running)
        self._strands.pop(running.number, None)

    def _unlist(self, running: Running) -> None:
        for key in running.wait.keys if running.wait is not None else ():
            waiting = self._awaited[key]
            del waiting[running.number]
            if not waiting:
                del self._awaited[key]

    def _join(self) -> None:
        moved = True
        while moved:
            moved = False
            for running in list(self._awaited.get(_FACT, {}).values()):
                if isinstance(running.wait, _ForFact) and running.wait.holds():
                    self._go_on(running)
                    moved = True
        if self._main is not None and self._main.done:
            self.file.outcome = self._main.result
            self.file.lapse()

    def _open_steps(self) -> tuple[OpenStep, ...]:
        return tuple(
            OpenStep(step, wait.item or "", wait.deadline)
            for running in self._strands.values()
            if isinstance(wait := running.wait, _ForStep)
            for step in wait.steps
        )

    def position(self) -> Position:
        """Where the case stands now."""
        file = self.file
        return Position(
            stage=file.stage,
            outcome=file.outcome,
            open=file.open,
            alarms=tuple(self._alarms()) if file.outcome is None else (),
            work=tuple(Work("paper_produced", seq) for seq in file.unproduced),
        )

    def _alarms(self) -> Iterator[Alarm]:
        for running in self._strands.values():
            wait = running.wait
            if isinstance(wait, _ForStep) and wait.clock:
                step, key = wait.clock
                if (ends := self.file.end_instant(key)) is not None:
                    yield Alarm(ends, step, wait.item or "", key)
        for key in self.file.deadlines:
            if self.file.may_be_missed(key) and (ends := self.file.end_instant(key)) is not None:
                yield Alarm(ends, "miss_deadline", "", key)


def deemed_key(act: Event) -> str:
    """Key of the period after which an act of service counts as served."""
    return f"deemed:{act.step}:{act.item}" if act.item else f"deemed:{act.step}"
