"""What a step costs over HTTP, beside the step floor, in the same run (performance goals 1, 2 and 4).

    python -m bench.step

Rounds in turn (floor, ours, floor, ours …); medians of the rounds, both numbers and the ratio.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter

from bench.floor import QUEUE, Wish, open_record
from bench.office import NOTICE, SENT_BACK, OfficeAtWork, case_in_drafting, office_at_work, step
from bench.results import write_results

ROUNDS, STEPS, EACH, CLIENTS = 7, 20, 6, 16  # even numbers of steps: drafted, sent back, drafted …


def main() -> None:
    """Runs everything and writes bench/results/step.json."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with office_at_work(home) as office:
            record = Path(folder) / "floor.db"
            worker = subprocess.Popen(
                [sys.executable, "-P", "-m", "bench.floor", office.temporal, str(record)]
            )
            try:
                asyncio.run(_measure(office, record))
            finally:
                worker.terminate()
                worker.wait(20)


async def _measure(office: OfficeAtWork, record: Path) -> None:
    client = await Client.connect(office.temporal, data_converter=pydantic_data_converter)
    floor = await client.start_workflow("Floor", id=uuid4().hex, task_queue=QUEUE)
    rows = open_record(record)
    one: dict[str, list[list[float]]] = {"floor": [], "ours": [], "refused": [], "refused floor": []}
    with httpx.Client(base_url=f"{office.api}/api/v1", timeout=60) as http:
        await _floor_round(floor, rows)
        _our_round(http, office, case_in_drafting(http, office))
        for _ in range(ROUNDS):
            no = case_in_drafting(http, office)  # a case has tens of events, not hundreds
            one["floor"].append(await _floor_round(floor, rows))
            one["ours"].append(_our_round(http, office, no))
            one["refused floor"].append(await _floor_refused(floor, rows))
            one["refused"].append(_our_refused(http, office, no))
    many = {"floor": [], "ours": []}
    floors = [await client.start_workflow("Floor", id=uuid4().hex, task_queue=QUEUE) for _ in range(CLIENTS)]
    with httpx.Client(base_url=f"{office.api}/api/v1", timeout=60) as http:
        numbers = [case_in_drafting(http, office) for _ in range(CLIENTS)]
    for _ in range(ROUNDS):
        many["floor"].append(await _floor_many(floors, rows))
        many["ours"].append(_our_many(office, numbers))
    _report(one, many)


async def _floor_round(floor: WorkflowHandle, rows) -> list[float]:  # type: ignore[no-untyped-def, type-arg]
    times = []
    for _ in range(STEPS):
        began = time.perf_counter()
        await _floor_step(floor, rows)
        times.append(time.perf_counter() - began)
    return times


async def _floor_step(floor, rows) -> None:  # type: ignore[no-untyped-def]
    wish = Wish(id=uuid4().hex, text="事由" * 100)
    rows.execute("insert into submission values(?, ?)", (wish.id, wish.text))
    await floor.execute_update("submit", wish, id=wish.id)


def _our_round(http: httpx.Client, office: OfficeAtWork, no: str) -> list[float]:
    times = []
    for turn in range(STEPS):
        began = time.perf_counter()
        if turn % 2 == 0:
            step(http, office, no, "officer", "draft_prior_notice", NOTICE)
        else:
            step(http, office, no, "reviewer", "review_prior_notice", SENT_BACK)
        times.append(time.perf_counter() - began)
    return times


async def _floor_refused(floor, rows) -> list[float]:  # type: ignore[no-untyped-def]
    times = []
    for _ in range(STEPS):
        began = time.perf_counter()
        rows.execute("insert into submission values(?, ?)", (uuid4().hex, "x"))
        with suppress(WorkflowUpdateFailedError):
            await floor.execute_update("submit", Wish(id="", text="x"))
        times.append(time.perf_counter() - began)
    return times


def _our_refused(http: httpx.Client, office: OfficeAtWork, no: str) -> list[float]:
    times = []
    for _ in range(STEPS):
        began = time.perf_counter()
        answer = http.post(
            f"/cases/{no}/actions/decide",
            json={"agreed": True, "opinion": "同意"},
            headers=office.headers("approver", 1),
        )
        assert answer.status_code in (409, 412, 422), answer.text
        times.append(time.perf_counter() - began)
    return times


async def _floor_many(floors, rows) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()

    async def drive(floor) -> None:  # type: ignore[no-untyped-def]
        for _ in range(EACH):
            await _floor_step(floor, rows)

    await asyncio.gather(*(drive(floor) for floor in floors))
    return CLIENTS * EACH / (time.perf_counter() - began)


def _our_many(office: OfficeAtWork, numbers: list[str]) -> float:
    def drive(no: str) -> None:
        with httpx.Client(base_url=f"{office.api}/api/v1", timeout=60) as http:
            for turn in range(EACH):
                if turn % 2 == 0:
                    step(http, office, no, "officer", "draft_prior_notice", NOTICE)
                else:
                    step(http, office, no, "reviewer", "review_prior_notice", SENT_BACK)

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(drive, numbers))
    return CLIENTS * EACH / (time.perf_counter() - began)


def _report(one: dict[str, list[list[float]]], many: dict[str, list[float]]) -> None:
    def middle(name: str, quantile: float) -> float:
        return statistics.median(
            sorted(times)[min(int(len(times) * quantile), len(times) - 1)] for times in one[name]
        )

    rows = [
        ("1 step, p50 (ms)", middle("floor", 0.5) * 1e3, middle("ours", 0.5) * 1e3, "≤ 1.20×"),
        ("1 step, p99 (ms)", middle("floor", 0.99) * 1e3, middle("ours", 0.99) * 1e3, "≤ 1.5×"),
        (
            "2 steps/s, 16 clients",
            statistics.median(many["floor"]),
            statistics.median(many["ours"]),
            "≥ 0.85×",
        ),
        ("4 refused, p50 (ms)", middle("refused floor", 0.5) * 1e3, middle("refused", 0.5) * 1e3, "≤ 1.15×"),
    ]
    write_results(
        "step",
        [{"what": what, "floor": a, "ours": b, "ratio": b / a, "goal": goal} for what, a, b, goal in rows],
    )


if __name__ == "__main__":
    main()
