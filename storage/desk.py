"""The desk (待办): who has taken which task. A task itself is opened and closed by the case alone."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import insert, select, update

from domain.refusals import Conflict
from storage.database import database_now, for_update, writing
from storage.office import Office
from storage.tables import TASK, TASK_LOG


class Desk:
    """Takes, gives back and hands over tasks; each with its entry in the log."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def assign(
        self,
        task_id: str,
        *,
        operation: str,
        by: str,
        expects: str | None,
        to: str | None,
        reason: str | None = None,
    ) -> None:
        """Sets who holds the task if it is held as `expects`. Raises Conflict when it is not, or closed."""
        async with writing(self._office.engine) as connection:
            row = (
                await connection.execute(
                    for_update(select(TASK.c.assignee, TASK.c.closed_seq).where(TASK.c.id == task_id))
                )
            ).first()
            if row is None or row.closed_seq is not None:
                raise Conflict(code="TASK_CLOSED", title="待办已办结", detail="这项待办已经办结")
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
                    reason=self._office.cipher.encrypt(reason, table="task_log", case=log_id)
                    if reason
                    else None,
                    at=await database_now(connection),
                )
            )
