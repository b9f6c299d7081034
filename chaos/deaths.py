"""Storm: parts of the office die, at random and at fail points, while clients drive cases."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Final

from chaos.run import Report, Run, all_of
from storage.failpoints import Fault, Plan

_POINTS: Final[tuple[Fault, ...]] = ("error", "lost", "late", "exit_before", "exit_within", "exit_after")
_ALL_AT_ONCE: Final = 0.08  # of the deaths
_POSTGRES_TOO: Final = 0.1
_ON_ITS_FEET: Final = (
    6  # after so many blows the office may start up once: a slow machine would never get to work
)


async def deaths(run: Run, kills: int, *, points: float = 0.0) -> Report:
    """`kills` times a part is killed, now and then all at once, PostgreSQL too. `points`: rate at which side effects
    fail, and at which clients hang up before they are answered.
    """
    office = run.office

    async def blows(report: Report) -> None:
        rng, done = random.Random(f"{run.seed}:kills"), asyncio.Event()
        target, began = office.kills + kills, time.monotonic()

        async def client(number: int) -> None:
            count = 0
            while not done.is_set():
                count += 1
                await run.story(f"k{number}-{count}").run()

        async def death() -> None:
            blows = 0
            while office.kills < target:
                blows += 1
                if blows % _ON_ITS_FEET == 0:
                    await office.ready()
                await asyncio.sleep(rng.uniform(0.5, 4.0))
                if office.postgres is not None and rng.random() < _POSTGRES_TOO:
                    await office.kill_postgres()
                    continue
                for part in office.parts if rng.random() < _ALL_AT_ONCE else (rng.choice(office.parts),):
                    office.kill(part)
                if points:
                    fault = rng.choice(_POINTS)
                    rate = points / 10 if fault.startswith("exit") else points
                    office.fail(Plan(fault=fault, rate=rate, seed=rng.randrange(10**9), late_seconds=4.0))
            report.numbers["每分钟"] = round(kills / (time.monotonic() - began) * 60, 1)
            office.fail(None)
            done.set()

        run.people.hang_up = points
        try:
            await all_of(death(), *(client(number) for number in range(run.clients)))
        finally:
            run.people.hang_up = 0.0
        waited = sorted(run.ledger.seconds)
        report.numbers |= {
            "答复秒中位": round(waited[len(waited) // 2], 2),
            "99%": round(waited[len(waited) * 99 // 100], 1),
            "最慢": round(waited[-1], 1),
        }
        report.numbers["重复"] = run.ledger.counts["replayed"]

    return await run.storm("随机强杀" + ("与故障点" if points else ""), blows)
