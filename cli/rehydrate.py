"""`chengxu rehydrate`: open cases are set going again in Temporal, from the record alone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from temporalio.client import Client
from temporalio.service import RPCError

from activities.carriage import Carrier
from activities.start import case_of, workflow_id
from cli.failures import TemporalAwayError
from cli.running import find_running
from settings import Settings
from storage.office import Office, open_office
from storage.receipts import Receipts
from storage.views import UnfinishedCase, Views
from workflows.connect import connect

app = typer.Typer(add_completion=False)
console = Console(highlight=False)
_AT_ONCE = 50
_PATIENCE = 10.0  # seconds in which Temporal must answer


@app.command()
def rehydrate(
    anew: Annotated[
        bool,
        typer.Option("--anew", help="正在运行的也按案卷重新开始（升级后案件停滞时使用；收件一件不失）。"),
    ] = False,
) -> None:
    """按案卷库在 Temporal 中恢复全部未办结案件（已在运行的不受影响）。"""
    settings = Settings.load()
    running = find_running(settings)
    if running is not None and settings.temporal_address is None:
        settings = Settings.load(temporal_address=running.temporal)
    count = asyncio.run(_rehydrate(settings, anew=anew))
    console.print(f"已恢复 {count} 件未办结案件。")


async def _rehydrate(settings: Settings, *, anew: bool) -> int:
    office = await open_office(settings)
    try:
        return await _restart(settings, office, anew=anew)
    finally:
        await office.engine.dispose()


async def _restart(settings: Settings, office: Office, *, anew: bool) -> int:
    try:
        client = await connect(settings, identity="rehydrate", wait=_PATIENCE)
    except RuntimeError as away:
        raise TemporalAwayError from away
    carrier = Carrier(client, Receipts(office), settings.temporal_task_queue)
    unfinished = await Views(office).unfinished()
    gate = asyncio.Semaphore(_AT_ONCE)
    with Progress(console=console) as progress:
        bar = progress.add_task("恢复案件", total=len(unfinished))

        async def start(case: UnfinishedCase) -> None:
            async with gate:
                await carrier.start(case.id, case.kind, anew=anew)
                await carrier.compare_with_record(case.id)  # one that ran may know another record than this
            progress.advance(bar)

        await asyncio.gather(*(start(case) for case in unfinished))
    await _end_what_is_over(client, carrier, {workflow_id(case.id) for case in unfinished})
    return len(unfinished)


async def _end_what_is_over(client: Client, carrier: Carrier, unfinished: set[str]) -> None:
    """A restored Temporal may still run cases that the record has closed: they look at the record, and end."""
    async for running in client.list_workflows("ExecutionStatus = 'Running'"):
        case_id = case_of(running.id)
        if running.id not in unfinished and case_id is not None:
            with suppress(RPCError):  # it has ended meanwhile
                await carrier.compare_with_record(case_id)
