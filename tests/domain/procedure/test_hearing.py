"""听证, where the regime gives one: asked for in time, arranged long enough before, held or taken back."""

from __future__ import annotations

from datetime import date, time

import pytest
from office import barred, content, is_attended, play_all, waits_for
from opening_samples import (
    OFFICER,
    SUBJECT,
    Case,
    decided,
    notified,
    sample_opening,
    sample_rule,
    with_consent,
)

from domain.papers import PaperKind
from domain.procedure.outcome import Outcome

# Served on Monday 2 March 2026: five working days to ask end with the 9th; seven before a hearing are counted likewise.
LAST_DAY, DAY_AFTER = date(2026, 3, 9), date(2026, 3, 10)
EARLIEST = "2026-03-11"  # seven working days after the 2nd


def asked() -> Case:
    case = notified()
    case.play("request_hearing", by=SUBJECT)
    return case


def arranged(held_on: str = EARLIEST) -> Case:
    case = asked()
    case.play("arrange_hearing", held_on=held_on)
    return case


def silent() -> Case:
    """Nothing was said in the window, and no hearing asked for."""
    case = notified()
    case.run_out_until("close_objection_window")
    return case


def test_a_hearing_is_asked_for_until_the_end_of_its_period() -> None:
    case = notified()
    case.play("request_hearing", by=SUBJECT, on=LAST_DAY, at=time(23, 59))
    assert waits_for(case) == {"arrange_hearing"}


def test_a_request_after_its_period_is_too_late() -> None:
    case = notified()
    case.run_out_until("close_objection_window")
    refusal = barred(case, "HEARING_TOO_LATE", "request_hearing", by=SUBJECT, on=DAY_AFTER)
    assert refusal.clause == "行政处罚法 第六十四条第一项、第八十五条"


def test_where_the_regime_gives_no_hearing_none_is_held() -> None:
    case = notified(sample_opening(sample_rule().model_copy(update={"hearing": None})))
    for step in ("request_hearing", "withdraw_hearing"):
        barred(case, "NO_HEARING", step, by=SUBJECT)
    assert case.file.latest_key("hearing_request") is None


def test_no_hearing_is_arranged_that_nobody_asked_for() -> None:
    barred(notified(), "HEARING_NOT_ASKED", "arrange_hearing", held_on=EARLIEST)
    barred(notified(), "HEARING_NOT_ASKED", "withdraw_hearing", by=SUBJECT)


def test_the_notice_of_a_hearing_leaves_the_days_that_the_law_gives() -> None:
    refusal = barred(asked(), "HEARING_NOTICE_TOO_SHORT", "arrange_hearing", held_on="2026-03-10")
    assert EARLIEST in (refusal.expected or "")
    assert arranged().papers_of(PaperKind.HEARING_NOTICE)


@pytest.mark.parametrize("day", [date(2026, 3, 10), date(2026, 3, 12)], ids=["earlier than told", "not yet"])
def test_a_hearing_is_held_on_the_day_that_was_told_or_later_but_not_before_it_is_held(day: date) -> None:
    case = arranged()
    barred(case, "DATE_IMPOSSIBLE", "hold_hearing", on=date(2026, 3, 11), held_on=day.isoformat())


def test_no_decision_while_a_hearing_is_pending() -> None:
    case = arranged()
    case.run_out_until("close_objection_window")
    for step in ("request_consent", "draft_decision"):
        barred(case, "HEARING_PENDING", step, on=DAY_AFTER)
    assert is_attended(case)
    case.play("hold_hearing", on=date(2026, 3, 11))
    decided(with_consent(case))
    assert case.file.outcome is Outcome.LISTED


def test_a_hearing_taken_back_frees_the_decision_and_may_be_asked_for_again_in_time() -> None:
    case = arranged()
    case.play("withdraw_hearing", by=SUBJECT)
    case.play("request_hearing", by=SUBJECT, on=date(2026, 3, 4))
    assert waits_for(case) == {"arrange_hearing"}
    case.play("withdraw_hearing", by=SUBJECT)
    case.run_out_until("close_objection_window")
    decided(with_consent(case))
    assert case.file.outcome is Outcome.LISTED


def test_a_second_hearing_is_not_asked_for_and_one_held_before_a_withdrawn_one_still_counts() -> None:
    case = asked()
    case.play("arrange_hearing", held_on=EARLIEST)
    case.play("hold_hearing", on=date(2026, 3, 11))
    barred(case, "HEARING_HELD", "request_hearing", by=SUBJECT)


def test_a_waived_window_leaves_the_hearing_unless_that_is_given_up_too() -> None:
    case = notified()
    case.play("waive_objection", hearing=False)
    refusal = barred(case, "HEARING_WINDOW_OPEN", "request_consent")
    assert "2026-03-09届满" in refusal.detail
    case.play("request_hearing", by=SUBJECT, on=LAST_DAY)
    barred(case, "HEARING_PENDING", "request_consent", on=DAY_AFTER)


def test_a_hearing_left_out_of_the_waiver_is_given_up_by_a_word_of_its_own() -> None:
    case = notified()
    case.play("waive_objection", hearing=False)
    assert case.file.state_of("hearing_request") == "running"
    told = barred(case, "WINDOW_CLOSED", "waive_objection", by=SUBJECT)
    assert told.expected == "放弃申请听证的，办理“书面放弃申请听证”"
    refusal = barred(case, "HEARING_WINDOW_OPEN", "request_consent")
    assert "书面放弃申请听证" in (refusal.expected or "")
    case.play("waive_hearing", by=SUBJECT)
    assert case.file.state_of("hearing_request") == "met"
    barred(case, "HEARING_WAIVED", "request_hearing", by=SUBJECT)
    barred(case, "HEARING_WINDOW_CLOSED", "waive_hearing", by=SUBJECT)
    decided(with_consent(case), objections=None)
    said = content(case, PaperKind.LISTING_DECISION).objections
    assert said.none == "你单位于2026年3月2日书面放弃陈述、申辩和提出异议。"
    assert said.besides == ("你单位于2026年3月2日书面放弃申请听证。",)


def test_a_hearing_is_given_up_before_the_window_ends_and_only_where_one_is_left() -> None:
    case = notified()
    case.play("waive_hearing", by=SUBJECT)
    case.play("raise_objection", by=SUBJECT)  # the window is not given up with it
    without = notified(sample_opening(sample_rule().model_copy(update={"hearing": None})))
    barred(without, "NO_HEARING", "waive_hearing", by=SUBJECT)
    barred(asked(), "HEARING_PENDING", "waive_hearing", by=SUBJECT)
    barred(notified(), "HEARING_WINDOW_CLOSED", "waive_hearing", by=SUBJECT, on=DAY_AFTER)
    plain = notified(sample_opening(sample_rule().model_copy(update={"hearing": None})))
    plain.play("waive_objection")
    assert barred(plain, "WINDOW_CLOSED", "waive_objection").expected == "无须办理"


def test_the_right_to_a_hearing_ends_with_the_decision_and_lives_again_when_that_is_voided() -> None:
    case = with_consent(silent())
    play_all(case, ("draft_decision", "review_decision", "decide"))
    assert case.file.state_of("hearing_request") == "lapsed"
    assert {opened.step for opened in case.file.open} == {"serve_decision", "void_decision"}
    for step in ("raise_objection", "request_hearing", "waive_hearing"):
        barred(case, "ALREADY_DECIDED", step, by=SUBJECT)
    case.play("void_decision")
    assert case.file.state_of("hearing_request") == "running"
    assert {"raise_objection", "request_hearing"} <= {opened.step for opened in case.file.open}


def test_a_period_that_was_used_stays_used_when_the_decision_is_voided() -> None:
    case = arranged()
    case.run_out_until("close_objection_window")
    case.play("hold_hearing", on=date(2026, 3, 11))
    assert case.file.state_of("hearing_request") == "met"
    play_all(with_consent(case), ("draft_decision", "review_decision", "decide", "void_decision"))
    assert case.file.state_of("hearing_request") == "met"


def test_a_request_taken_back_leaves_the_period_running() -> None:
    case = asked()
    assert case.file.state_of("hearing_request") == "met"
    case.play("withdraw_hearing", by=SUBJECT)
    assert case.file.state_of("hearing_request") == "running"


def test_after_the_hearing_period_nobody_waits_for_a_request_any_more() -> None:
    case = notified()
    case.play("waive_objection", hearing=False)
    case.play("request_consent", on=DAY_AFTER)


def test_a_hearing_given_up_in_writing_is_not_asked_for_any_more() -> None:
    case = notified()
    case.play("waive_objection", hearing=True)
    barred(case, "HEARING_WAIVED", "request_hearing", by=SUBJECT)
    case.play("request_consent", by=OFFICER)
