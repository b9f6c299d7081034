"""A deadline as a ledger (期限台账): the term, its start, and all that has happened to it since.

The date is never stored: it is `reckon(ledger, working days)`, one pure function, the same in every replay.

* A suspended day is one on which the clock stands: from the day of suspension up to the day before resumption.
  The end moves by the days really lost: working days for a term in working days, calendar days for any other.
* An extension lengthens the term itself, within what the rule allows (`Term.extendable`); extensions in the term's
  own unit therefore add up before months and years look for their corresponding day, whenever they were granted.
* Where an act changes nothing yet (the clock stands), there is no date: `reckon` gives None.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal, Self

from annotated_types import MinLen
from pydantic import Field, model_validator

from domain.citation import Citation
from domain.days.notices import Frozen
from domain.days.periods import UNITS, PeriodEnd, Reach, advance, count_of, settle
from domain.days.working_days import WorkingDays
from domain.refusals import Conflict, LegalRefusal
from domain.refusals import Suspended as StandsStill
from domain.rules import Suspension, Term, Unit

Reason = Annotated[str, MinLen(1)]


class Suspended(Frozen):
    """The clock stops on this day, for a ground that the rule knows (中止)."""

    kind: Literal["suspended"] = "suspended"
    on: date
    ground: str
    reason: Reason
    basis: Citation
    by: str  # id of the person who approved it


class Resumed(Frozen):
    """The clock runs again from this day, which counts (恢复)."""

    kind: Literal["resumed"] = "resumed"
    on: date
    by: str


class Extended(Frozen):
    """The term becomes longer by so many units (延长)."""

    kind: Literal["extended"] = "extended"
    on: date
    count: Annotated[int, Field(ge=1)]
    unit: Unit
    reason: Reason
    basis: Citation
    by: str


class Recomputed(Frozen):
    """Another calendar gave another end; a record only, since the end follows from the calendar (重新计算)."""

    kind: Literal["recomputed"] = "recomputed"
    on: date
    old: PeriodEnd
    new: PeriodEnd
    notices: tuple[str, ...]  # 文号 of what was newly published


Entry = Annotated[Suspended | Resumed | Extended | Recomputed, Field(discriminator="kind")]


class Status(StrEnum):
    """Whether the clock of a deadline runs."""

    RUNNING = "running"  # 计算中
    SUSPENDED = "suspended"  # 中止


class Deadline(Frozen):
    """The ledger of one deadline of a case. Its methods give new ledgers; nothing is changed in place.

    Days are dates in Asia/Shanghai. `starts_on` is the day of the event, itself not counted. `calendar` is the
    version by which the end was last stated. Every method raises Conflict for an act that is out of order.
    """

    key: str  # objection_window, verification:1 …
    term: Term
    starts_on: date
    calendar: str
    closing: time | None = None  # closing hour, only where the rule gives one
    entries: tuple[Entry, ...] = ()

    @classmethod
    def start(
        cls, key: str, term: Term, starts_on: date, days: WorkingDays, closing: time | None = None
    ) -> Self:
        """A running deadline. Raises LegalRefusal for a silent term, BeyondHorizon past the calendar."""
        deadline = cls(key=key, term=term, starts_on=starts_on, calendar=days.version, closing=closing)
        reckon(deadline, days)
        return deadline

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        last, status = self.starts_on, Status.RUNNING
        for entry in self.entries:
            if isinstance(entry, Recomputed):
                continue
            if entry.on < last:
                raise ValueError("entries of a deadline must be in the order of their days")
            last = entry.on
            if isinstance(entry, Suspended | Resumed):
                after = Status.SUSPENDED if isinstance(entry, Suspended) else Status.RUNNING
                if after is status:
                    raise ValueError(
                        "a deadline is suspended while it runs, and resumed while it is suspended"
                    )
                status = after
        return self

    @property
    def status(self) -> Status:
        turns = [entry for entry in self.entries if isinstance(entry, Suspended | Resumed)]
        return Status.SUSPENDED if turns and isinstance(turns[-1], Suspended) else Status.RUNNING

    @property
    def suspensions(self) -> Iterator[tuple[date, date | None]]:
        """The spans [from, to) on which the clock stood; the last one is open while suspended."""
        begun: date | None = None
        for entry in self.entries:
            if isinstance(entry, Suspended):
                begun = entry.on
            elif isinstance(entry, Resumed) and begun is not None:
                yield begun, entry.on
                begun = None
        if begun is not None:
            yield begun, None

    @property
    def lengths(self) -> dict[Unit, int]:
        """What the term and its extensions come to, by unit, the term's own unit first."""
        lengths = {self.term.unit: count_of(self.term)}
        for extension in self.extensions:
            lengths[extension.unit] = lengths.get(extension.unit, 0) + extension.count
        return lengths

    @property
    def extensions(self) -> list[Extended]:
        return [entry for entry in self.entries if isinstance(entry, Extended)]

    def suspend(self, on: date, ground: Suspension, reason: str, by: str, days: WorkingDays) -> Self:
        """The clock stops on `on`. Raises Suspended when it stands already, LegalRefusal when the term has ended."""
        if self.status is Status.SUSPENDED:
            raise StandsStill(detail="期限已经中止，恢复之前不能再次中止", clause=str(ground.basis))
        self._must_run(on, days)
        entry = Suspended(on=on, ground=ground.key, reason=reason, basis=ground.basis, by=by)
        return self._with(entry)

    def resume(self, on: date, by: str) -> Self:
        """The clock runs again from `on`, which counts."""
        if self.status is Status.RUNNING:
            raise Conflict(detail="期限没有中止，无需恢复", code="NOT_SUSPENDED")
        self._must_follow(on)
        return self._with(Resumed(on=on, by=by))

    def extend(self, on: date, count: int, unit: Unit, reason: str, by: str, days: WorkingDays) -> Self:
        """The term becomes longer. Raises LegalRefusal (TERM_NOT_EXTENDABLE) beyond what the rule allows."""
        rule = self.term.extendable
        if rule is None:
            raise self._not_extendable("条文没有规定这一期限可以延长", str(self.term.basis), None)
        clause = str(rule.basis)
        if len(self.extensions) >= rule.times:
            raise self._not_extendable(f"依规定只能延长 {rule.times} 次", clause, None)
        if unit is not rule.unit or (rule.count is not None and count > rule.count):
            most = f"不超过 {rule.count} {UNITS[rule.unit]}" if rule.count else f"以{UNITS[rule.unit]}计"
            raise self._not_extendable(f"延长的时间应当{most}", clause, most)
        if self.status is Status.RUNNING:
            self._must_run(on, days)
        self._must_follow(on)
        extension = Extended(on=on, count=count, unit=unit, reason=reason, basis=rule.basis, by=by)
        return self._with(extension)

    def recompute(self, on: date, old: WorkingDays, new: WorkingDays, notices: tuple[str, ...]) -> Self:
        """The ledger under a newer calendar: itself when the end stays the same, else with both ends on record.

        For deadlines that still run: one that has passed in a party's favour is not opened again.
        """
        before, after = reckon(self, old), reckon(self, new)
        if before is None or after is None or before.model_copy(update={"calendar": after.calendar}) == after:
            return self
        entry = Recomputed(on=on, old=before, new=after, notices=notices)
        return self._with(entry, calendar=new.version)

    def _with(self, entry: Entry, calendar: str | None = None) -> Self:
        return self.model_copy(
            update={"entries": (*self.entries, entry), "calendar": calendar or self.calendar}
        )

    def _must_follow(self, on: date) -> None:
        last = max([self.starts_on, *(e.on for e in self.entries if not isinstance(e, Recomputed))])
        if on < last:
            raise Conflict(
                detail=f"{on} 早于期限台账中的最后一项（{last}）",
                code="OUT_OF_ORDER",
                field="on",
                expected=f"{last} 或者以后的日期",
            )

    def _must_run(self, on: date, days: WorkingDays) -> None:
        self._must_follow(on)
        end = reckon(self, days)
        if end is not None and on > end.latest:
            raise LegalRefusal(
                detail=f"期限已于 {end.due} 届满，不能再中止或者延长",
                code="TERM_ENDED",
                title="期限已经届满",
                clause=str(self.term.basis),
                field="on",
                expected=f"{end.latest} 或者以前的日期",
            )

    @staticmethod
    def _not_extendable(detail: str, clause: str, expected: str | None) -> LegalRefusal:
        return LegalRefusal(
            detail=detail, code="TERM_NOT_EXTENDABLE", clause=clause, field="count", expected=expected
        )


def reckon(deadline: Deadline, days: WorkingDays) -> PeriodEnd | None:
    """Where the deadline ends by this calendar; None while it is suspended.

    Raises LegalRefusal (TERM_SILENT) for a term without a number, BeyondHorizon past the calendar.
    """
    if deadline.status is Status.SUSPENDED:
        return None
    reach = Reach.start(deadline.starts_on)
    spans = [(begun, ended) for begun, ended in deadline.suspensions if ended is not None]
    for unit, count in deadline.lengths.items():
        origin, lost = reach, 0
        reach = advance(origin, count, unit, days)
        # Time is lost only by a suspension that begins before the clock has run out.
        while count and spans and spans[0][0] <= reach.at:
            lost += _lost(*spans.pop(0), origin.at, unit, days)
            if unit is Unit.WORKING_DAY:
                reach = advance(origin, count + lost, unit, days)
            else:
                reach = advance(advance(origin, count, unit, days), lost, Unit.DAY, days)
    end = settle(reach, deadline.term.rolls, days, deadline.closing)
    # An end that has rolled off rest days is a day of the period too: one on which the clock stands gives way.
    while spans and reach.at < end.due and spans[0][0] <= end.due:
        end = settle(Reach.start(spans.pop(0)[1]), deadline.term.rolls, days, deadline.closing)
    return end


def _lost(begun: date, ended: date, origin: date, unit: Unit, days: WorkingDays) -> int:
    """How many days of [begun, ended) lie after `origin`: working days for a count of these, else calendar days."""
    before = max(begun - date.resolution, origin)
    if ended - date.resolution <= before:
        return 0
    if unit is Unit.WORKING_DAY:
        return days.count(before, ended - date.resolution)
    return (ended - before).days - 1
