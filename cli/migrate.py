"""`chengxu migrate`: bring the record to the newest revision, before workers and API of a cluster start."""

from __future__ import annotations

import asyncio

import typer

from settings import Settings
from storage.preparing import prepare_office

app = typer.Typer(add_completion=False)


@app.command()
def migrate() -> None:
    """升级案卷库结构，核对密钥与机关类别；演练机关同时登记示例用户。可重复执行。"""
    asyncio.run(_migrate(Settings.load()))
    typer.echo("案卷库已是最新结构")


async def _migrate(settings: Settings) -> None:
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)  # on a new machine this is the first command
    office = await prepare_office(settings)
    await office.engine.dispose()
