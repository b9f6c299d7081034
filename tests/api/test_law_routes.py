"""The law over HTTP: regimes with their state, values with their reasons, measures and authorities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx
import pytest
from fastapi import FastAPI

from api import law
from api.problems import install as install_problems
from domain.confirmation import Confirmation


@pytest.fixture
async def app() -> FastAPI:
    app = FastAPI()
    install_problems(app)
    for router in (law.router, law.measures_router, law.authorities_router):
        app.include_router(router)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        yield client


async def test_the_list_tells_drafts_from_regimes_that_can_open_a_case(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/regimes", params={"on": "2026-03-02"})).json()

    states = {line["key"]: line["state"] for line in answer["items"]}
    assert states["market_regulation"] == "ready"
    assert states["work_safety"] == "draft"
    earlier = (await client.get("/regimes", params={"on": "2023-09-30"})).json()
    assert {line["key"]: line["state"] for line in earlier["items"]}["work_safety"] == "not_in_force"


async def test_a_regime_gives_each_value_with_source_origin_and_reason(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/regimes/market_regulation", params={"on": "2026-03-02"})).json()

    verification = next(one for one in answer["resolved"] if one["key"] == "verification")
    assert verification["origin"] == "default"
    assert verification["value"]["count"] == 10
    assert verification["basis"] == {
        "document": "宁信用〔2021〕1号",
        "clause": "四（三）",
        "seen": "text",
        "note": "",
    }
    assert answer["rule"]["version"]


async def test_confirmations_on_record_count(app: FastAPI, client: httpx.AsyncClient) -> None:
    confirmed = Confirmation(
        regime="market_regulation",
        key="measures.B04",
        since=date(2021, 9, 1),
        value=True,
        document="某部令第1号",
        clause="第九条",
        by="p-17",
        at=datetime(2026, 3, 1, tzinfo=UTC),
        practice=True,
    )

    async def on_record() -> list[Confirmation]:
        return [confirmed]

    app.state.confirmations_on_record = on_record

    rule = (await client.get("/regimes/market_regulation", params={"on": "2026-03-02"})).json()["rule"]

    assert [measure["code"] for measure in rule["measures"]] == ["B04"]
    assert rule["practice"]


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("/regimes/good_manners", 404, "REGIME_NOT_FOUND"),
        ("/regimes/work_safety?on=2023-09-30", 422, "LIST_NOT_ADMISSIBLE"),
        ("/regimes?on=2026-02-30", 400, "MALFORMED"),
        ("/measures?day=2026-02-01", 400, "MALFORMED"),
    ],
)
async def test_a_question_without_an_answer_is_a_problem_document(
    client: httpx.AsyncClient, url: str, status: int, code: str
) -> None:
    answer = await client.get(url)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == code


async def test_measures_show_which_are_verified(client: httpx.AsyncClient) -> None:
    items = (await client.get("/measures", params={"on": "2026-03-02"})).json()["items"]

    verified = {item["code"]: item["verified"] for item in items}
    assert verified["A02"] is True
    assert verified["B04"] is False
    assert (await client.get("/measures", params={"on": "2021-12-14"})).json()["items"] == []


async def test_authorities_name_their_superior_and_remedies(client: httpx.AsyncClient) -> None:
    items = (await client.get("/authorities")).json()["items"]

    body = next(item for item in items if item["code"] == "xuanwu-market-regulation")
    assert body["superior"] == "nanjing-market-regulation"
    assert body["reconsideration"] == "南京市玄武区人民政府"
    assert body["regimes"] == ["market_regulation"]
