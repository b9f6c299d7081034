"""A command that belongs to no case is done once and answered the same for ever, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.people import Actor, Role
from domain.refusals import Conflict
from domain.rules import Level
from storage.answers import Answers, Request
from storage.crypto import FieldCipher, KeyedHash
from storage.database import make_engine, reading
from storage.migrations import upgrade
from storage.office import Office
from storage.receipts import KeyReused, Receipts
from storage.tables import SERIES, SUBMISSION

KEY = bytes(range(32))
ONE = Actor(account_id="a1", person_id="p1", roles=(Role.OFFICER,), authority="x", level=Level.CITY)
OTHER = ONE.model_copy(update={"person_id": "p2"})


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    await upgrade(database_url)
    engine = make_engine(database_url)
    yield Office(engine, FieldCipher(KEY), KeyedHash(KEY), KEY, practice=True)
    await engine.dispose()


def request(key: str = "key-00001", actor: Actor = ONE, body: Any = None, route: str = "POST /x") -> Request:
    return Request(key, route, actor, body or {})


async def rows(office: Office, table: Any) -> int:
    async with reading(office.engine) as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


class Effects:
    """An effect that leaves a row each time that it is asked for."""

    def __init__(self, refuse: bool = False) -> None:
        self.count, self.refuse = 0, refuse

    async def __call__(self, connection: AsyncConnection) -> dict[str, Any]:
        self.count += 1
        await connection.execute(insert(SERIES).values(authority="x", kind="k", year=self.count, last=1))
        if self.refuse:
            raise Conflict(detail="已被领取", code="TASK_TAKEN", title="待办已被他人领取")
        return {"count": self.count}


async def test_twenty_equal_requests_at_once_have_one_effect_and_one_answer(office: Office) -> None:
    answers, effects = Answers(office), Effects()
    told = await asyncio.gather(*(answers.once(request(), effects) for _ in range(20)))
    again = await answers.once(request(), effects)
    assert {one.result["count"] for one in [*told, again]} == {again.result["count"]}
    assert again.replayed
    assert await rows(office, SERIES) == 1
    assert await rows(office, SUBMISSION) == 1


async def test_another_body_route_or_person_under_the_same_key_is_refused(office: Office) -> None:
    answers, effects = Answers(office), Effects()
    await answers.once(request(), effects)
    for other in (request(body={"a": 1}), request(route="POST /y"), request(actor=OTHER)):
        with pytest.raises(KeyReused):
            await answers.once(other, effects)
        with pytest.raises(KeyReused):
            await answers.begin(other, dict)
    assert effects.count == 1


async def test_a_refusal_undoes_its_effect_and_stays_refused(office: Office) -> None:
    answers, refusing = Answers(office), Effects(refuse=True)
    first = await answers.once(request(), refusing)
    assert (first.refused, first.replayed, first.result["code"]) == (True, False, "TASK_TAKEN")
    assert await rows(office, SERIES) == 0
    willing = Effects()
    again = await answers.once(request(), willing)
    assert (again.refused, again.replayed, again.result) == (True, True, first.result)
    assert willing.count == 0


async def test_a_plan_is_kept_until_it_is_carried_out(office: Office) -> None:
    answers = Answers(office)
    assert await answers.begin(request(), lambda: {"to": 1}) == ({"to": 1}, None)
    assert await answers.begin(request(), lambda: {"to": 2}) == ({"to": 1}, None)
    assert await answers.find("key-00001", "p1") is None
    await answers.conclude(request(), {"done": True})
    await answers.conclude(request(), {"done": False})
    plan, given = await answers.begin(request(), lambda: {"to": 3})
    assert plan == {"to": 1}
    assert given is not None
    assert (given.result, given.replayed) == ({"done": True}, True)


async def test_an_answer_is_found_by_who_asked_and_is_no_receipt_of_a_case(office: Office) -> None:
    answers, receipts = Answers(office), Receipts(office)
    await answers.once(request(), Effects())
    found = await answers.find("key-00001", "p1")
    assert found is not None
    assert found.result == {"count": 1}
    assert await answers.find("key-00001", "p2") is None
    assert await receipts.find("key-00001") is None
    async with reading(office.engine) as connection:
        kept = (await connection.execute(select(SUBMISSION))).mappings().one()
    assert kept["state"] == "decided"
    assert kept["case_id"] == ""
