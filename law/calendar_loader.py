"""Reads law/calendar/: the State Council's notices, one file each, and what stands in for years to come.

<year>.yaml                       the yearly notice as published
<year>-amended-<published>.yaml   an amendment, which names the notice that it changes
statutory.yaml                    the statutory days of each year, computed by the `holidays` package
projection.yaml                   how far such a projection may be wrong, and how far it is carried
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from domain.days.calendar import Calendar
from domain.days.notices import Frozen, Notice, Projection, StatutoryDays, fold, known
from law.files import Fault, File, read, strays

DIRECTORY = Path(__file__).with_name("calendar")
M = TypeVar("M", bound=BaseModel)

PROJECTION = "projection.yaml"
STATUTORY = "statutory.yaml"


class CalendarFileError(ValueError):
    """A calendar file that cannot be used: which file, which key, and why (in Chinese)."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}{f' {key}' if key else ''}：{why}")
        self.file = file
        self.key = key
        self.why = why


def load_calendar(known_on: date | None = None) -> Calendar:
    """The calendar as known on a day (None: with every notice on file), cached until `forget_calendars`.

    Its own `known_on` is the day on which the last notice known by then came out.
    Raises NotFound when no notice was published by then, CalendarFileError for a faulty file.
    """
    return _calendar(DIRECTORY, known_on)


def forget_calendars() -> None:
    """The next `load_calendar` reads the files again: for a notice that arrives while cases run."""
    for cached in (_calendar, load_notices, load_projection):
        cached.cache_clear()


@lru_cache(maxsize=32)
def _calendar(directory: Path, known_on: date | None) -> Calendar:
    notices, projection = load_notices(directory), load_projection(directory)
    if known_on is not None:
        # Days between two notices share one calendar, and so one version and one cached value.
        last = max((n.published for n in known(notices, known_on)), default=known_on)
        if last != known_on:
            return _calendar(directory, last)
    return Calendar(notices, projection, known_on)


@lru_cache(maxsize=4)
def load_notices(directory: Path = DIRECTORY) -> tuple[Notice, ...]:
    """Every notice on file, in order of publication. Raises CalendarFileError."""
    notices = known(_notices(directory), None)
    years = {notice.year for notice in notices if notice.amends is None}
    for year in range(min(years, default=0), max(years, default=0)):
        if year not in years:  # it would be taken for one that is not announced yet
            raise CalendarFileError(directory.name, "", f"缺少 {year} 年的通知，而其后的年度已有")
    try:
        fold(notices)
    except ValueError as error:
        raise CalendarFileError(directory.name, "", str(error)) from error
    return tuple(notices)


def _notices(directory: Path) -> Iterator[Notice]:
    statutory = load_projection(directory).statutory
    numbers: dict[str, str] = {}
    for path in sorted(directory.glob("[0-9]*.yaml")):
        notice = _model(Notice, _read(path))
        expected = f"{notice.year}-amended-{notice.published}" if notice.amends else f"{notice.year}"
        if path.stem != expected:
            raise CalendarFileError(path.name, "year", f"文件名应当是 {expected}.yaml")
        if notice.number in numbers:
            raise CalendarFileError(path.name, "number", f"文号与 {numbers[notice.number]} 重复")
        if notice.amends is None:
            _check_statutory(notice, statutory.get(notice.year, ()), path.name)
        numbers[notice.number] = path.name
        yield notice


def _check_statutory(notice: Notice, statutory: tuple[StatutoryDays, ...], file: str) -> None:
    """A yearly notice moves and joins days; the statutory days themselves are always off."""
    off = {day for block in notice.days_off for day in block.dates}
    for block in statutory:
        # A day granted in place of one on a weekend may be given on another day: only the days themselves count.
        if block.compensates:
            continue
        if missing := [day for day in block.dates if day not in off]:
            raise CalendarFileError(file, "days_off", f"缺少法定节假日{block.name}：{missing[0]}")


@lru_cache(maxsize=4)
def load_projection(directory: Path = DIRECTORY) -> Projection:
    """The statutory days of each year and the figures of a projection. Raises CalendarFileError."""
    years = _model(_Statutory, _read(directory / STATUTORY)).years
    figures = _read(directory / PROJECTION)
    figures.data |= {"statutory": years}
    return _model(Projection, figures)


def calendar_faults(directory: Path = DIRECTORY) -> list[Fault]:
    """Every fault of every calendar file; what they say together is looked at when each is sound by itself."""
    files = [read(path, directory.parent) for path in sorted(directory.glob("[0-9]*.yaml"))]
    for notice in files:
        if notice.data is not None:
            notice.as_model(Notice, notice.data, {})
    statutory, figures = (read(directory / name, directory.parent) for name in (STATUTORY, PROJECTION))
    sound = statutory.as_model(_Statutory, statutory.data, {}) if statutory.data is not None else None
    if figures.data is not None:
        years = sound.years if sound else {date.max.year: ()}  # its own faults are told with its own file
        figures.as_model(Projection, figures.data | {"statutory": years}, {})
    found = [fault for file in (*files, statutory, figures) for fault in file.faults]
    found += strays(directory, directory.parent)
    if found:
        return found
    try:
        load_notices.__wrapped__(directory)  # what is cached may be of before an edit
    except CalendarFileError as error:
        place = directory.name if error.file == directory.name else f"{directory.name}/{error.file}"
        return [Fault(file=place, key=error.key, reason=error.why)]
    return []


class _Statutory(Frozen):
    years: dict[int, tuple[StatutoryDays, ...]]


def _read(path: Path) -> File:
    file = read(path, path.parent)
    _refuse(file)
    return file


def _model(model: type[M], file: File) -> M:
    found = file.as_model(model, file.data, {})
    _refuse(file)
    assert found is not None
    return found


def _refuse(file: File) -> None:
    if file.faults:
        first = file.faults[0]
        raise CalendarFileError(file.name, first.key, first.reason)
