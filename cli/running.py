"""What a running `chengxu run` leaves in the home folder for other commands: who it is and where it listens."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from pydantic import BaseModel

from settings import Settings

_WAIT_FOR_DYING = 5.0  # seconds


class HomeInUseError(Exception):
    """Another office runs on this home folder."""


class Running(BaseModel):
    """The addresses of the office that runs on a home folder."""

    api: str  # URL
    temporal: str  # HOST:PORT
    ui: str | None  # URL of the Temporal UI; None when Temporal isn't ours


def lock_home(home: Path) -> int:
    """Hold the home folder for this process and its children; the descriptor to pass on to them.

    Waits a moment for the parts of an office that was just killed. Raises HomeInUseError.
    """
    descriptor = os.open(home / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    give_up = time.monotonic() + _WAIT_FOR_DYING
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            if _alive(holder) or time.monotonic() > give_up:
                os.close(descriptor)
                raise HomeInUseError(
                    f"另一个 chengxu（进程 {holder}）正在使用 {home}。请先停止它，或用 CHENGXU_HOME 指定另一数据目录。"
                ) from None
            time.sleep(0.05)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return descriptor


def _alive(process: str) -> bool:
    return process.isdecimal() and Path(f"/proc/{process}").exists()


def write_running(home: Path, running: Running) -> None:
    """Tell other commands where the office listens."""
    draft = home / ".running.json"
    draft.write_text(running.model_dump_json(), encoding="utf-8")
    draft.replace(home / "running.json")


def forget_running(home: Path) -> None:
    """The office has stopped."""
    (home / "running.json").unlink(missing_ok=True)


def find_running(settings: Settings) -> Running | None:
    """The office that runs on this home folder now, or None."""
    try:
        with (home_lock := settings.home / "run.lock").open("rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        path = home_lock.with_name("running.json")
        return Running.model_validate_json(path.read_bytes()) if path.exists() else None
    except OSError:
        return None
    return None
