"""The embedded Temporal server as we set it, beside itself as it comes, both on a file (goal 17)."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker import Worker

from bench.bare import connect
from bench.echo import QUEUE as ECHO_QUEUE
from bench.echo import EchoActivities, EchoWorkflow
from bench.floor import QUEUE as FLOOR_QUEUE
from bench.floor import FloorActivities, FloorWorkflow, Wish, open_record
from bench.floor_worker import RUNNER
from bench.measured import Limit, Measured, Plan, Row
from bench.rounds import AsyncRound, in_turn_async
from bench.servers import free_port, our_command, plain_command, server

CLIENTS, EACH, SHOUTS = 16, 6, 20


def measure(plan: Plan) -> Measured:
    """Both servers run at once; the rounds take turns."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ports = free_port(), free_port()
        with (
            server(our_command(home, ports[0]), ports[0], home / "ours.log") as ours,
            server(plain_command(home, ports[1]), ports[1], home / "plain.log") as plain,
            closing(open_record(home / "floor.db")) as record,
        ):
            return asyncio.run(_measure(plan, ours, plain, record))


async def _measure(plan: Plan, ours: str, plain: str, record: sqlite3.Connection) -> Measured:
    async with AsyncExitStack() as stack:
        at_work = {
            name: await _at_work(stack, address, record)
            for name, address in (("ours", ours), ("plain", plain))
        }
        throughput = await in_turn_async({name: one.steps for name, one in at_work.items()}, plan.rounds)
        effect = await in_turn_async({name: one.effect for name, one in at_work.items()}, plan.rounds)
    return Measured(
        rounds=plan.rounds,
        rows=[
            Row(
                "17",
                "bare steps a second, 16 clients",
                "/s",
                throughput["ours"],
                throughput["plain"],
                "the server as it comes",
                Limit("least", 2),
            ),
            Row(
                "17",
                "from signal to effect",
                "ms",
                effect["ours"] * 1e3,
                effect["plain"] * 1e3,
                "the server as it comes",
                Limit("faster", 3),
            ),
        ],
    )


class _AtWork:
    """Workers on one server, and what is measured there."""

    def __init__(self, client: Client, echoes: EchoActivities) -> None:
        self._client, self._echoes = client, echoes
        self.steps: AsyncRound = self._steps
        self.effect: AsyncRound = self._effect

    async def _steps(self) -> float:
        floors = [
            await self._client.start_workflow("Floor", id=uuid4().hex, task_queue=FLOOR_QUEUE)
            for _ in range(CLIENTS)
        ]

        async def drive(number: int) -> None:
            for _ in range(EACH):
                wish = Wish(id=uuid4().hex, text="事由" * 100)
                await floors[number].execute_update("submit", wish, id=wish.id)

        began = time.perf_counter()
        await asyncio.gather(*(drive(number) for number in range(CLIENTS)))
        took = time.perf_counter() - began
        return CLIENTS * EACH / took

    async def _effect(self) -> float:
        echo = await self._client.start_workflow("Echo", id=uuid4().hex, task_queue=ECHO_QUEUE)
        times = []
        for _ in range(SHOUTS):
            shout = uuid4().hex
            heard = self._echoes.waiting[shout] = asyncio.Event()
            began = time.perf_counter()
            await echo.signal("shout", shout)
            await heard.wait()
            times.append(time.perf_counter() - began)
        return statistics.median(times)


async def _at_work(stack: AsyncExitStack, address: str, record: sqlite3.Connection) -> _AtWork:
    client = await connect(address)
    echoes = EchoActivities()
    for queue, flow, act in (
        (ECHO_QUEUE, EchoWorkflow, echoes.hear),
        (FLOOR_QUEUE, FloorWorkflow, FloorActivities(record).append),
    ):
        await stack.enter_async_context(
            Worker(client, task_queue=queue, workflows=[flow], activities=[act], workflow_runner=RUNNER)
        )
    return _AtWork(client, echoes)
