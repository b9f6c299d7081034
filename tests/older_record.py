"""A record that lost its last events, as one that was restored from an older backup."""

from __future__ import annotations

from live_office import LiveCase
from sqlalchemy import delete, select, update

from storage.database import writing
from storage.tables import CASE, DOCUMENT, EVENT, SUBMISSION, TASK


async def restore(case: LiveCase, head: int) -> None:
    """The record as it was when the case had `head` events."""
    events = (await case.file()).events
    async with writing(case.live.office.engine) as connection:
        link = await connection.scalar(
            select(EVENT.c.link).where(EVENT.c.case_id == case.case_id, EVENT.c.seq == head)
        )
        await connection.execute(delete(EVENT).where(EVENT.c.case_id == case.case_id, EVENT.c.seq > head))
        lost = [event.command for event in events[head:]]
        await connection.execute(delete(SUBMISSION).where(SUBMISSION.c.command_id.in_(lost)))
        await connection.execute(
            delete(DOCUMENT).where(DOCUMENT.c.case_id == case.case_id, DOCUMENT.c.seq > head)
        )
        produced = [event.data["of_seq"] for event in events[head:] if event.step == "paper_produced"]
        await connection.execute(
            update(DOCUMENT)
            .where(DOCUMENT.c.case_id == case.case_id, DOCUMENT.c.seq.in_(produced))
            .values(file=None, sm3=None)
        )
        await connection.execute(delete(TASK).where(TASK.c.opened_seq > head))
        await connection.execute(update(TASK).where(TASK.c.closed_seq > head).values(closed_seq=None))
        await connection.execute(
            update(CASE).where(CASE.c.id == case.case_id).values(head=head, version=head, link=link)
        )
