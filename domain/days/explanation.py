"""Why a deadline ends when it ends: day by day, each rest day with its source (期限说明).

It walks the calendar one day at a time and uses none of the arithmetic of `reckon`, so that the two check each other.
"""

from __future__ import annotations

from datetime import date

from domain.days.calendar import Calendar, DayStatus, weekday
from domain.days.deadlines import Deadline, Status
from domain.days.notices import DayKind, Frozen
from domain.days.periods import UNITS
from domain.rules import Unit


class Line(Frozen):
    """One day of the count."""

    day: date
    counted: bool
    number: (
        int | None
    )  # n-th day counted of the unit at hand; None when not counted, and for months and years
    why: str
    source: str  # 文号; empty where the plain week says so
    final: bool


class Explanation(Frozen):
    """The count from the day of the event to the end. `due` is None while the clock stands."""

    lines: tuple[Line, ...]
    due: date | None
    provisional: bool

    @property
    def text(self) -> str:
        """The same in words, one line a day, the result last."""
        rows = [
            f"{line.day} {weekday(line.day)} {line.why}"
            + (f"（{line.source}）" if line.source else "")
            + ("" if line.final else " [预估]")
            for line in self.lines
        ]
        if self.due is None:
            return "\n".join([*rows, "中止期间没有届满日"])
        return "\n".join([*rows, f"届满日 {self.due}" + ("（预估）" if self.provisional else "")])


class _Walk:
    """A walk through the calendar, a day a step, that writes down what each day was."""

    def __init__(self, deadline: Deadline, calendar: Calendar) -> None:
        self.calendar = calendar
        self.spans = list(deadline.suspensions)
        self.day = deadline.starts_on
        self.lines: list[Line] = []
        self.doubtful = False  # an unannounced day mattered
        self.write(calendar.status(self.day), "起算当日，不计入")

    def step(self) -> DayStatus:
        self.day += date.resolution
        return self.calendar.status(self.day)

    def write(self, status: DayStatus, why: str, number: int | None = None, counted: bool = False) -> None:
        line = Line(
            day=status.day, counted=counted, number=number, why=why, source=status.source, final=status.final
        )
        self.lines.append(line)

    @property
    def stands(self) -> bool:
        """Whether the clock stands on the day at hand."""
        return any(begun <= self.day and (ended is None or self.day < ended) for begun, ended in self.spans)

    def stands_for_good(self) -> bool:
        return any(ended is None and begun <= self.day for begun, ended in self.spans)

    def count_days(self, total: int, working: bool) -> None:
        number = 0
        while number < total and not self.stands_for_good():
            status = self.step()
            self.doubtful |= working and not status.final
            if self.stands:
                self.write(status, "中止，不计入")
            elif working and not status.worked:
                self.write(status, f"{_name(status)}，不计入")
            else:
                number += 1
                extra = f"，{_name(status)}" if working and status.kind is DayKind.MOVED_WORKDAY else ""
                self.write(
                    status,
                    f"第 {number} {UNITS[Unit.WORKING_DAY if working else Unit.DAY]}{extra}",
                    number,
                    True,
                )

    def count_months(self, months: int) -> None:
        begins, lost, reached = self.day, 0, False
        while not (reached and lost == 0) and not self.stands_for_good():
            status = self.step()
            if self.stands:
                lost += not reached
                why = "中止"
            elif reached:
                lost -= 1
                why = "补足中止的时间"
            else:
                why = "期间内"
            if not reached and _corresponds(self.day, begins, months):
                reached = True
                why += "，到期月的对应日" if self.day.day == begins.day else "，没有对应日，为月末日"
            self.write(status, why, counted=not self.stands)

    def roll(self) -> None:
        status = self.calendar.status(self.day)
        self.doubtful |= not status.final
        rolled = not status.worked
        while rolled and (self.stands or not status.worked):
            status = self.step()
            self.doubtful |= not status.final
            if self.stands:
                why = "中止，顺延"
            elif status.worked:
                why = f"期间届满日为休息日，顺延至{_name(status)}"
            else:
                why = f"{_name(status)}，顺延"
            self.write(status, why)


def explain(deadline: Deadline, calendar: Calendar) -> Explanation:
    """The count of `deadline` by `calendar`. Raises what `reckon` raises."""
    walk = _Walk(deadline, calendar)
    for unit, count in deadline.lengths.items():
        if unit in (Unit.WORKING_DAY, Unit.DAY):
            walk.count_days(count, working=unit is Unit.WORKING_DAY)
        elif count:
            walk.count_months(count * _MONTHS[unit])
    if deadline.status is Status.SUSPENDED:
        return Explanation(lines=tuple(walk.lines), due=None, provisional=False)
    if deadline.term.rolls:
        walk.roll()
    return Explanation(lines=tuple(walk.lines), due=walk.day, provisional=walk.doubtful)


_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}


def _corresponds(day: date, begins: date, months: int) -> bool:
    """Whether `day` is the corresponding day, or the last of a month that has none (民法典 第二百零二条)."""
    if (day.year - begins.year) * 12 + day.month - begins.month != months:
        return False
    month_ends = (day + date.resolution).month != day.month
    return day.day == begins.day or (month_ends and day.day < begins.day)


def _name(status: DayStatus) -> str:
    if status.kind is DayKind.MOVED_WORKDAY:
        return f"{weekday(status.day)}调休上班"
    if status.kind is DayKind.WEEKDAY:
        return f"{status.name}工作日"
    return f"{status.name}休息"
