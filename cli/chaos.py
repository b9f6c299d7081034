"""`chengxu chaos`: an office of its own is killed, starved and robbed; then every store is compared with every other."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chaos.clocks import clocks
from chaos.deaths import deaths
from chaos.duplicates import duplicates
from chaos.effects import every_effect
from chaos.office import chaos_office
from chaos.races import numbers_at_once, races
from chaos.run import Report, running
from chaos.stores import record_restored, temporal_lost, temporal_rolled_back
from chaos.wedged import wedged

app = typer.Typer(add_completion=False)
console = Console(highlight=False)


class Storm(StrEnum):
    """What can be done to an office, in the order in which it is done."""

    KILLS = "kills"
    POINTS = "points"
    EFFECTS = "effects"
    ROLLBACK = "rollback"
    LOST = "lost"
    RESTORE = "restore"
    DUPLICATES = "duplicates"
    RACES = "races"
    NUMBERS = "numbers"
    CLOCKS = "clocks"
    WEDGED = "wedged"


class Database(StrEnum):
    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True)
class Extent:
    """How much of everything."""

    kills: int
    duplicates: int
    races: int
    numbers: int
    clients: int
    workers: int
    apis: int


@app.command()
def chaos(
    seed: Annotated[int | None, typer.Option(help="种子；不写则随机并打印")] = None,
    kills: Annotated[int, typer.Option(help="随机强杀次数")] = 200,
    again: Annotated[int, typer.Option(help="重复提交的命令数")] = 20_000,
    objections: Annotated[int, typer.Option(help="期满瞬间的异议数")] = 10_000,
    cases: Annotated[int, typer.Option(help="同时编号的案件数")] = 20,
    clients: Annotated[int, typer.Option(help="同时办案的客户端")] = 4,
    workers: Annotated[int, typer.Option(help="Worker 进程数")] = 1,
    apis: Annotated[int, typer.Option(help="API 进程数")] = 1,
    faults: Annotated[list[Storm] | None, typer.Option(help="只做这几种；不写则全部")] = None,
    database: Annotated[Database, typer.Option(help="案卷库")] = Database.SQLITE,
    keep: Annotated[bool, typer.Option("--keep", help="保留数据目录以便查看")] = False,
) -> None:
    """故障演练：在独立的演练机关上强杀进程、注入故障、丢失存储，再逐案核对。有违反时退出码为 1。"""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    chosen = [storm for storm in Storm if faults is None or storm in faults]
    console.print(
        f"种子 {seed}；案卷库 {database.value}；Worker {workers}，API {apis}；{'、'.join(chosen)}",
        markup=False,
    )
    extent = Extent(kills, again, objections, cases, clients, workers, apis)
    home = Path(tempfile.mkdtemp(prefix="chengxu-chaos-"))
    try:
        broken = asyncio.run(_chaos(home, seed, extent, chosen, database))
    finally:
        if keep:
            console.print(f"数据目录 {home}", markup=False)
        else:
            shutil.rmtree(home, ignore_errors=True)
    console.print(f"违反 {broken} 项；种子 {seed}" if broken else f"全部成立；种子 {seed}", markup=False)
    raise typer.Exit(1 if broken else 0)


async def _chaos(home: Path, seed: int, extent: Extent, chosen: list[Storm], database: Database) -> int:
    broken = 0
    if Storm.EFFECTS in chosen:  # in offices of its own
        broken += _tell(await every_effect(home, seed, database=database.value, full=True))
    chosen = [storm for storm in chosen if storm is not Storm.EFFECTS]
    if not chosen:
        return broken
    async with (
        chaos_office(
            home / "office", database=database.value, workers=extent.workers, apis=extent.apis
        ) as office,
        running(office, seed, extent.clients) as run,
    ):
        aside = home / "aside.db"
        storms: dict[Storm, Callable[[], Awaitable[Report]]] = {
            Storm.KILLS: lambda: deaths(run, extent.kills),
            Storm.POINTS: lambda: deaths(run, max(extent.kills // 4, 10), points=0.1),
            Storm.ROLLBACK: lambda: temporal_rolled_back(run, 5, aside),
            Storm.LOST: lambda: temporal_lost(run, 5),
            Storm.RESTORE: lambda: record_restored(run, 3, aside),
            Storm.DUPLICATES: lambda: duplicates(run, extent.duplicates, 50),
            Storm.RACES: lambda: races(run, extent.races, 40),
            Storm.NUMBERS: lambda: numbers_at_once(run, extent.numbers),
            Storm.CLOCKS: lambda: clocks(run),
            Storm.WEDGED: lambda: wedged(run),
        }
        for storm in chosen:
            broken += _tell(await storms[storm]())
    return broken


def _tell(report: Report) -> int:
    console.print(report.line(), markup=False, soft_wrap=True)
    for fault in report.faults[:20]:
        console.print(f"  ✗ {fault}", markup=False, soft_wrap=True)
    return len(report.faults)
