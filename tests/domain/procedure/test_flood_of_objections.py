"""A subject may object as often as they like: a long file is walked as quickly, event for event, as a short one."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import FrameType

from opening_samples import SUBJECT, notified

from domain.procedure.events import Event
from domain.procedure.outcome import Stage
from domain.procedure.walk import Walk
from workflows.determination import DETERMINATION

FEW, MANY = 40, 160


def flooded(objections: int) -> list[Event]:
    """The window given up after so many objections; each is heard and answered after that."""
    events = list(notified().file.events)

    def enter(step: str, item: str = "", **data: object) -> None:
        at = events[-1].received_at + timedelta(seconds=1)
        seq = len(events) + 1
        events.append(
            Event(
                seq=seq,
                command=f"c-{seq}",
                step=step,
                item=item,
                actor=SUBJECT,
                received_at=at,
                at=at,
                data=data,
            )
        )
        if "paper" in data:
            enter("paper_produced", item, of_seq=seq, kind=data["paper"], number="1号", sm3="0")

    items = [f"objection-{number + 1}" for number in range(objections)]
    for item in items:
        enter("raise_objection", item, late=False)
    enter("waive_objection", hearing=True)
    for item in items:
        enter("accept_objection", item, paper="objection_acceptance")
        enter("verify_objection", item, finding="rejected")
        enter("answer_objection", item, agreed=True, paper="objection_answer")
        enter("serve_answer", item, outcome="served", method="direct", on="2026-03-02")
    return events


def calls_of(events: list[Event]) -> int:
    """Calls of functions that walking these events takes: a measure that no other load disturbs."""
    calls = 0

    def count(frame: FrameType, what: str, _: object) -> None:
        nonlocal calls
        calls += what == "call"

    sys.setprofile(count)
    try:
        walk = Walk.over(DETERMINATION, events)
    finally:
        sys.setprofile(None)
    assert walk.file.stage is Stage.CONSENT
    assert walk.file.all_answered
    return calls


def test_four_times_the_objections_take_four_times_the_work() -> None:
    assert calls_of(flooded(MANY)) < calls_of(flooded(FEW)) * (MANY / FEW) * 1.1


def test_every_objection_waits_for_its_own_answer_until_the_last() -> None:
    events = flooded(FEW)
    until_the_last = Walk.over(DETERMINATION, events[:-1])
    assert until_the_last.file.unsettled() == [f"objection-{FEW}"]
    assert until_the_last.file.stage is Stage.VERIFICATION
    assert [o.step for o in until_the_last.file.open if o.item] == ["serve_answer"]
