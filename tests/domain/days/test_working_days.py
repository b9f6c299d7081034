"""The value that cases pin: small, exact, never silent past its span, and right on every announced day."""

from __future__ import annotations

import pickle
import random
import warnings
from base64 import b64encode
from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.days.notices import Margin
from domain.days.working_days import BeyondHorizon, WorkingDays
from law.calendar_loader import load_calendar

DAYS = load_calendar().working_days
VALUE = TypeAdapter(WorkingDays)
FIRST = date(2020, 1, 1)


def span(worked: list[bool], final: int = 0) -> WorkingDays:
    return WorkingDays.of(
        worked,
        first=FIRST,
        announced_through=FIRST + timedelta(final),
        known_on=None,
        counting=(Margin(earlier=7, later=7),),
        rolling=Margin(earlier=6, later=7),
    )


weeks = st.lists(st.booleans(), min_size=1, max_size=80)


def every_day(first: date, last: date) -> list[date]:
    return [date.fromordinal(o) for o in range(first.toordinal(), last.toordinal() + 1)]


def test_every_announced_day_agrees_with_two_independent_tables() -> None:
    official = holidays.country_holidays("CN", years=range(2018, 2027), language="zh_CN")
    for day in every_day(date(2018, 1, 1), date(2026, 12, 31)):
        worked = DAYS.is_worked(day)
        assert worked is chinese_calendar.is_workday(day), day
        assert worked is official.is_working_day(day), day


def test_no_date_and_no_count_up_to_sixty_is_wrong() -> None:
    """Every date of 2018–2026 × 1..60 working days, by walking another library's table."""
    days = every_day(date(2018, 1, 1), date(2026, 12, 31))
    worked = [day for day in days if chinese_calendar.is_workday(day)]
    position = 0
    for day in days:
        while position < len(worked) and worked[position] <= day:
            position += 1
        ahead = worked[position : position + 60]
        assert [DAYS.add(day, count) for count in range(1, len(ahead) + 1)] == ahead


def test_workalendar_itself_counts_the_same_on_our_class() -> None:
    calendar = load_calendar()
    draw = random.Random(2026)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(60):
            day = date(2018, 1, 1) + timedelta(draw.randrange(3000))
            count = draw.randrange(1, 40)
            assert calendar.add_working_days(day, count) == DAYS.add(day, count)
            assert calendar.sub_working_days(day + timedelta(90), count) == DAYS.add(
                day + timedelta(90), -count
            )


@given(weeks, st.data())
def test_adding_is_walking_from_worked_day_to_worked_day(worked: list[bool], data: st.DataObject) -> None:
    days = span(worked)
    offset = data.draw(st.integers(0, len(worked) - 1))
    start = FIRST + timedelta(offset)
    after = [FIRST + timedelta(i) for i in range(offset + 1, len(worked)) if worked[i]]
    before = [FIRST + timedelta(i) for i in range(offset - 1, -1, -1) if worked[i]]
    assert days.add(start, 0) == start
    assert [days.add(start, n + 1) for n in range(len(after))] == after
    assert [days.add(start, -n - 1) for n in range(len(before))] == before
    for beyond in (len(after) + 1, -len(before) - 1):
        with pytest.raises(BeyondHorizon):
            days.add(start, beyond)
    assert days.is_worked(start) is worked[offset]
    if worked[offset] or after:
        assert days.roll(start) == (start if worked[offset] else after[0])
    else:
        with pytest.raises(BeyondHorizon):
            days.roll(start)


@given(weeks, st.data())
def test_counting_undoes_adding(worked: list[bool], data: st.DataObject) -> None:
    days = span(worked)
    offsets = st.integers(0, len(worked) - 1)
    a, b = (FIRST + timedelta(data.draw(offsets)) for _ in "ab")
    between = sum(worked[(min(a, b) - FIRST).days + 1 : (max(a, b) - FIRST).days + 1])
    assert days.count(a, b) == (between if a <= b else -between)


@given(weeks, st.integers(1, 20))
def test_bulk_addition_gives_what_single_additions_give(worked: list[bool], count: int) -> None:
    days = span(worked)
    answered = max(0, len(worked))
    expected = []
    for offset in range(answered):
        try:
            expected.append(days.add(FIRST + timedelta(offset), count))
        except BeyondHorizon:
            break
    starts = [FIRST + timedelta(offset) for offset in range(len(expected))]
    assert days.add_many(starts, count) == expected
    assert [date.fromordinal(o) for o in days.due_ordinals(count)] == expected
    with pytest.raises(BeyondHorizon, match=f"第 {count} 个工作日"):
        days.add_many([FIRST + timedelta(len(expected))], count)


def test_bulk_addition_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        DAYS.add_many([FIRST], 0)


@given(weeks, st.data())
def test_the_value_survives_json_and_counts_the_same(worked: list[bool], data: st.DataObject) -> None:
    days = span(worked, data.draw(st.integers(0, len(worked) - 1)))
    again = VALUE.validate_json(VALUE.dump_json(days))
    assert again == days
    assert hash(again) == hash(days)
    assert [again.is_worked(FIRST + timedelta(i)) for i in range(len(worked))] == worked


def test_the_value_is_small_and_covers_eleven_years_from_the_last_notice() -> None:
    assert len(VALUE.dump_json(DAYS)) < 1024
    assert DAYS.first == date(2018, 1, 1)
    assert DAYS.horizon == date(2038, 12, 31)
    assert DAYS.announced_through == date(2026, 12, 24)


def test_the_value_can_be_pickled_after_use() -> None:
    DAYS.add(FIRST, 1)
    assert VALUE.validate_json(VALUE.dump_json(DAYS)) == DAYS
    assert pickle.loads(pickle.dumps(span([True, False]))) == span([True, False])


def test_the_same_days_have_the_same_version_whenever_they_were_looked_at() -> None:
    later = load_calendar(date(2026, 11, 24)).working_days
    assert later.version == DAYS.version
    assert load_calendar(date(2020, 1, 26)).working_days.version != DAYS.version


def test_working_days_that_were_tampered_with_are_refused() -> None:
    good = VALUE.dump_python(span([True, False, True]), mode="json")
    one_byte = b64encode(__import__("zlib").compress(b"\xff")).decode()
    two_bytes = b64encode(__import__("zlib").compress(b"\xff\xff")).decode()
    changes: list[tuple[dict[str, Any], str]] = [
        ({"bitmap": one_byte}, "digest"),
        ({"bitmap": two_bytes}, "does not fit"),
        ({"bitmap": b64encode(b"no zlib").decode()}, "not zlib"),
        ({"bitmap": "%"}, "base64"),
        ({"announced_through": "2020-01-02"}, "digest"),
        ({"announced_through": "2020-01-09"}, "outside the span"),
        ({"first": "2020-01-02"}, "outside the span"),
        ({"rolling": {"earlier": 0, "later": 0}}, "digest"),
        ({"extra": 1}, "nexpected"),
    ]
    VALUE.validate_python(good)
    for change, why in changes:
        with pytest.raises(ValidationError, match=why):
            VALUE.validate_python({**good, **change})


@pytest.mark.parametrize("day", [date(2017, 12, 31), date(2039, 1, 1), date.min, date.max])
def test_a_day_outside_the_span_is_refused_by_every_question(day: date) -> None:
    for ask in (
        lambda: DAYS.is_worked(day),
        lambda: DAYS.roll(day),
        lambda: DAYS.count(day, FIRST),
        lambda: DAYS.count(FIRST, day),
        lambda: DAYS.add(day, 1),
        lambda: DAYS.add(day, 0),
        lambda: DAYS.add(day, -1),
        lambda: DAYS.add_many([day], 1),
    ):
        with pytest.raises(BeyondHorizon) as refused:
            ask()
        assert refused.value.code == "BEYOND_HORIZON"
        assert refused.value.expected == "2018-01-01 至 2038-12-31 之间的日期"


def test_an_instant_is_not_taken_for_a_date() -> None:
    with pytest.raises(TypeError, match="not an instant"):
        DAYS.add(datetime(2026, 9, 17, 9), 1)  # noqa: DTZ001


def test_days_up_to_the_twenty_fourth_of_december_are_final() -> None:
    assert DAYS.is_final(date(2026, 12, 24))
    assert not DAYS.is_final(date(2026, 12, 25))
