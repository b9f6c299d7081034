"""The explanation walks the days one by one; it must come to the date that the arithmetic gives."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

import pytest

from domain.citation import Citation
from domain.days.deadlines import Deadline, reckon
from domain.days.explanation import explain
from domain.days.periods import plain_term
from domain.days.working_days import BeyondHorizon
from domain.refusals import Refusal
from domain.rules import Extension, Suspension, Term, Unit
from law.calendar_loader import load_calendar

CALENDAR = load_calendar()
DAYS = CALENDAR.working_days
BASIS = Citation(document="宁信用〔2021〕1号", clause="四（三）")
GROUND = Suspension(key="hearing", title="听证", basis=BASIS)
LONGEST = {Unit.WORKING_DAY: 60, Unit.DAY: 90, Unit.MONTH: 6, Unit.YEAR: 1}


def _random_ledger(draw: random.Random) -> Deadline:
    unit = draw.choice(list(Unit))
    other = draw.choice([unit, draw.choice(list(Unit))])
    term = Term(
        count=draw.randint(0, LONGEST[unit]),
        unit=unit,
        starts="objection_received",
        basis=BASIS,
        rolls=draw.random() < 0.7,
        extendable=Extension(count=None, unit=other, times=2, basis=BASIS),
    )
    start = date(2018, 1, 1) + timedelta(draw.randrange(3650))
    ledger, day = Deadline.start("verification:1", term, start, DAYS), start
    for _ in range(draw.choice([0, 0, 1, 2, 4])):
        day += timedelta(draw.randint(0, 20))
        try:
            match draw.randrange(3):
                case 0:
                    ledger = ledger.suspend(day, GROUND, "听证", "person:1", DAYS)
                case 1:
                    ledger = ledger.resume(day, "person:1")
                case _:
                    ledger = ledger.extend(
                        day, draw.randint(1, LONGEST[other]), other, "复杂", "person:1", DAYS
                    )
        except Refusal:
            continue
    return ledger


def test_the_explanation_in_words_gives_the_computed_date_for_ten_thousand_random_terms() -> None:
    draw = random.Random(20261124)
    outcomes = {"final": 0, "provisional": 0, "suspended": 0}
    for _ in range(10_000):
        ledger = _random_ledger(draw)
        explanation, end = explain(ledger, CALENDAR), reckon(ledger, DAYS)
        last = explanation.text.splitlines()[-1]
        if end is None:
            assert last == "中止期间没有届满日"
            outcomes["suspended"] += 1
            continue
        told = re.fullmatch(r"届满日 (\d{4}-\d\d-\d\d)(（预估）)?", last)
        assert told is not None
        assert (told[1], bool(told[2])) == (end.due.isoformat(), end.provisional), ledger
        outcomes["provisional" if end.provisional else "final"] += 1
    assert min(outcomes.values()) > 500, outcomes


def _lines(start: str, count: int, unit: Unit = Unit.WORKING_DAY) -> list[str]:
    ledger = Deadline.start("calculator", plain_term(count, unit), date.fromisoformat(start), DAYS)
    return explain(ledger, CALENDAR).text.splitlines()


def test_each_rest_day_names_its_notice_and_each_moved_workday_too() -> None:
    assert _lines("2026-09-18", 3) == [
        "2026-09-18 周五 起算当日，不计入",
        "2026-09-19 周六 周六休息，不计入",
        "2026-09-20 周日 第 1 个工作日，周日调休上班（国办发明电〔2025〕7号）",
        "2026-09-21 周一 第 2 个工作日",
        "2026-09-22 周二 第 3 个工作日",
        "届满日 2026-09-22",
    ]


def test_a_roll_off_a_holiday_is_told_day_by_day() -> None:
    lines = _lines("2026-09-01", 30, Unit.DAY)
    assert lines[30] == "2026-10-01 周四 第 30 日（国办发明电〔2025〕7号）"
    assert lines[31] == "2026-10-02 周五 国庆节休息，顺延（国办发明电〔2025〕7号）"
    assert lines[-2:] == ["2026-10-08 周四 期间届满日为休息日，顺延至周四工作日", "届满日 2026-10-08"]


def test_a_month_without_the_corresponding_day_is_told() -> None:
    assert (
        _lines("2026-01-31", 1, Unit.MONTH)[-2]
        == "2026-02-28 周六 期间内，没有对应日，为月末日（国办发明电〔2025〕7号）"
    )
    assert (
        _lines("2026-01-28", 1, Unit.MONTH)[-2]
        == "2026-02-28 周六 期间内，到期月的对应日（国办发明电〔2025〕7号）"
    )


def test_projected_days_are_marked_in_every_line() -> None:
    lines = _lines("2026-12-23", 8)
    assert lines[1] == "2026-12-24 周四 第 1 个工作日"
    assert lines[2] == "2026-12-25 周五 第 2 个工作日 [预估]"
    assert (
        "2027-01-01 周五 元旦（推算）休息，不计入（全国年节及纪念日放假办法 第二条、第六条） [预估]" in lines
    )
    assert lines[-1].endswith("（预估）")


def test_suspended_days_are_told_and_not_counted() -> None:
    ledger = Deadline.start("verification:1", plain_term(3, Unit.WORKING_DAY), date(2026, 3, 2), DAYS)
    stopped = ledger.suspend(date(2026, 3, 4), GROUND, "听证", "person:1", DAYS)
    assert explain(stopped, CALENDAR).text.splitlines()[1:] == [
        "2026-03-03 周二 第 1 个工作日",
        "2026-03-04 周三 中止，不计入",
        "中止期间没有届满日",
    ]
    resumed = explain(stopped.resume(date(2026, 3, 5), "person:1"), CALENDAR)
    assert [line.number for line in resumed.lines] == [None, 1, None, 2, 3]
    assert resumed.due == date(2026, 3, 6)


def test_time_lost_from_a_term_in_months_is_made_up_after_the_corresponding_day() -> None:
    ledger = Deadline.start("verification:1", plain_term(1, Unit.MONTH), date(2026, 3, 2), DAYS)
    resumed = ledger.suspend(date(2026, 3, 4), GROUND, "听证", "person:1", DAYS).resume(
        date(2026, 3, 6), "person:1"
    )
    assert explain(resumed, CALENDAR).text.splitlines()[-7:] == [
        "2026-04-02 周四 期间内，到期月的对应日",
        "2026-04-03 周五 补足中止的时间",
        "2026-04-04 周六 补足中止的时间（国办发明电〔2025〕7号）",
        "2026-04-05 周日 清明节休息，顺延（国办发明电〔2025〕7号）",
        "2026-04-06 周一 清明节休息，顺延（国办发明电〔2025〕7号）",
        "2026-04-07 周二 期间届满日为休息日，顺延至周二工作日",
        "届满日 2026-04-07",
    ]


def test_a_last_day_that_rolls_into_a_standstill_is_told_to_give_way_to_the_first_working_day_after_it() -> (
    None
):
    ledger = Deadline.start("decision", plain_term(10, Unit.DAY), date(2026, 8, 5), DAYS)
    resumed = ledger.suspend(date(2026, 8, 16), GROUND, "听证", "person:1", DAYS).resume(
        date(2026, 8, 18), "person:1"
    )
    assert explain(resumed, CALENDAR).text.splitlines()[-5:] == [
        "2026-08-15 周六 第 10 日",
        "2026-08-16 周日 中止，顺延",
        "2026-08-17 周一 中止，顺延",
        "2026-08-18 周二 期间届满日为休息日，顺延至周二工作日",
        "届满日 2026-08-18",
    ]


def test_a_term_in_years_ends_on_the_corresponding_day_and_while_it_stands_nothing_is_provisional() -> None:
    ledger = Deadline.start("listing", plain_term(2, Unit.YEAR, rolls=False), date(2024, 2, 29), DAYS)
    assert explain(ledger, CALENDAR).due == date(2026, 2, 28)
    stopped = explain(ledger.suspend(date(2025, 1, 1), GROUND, "听证", "person:1", DAYS), CALENDAR)
    assert (stopped.due, stopped.provisional) == (None, False)


@pytest.mark.parametrize("unit", list(Unit))
def test_an_explanation_past_the_calendar_is_refused(unit: Unit) -> None:
    ledger = Deadline.start("calculator", plain_term(1, unit), date(2037, 1, 4), DAYS)
    early = load_calendar(date(2020, 1, 26))
    with pytest.raises(BeyondHorizon):
        explain(ledger, early)
