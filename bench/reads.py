"""Reads over HTTP (goal 19): the desk, a case, what can be done in it, each beside FastAPI answering as many bytes."""

from __future__ import annotations

import http.client
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bench.measured import Limit, Measured, Plan, Row
from bench.office import case_in_drafting, office_at_work
from bench.processes import application
from bench.rounds import Round, in_turn

CONNECTIONS = 4


def measure(plan: Plan) -> Measured:
    """Requests a second over four connections that stay open."""
    measured = Measured(rounds=plan.rounds)
    each = plan.size(100, 10)
    with (
        tempfile.TemporaryDirectory() as folder,
        office_at_work(Path(folder) / "home") as office,
        application("bench.plain:create_app", BENCH_RECORD=str(Path(folder) / "plain.db")) as plain,
    ):
        with httpx.Client(base_url=f"{office.api}/api/v1", timeout=60, trust_env=False) as http:
            no = [case_in_drafting(http, office) for _ in range(plan.size(60, 3))][-1]
        headers = {"Authorization": f"Bearer {office.tokens['officer']}"}
        for what, path in (
            ("the desk (open tasks)", "/api/v1/tasks"),
            ("a case", f"/api/v1/cases/{no}"),
            ("what can be done in it", f"/api/v1/cases/{no}/actions"),
        ):
            size = len(httpx.get(office.api + path, headers=headers).raise_for_status().content)
            found = in_turn(
                {
                    "ours": _load(office.api, path, headers, each),
                    "plain": _load(plain, f"/bodies/{size}", {}, each),
                },
                plan.rounds,
            )
            measured.rows.append(
                Row(
                    "19",
                    what,
                    "/s",
                    found["ours"],
                    found["plain"],
                    f"FastAPI answering {size:,} bytes",
                    Limit("least", 0.5),
                )
            )
    return measured


def _load(base: str, path: str, headers: Mapping[str, str], each: int) -> Round:
    """A round of so many requests on each connection. The standard library's client: it costs the machine least."""
    address = urlsplit(base)

    def drive(_number: int) -> None:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        for _ in range(each):
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise AssertionError(f"{path}: {answer.status}")
        connection.close()

    def once() -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(drive, range(CONNECTIONS)))
        return CONNECTIONS * each / (time.perf_counter() - began)

    return once
