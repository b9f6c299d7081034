"""`Calendar`: workalendar's `China` with the State Council's notices as its data, as known on a day.

It knows names and sources, for explanations and tables. Counting is done by `WorkingDays`, which it builds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property

from workalendar.asia.china import China

from domain.days.notices import DayKind, DaysOff, Entry, Frozen, Notice, Projection, fold, is_weekend, known
from domain.days.working_days import BeyondHorizon, WorkingDays
from domain.refusals import NotFound

JANUARY, DECEMBER = 1, 12


class YearStatus(StrEnum):
    """Whether a year's days off are announced or only expected."""

    OFFICIAL = "official"  # 已公布
    PROJECTED = "projected"  # 预估


class DayStatus(Frozen):
    """One day: worked or not, why, and where that is said."""

    day: date
    worked: bool
    kind: DayKind
    name: str  # holiday or weekday, in Chinese
    source: str  # 文号 of the notice, or the holiday regulation for a projected day; empty for the plain week
    final: bool  # False: a notice still to come may change it


class CalendarYear(Frozen):
    """One calendar year as known: what was published for it, and the days that result."""

    year: int
    status: YearStatus
    notices: tuple[str, ...]  # 文号, amendments included, in order of publication
    published: tuple[date, ...]
    days_off: tuple[DaysOff, ...]
    workdays_moved: tuple[date, ...]
    working_days: int
    final_through: date | None  # last day of the year that no coming notice can change


class Calendar(China):  # type: ignore[misc]  # workalendar carries no types
    """Working days of mainland China in the notices published up to `known_on` (None: in all that are given).

    Years past the last notice are projected from the statutory days and marked so; past `horizon`, and before the
    first notice's year, every question raises BeyondHorizon. Raises NotFound when nothing was known on that day.
    """

    def __init__(
        self, notices: Sequence[Notice], projection: Projection, known_on: date | None = None
    ) -> None:
        super().__init__()
        self.known_on = known_on
        self.projection = projection
        self.notices = known(notices, known_on)
        if not self.notices:
            raise NotFound(
                detail=f"{known_on} 时还没有已知的放假安排通知",
                field="known_on",
                expected=f"{min(notice.published for notice in notices)} 或者以后的日期",
            )
        years = {notice.year for notice in self.notices}
        self.last_announced = max(years)
        if gaps := sorted(set(range(min(years), self.last_announced)) - years):
            raise ValueError(f"缺少{'、'.join(map(str, gaps))}年的通知")
        last = min(self.last_announced + projection.horizon_years, max(projection.statutory))
        self.first = date(min(years), JANUARY, 1)
        self.horizon = date(last, DECEMBER, 31)
        self.announced_through = projection.opens(self.last_announced) - date.resolution
        self._said = fold(self.notices)
        for year in range(self.last_announced + 1, last + 1):
            self._project(year)
        self.extra_working_days = sorted(
            day for day, entry in self._said.items() if entry.kind is DayKind.MOVED_WORKDAY
        )

    def _project(self, year: int) -> None:
        for block in self.projection.statutory[year]:
            for day in block.dates:
                entry = Entry(DayKind.DAY_OFF, f"{block.name}（推算）", str(self.projection.basis))
                self._said.setdefault(day, entry)

    def get_calendar_holidays(self, year: int) -> list[tuple[date, str]]:
        """The days off that fall in `year`, whichever notice names them, with names (workalendar's own hook)."""
        self._must_span(date(year, JANUARY, 1))
        return [
            (day, entry.name)
            for day, entry in sorted(self._said.items())
            if day.year == year and entry.kind is DayKind.DAY_OFF
        ]

    def status(self, day: date) -> DayStatus:
        """What the day is, and by which notice. Raises BeyondHorizon."""
        self._must_span(day)
        entry = self._said.get(day) or _plain(day)
        return DayStatus(
            day=day,
            worked=entry.kind in (DayKind.WEEKDAY, DayKind.MOVED_WORKDAY),
            kind=entry.kind,
            name=entry.name,
            source=entry.source,
            final=day <= self.announced_through,
        )

    def year(self, year: int) -> CalendarYear:
        """One year as known. Raises BeyondHorizon."""
        first = date(year, JANUARY, 1) if date.min.year <= year <= date.max.year else year
        self._must_span(first)
        start, end = date(year, JANUARY, 1), date(year, DECEMBER, 31)
        days = [date.fromordinal(o) for o in range(start.toordinal(), end.toordinal() + 1)]
        entries = [(day, self._said[day]) for day in days if day in self._said]
        names = Counter(entry.name for _, entry in entries if entry.kind is DayKind.DAY_OFF)
        named = [notice for notice in self.notices if notice.year == year]
        return CalendarYear(
            year=year,
            status=YearStatus.OFFICIAL if named else YearStatus.PROJECTED,
            notices=tuple(notice.number for notice in named),
            published=tuple(notice.published for notice in named),
            days_off=tuple(
                DaysOff(name=name, dates=tuple(day for day, entry in entries if entry.name == name))
                for name in names
            ),
            workdays_moved=tuple(day for day, entry in entries if entry.kind is DayKind.MOVED_WORKDAY),
            working_days=sum(self.status(day).worked for day in days),
            final_through=min(end, self.announced_through) if start <= self.announced_through else None,
        )

    @cached_property
    def working_days(self) -> WorkingDays:
        """The value that cases pin: every day from `first` to `horizon`."""
        span = range(self.first.toordinal(), self.horizon.toordinal() + 1)
        return WorkingDays.of(
            [self._worked(date.fromordinal(ordinal)) for ordinal in span],
            first=self.first,
            announced_through=self.announced_through,
            known_on=self.known_on,
            counting=self.projection.counting,
            rolling=self.projection.rolling,
        )

    def _worked(self, day: date) -> bool:
        entry = self._said.get(day)
        if entry is None:
            return not is_weekend(day)
        return entry.kind is DayKind.MOVED_WORKDAY

    def _must_span(self, day: date | int) -> None:
        if isinstance(day, int) or not self.first <= day <= self.horizon:
            raise BeyondHorizon(self.first, self.horizon, day)


_WEEKDAYS = "一二三四五六日"


def weekday(day: date) -> str:
    """周一 … 周日."""
    return f"周{_WEEKDAYS[day.weekday()]}"


def _plain(day: date) -> Entry:
    kind = DayKind.WEEKEND if is_weekend(day) else DayKind.WEEKDAY
    return Entry(kind, weekday(day), "")
