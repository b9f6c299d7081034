"""One part of the running office (Temporal, worker, API) as a child process: started, logged, restarted, stopped."""

from __future__ import annotations

import asyncio
import codecs
import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from settings import EX_CONFIG

REFUSED = EX_CONFIG

_LOG_BYTES, _LOGS_KEPT = 5_000_000, 3
_SOUND_AFTER = 5.0  # seconds that a part must live for its failures to be forgotten
_TRIES_AT_START = 3

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1  # prctl(2)


class PartFailedError(Exception):
    """A part can't be kept running. The text names it and shows the end of its log."""


class PartRefusedError(Exception):
    """A part will not run with these settings, key or record. The text shows the end of its log."""


class Part:
    """A child process that is started again when it dies, and that never outlives us."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        home: Path,
        log: Path,
        lock: int,
        announce: Callable[[str], None],
        sound_after: float = _SOUND_AFTER,
    ) -> None:
        """`lock` is the descriptor of the home's lock: every part holds it, so that no second office starts on
        the same home while a part of the first still lives. `announce` tells the user what happened.
        """
        self.name = name
        self.settled = False  # set once the office is ready: from then on a part is restarted without end
        self._argv, self._env, self._home, self._lock = argv, env, home, lock
        self._announce, self._sound_after = announce, sound_after
        self._stopping = False
        self._process: asyncio.subprocess.Process | None = None
        self._log_file = log
        self._handler = RotatingFileHandler(
            log, maxBytes=_LOG_BYTES, backupCount=_LOGS_KEPT, encoding="utf-8", delay=True
        )
        self._handler.terminator = ""

    async def keep(self) -> None:
        """Run until stopped. Raises PartRefusedError, or PartFailedError when it can't even start."""
        try:
            await self._keep()
        finally:
            self._handler.close()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def stop(self, seconds: float) -> None:
        """Ask the part to end; kill it when it hasn't after `seconds`."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), seconds)
            except TimeoutError:
                self._announce(f"{self.name}未在 {seconds:.0f} 秒内停止，强制结束")
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _keep(self) -> None:
        failures = 0
        while not self._stopping:
            began = time.monotonic()
            code = await self._run_once()
            if self._stopping:
                return
            failures = 1 if time.monotonic() - began > self._sound_after else failures + 1
            if code == REFUSED:
                raise PartRefusedError(f"{self.name}：\n{self._tail()}")
            if failures >= _TRIES_AT_START and not self.settled:
                raise PartFailedError(f"{self.name}退出码 {code}，日志 {self._log_file}：\n{self._tail()}")
            pause = min(0.1 * 4 ** (failures - 1), 30.0)
            self._announce(
                f"{self.name}意外退出（退出码 {code}），{pause:.1f} 秒后重新启动；日志 {self._log_file}"
            )
            await asyncio.sleep(pause)

    async def _run_once(self) -> int:
        self._process = await asyncio.create_subprocess_exec(
            *self._argv,
            cwd=self._home,
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=(self._lock,),
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the parts in order
            preexec_fn=_die_with(os.getpid()) if sys.platform == "linux" else None,
        )
        assert self._process.stdout is not None
        await self._copy_to_log(self._process.stdout)
        return await self._process.wait()

    async def _copy_to_log(self, output: asyncio.StreamReader) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while chunk := await output.read(65536):
            record = logging.LogRecord(self.name, logging.INFO, "", 0, "%s", (decoder.decode(chunk),), None)
            self._handler.emit(record)

    def _tail(self) -> str:
        try:
            lines = self._log_file.read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-15:])


def _die_with(parent: int) -> Callable[[], None]:
    """For the child, before it becomes the part: be killed when the parent dies, however that dies."""

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask
