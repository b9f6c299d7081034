"""What the probes promise: `/livez` of this process alone, `/readyz` of every part, and which of them is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from office_http import HttpOffice, http_office
from timeskip import TimeSkippingServer

from storage.database import make_engine


@pytest.fixture
async def office(tmp_path: Path, temporal: TimeSkippingServer) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path, temporal.address, work=False) as office:
        yield office


def checks(answer: httpx.Response) -> dict[str, str]:
    body = answer.json()
    assert body["ready"] is (answer.status_code == 200)
    found: dict[str, str] = body["checks"]
    return found


async def test_an_office_is_ready_once_a_worker_asks_for_work(office: HttpOffice) -> None:
    waiting = await office.client.get("/readyz")
    assert waiting.status_code == 503
    assert checks(waiting) == {"record": "ok", "temporal": "ok", "worker": "away"}
    await office.start_worker()
    ready = await office.client.get("/readyz")
    for _ in range(50):
        if ready.status_code == 200:
            break
        ready = await office.client.get("/readyz")
    assert checks(ready) == {"record": "ok", "temporal": "ok", "worker": "ok"}


async def test_while_temporal_is_away_nothing_is_said_of_the_worker(tmp_path: Path) -> None:
    async with http_office(tmp_path, "127.0.0.1:1", work=False) as office:
        answer = await office.client.get("/readyz")
        assert answer.status_code == 503
        assert checks(answer) == {"record": "ok", "temporal": "away", "worker": "unknown"}
        assert (await office.client.get("/livez")).status_code == 200


async def test_a_lost_record_is_named_and_the_process_still_lives(office: HttpOffice, tmp_path: Path) -> None:
    services = office.app.state.services
    gone = make_engine(f"sqlite:///{tmp_path}/nowhere/record.db")
    office.app.state.services = replace(services, office=replace(services.office, engine=gone))
    try:
        answer = await office.client.get("/readyz")
        assert answer.status_code == 503
        assert checks(answer)["record"] == "away"
        assert (await office.client.get("/livez")).status_code == 200
    finally:
        office.app.state.services = services
        await gone.dispose()
