"""Opening a case over HTTP: who may, and the opening prepared from what is on record now."""

from __future__ import annotations

from datetime import datetime

from activities.opening import prepare as prepare_opening
from api.services import Services
from domain.people import Actor, Role
from domain.procedure.forms import OpenCase
from domain.procedure.opening import Opening
from domain.refusals import Forbidden
from law.loader import load_lawbook


async def prepare(services: Services, form: OpenCase, *, at: datetime, clock_offset: float) -> Opening:
    """The opening of a case at an instant of office time; raises as `activities.opening.prepare` does."""
    confirmations = await services.confirmations.of(form.regime)
    return prepare_opening(services.office, form, confirmations, at=at, clock_offset=clock_offset)


def must_be_of(actor: Actor, authority: str) -> None:
    """Cases are opened by the officers of the deciding authority itself, named by code or 统一社会信用代码."""
    found = load_lawbook().authority(authority)
    elsewhere = found is not None and found.code != actor.authority
    if not actor.has(Role.OFFICER) or elsewhere:  # one that there is not is refused as such
        raise Forbidden(
            code="ROLE_MISSING",
            detail="只能由认定机关自己的承办人登记线索",
            field="authority",
            expected=f"由认定机关的{Role.OFFICER.label}办理",
        )
