"""The calendar of names and sources: announced years, projected years, and never one for the other."""

from __future__ import annotations

from datetime import date

import holidays
import pytest

from domain.days.calendar import Calendar, YearStatus
from domain.days.notices import DayKind
from domain.days.working_days import BeyondHorizon
from domain.refusals import NotFound
from law.calendar_loader import load_calendar, load_notices, load_projection

CALENDAR = load_calendar()


@pytest.mark.parametrize(
    ("day", "worked", "kind", "name", "source"),
    [
        (date(2026, 9, 20), True, DayKind.MOVED_WORKDAY, "调休上班", "国办发明电〔2025〕7号"),
        (date(2026, 9, 25), False, DayKind.DAY_OFF, "中秋节", "国办发明电〔2025〕7号"),
        (date(2018, 12, 29), True, DayKind.MOVED_WORKDAY, "调休上班", "国办发明电〔2018〕15号"),
        (date(2018, 12, 31), False, DayKind.DAY_OFF, "元旦", "国办发明电〔2018〕15号"),
        (date(2019, 5, 3), False, DayKind.DAY_OFF, "劳动节", "国办发明电〔2019〕3号"),
        (date(2020, 2, 1), False, DayKind.DAY_OFF, "春节", "国办发明电〔2020〕1号"),
        (date(2024, 2, 9), True, DayKind.WEEKDAY, "周五", ""),
        (date(2026, 9, 19), False, DayKind.WEEKEND, "周六", ""),
        (
            date(2027, 2, 5),
            False,
            DayKind.DAY_OFF,
            "农历除夕（推算）",
            "全国年节及纪念日放假办法 第二条、第六条",
        ),
    ],
)
def test_each_day_says_what_it_is_and_by_which_notice(
    day: date, worked: bool, kind: DayKind, name: str, source: str
) -> None:
    status = CALENDAR.status(day)
    assert (status.worked, status.kind, status.name, status.source) == (worked, kind, name, source)


def test_every_day_of_the_span_has_one_status_in_all_three_readings() -> None:
    """By name, by workalendar's own rule and in the value that cases pin; within a sample of years for speed."""
    days = CALENDAR.working_days
    for year in (2018, 2020, 2026, 2028, 2038):
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            assert CALENDAR.status(day).worked is days.is_worked(day) is CALENDAR.is_working_day(day)


@pytest.mark.parametrize(
    ("year", "working_days"),
    [
        (2018, 250),
        (2019, 250),
        (2020, 249),
        (2021, 250),
        (2022, 249),
        (2023, 249),
        (2024, 251),
        (2025, 248),
        (2026, 248),
    ],
)
def test_an_announced_year_has_its_known_number_of_working_days(year: int, working_days: int) -> None:
    found = CALENDAR.year(year)
    assert (found.status, found.working_days) == (YearStatus.OFFICIAL, working_days)
    assert len(found.notices) == len(found.published) >= 1


def test_a_projected_year_can_never_be_mistaken_for_an_announced_one() -> None:
    for year in range(2027, 2039):
        found = CALENDAR.year(year)
        assert found.status is YearStatus.PROJECTED
        assert (found.notices, found.published, found.workdays_moved, found.final_through) == (
            (),
            (),
            (),
            None,
        )
        assert all(block.name.endswith("（推算）") for block in found.days_off)
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            status = CALENDAR.status(date.fromordinal(ordinal))
            assert not status.final
            assert status.kind is not DayKind.MOVED_WORKDAY
            assert "国办发明电" not in status.source


def test_the_last_days_of_december_are_not_final_while_the_next_year_is_unannounced() -> None:
    assert CALENDAR.year(2026).final_through == date(2026, 12, 24)
    assert CALENDAR.year(2025).final_through == date(2025, 12, 31)
    assert CALENDAR.status(date(2026, 12, 24)).final
    assert not CALENDAR.status(date(2026, 12, 25)).final


def test_what_was_projected_for_a_past_year_holds_nothing_that_its_notice_said_later() -> None:
    then = load_calendar(date(2025, 11, 3))
    assert then.year(2026).status is YearStatus.PROJECTED
    assert then.status(date(2026, 2, 14)).kind is DayKind.WEEKEND
    assert then.working_days.announced_through == date(2025, 12, 24)


def test_the_projection_of_the_coming_year_is_that_of_another_library() -> None:
    guess = holidays.country_holidays("CN", years=2027, language="zh_CN")
    for ordinal in range(date(2027, 1, 1).toordinal(), date(2027, 12, 31).toordinal() + 1):
        day = date.fromordinal(ordinal)
        assert CALENDAR.status(day).worked is guess.is_working_day(day)


def test_a_day_named_by_a_notice_is_not_overridden_by_a_projection() -> None:
    projection = load_projection()
    shifted = projection.model_copy(
        update={"statutory": {**projection.statutory, 2027: projection.statutory[2026]}}
    )
    day = date(2026, 2, 19)
    assert Calendar(load_notices(), shifted).status(day).source == "国办发明电〔2025〕7号"


@pytest.mark.parametrize("year", [2017, 2039, 0, -1, 10_000])
def test_a_year_outside_the_span_is_refused_and_never_read_as_plain_weeks(year: int) -> None:
    with pytest.raises(BeyondHorizon, match="2038-12-31"):
        CALENDAR.year(year)


def test_workalendar_questions_outside_the_span_are_refused_too() -> None:
    with pytest.raises(BeyondHorizon):
        CALENDAR.holidays(2039)
    with pytest.raises(BeyondHorizon):
        CALENDAR.add_working_days(date(2038, 12, 30), 10)
    with pytest.raises(BeyondHorizon):
        CALENDAR.status(date(2039, 1, 1))


def test_before_the_first_notice_nothing_is_known() -> None:
    with pytest.raises(NotFound, match="2017-11-29") as refused:
        load_calendar(date(2017, 11, 29))
    assert refused.value.expected == "2017-11-30 或者以后的日期"
    assert load_calendar(date(2017, 11, 30)).last_announced == 2018


def test_a_year_without_its_notice_between_two_others_is_a_fault() -> None:
    holed = [notice for notice in load_notices() if notice.year != 2022]
    with pytest.raises(ValueError, match="缺少2022年的通知"):
        Calendar(holed, load_projection())


def test_the_horizon_ends_where_the_statutory_days_end() -> None:
    projection = load_projection()
    short = projection.model_copy(
        update={"statutory": {year: days for year, days in projection.statutory.items() if year <= 2030}}
    )
    assert Calendar(load_notices(), short).horizon == date(2030, 12, 31)


def test_the_next_notice_is_watched_for_from_mid_october() -> None:
    assert CALENDAR.projection.watched_from(2026) == date(2026, 10, 15)
