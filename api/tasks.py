"""Tasks over HTTP: mine, my group's, unassigned; take, give back, hand over."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Response
from fastapi import Request as HttpRequest
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import relation_to
from api.commands import once
from api.examples import HAND_OVERS, body_examples
from api.headers import IdempotencyKey
from api.identity import CurrentActor
from api.lists import answer_list
from api.paging import Listing, PageRequest
from api.presentation import TASK_COLUMNS, task_item
from api.services import COURSES, Services, TheOffice
from api.strict import Submitted
from domain.days.periods import end_of_day
from domain.people import Actor, Role, Verdict, may_read, standing
from domain.procedure.events import legal_day
from domain.refusals import Forbidden, Malformed, NotFound
from domain.strict import Line, StrictModel, Text
from law.calendar_loader import load_calendar
from storage.answers import Request
from storage.tables import TASK
from storage.views import CaseView, TaskFilter

router = APIRouter(prefix="/tasks", tags=["tasks"])

LISTING = Listing(
    sortable={"due": TASK.c.due_at, "opened_at": TASK.c.opened_at},
    tie=TASK.c.id,
    default="due",
    fields=[column.field for column in TASK_COLUMNS],
)


#: Steps of every kind of case, by name: what a task of that name is about.
_STEPS: Final = {name: step for course in COURSES.values() for name, step in course.steps.items()}
TaskId = Annotated[str, Path(max_length=32)]


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
    request: HttpRequest,
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
    wanted = TaskFilter(
        scope=scope.value,
        overdue=due is Due.OVERDUE,
        due_before=before,
        due_after=after,
        step=action,
        case_no=case,
    )
    rows = await services.views.tasks(actor, wanted, page.fetch)
    items = [task_item(dict(row), _STEPS[row["step"]]) for row in rows.items]
    return await answer_list(request, page, rows, items, columns=TASK_COLUMNS, name="tasks")


def _between(due: Due | None, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Ends of tasks asked for: (not after, after)."""
    today = legal_day(now)
    match due:
        case None:
            return None, None
        case Due.OVERDUE:  # as the record holds it: never on a provisional date
            return None, None
        case Due.TODAY:
            return end_of_day(today), now
        case Due.WITHIN_3_WORKING_DAYS:
            days = load_calendar(known_on=today).working_days
            return end_of_day(days.add(today, int(due.value.removesuffix("wd")))), now


async def _visible_task(services: Services, actor: Actor, task_id: str) -> tuple[dict[str, Any], CaseView]:
    """A task of a case that the actor may see; for anybody else it does not exist."""
    task = await services.views.task(task_id)
    case = await services.views.case_by_id(task["case_id"])
    if actor.has(Role.SUBJECT) or may_read(actor, relation_to(case)) is Verdict.INVISIBLE:
        raise NotFound(detail="没有这项待办，或者您无权查看")
    return task, case


async def _own_task(services: Services, actor: Actor, task_id: str) -> dict[str, Any]:
    """A task of the actor's own group. Raises Forbidden for one that they may only look at."""
    task, _ = await _visible_task(services, actor, task_id)
    roles = [Role(name) for name in task["roles"].split(",")]
    if task["authority"] != actor.authority or not actor.has(*roles):
        raise Forbidden(
            code="ROLE_MISSING",
            detail="这项待办不属于您的岗位",
            expected="由" + "、".join(role.label for role in roles) + "办理",
        )
    return task


@router.post("/{task_id}/claim", summary="领取")
async def claim_task(
    services: TheOffice, actor: CurrentActor, task_id: TaskId, key: IdempotencyKey
) -> JSONResponse:
    """Takes a task; taking what one holds already changes nothing."""
    await _own_task(services, actor, task_id)

    async def take(connection: AsyncConnection) -> dict[str, Any]:
        await services.desk.assign(
            connection, task_id, operation="claim", by=actor.account_id, expects=None, to=actor.account_id
        )
        return await _shown(services, task_id, connection)

    return await once(services, Request(key, f"POST /tasks/{task_id}/claim", actor, {}), take)


@router.post("/{task_id}/release", summary="退回")
async def release_task(
    services: TheOffice, actor: CurrentActor, task_id: TaskId, key: IdempotencyKey
) -> JSONResponse:
    """Gives a task back to the group; giving back what nobody holds changes nothing."""
    await _own_task(services, actor, task_id)

    async def give_back(connection: AsyncConnection) -> dict[str, Any]:
        await services.desk.assign(
            connection, task_id, operation="release", by=actor.account_id, expects=actor.account_id, to=None
        )
        return await _shown(services, task_id, connection)

    return await once(services, Request(key, f"POST /tasks/{task_id}/release", actor, {}), give_back)


@router.post("/{task_id}/reassign", summary="转办", openapi_extra=body_examples(HAND_OVERS))
async def reassign_task(
    services: TheOffice, actor: CurrentActor, task_id: TaskId, key: IdempotencyKey, body: Submitted[HandOver]
) -> JSONResponse:
    """Hands a task over to another account of the group; its holder, an approver or a supervisor may do it."""
    task, case = await _visible_task(services, actor, task_id)
    counts = standing(actor, relation_to(case))
    if not (counts & {Role.APPROVER, Role.SUPERVISOR} or task["assignee"] == actor.account_id):
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

    async def hand_over(connection: AsyncConnection) -> dict[str, Any]:
        now = await services.views.task(task_id, connection)
        await services.desk.assign(
            connection,
            task_id,
            operation="reassign",
            by=actor.account_id,
            expects=now["assignee"],
            to=account.id,
            reason=body.reason,
        )
        return await _shown(services, task_id, connection)

    said = body.model_dump(mode="json")
    return await once(services, Request(key, f"POST /tasks/{task_id}/reassign", actor, said), hand_over)


async def _shown(services: Services, task_id: str, connection: AsyncConnection) -> dict[str, Any]:
    task = await services.views.task(task_id, connection)
    return task_item(task, _STEPS[task["step"]])
