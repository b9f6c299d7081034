"""Activities on the record: load a case, append an event, settle a refusal."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from temporalio import activity

from storage.entries import Answer, Entry, Loaded
from storage.record import TRAVELS_AT_ONCE, Record


class Tail(BaseModel):
    """Events of a case after a sequence number, at which `last` is believed to be the command."""

    case_id: str
    after: int
    last: str = ""


class Refused(BaseModel):
    """A command that came from the record and is refused."""

    command_id: str
    problem: dict[str, Any]


class RecordActivities:
    """Asked twice, they do it once: the command id decides."""

    def __init__(self, record: Record) -> None:
        self._record = record

    @activity.defn(name="append")
    async def append(self, entry: Entry) -> Answer:
        """Enters one event, or says why not."""
        return await self._record.append(entry)

    @activity.defn(name="load")
    async def load(self, tail: Tail) -> Loaded:
        """Events that the workflow does not have yet, and the office time."""
        return await self._record.load(tail.case_id, tail.after, last=tail.last, at_most=TRAVELS_AT_ONCE)

    @activity.defn(name="refuse")
    async def refuse(self, refused: Refused) -> None:
        """Settles a submission that no caller waits for any more."""
        await self._record.refuse(refused.command_id, refused.problem)
