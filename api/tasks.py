"""Tasks over HTTP: mine, my group's, unassigned; take, give back, hand over."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.headers import IdempotencyKey
from api.identity import CurrentActor
from api.lists import answer_list
from api.paging import Listing, PageRequest
from api.presentation import TASK_COLUMNS, task_item
from api.services import COURSES, Services, TheOffice
from api.strict import Submitted
from domain.days.periods import end_of_day
from domain.people import Actor, Role
from domain.procedure.events import legal_day
from domain.refusals import Forbidden, Malformed, NotFound
from domain.strict import Line, StrictModel, Text
from law.calendar_loader import load_calendar
from storage.tables import TASK
from storage.views import TaskFilter

router = APIRouter(prefix="/tasks", tags=["tasks"])

LISTING = Listing(
    sortable={"due": TASK.c.due_at, "opened_at": TASK.c.opened_at},
    tie=TASK.c.id,
    default="due",
    fields=[column.field for column in TASK_COLUMNS],
)


class Scope(StrEnum):
    MINE = "mine"
    GROUP = "group"
    UNASSIGNED = "unassigned"
    ALL = "all"


class Due(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    WITHIN_3_WORKING_DAYS = "3wd"


class HandOver(StrictModel):
    """To whom a task goes, and why (转办)."""

    to: Line
    reason: Text


@router.get("", summary="待办列表")
async def list_tasks(
    request: Request,
    services: TheOffice,
    actor: CurrentActor,
    page: Annotated[PageRequest, Depends(LISTING)],
    scope: Scope = Scope.GROUP,
    due: Due | None = None,
    action: str | None = None,
    case: str | None = None,
) -> Response:
    """Open tasks, the soonest due first; a provisional date is never overdue."""
    now = await services.confirmations.now()
    before, after = _between(due, now)
    wanted = TaskFilter(scope=scope.value, due_before=before, due_after=after, step=action, case_no=case)
    rows = await services.views.tasks(actor, wanted, page.fetch)
    steps = {name: step for course in COURSES.values() for name, step in course.steps.items()}
    items = [task_item(dict(row), steps[row["step"]]) for row in rows.items]
    return await answer_list(request, page, rows, items, columns=TASK_COLUMNS, name="tasks")


def _between(due: Due | None, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Ends of tasks asked for: (not after, after)."""
    today = legal_day(now)
    match due:
        case None:
            return None, None
        case Due.OVERDUE:
            return now, None
        case Due.TODAY:
            return end_of_day(today), now
        case Due.WITHIN_3_WORKING_DAYS:
            days = load_calendar(known_on=today).working_days
            return end_of_day(days.add(today, int(due.value.removesuffix("wd")))), now


async def _own_task(services: Services, actor: Actor, task_id: str) -> dict[str, Any]:
    """A task of the actor's own group; for anybody else it does not exist."""
    task = await services.views.task(task_id)
    roles = set(task["roles"].split(","))
    if task["authority"] != actor.authority or not roles & {role.value for role in actor.roles}:
        raise NotFound(detail="没有这项待办，或者您无权查看")
    return task


@router.post("/{task_id}/claim", summary="领取")
async def claim(
    services: TheOffice, actor: CurrentActor, task_id: str, _key: IdempotencyKey
) -> dict[str, Any]:
    """Takes a task; taking what one holds already changes nothing."""
    task = await _own_task(services, actor, task_id)
    if task["assignee"] != actor.account_id:
        await services.desk.assign(
            task_id, operation="claim", by=actor.account_id, expects=None, to=actor.account_id
        )
    return await _shown(services, task_id)


@router.post("/{task_id}/release", summary="退回")
async def release(
    services: TheOffice, actor: CurrentActor, task_id: str, _key: IdempotencyKey
) -> dict[str, Any]:
    """Gives a task back to the group."""
    task = await _own_task(services, actor, task_id)
    if task["assignee"] is not None:
        await services.desk.assign(
            task_id, operation="release", by=actor.account_id, expects=actor.account_id, to=None
        )
    return await _shown(services, task_id)


@router.post("/{task_id}/reassign", summary="转办")
async def reassign(
    services: TheOffice, actor: CurrentActor, task_id: str, _key: IdempotencyKey, body: Submitted[HandOver]
) -> dict[str, Any]:
    """Hands a task over to another account of the group; an approver or a supervisor may do it."""
    task = await services.views.task(task_id)
    overseer = actor.has(Role.SUPERVISOR) and actor.authority in (task["superior"], task["case_authority"])
    head = actor.has(Role.APPROVER) and actor.authority == task["case_authority"]
    holder = task["assignee"] == actor.account_id
    if not (overseer or head or holder):
        if task["case_authority"] != actor.authority:
            raise NotFound(detail="没有这项待办，或者您无权查看")
        raise Forbidden(code="ROLE_MISSING", detail="转办须由批准人、督办或者领取人本人办理")
    account = await services.people.by_login(body.to)
    fits = (
        account is not None
        and account.suspended_at is None
        and account.authority == task["authority"]
        and {role.value for role in account.roles} & set(task["roles"].split(","))
    )
    if account is None or not fits:
        raise Malformed(
            detail="接办账户不存在或者不具备该岗位", field="to", expected="同一机关、同一岗位的账户"
        )
    if task["assignee"] != account.id:
        await services.desk.assign(
            task_id,
            operation="reassign",
            by=actor.account_id,
            expects=task["assignee"],
            to=account.id,
            reason=body.reason,
        )
    return await _shown(services, task_id)


async def _shown(services: Services, task_id: str) -> dict[str, Any]:
    task = await services.views.task(task_id)
    steps = {name: step for course in COURSES.values() for name, step in course.steps.items()}
    return task_item(task, steps[task["step"]])
