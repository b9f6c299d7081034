"""The practice clock (演练时钟): a practice case's own time goes on at a word. A real office has no such route."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from temporalio.testing import TimeSkipper

from activities.start import CHECK_CLOCK, workflow_id
from api.cases import visible_case
from api.headers import IdempotencyKey
from api.identity import CurrentActor
from api.presentation import shown_instant
from api.services import Services, TheOffice
from api.strict import Submitted
from domain.refusals import Malformed
from domain.strict import StrictModel
from storage.practice_clock import PracticeClock

router = APIRouter(prefix="/practice", tags=["practice"])


class Forward(StrictModel):
    """How far the clock of the case goes on: to an instant, or by whole days."""

    to: datetime | None = None
    days: Annotated[int, Field(ge=0, le=3660)] | None = None


@router.post("/cases/{no}/clock", summary="拨快演练时钟")
async def forward_clock(
    services: TheOffice, actor: CurrentActor, no: str, _key: IdempotencyKey, body: Submitted[Forward]
) -> dict[str, Any]:
    """Lets time pass for one case, stopping at every instant at which the procedure has something to record."""
    case = await visible_case(services, actor, no)
    clock = PracticeClock(services.office)
    now = await clock.now(case.id)
    target = body.to if body.to is not None else now + timedelta(days=body.days or 0)
    if target.tzinfo is None or target < now:
        raise Malformed(detail="演练时钟只能向前", field="to", expected=f"不早于 {shown_instant(now)}")
    await let_time_pass(services, case.id, target)
    after = await services.views.case(no)
    return {
        "case": no,
        "now": shown_instant(await clock.now(case.id)),
        "stage": after.stage,
        "outcome": after.outcome,
        "version": after.version,
    }


async def let_time_pass(services: Services, case_id: str, target: datetime) -> None:
    """Moves the clock of the record first and Temporal's after it, from alarm to alarm, up to `target`."""
    clock = PracticeClock(services.office)
    skipper = TimeSkipper(services.client)
    handle = services.client.get_workflow_handle(workflow_id(case_id))
    while True:
        case = await services.views.case_by_id(case_id)
        if case.closed_at is not None:
            await clock.set(case_id, target)
            return
        alarm = case.next_alarm_at
        stop = min(alarm, target) if alarm is not None else target
        moved = await clock.set(case_id, stop)
        if moved > timedelta(0):
            await skipper.fast_forward(handle, moved)
        await handle.signal(CHECK_CLOCK)
        if alarm is None or alarm > target:
            return
        await clock.wait_for_more_than(case_id, case.head)
