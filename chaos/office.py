"""A practice office as processes that are killed, starved and robbed: the program's own command lines, on free ports."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from chaos import postgres
from cli.parts import Part
from cli.running import lock_home
from cli.stack import api_command, temporal_command, worker_command
from settings import Settings
from storage.failpoints import VARIABLE, Plan
from storage.keys import load_or_create_key
from storage.migrations import upgrade
from storage.office import open_office
from storage.practice_people import seed_practice_people

Name = Literal["temporal", "worker", "api"]
PARTS: tuple[Name, ...] = ("temporal", "worker", "api")
Database = Literal["sqlite", "postgres"]


@dataclass
class ChaosOffice:
    """One practice office in a home of its own. Every part that dies is started again at once."""

    settings: Settings
    lock: int
    say: Callable[[str], None]
    ports: dict[str, int]
    kills: int = 0
    _parts: dict[Name, Part] = field(default_factory=dict)
    _keeping: dict[Name, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """URL of the API; the same over every restart."""
        return f"http://127.0.0.1:{self.ports['api']}"

    @property
    def plan_file(self) -> Path:
        """The file that says which side effects fail (storage.failpoints)."""
        return self.settings.home / "fail-points.json"

    # -- starting and stopping

    async def start(self, *names: Name) -> None:
        """Starts these parts, or all, and waits until the office is ready."""
        for name in names or PARTS:
            part = Part(
                name,
                self._command(name),
                env=self._environment(),
                home=self.settings.home,
                log=self.settings.logs / f"{name}.log",
                lock=self.lock,
                announce=lambda _: None,
                sound_after=0.0,
            )
            part.settled = True
            self._parts[name], self._keeping[name] = part, asyncio.create_task(part.keep())
        await self.ready()

    async def halt(self, *names: Name) -> None:
        """Ends these parts, or all, as a power cut would: kill -9, and no restart."""
        halted = [self._keeping[name] for name in names or PARTS]
        await asyncio.gather(*(self._parts[name].stop(0.0) for name in names or PARTS))
        while not all(task.done() for task in halted):  # one may just have been started again
            for name in names or PARTS:
                self.kill(name)
            await asyncio.sleep(0.05)
        await asyncio.gather(*halted, return_exceptions=True)

    def kill(self, name: Name) -> bool:
        """kill -9 one part; False when it was dead already."""
        pid = self._parts[name].pid
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.kills += 1
        return True

    async def ready(self, within: float = 120.0) -> None:
        """Waits until API, record, Temporal and worker answer."""
        give_up = time.monotonic() + within
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while time.monotonic() < give_up:
                for name, task in self._keeping.items():
                    if task.done() and not task.cancelled() and task.exception() is not None:
                        raise RuntimeError(f"{name}: {task.exception()}")
                with suppress(httpx.TransportError):
                    if (await client.get(f"{self.api}/readyz")).status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(0.1)
        raise TimeoutError(f"the office is not ready after {within:.0f} s; logs in {self.settings.logs}")

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Runs `chengxu ARGUMENTS` on this office; its exit code and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "cli", *arguments),
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode("utf-8", "replace")

    # -- faults

    def fail(self, plan: Plan | None) -> None:
        """Lays out what is to fail from now on, or nothing any more."""
        self.plan_file.write_text(plan.model_dump_json() if plan else "", encoding="utf-8")

    def failed(self) -> Plan | None:
        """The plan with its counts so far."""
        text = self.plan_file.read_text("utf-8")
        return Plan.model_validate(json.loads(text)) if text else None

    def copy_temporal_store(self, to: Path) -> None:
        """Sets a copy of Temporal's store aside, while everything is halted or running."""
        _copy_sqlite(self.settings.home / "temporal.db", to)

    def put_temporal_store(self, copy: Path | None) -> None:
        """Everything halted: Temporal's store becomes the older copy, or is lost."""
        _put_sqlite(self.settings.home / "temporal.db", copy)

    def copy_record(self, to: Path) -> None:
        """A backup of the record (SQLite), as of now."""
        _copy_sqlite(self.settings.home / "record.db", to)

    def put_record(self, copy: Path) -> None:
        """Everything halted: the record is restored from an older backup (SQLite)."""
        _put_sqlite(self.settings.home / "record.db", copy)

    # -- within

    def _command(self, name: Name) -> list[str]:
        if name == "temporal":
            return temporal_command(self.settings, port=self.ports["temporal"], ui_port=self.ports["ui"])
        return worker_command() if name == "worker" else api_command("127.0.0.1", self.ports["api"])

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXU_")}
        return inherited | {
            "CHENGXU_HOME": str(self.settings.home),
            "CHENGXU_DATABASE_URL": self.settings.database_url,
            "CHENGXU_TEMPORAL_ADDRESS": f"127.0.0.1:{self.ports['temporal']}",
            "COLUMNS": "200",
            VARIABLE: str(self.plan_file),
        }


@asynccontextmanager
async def chaos_office(
    home: Path, *, database: Database = "sqlite", say: Callable[[str], None] = print
) -> AsyncIterator[ChaosOffice]:
    """A fresh practice office in `home`, started; nothing of it runs any more at the end."""
    await asyncio.to_thread(home.mkdir, mode=0o700, parents=True, exist_ok=True)
    ports = _free_ports("api", "temporal", "ui")
    with postgres.server(home / "postgres") if database == "postgres" else postgres.none() as url:
        where: dict[str, Any] = {"database_url": url} if url else {}
        settings = Settings.load(
            home=home, office="practice", temporal_address=f"127.0.0.1:{ports['temporal']}", **where
        )
        await asyncio.to_thread(settings.logs.mkdir, exist_ok=True)
        load_or_create_key(settings.key_file)
        await upgrade(settings.database_url)
        opened = await open_office(settings)
        await seed_practice_people(opened)
        await opened.engine.dispose()
        office = ChaosOffice(settings, lock_home(home), say, ports)
        office.fail(None)
        try:
            await office.start()
            yield office
        finally:
            await office.halt()
            os.close(office.lock)


def _free_ports(*names: str) -> dict[str, int]:
    held = []
    for _ in names:
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        held.append(probe)
    ports = {name: int(probe.getsockname()[1]) for name, probe in zip(names, held, strict=True)}
    for probe in held:
        probe.close()
    return ports


def _copy_sqlite(database: Path, to: Path) -> None:
    """A consistent copy, also while others write (SQLite online backup)."""
    source, target = sqlite3.connect(database), sqlite3.connect(to)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def _put_sqlite(database: Path, copy: Path | None) -> None:
    for leftover in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)
    if copy is not None:
        shutil.copyfile(copy, database)
