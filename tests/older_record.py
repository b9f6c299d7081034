"""A record that lost its last events, as one that was restored from an older backup."""

from __future__ import annotations

from datetime import timedelta

from live_office import LiveCase
from sqlalchemy import delete, select, update

from domain.procedure.walk import Walk
from storage.database import writing
from storage.tables import CASE, DEADLINE, DOCUMENT, EVENT, OUTBOX, SUBMISSION, TASK
from workflows.readmodel import next_alarm


async def restore(case: LiveCase, head: int) -> None:
    """The record as it was when the case had `head` events."""
    events = (await case.file()).events
    walk = Walk.over(case.course, events[:head])
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
        await connection.execute(delete(TASK).where(TASK.c.case_id == case.case_id, TASK.c.opened_seq > head))
        await connection.execute(
            update(TASK)
            .where(TASK.c.case_id == case.case_id, TASK.c.closed_seq > head)
            .values(closed_seq=None)
        )
        if head == 0:
            for table in (DEADLINE, TASK):
                await connection.execute(delete(table).where(table.c.case_id == case.case_id))
            await connection.execute(delete(CASE).where(CASE.c.id == case.case_id))
            return
        await connection.execute(delete(OUTBOX).where(OUTBOX.c.case_id == case.case_id, OUTBOX.c.seq > head))
        file, position = walk.file, walk.position()
        kept = DEADLINE.c.case_id == case.case_id
        await connection.execute(delete(DEADLINE).where(kept, DEADLINE.c.key.not_in(file.deadlines)))
        for key in file.deadlines:
            await connection.execute(
                update(DEADLINE).where(kept, DEADLINE.c.key == key).values(state=file.state_of(key))
            )
        alarm = next_alarm(position)
        offset = await connection.scalar(select(CASE.c.clock_offset).where(CASE.c.id == case.case_id))
        await connection.execute(
            update(CASE)
            .where(CASE.c.id == case.case_id)
            .values(
                head=head,
                version=file.version,
                link=link,
                stage=position.stage,
                outcome=position.outcome,
                closed_at=None,
                next_alarm_at=alarm,
                wake_at=alarm - timedelta(seconds=offset or 0.0) if alarm else None,
            )
        )


async def to_the_list(case: LiveCase) -> None:
    """A case just opened is taken to its end: the decision that lists is served."""
    await case.take_all(["confirm_effective", "confirm_ground", "assess_leniency", "draft_prior_notice"])
    await case.take_all(["review_prior_notice", "issue_prior_notice", "serve_prior_notice"])
    await case.pass_days(15)
    await case.take_all(["request_consent", "give_consent", "draft_decision", "review_decision"])
    await case.take_all(["decide", "serve_decision"])
