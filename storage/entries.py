"""What travels between the workflow of a case and the record: one entry, and the record's answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.procedure.events import Command, Event


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class TaskOpened(_Value):
    """A step that now waits for a person."""

    step: str
    item: str
    roles: tuple[str, ...]
    authority: str
    deadline: str | None
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    clause: str


class TaskClosed(_Value):
    """A step that waits no longer."""

    step: str
    item: str


class DeadlineStated(_Value):
    """A deadline as it now stands."""

    key: str
    whose: str
    starts_on: date
    due_on: date | None
    due_at: datetime | None
    earliest_on: date | None
    latest_on: date | None
    provisional: bool
    calendar: str
    clause: str
    state: str


class Numbering(_Value):
    """A paper that this event issues under the next number of its series."""

    kind: str
    authority: str
    docmark: str  # 机关代字


class Errand(_Value):
    """Something that must happen outside the case because of this event."""

    kind: str
    body: dict[str, Any]


class Entry(_Value):
    """One event as the workflow proposes it, with all that follows from it in the read model."""

    case_id: str
    course: str
    expected: int  # head that the workflow believes in
    last: str = ""  # command of the event at that head
    event: Event
    version: int
    stage: str
    outcome: str | None
    next_alarm_at: datetime | None
    tasks_opened: tuple[TaskOpened, ...] = ()
    tasks_closed: tuple[TaskClosed, ...] = ()
    deadlines: tuple[DeadlineStated, ...] = ()
    numbering: Numbering | None = None
    not_before: datetime | None = None  # a clock: the instant that must have come
    in_turn: bool = True  # comes after everything that was received earlier; a paper of a past event does not
    outbox: tuple[Errand, ...] = ()


class Answer(_Value):
    """The record's answer to an entry. Exactly one of `done`, `refused`, `waiting`, `too_early`, `astray` or a tail."""

    now: datetime  # office time
    tail: tuple[Event, ...] = ()  # events that the workflow did not know
    more: bool = False  # the tail goes on: it travels in parts
    done: int | None = None  # seq of the command's event
    refused: dict[str, Any] | None = None
    waiting: tuple[Command, ...] = ()  # received earlier and not decided yet: to be dealt with first
    too_early: bool = False
    astray: bool = False  # the record does not hold the events that the workflow believes in (restored older)


class Loaded(_Value):
    """The events of a case and the office time."""

    now: datetime
    events: tuple[Event, ...] = ()
    more: bool = False  # the events go on: they travel in parts
    astray: bool = False


class Standing(_Value):
    """Where a case stands as its workflow sees it."""

    head: int
    last: str  # command of the last event
    stage: str
    outcome: str | None
    open: tuple[tuple[str, str], ...]  # steps that the procedure waits for, with their items
