"""From one command to the first step answered (goal 16), in an empty home on an installation that is warm.

Ours is `chengxu run` until it says that it is ready, and the opening of a case; what is confirmed between the two is
not counted. Beside it the same three processes, started together without the product: Temporal's server with the same
switches, the floor's worker, a plain FastAPI application; until one bare step behind HTTP is answered.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from bench.measured import Limit, Measured, Plan, Row
from bench.office import office_at_work, open_case
from bench.processes import app_command
from bench.rounds import in_turn
from bench.servers import free_port, our_command

_WITHIN = 60.0  # seconds


def measure(plan: Plan) -> Measured:
    """Seconds."""
    found = in_turn({"ours": _ours, "bare": _bare}, plan.rounds)
    return Measured(
        rounds=plan.rounds,
        rows=[
            Row(
                "16",
                "from the command to the first step answered",
                "s",
                found["ours"],
                found["bare"],
                "server, worker and API started together, bare",
                Limit("most", 1.25),
            )
        ],
    )


def _ours() -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with office_at_work(Path(folder) / "home") as office:
            took = office.ready_at - began
            with httpx.Client(base_url=f"{office.api}/api/v1", timeout=60, trust_env=False) as http:
                asked = time.perf_counter()
                open_case(http, office)
                return took + time.perf_counter() - asked


def _bare() -> float:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home, record = Path(folder), Path(folder) / "plain.db"
        temporal, api = free_port(), free_port()
        environment = {"BENCH_RECORD": str(record), "BENCH_TEMPORAL": f"127.0.0.1:{temporal}"}
        began = time.perf_counter()
        for command in (
            our_command(home, temporal),
            [sys.executable, "-P", "-m", "bench.floor_worker", f"127.0.0.1:{temporal}", str(record), "100"],
            app_command("bench.floor_app:create_app", api),
        ):
            stack.enter_context(_process(command, environment))
        _first_step(f"http://127.0.0.1:{api}/floor")
        return time.perf_counter() - began


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _first_step(url: str) -> None:
    """Asks until it is answered. Raises TimeoutError."""
    give_up = time.monotonic() + _WITHIN
    while time.monotonic() < give_up:
        with suppress(httpx.HTTPError):
            httpx.post(url, content="x", timeout=_WITHIN, trust_env=False).raise_for_status()
            return
        time.sleep(0.01)
    raise TimeoutError(url)
