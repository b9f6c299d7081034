"""The calculator over HTTP: the same answers, strict questions, problems for what cannot be answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.calendar import router
from api.problems import install


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install(app)
    app.include_router(router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        yield client


async def get(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(f"/calendar{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_period_ends_on_the_known_day(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/add", date="2026-09-17", count=10)
    assert answer["unit"] == "working_day"
    end = answer["end"]
    assert (end["due"], end["provisional"], end["ends_at"]) == (
        "2026-10-08",
        False,
        "2026-10-09T00:00:00+08:00",
    )


async def test_a_projected_end_says_so_and_gives_its_interval(client: httpx.AsyncClient) -> None:
    end = (await get(client, "/add", date="2026-12-18", count=10))["end"]
    assert (end["earliest"], end["due"], end["latest"]) == ("2026-12-28", "2027-01-04", "2027-01-11")
    assert end["provisional"] is True


async def test_the_answer_is_the_one_known_on_a_day(client: httpx.AsyncClient) -> None:
    end = (await get(client, "/add", date="2020-01-17", count=10, known_on="2020-01-26"))["end"]
    assert end["due"] == "2020-02-05"


async def test_working_days_between_two_days(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/between", after="2026-09-17", through="2026-10-08")
    assert (answer["working_days"], answer["provisional"]) == (10, False)
    assert (await get(client, "/between", after="2027-01-08", through="2026-12-01"))["provisional"] is True


async def test_a_day_and_a_period_are_explained_with_sources(client: httpx.AsyncClient) -> None:
    day = await get(client, "/explain", date="2026-09-20")
    assert (day["day"]["kind"], day["day"]["source"]) == ("moved_workday", "国办发明电〔2025〕7号")
    assert (day["explanation"], day["end"]) == (None, None)
    period = await get(client, "/explain", date="2026-09-01", count=30, unit="day", rolls=False)
    assert period["explanation"]["due"] == period["end"]["due"] == "2026-10-01"
    assert len(period["explanation"]["lines"]) == 31


async def test_a_year_is_official_or_projected_never_in_between(client: httpx.AsyncClient) -> None:
    official = await get(client, "/years/2020")
    assert (official["status"], official["notices"]) == (
        "official",
        ["国办发明电〔2019〕16号", "国办发明电〔2020〕1号"],
    )
    projected = await get(client, "/years/2027")
    assert (projected["status"], projected["notices"], projected["final_through"]) == ("projected", [], None)


LEDGER: dict[str, Any] = {
    "key": "verification:1",
    "term": {
        "count": 10,
        "unit": "working_day",
        "starts": "objection_received",
        "basis": {"document": "宁信用〔2021〕1号", "clause": "四（三）"},
    },
    "starts_on": "2026-09-17",
    "calendar": "",
    "entries": [
        {
            "kind": "suspended",
            "on": "2026-09-24",
            "ground": "hearing",
            "reason": "听证",
            "basis": {"document": "行政处罚法", "clause": "第六十四条"},
            "by": "person:1",
        }
    ],
}


async def test_a_ledger_is_reckoned_without_being_stored(client: httpx.AsyncClient) -> None:
    stopped = (await client.post("/calendar/deadlines/compute", json=LEDGER)).json()
    assert (stopped["status"], stopped["end"]) == ("suspended", None)
    resumed = LEDGER | {
        "entries": [*LEDGER["entries"], {"kind": "resumed", "on": "2026-10-08", "by": "person:1"}]
    }
    running = (await client.post("/calendar/deadlines/compute", json=resumed)).json()
    assert (running["status"], running["end"]["due"]) == ("running", "2026-10-13")
    assert running["explanation"]["due"] == "2026-10-13"


async def test_a_silent_term_is_refused_with_its_clause(client: httpx.AsyncClient) -> None:
    silent = LEDGER | {"term": LEDGER["term"] | {"count": None}, "entries": []}
    answer = await client.post("/calendar/deadlines/compute", json=silent)
    assert (answer.status_code, answer.json()["code"]) == (422, "TERM_SILENT")
    assert answer.json()["clause"] == "宁信用〔2021〕1号 四（三）"


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/add", {"date": "2026-09-17", "count": 4000}, 422, "BEYOND_HORIZON"),
        ("/between", {"after": "2010-01-01", "through": "2026-01-01"}, 422, "BEYOND_HORIZON"),
        ("/explain", {"date": "2040-01-01"}, 422, "BEYOND_HORIZON"),
        ("/years/2039", {}, 422, "BEYOND_HORIZON"),
        ("/years/2026", {"known_on": "2017-01-01"}, 404, "NOT_FOUND"),
        ("/add", {"date": "2026-13-01", "count": 10}, 400, "MALFORMED"),
        ("/add", {"date": "2026-09-17"}, 400, "MALFORMED"),
        ("/add", {"date": "2026-09-17", "count": -1}, 400, "MALFORMED"),
        ("/add", {"date": "2026-09-17", "count": 4001}, 400, "MALFORMED"),
        ("/add", {"date": "2026-09-17", "count": 10, "unit": "week"}, 400, "MALFORMED"),
        ("/add", {"date": "2026-09-17", "count": 10, "colour": "red"}, 400, "MALFORMED"),
        ("/years/next", {}, 400, "MALFORMED"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(
    client: httpx.AsyncClient, path: str, query: dict[str, Any], status: int, code: str
) -> None:
    answer = await client.get(f"/calendar{path}", params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_every_route_has_typed_answers_in_the_description(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    ours = [path for name, path in paths.items() if name.startswith("/calendar")]
    assert len(ours) == 5
    for path in ours:
        for operation in path.values():
            assert "$ref" in operation["responses"]["200"]["content"]["application/json"]["schema"]
