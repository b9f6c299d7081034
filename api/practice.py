"""The practice clock (演练时钟): a practice case's own time goes on at a word. A real office has no such route."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from activities.start import CHECK_CLOCK, workflow_id
from api.access import Case, must_be_allowed
from api.commands import told
from api.examples import CLOCKS, body_examples
from api.headers import IdempotencyKey
from api.identity import CurrentActor
from api.practice_time import practicable
from api.presentation import shown_instant
from api.problems import EngineUnavailable
from api.services import Services, TheOffice
from api.strict import Submitted
from domain.people import Role
from domain.refusals import Malformed
from domain.strict import StrictModel
from storage.answers import Request
from storage.practice_clock import PracticeClock
from storage.views import CaseView

router = APIRouter(prefix="/practice", tags=["practice"])

#: Who plays the office. A subject could let the deadlines of the office run out.
_MOVERS = frozenset({Role.OFFICER, Role.REVIEWER, Role.APPROVER, Role.LEGAL_OFFICER, Role.SUPERIOR})


class Forward(StrictModel):
    """How far the clock of the case goes on: to an instant, or by whole days."""

    to: datetime | None = None
    days: Annotated[int, Field(ge=0, le=3660)] | None = None


@router.post("/cases/{no}/clock", summary="拨快演练时钟", openapi_extra=body_examples(CLOCKS))
async def forward_clock(
    services: TheOffice, actor: CurrentActor, case: Case, key: IdempotencyKey, body: Submitted[Forward]
) -> JSONResponse:
    """Lets time pass for one case, stopping at every instant at which the procedure has something to record."""
    must_be_allowed(actor, _MOVERS, case)
    clock = PracticeClock(services.office)
    now = await clock.now(case.id)
    request = Request(key, f"POST /practice/cases/{case.no}/clock", actor, body.model_dump(mode="json"))
    plan, given = await services.answers.begin(request, lambda: {"to": _target(body, now).isoformat()})
    if given is not None:
        return told(given)
    # A repetition goes to the instant of the first attempt, not as far again.
    await let_time_pass(services, case, datetime.fromisoformat(plan["to"]))
    after = await services.views.case(case.no)
    result = {
        "case": case.no,
        "now": shown_instant(await clock.now(case.id)),
        "stage": after.stage,
        "outcome": after.outcome,
        "version": after.version,
    }
    return told(await services.answers.conclude(request, result))


def _target(body: Forward, now: datetime) -> datetime:
    if (body.to is None) == (body.days is None):
        raise Malformed(
            detail="写明拨到的时刻，或者天数，只填一项", field="to", expected="to、days 二者填一项"
        )
    if body.days is not None:
        return practicable(now + timedelta(days=body.days), field="days", since=now)
    return practicable(body.to, field="to", since=now)


async def let_time_pass(services: Services, case: CaseView, target: datetime) -> None:
    """Moves the clock of the record first and Temporal's after it, from alarm to alarm, up to `target`.

    Raises EngineUnavailable when the case doesn't enter what an alarm calls for; a repetition goes on from there.
    """
    clock = PracticeClock(services.office)
    try:
        while case.closed_at is None:
            alarm = case.next_alarm_at
            stop = min(alarm, target) if alarm is not None else target
            moved = await clock.set(case.id, stop)
            await _tell_workflow(services, case, moved)
            if alarm is None or alarm > target:
                return
            await clock.wait_for_more_than(case.id, case.head)
            after = await services.views.case_by_id(case.id)
            if after.head == case.head:
                raise _engine_away()
            case = after
    except (RPCError, RuntimeError) as away:
        raise _engine_away() from away
    await clock.set(case.id, target)


async def _tell_workflow(services: Services, case: CaseView, moved: timedelta) -> None:
    handle = services.client.get_workflow_handle(workflow_id(case.id))
    try:
        if moved > timedelta(0):
            await TimeSkipper(services.client).fast_forward(handle, moved)
        await handle.signal(CHECK_CLOCK)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        # Temporal lost it, or has not got it yet: from its start it goes by the record's clock.
        await services.carrier.start(case.id, case.kind)


def _engine_away() -> EngineUnavailable:
    return EngineUnavailable(
        detail="流程引擎暂时没有应答，演练时钟尚未拨到。请稍后以同一请求编号重试。",
        headers={"Retry-After": "2"},
    )
