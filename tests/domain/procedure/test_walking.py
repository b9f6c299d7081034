"""Walking a procedure over its events: what the record holds and the procedure does not await is found."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from office import barred, play_all
from opening_samples import (
    OFFICER,
    OPENED_ON,
    Case,
    decided,
    notified,
    opened,
    ready,
    sample_opening,
    sample_rule,
)

from domain.papers import PaperKind
from domain.procedure.events import Command, Event
from domain.procedure.forms import Note
from domain.procedure.opening import ListingOpening
from domain.procedure.outcome import Outcome
from domain.procedure.proposal import propose
from domain.procedure.steps import Course, Manner, Step
from domain.procedure.walk import Conduct, UnexpectedEvent, Walk
from domain.refusals import Stale
from workflows.determination import DETERMINATION
from workflows.listing import LISTING


def following(case: Case, **changes: object) -> Event:
    last = case.file.events[-1]
    return last.model_copy(update={"seq": last.seq + 1} | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 9},
        {"step": "no_such_step"},
        {"step": "serve_decision"},
        {"step": "verify_objection", "item": "objection-1"},
    ],
    ids=["a gap", "an unknown step", "out of its turn", "of an objection that nobody raised"],
)
def test_an_event_that_the_procedure_does_not_await_is_found(changes: dict[str, object]) -> None:
    case = opened()
    with pytest.raises(UnexpectedEvent):
        case.walk.feed(following(case, **changes))


def test_a_case_begins_with_its_opening() -> None:
    first = opened().file.events[0]
    with pytest.raises(UnexpectedEvent, match="does not begin with note"):
        Walk(DETERMINATION).feed(first.model_copy(update={"step": "note"}))


def test_two_strands_that_wait_for_the_same_step_take_their_turns() -> None:
    taken: list[str] = []

    async def strand(case: Conduct, name: str) -> None:
        await case.step("note")
        taken.append(name)

    async def procedure(case: Conduct) -> Outcome:
        first, second = case.beside(strand(case, "first")), case.beside(strand(case, "second"))
        await case.until(lambda: first.done and second.done)
        return Outcome.WITHDRAWN

    steps = {
        name: Step(name=name, title=name, clause="内部", form=Note, manner=Manner.AWAITED)
        for name in ("open_case", "note")
    }
    walk = Walk(Course("two", "两线并行", steps, procedure, "open_case"))
    event = opened().file.events[0]
    walk.feed(event)
    for seq, expected in ((2, ["first"]), (3, ["first", "second"])):
        walk.feed(event.model_copy(update={"seq": seq, "step": "note"}))
        assert taken == expected
    assert walk.position().closed


def test_a_command_from_a_screen_that_is_behind_is_stale_and_one_that_is_not_is_taken() -> None:
    case = opened()
    at = case.file.events[0].received_at + timedelta(minutes=1)
    command = Command(
        id="c",
        case_id="case-1",
        step="note",
        actor=OFFICER,
        form={"text": "已阅。"},
        received_at=at,
        if_version=7,
    )
    with pytest.raises(Stale) as stale:
        propose(case.walk, command)
    assert stale.value.expected == '"v1"'
    proposed = propose(case.walk, command.model_copy(update={"if_version": 1}))
    assert (proposed.after.file.version, case.file.version) == (2, 1)


def test_the_office_itself_begins_the_period_on_the_list() -> None:
    file = decided(ready(notified())).file
    opening = ListingOpening(
        **file.opening.model_dump(exclude={"listed_by"}),
        listed_by="case-1",
        listed_on=OPENED_ON,
        decision_number="宁市监严失列〔2026〕1号",
    )
    at = datetime.fromisoformat("2026-03-10T10:00:00+08:00")
    form = opening.model_dump(mode="json")
    command = Command(id="c", case_id="case-2", step="enter_list", actor=None, form=form, received_at=at)
    assert propose(Walk(LISTING), command).after.file.stage == "listed"


def test_where_the_regime_sets_no_period_and_no_hearing_a_voided_decision_is_simply_made_again() -> None:
    rule = sample_rule()
    bare = rule.model_copy(
        update={
            "hearing": None,
            "superior_consent": rule.superior_consent.model_copy(update={"holds": False}),
            "decision": rule.decision.model_copy(update={"count": None}),
        }
    )
    case = ready(notified(sample_opening(bare)))
    play_all(case, ("draft_decision", "review_decision", "decide", "void_decision"))
    assert decided(case).file.outcome is Outcome.LISTED
    assert {key.split("@")[0] for key in case.file.deadlines} == {"objection_window"}
    assert [
        paper.content.model_dump()["consent"] for paper in case.papers_of(PaperKind.LISTING_DECISION)
    ] == [
        None,
        None,
    ]


def test_measures_are_named_once_and_only_as_announced() -> None:
    case = ready(notified())
    measure = {
        "code": "A09",
        "relevance": "违法行为发生在生产经营环节。",
        "proportion": "仅在列入期间适用。",
    }
    barred(case, "MEASURE_REPEATED", "draft_decision", measures=[measure, measure])
    announced = case.file.last("draft_prior_notice")
    assert announced is not None
    other = next(m.code for m in case.file.rule.measures if m.code not in announced.data["measures"])
    barred(case, "MEASURE_NOT_NOTIFIED", "draft_decision", measures=[measure | {"code": other}])


def test_what_an_officer_enters_as_the_subjects_withdrawal_is_in_writing() -> None:
    case = notified()
    case.play("raise_objection")
    refusal = barred(case, "ELEMENT_MISSING", "withdraw_objection", by=OFFICER, evidence=[])
    assert "书面材料" in refusal.detail


def test_a_waiver_after_an_objection_is_told_beside_it() -> None:
    case = notified()
    item = case.play("raise_objection").item
    case.play("waive_objection")
    for step in ("accept_objection", "verify_objection", "answer_objection", "serve_answer"):
        case.play(step, item=item)
    play_all(case, ("request_consent", "give_consent"))
    (paper,) = decided(case).papers_of(PaperKind.LISTING_DECISION)
    besides = paper.content.model_dump()["objections"]["besides"]
    assert besides[0] == "你单位于2026年3月2日书面放弃继续陈述、申辩和提出异议。"
