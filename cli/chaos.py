"""`chengxu chaos`: an office of its own is killed, starved and robbed; then every store is compared with every other."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chaos.office import chaos_office
from chaos.storms import Report, Run

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
    WEDGED = "wedged"


class Database(StrEnum):
    SQLITE = "sqlite"
    POSTGRES = "postgres"


@app.command()
def chaos(
    seed: Annotated[int | None, typer.Option(help="种子；不写则随机并打印")] = None,
    kills: Annotated[int, typer.Option(help="随机强杀次数")] = 200,
    cases: Annotated[int, typer.Option(help="竞争与编号各用多少案件")] = 20,
    clients: Annotated[int, typer.Option(help="同时办案的客户端")] = 4,
    faults: Annotated[list[Storm] | None, typer.Option(help="只做这几种；不写则全部")] = None,
    database: Annotated[Database, typer.Option(help="案卷库")] = Database.SQLITE,
    keep: Annotated[bool, typer.Option("--keep", help="保留数据目录以便查看")] = False,
) -> None:
    """故障演练：在独立的演练机关上强杀进程、注入故障、丢失存储，再逐案核对。有违反时退出码为 1。"""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    chosen = [storm for storm in Storm if faults is None or storm in faults]
    if database is Database.POSTGRES and Storm.RESTORE in chosen:
        chosen.remove(Storm.RESTORE)  # a file copy is no backup of PostgreSQL
    console.print(f"种子 {seed}；案卷库 {database.value}；{'、'.join(chosen)}", markup=False)
    home = Path(tempfile.mkdtemp(prefix="chengxu-chaos-"))
    try:
        broken = asyncio.run(_chaos(home, seed, kills, cases, clients, chosen, database))
    finally:
        if keep:
            console.print(f"数据目录 {home}", markup=False)
        else:
            shutil.rmtree(home, ignore_errors=True)
    console.print(f"违反 {broken} 项；种子 {seed}" if broken else f"全部成立；种子 {seed}", markup=False)
    raise typer.Exit(1 if broken else 0)


async def _chaos(
    home: Path, seed: int, kills: int, cases: int, clients: int, chosen: list[Storm], database: Database
) -> int:
    broken = 0
    async with chaos_office(home, database=database.value) as office:
        run = Run(office, seed, clients)
        await run.prepare()
        aside = home / "aside.db"
        storms: dict[Storm, Callable[[], Awaitable[Report]]] = {
            Storm.KILLS: lambda: run.kills(kills),
            Storm.POINTS: lambda: run.kills(max(kills // 4, 10), points=0.08),
            Storm.EFFECTS: run.every_effect,
            Storm.ROLLBACK: lambda: run.temporal_rolled_back(5, aside),
            Storm.LOST: lambda: run.temporal_lost(5),
            Storm.RESTORE: lambda: run.record_restored(3, aside),
            Storm.DUPLICATES: lambda: run.duplicates(50),
            Storm.RACES: lambda: run.races(cases, 10),
            Storm.NUMBERS: lambda: run.numbers_at_once(cases),
            Storm.WEDGED: run.wedged,
        }
        for storm in chosen:
            report = await storms[storm]()
            console.print(report.line(), markup=False, soft_wrap=True)
            for fault in report.faults[:20]:
                console.print(f"  ✗ {fault}", markup=False, soft_wrap=True)
            broken += len(report.faults)
        await run.people.close()
    return broken
