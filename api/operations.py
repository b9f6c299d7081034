"""Operations: what has become of a command that was received (回执)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.commands import RECEIVED, answer, told
from api.identity import CurrentActor
from api.services import TheOffice
from domain.refusals import NotFound

router = APIRouter(prefix="/operations", tags=["operations"])


@router.get("/{command_id}", summary="收件回执与办理情况", responses=RECEIVED)
async def show_operation(services: TheOffice, actor: CurrentActor, command_id: str) -> JSONResponse:
    """The decision, the refusal, or that it is received and undecided; for whoever sent it."""
    receipt = await services.receipts.find(command_id)
    sender = receipt.command.actor if receipt else None
    if receipt is not None and sender is not None and sender.person_id == actor.person_id:
        return answer(receipt, replayed=False)
    given = await services.answers.find(command_id, actor.person_id)
    if given is None:
        raise NotFound(detail="没有这一收件，或者不是您提交的")
    return told(given)
