"""The ledger of a deadline: suspended, resumed, extended, recomputed, and always the same date from the same ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.citation import Citation
from domain.days.deadlines import Deadline, Extended, Recomputed, Resumed, Status, Suspended, reckon
from domain.days.periods import SHANGHAI, end_of
from domain.days.working_days import BeyondHorizon, WorkingDays
from domain.refusals import Conflict, LegalRefusal, Refusal
from domain.refusals import Suspended as StandsStill
from domain.rules import Extension, Suspension, Term, Unit
from law.calendar_loader import load_calendar

BASIS = Citation(document="宁信用〔2021〕1号", clause="四（三）")
HEARING = Suspension(key="hearing", title="听证", basis=Citation(document="行政处罚法", clause="第六十四条"))
DAYS = load_calendar().working_days
OFFICER = "person:1"


def term(
    count: int | None, unit: Unit = Unit.WORKING_DAY, rolls: bool = True, extendable: Extension | None = None
) -> Term:
    return Term(
        count=count, unit=unit, starts="objection_received", basis=BASIS, rolls=rolls, extendable=extendable
    )


def extension(count: int | None, unit: Unit = Unit.WORKING_DAY, times: int = 1) -> Extension:
    return Extension(count=count, unit=unit, times=times, basis=BASIS)


def deadline(start: str, count: int, unit: Unit = Unit.WORKING_DAY, **rule: Any) -> Deadline:
    return Deadline.start("verification:1", term(count, unit, **rule), date.fromisoformat(start), DAYS)


def on(text: str) -> date:
    return date.fromisoformat(text)


def suspend(ledger: Deadline, day: str) -> Deadline:
    return ledger.suspend(on(day), HEARING, "申请人要求听证", OFFICER, DAYS)


def due(ledger: Deadline, days: WorkingDays = DAYS) -> date | None:
    end = reckon(ledger, days)
    return None if end is None else end.due


def test_an_untouched_deadline_ends_where_its_term_ends() -> None:
    ledger = deadline("2026-09-17", 10)
    assert reckon(ledger, DAYS) == end_of(on("2026-09-17"), ledger.term, DAYS)
    assert (ledger.status, ledger.calendar) == (Status.RUNNING, DAYS.version)


def test_a_suspension_over_a_holiday_moves_a_working_day_term_by_working_days_alone() -> None:
    stopped = suspend(deadline("2026-09-17", 10), "2026-09-24")
    assert stopped.status is Status.SUSPENDED
    assert due(stopped) is None
    # 24, 28, 29, 30 September are lost; 25–27 September and 1–7 October are no working days.
    assert due(stopped.resume(on("2026-10-08"), OFFICER)) == on("2026-10-13")


def test_a_suspension_moves_a_term_in_days_by_calendar_days_and_rolls_once_at_the_end() -> None:
    stopped = suspend(deadline("2026-09-01", 10, Unit.DAY), "2026-09-07")
    # 11 September + 7 lost days = 18 September.
    assert due(stopped.resume(on("2026-09-14"), OFFICER)) == on("2026-09-18")
    # 11 September + 8 = Saturday 19 September, which rolls to the worked Sunday.
    assert due(stopped.resume(on("2026-09-15"), OFFICER)) == on("2026-09-20")


def test_a_term_in_months_moves_by_the_calendar_days_lost() -> None:
    stopped = suspend(deadline("2026-01-31", 1, Unit.MONTH), "2026-02-10")
    assert due(stopped.resume(on("2026-02-13"), OFFICER)) == on("2026-03-03")


def test_a_clock_that_resumes_on_the_day_it_stopped_has_lost_nothing() -> None:
    ledger = deadline("2026-09-17", 10)
    assert due(suspend(ledger, "2026-09-24").resume(on("2026-09-24"), OFFICER)) == due(ledger)


def test_a_clock_that_stands_from_the_day_of_the_event_loses_only_days_that_would_count() -> None:
    ledger = deadline("2026-09-17", 10)
    assert due(suspend(ledger, "2026-09-17").resume(on("2026-09-18"), OFFICER)) == due(ledger)
    assert due(suspend(ledger, "2026-09-17").resume(on("2026-09-21"), OFFICER)) == on("2026-10-10")


def test_a_clock_stopped_on_the_last_day_still_has_that_day_after_resuming() -> None:
    stopped = suspend(deadline("2026-09-17", 10), "2026-10-08")
    assert due(stopped.resume(on("2026-10-20"), OFFICER)) == on("2026-10-20")


def test_a_clock_stopped_on_the_rest_days_that_the_last_day_rolls_over_still_has_that_day_after_resuming() -> (
    None
):
    ledger = deadline("2026-08-05", 10, Unit.DAY)  # Saturday 15 August, so Monday the 17th
    assert due(ledger) == on("2026-08-17")
    stopped = suspend(ledger, "2026-08-16")
    assert due(stopped.resume(on("2026-08-16"), OFFICER)) == on("2026-08-17")
    assert due(stopped.resume(on("2026-09-01"), OFFICER)) == on("2026-09-01")
    resumed = stopped.resume(on("2026-08-29"), OFFICER)
    assert due(resumed) == on("2026-08-31")
    assert due(suspend(resumed, "2026-08-30").resume(on("2026-09-09"), OFFICER)) == on("2026-09-09")


def test_a_term_that_has_run_out_can_neither_be_suspended_nor_extended() -> None:
    ledger = deadline("2026-09-17", 10, extendable=extension(5))
    acts: list[Callable[[], Deadline]] = [
        lambda: suspend(ledger, "2026-10-09"),
        lambda: ledger.extend(on("2026-10-09"), 5, Unit.WORKING_DAY, "案情复杂", OFFICER, DAYS),
    ]
    for act in acts:
        with pytest.raises(LegalRefusal) as refused:
            act()
        assert (refused.value.code, refused.value.clause) == ("TERM_ENDED", str(BASIS))


def test_a_provisional_end_does_not_cut_off_a_suspension_before_its_latest_day() -> None:
    ledger = deadline("2026-12-18", 10)
    end = reckon(ledger, DAYS)
    assert end is not None
    assert end.provisional
    assert suspend(ledger, end.latest.isoformat()).status is Status.SUSPENDED
    with pytest.raises(LegalRefusal):
        suspend(ledger, (end.latest + timedelta(1)).isoformat())


def test_an_extension_lengthens_the_term_itself() -> None:
    ledger = deadline("2026-09-17", 10, extendable=extension(5))
    longer = ledger.extend(on("2026-10-08"), 5, Unit.WORKING_DAY, "案情复杂", OFFICER, DAYS)
    assert due(longer) == on("2026-10-14")
    assert due(ledger) == on("2026-10-08")
    granted = longer.extensions[0]
    assert (granted.reason, granted.by, granted.basis) == ("案情复杂", OFFICER, BASIS)


def test_months_and_their_extension_add_up_before_the_corresponding_day_is_sought() -> None:
    ledger = deadline("2026-01-31", 1, Unit.MONTH, extendable=extension(1, Unit.MONTH))
    assert due(ledger.extend(on("2026-02-20"), 1, Unit.MONTH, "案情复杂", OFFICER, DAYS)) == on("2026-03-31")


def test_an_extension_in_another_unit_follows_the_term() -> None:
    ledger = deadline("2026-09-17", 10, extendable=extension(30, Unit.DAY))
    assert due(ledger.extend(on("2026-09-30"), 30, Unit.DAY, "案情复杂", OFFICER, DAYS)) == on("2026-11-09")


def test_time_lost_in_the_extension_is_counted_in_the_unit_of_the_extension() -> None:
    ledger = deadline("2026-09-17", 10, extendable=extension(30, Unit.DAY))
    longer = ledger.extend(on("2026-09-30"), 30, Unit.DAY, "案情复杂", OFFICER, DAYS)
    assert due(suspend(longer, "2026-10-16").resume(on("2026-10-20"), OFFICER)) == on("2026-11-11")


@pytest.mark.parametrize(
    ("rule", "count", "unit", "why"),
    [
        (None, 5, Unit.WORKING_DAY, "没有规定这一期限可以延长"),
        (extension(5), 6, Unit.WORKING_DAY, "不超过 5 个工作日"),
        (extension(5), 5, Unit.DAY, "不超过 5 个工作日"),
        (extension(None, Unit.DAY), 5, Unit.MONTH, "以日计"),
    ],
)
def test_an_extension_beyond_the_rule_is_refused_with_the_clause(
    rule: Extension | None, count: int, unit: Unit, why: str
) -> None:
    ledger = deadline("2026-09-17", 10, extendable=rule)
    with pytest.raises(LegalRefusal, match=why) as refused:
        ledger.extend(on("2026-09-30"), count, unit, "案情复杂", OFFICER, DAYS)
    assert (refused.value.code, refused.value.clause) == ("TERM_NOT_EXTENDABLE", str(BASIS))


def test_an_extension_is_granted_only_as_often_as_the_rule_allows() -> None:
    ledger = deadline("2026-09-17", 10, extendable=extension(5, times=2))
    for _ in range(2):
        ledger = ledger.extend(on("2026-09-30"), 5, Unit.WORKING_DAY, "案情复杂", OFFICER, DAYS)
    with pytest.raises(LegalRefusal, match="只能延长 2 次"):
        ledger.extend(on("2026-09-30"), 1, Unit.WORKING_DAY, "案情复杂", OFFICER, DAYS)


def test_an_extension_without_a_number_in_the_rule_is_bounded_by_its_unit_alone() -> None:
    ledger = deadline("2026-09-17", 10, extendable=extension(None))
    assert due(ledger.extend(on("2026-09-30"), 90, Unit.WORKING_DAY, "案情复杂", OFFICER, DAYS)) == DAYS.add(
        on("2026-09-17"), 100
    )


def test_a_term_may_be_extended_while_its_clock_stands() -> None:
    ledger = suspend(deadline("2026-09-17", 10, extendable=extension(5)), "2026-09-24")
    longer = ledger.extend(on("2026-11-30"), 5, Unit.WORKING_DAY, "案情复杂", OFFICER, DAYS)
    assert due(longer) is None
    assert due(longer.resume(on("2026-11-30"), OFFICER)) == DAYS.add(on("2026-11-29"), 5 + 5)


def test_acts_out_of_turn_are_refused() -> None:
    running = deadline("2026-09-17", 10, extendable=extension(5))
    stopped = suspend(running, "2026-09-24")
    with pytest.raises(Conflict, match="没有中止"):
        running.resume(on("2026-09-24"), OFFICER)
    with pytest.raises(StandsStill):
        suspend(stopped, "2026-09-25")
    acts: list[Callable[[], Deadline]] = [
        lambda: suspend(running, "2026-09-16"),
        lambda: stopped.resume(on("2026-09-23"), OFFICER),
        lambda: stopped.extend(on("2026-09-23"), 5, Unit.WORKING_DAY, "案情复杂", OFFICER, DAYS),
        lambda: running.extend(on("2026-09-16"), 5, Unit.WORKING_DAY, "案情复杂", OFFICER, DAYS),
    ]
    for act in acts:
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "OUT_OF_ORDER"


def test_a_reason_cannot_be_blank() -> None:
    with pytest.raises(ValidationError):
        deadline("2026-09-17", 10).suspend(on("2026-09-24"), HEARING, "", OFFICER, DAYS)


def test_a_silent_term_starts_no_deadline_and_neither_does_one_past_the_calendar() -> None:
    with pytest.raises(LegalRefusal, match="没有规定"):
        Deadline.start("decision", term(None), on("2026-09-17"), DAYS)
    with pytest.raises(BeyondHorizon):
        Deadline.start("decision", term(10), on("2038-12-30"), DAYS)


def test_the_closing_hour_counts_only_where_it_is_given() -> None:
    closing = Deadline.start("window", term(10), on("2026-09-17"), DAYS, closing=time(17, 30))
    end = reckon(closing, DAYS)
    assert end is not None
    assert end.ends_at == datetime(2026, 10, 8, 17, 30, tzinfo=SHANGHAI)


STOP = Suspended(on=on("2026-09-24"), ground="hearing", reason="听证", basis=BASIS, by=OFFICER)
RUN = Resumed(on=on("2026-09-28"), by=OFFICER)


@pytest.mark.parametrize(
    "entries",
    [
        (RUN,),
        (STOP, STOP),
        (STOP, RUN, RUN),
        (RUN, STOP),
        (STOP, RUN, STOP),
        (STOP.model_copy(update={"on": on("2026-09-16")}),),
    ],
)
def test_a_ledger_whose_entries_make_no_sense_cannot_be_read(entries: tuple[Any, ...]) -> None:
    content = deadline("2026-09-17", 10).model_dump() | {"entries": entries}
    with pytest.raises(ValidationError, match="deadline"):
        Deadline.model_validate(content)


def test_an_amendment_during_the_term_moves_the_end_and_both_dates_stay_on_record() -> None:
    before, after = (load_calendar(day).working_days for day in (on("2020-01-26"), on("2020-01-27")))
    ledger = Deadline.start("verification:1", term(10), on("2020-01-17"), before)
    moved = ledger.recompute(on("2020-01-27"), before, after, ("国办发明电〔2020〕1号",))
    record = moved.entries[-1]
    assert isinstance(record, Recomputed)
    assert (record.old.due, record.new.due) == (on("2020-02-05"), on("2020-02-07"))
    assert record.notices == ("国办发明电〔2020〕1号",)
    assert (ledger.calendar, moved.calendar) == (before.version, after.version)
    assert due(moved, after) == on("2020-02-07")
    assert Deadline.model_validate_json(moved.model_dump_json()) == moved


def test_a_notice_makes_a_provisional_end_final_and_that_is_a_change_too() -> None:
    before, after = (load_calendar(day).working_days for day in (on("2025-11-03"), on("2025-11-04")))
    ledger = Deadline.start("verification:1", term(10), on("2025-12-29"), before)
    record = ledger.recompute(on("2025-11-04"), before, after, ("国办发明电〔2025〕7号",)).entries[-1]
    assert isinstance(record, Recomputed)
    assert (record.old.provisional, record.new.provisional) == (True, False)


def test_a_notice_that_changes_nothing_for_a_deadline_leaves_no_trace_on_it() -> None:
    before, after = (load_calendar(day).working_days for day in (on("2025-11-03"), on("2025-11-04")))
    ledger = Deadline.start("verification:1", term(10), on("2025-06-02"), before)
    assert ledger.recompute(on("2025-11-04"), before, after, ("国办发明电〔2025〕7号",)) is ledger
    stopped = ledger.suspend(on("2025-06-03"), HEARING, "听证", OFFICER, before)
    assert stopped.recompute(on("2025-11-04"), before, after, ()) is stopped
    moved = Deadline.start("verification:1", term(10), on("2026-02-10"), before)
    once = moved.recompute(on("2025-11-04"), before, after, ("国办发明电〔2025〕7号",))
    assert once.recompute(on("2025-11-04"), after, after, ("国办发明电〔2025〕7号",)) is once


def test_a_suspension_that_a_shorter_calendar_leaves_behind_the_end_loses_nothing() -> None:
    """By the first notice of 2019 the term ran to 2 May; the amendment ends it on 30 April."""
    before, after = (load_calendar(day).working_days for day in (on("2019-03-21"), on("2019-03-22")))
    ledger = Deadline.start("verification:1", term(10), on("2019-04-17"), before)
    stopped = ledger.suspend(on("2019-05-02"), HEARING, "听证", OFFICER, before).resume(
        on("2019-05-10"), OFFICER
    )
    assert due(stopped, before) == on("2019-05-10")
    assert due(stopped, after) == on("2019-04-30")


CALENDARS = [load_calendar(on(day)).working_days for day in ("2025-11-03", "2025-11-04")]
ACTS = ("suspend", "resume", "extend", "recompute")


@st.composite
def histories(draw: st.DrawFn) -> tuple[Deadline, list[Deadline], WorkingDays]:
    """A ledger after random lawful acts, all its earlier states, and the calendar in force at its end."""
    unit = draw(st.sampled_from([Unit.WORKING_DAY, Unit.DAY, Unit.MONTH]))
    count = draw(st.integers(0, 3 if unit is Unit.MONTH else 40))
    other = draw(st.sampled_from([unit, unit, Unit.DAY]))
    rule = term(
        count, unit, draw(st.booleans()), extension(draw(st.none() | st.integers(1, 20)), other, times=2)
    )
    day = draw(st.dates(date(2024, 11, 1), date(2026, 12, 31)))
    days, states = CALENDARS[0], [Deadline.start("verification:1", rule, day, CALENDARS[0])]
    for _ in range(draw(st.integers(0, 8))):
        day += timedelta(draw(st.integers(0, 9)))
        act, ledger = draw(st.sampled_from(ACTS)), states[-1]
        try:
            match act:
                case "suspend":
                    ledger = ledger.suspend(day, HEARING, "听证", OFFICER, days)
                case "resume":
                    ledger = ledger.resume(day, OFFICER)
                case "extend":
                    ledger = ledger.extend(day, draw(st.integers(1, 20)), other, "案情复杂", OFFICER, days)
                case "recompute":
                    ledger, days = (
                        ledger.recompute(day, days, CALENDARS[1], ("国办发明电〔2025〕7号",)),
                        CALENDARS[1],
                    )
        except Refusal:
            continue
        states.append(ledger)
    return states[-1], states, days


@given(histories())
def test_replaying_a_ledger_from_its_record_gives_the_same_date(
    history: tuple[Deadline, list[Deadline], WorkingDays],
) -> None:
    ledger, _, days = history
    again = Deadline.model_validate_json(ledger.model_dump_json())
    assert again == ledger
    assert reckon(again, days) == reckon(ledger, days)


@given(histories())
def test_a_ledger_only_grows_and_no_act_brings_the_end_forward(
    history: tuple[Deadline, list[Deadline], WorkingDays],
) -> None:
    _, states, days = history
    latest = date.min
    for before, after in pairwise(states):
        assert after.entries[: len(before.entries)] == before.entries
    for state in states:
        end = reckon(state, days)
        if end is not None:
            assert end.due >= latest
            latest = end.due


@given(histories())
def test_extensions_and_suspensions_give_the_same_date_in_whichever_order_they_came(
    history: tuple[Deadline, list[Deadline], WorkingDays],
) -> None:
    """Time lost and time granted add up: moving an extension before every suspension changes nothing."""
    ledger, _, days = history
    granted = [
        e.model_copy(update={"on": ledger.starts_on}) for e in ledger.entries if isinstance(e, Extended)
    ]
    others = [e for e in ledger.entries if not isinstance(e, Extended)]
    assert reckon(ledger.model_copy(update={"entries": (*granted, *others)}), days) == reckon(ledger, days)


@given(histories())
def test_a_suspended_deadline_has_no_date_and_a_running_one_always_has(
    history: tuple[Deadline, list[Deadline], WorkingDays],
) -> None:
    for state in history[1]:
        assert (reckon(state, history[2]) is None) is (state.status is Status.SUSPENDED)


@given(histories())
def test_the_days_between_start_and_end_are_the_term_plus_what_was_granted_and_lost(
    history: tuple[Deadline, list[Deadline], WorkingDays],
) -> None:
    """For terms in days or working days: count the days on which the clock ran, one by one."""
    ledger, _, days = history
    end = reckon(ledger.model_copy(update={"term": ledger.term.model_copy(update={"rolls": False})}), days)
    assume(end is not None and len(ledger.lengths) == 1 and ledger.term.unit is not Unit.MONTH)
    assert end is not None
    stood = {
        begun + timedelta(offset)
        for begun, ended in ledger.suspensions
        if ended is not None
        for offset in range((ended - begun).days)
    }
    passed = {ledger.starts_on + timedelta(offset + 1) for offset in range((end.due - ledger.starts_on).days)}
    ran = [day for day in passed - stood if ledger.term.unit is Unit.DAY or days.is_worked(day)]
    assert len(ran) == ledger.lengths[ledger.term.unit]
