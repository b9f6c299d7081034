"""Confirming figures: an authorised legal officer says that a figure stands in its source (法制人员确认)."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import StrictBool, StrictInt, StrictStr, ValidationError

from api.headers import IdempotencyKey
from api.identity import CurrentActor
from api.problems import field_errors
from api.services import TheOffice
from api.strict import Submitted
from domain.confirmation import Confirmation
from domain.people import Role
from domain.procedure.events import legal_day
from domain.refusals import Forbidden, Malformed
from domain.rules import Unit
from domain.strict import Line, StrictModel
from law.confirming import check_confirmation
from law.loader import load_lawbook
from law.resolve import consult

router = APIRouter(prefix="/regimes", tags=["law"])


class Confirm(StrictModel):
    """What is confirmed, and where it stands."""

    key: Line
    since: date
    value: StrictBool | StrictInt | StrictStr | None = None
    unit: Unit | None = None
    silent: bool = False
    document: Line
    clause: Line


@router.post("/{regime}/confirmations", status_code=201, summary="确认一项数值及其出处")
async def confirm(
    services: TheOffice, actor: CurrentActor, regime: str, _key: IdempotencyKey, body: Submitted[Confirm]
) -> dict[str, Any]:
    """Enters the confirmation; in a practice office it is marked 演示 and counts nowhere else."""
    if not actor.has(Role.LEGAL_OFFICER):
        raise Forbidden(code="ROLE_MISSING", detail="须由法制审核人员确认", expected=Role.LEGAL_OFFICER.label)
    now = await services.confirmations.now()
    known = await services.confirmations.of(regime)
    try:
        confirmation = Confirmation(
            regime=regime,
            **body.model_dump(),
            by=actor.person_id,
            at=now,
            practice=services.office.practice,
        )
    except ValidationError as wrong:
        fault = field_errors(wrong)[0]
        raise Malformed(detail="确认内容不符合要求", field=fault.field, expected=fault.reason) from None
    check_confirmation(load_lawbook(), confirmation, legal_day(now), known)
    after = consult(load_lawbook(), regime, legal_day(now), [*known, confirmation])
    await services.confirmations.add(confirmation)
    return {
        "regime": regime,
        "key": body.key,
        "practice": confirmation.practice,
        "still_missing": [missing.key for missing in after.open if missing.needed],
        "opens_cases": after.rule is not None,
    }
