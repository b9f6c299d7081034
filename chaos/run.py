"""One office and its people while storms pass over it: what is done, what was found after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from chaos.judge import Verdict, judge, undecided
from chaos.office import ChaosOffice
from chaos.people import Ledger, People, Violation
from chaos.story import BODY, REGIME, Story
from cli.client import Api
from cli.confirm import confirm_everything

CALM: Final = 120.0  # seconds within which everything that was received must be decided
_LOOKED_AT: Final = {
    "cases": "案件",
    "events": "事件",
    "acknowledged": "已答复命令",
    "objections": "异议",
    "papers": "文书",
    "histories": "重放历史",
}


@dataclass
class Report:
    """What a storm did and what was found after it."""

    name: str
    seed: str
    seconds: float = 0.0
    numbers: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One line for people."""
        numbers = "，".join(f"{what} {value:g}" for what, value in self.numbers.items())
        verdict = "无违反" if not self.faults else f"违反 {len(self.faults)} 项"
        return f"{self.name}（种子 {self.seed}，{self.seconds:.0f} 秒）：{numbers}；{verdict}"

    def count(self, verdict: Verdict) -> None:
        """What was looked at and found wrong, on top of what is there."""
        for what, word in _LOOKED_AT.items():
            if verdict.looked_at[what]:
                self.numbers[word] = self.numbers.get(word, 0) + verdict.looked_at[what]
        self.faults += verdict.faults


@dataclass
class Run:
    """One office, its people, and everything that they were told; storms pass over it one after the other."""

    office: ChaosOffice
    seed: int
    clients: int = 4
    clock_steps: bool = False  # the record's clock went back at times
    people: People = field(init=False)
    _storms: int = 0

    def __post_init__(self) -> None:
        self.people = People(self.office.apis, Ledger())

    @property
    def ledger(self) -> Ledger:
        """What everybody was told so far."""
        return self.people.ledger

    async def prepare(self) -> None:
        """Confirms what is open in the regime, with the marked source of practice offices."""

        def confirm() -> None:
            with Api(self.office.apis[0]) as api:
                list(confirm_everything(api.signed_in(f"{BODY}-legal-officer"), REGIME, None))

        await asyncio.to_thread(confirm)

    def story(self, name: str, **how: Any) -> Story:
        """A case to come; its seed follows from the run's."""
        return Story(self.people, f"{self.seed}-{self._storms}-{name}", **how)

    def report(self, name: str) -> Report:
        """The report of the next storm."""
        self._storms += 1
        return Report(name, f"{self.seed}-{self._storms}")

    async def storm(
        self, name: str, blows: Callable[[Report], Awaitable[None]], *, replay: bool = True
    ) -> Report:
        """Lets a storm pass, waits for calm, and judges."""
        report = self.report(name)
        began, kills = time.monotonic(), self.office.kills
        try:
            await blows(report)
        except Violation as violation:
            report.faults.append(str(violation))
        self.office.fail(None)
        try:
            await self.office.ready()
            report.numbers["秒内平静"] = round(await self.calm(), 1)
        except Violation as violation:
            report.faults.append(str(violation))
        if self.office.kills > kills:
            report.numbers["强杀"] = self.office.kills - kills
        report.count(
            await judge(self.office.settings, self.ledger, replay=replay, clock_steps=self.clock_steps)
        )
        report.seconds = time.monotonic() - began
        return report

    async def calm(self) -> float:
        """Waits until nothing that was received, ordered or numbered is undone; how long that took, in seconds."""
        began = time.monotonic()
        while (left := await undecided(self.office.settings)) > 0:
            if time.monotonic() - began > CALM:
                raise Violation(f"{left} things are still undone after {CALM:.0f} s of calm")
            await asyncio.sleep(0.5)
        return time.monotonic() - began

    async def restart(self) -> None:
        """The whole office dies at once and starts again."""
        await self.office.halt()
        await self.office.start()

    async def lose_temporal(self) -> None:
        """Temporal's store is gone; the open cases are set going again from the record."""
        await self.office.halt()
        self.office.put_temporal_store(None)
        await self.office.start()
        await self.rehydrate()

    async def rehydrate(self) -> None:
        """`chengxu rehydrate`. Raises Violation when it fails."""
        code, output = await self.office.command("rehydrate")
        if code:
            raise Violation(f"rehydrate: {code}\n{output}")


@asynccontextmanager
async def running(office: ChaosOffice, seed: int, clients: int = 4) -> AsyncIterator[Run]:
    """A run over an office that has just been started."""
    run = Run(office, seed, clients)
    await run.prepare()
    try:
        yield run
    finally:
        await run.people.close()


async def all_of(*works: Coroutine[Any, Any, None]) -> None:
    """All of them, or the first failure with the others ended."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
