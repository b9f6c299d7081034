"""Each service of docker-compose.yml, by the command line that stands there, as a process on PostgreSQL and Temporal."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import opening_samples as samples
import pytest
from office_http import form_for, opening_form
from test_compose import FILE, GIVEN, compose
from timeskip import TimeSkippingServer

# Until the image's ENTRYPOINT, which is `python -m`.
PYTHON = (sys.executable, "-P", "-m")
Process = subprocess.Popen[bytes]


def entrypoint() -> list[str]:
    lines = (FILE.parent / "Dockerfile").read_text().splitlines()
    line = next(line for line in lines if line.startswith("ENTRYPOINT"))
    command: list[str] = json.loads(line.removeprefix("ENTRYPOINT"))
    return command


@dataclass
class Composed:
    """Our services as Compose would start them; only addresses differ."""

    services: dict[str, Any]
    settings: dict[str, str]
    log: Path

    def command(self, service: str, port: int | None = None) -> list[str]:
        words = [*PYTHON, *self.services[service]["command"]]
        return [str(port) if port and word == "8470" else word for word in words]

    def environment(self, service: str) -> dict[str, str]:
        return os.environ | self.services[service]["environment"] | self.settings

    @contextmanager
    def running(self, service: str, port: int | None = None) -> Iterator[Process]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command(service, port),
                env=self.environment(service),
                stdout=log,
                stderr=log,
                cwd=FILE.parent,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait(20)

    @asynccontextmanager
    async def api(self) -> AsyncIterator[tuple[httpx.AsyncClient, Process]]:
        """An API process that says it is ready, as its health check asks."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with self.running("api", port) as process:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                for _ in range(600):
                    assert process.poll() is None, self.log.read_text()
                    try:
                        if (await client.get("/readyz")).status_code == 200:
                            break
                    except httpx.TransportError:
                        pass
                    await asyncio.sleep(0.1)
                else:
                    raise AssertionError(self.log.read_text())
                yield client, process


@pytest.fixture
def composed(tmp_path: Path, postgres_url: str, temporal: TimeSkippingServer) -> Composed:
    services = json.loads(compose("config", "--format", "json", **GIVEN).stdout)["services"]
    settings = {
        "CHENGXU_HOME": str(tmp_path / "home"),
        "CHENGXU_OFFICE": "practice",
        "CHENGXU_DATABASE_URL": postgres_url,
        "CHENGXU_TEMPORAL_ADDRESS": temporal.address,
        "CHENGXU_TEMPORAL_TASK_QUEUE": f"composed-{uuid4().hex[:8]}",
    }
    return Composed(services, settings, tmp_path / "processes.log")


def test_the_image_runs_modules_as_this_test_does() -> None:
    assert entrypoint() == ["python", "-m"]


async def test_two_workers_and_two_api_processes_conduct_one_case(composed: Composed) -> None:
    # Two hosts that start at once both migrate.
    with composed.running("migrate") as one_host, composed.running("migrate") as another:
        assert [one_host.wait(120), another.wait(120)] == [0, 0]
    with composed.running("worker") as first, composed.running("worker"):
        async with composed.api() as (one, process), composed.api() as (two, _):
            case = await opened(one)
            answers = await asyncio.gather(
                *(
                    step(office, case, "confirm_effective", key="twenty-at-once", version=1)
                    for office in [one, two] * 10
                )
            )
            assert {answer.status_code for answer in answers} == {200}
            assert len({answer.text for answer in answers}) == 1

            first.kill()  # the other takes its cases over
            for action in ("confirm_ground", "assess_leniency"):
                assert (await step(two, case, action)).status_code == 200

            # SIGTERM: what is under way is answered, then the process ends.
            last = asyncio.create_task(
                step(one, case, "draft_prior_notice", version=await version(two, case))
            )
            await asyncio.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            assert (await last).status_code == 200
            assert process.wait(30) == -signal.SIGTERM  # uvicorn ends by the signal, once all is answered
            assert (await step(two, case, "review_prior_notice")).status_code == 200


async def opened(office: httpx.AsyncClient) -> str:
    legal = await signed_in(office, "legal-officer")
    regime = (await office.get("/api/v1/regimes/market_regulation", headers=legal)).json()
    for missing in regime["open"]:
        confirmation = {"key": missing["key"], "since": missing["since"], "value": True}
        await office.post(
            "/api/v1/regimes/market_regulation/confirmations",
            json=confirmation | {"document": "演示", "clause": "演示"},
            headers=legal | {"Idempotency-Key": uuid4().hex},
        )
    officer = await signed_in(office, "officer") | {"Idempotency-Key": uuid4().hex}
    answer = await office.post("/api/v1/cases", json=opening_form(), headers=officer)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


async def signed_in(office: httpx.AsyncClient, role: str) -> dict[str, str]:
    answer = await office.post("/api/v1/practice/tokens", json={"user": f"{samples.BODY}-{role}"})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def version(office: httpx.AsyncClient, case: str) -> int:
    shown = await office.get(f"/api/v1/cases/{case}", headers=await signed_in(office, "officer"))
    return int(shown.json()["version"])


async def step(
    office: httpx.AsyncClient, case: str, action: str, *, key: str = "", version: int | None = None
) -> httpx.Response:
    role = "reviewer" if action.startswith("review_") else "officer"
    headers = await signed_in(office, role) | {"Idempotency-Key": key or uuid4().hex}
    if version is None:
        shown = await office.get(f"/api/v1/cases/{case}", headers=headers)
        version = shown.json()["version"]
    form = form_for(action, samples.OPENED_ON)
    return await office.post(
        f"/api/v1/cases/{case}/actions/{action}", json=form, headers=headers | {"If-Match": f'"v{version}"'}
    )
