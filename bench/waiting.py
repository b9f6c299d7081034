"""What a waiting case costs the worker (goal 18): its memory over the number of cases, beside bare waiting workflows.

Both workers keep as many workflows in memory as ours does; the others wait on the server and are replayed when they move.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from bench.bare import connect
from bench.floor import QUEUE
from bench.floor_worker import floor_worker
from bench.measured import Curve, Limit, Measured, Plan, Row
from bench.office import OfficeAtWork, office_at_work, open_case
from worker import _CACHED

CLIENTS = 8
_MIB = 2**20
Points = list[tuple[float, float]]


def measure(plan: Plan) -> Measured:
    """Resident memory after so many cases; each round is an office of its own, and the large size has one."""
    most = 10_000 if plan.large else plan.size(1_000, 40)
    sizes = [0, most // 4, most // 2, most]
    rounds = 1 if plan.large else plan.rounds
    found = [_round(sizes) for _ in range(rounds)]
    ours, bare = (
        [
            (float(size), statistics.median(one[who][place][1] for one in found))
            for place, size in enumerate(sizes)
        ]
        for who in (0, 1)
    )
    kept = min(most, _CACHED)
    limit = Limit("most", 1.5)
    beside = f"a worker with {most:,} bare waiting workflows"
    return Measured(
        rounds=rounds,
        rows=[
            Row(
                "18",
                f"memory of the worker, {most:,} waiting cases",
                "MiB",
                ours[-1][1],
                bare[-1][1],
                beside,
                limit,
            ),
            Row(
                "18",
                f"growth for each of the {kept:,} cases kept in memory",
                "KiB",
                (ours[-1][1] - ours[0][1]) / kept * 1024,
                (bare[-1][1] - bare[0][1]) / kept * 1024,
                "for each bare workflow",
                limit,
            ),
        ],
        curves=[
            Curve("Memory of the worker", "waiting cases", "MiB", {"ours": ours, "bare workflows": bare}),
        ],
        notes=[f"The worker keeps {_CACHED} workflows in memory; beyond that its memory stays level."],
    )


def _round(sizes: list[int]) -> tuple[Points, Points]:
    with (
        tempfile.TemporaryDirectory() as folder,
        office_at_work(Path(folder) / "home") as office,
        floor_worker(office.temporal, Path(folder) / "floor.db", cached=_CACHED) as process,
    ):
        return (
            _ours(office, sizes),
            asyncio.run(_bare(office.temporal, psutil.Process(process.pid), sizes)),
        )


def _ours(office: OfficeAtWork, sizes: list[int]) -> Points:
    worker, points, there = office.part("worker"), [], 0
    limits = httpx.Limits(max_connections=CLIENTS)
    with (
        httpx.Client(base_url=f"{office.api}/api/v1", timeout=120, trust_env=False, limits=limits) as http,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        for size in sizes:
            list(pool.map(lambda _: open_case(http, office), range(size - there)))
            there = size
            points.append((float(size), worker.memory_info().rss / _MIB))
    return points


async def _bare(address: str, worker: psutil.Process, sizes: list[int]) -> Points:
    client, points, there = await connect(address), [], 0
    gate = asyncio.Semaphore(CLIENTS)

    async def start() -> None:
        async with gate:
            workflow = await client.start_workflow("Floor", id=uuid4().hex, task_queue=QUEUE)
            await workflow.query("__stack_trace")  # answered by a worker that has it in memory

    for size in sizes:
        await asyncio.gather(*(start() for _ in range(size - there)))
        there = size
        points.append((float(size), worker.memory_info().rss / _MIB))
    return points
