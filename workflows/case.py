"""How a case is carried through: one workflow a case, whatever its procedure.

* People's commands arrive as updates. The validator refuses what the file refuses, and leaves no trace in history.
* Handlers only enqueue and wait; one consumer takes the smallest waiting command, so that what the workflow does
  depends on the set of waiting commands and never on the order of their arrival.
* The consumer asks the pure procedure what the command brings about, and commits that through one activity. Where the
  record knows more than the workflow, the tail comes back, is adopted, and the command is judged again.
* A timer is an alarm clock: on waking, the record's time decides (design: timers).

State is the walk over the record's events and nothing else: continue-as-new, a lost Temporal store, a rolled-back one
and a record that was restored older all heal by loading the events again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from activities.papers import Production
    from activities.record import Refused, Tail
    from activities.start import CHECK_CLOCK, REFUSED, SUBMIT, CaseStart
    from domain.paperwork import build_paper
    from domain.procedure.events import Command, Event
    from domain.procedure.proposal import Proposal, propose
    from domain.procedure.steps import Alarm, Course, Position, Work
    from domain.procedure.walk import Walk
    from domain.refusals import Refusal
    from storage.entries import Answer, Entry, Loaded, Standing
    from workflows.readmodel import entry_of

T = TypeVar("T")

# Technical limits of a run, none a legal figure.
_LONGEST_SLEEP = timedelta(days=180)
_NEVER = datetime.max.replace(tzinfo=UTC)
_LONG_HISTORY = 500
# What a worker was doing when it died is tried again after this long: an entry takes milliseconds, a paper more.
_ENTERING, _PRODUCING = timedelta(seconds=10), timedelta(seconds=15)
# Well within the time that a workflow task has.
_AT_ONCE, _ONCE = timedelta(seconds=4), RetryPolicy(maximum_attempts=1)
_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))


class CaseWorkflow:
    """Carries one case by its `course`. Subclasses name the course and the workflow type."""

    course: ClassVar[Course]

    def __init__(self, start: CaseStart) -> None:
        self._case_id = start.case_id
        self._loaded = start.fresh
        self._walk = Walk(self.course)
        self._position: Position | None = None
        self._waiting: dict[str, Command] = {}
        self._foreseen: tuple[str, Proposal] | None = None
        self._unattended: set[str] = set()  # commands taken from the record: no caller waits for them here
        self._decided: dict[str, dict[str, Any] | int] = {}  # refusal, or the seq of the event
        self._callers: Counter[str] = Counter()
        self._answers: dict[str, dict[str, Any] | int] = {}
        self._office_time: datetime | None = None
        self._learned_at: datetime = workflow.now()
        self._clock_asked = False
        self._armed_for: datetime | None = None  # None: no alarm is set, or it has rung
        self._timer: asyncio.Task[None] | None = None

    # -- the way in

    @workflow.update(name=SUBMIT)
    async def submit(self, command: Command) -> int:
        """Carries a command out. Returns the seq of its event; a refusal fails the update with its problem."""
        self._callers[command.id] += 1  # the same command may be carried under more than one update id
        if command.id not in self._answers:
            self._waiting[command.id] = command
            self._unattended.discard(command.id)
        await workflow.wait_condition(lambda: command.id in self._answers)
        answer = self._answers[command.id]
        self._callers[command.id] -= 1
        if not self._callers[command.id]:
            del self._callers[command.id], self._answers[command.id]
        if isinstance(answer, int):
            return answer
        raise _as_failure(answer)

    @submit.validator
    def _admissible(self, command: Command) -> None:
        """Refuses at the door what the file refuses, unless the file is about to move or is not the record's own."""
        unsure = not self._loaded or command.head != len(self._walk.file.events)
        position = self._walk.position()
        rung = any(alarm.at <= command.received_at for alarm in position.alarms)
        moving = bool(self._waiting or self._decided or position.work) or rung
        if unsure or moving or not self._walk.file.events or self._event_of(command.id) is not None:
            return
        try:
            self._foreseen = (command.id, propose(self._walk, command))
        except Refusal as refusal:
            raise _as_failure(refusal.as_problem()) from None

    @workflow.signal(name=CHECK_CLOCK)
    def check_clock(self) -> None:
        """Asks the record for the time: the practice clock was moved, or a sweep found an alarm overdue."""
        self._clock_asked = True

    @workflow.query
    def head(self) -> int:
        """Number of events that the workflow knows."""
        return len(self._walk.file.events)

    @workflow.query
    def standing(self) -> Standing:
        """Where the case stands as the workflow sees it: to be compared with the record."""
        position, events = self._walk.position(), self._walk.file.events
        return Standing(
            head=len(events),
            last=self._last,
            stage=position.stage,
            outcome=position.outcome,
            open=tuple((opened.step, opened.item) for opened in position.open),
        )

    # -- the one consumer

    async def carry(self) -> str:
        """Carries the case to its end; returns the outcome."""
        while not (self._loaded and self._finished() and workflow.all_handlers_finished()):
            if self._loaded:
                await self._go_on()
            else:
                self._loaded = True
                await self._catch_up()
            self._settle_answers()
            if self._should_renew():
                workflow.continue_as_new(CaseStart(case_id=self._case_id))
        return str(self._walk.position().outcome)

    def _finished(self) -> bool:
        """Closed and nothing left to do, or an opening that was refused."""
        if self._waiting or self._decided:
            return False
        position = self._walk.position()
        nothing_there = not self._walk.file.events
        return (position.closed and not position.work) or nothing_there

    async def _go_on(self) -> None:
        """The next thing there is to do: a paper, a command, an alarm; else wait for one."""
        position = self._walk.position()
        if position.work:
            await self._produce(position.work[0])
            return
        command = min(self._waiting.values(), key=lambda c: (c.received_at, c.id), default=None)
        alarm = min(position.alarms, key=lambda a: (a.at, a.step, a.item, a.deadline), default=None)
        # In the order of their instants: what was received after a clock ran out finds that it has.
        if alarm is not None and alarm.at <= (command.received_at if command else self._now()):
            too_early = await self._ring(alarm)
            if not (
                too_early and command
            ):  # the record's clock stepped back: the command need not wait for it
                return
        if command is not None:
            await self._decide(command)
            return
        self._arm(alarm.at if alarm else None)
        await workflow.wait_condition(self._something_to_do)
        if self._clock_asked:
            self._clock_asked = False
            await self._catch_up()

    def _something_to_do(self) -> bool:
        ended = self._finished() and workflow.all_handlers_finished()
        woken = self._clock_asked or self._armed_for is None
        # Callers are answered while this waits: only now can a run that has grown long be left for the next.
        return bool(self._waiting) or woken or ended or self._should_renew()

    def _arm(self, at: datetime | None) -> None:
        """Sets the alarm clock, unless it is set for that instant: most steps leave the next alarm as it is."""
        if self._armed_for == at and at is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed_for, self._timer = at or _NEVER, None
        if at is not None:
            sleep = min(at - self._now(), _LONGEST_SLEEP)
            self._timer = asyncio.create_task(self._sleep(sleep))

    async def _sleep(self, time: timedelta) -> None:
        await asyncio.sleep(max(time.total_seconds(), 0.0))
        self._armed_for = None

    async def _decide(self, command: Command) -> None:
        head = len(self._walk.file.events)
        if command.head > head:
            await self._catch_up()  # the record is ahead of us: judge only what is up to date
            if not self._loaded:
                return
        if (event := self._event_of(command.id)) is not None:
            await self._catch_up()  # it came again: does the record hold it, as we believe?
            if self._loaded:
                self._conclude(command, event.seq)
            return
        try:
            if not self._walk.file.events and command.step != self.course.opens_with:
                raise _not_opened()
            proposal = self._proposal(command)
        except Refusal as refusal:
            if command.head < head:
                await self._catch_up()  # a refusal rests on what the record holds, not on what we believe
                if not self._loaded or len(self._walk.file.events) != head:
                    return
            await self._refuse(command, refusal.as_problem())
            return
        answer = await self._append(entry_of(self._case_id, self._walk, proposal.after, proposal.event))
        await self._hear_first(answer.waiting)
        if answer.refused is not None:
            await self._refuse(command, answer.refused)
        elif answer.done is not None:
            self._conclude(command, answer.done)

    def _proposal(self, command: Command) -> Proposal:
        """What the validator found a moment ago, where nothing has happened since. A replay finds the same anew."""
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is not None:
            of_command, proposal = foreseen
            if of_command == command.id and proposal.event.seq == len(self._walk.file.events) + 1:
                return proposal
        return propose(self._walk, command)

    async def _hear_first(self, commands: Iterable[Command]) -> None:
        """What the record received earlier and nobody has decided comes first."""
        for command in commands:
            answer = self._decided.get(command.id, self._answers.get(command.id))
            if isinstance(answer, dict):  # refused here; whoever carried it has not told the record yet
                await self._tell_refusal(command, answer)
            elif answer is None and command.id not in self._waiting:
                self._waiting[command.id] = command
                self._unattended.add(command.id)

    async def _ring(self, alarm: Alarm) -> bool:
        """A clock has run out: entered as an event, after all that was received in time. True: it is too early."""
        walk, step = self._walk, self.course.steps[alarm.step]
        head = len(walk.file.events)
        event = Event(
            seq=head + 1,
            command=f"clock:{self._case_id}:{head + 1}:{alarm.step}",
            step=alarm.step,
            item=alarm.item,
            received_at=alarm.at,
            at=alarm.at,
            data={"deadline": alarm.deadline},
            clause=step.clause,
        )
        after = walk.followed_by(event)
        entry = entry_of(self._case_id, walk, after, event).model_copy(update={"not_before": alarm.at})
        answer = await self._append(entry)
        if answer.too_early:
            self._armed_for = None  # the record's clock is behind ours: set the alarm anew
        await self._hear_first(answer.waiting)
        return answer.too_early

    async def _produce(self, work: Work) -> None:
        """A numbered paper is rendered and its digest entered (文书制作入卷)."""
        walk = self._walk
        issued = walk.file.events[work.of_seq - 1]
        head = len(walk.file.events)
        event = Event(
            seq=head + 1,
            command=f"paper:{self._case_id}:{work.of_seq}",
            step=work.step,
            item=issued.item,
            received_at=issued.received_at,
            at=issued.at,
            data={
                "of_seq": work.of_seq,
                "kind": issued.data["paper"],
                "number": issued.data["number"],
                "sm3": "",
            },
            clause=issued.clause,
        )
        after = walk.followed_by(event)
        answer: Answer = await workflow.execute_activity(
            "produce_paper",
            Production(
                paper=build_paper(walk.file, issued),
                of_seq=work.of_seq,
                practice=walk.file.opening.practice,
                entry=entry_of(self._case_id, walk, after, event).model_copy(update={"in_turn": False}),
            ),
            result_type=Answer,
            start_to_close_timeout=_PRODUCING,
            retry_policy=_RETRY,
        )
        await self._take_over(answer)

    # -- the record

    async def _append(self, entry: Entry) -> Answer:
        answer = await _on_record("append", entry, Answer)
        await self._take_over(answer)
        return answer

    async def _take_over(self, answer: Answer) -> None:
        self._adopt(answer)
        if answer.more:
            await self._catch_up()

    async def _catch_up(self) -> None:
        """Takes over everything that the record holds and we do not know, part by part."""
        while await self._load_part():
            pass

    async def _load_part(self) -> bool:
        known = Tail(case_id=self._case_id, after=len(self._walk.file.events), last=self._last)
        loaded = await _on_record("load", known, Loaded)
        self._adopt(Answer(now=loaded.now, tail=loaded.events, astray=loaded.astray))
        return loaded.more and not loaded.astray

    async def _refuse(self, command: Command, problem: dict[str, Any]) -> None:
        if command.id in self._unattended:
            await self._tell_refusal(command, problem)
        self._conclude(command, problem)

    async def _tell_refusal(self, command: Command, problem: dict[str, Any]) -> None:
        await _on_record("refuse", Refused(command_id=command.id, problem=problem), type(None))

    def _adopt(self, answer: Answer) -> None:
        """Takes over what the record holds and we did not know; begins anew where it does not hold what we knew."""
        self._office_time, self._learned_at = answer.now, workflow.now()
        if answer.astray:
            self._walk, self._foreseen = Walk(self.course), None
            self._loaded, self._armed_for = False, None
            return
        for event in answer.tail:
            if event.seq == len(self._walk.file.events) + 1:
                self._walk.feed(event)

    def _conclude(self, command: Command, answer: dict[str, Any] | int) -> None:
        self._waiting.pop(command.id, None)
        if command.id in self._unattended:
            self._unattended.discard(command.id)
        else:
            self._decided[command.id] = answer

    def _settle_answers(self) -> None:
        """A caller is answered when the machinery has done its part, so that its next step finds the case ready."""
        if not self._walk.position().work:
            self._answers |= self._decided
            self._decided.clear()

    # -- bookkeeping

    @property
    def _last(self) -> str:
        """Command of the last event that the workflow knows: with the head, it tells two records apart."""
        events = self._walk.file.events
        return events[-1].command if events else ""

    def _event_of(self, command_id: str) -> Event | None:
        return next((event for event in self._walk.file.events if event.command == command_id), None)

    def _now(self) -> datetime:
        """Office time: the record's, carried forward by the workflow's own clock."""
        if self._office_time is None:
            return max((c.received_at for c in self._waiting.values()), default=workflow.now())
        return self._office_time + (workflow.now() - self._learned_at)

    def _should_renew(self) -> bool:
        info = workflow.info()
        long = info.get_current_history_length() > _LONG_HISTORY or info.is_continue_as_new_suggested()
        idle = not (self._waiting or self._decided or self._answers) and workflow.all_handlers_finished()
        return long and idle and bool(self._walk.file.events)


async def _on_record(activity: str, asked: BaseModel, answer: type[T]) -> T:
    """Does something on the record: at once, beside the workflow; by way of the task queue when that fails.

    The first saves a workflow task and two hops; the second may be tried for days and leaves one trace in history.
    Either may be asked twice: the record does it once.
    """
    try:
        at_once: T = await workflow.execute_local_activity(
            activity,
            asked,
            result_type=answer,
            start_to_close_timeout=_AT_ONCE,
            retry_policy=_ONCE,
        )
    except FailureError as failed:  # as the activity raised it: the SDK wraps only what the queue brings back
        if is_cancelled_exception(failed):
            raise
        in_the_end: T = await workflow.execute_activity(
            activity,
            asked,
            result_type=answer,
            start_to_close_timeout=_ENTERING,
            retry_policy=_RETRY,
        )
        return in_the_end
    return at_once


def _as_failure(problem: dict[str, Any]) -> ApplicationError:
    return ApplicationError("refused", problem, type=REFUSED, non_retryable=True)


def _not_opened() -> Refusal:
    return Refusal(detail="案件尚未登记", code="NOT_FOUND")
