"""Where a term ends: golden vectors, golden weeks, months, roll-off, the unannounced new year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.citation import Citation
from domain.days.calendar import Calendar
from domain.days.periods import SHANGHAI, PeriodEnd, end_of, plain_term
from domain.days.working_days import BeyondHorizon
from domain.refusals import LegalRefusal
from domain.rules import Term, Unit
from law.calendar_loader import load_calendar, load_notices

DAYS = load_calendar().working_days
UNANNOUNCED = timedelta(45)


def on(text: str) -> date:
    return date.fromisoformat(text)


def end(
    start: str, count: int, unit: Unit = Unit.WORKING_DAY, known_on: str | None = None, rolls: bool = True
) -> PeriodEnd:
    calendar = load_calendar(on(known_on) if known_on else None)
    return end_of(on(start), plain_term(count, unit, rolls), calendar.working_days)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        # ten working days from receipt
        ("2018-12-17", 10, "2018-12-29"),
        ("2018-12-24", 10, "2019-01-08"),
        ("2019-04-17", 10, "2019-04-30"),
        ("2020-01-17", 10, "2020-02-07"),
        ("2025-01-20", 10, "2025-02-08"),
        ("2025-01-26", 10, "2025-02-14"),
        ("2025-09-22", 10, "2025-10-11"),
        ("2025-09-28", 10, "2025-10-17"),
        ("2026-01-05", 10, "2026-01-19"),
        ("2026-02-10", 10, "2026-03-02"),
        ("2026-02-20", 10, "2026-03-06"),
        ("2026-04-27", 10, "2026-05-13"),
        ("2026-09-17", 10, "2026-10-08"),
        ("2026-09-24", 10, "2026-10-15"),
        # other lengths and year ends
        ("2018-12-27", 3, "2019-01-02"),
        ("2019-04-25", 5, "2019-05-05"),
        ("2020-01-20", 10, "2020-02-11"),
        ("2023-12-25", 10, "2024-01-09"),
        ("2024-02-07", 3, "2024-02-18"),
        ("2025-09-24", 10, "2025-10-14"),
        ("2026-02-11", 10, "2026-03-03"),
        ("2026-04-02", 3, "2026-04-08"),
    ],
)
def test_a_term_in_working_days_ends_on_the_known_day(start: str, count: int, due: str) -> None:
    found = end(start, count)
    assert (found.due, found.provisional) == (on(due), False)
    assert found.earliest == found.latest == found.due


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2018-12-17", "2019-01-02"),
        ("2018-12-24", "2019-01-09"),
        ("2019-04-17", "2019-05-06"),
        ("2020-01-17", "2020-02-10"),
        ("2025-01-20", "2025-02-11"),
        ("2025-01-26", "2025-02-17"),
        ("2025-09-22", "2025-10-14"),
        ("2025-09-28", "2025-10-20"),
        ("2026-01-05", "2026-01-19"),
        ("2026-02-10", "2026-03-04"),
        ("2026-02-20", "2026-03-09"),
        ("2026-04-27", "2026-05-14"),
        ("2026-09-17", "2026-10-09"),
        ("2026-09-24", "2026-10-16"),
    ],
)
def test_without_its_moved_workdays_the_same_notices_give_the_known_wrong_day(start: str, due: str) -> None:
    base = load_calendar()
    without = [n.model_copy(update={"workdays_moved": (), "replaces": ()}) for n in load_notices()]
    days = Calendar(without, base.projection).working_days
    assert end_of(on(start), plain_term(10, Unit.WORKING_DAY), days).due == on(due)


@pytest.mark.parametrize(
    ("start", "known_on", "due", "provisional"),
    [
        ("2019-04-17", "2019-03-21", "2019-05-02", False),
        ("2019-04-17", "2019-03-22", "2019-04-30", False),
        ("2020-01-17", "2020-01-26", "2020-02-05", False),
        ("2020-01-17", "2020-01-27", "2020-02-07", False),
        ("2018-12-17", "2018-12-05", "2018-12-31", True),
        ("2018-12-17", "2018-12-06", "2018-12-29", False),
        ("2026-09-24", "2025-11-03", "2026-10-14", True),
        ("2026-09-24", "2025-11-04", "2026-10-15", False),
    ],
)
def test_an_amendment_and_a_new_notice_move_the_day_from_the_day_they_are_known(
    start: str, known_on: str, due: str, provisional: bool
) -> None:
    found = end(start, 10, known_on=known_on)
    assert (found.due, found.provisional) == (on(due), provisional)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-12-17", "2026-12-31"),
        ("2026-12-18", "2027-01-04"),
        ("2026-12-21", "2027-01-05"),
        ("2026-12-25", "2027-01-11"),
    ],
)
def test_over_an_unannounced_new_year_the_end_is_provisional(start: str, due: str) -> None:
    found = end(start, 10)
    assert (found.due, found.provisional) == (on(due), True)
    assert found.earliest < found.due < found.latest
    assert found.earliest > DAYS.announced_through


def test_the_work_to_date_comes_as_many_days_earlier_as_notices_ever_moved_it() -> None:
    found = end("2027-03-01", 20)
    assert (found.due - found.earliest, found.latest - found.due) == (timedelta(7), timedelta(7))
    assert end("2027-03-01", 45).earliest == end("2027-03-01", 45).due - timedelta(9)


def test_no_notice_can_end_a_count_before_as_many_days_have_passed() -> None:
    assert end("2027-03-01", 10).earliest == on("2027-03-11")


def test_the_last_day_before_the_unsettled_week_is_final_and_the_next_is_not() -> None:
    assert not end("2026-12-10", 10).provisional  # 24 December
    assert end("2026-12-11", 10).provisional  # 25 December


def _blocks() -> list[tuple[date, date]]:
    return [
        (block.dates[0], block.dates[-1])
        for notice in load_notices()
        for block in notice.days_off
        if len(block.dates) >= 3
    ]


@pytest.mark.parametrize(("first", "last"), _blocks(), ids=lambda day: day.isoformat())
def test_deadlines_around_each_long_holiday_are_right(first: date, last: date) -> None:
    """Against another library's table, a day at a time, from a week before the holiday to a week after it."""
    for offset in range(-7, (last - first).days + 7):
        start = first + timedelta(offset)
        due, left = start, 12
        while due < date(2026, 12, 31) and left:
            due += timedelta(1)
            left -= chinese_calendar.is_workday(due)
            if chinese_calendar.is_workday(due):
                found = end_of(start, plain_term(12 - left, Unit.WORKING_DAY), DAYS)
                assert found.due == due
                assert found.provisional is (due > DAYS.announced_through)


@pytest.mark.parametrize(
    ("start", "count", "unit", "due"),
    [
        ("2025-11-30", 3, Unit.MONTH, "2026-02-28"),  # no 30 February; a working Saturday, so it stays
        ("2026-01-31", 1, Unit.MONTH, "2026-02-28"),
        ("2023-12-31", 2, Unit.MONTH, "2024-02-29"),
        ("2024-02-29", 1, Unit.YEAR, "2025-02-28"),
        ("2024-02-28", 1, Unit.MONTH, "2024-03-28"),
        ("2025-03-16", 1, Unit.YEAR, "2026-03-16"),
        ("2026-09-01", 30, Unit.DAY, "2026-10-08"),  # 1 October, then the holiday
        ("2026-08-31", 20, Unit.DAY, "2026-09-20"),  # a Sunday that is worked
        ("2026-09-05", 7, Unit.DAY, "2026-09-14"),  # a Saturday
        ("2026-03-02", 60, Unit.DAY, "2026-05-06"),  # 1 May
        ("2026-09-17", 0, Unit.DAY, "2026-09-17"),
        ("2026-09-19", 0, Unit.WORKING_DAY, "2026-09-20"),
    ],
)
def test_days_months_and_years_end_on_the_corresponding_day_and_roll_off_rest_days(
    start: str, count: int, unit: Unit, due: str
) -> None:
    assert end(start, count, unit).due == on(due)
    assert not end(start, count, unit).provisional


def test_a_term_that_does_not_roll_ends_on_the_rest_day_itself() -> None:
    found = end("2026-09-01", 30, Unit.DAY, rolls=False)
    assert found.due == on("2026-10-01")
    assert not end("2027-09-01", 30, Unit.DAY, rolls=False).provisional  # no notice can move it


def test_a_rolling_end_in_an_unannounced_year_is_provisional_but_never_before_the_unrolled_day() -> None:
    found = end("2027-01-09", 1, Unit.MONTH)  # 9 February 2027, expected to be off
    assert found.provisional
    assert found.due == on("2027-02-11")
    assert found.earliest == on("2027-02-09")
    assert found.latest == on("2027-02-18")


def test_a_roll_out_of_the_announced_days_is_provisional_from_the_first_open_day() -> None:
    rolled = end("2022-11-24", 1, Unit.MONTH, known_on="2022-12-01")  # Saturday 24 December 2022
    assert (rolled.due, rolled.provisional) == (on("2022-12-26"), True)
    assert rolled.earliest == on("2022-12-25")


def test_a_day_ends_at_midnight_in_shanghai_unless_the_office_closes_earlier() -> None:
    assert end("2026-09-17", 10).ends_at == datetime(2026, 10, 9, tzinfo=SHANGHAI)
    assert end("2026-09-17", 10).ends_at.isoformat() == "2026-10-09T00:00:00+08:00"
    closing = end_of(on("2026-09-17"), plain_term(10, Unit.WORKING_DAY), DAYS, closing=time(17, 30))
    assert closing.ends_at == datetime(2026, 10, 8, 17, 30, tzinfo=SHANGHAI)


def test_what_is_done_in_the_last_second_is_in_time() -> None:
    found = end("2026-09-17", 10)
    assert not found.has_passed(found.ends_at - timedelta(seconds=1))
    assert found.has_passed(found.ends_at)


def test_nothing_is_overdue_on_a_provisional_date() -> None:
    assert not end("2026-12-18", 10).has_passed(datetime(2030, 1, 1, tzinfo=SHANGHAI))


@pytest.mark.parametrize(
    ("start", "count", "unit"),
    [
        ("2017-12-29", 5, Unit.DAY),
        ("2017-12-29", 5, Unit.WORKING_DAY),
        ("2038-12-01", 2, Unit.MONTH),
        ("2038-12-01", 60, Unit.WORKING_DAY),
        ("2026-01-01", 10**20, Unit.WORKING_DAY),
        ("2026-01-01", 10**20, Unit.DAY),
        ("2026-01-01", 10**12, Unit.MONTH),
        ("2026-01-01", 10**20, Unit.YEAR),
    ],
)
def test_a_term_that_leaves_the_calendar_is_refused(start: str, count: int, unit: Unit) -> None:
    with pytest.raises(BeyondHorizon, match="2038-12-31"):
        end(start, count, unit)


def test_a_silent_term_has_no_end() -> None:
    silent = Term(
        count=None,
        unit=Unit.DAY,
        starts="notice_served",
        basis=Citation(document="宁信用〔2021〕1号", clause="四（三）"),
    )
    with pytest.raises(LegalRefusal) as refused:
        end_of(on("2026-01-05"), silent, DAYS)
    assert (refused.value.code, refused.value.clause) == ("TERM_SILENT", "宁信用〔2021〕1号 四（三）")


starts = st.dates(date(2018, 1, 1), date(2030, 12, 31))
units = st.sampled_from(Unit)


@given(starts, st.integers(0, 60), units, st.booleans())
def test_a_longer_term_never_ends_earlier(start: date, count: int, unit: Unit, rolls: bool) -> None:
    count = min(count, 5) if unit is Unit.YEAR else count
    shorter, longer = (end_of(start, plain_term(n, unit, rolls), DAYS) for n in (count, count + 1))
    assert start <= shorter.due <= longer.due
    assert (longer.due > shorter.due) or (rolls and unit is not Unit.WORKING_DAY) or count == 0


@given(starts, st.integers(0, 60), units, st.booleans())
def test_an_end_lies_in_its_interval_and_is_exact_unless_provisional(
    start: date, count: int, unit: Unit, rolls: bool
) -> None:
    count = min(count, 5) if unit is Unit.YEAR else count
    found = end_of(start, plain_term(count, unit, rolls), DAYS)
    assert start <= found.earliest <= found.due <= found.latest
    assert found.provisional or found.earliest == found.latest
    assert found.due > DAYS.announced_through or not found.provisional
    assert not rolls or DAYS.is_worked(found.due)
    assert PeriodEnd.model_validate_json(found.model_dump_json()) == found
