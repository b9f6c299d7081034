"""The whole office as real processes in a home of its own: for tests that kill parts of it and start it again."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import psutil

PartName = Literal["temporal", "worker", "api"]
_MARKS: dict[PartName, str] = {"temporal": "start-dev", "worker": "worker", "api": "api.app:create_app"}


@dataclass
class RunningStack:
    """One `chengxu run`. Ports are chosen free at each start: ask `api` again after a restart."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def api(self) -> str:
        """URL of the API."""
        return str(self._running()["api"])

    @property
    def temporal(self) -> str:
        """HOST:PORT of Temporal."""
        return str(self._running()["temporal"])

    @property
    def output(self) -> str:
        """What the user saw, over all starts."""
        return (self.home / "output.txt").read_text("utf-8")

    async def start(self, within: float = 90.0) -> None:
        """Start and wait until the office says that it is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "output.txt").open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "cli", "run"),
                env=os.environ | {"CHENGXU_HOME": str(self.home), "COLUMNS": "200"} | self.environment,
                stdout=output,
                stderr=output,
            )
        (self.home / "running.json").unlink(missing_ok=True)
        async with asyncio.timeout(within):
            while not (self.home / "running.json").exists():
                if self.process.returncode is not None:
                    raise AssertionError(f"exit {self.process.returncode}:\n{self.output}")
                await asyncio.sleep(0.05)

    def kill(self, part: PartName) -> None:
        """kill -9 one part; `chengxu run` starts it again."""
        self.part(part).kill()

    def part(self, name: PartName) -> psutil.Process:
        """The process of a part, as it now runs."""
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children():
            if _MARKS[name] in child.cmdline():
                return child
        raise ProcessLookupError(name)

    async def kill_all(self) -> None:
        """kill -9 `chengxu run` itself: every part must die with it."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        await self.process.wait()
        _, alive = await asyncio.to_thread(psutil.wait_procs, children, 5)
        assert alive == []

    async def stop(self, within: float = 60.0) -> int:
        """Ctrl-C; the exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def ready_again(self, within: float = 60.0) -> None:
        """Wait until the API says that all parts answer."""
        async with asyncio.timeout(within):
            while not await asyncio.to_thread(self._says_ready):  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    def _says_ready(self) -> bool:
        url = urlsplit(self.api)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _running(self) -> dict[str, str]:
        running: dict[str, str] = json.loads((self.home / "running.json").read_bytes())
        return running


@asynccontextmanager
async def running_stack(home: Path, **environment: str) -> AsyncIterator[RunningStack]:
    """A started office; whatever a test did to it, nothing of it is left at the end."""
    stack = RunningStack(home, environment)
    try:
        await stack.start()
        yield stack
    finally:
        if stack.process is not None and stack.process.returncode is None:
            await stack.stop()
