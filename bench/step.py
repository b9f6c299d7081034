"""What a step costs over HTTP, beside the step floor, in the same run (goals 1, 2 and 4).

Rounds in turn (floor, ours, floor, ours …); medians of the rounds.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError

from activities.start import workflow_id
from bench.bare import connect
from bench.floor import QUEUE, Wish, open_record
from bench.floor_worker import floor_worker
from bench.measured import Limit, Measured, Plan, Row
from bench.office import OfficeAtWork, case_in_drafting, draft_or_send_back, office_at_work
from bench.rounds import quantile

STEPS, EACH, CLIENTS = 20, 6, 16  # even numbers of steps: drafted, sent back, drafted …

Floor = WorkflowHandle[Any, Any]


def measure(plan: Plan) -> Measured:
    """One client, sixteen clients, and refusals."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "floor.db"
        with (
            office_at_work(Path(folder) / "home") as office,
            floor_worker(office.temporal, record),
            closing(open_record(record)) as rows,
        ):
            return asyncio.run(_measure(office, rows, plan.rounds))


async def _measure(office: OfficeAtWork, rows: sqlite3.Connection, rounds: int) -> Measured:
    client = await connect(office.temporal)
    floor = await client.start_workflow("Floor", id=uuid4().hex, task_queue=QUEUE)
    one: dict[str, list[list[float]]] = {"floor": [], "ours": [], "refused": [], "refused floor": []}
    left_behind = 0
    with httpx.Client(base_url=f"{office.api}/api/v1", timeout=60) as http:
        await _floor_round(floor, rows)
        _our_round(http, office, case_in_drafting(http, office))
        for _ in range(rounds):
            no = case_in_drafting(http, office)  # a case has tens of events, not hundreds
            one["floor"].append(await _floor_round(floor, rows))
            one["ours"].append(_our_round(http, office, no))
            one["refused floor"].append(await _floor_refused(floor, rows))
            before = await _history(client, office, no)
            one["refused"].append(_our_refused(http, office, no))
            left_behind += await _history(client, office, no) - before
        numbers = [case_in_drafting(http, office) for _ in range(CLIENTS)]
    many: dict[str, list[float]] = {"floor": [], "ours": []}
    floors = [await client.start_workflow("Floor", id=uuid4().hex, task_queue=QUEUE) for _ in range(CLIENTS)]
    for _ in range(rounds):
        many["floor"].append(await _floor_many(floors, rows))
        many["ours"].append(await asyncio.to_thread(_our_many, office, numbers))

    def middle(name: str, part: float) -> float:
        return statistics.median(quantile(times, part) for times in one[name]) * 1e3

    def ms(goal: str, what: str, names: tuple[str, str], part: float, limit: float) -> Row:
        ours, beside = names
        is_refused = "one insert and a refused no-op update" if goal == "4" else "step floor"
        return Row(
            goal, what, "ms", middle(ours, part), middle(beside, part), is_refused, Limit("most", limit)
        )

    both, refused = ("ours", "floor"), ("refused", "refused floor")
    return Measured(
        rounds=rounds,
        rows=[
            ms("1", "a step, one client, p50", both, 0.5, 1.2),
            ms("1", "a step, one client, p99", both, 0.99, 1.5),
            Row(
                "2",
                "steps a second, 16 clients",
                "/s",
                statistics.median(many["ours"]),
                statistics.median(many["floor"]),
                "step floor, 16 clients",
                Limit("least", 0.85),
            ),
            ms("4", "a refused step, p50", refused, 0.5, 1.15),
            Row("4", "history left by refused steps", "events", left_behind, limit=Limit("value", 0)),
        ],
    )


async def _history(client: Client, office: OfficeAtWork, no: str) -> int:
    """Events in the history of the workflow of a case."""
    with closing(sqlite3.connect(f"file:{office.home / 'record.db'}?mode=ro", uri=True)) as record:
        (case_id,) = record.execute("select id from case_file where no = ?", (no,)).fetchone()
    described = await client.get_workflow_handle(workflow_id(case_id)).describe()
    return described.history_length


async def _floor_round(floor: Floor, rows: sqlite3.Connection) -> list[float]:
    times = []
    for _ in range(STEPS):
        began = time.perf_counter()
        await _floor_step(floor, rows)
        times.append(time.perf_counter() - began)
    return times


async def _floor_step(floor: Floor, rows: sqlite3.Connection) -> None:
    wish = Wish(id=uuid4().hex, text="事由" * 100)
    rows.execute("insert into submission values(?, ?)", (wish.id, wish.text))
    await floor.execute_update("submit", wish, id=wish.id)


def _our_round(http: httpx.Client, office: OfficeAtWork, no: str) -> list[float]:
    times = []
    for turn in range(STEPS):
        began = time.perf_counter()
        draft_or_send_back(http, office, no, turn)
        times.append(time.perf_counter() - began)
    return times


async def _floor_refused(floor: Floor, rows: sqlite3.Connection) -> list[float]:
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


async def _floor_many(floors: list[Floor], rows: sqlite3.Connection) -> float:
    began = time.perf_counter()

    async def drive(floor: Floor) -> None:
        for _ in range(EACH):
            await _floor_step(floor, rows)

    await asyncio.gather(*(drive(floor) for floor in floors))
    return CLIENTS * EACH / (time.perf_counter() - began)


def _our_many(office: OfficeAtWork, numbers: list[str]) -> float:
    def drive(no: str) -> None:
        with httpx.Client(base_url=f"{office.api}/api/v1", timeout=60) as http:
            for turn in range(EACH):
                draft_or_send_back(http, office, no, turn)

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(drive, numbers))
    return CLIENTS * EACH / (time.perf_counter() - began)
