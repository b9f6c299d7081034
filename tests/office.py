"""What stories of the procedure say beside playing a step: that it is barred, or offered, and why.

Every refusal that a story meets must say by which clause, and what would clear it; these helpers see to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pytest
from opening_samples import OFFICE_HOUR, Case, Form

from domain.papers import PaperKind
from domain.people import Actor
from domain.procedure.events import SHANGHAI, Event
from domain.procedure.judgement import Action, actions
from domain.procedure.opening import ListingOpening
from domain.refusals import Refusal
from workflows.listing import LISTING

# Refusals by the form of the request rather than by law: they name a field and what is expected of it.
_OF_FORM = {"MALFORMED", "STALE_VERSION", "ITEM_UNKNOWN"}


def barred(case: Case, code: str, step: str, form: Form | None = None, /, **play: Any) -> Refusal:
    """The refusal of this step: `code` is among what bars it, and it leaves no trace."""
    head = len(case.file.events)
    with pytest.raises(Refusal) as caught:
        case.play(step, form, **play)
    refused = caught.value
    codes = [bar.code for bar in refused.blocked_by] or [refused.code]
    assert code in codes, f"{codes} instead of {code}: {refused.detail}"
    for bar in refused.blocked_by:
        assert bar.text, bar
        assert bar.clause, bar
        assert bar.fix, bar
    if refused.code in _OF_FORM:
        assert refused.field
        assert refused.expected
    assert len(case.file.events) == head
    return refused


def offered(case: Case, by: Actor, on: date | None = None) -> dict[tuple[str, str], Action]:
    """Every action as it stands for this person, by step and item."""
    now = datetime.combine(on or case.today, OFFICE_HOUR, SHANGHAI)
    return {(action.action, action.item): action for action in actions(case.file, by, now)}


def waits_for(case: Case) -> set[str]:
    """The duties that are open: the steps that somebody of the office, or above it, has to take."""
    course = case.file.course.steps
    return {opened.step for opened in case.file.open if course[opened.step].duty}


def steps(case: Case) -> list[str]:
    """What has happened, papers aside."""
    return [event.step for event in case.file.events if event.step != "paper_produced"]


def content(case: Case, kind: PaperKind) -> Any:
    """What the only paper of this kind says."""
    (paper,) = case.papers_of(kind)
    return paper.content


def is_attended(case: Case) -> bool:
    """Nobody has forgotten the case: somebody has a task, or a clock is armed, or it is lawfully at rest."""
    file, position = case.file, case.walk.position()
    resting = any(file.suspended(key) for key in file.deadlines)
    return position.closed or bool(waits_for(case) or position.alarms or position.work) or resting


def play_all(case: Case, names: Iterable[str], **play: Any) -> Case:
    """Takes these steps with their sample forms."""
    for name in names:
        case.play(name, **play)
    return case


def listed(determination: Case) -> Case:
    """The period on the list that follows a determination."""
    file = determination.file
    assert file.effective_on is not None, "the decision has not taken effect"
    decided = file.agreed("decide")
    assert decided is not None
    opening = ListingOpening(
        **file.opening.model_dump(exclude={"listed_by"}),
        listed_by="case-1",
        listed_on=file.effective_on,
        decision_number=decided.data["number"],
    )
    case = Case(LISTING)
    enter(case, "enter_list", determination.today, opening.model_dump(mode="json"))
    return case


def enter(case: Case, step: str, on: date, data: Form) -> Event:
    """An event that the office itself enters."""
    instant = datetime.combine(on, OFFICE_HOUR, SHANGHAI)
    event = Event(
        seq=len(case.file.events) + 1,
        command=f"office-{len(case.file.events) + 1}",
        step=step,
        received_at=instant,
        at=instant,
        data=data,
        clause=case.file.course.steps[step].clause,
    )
    case.walk.feed(event)
    case.today = on
    return event
