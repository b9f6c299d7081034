"""Taking over a file of penalties, cases opened (goal 12), beside bare workflow starts and a bulk insert of as many.

One row in ten is a lead and opens a case. Memory is watched over three sizes, each in an office of its own.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx
import psutil

from activities.importing import speaks_for_all
from bench.bare import connect
from bench.floor import QUEUE, open_record
from bench.floor_worker import floor_worker
from bench.measured import Curve, Limit, Measured, Plan, Row
from bench.office import OfficeAtWork, office_at_work
from bench.rounds import in_turn
from intake.sample import Row as Penalty
from intake.sample import bulk_rows, make_uscc, sample_rows, write_csv
from law.loader import load_lawbook

EVERY = 10  # rows to a lead
AT_ONCE = 16  # bare starts on their way, as many as the importer carries
CHUNK = 200  # rows of one transaction, as the importer's
_seeds = count(1)


def measure(plan: Plan) -> Measured:
    """Seconds for the whole file, and the highest memory of the process that takes it over."""
    rows = plan.size(10_000, 200)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "floor.db"
        with (
            office_at_work(Path(folder) / "home") as office,
            _http(office) as http,
            floor_worker(office.temporal, record),
            closing(open_record(record)) as bare,
        ):
            took = in_turn(
                {
                    "floor": lambda: asyncio.run(_bare(office.temporal, bare, rows)),
                    "ours": lambda: _imported(http, Path(folder), rows),
                },
                plan.rounds,
            )
    memory = [(float(size), _memory(size)) for size in (rows // 10, rows // 2, rows)]
    grown, smallest = memory[-1][1], memory[0][1]
    return Measured(
        rounds=plan.rounds,
        rows=[
            Row(
                "12",
                f"{rows:,} rows taken over, {rows // EVERY:,} cases opened",
                "s",
                took["ours"],
                took["floor"],
                "as many bare starts, and a bulk insert",
                Limit("most", 1.5),
            ),
            Row(
                "12",
                f"highest memory of the API process at {rows:,} rows",
                "MiB",
                grown,
                smallest,
                f"at {rows // 10:,} rows",
                Limit("most", 1.2),
            ),
        ],
        curves=[
            Curve("Memory while a file is taken over", "rows of the file", "MiB", {"API process": memory})
        ],
    )


# -- ours


def _penalties(rows: int) -> Iterator[Penalty]:
    """Rows nobody has seen before, every tenth a lead of the regime that the office has confirmed."""
    seed = next(_seeds)
    draw = Random(seed)
    lead = next(row.cells for row in sample_rows() if row.regime == "market_regulation")
    for number, row in enumerate(bulk_rows(rows, seed)):
        fresh = dict(lead) if number % EVERY == 0 else row
        if fresh is not row:
            fresh["CF_XDR_SHXYM"] = make_uscc(draw)
        yield fresh | {"CF_WSH": f"宁测罚〔2026〕{seed}{number:06d}号"}


def _imported(http: httpx.Client, folder: Path, rows: int) -> float:
    file = folder / "penalties.csv"
    write_csv(_penalties(rows), file, encoding="utf-8-sig", names=True)
    began = time.perf_counter()
    with file.open("rb") as content:
        answer = http.post(
            "/imports", files={"file": (file.name, content)}, headers={"Idempotency-Key": uuid4().hex}
        )
    answer.raise_for_status()
    view = answer.json()
    while view["state"] != "done":
        time.sleep(0.05)
        view = http.get(f"/imports/{view['id']}").json()
    took = time.perf_counter() - began
    if (view["kept"], view["opened"]) != (rows, -(-rows // EVERY)):
        raise AssertionError(f"taken over otherwise than meant: {view}")
    return took


def _memory(rows: int) -> float:
    """Highest resident memory of the API process, in MiB, while it takes over so many rows."""
    with (
        tempfile.TemporaryDirectory() as folder,
        office_at_work(Path(folder) / "home") as office,
        _http(office) as http,
        _watched(office.part("api.app:create_app")) as seen,
    ):
        _imported(http, Path(folder), rows)
        return max(seen) / 2**20


@contextmanager
def _watched(process: psutil.Process) -> Iterator[list[int]]:
    """Resident sizes of the process, in bytes, twenty a second."""
    seen, done = [process.memory_info().rss], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            seen.append(process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield seen
    finally:
        done.set()
        watching.join()


@contextmanager
def _http(office: OfficeAtWork) -> Iterator[httpx.Client]:
    """The officer who hands in the files of all bodies."""
    with httpx.Client(base_url=f"{office.api}/api/v1", timeout=300, trust_env=False) as http:
        book = load_lawbook()
        login = next(
            user["user"]
            for user in http.get("/practice/users").json()["items"]
            if "officer" in user["roles"] and speaks_for_all(book, user["authority"])
        )
        http.headers["Authorization"] = (
            f"Bearer {http.post('/practice/tokens', json={'user': login}).json()['token']}"
        )
        yield http


# -- the floor


async def _bare(address: str, record: sqlite3.Connection, rows: int) -> float:
    client = await connect(address)
    gate = asyncio.Semaphore(AT_ONCE)

    async def start() -> None:
        async with gate:
            await client.start_workflow("Floor", id=uuid4().hex, task_queue=QUEUE)

    began = time.perf_counter()
    for _ in range(0, rows, CHUNK):
        record.execute("begin immediate")
        record.executemany("insert into event(body) values(?)", [("x" * 800,)] * CHUNK)
        record.execute("commit")
    await asyncio.gather(*(start() for _ in range(-(-rows // EVERY))))
    return time.perf_counter() - began
