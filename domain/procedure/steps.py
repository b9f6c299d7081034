"""What a step is: its name, who may take it, by which clause, on what form, and behind which gates."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from domain.people import Actor, Role
from domain.procedure.events import legal_day
from domain.refusals import Bar

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.procedure.casefile import CaseFile
    from domain.procedure.outcome import Outcome
    from domain.procedure.walk import Conduct


class Manner(Enum):
    """How an event of this step meets the procedure."""

    AWAITED = "awaited"  # the procedure waits for it
    STANDING = "standing"  # may come at any time; goes to the file, the course stays
    INTERRUPTING = "interrupting"  # may come at any time; takes the case out of its course
    CLOCK = "clock"  # the procedure itself, when an instant has come
    MACHINE = "machine"  # the office's machinery: a paper produced; does not change the version


@dataclass(frozen=True)
class Matter:
    """Everything a gate may look at. `form` is None while one only asks what could be done."""

    file: CaseFile
    step: Step
    item: str
    actor: Actor | None
    form: Any
    received_at: datetime

    @property
    def today(self) -> date:
        """Legal day of the act (Asia/Shanghai)."""
        return legal_day(self.received_at)


Gate = Callable[[Matter], Bar | None]
Facts = Callable[[Matter], dict[str, Any]]
PaperKindOf = Callable[[Matter], str | None]


@dataclass(frozen=True)
class Step:
    """One step of a procedure (办理步骤)."""

    name: str
    title: str
    clause: str
    form: type[BaseModel]
    roles: tuple[Role, ...] = ()  # any of them
    gates: tuple[Gate, ...] = ()
    manner: Manner = Manner.AWAITED
    paper: PaperKindOf | None = None  # kind of the numbered paper that taking this step issues, if any
    facts: Facts | None = None  # what follows from the form and the file, entered with the event
    item: str = ""  # kind of thing the step is about (objection …): its events carry an item id
    serves: str = ""  # the step that issued the paper which this one serves
    founds_item: bool = False  # the step brings a new item into being: its id is given on entry
    after_close: bool = False  # a standing step that a closed case still takes

    @property
    def duty(self) -> bool:
        """Whether, while open, it is somebody's duty (待办); what a subject may do is a right."""
        return bool(self.roles) and Role.SUBJECT not in self.roles


@dataclass(frozen=True)
class Course:
    """A procedure with its steps: what a case of this kind can go through."""

    kind: str
    title: str
    steps: Mapping[str, Step]
    procedure: Callable[[Conduct], Coroutine[Any, Any, Outcome]]
    opens_with: str


@dataclass(frozen=True)
class OpenStep:
    """A step that the procedure now waits for, and the deadline it stands under."""

    step: str
    item: str = ""
    deadline: str | None = None


@dataclass(frozen=True)
class Alarm:
    """An instant at which the procedure itself has something to record."""

    at: datetime
    step: str
    item: str = ""
    deadline: str = ""


@dataclass(frozen=True)
class Work:
    """Something the office's machinery has to do now (制作文书)."""

    step: str
    of_seq: int  # the event that asks for it


@dataclass(frozen=True)
class Position:
    """Where a case stands: derived from its events, never stored as truth."""

    stage: str
    outcome: str | None
    open: tuple[OpenStep, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    work: tuple[Work, ...] = field(default=())

    @property
    def closed(self) -> bool:
        return self.outcome is not None
