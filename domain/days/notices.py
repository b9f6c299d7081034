"""The State Council's yearly notices on days off (部分节假日安排的通知) and what they say together on a day.

Each notice and each amendment is a record of its own; what is in force is their fold at a *date of knowledge*.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple, Self

from annotated_types import MinLen
from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.citation import Citation, Seen

DECEMBER = 12


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DaysOff(Frozen):
    """A holiday by its name and the dates named as off, ordinary weekend days inside the block included."""

    name: Annotated[str, MinLen(1)]
    dates: Annotated[tuple[date, ...], MinLen(1)]


class StatutoryDays(DaysOff):
    """Days off by the holiday regulation itself; `compensates`: granted for statutory days on a weekend (补假)."""

    compensates: bool = False


class Notice(Frozen):
    """One notice or amendment as published. A date may lie in the December before the notice's year.

    `replaces` names the dates on which an amendment sets aside what the earlier notice said.
    """

    number: Annotated[str, MinLen(1)]  # 文号, e.g. 国办发明电〔2025〕7号
    year: int
    amends: str | None = None  # 文号 of the notice that this one changes
    signed: date
    published: date
    seen: Seen
    checked_on: date
    note: str = ""
    days_off: tuple[DaysOff, ...] = ()
    workdays_moved: tuple[date, ...] = ()  # 调休上班
    replaces: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        off = [day for block in self.days_off for day in block.dates]
        named = [*off, *self.workdays_moved]
        if twice := sorted({day for day in named if named.count(day) > 1}):
            raise ValueError(f"同一日期出现两次：{_listed(twice)}")
        if foreign := [day for day in named if not _belongs(day, self.year)]:
            raise ValueError(f"日期不属于{self.year}年，也不在上一年12月：{_listed(foreign)}")
        if weekdays := [day for day in self.workdays_moved if not is_weekend(day)]:
            raise ValueError(f"调休上班日应当是周末：{_listed(weekdays)}")
        if self.signed > self.published:
            raise ValueError("发布日期早于成文日期")
        if self.replaces and self.amends is None:
            raise ValueError("只有调整通知才能写 replaces")
        return self


class DayKind(StrEnum):
    """Why a day is worked or not (某日上班或者休息的原因)."""

    WEEKDAY = "weekday"  # 周一至周五
    WEEKEND = "weekend"  # 双休日
    DAY_OFF = "day_off"  # 放假
    MOVED_WORKDAY = "moved_workday"  # 调休上班


class Entry(NamedTuple):
    """What the notices say about one date: its kind, the holiday's name, the notice's number."""

    kind: DayKind
    name: str
    source: str


def is_weekend(day: date) -> bool:
    """Saturday or Sunday."""
    return day.isoweekday() > 5


def known(notices: Iterable[Notice], on: date | None) -> list[Notice]:
    """The notices published up to and including `on` (all of them for None), in order of publication."""
    return sorted(
        (notice for notice in notices if on is None or notice.published <= on),
        key=lambda notice: (notice.published, notice.number),
    )


def fold(notices: Iterable[Notice]) -> dict[date, Entry]:
    """What notices in order of publication say together: the later overrides the earlier, date by date.

    Raises ValueError when a notice contradicts an earlier one without saying so in `replaces`, replaces what
    nobody said, or amends a notice that is not there.
    """
    said: dict[date, Entry] = {}
    numbers: set[str] = set()
    for notice in notices:
        if notice.amends is not None and notice.amends not in numbers:
            raise ValueError(f"{notice.number}：所调整的通知 {notice.amends} 不在数据中")
        if unsaid := [day for day in notice.replaces if day not in said]:
            raise ValueError(f"{notice.number}：replaces 中的日期此前没有安排：{_listed(unsaid)}")
        for day in notice.replaces:
            del said[day]
        for day, entry in _entries(notice):
            if day in said and said[day].kind is not entry.kind:
                raise ValueError(f"{notice.number}：{day} 与 {said[day].source} 相反，又未在 replaces 中写明")
            said[day] = entry
        numbers.add(notice.number)
    return said


def _entries(notice: Notice) -> Iterable[tuple[date, Entry]]:
    for block in notice.days_off:
        for day in block.dates:
            yield day, Entry(DayKind.DAY_OFF, block.name, notice.number)
    for day in notice.workdays_moved:
        yield day, Entry(DayKind.MOVED_WORKDAY, "调休上班", notice.number)


def _belongs(day: date, year: int) -> bool:
    return day.year == year or (day.year == year - 1 and day.month == DECEMBER)


def _listed(days: Iterable[date]) -> str:
    return "、".join(day.isoformat() for day in days)


class Margin(Frozen):
    """By how many calendar days official dates came earlier or later than the projection had said.

    `up_to` bounds the number of working days counted for which these figures hold; None: any number.
    """

    up_to: Annotated[int, Field(ge=1)] | None = None
    earlier: Annotated[int, Field(ge=0)]
    later: Annotated[int, Field(ge=0)]


MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Projection(Frozen):
    """What stands in for a year whose notice is not out: the statutory days, and how far that may be wrong."""

    basis: Citation  # 全国年节及纪念日放假办法: statutory days, and 补假 for those on a weekend
    learned_on: date  # the day on which the margins were measured
    learned_from: str  # what they were measured on
    counting: Annotated[
        tuple[Margin, ...], MinLen(1)
    ]  # a count of working days; ascending, the last one open
    rolling: Margin  # an end that moves off a rest day
    unsettled_from: MonthDay  # from this day of December the next year's notice may still change the days
    notice_expected_from: MonthDay  # from this day the next year's notice is due: watch for it
    horizon_years: Annotated[int, Field(ge=1)]  # years answered past the last announced one
    statutory: Annotated[dict[int, tuple[StatutoryDays, ...]], MinLen(1)]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        bounds = [margin.up_to for margin in self.counting]
        closed = [bound for bound in bounds[:-1] if bound is not None]
        if len(closed) != len(bounds) - 1 or closed != sorted(set(closed)) or bounds[-1] is not None:
            raise ValueError("counting 应当按 up_to 递增，最后一项不设上限")
        return self

    def opens(self, year: int) -> date:
        """First day of December `year` that is unsettled while the notice for the next year is not out."""
        return date.fromisoformat(f"{year:04d}-{self.unsettled_from}")

    def watched_from(self, year: int) -> date:
        """The day in `year` from which the notice for the next year is to be expected."""
        return date.fromisoformat(f"{year:04d}-{self.notice_expected_from}")
