"""Producing a numbered paper: rendered, stored once with its digest, and entered in the record."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel
from temporalio import activity

from documents.fonts import office_fonts
from documents.render import render
from domain.papers import Paper
from storage.entries import Answer, Entry
from storage.papers import PaperStore
from storage.record import Record


class Production(BaseModel):
    """A paper to produce, and the entry that records it once its digest is known."""

    paper: Paper
    of_seq: int
    practice: bool
    entry: Entry


class PaperActivities:
    """Rendering is deterministic, so a repetition gives the same file and the same digest."""

    def __init__(self, record: Record, store: PaperStore) -> None:
        self._record, self._store = record, store

    @activity.defn(name="produce_paper")
    async def produce(self, production: Production) -> Answer:
        """The file is on disk before the record says so; what is stored once is never replaced."""
        rendered = await asyncio.to_thread(
            render, production.paper, practice=production.practice, font_dirs=office_fonts()
        )
        entry = production.entry
        sm3 = await self._store.keep(entry.case_id, production.of_seq, rendered.pdf, rendered.sm3)
        event = entry.event.model_copy(update={"data": entry.event.data | {"sm3": sm3}})
        return await self._record.append(entry.model_copy(update={"event": event}))
