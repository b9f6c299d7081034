"""Days counted on the fingers: the notices as they are typed in, one set of rest days, one day after the other.

Slow and obvious on purpose, and written from the law, not from the calendar that the product counts with: it reads the
raw files and shares no code with `domain/days`. 民法典 第二百零一条至第二百零三条; 民事诉讼法 第八十五条.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Container, Sequence
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML

_FILES: Final = Path(__file__).parents[2] / "law" / "calendar"
_BEIJING: Final = timezone(timedelta(hours=8))
_ONE: Final = timedelta(days=1)
_SATURDAY: Final = 5

#: [from, to) in which a clock stands; None: it still does.
Standstill = tuple[date, date | None]


class Rest(NamedTuple):
    """The rest days of many years as somebody knows them, and the last day that no coming notice can change."""

    days: frozenset[date]
    certain_through: date


@lru_cache(maxsize=64)
def rest_days(known_on: date | None = None) -> Rest:
    """Every day on which nobody works, by the notices published up to `known_on` (None: by all of them).

    For years without a notice: weekends and the days off by law. The coming year's notice may still change the last
    week of December (元旦 has been joined with a weekend before it).
    """
    notices = sorted(_notices(), key=lambda notice: (notice["published"], notice["number"]))
    notices = [notice for notice in notices if known_on is None or notice["published"] <= known_on]
    off: set[date] = set()
    worked: set[date] = set()
    for notice in notices:
        for day in notice.get("replaces", ()):
            off.discard(day)
            worked.discard(day)
        off.update(day for block in notice.get("days_off", ()) for day in block["dates"])
        worked.update(notice.get("workdays_moved", ()))
    last = max(notice["year"] for notice in notices)
    for year, blocks in _statutory().items():
        if year > last:
            off.update(day for block in blocks for day in block["dates"])
    first, end = date(min(n["year"] for n in notices), 1, 1), date(max(_statutory()), 12, 31)
    rest = set()
    day = first
    while day <= end:
        if day in off or (day.weekday() >= _SATURDAY and day not in worked):
            rest.add(day)
        day += _ONE
    return Rest(frozenset(rest), date(last, 12, 24))


@lru_cache(maxsize=1)
def _notices() -> list[dict[str, Any]]:
    return [YAML(typ="safe").load(path) for path in sorted(_FILES.glob("[0-9]*.yaml"))]


@lru_cache(maxsize=1)
def _statutory() -> dict[int, list[dict[str, Any]]]:
    years: dict[int, list[dict[str, Any]]] = YAML(typ="safe").load(_FILES / "statutory.yaml")["years"]
    return years


def last_day(
    start: date,
    count: int,
    *,
    working: bool,
    rest: Container[date],
    rolls: bool = True,
    stands: Sequence[Standstill] = (),
) -> date | None:
    """The last day of a period in days; None while the clock stands.

    The day of the event does not count, a day on which the clock stands does not, and in working days no rest day
    does. A last day that is a rest day gives way to the next day that is none.
    """
    if any(end is None for _, end in stands):
        return None

    def stood(day: date) -> bool:
        return any(begin <= day and (end is None or day < end) for begin, end in stands)

    day, left = start, count
    while left:
        day += _ONE
        if not stood(day) and not (working and day in rest):
            left -= 1
    while rolls and (day in rest or stood(day)):
        day += _ONE
    return day


def years_on(start: date, years: int) -> date:
    """The corresponding day so many years on; the last day of the month where there is none."""
    year = start.year + years
    return date(year, start.month, min(start.day, monthrange(year, start.month)[1]))


def midnight_after(day: date) -> datetime:
    """24:00 of the day in Nanjing, the first instant after it."""
    return datetime.combine(day + _ONE, time.min, _BEIJING)


def day_of(instant: datetime) -> date:
    """The day in Nanjing that an instant falls on."""
    return instant.astimezone(_BEIJING).date()
