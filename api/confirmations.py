"""Confirming figures: an authorised legal officer says that a figure stands in its source (法制人员确认)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import StrictBool, StrictInt, StrictStr, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.commands import once
from api.examples import CONFIRMATIONS, body_examples
from api.headers import IdempotencyKey
from api.identity import CurrentActor
from api.problems import field_errors
from api.services import TheOffice
from api.strict import Submitted
from domain.confirmation import Confirmation
from domain.people import Actor, Role
from domain.procedure.events import legal_day
from domain.refusals import Forbidden, Malformed
from domain.regimes import Lawbook
from domain.rules import Unit
from domain.strict import Line, StrictModel, Text
from law.confirming import check_confirmation, confirmed_since
from law.loader import load_lawbook
from law.resolve import consult
from storage.answers import Request

router = APIRouter(prefix="/regimes", tags=["law"])

RegimeKey = Annotated[str, Path(max_length=64, examples=["market_regulation"])]


class Confirm(StrictModel):
    """What is confirmed, and where it stands."""

    key: Line
    since: date | None = None  # absent: that of the confirmation on record, which is corrected or withdrawn
    value: StrictBool | StrictInt | StrictStr | None = None
    unit: Unit | None = None
    silent: bool = False
    document: Line
    clause: Line
    withdraw: bool = False  # the confirmation on record of this entry no longer counts
    reason: Text | None = None  # why the confirmation on record is corrected or withdrawn
    on: date | None = None  # the day for which the value is needed; absent: today


@router.post(
    "/{regime}/confirmations",
    status_code=201,
    summary="确认一项数值及其出处",
    openapi_extra=body_examples(CONFIRMATIONS),
)
async def confirm_figure(
    services: TheOffice, actor: CurrentActor, regime: RegimeKey, key: IdempotencyKey, body: Submitted[Confirm]
) -> JSONResponse:
    """Enters the confirmation; in a practice office it is marked 演示 and counts nowhere else.

    With a `reason`, it corrects the one on record of the same entry, or withdraws it; cases keep what they opened under.
    """
    book = load_lawbook()
    _must_be_competent(book, actor, regime)
    now = await services.confirmations.now()
    since = body.since or confirmed_since(await services.confirmations.of(regime), body.key)
    try:
        confirmation = Confirmation(
            regime=regime,
            **body.model_dump(exclude={"on", "since", "withdraw", "reason"}),
            since=since,
            withdrawn=body.withdraw,
            reason=body.reason or "",
            by=actor.person_id,
            at=now,
            practice=services.office.practice,
        )
    except ValidationError as wrong:
        fault = field_errors(wrong)[0]
        raise Malformed(
            detail="确认内容不符合要求", field=fault.field or None, expected=fault.reason
        ) from None
    day = body.on or legal_day(now)

    async def enter(connection: AsyncConnection) -> dict[str, Any]:
        known = await services.confirmations.of(regime, connection)
        check_confirmation(book, confirmation, day, known)
        after = consult(book, regime, day, [*known, confirmation])
        await services.confirmations.add(confirmation, connection)
        return {
            "regime": regime,
            "key": body.key,
            "practice": confirmation.practice,
            "still_missing": [missing.key for missing in after.open if missing.needed],
            "opens_cases": after.rule is not None,
        }

    said = body.model_dump(mode="json")
    request = Request(key, f"POST /regimes/{regime}/confirmations", actor, said)
    return await once(services, request, enter, status_code=201)


def _must_be_competent(book: Lawbook, actor: Actor, regime: str) -> None:
    """Figures of a regime are confirmed by the legal officers of the bodies that apply it."""
    if not actor.has(Role.LEGAL_OFFICER):
        raise Forbidden(code="ROLE_MISSING", detail="须由法制审核人员确认", expected=Role.LEGAL_OFFICER.label)
    body = book.authorities.get(actor.authority or "")
    if regime in book.regimes and (body is None or regime not in body.regimes):
        raise Forbidden(
            code="ROLE_MISSING",
            detail="须由实施该名单制度的机关的法制审核人员确认",
            expected="由主管机关的法制审核人员办理",
        )
