"""What happened in a case, and what people ask to happen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.days.periods import SHANGHAI as SHANGHAI
from domain.people import Actor


def legal_day(instant: datetime) -> date:
    """The day that an instant falls on for the law: the date in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()


class Command(BaseModel):
    """A person's wish that a step be taken, as received (收件); its id is kept for the life of the record."""

    model_config = ConfigDict(frozen=True)

    id: str
    case_id: str
    step: str
    item: str = ""
    actor: Actor | None  # None: the procedure itself, when a clock runs out
    form: dict[str, Any] = Field(default_factory=dict)
    received_at: datetime
    head: int = 0  # last event of the record when the command was received
    if_version: int | None = None  # version that the sender had on the screen


class Event(BaseModel):
    """One thing that happened, once and for all. `seq` counts from 1 without gaps."""

    model_config = ConfigDict(frozen=True)

    seq: int
    command: str
    step: str
    item: str = ""
    actor: Actor | None = None
    received_at: datetime  # legal time of the act: receipt of the submission, or the instant a clock ran out
    at: datetime  # when it was entered in the record
    data: dict[str, Any] = Field(default_factory=dict)
    clause: str = ""

    @property
    def day(self) -> date:
        """Legal day of the act (Asia/Shanghai)."""
        return legal_day(self.received_at)

    @property
    def person(self) -> str | None:
        """Who did it; separation of duties compares persons, not accounts."""
        return self.actor.person_id if self.actor else None
