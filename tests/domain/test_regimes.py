"""Dated values: what holds on a day, and what 日 means under which act."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.confirmation import Confirmation
from domain.figures import DayUnits, TermFigure, unit_of_days
from domain.rules import Unit

BASIS = {"document": "某办法", "clause": "第三条", "seen": "text"}
UNITS = DayUnits.model_validate(
    {
        "description": "日",
        "checked_on": date(2026, 11, 24),
        "acts": {
            "行政处罚法": {"working": [2, 3, 5, 7], "basis": BASIS},
            "行政复议法": {"working": [3, 5, 7, 10], "basis": BASIS},
            "行政许可法": {"working": "all", "basis": BASIS},
        },
        "otherwise": {"working": [], "basis": BASIS | {"seen": "memory"}},
    }
)


def figure(*entries: tuple[date, dict[str, Any]]) -> TermFigure:
    values = {since: {"basis": BASIS} | entry for since, entry in entries}
    return TermFigure.model_validate(
        {"description": "期限", "unit": "working_day", "starts": "listed", "values": values}
    )


def test_a_new_value_holds_from_its_own_day_and_the_old_one_to_the_day_before() -> None:
    changed = figure((date(2021, 9, 1), {"value": 15}), (date(2025, 12, 25), {"value": 7}))

    assert changed.on(date(2021, 8, 31)) is None
    assert [changed.on(day)[1].value for day in (date(2025, 12, 24), date(2025, 12, 25))] == [15, 7]  # type: ignore[index]


def test_a_value_that_ended_says_nothing_afterwards() -> None:
    ended = figure((date(2021, 9, 1), {"value": 15, "to": date(2025, 12, 24)}))

    assert ended.on(date(2025, 12, 24)) is not None
    assert ended.on(date(2025, 12, 25)) is None


@given(
    starts=st.lists(st.dates(date(2000, 1, 1), date(2100, 1, 1)), min_size=1, max_size=6, unique=True),
    day=st.dates(date(1999, 1, 1), date(2101, 1, 1)),
)
def test_the_value_of_a_day_is_the_last_one_that_began(starts: list[date], day: date) -> None:
    starts.sort()
    begun = [since for since in starts if since <= day]

    found = figure(*((since, {"value": index}) for index, since in enumerate(starts))).on(day)

    assert (found and found[0]) == (begun[-1] if begun else None)


@pytest.mark.parametrize(
    ("act", "count", "unit"),
    [
        ("行政处罚法", 5, Unit.WORKING_DAY),
        ("行政处罚法", 7, Unit.WORKING_DAY),
        ("行政处罚法", 10, Unit.DAY),
        ("行政处罚法", 90, Unit.DAY),
        ("行政复议法", 10, Unit.WORKING_DAY),
        ("行政复议法", 2, Unit.DAY),
        ("行政复议法", 60, Unit.DAY),
        ("行政许可法", 20, Unit.WORKING_DAY),
    ],
)
def test_days_are_working_days_or_not_by_the_act(act: str, count: int, unit: Unit) -> None:
    assert unit_of_days(UNITS, act, count)[0] is unit


def test_days_of_an_act_that_nobody_has_read_rest_on_an_assumption() -> None:
    unit, basis = unit_of_days(UNITS, "国家税务总局令第54号", 5)

    assert unit is Unit.DAY
    assert not basis.seen.verified


def confirmation(**changes: Any) -> Confirmation:
    return Confirmation.model_validate(
        {
            "regime": "work_safety",
            "key": "decision",
            "since": date(2023, 10, 1),
            "value": 20,
            "unit": "working_day",
            "document": "某办法",
            "clause": "第九条",
            "by": "p-17",
            "at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        }
        | changes
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"value": None},  # says nothing
        {"silent": True},  # states a value and says that there is none
        {"clause": ""},  # without a clause
        {"at": datetime(2026, 3, 2, 9, 30)},  # noqa: DTZ001 -- an instant of no time zone is the point
        {"by": ""},
    ],
)
def test_a_confirmation_that_is_not_whole_cannot_be_made(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        confirmation(**changes)


def test_a_confirmation_keeps_yes_apart_from_one() -> None:
    assert confirmation(value=True, unit=None).value is True
    assert confirmation(value=1).value is not True


def test_a_practice_confirmation_says_so_in_its_source() -> None:
    assert "演示" in confirmation(practice=True).citation().note
    assert "演示" not in confirmation().citation().note
