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
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from chaos import clock, postgres
from chaos.people import Violation
from cli.parts import Part
from cli.running import lock_home
from cli.stack import api_command, temporal_command, worker_command
from settings import Settings
from storage.failpoints import VARIABLE, Plan
from storage.keys import load_or_create_key
from storage.preparing import prepare_office

Database = Literal["sqlite", "postgres"]

_migrating = asyncio.Lock()  # Alembic's context is one for the whole process


@dataclass
class ChaosOffice:
    """One practice office in a home of its own. Every part that dies is started again at once."""

    settings: Settings
    lock: int
    ports: dict[str, int]
    workers: int = 1
    postgres: postgres.PostgresServer | None = None  # None: the record is a SQLite file
    kills: int = 0
    clock_can_step: bool = False  # workers and API go by a clock of their own, see `step_clock`
    _parts: dict[str, Part] = field(default_factory=dict)
    _keeping: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """Temporal's server, each worker, each API process."""
        apis = (name for name in self.ports if name.startswith("api-"))
        return ("temporal", *(f"worker-{number}" for number in range(self.workers)), *apis)

    @property
    def apis(self) -> tuple[str, ...]:
        """URL of each API process; the same over every restart."""
        return tuple(f"http://127.0.0.1:{self.ports[name]}" for name in self.parts if name.startswith("api-"))

    @property
    def plan_file(self) -> Path:
        """The file that says which side effects fail (storage.failpoints)."""
        return self.settings.home / "fail-points.json"

    # -- starting and stopping

    async def start(self) -> None:
        """Starts all parts and waits until the office is ready."""
        for name in self.parts:
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

    async def halt(self) -> None:
        """Ends all parts as a power cut would: kill -9, and no restart."""
        await asyncio.gather(*(part.stop(0.0) for part in self._parts.values()))
        while not all(task.done() for task in self._keeping.values()):  # one may just have been started again
            for name in self.parts:
                self.kill(name)
            await asyncio.sleep(0.05)
        await asyncio.gather(*self._keeping.values(), return_exceptions=True)

    def kill(self, name: str) -> bool:
        """kill -9 one part; False when it was dead already."""
        pid = self._parts[name].pid
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.kills += 1
        return True

    async def kill_postgres(self) -> None:
        """kill -9 of PostgreSQL itself, and its recovery."""
        assert self.postgres is not None
        await asyncio.to_thread(self.postgres.kill)
        self.kills += 1
        await asyncio.to_thread(self.postgres.start_again)

    async def ready(self, within: float = 120.0) -> None:
        """Waits until every API process says that record, Temporal and worker answer. Raises Violation."""
        give_up = time.monotonic() + within
        waiting = list(self.apis)
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while time.monotonic() < give_up:
                for name, task in self._keeping.items():
                    if task.done() and not task.cancelled() and task.exception() is not None:
                        raise RuntimeError(f"{name}: {task.exception()}")
                with suppress(httpx.TransportError):
                    if (await client.get(f"{waiting[0]}/readyz")).status_code == httpx.codes.OK:
                        waiting.pop(0)
                        if not waiting:
                            return
                        continue
                await asyncio.sleep(0.1)
        raise Violation(f"the office is not ready after {within:.0f} s; logs in {self.settings.logs}")

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

    async def copy_record(self, to: Path) -> None:
        """A backup of the record as of now, while others write."""
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.dump, to)
        else:
            _copy_sqlite(self.settings.home / "record.db", to)

    async def put_record(self, copy: Path) -> None:
        """Everything halted: the record is restored from an older backup."""
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.restore, copy)
        else:
            _put_sqlite(self.settings.home / "record.db", copy)

    def step_clock(self, seconds: float) -> None:
        """The clock of workers and API jumps to this many seconds off the true time; Temporal's stays true."""
        self.clock_file.write_text(f"{seconds:+.0f}", encoding="utf-8")

    @property
    def clock_file(self) -> Path:
        """The file that says how far the clock is off."""
        return self.settings.home / "clock"

    # -- within

    def _command(self, name: str) -> list[str]:
        if name == "temporal":
            return temporal_command(self.settings, port=self.ports["temporal"], ui_port=self.ports["ui"])
        return worker_command() if name.startswith("worker-") else api_command("127.0.0.1", self.ports[name])

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXU_")}
        clocks = clock.environment(self.clock_file) if self.clock_can_step else {}
        return (
            inherited
            | clocks
            | {
                "CHENGXU_HOME": str(self.settings.home),
                "CHENGXU_DATABASE_URL": self.settings.database_url,
                "CHENGXU_TEMPORAL_ADDRESS": f"127.0.0.1:{self.ports['temporal']}",
                "COLUMNS": "200",
                VARIABLE: str(self.plan_file),
            }
        )


@asynccontextmanager
async def chaos_office(
    home: Path, *, database: Database = "sqlite", workers: int = 1, apis: int = 1
) -> AsyncIterator[ChaosOffice]:
    """A fresh practice office in `home`, started; nothing of it runs any more at the end."""
    await asyncio.to_thread(home.mkdir, mode=0o700, parents=True, exist_ok=True)
    ports = _free_ports("temporal", "ui", *(f"api-{number}" for number in range(apis)))
    with postgres.server(home / "postgres") if database == "postgres" else postgres.none() as served:
        where: dict[str, Any] = {"database_url": served.url} if served else {}
        settings = Settings.load(
            home=home, office="practice", temporal_address=f"127.0.0.1:{ports['temporal']}", **where
        )
        await asyncio.to_thread(settings.logs.mkdir, exist_ok=True)
        load_or_create_key(settings.key_file)
        async with _migrating:
            opened = await prepare_office(settings)
        await opened.engine.dispose()
        office = ChaosOffice(settings, lock_home(home), ports, workers, served)
        office.fail(None)
        office.step_clock(0)
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
