"""陈述、申辩和异议: the window, and every objection beside the others with a clock of its own."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from office import barred, is_attended, offered, play_all, waits_for
from opening_samples import (
    BY,
    OFFICER,
    REVIEWER,
    SUBJECT,
    Case,
    answered,
    assessed,
    decided,
    notified,
    ready,
    sample_opening,
    sample_rule,
    with_consent,
)

from domain.papers import PaperKind
from domain.people import Role
from domain.procedure.outcome import Outcome, Stage
from domain.refusals import Conflict

# The notice of the sample case is served on Monday 2 March 2026; its window of five working days ends with the 9th.
LAST_DAY, DAY_AFTER = date(2026, 3, 9), date(2026, 3, 10)


def in_hearing_of(item: str, case: Case, step: str) -> Case:
    """The objection has come as far as this step, which now waits."""
    for name in ("accept_objection", "verify_objection", "answer_objection", "serve_answer"):
        if name == step:
            break
        case.play(name, item=item)
    return case


def served_on(day: date) -> Case:
    case = assessed()
    play_all(case, ("draft_prior_notice", "review_prior_notice"))
    case.play("issue_prior_notice", on=day)
    case.play("serve_prior_notice", on=day)
    return case


# -- the window


@pytest.mark.parametrize(
    ("served", "last"),
    [
        (date(2026, 3, 2), date(2026, 3, 9)),
        (date(2026, 4, 1), date(2026, 4, 9)),  # 清明 4 to 6 April
        (date(2026, 4, 27), date(2026, 5, 7)),  # 劳动节 1 to 5 May
        (date(2026, 9, 18), date(2026, 9, 24)),  # Sunday 20 September is worked
        (date(2026, 9, 24), date(2026, 10, 9)),  # 中秋 and 国庆
    ],
)
def test_the_window_is_counted_in_working_days_with_rest_days_and_make_up_days(
    served: date, last: date
) -> None:
    case = served_on(served)
    end = case.file.reckon("objection_window")
    assert end is not None
    assert (end.due, end.provisional) == (last, False)


def test_the_window_ends_with_its_last_day() -> None:
    case = notified()
    case.play("raise_objection", on=LAST_DAY, at=time(23, 59, 59))
    assert case.file.objections()[0].late is False
    closed = case.run_out()
    assert closed.step == "close_objection_window"
    assert case.file.state_of("objection_window") == "met"
    assert case.file.stage is Stage.VERIFICATION


def test_a_window_into_a_year_not_announced_stays_open_until_its_latest_possible_end() -> None:
    case = served_on(date(2026, 12, 28))
    end = case.file.reckon("objection_window")
    assert end is not None
    assert end.provisional
    assert end.latest > end.due
    alarm = next(a for a in case.walk.position().alarms if a.step == "close_objection_window")
    assert alarm.at.date() == end.latest + date.resolution
    case.play("raise_objection", on=end.latest, at=time(23, 59))
    assert not case.file.objections()[0].late


def test_no_decision_is_drafted_within_the_window() -> None:
    refusal = barred(notified(), "WINDOW_OPEN", "draft_decision", on=LAST_DAY)
    assert "2026-03-09届满" in refusal.detail
    assert "放弃" in (refusal.expected or "")


def test_without_objection_the_case_goes_on_by_itself() -> None:
    case = notified()
    assert waits_for(case) == set()
    case.run_out_until("close_objection_window")
    assert waits_for(case) == {"request_consent"}


def test_a_window_given_up_in_writing_is_over_at_once() -> None:
    case = notified()
    barred(case, "MALFORMED", "waive_objection", evidence=[])
    case.play("waive_objection")
    assert waits_for(case) == {"request_consent"}
    barred(case, "WINDOW_CLOSED", "waive_objection")


def test_a_waiver_does_not_cut_off_an_objection_that_was_raised_before() -> None:
    case = notified()
    item = case.play("raise_objection").item
    case.play("waive_objection")
    assert case.file.stage is Stage.VERIFICATION
    barred(case, "OBJECTION_UNANSWERED", "draft_decision")
    in_hearing_of(item, case, "done")
    assert waits_for(case) == {"request_consent"}


def test_an_objection_received_before_a_waiver_that_was_dealt_with_first_is_in_time() -> None:
    case = notified()
    case.play("waive_objection", at=time(11, 0))
    assert case.play("raise_objection", at=time(10, 59)).data["late"] is False
    assert case.play("raise_objection", at=time(11, 0)).data["late"] is True


def test_an_objection_after_a_waiver_is_kept_and_its_admission_decided() -> None:
    case = notified()
    case.play("waive_objection")
    case.play("raise_objection", by=SUBJECT)
    assert case.file.objections()[0].late
    assert "admit_late_objection" in waits_for(case)


# -- registered, verified, answered, served


def test_an_objection_is_registered_verified_answered_and_the_answer_served() -> None:
    case = notified()
    item = case.play("raise_objection", by=SUBJECT, on=date(2026, 3, 4)).item
    key = f"verification:{item}"
    assert case.file.deadlines[key].starts_on == date(2026, 3, 4)
    assert waits_for(case) == {"accept_objection"}
    case.play("accept_objection")
    assert case.papers_of(PaperKind.OBJECTION_ACCEPTANCE)
    case.play("verify_objection")
    assert case.file.state_of(key) == "running"
    case.play("answer_objection")
    assert case.file.state_of(key) == "met"
    assert case.file.unsettled() == [item]  # answered, not served
    case.play("serve_answer")
    assert case.file.unsettled() == []


@pytest.mark.parametrize(
    "until", ["accept_objection", "verify_objection", "answer_objection", "serve_answer"]
)
def test_nothing_is_decided_while_an_objection_waits_for(until: str) -> None:
    case = notified()
    item = case.play("raise_objection").item
    in_hearing_of(item, case, until)
    case.run_out_until("close_objection_window")
    refusal = barred(case, "OBJECTION_UNANSWERED", "draft_decision", on=DAY_AFTER)
    assert item in refusal.detail
    barred(case, "OBJECTION_UNANSWERED", "request_consent", on=DAY_AFTER)
    assert is_attended(case)


def test_an_answer_that_is_announced_counts_only_after_its_period() -> None:
    case = notified()
    item = case.play("raise_objection").item
    in_hearing_of(item, case, "serve_answer")
    case.run_out_until("close_objection_window")
    case.play("serve_answer", **BY["announcement"], item=item, on=DAY_AFTER)
    barred(case, "OBJECTION_UNANSWERED", "request_consent", on=date(2026, 4, 9))
    assert case.run_out_until("deem_served").item == item
    case.play("request_consent")


def test_an_objection_before_service_is_heard_and_its_announced_answer_serves_no_notice() -> None:
    case = play_all(assessed(), ("draft_prior_notice", "review_prior_notice", "issue_prior_notice"))
    item = case.play("raise_objection", by=SUBJECT).item
    in_hearing_of(item, case, "serve_answer")
    case.play("serve_answer", **BY["announcement"], item=item)
    case.play("serve_prior_notice", **BY["announcement"], on=date(2026, 3, 3))
    assert case.run_out_until("deem_served").item == item
    assert case.file.served("serve_prior_notice") is None
    assert case.run_out_until("deem_served").item == ""
    assert case.file.served("serve_prior_notice") is not None


def test_several_objections_run_side_by_side_each_with_its_own_clock() -> None:
    case = notified()
    items = [case.play("raise_objection", on=date(2026, 3, day)).item for day in (3, 5, 9)]
    assert items == ["objection-1", "objection-2", "objection-3"]
    starts = [case.file.deadlines[f"verification:{item}"].starts_on.day for item in items]
    assert starts == [3, 5, 9]
    # Taken in another order than they came in, each at its own step.
    in_hearing_of("objection-2", case, "done")
    case.play("accept_objection", item="objection-3")
    case.play("withdraw_objection", item="objection-1")
    assert case.file.unsettled() == ["objection-3"]
    assert [a.deadline for a in case.walk.position().alarms if a.step == "miss_deadline"] == [
        "decision",
        "verification:objection-3",
    ]
    case.play("verify_objection", item="objection-3", finding="upheld")
    case.play("answer_objection", item="objection-3")
    case.play("serve_answer", item="objection-3")
    case.run_out_until("close_objection_window")
    assert waits_for(case) == {"request_consent"}
    assert [o.upheld for o in case.file.objections()] == [False, False, True]


def test_an_answer_sent_back_is_verified_again_within_the_same_period() -> None:
    case = notified()
    item = case.play("raise_objection").item
    in_hearing_of(item, case, "answer_objection")
    case.play("answer_objection", agreed=False)
    assert waits_for(case) == {"verify_objection"}
    assert case.file.state_of(f"verification:{item}") == "running"
    case.play("verify_objection", finding="partly")
    case.play("answer_objection")
    assert case.file.objections()[0].upheld


def test_who_verified_does_not_answer() -> None:
    case = notified()
    item = case.play("raise_objection").item
    in_hearing_of(item, case, "answer_objection")
    second_account = REVIEWER.model_copy(update={"person_id": OFFICER.person_id})
    barred(case, "FOUR_EYES", "answer_objection", by=second_account)


def test_a_verification_that_is_late_is_recorded_once_and_still_owed() -> None:
    case = notified()
    item = case.play("raise_objection").item
    case.run_out_until("close_objection_window")
    missed = case.run_out()
    assert (missed.step, missed.data["deadline"]) == ("miss_deadline", f"verification:{item}")
    assert missed.day == date(2026, 3, 17)  # ten working days after 2 March end with the 16th
    assert case.file.state_of(f"verification:{item}") == "overdue"
    assert [a.deadline for a in case.walk.position().alarms] == ["decision"]
    in_hearing_of(item, case, "done")
    assert case.file.state_of(f"verification:{item}") == "met"


# -- withdrawn


@pytest.mark.parametrize(
    "until",
    ["accept_objection", "verify_objection", "answer_objection", "verify again", "admit_late_objection"],
)
def test_an_objection_can_be_taken_back_as_long_as_it_is_not_answered(until: str) -> None:
    case = notified()
    if until == "admit_late_objection":
        case.run_out_until("close_objection_window")
        item = case.play("raise_objection").item
    else:
        item = case.play("raise_objection").item
        in_hearing_of(item, case, "answer_objection" if until == "verify again" else until)
        if until == "verify again":
            case.play("answer_objection", agreed=False)
    case.play("withdraw_objection", item=item, by=SUBJECT)
    assert case.file.unsettled() == []
    assert case.file.state_of(f"verification:{item}") == "met"
    if until != "admit_late_objection":
        case.run_out_until("close_objection_window")
    assert waits_for(case) == {"request_consent"}
    barred(case, "OBJECTION_SETTLED", "withdraw_objection", item=item)


def test_an_answered_objection_is_done_with() -> None:
    case = answered(notified())
    for step in ("withdraw_objection", "verify_objection", "accept_objection", "answer_objection"):
        barred(case, "OBJECTION_SETTLED", step, item="objection-1")


# -- late, by post, by word of mouth


def late() -> tuple[Case, str]:
    case = notified()
    case.run_out_until("close_objection_window")
    return case, case.play("raise_objection", by=SUBJECT, on=DAY_AFTER).item


def test_a_late_objection_is_kept_and_bars_the_decision_until_its_admission_is_decided() -> None:
    case, item = late()
    assert case.file.objections()[0].late
    assert waits_for(case) == {"admit_late_objection", "request_consent"}
    barred(case, "OBJECTION_UNANSWERED", "request_consent")
    barred(case, "NOT_OPEN", "accept_objection", item=item)


def test_a_late_objection_that_is_refused_is_answered_in_writing_with_reasons() -> None:
    case, item = late()
    case.play("admit_late_objection")
    assert case.papers_of(PaperKind.LATE_OBJECTION_ANSWER)
    assert case.file.state_of(f"verification:{item}") == "met"
    barred(case, "OBJECTION_UNANSWERED", "request_consent")
    barred(case, "OBJECTION_SETTLED", "admit_late_objection", item=item)
    case.play("serve_late_answer")
    case.play("request_consent")


def test_a_late_objection_that_is_admitted_is_heard_within_the_period_from_its_receipt() -> None:
    case, item = late()
    case.play("admit_late_objection", admitted=True, on=date(2026, 3, 12))
    assert case.file.deadlines[f"verification:{item}"].starts_on == DAY_AFTER
    in_hearing_of(item, case, "done")
    assert case.file.unsettled() == []


@pytest.mark.parametrize(("posted", "in_time"), [(LAST_DAY, True), (DAY_AFTER, False)])
def test_what_was_posted_before_the_end_is_in_time_however_late_it_arrives(
    posted: date, in_time: bool
) -> None:
    case = notified()
    case.run_out_until("close_objection_window")
    case.play(
        "raise_objection",
        channel="post",
        posted_on=posted.isoformat(),
        evidence=["信封邮戳"],
        on=date(2026, 3, 13),
    )
    assert case.file.objections()[0].late is not in_time
    assert ("accept_objection" in waits_for(case)) is in_time


@pytest.mark.parametrize(
    "form",
    [
        {"channel": "online", "posted_on": "2026-03-03", "evidence": ["邮戳"]},
        {"channel": "post", "posted_on": "2026-03-05", "evidence": ["邮戳"]},
        {"channel": "post", "posted_on": "2026-03-03"},
    ],
    ids=["not by post", "to come", "no postmark"],
)
def test_a_postmark_belongs_to_post_is_past_and_is_shown(form: dict[str, Any]) -> None:
    barred(notified(), "POSTMARK_INVALID", "raise_objection", on=date(2026, 3, 4), **form)


def test_an_oral_objection_is_taken_down() -> None:
    case = notified()
    barred(case, "ELEMENT_MISSING", "raise_objection", channel="oral")
    case.play("raise_objection", channel="oral", record="笔录1号")
    assert waits_for(case) == {"accept_objection"}


def test_where_the_regime_admits_no_oral_objection_it_is_put_in_writing() -> None:
    rule = sample_rule()
    deaf = rule.model_copy(update={"oral_objection": rule.oral_objection.model_copy(update={"holds": False})})
    case = notified(sample_opening(deaf))
    barred(case, "ORAL_NOT_ADMITTED", "raise_objection", channel="oral", record="笔录1号")


def test_before_the_notice_there_is_nothing_to_object_to() -> None:
    barred(assessed(), "NOTICE_NOT_ISSUED", "raise_objection", by=SUBJECT)
    barred(assessed(), "NOTICE_NOT_SERVED", "waive_objection", by=SUBJECT)


def test_after_the_decision_the_subject_has_the_remedies_that_it_names() -> None:
    case = ready(notified())
    play_all(case, ("draft_decision", "review_decision", "decide"))
    refusal = barred(case, "ALREADY_DECIDED", "raise_objection", by=SUBJECT)
    assert isinstance(refusal, Conflict)
    assert "行政复议" in (refusal.clause or "")


def test_only_the_subject_of_the_case_objects_for_themselves() -> None:
    somebody = SUBJECT.model_copy(update={"subject_ref": "subject-ref-2"})
    barred(notified(), "ROLE_MISSING", "raise_objection", by=somebody)


def test_the_actions_name_each_objection_by_itself() -> None:
    case = notified()
    first = case.play("raise_objection").item
    second = case.play("raise_objection").item
    in_hearing_of(first, case, "verify_objection")
    found = offered(case, OFFICER)
    assert found["verify_objection", first].allowed
    assert not found["verify_objection", second].allowed
    assert found["accept_objection", second].deadline == f"verification:{second}"


# -- the findings go to the decision


def test_an_upheld_objection_goes_to_the_decision_which_says_how_it_was_dealt_with() -> None:
    case = ready(answered(notified(), finding="upheld"))
    barred(case, "ELEMENT_MISSING", "draft_decision", objections=None)
    decided(case, outcome="not_list")
    assert case.file.outcome is Outcome.NOT_LISTED


def drafted_before_an_objection(until: str) -> tuple[Case, str]:
    """A decision without a word on objections, and a late objection admitted and answered after its draft."""
    case = ready(notified())
    case.play("draft_decision", objections=None)
    if until == "decide":
        case.play("review_decision")
    item = case.play("raise_objection").item
    case.play("admit_late_objection", admitted=True)
    return case, item


@pytest.mark.parametrize("until", ["review_decision", "decide"])
def test_a_draft_older_than_an_objection_is_sent_back_and_never_approved(until: str) -> None:
    case, item = drafted_before_an_objection(until)
    in_hearing_of(item, case, "done")
    refusal = barred(case, "DRAFT_OUTDATED", until)
    assert "退回" in (refusal.expected or "")
    case.play(until, agreed=False)
    decided(case)
    assert case.file.outcome is Outcome.LISTED


def test_a_decision_is_not_made_while_a_late_objection_is_open_but_can_be_sent_back() -> None:
    case, item = drafted_before_an_objection("decide")
    refusal = barred(case, "OBJECTION_UNANSWERED", "decide")
    assert item in refusal.detail
    case.play("decide", agreed=False)
    assert "draft_decision" in waits_for(case)


def test_withdrawal_of_the_last_objection_frees_the_decision() -> None:
    case = notified()
    case.play("raise_objection")
    case.run_out_until("close_objection_window")
    assert waits_for(case) == {"accept_objection"}
    case.play("withdraw_objection", on=DAY_AFTER)
    decided(with_consent(case))
    assert case.file.outcome is Outcome.LISTED


def test_a_subject_may_not_act_in_the_office_s_steps() -> None:
    case = notified()
    item = case.play("raise_objection", by=SUBJECT).item
    for step in ("accept_objection", "verify_objection"):
        barred(case, "ROLE_MISSING", step, item=item, by=SUBJECT)
    assert not SUBJECT.has(Role.OFFICER)
