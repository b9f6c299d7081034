"""`/calendar`: the calculator over HTTP. Same functions as the command line and the cases themselves."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.strict import QueryDate
from domain.days.calendar import Calendar, CalendarYear, DayStatus
from domain.days.deadlines import Deadline, Status, reckon
from domain.days.explanation import Explanation, explain
from domain.days.periods import PeriodEnd, end_of, plain_term
from domain.rules import Unit
from law.calendar_loader import load_calendar

router = APIRouter(prefix="/calendar", tags=["calendar"])

#: No term of the law is longer; keeps one answer of `explain` small.
LONGEST = 4_000


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KnownOn(_Strict):
    """Which notices count."""

    known_on: Annotated[
        QueryDate | None, Field(description="按该日已公布的通知推算；缺省为全部通知", examples=["2026-11-24"])
    ] = None


class Sum(KnownOn):
    """A start day, whose own day is not counted, and a length."""

    date: Annotated[QueryDate, Field(description="起算日（当日不计入）", examples=["2026-09-17"])]
    count: Annotated[int, Field(ge=0, le=LONGEST, description="期限的长度", examples=[10])]
    unit: Annotated[Unit, Field(description="期限的单位")] = Unit.WORKING_DAY
    rolls: Annotated[bool, Field(description="届满日为休息日时是否顺延（民法典 第二百零三条）")] = True


class Span(KnownOn):
    """Two days; the first is not counted, the last is."""

    after: Annotated[QueryDate, Field(description="起日（不计入）", examples=["2026-09-17"])]
    through: Annotated[QueryDate, Field(description="止日（计入）", examples=["2026-10-08"])]


class Day(KnownOn):
    """One day, or with `count` the whole period that begins after it."""

    date: Annotated[QueryDate, Field(description="某日，或者起算日", examples=["2026-09-17"])]
    count: Annotated[int | None, Field(ge=0, le=LONGEST, description="期限的长度；省略则只说明这一天")] = None
    unit: Annotated[Unit, Field(description="期限的单位")] = Unit.WORKING_DAY
    rolls: Annotated[bool, Field(description="届满日为休息日时是否顺延")] = True


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [values]})


class Counted(_Strict):
    """Number of working days between two days."""

    model_config = _example(
        after="2026-09-17",
        through="2026-10-08",
        working_days=10,
        provisional=False,
        calendar="b0b63dd553d230e4",
    )

    after: date
    through: date
    working_days: int
    provisional: bool
    calendar: str


class Added(_Strict):
    """Where a period ends."""

    model_config = _example(
        date="2026-09-17",
        count=10,
        unit="working_day",
        end={
            "due": "2026-10-08",
            "provisional": False,
            "earliest": "2026-10-08",
            "latest": "2026-10-08",
            "ends_at": "2026-10-09T00:00:00+08:00",
            "calendar": "b0b63dd553d230e4",
        },
    )

    date: date
    count: int
    unit: Unit
    end: PeriodEnd


class Explained(_Strict):
    """The day asked for, and for a period its count day by day and where it ends."""

    model_config = _example(
        day={
            "day": "2026-09-20",
            "worked": True,
            "kind": "moved_workday",
            "name": "调休上班",
            "source": "国办发明电〔2025〕7号",
            "final": True,
        },
        explanation=None,
        end=None,
    )

    day: DayStatus
    explanation: Explanation | None
    end: PeriodEnd | None


class Reckoned(_Strict):
    """What a ledger comes to. `end` is null while the deadline is suspended."""

    status: Status
    end: PeriodEnd | None
    explanation: Explanation


@router.get("/add", operation_id="add_to_date", summary="期限届满于何日")
def add(query: Annotated[Sum, Query()]) -> Added:
    """`count` units after `date`, that day not counted. `end.provisional`: 预估, never to be stated as final."""
    days = load_calendar(query.known_on).working_days
    end = end_of(query.date, plain_term(query.count, query.unit, query.rolls), days)
    return Added(date=query.date, count=query.count, unit=query.unit, end=end)


@router.get("/between", operation_id="count_working_days", summary="两日之间有多少个工作日")
def between(query: Annotated[Span, Query()]) -> Counted:
    """Working days in (after, through]; negative when `through` comes first."""
    days = load_calendar(query.known_on).working_days
    return Counted(
        after=query.after,
        through=query.through,
        working_days=days.count(query.after, query.through),
        provisional=not days.is_final(max(query.after, query.through)),
        calendar=days.version,
    )


@router.get("/explain", operation_id="explain_date", summary="逐日说明，休息日注明出处")
def explain_day(query: Annotated[Day, Query()]) -> Explained:
    """One day with its source; with `count`, the period day by day."""
    calendar = load_calendar(query.known_on)
    day = calendar.status(query.date)
    if query.count is None:
        return Explained(day=day, explanation=None, end=None)
    deadline = _calculated(query.date, query.count, query.unit, query.rolls, calendar)
    return Explained(
        day=day, explanation=explain(deadline, calendar), end=reckon(deadline, calendar.working_days)
    )


@router.get("/years/{year}", operation_id="show_calendar_year", summary="某一年度的放假安排")
def year(year: Annotated[int, Path(examples=[2026])], query: Annotated[KnownOn, Query()]) -> CalendarYear:
    """Days off, moved workdays, notices; `status` tells announced from projected."""
    return load_calendar(query.known_on).year(year)


@router.post("/deadlines/compute", operation_id="compute_deadline", summary="按期限台账推算届满日")
def compute(deadline: Deadline, query: Annotated[KnownOn, Query()]) -> Reckoned:
    """A pure calculation on a ledger with suspensions and extensions; nothing is stored."""
    calendar = load_calendar(query.known_on)
    return Reckoned(
        status=deadline.status,
        end=reckon(deadline, calendar.working_days),
        explanation=explain(deadline, calendar),
    )


def _calculated(start: date, count: int, unit: Unit, rolls: bool, calendar: Calendar) -> Deadline:
    return Deadline.start("calculator", plain_term(count, unit, rolls), start, calendar.working_days)
