"""A year of the calendar as an official reads it, and what is said of days and acts that cannot be."""

from __future__ import annotations

from datetime import date

import pytest

from domain.citation import Citation
from domain.days.calendar import YearStatus
from domain.days.deadlines import Deadline
from domain.days.working_days import BeyondHorizon
from domain.refusals import Conflict, LegalRefusal
from domain.refusals import Suspended as StandsStill
from domain.rules import Extension, Suspension, Term, Unit
from law.calendar_loader import load_calendar

CALENDAR = load_calendar()
DAYS = CALENDAR.working_days
BASIS = Citation(document="宁信用〔2021〕1号", clause="四（三）")
LONGER = Citation(document="某办法", clause="第九条")
GROUND = Suspension(key="hearing", title="听证", basis=Citation(document="行政处罚法", clause="第六十四条"))


def test_the_days_off_of_a_year_are_those_that_fall_in_it_whichever_notice_names_them() -> None:
    of_2018 = CALENDAR.get_calendar_holidays(2018)
    assert of_2018[0] == (date(2018, 1, 1), "元旦")
    assert of_2018[-2:] == [(date(2018, 12, 30), "元旦"), (date(2018, 12, 31), "元旦")]
    assert of_2018 == sorted(of_2018)
    assert CALENDAR.get_calendar_holidays(2019)[0] == (date(2019, 1, 1), "元旦")
    assert date(2019, 5, 5) not in dict(CALENDAR.get_calendar_holidays(2019))


def test_an_announced_year_shows_its_notices_its_days_off_and_how_far_it_is_final() -> None:
    year = CALENDAR.year(2020)
    assert year.status is YearStatus.OFFICIAL
    assert year.notices == ("国办发明电〔2019〕16号", "国办发明电〔2020〕1号")
    assert year.published == (date(2019, 11, 21), date(2020, 1, 27))
    assert [block.name for block in year.days_off][:2] == ["元旦", "春节"]
    assert year.days_off[0].dates == (date(2020, 1, 1),)
    assert (year.days_off[1].dates[0], year.days_off[1].dates[-1]) == (date(2020, 1, 24), date(2020, 2, 2))
    assert len(year.days_off[1].dates) == 10
    assert date(2020, 1, 19) in year.workdays_moved
    assert date(2020, 2, 1) not in year.workdays_moved
    assert (year.working_days, year.final_through) == (249, date(2020, 12, 31))


def test_the_last_announced_year_is_final_but_for_its_last_week_and_the_next_not_at_all() -> None:
    assert CALENDAR.year(2026).final_through == date(2026, 12, 24)
    coming = CALENDAR.year(2027)
    assert (coming.status, coming.notices, coming.final_through) == (YearStatus.PROJECTED, (), None)


@pytest.mark.parametrize("year", [0, 1, 2017, 2039, 9999, 10_000])
def test_a_year_that_the_calendar_does_not_hold_is_refused_with_its_span(year: int) -> None:
    with pytest.raises(BeyondHorizon) as refused:
        CALENDAR.year(year)
    span = f"{CALENDAR.first} 至 {CALENDAR.horizon}"
    asked = f"{date(year, 1, 1)}" if 1 <= year <= 9999 else f"{year}"
    assert refused.value.detail == f"{asked} 超出工作日历的范围（{span}），不能推算"
    assert (refused.value.title, refused.value.code) == ("超出日历范围", "BEYOND_HORIZON")
    assert (refused.value.field, refused.value.expected) == ("date", f"{span} 之间的日期")


def _ledger(**rule: Extension) -> Deadline:
    term = Term(count=10, unit=Unit.WORKING_DAY, starts="objection_received", basis=BASIS, **rule)
    return Deadline.start("verification:1", term, date(2026, 3, 2), DAYS)


def _suspended(on: date) -> Deadline:
    return _ledger().suspend(on, GROUND, "听证", "person:1", DAYS)


def test_a_clock_that_stands_is_not_stopped_again_and_one_that_runs_is_not_resumed() -> None:
    with pytest.raises(StandsStill) as again:
        _suspended(date(2026, 3, 4)).suspend(date(2026, 3, 5), GROUND, "听证", "person:1", DAYS)
    assert again.value.detail == "期限已经中止，恢复之前不能再次中止"
    assert again.value.clause == str(GROUND.basis)
    with pytest.raises(Conflict) as running:
        _ledger().resume(date(2026, 3, 5), "person:1")
    assert (running.value.code, running.value.detail) == ("NOT_SUSPENDED", "期限没有中止，无需恢复")


def test_an_act_before_the_last_entry_of_the_ledger_names_the_earliest_day() -> None:
    with pytest.raises(Conflict) as early:
        _suspended(date(2026, 3, 4)).resume(date(2026, 3, 3), "person:1")
    assert early.value.detail == "2026-03-03 早于期限台账中的最后一项（2026-03-04）"
    assert (early.value.code, early.value.field) == ("OUT_OF_ORDER", "on")
    assert early.value.expected == "2026-03-04 或者以后的日期"
    assert _suspended(date(2026, 3, 4)).resume(date(2026, 3, 4), "person:1").suspensions


def test_a_term_that_has_ended_names_its_last_day_and_clause() -> None:
    with pytest.raises(LegalRefusal) as ended:
        _suspended(date(2026, 3, 17))
    assert ended.value.detail == "期限已于 2026-03-16 届满，不能再中止或者延长"
    assert (ended.value.code, ended.value.title) == ("TERM_ENDED", "期限已经届满")
    assert (ended.value.clause, ended.value.field) == (str(BASIS), "on")
    assert ended.value.expected == "2026-03-16 或者以前的日期"
    assert _suspended(date(2026, 3, 16)).suspensions


def test_an_extension_that_the_rule_does_not_allow_says_what_it_allows() -> None:
    def refused(ledger: Deadline, count: int, unit: Unit = Unit.WORKING_DAY) -> LegalRefusal:
        with pytest.raises(LegalRefusal) as caught:
            ledger.extend(date(2026, 3, 4), count, unit, "复杂", "person:1", DAYS)
        assert (caught.value.code, caught.value.field) == ("TERM_NOT_EXTENDABLE", "count")
        return caught.value

    none = refused(_ledger(), 1)
    assert (none.detail, none.clause) == ("条文没有规定这一期限可以延长", str(BASIS))
    bounded = _ledger(extendable=Extension(count=3, unit=Unit.WORKING_DAY, basis=LONGER))
    most = refused(bounded, 4)
    assert (most.detail, most.clause, most.expected) == (
        "延长的时间应当不超过 3 个工作日",
        str(LONGER),
        "不超过 3 个工作日",
    )
    once = bounded.extend(date(2026, 3, 4), 3, Unit.WORKING_DAY, "复杂", "person:1", DAYS)
    assert refused(once, 1).detail == "依规定只能延长 1 次"
    free = _ledger(extendable=Extension(count=None, unit=Unit.DAY, basis=LONGER))
    assert refused(free, 1).expected == "以日计"
