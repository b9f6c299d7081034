"""`chengxu run`: the whole office on this machine, with one command."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import typer
from rich.console import Console
from rich.table import Table

from cli.parts import PartFailedError, PartRefusedError
from cli.running import HomeInUseError, forget_running, lock_home, write_running
from cli.stack import PortTakenError, Stack
from settings import Settings, SettingsError
from storage.database import UnsafeDatabaseError
from storage.keys import KeyFileError
from storage.office import WrongOfficeError
from storage.preparing import prepare_office

REFUSALS = (
    SettingsError,
    HomeInUseError,
    PortTakenError,
    KeyFileError,
    UnsafeDatabaseError,
    WrongOfficeError,
    PartRefusedError,
)

app = typer.Typer(add_completion=False)
console = Console(highlight=False)


@app.command()
def run() -> None:
    """在本机启动全部服务：数据库、Temporal、Worker、API。Ctrl-C 停止。"""
    os.umask(0o077)  # what lies in the home folder is its owner's alone
    try:
        settings = Settings.load()
        settings.home.mkdir(parents=True, exist_ok=True)
        settings.logs.mkdir(exist_ok=True)
        lock = lock_home(settings.home)
        forget_running(settings.home)  # one that was killed may have left its addresses
        stack = Stack(settings, lock, lambda line: console.print(f"  {line}", markup=False, soft_wrap=True))
        asyncio.run(_run(settings, stack))
    except REFUSALS as refusal:
        console.print(f"拒绝启动：{refusal}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    except PartFailedError as failure:
        console.print(f"启动失败：{failure}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


async def _run(settings: Settings, stack: Stack) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signal_number, stopped.set)
    working = asyncio.create_task(_start_and_watch(settings, stack))
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        stopping.cancel()
        working.cancel()
        with suppress(asyncio.CancelledError, Exception):  # a failure was raised above
            await working
        forget_running(settings.home)
        await stack.stop()
        console.print("已停止")


async def _start_and_watch(settings: Settings, stack: Stack) -> None:
    began = time.monotonic()

    def done(what: str) -> None:
        console.print(f"  [green]✓[/green] {what} [dim]{time.monotonic() - began:.1f} 秒[/dim]")

    console.print(f"诚序启动中，数据目录 {settings.home}", markup=False, soft_wrap=True)
    await start_office(settings, stack, done)
    write_running(settings.home, stack.running)
    console.print(_table(settings, stack))
    await stack.wait_until_broken()


async def start_office(settings: Settings, stack: Stack, done: Callable[[str], None]) -> None:
    """Key, record, sample users of a practice office, Temporal, worker and API; returns when all are ready.

    `done` is told each part that is. Raises PartFailedError, and what `run` answers with a refusal to start.
    """
    stack.start_temporal()
    office = await prepare_office(settings)  # refuses another office's record before any part reads it
    await office.engine.dispose()
    done("密钥与数据库")
    stack.start_worker_and_api()
    await stack.wait_until_temporal_listens()
    done("Temporal")
    await asyncio.gather(stack.wait_until_ready(), stack.keep_closed_cases())
    done("Worker 与 API")


def _table(settings: Settings, stack: Stack) -> Table:
    table = Table(
        title="诚序已就绪" + ("：演练机关，一切结果均无法律效力" if settings.practice else ""),
        title_style="bold yellow" if settings.practice else "bold",
        show_header=False,
        title_justify="left",
    )
    table.add_row("API 文档", f"{stack.running.api}/docs")
    if stack.running.ui:
        table.add_row("Temporal 界面", stack.running.ui)
    table.add_row("日志", str(settings.logs))
    if settings.practice:
        table.add_row("演练用户", "./chengxu people list")
        table.add_row("登录令牌", "./chengxu people token 用户名（填入 API 文档的 Authorize）")
    table.add_row("停止", "Ctrl-C；再次 ./chengxu run 时各案件从原处继续")
    return table
