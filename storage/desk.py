"""The desk (待办): who has taken which task. A task itself is opened and closed by the case alone."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.refusals import Conflict
from storage.database import database_now, for_update
from storage.office import Office
from storage.tables import TASK, TASK_LOG

_HOLDER = select(TASK.c.assignee).where(
    TASK.c.case_id == bindparam("case"),
    TASK.c.step == bindparam("step"),
    TASK.c.item == bindparam("item"),
    TASK.c.closed_seq.is_(None),
)


class Desk:
    """Takes, gives back and hands over tasks; each with its entry in the log."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def assign(
        self,
        connection: AsyncConnection,
        task_id: str,
        *,
        operation: str,
        by: str,
        expects: str | None,
        to: str | None,
        reason: str | None = None,
    ) -> None:
        """Sets who holds the task if it is held as `expects`; nothing to do when `to` holds it already.

        Raises Conflict when it is held by another, or closed.
        """
        row = (
            await connection.execute(
                for_update(select(TASK.c.assignee, TASK.c.closed_seq).where(TASK.c.id == task_id))
            )
        ).first()
        if row is None or row.closed_seq is not None:
            raise Conflict(code="TASK_CLOSED", title="待办已办结", detail="这项待办已经办结")
        if row.assignee == to:
            return
        if row.assignee != expects:
            raise Conflict(
                code="TASK_TAKEN",
                title="待办已被他人领取",
                detail="这项待办的领取情况已经变化",
                expected="刷新待办列表后再办理",
            )
        await connection.execute(update(TASK).where(TASK.c.id == task_id).values(assignee=to))
        log_id = uuid4().hex
        await connection.execute(
            insert(TASK_LOG).values(
                id=log_id,
                task_id=task_id,
                operation=operation,
                by_account=by,
                to_account=to,
                reason=self._office.cipher.encrypt(reason, table="task_log", case=log_id) if reason else None,
                at=await database_now(connection),
            )
        )

    async def refuse_if_taken(
        self, connection: AsyncConnection, case_id: str, step: str, item: str, account_id: str
    ) -> None:
        """A task that somebody has taken is theirs until they give it back. Raises Conflict for anybody else."""
        holder = await connection.scalar(_HOLDER, {"case": case_id, "step": step, "item": item})
        if holder is not None and holder != account_id:
            raise Conflict(
                code="TASK_TAKEN",
                title="待办已被他人领取",
                detail="该待办已由另一经办人领取",
                expected="请其办理、退回，或者由有权人员转办",
            )
