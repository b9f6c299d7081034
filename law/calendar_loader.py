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
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from domain.days.calendar import Calendar
from domain.days.notices import Frozen, Notice, Projection, StatutoryDays, fold, known

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
    try:
        fold(notices)
    except ValueError as error:
        raise CalendarFileError(directory.name, "", str(error)) from error
    return tuple(notices)


def _notices(directory: Path) -> Iterator[Notice]:
    statutory = load_projection(directory).statutory
    numbers: dict[str, str] = {}
    for path in sorted(directory.glob("[0-9]*.yaml")):
        notice = _model(Notice, _read(path), path.name)
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
    figures, statutory = _read(directory / PROJECTION), _read(directory / STATUTORY)
    years = _model(_Statutory, statutory, STATUTORY).years
    return _model(Projection, {**figures, "statutory": years}, PROJECTION)


class _Statutory(Frozen):
    years: dict[int, tuple[StatutoryDays, ...]]


def _read(path: Path) -> dict[str, Any]:
    try:
        content = YAML(typ="safe").load(path)
    except FileNotFoundError as error:
        raise CalendarFileError(path.name, "", "文件不存在") from error
    except YAMLError as error:
        raise CalendarFileError(path.name, "", f"不是有效的 YAML：{error}") from error
    if not isinstance(content, dict):
        raise CalendarFileError(path.name, "", "应当是键值表")
    return content


#: What the reader of a file is told for the commonest of pydantic's findings.
_WHY = {"missing": "缺少这一项", "extra_forbidden": "不认识的键", "value_error": "{error}"}


def _model(model: type[M], content: dict[str, Any], file: str) -> M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        fault = error.errors()[0]
        why = _WHY.get(fault["type"], fault["msg"]).format_map(fault.get("ctx", {}))
        raise CalendarFileError(file, ".".join(map(str, fault["loc"])), why) from error
