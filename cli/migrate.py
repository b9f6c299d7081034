"""`chengxu migrate`: bring the record to the newest revision, before workers and API of a cluster start."""

from __future__ import annotations

import asyncio

import typer
from rich.console import Console

from settings import Settings, SettingsError
from storage.database import UnsafeDatabaseError
from storage.keys import KeyFileError
from storage.migrations import upgrade
from storage.office import WrongOfficeError, open_office

app = typer.Typer(add_completion=False)


@app.command()
def migrate() -> None:
    """升级案卷库结构，并核对密钥与机关类别。可重复执行。"""
    console = Console(highlight=False)
    try:
        asyncio.run(_migrate(Settings.load()))
    except (SettingsError, KeyFileError, UnsafeDatabaseError, WrongOfficeError) as refusal:
        console.print(f"拒绝：{refusal}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    console.print("案卷库已是最新结构")


async def _migrate(settings: Settings) -> None:
    await upgrade(settings.database_url)
    office = await open_office(settings)
    await office.engine.dispose()
