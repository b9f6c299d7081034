"""`chengxu rehydrate`: open cases are set going again in an empty Temporal, from the record alone."""

from __future__ import annotations

import asyncio

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select

from activities.carriage import Carrier
from cli.running import find_running
from settings import Settings
from storage.database import reading
from storage.office import open_office
from storage.receipts import Receipts
from storage.tables import CASE
from workflows.connect import connect

app = typer.Typer(add_completion=False)
console = Console(highlight=False)
_AT_ONCE = 50


@app.command()
def rehydrate() -> None:
    """按案卷库在 Temporal 中恢复全部未办结案件（已在运行的不受影响）。"""
    settings = Settings.load()
    running = find_running(settings)
    if running is not None and settings.temporal_address is None:
        settings = Settings.load(temporal_address=running.temporal)
    count = asyncio.run(_rehydrate(settings))
    console.print(f"已恢复 {count} 件未办结案件。")


async def _rehydrate(settings: Settings) -> int:
    office = await open_office(settings)
    client = await connect(settings, identity="rehydrate")
    carrier = Carrier(client, Receipts(office), settings.temporal_task_queue)
    async with reading(office.engine) as connection:
        rows = (
            await connection.execute(
                select(CASE.c.id, CASE.c.kind).where(CASE.c.closed_at.is_(None)).order_by(CASE.c.opened_at)
            )
        ).all()
    gate = asyncio.Semaphore(_AT_ONCE)
    with Progress(console=console) as progress:
        bar = progress.add_task("恢复案件", total=len(rows))

        async def start(case_id: str, kind: str) -> None:
            async with gate:
                await carrier.start(case_id, kind)
                await carrier.compare_with_record(
                    case_id
                )  # one that runs may know less than the record, or else
            progress.advance(bar)

        await asyncio.gather(*(start(row.id, row.kind) for row in rows))
    await office.engine.dispose()
    return len(rows)
