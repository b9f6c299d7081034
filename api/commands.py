"""The one path of a command: received, carried, answered (design: one path for a command)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import status
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.carriage import EngineAway
from api.headers import etag
from api.problems import problem_response
from api.services import Services
from domain.refusals import Refusal
from storage.answers import Effect, Given, Request
from storage.receipts import Receipt, Wish

_REPLAYED = "Idempotent-Replayed"


class Decided(BaseModel):
    """What a command came to: the event, and where the case now stands."""

    case: str = Field(examples=["2026-000001"])
    seq: int
    version: int
    step: str
    item: str
    stage: str
    outcome: str | None
    number: str | None = Field(description="文号，如果办理该步骤签发了文书")
    clause: str
    received_at: datetime
    at: datetime


class Received(BaseModel):
    """Received and not yet decided (已收件，尚未办理): the receipt that counts, and where to ask."""

    state: Literal["received"]
    operation: str = Field(examples=["/api/v1/operations/3f0c…"])
    received_at: datetime
    detail: str


class Shown(BaseModel):
    """What a dry run shows: where the real thing would lead, with nothing stored."""

    dry_run: Literal[True]
    step: str
    item: str
    clause: str
    stage: str
    outcome: str | None
    paper: str | None
    waits_for: list[str]


#: What a command to a case is answered, for the document of the API.
RECEIVED: dict[int | str, dict[str, Any]] = {202: {"model": Received, "description": "已收件，尚未办理"}}


async def submit(services: Services, wish: Wish, body: Any, *, kind: str) -> JSONResponse:
    """Receives a command and waits a little for its decision; 202 with an operation when nobody decides in time."""

    async def admit(connection: AsyncConnection) -> None:
        assert wish.actor is not None
        await services.desk.refuse_if_taken(
            connection, wish.case_id, wish.step, wish.item, wish.actor.account_id
        )

    receipt = await services.receipts.receive(wish, body, admit)
    return await carry(services, receipt, kind=kind)


async def once(
    services: Services, request: Request, effect: Effect, *, status_code: int = 200
) -> JSONResponse:
    """A command that belongs to no case: done once, answered the same for ever."""
    return told(await services.answers.once(request, effect), status_code=status_code)


def told(given: Given, *, status_code: int = 200) -> JSONResponse:
    """The answer on record, marked when it is not the first time that it is given."""
    headers = {_REPLAYED: "true"} if given.replayed else {}
    if given.refused:
        response = problem_response(Refusal.from_problem(given.result))
        response.headers.update(headers)
        return response
    return JSONResponse(given.result, status_code=status_code, headers=headers)


async def carry(services: Services, receipt: Receipt, *, kind: str, created: bool = False) -> JSONResponse:
    """The answer to a receipt, after it has been carried to the case if nobody has decided it yet."""
    replayed = receipt.replayed
    if receipt.state == "pending":
        try:
            receipt = await services.carrier.carry(receipt.command, kind=kind)
        except EngineAway:
            receipt = await services.receipts.find(receipt.command.id) or receipt
    return answer(receipt, replayed=replayed, created=created)


def answer(receipt: Receipt, *, replayed: bool, created: bool = False) -> JSONResponse:
    """What a command comes to: its event, its refusal, or 'received, undecided'. Equal for every repetition."""
    headers = {_REPLAYED: "true"} if replayed else {}
    if receipt.state == "refused" and receipt.result is not None:
        response = problem_response(Refusal.from_problem(receipt.result))
        response.headers.update(headers)
        return response
    if receipt.state == "decided" and receipt.result is not None:
        headers["ETag"] = etag(receipt.result["version"])
        headers["Location"] = f"/api/v1/cases/{receipt.result['case']}"
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return JSONResponse(receipt.result, status_code=code, headers=headers)
    operation = f"/api/v1/operations/{receipt.command.id}"
    pending = {
        "state": "received",
        "operation": operation,
        "received_at": receipt.command.received_at.isoformat(),
        "detail": "已收件，尚未办理；收件时间以本回执为准。",
    }
    return JSONResponse(
        pending, status_code=status.HTTP_202_ACCEPTED, headers=headers | {"Location": operation}
    )
