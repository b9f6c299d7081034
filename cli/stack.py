"""The embedded stack: Temporal's own server, the worker and the API as processes of one office on one machine."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from cli.parts import Part, PartFailedError
from cli.running import Running
from settings import Settings

_READY_WITHIN = 120.0  # seconds
_KEPT = "87600h"  # closed workflows stay readable for ten years; the record itself is the database
_SERVER_SWITCHES = (
    'history.timerProcessorMaxTimeShift="10ms"',  # without it timers fire on a grid of one second
    "history.transferProcessorMaxPollRPS=2000",  # the default of 20 delays each hop by up to 50 ms
)
_PRACTICE_SWITCHES = (  # the practice clock; never in a real office
    "frontend.WorkflowTimeSkippingEnabled=true",
    "system.workflowTimeSkippingEnabled=true",
)


class PortTakenError(Exception):
    """A port that the settings fix is in use."""


class Stack:
    """The parts of one office, started in order and stopped in the reverse order."""

    def __init__(self, settings: Settings, lock: int, announce: Callable[[str], None]) -> None:
        """`lock` is what `lock_home` gave. Raises PortTakenError."""
        self._settings, self._lock, self._announce = settings, lock, announce
        self._parts: list[Part] = []
        self._keeping: list[asyncio.Task[None]] = []
        self._api_port = _port(settings.api_host, settings.api_port, 8470, "CHENGXU_API_PORT")
        host = "127.0.0.1" if settings.api_host == "0.0.0.0" else settings.api_host
        self._temporal_port = self._ui_port = 0
        temporal, ui = settings.temporal_address, None
        if temporal is None:
            self._temporal_port = _port("127.0.0.1", settings.temporal_port, 7233, "CHENGXU_TEMPORAL_PORT")
            self._ui_port = _port("127.0.0.1", settings.temporal_ui_port, 8233, "CHENGXU_TEMPORAL_UI_PORT")
            temporal, ui = f"127.0.0.1:{self._temporal_port}", f"http://127.0.0.1:{self._ui_port}"
        self.running = Running(api=f"http://{host}:{self._api_port}", temporal=temporal, ui=ui)

    def start_temporal(self) -> None:
        """Begin to start the embedded server, unless the settings name a cluster."""
        if self._settings.temporal_address is None:
            command = temporal_command(self._settings, port=self._temporal_port, ui_port=self._ui_port)
            self._start("Temporal", "temporal", command)

    def start_worker_and_api(self) -> None:
        """Begin to start both; each waits by itself until Temporal answers."""
        self._start("Worker", "worker", worker_command())
        self._start("API", "api", api_command(self._settings.api_host, self._api_port))

    async def wait_until_temporal_listens(self) -> None:
        """Raises PartFailedError when it can't be started."""
        address = urlsplit(f"//{self.running.temporal}")
        await self._wait(lambda: _listens(address.hostname or "", address.port or 0), "Temporal")

    async def keep_closed_cases(self) -> None:
        """Raise the embedded server's retention of closed workflows, 24 hours as it comes."""
        if self._settings.temporal_address is not None:
            return
        command = [_program("temporal"), "operator", "namespace", "update", "--retention", _KEPT]
        where = ["--namespace", self._settings.temporal_namespace, "--address", self.running.temporal]
        process = await asyncio.create_subprocess_exec(
            *command, *where, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output, _ = await process.communicate()
        if process.returncode:
            self._announce(f"未能延长 Temporal 的保留期：{output.decode('utf-8', 'replace').strip()}")

    async def wait_until_ready(self) -> None:
        """Until the API says so of itself, the record, Temporal and the worker. Raises PartFailedError."""
        await self._wait(self._says_ready, "API")
        for part in self._parts:
            part.settled = True

    async def wait_until_broken(self) -> None:
        """Returns never; raises PartRefusedError or PartFailedError when a part can't be kept running."""
        done, _ = await asyncio.wait(self._keeping, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Stop API, worker, Temporal, in this order, each within the time that the settings give."""
        for part in reversed(self._parts):
            self._announce(f"停止{part.name}……")
            await part.stop(self._settings.shutdown_seconds)
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)

    def _start(self, name: str, log: str, argv: list[str]) -> None:
        part = Part(
            name,
            argv,
            env=os.environ
            | {"CHENGXU_HOME": str(self._settings.home), "CHENGXU_TEMPORAL_ADDRESS": self.running.temporal},
            home=self._settings.home,
            log=self._settings.logs / f"{log}.log",
            lock=self._lock,
            announce=self._announce,
        )
        self._parts.append(part)
        self._keeping.append(asyncio.create_task(part.keep()))

    async def _wait(self, reached: Callable[[], bool], name: str) -> None:
        give_up = time.monotonic() + _READY_WITHIN
        while not await asyncio.to_thread(reached):
            for task in self._keeping:
                if task.done():
                    task.result()
            if time.monotonic() > give_up:
                raise PartFailedError(
                    f"{name}在 {_READY_WITHIN:.0f} 秒内未就绪；日志见 {self._settings.logs}"
                )
            await asyncio.sleep(0.03)

    def _says_ready(self) -> bool:
        url = urlsplit(self.running.api)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def temporal_command(settings: Settings, *, port: int, ui_port: int) -> list[str]:
    """Temporal's development server on this machine, its store in the home folder."""
    switches = _SERVER_SWITCHES + (_PRACTICE_SWITCHES if settings.practice else ())
    return [
        *(_program("temporal"), "server", "start-dev", "--ip", "127.0.0.1"),
        *("--port", str(port), "--ui-port", str(ui_port), "--ui-disable-news-fetch"),
        *("--namespace", settings.temporal_namespace),
        *("--db-filename", str(settings.home / "temporal.db"), "--sqlite-pragma", "journal_mode=wal"),
        *("--log-level", "warn"),
        *(part for switch in switches for part in ("--dynamic-config-value", switch)),
    ]


def worker_command() -> list[str]:
    """A worker, with the relay beside it."""
    return [sys.executable, "-P", "-m", "worker"]


def api_command(host: str, port: int) -> list[str]:
    """An API process."""
    api = ["-m", "uvicorn", "api.app:create_app", "--factory", "--no-access-log", "--no-server-header"]
    where = ["--host", host, "--port", str(port)]
    return [sys.executable, "-P", *api, *where, "--timeout-graceful-shutdown", "5"]


def _listens(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def _program(name: str) -> str:
    """Path of a program that a package installed, also when the venv is not activated."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name


def _port(host: str, fixed: int | None, preferred: int, setting: str) -> int:
    """The port that the settings fix, else the preferred one or the next that is free."""
    for port in [fixed] if fixed else range(preferred, preferred + 100):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((host, port))
                return port
    raise PortTakenError(
        f"{host} 的端口 {fixed or preferred} 已被占用：请停止占用它的程序，或改设置 {setting}。"
    )
