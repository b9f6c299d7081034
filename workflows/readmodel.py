"""What changes in the read model between two positions of a case: tasks opened and closed, deadlines stated."""

from __future__ import annotations

from datetime import datetime

from domain.people import Role
from domain.procedure.casefile import CaseFile
from domain.procedure.events import Event
from domain.procedure.opening import ListingOpening
from domain.procedure.outcome import Outcome
from domain.procedure.steps import OpenStep, Position
from domain.procedure.walk import Walk
from storage.entries import DeadlineStated, Entry, Errand, Numbering, TaskClosed, TaskOpened


def entry_of(case_id: str, before: Walk, after: Walk, event: Event) -> Entry:
    """The entry that commits `event` and takes the read model from `before` to `after`."""
    position = after.position()
    was, now = _tasks(before), _tasks(after)
    file = after.file
    return Entry(
        case_id=case_id,
        course=after.course.kind,
        expected=event.seq - 1,
        last=before.file.events[-1].command if before.file.events else "",
        event=event,
        version=file.version,
        stage=position.stage,
        outcome=position.outcome,
        next_alarm_at=next_alarm(position),
        tasks_opened=tuple(_opened(after, task) for task in now if task not in was),
        tasks_closed=tuple(TaskClosed(step=t.step, item=t.item) for t in was if t not in now),
        deadlines=_deadlines(before, after),
        numbering=Numbering(
            kind=event.data["paper"],
            authority=file.opening.authority.code,
            docmark=file.opening.authority.docmark,
        )
        if "paper" in event.data
        else None,
        outbox=(listing_errand(after.file, case_id),) if _newly_listed(before, position) else (),
    )


def _newly_listed(before: Walk, position: Position) -> bool:
    return position.outcome is Outcome.LISTED and before.file.outcome is not Outcome.LISTED


def listing_errand(file: CaseFile, case_id: str) -> Errand:
    """The decision has taken effect: the period on the list begins, as a case of its own (在列期间)."""
    opening, decided = file.opening, file.agreed("decide")
    assert decided is not None, "listed without a decision"
    assert file.effective_on is not None, "listed without effect"
    listing = ListingOpening(
        **opening.model_dump(exclude={"business_key", "listed_by"}),
        business_key=f"{opening.business_key[:48]}-{decided.seq}",
        listed_by=case_id,
        listed_on=file.effective_on,
        decision_number=decided.data["number"],
    )
    return Errand(kind="open_listing", body=listing.model_dump(mode="json"))


def next_alarm(position: Position) -> datetime | None:
    """The earliest instant at which the procedure itself has something to record."""
    return min((alarm.at for alarm in position.alarms), default=None)


def _tasks(walk: Walk) -> list[OpenStep]:
    """Open steps that are somebody's duty; what a subject may do is a right, shown among the actions."""
    steps = walk.course.steps
    return [opened for opened in walk.file.open if steps[opened.step].duty]


def _opened(walk: Walk, task: OpenStep) -> TaskOpened:
    step, file = walk.course.steps[task.step], walk.file
    end = file.reckon(task.deadline) if task.deadline else None
    superior = file.opening.authority.superior
    return TaskOpened(
        step=task.step,
        item=task.item,
        roles=tuple(role.value for role in step.roles),
        authority=superior if Role.SUPERIOR in step.roles and superior else file.opening.authority.code,
        deadline=task.deadline,
        due_on=end.due if end else None,
        due_at=end.ends_at if end else None,
        provisional=end.provisional if end else False,
        clause=step.clause,
    )


def _deadlines(before: Walk, after: Walk) -> tuple[DeadlineStated, ...]:
    return tuple(
        stated
        for key in after.file.deadlines
        if (stated := _stated(after, key)) != (_stated(before, key) if key in before.file.deadlines else None)
    )


def _stated(walk: Walk, key: str) -> DeadlineStated:
    file = walk.file
    ledger, end = file.deadlines[key], file.reckon(key)
    return DeadlineStated(
        key=key,
        whose="authority" if key in file.owed else "subject",
        starts_on=ledger.starts_on,
        due_on=end.due if end else None,
        due_at=end.ends_at if end else None,
        earliest_on=end.earliest if end else None,
        latest_on=end.latest if end else None,
        provisional=end.provisional if end else False,
        calendar=file.working_days.version,
        clause=str(ledger.term.basis),
        state=file.state_of(key),
    )
