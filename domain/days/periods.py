"""Periods (期间): from the day of an event to the day, and the instant, on which a term ends.

* The day of the event is not counted (民法典 第二百零一条; 民事诉讼法 第八十五条).
* Months and years end on the corresponding day, or on the last day of the month (民法典 第二百零二条).
* An end on a rest day moves to the next working day where the term rolls (民法典 第二百零三条; 民事诉讼法 第八十五条).
* A day ends at 24:00 Asia/Shanghai, or at the office's closing hour only where one is given (民法典 第二百零三条).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from domain.citation import Citation
from domain.days.notices import Frozen, Margin
from domain.days.working_days import BeyondHorizon, WorkingDays
from domain.refusals import LegalRefusal
from domain.rules import Term, Unit

#: Asia/Shanghai has kept UTC+8 without daylight saving since 1991; a fixed offset needs no time zone files.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class PeriodEnd(Frozen):
    """Where a term ends, by one version of the calendar.

    A provisional end (预估) rests on days that are not announced: the official one is expected between `earliest`,
    the date to work to, and `latest`. It is never stated as final and nothing is overdue on it. Otherwise all
    three dates are equal.
    """

    due: date
    provisional: bool
    earliest: date
    latest: date
    ends_at: datetime  # first instant after the period, at +08:00
    calendar: str  # version of the WorkingDays

    def has_passed(self, at: datetime) -> bool:
        """Whether the term had surely run out at the instant `at`; never true of a provisional end."""
        return not self.provisional and at >= self.ends_at


class Reach(NamedTuple):
    """How far a count has come: the day reached, and the interval in which unannounced days may still put it."""

    at: date
    earliest: date
    latest: date
    provisional: bool = False
    worked: bool = False  # reached by counting working days, so a working day under any notice

    @classmethod
    def start(cls, day: date) -> Reach:
        return cls(day, day, day)

    def moved(self, to: date, days: WorkingDays, margin: Margin, least: timedelta) -> Reach:
        """On to the working day `to`, by a step of `least` days or more that unannounced days may change."""
        if days.is_final(to):
            return Reach(to, to, to, worked=True)
        projected = to - (self.at - self.earliest) - timedelta(margin.earlier)
        # Whatever the coming notice says: the announced days are not the end yet, and the step has its length.
        earliest = max(projected, self.earliest + least, days.announced_through + date.resolution)
        latest = to + (self.latest - self.at) + timedelta(margin.later)
        return Reach(to, earliest, latest, provisional=True, worked=True)


def end_of(starts_on: date, term: Term, days: WorkingDays, closing: time | None = None) -> PeriodEnd:
    """End of `term` after an event on `starts_on`.

    Raises LegalRefusal (TERM_SILENT) for a term without a number, BeyondHorizon past the calendar.
    """
    return settle(advance(Reach.start(starts_on), count_of(term), term.unit, days), term.rolls, days, closing)


def count_of(term: Term) -> int:
    """The number of a term. Raises LegalRefusal (TERM_SILENT) when the texts are silent on it."""
    if term.count is None:
        raise LegalRefusal(
            code="TERM_SILENT",
            title="条文没有规定期限",
            detail="条文没有规定这一期限的长度，不能推算届满日",
            clause=str(term.basis),
        )
    return term.count


def advance(reach: Reach, count: int, unit: Unit, days: WorkingDays) -> Reach:
    """`count` units on from the day reached, that day not counted and no roll applied.

    Days, months and years are plain dates and reach past the calendar; working days do not. Raises BeyondHorizon.
    """
    if count == 0:
        return reach
    if unit is Unit.WORKING_DAY:
        margin = next(m for m in days.counting if m.up_to is None or count <= m.up_to)
        to = days.add(reach.at, count)
        return reach.moved(to, days, margin, timedelta(count))
    try:
        at, earliest, latest = (day + _LENGTHS[unit](count) for day in reach[:3])
    except (OverflowError, ValueError):
        at = earliest = latest = date.min
    if not days.first <= reach.at <= at < date.max:
        raise BeyondHorizon(days.first, days.horizon, f"{reach.at} 起 {count} {UNITS[unit]}")
    return Reach(at, earliest, latest, reach.provisional)


UNITS = {Unit.WORKING_DAY: "个工作日", Unit.DAY: "日", Unit.MONTH: "个月", Unit.YEAR: "年"}
_LENGTHS = {
    Unit.DAY: lambda count: relativedelta(days=count),
    Unit.MONTH: lambda count: relativedelta(months=count),
    Unit.YEAR: lambda count: relativedelta(years=count),
}


def settle(reach: Reach, rolls: bool, days: WorkingDays, closing: time | None = None) -> PeriodEnd:
    """The end at the day reached, after the roll off a rest day."""
    if rolls and not reach.worked:
        reach = reach.moved(days.roll(reach.at), days, days.rolling, timedelta())
    return PeriodEnd(
        due=reach.at,
        provisional=reach.provisional,
        earliest=reach.earliest,
        latest=reach.latest,
        ends_at=end_of_day(reach.at, closing),
        calendar=days.version,
    )


def end_of_day(day: date, closing: time | None = None) -> datetime:
    """First instant after `day`: 24:00 Asia/Shanghai, or the closing hour of that day where one is given."""
    if closing is not None:
        return datetime.combine(day, closing, SHANGHAI)
    return datetime.combine(day + date.resolution, time.min, SHANGHAI)


def plain_term(count: int, unit: Unit, rolls: bool = True) -> Term:
    """A bare length as typed into a calculator: counted by the general rules of the Civil Code."""
    basis = Citation(document="民法典", clause="第二百零一条至第二百零三条")
    return Term(count=count, unit=unit, starts="given_day", basis=basis, rolls=rolls)
