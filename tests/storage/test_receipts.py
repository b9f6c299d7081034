"""Equal commands that arrive at once are one receipt, on either database; and the record holds whatever the law cites."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from opening_samples import OFFICER, sample_opening
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.procedure.opening import Opening
from domain.procedure.proposal import propose
from domain.procedure.walk import Walk
from domain.strict import LINE_LENGTH
from storage.answers import Answers, Request
from storage.crypto import FieldCipher, KeyedHash
from storage.database import make_engine, reading
from storage.entries import Answer
from storage.migrations import upgrade
from storage.office import Office
from storage.receipts import Receipts, Wish
from storage.record import Record
from storage.tables import DEADLINE, SUBMISSION
from workflows.determination import DETERMINATION
from workflows.readmodel import entry_of

KEY = bytes(range(32))
AT_ONCE = 20


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    await upgrade(database_url)
    engine = make_engine(database_url)
    yield Office(engine, FieldCipher(KEY), KeyedHash(KEY), KEY, practice=True)
    await engine.dispose()


def opening_wish(opening: Opening, *, key: str | None = None) -> Wish:
    return Wish(
        id=key or uuid4().hex,
        case_id=uuid4().hex,
        route="test",
        step="open_case",
        actor=OFFICER,
        form=opening.model_dump(mode="json"),
    )


async def opened(office: Office, opening: Opening) -> tuple[str, Answer]:
    """A case received and entered, without a workflow."""
    receipt = await Receipts(office).receive_opening(opening_wish(opening), {})
    walk = Walk(DETERMINATION)
    proposal = propose(walk, receipt.command)
    case_id = receipt.command.case_id
    return case_id, await Record(office).append(entry_of(case_id, walk, proposal.after, proposal.event))


async def submissions(office: Office) -> int:
    async with reading(office.engine) as connection:
        return await connection.scalar(select(func.count()).select_from(SUBMISSION)) or 0


async def test_equal_openings_at_once_are_one_receipt(office: Office) -> None:
    wishes = [opening_wish(sample_opening(), key="the-same-key") for _ in range(AT_ONCE)]
    receipts = await asyncio.gather(
        *(Receipts(office).receive_opening(wish, {"subject": "one"}) for wish in wishes)
    )
    assert len({receipt.command.case_id for receipt in receipts}) == 1
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert await submissions(office) == 1


async def test_equal_steps_at_once_are_one_receipt(office: Office) -> None:
    case_id, _ = await opened(office, sample_opening())
    wish = Wish("the-same-key", case_id, "test", "confirm_effective", OFFICER, {"effective": True})
    receipts = await asyncio.gather(*(Receipts(office).receive(wish, wish.form) for _ in range(AT_ONCE)))
    assert len({receipt.command.received_at for receipt in receipts}) == 1
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert await submissions(office) == 2


async def test_a_command_that_belongs_to_no_case_has_its_effect_once(office: Office) -> None:
    async def effect(_: AsyncConnection) -> dict[str, Any]:
        return {"answer": uuid4().hex}

    request = Request("the-same-key", "test", OFFICER, {})
    given = await asyncio.gather(*(Answers(office).once(request, effect) for _ in range(AT_ONCE)))
    assert sum(not one.replayed for one in given) == 1
    assert len({one.result["answer"] for one in given}) == 1


async def test_of_equal_cases_opened_at_once_one_stands(office: Office) -> None:
    answers = [
        answer for _, answer in await asyncio.gather(*(opened(office, sample_opening()) for _ in range(10)))
    ]
    assert sum(answer.done is not None for answer in answers) == 1
    assert {answer.refused["code"] for answer in answers if answer.refused} == {"DUPLICATE_CASE"}


async def test_a_deadline_cites_the_longest_source_that_can_be_confirmed(office: Office) -> None:
    opening = sample_opening()
    cited = opening.rule.decision.basis.model_copy(
        update={"document": "甲" * LINE_LENGTH, "clause": "乙" * LINE_LENGTH}
    )
    decision = opening.rule.decision.model_copy(update={"basis": cited, "starts": "case_opened"})
    rule = opening.rule.model_copy(update={"decision": decision})
    case_id, answer = await opened(office, opening.model_copy(update={"rule": rule}))
    assert answer.done is not None
    async with reading(office.engine) as connection:
        shown = await connection.scalar(select(DEADLINE.c.clause).where(DEADLINE.c.case_id == case_id))
    assert shown == str(cited)
