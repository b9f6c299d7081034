from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from cli import app
from cli.parts import REFUSED, Part, PartFailedError, PartRefusedError
from cli.running import HomeInUseError, Running, find_running, forget_running, lock_home, write_running
from cli.stack import PortTakenError, Stack
from settings import Settings


@pytest.fixture
def lock(home: Path) -> int:
    return lock_home(home)


def part(home: Path, lock: int, code: str, said: list[str]) -> Part:
    return Part(
        "部件",
        [sys.executable, "-c", code],
        env=dict(os.environ),
        home=home,
        log=home / "part.log",
        lock=lock,
        announce=said.append,
    )


async def until(reached: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not reached():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def lines(home: Path) -> list[str]:
    log = home / "part.log"
    return log.read_text("utf-8").splitlines() if log.exists() else []


SLEEPING = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


async def test_a_part_that_is_killed_is_started_again_and_the_user_is_told(home: Path, lock: int) -> None:
    said: list[str] = []
    sleeping = part(home, lock, SLEEPING, said)
    keeping = asyncio.create_task(sleeping.keep())
    await until(lambda: len(lines(home)) == 1)
    os.kill(int(lines(home)[0]), signal.SIGKILL)
    await until(lambda: len(lines(home)) == 2)
    assert "部件意外退出（退出码 -9）" in said[0]
    await sleeping.stop(5)
    await asyncio.wait_for(keeping, 5)
    assert not psutil.pid_exists(int(lines(home)[1]))


async def test_a_part_that_does_not_stop_in_its_time_is_killed(home: Path, lock: int) -> None:
    said: list[str] = []
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    stubborn = part(home, lock, deaf + SLEEPING, said)
    keeping = asyncio.create_task(stubborn.keep())
    await until(lambda: lines(home))
    await stubborn.stop(0.2)
    await asyncio.wait_for(keeping, 5)
    assert "强制结束" in said[0]
    assert not psutil.pid_exists(int(lines(home)[0]))


async def test_a_part_that_can_not_start_fails_with_the_end_of_its_log(home: Path, lock: int) -> None:
    broken = part(home, lock, "raise SystemExit('缺少 api')", [])
    with pytest.raises(PartFailedError, match="缺少 api"):
        await asyncio.wait_for(broken.keep(), 20)
    assert len(lines(home)) == 3


async def test_a_part_that_refuses_is_not_started_again(home: Path, lock: int) -> None:
    refusing = part(home, lock, f"print('密钥不符'); raise SystemExit({REFUSED})", [])
    with pytest.raises(PartRefusedError, match="密钥不符"):
        await asyncio.wait_for(refusing.keep(), 20)
    assert lines(home) == ["密钥不符"]


async def test_logs_stay_bounded(home: Path, lock: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.parts._LOG_BYTES", 10_000)
    chatty = part(home, lock, f"print(('诚' * 50 + '\\n') * 5000); raise SystemExit({REFUSED})", [])
    with pytest.raises(PartRefusedError):
        await asyncio.wait_for(chatty.keep(), 20)
    assert len([name for name in os.listdir(home) if name.startswith("part.log")]) == 4  # noqa: PTH208
    assert "�" not in (home / "part.log").read_text("utf-8")


def test_no_second_office_runs_on_the_same_home(home: Path, lock: int) -> None:
    with pytest.raises(HomeInUseError, match=str(os.getpid())):
        lock_home(home)


def test_a_home_whose_office_was_killed_is_free_once_its_last_part_is_gone(home: Path, lock: int) -> None:
    (home / "run.lock").write_text("999999999")  # the holder is dead; a part of it still holds the lock
    part_of_it = os.dup(lock)
    os.close(lock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cli.running._WAIT_FOR_DYING", 0.2)
        with pytest.raises(HomeInUseError):
            lock_home(home)
    os.close(part_of_it)
    assert lock_home(home) > 0


def test_other_commands_find_the_office_that_runs_and_none_that_does_not(home: Path, lock: int) -> None:
    settings = Settings.load()
    here = Running(api="http://127.0.0.1:1", temporal="127.0.0.1:2", ui=None)
    assert find_running(settings) is None
    write_running(home, here)
    assert find_running(settings) == here
    fcntl.flock(lock, fcntl.LOCK_UN)  # as when it was killed and left the file
    assert find_running(settings) is None
    forget_running(home)
    assert json.loads((home / "run.lock").read_text()) == os.getpid()


def test_a_taken_port_is_named_when_fixed_and_passed_over_when_not(home: Path, lock: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match="CHENGXU_TEMPORAL_UI_PORT"):
            Stack(Settings.load(temporal_ui_port=port), lock, print)
    assert Stack(Settings.load(), lock, print).running.ui is not None


def test_wrong_settings_are_named_and_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXU_OFFICE", "real-ish")
    (home / ".env").write_text("CHENGXU_API_PROT=1\nCHENGXU_DATABASE_URL=mysql://u:geheim@h/x\n")
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 2
    for name in ("CHENGXU_OFFICE", "CHENGXU_API_PROT", "CHENGXU_DATABASE_URL"):
        assert name in result.output
    assert "geheim" not in result.output
    assert "CHENGXU_KEY_FILE" not in result.output


def test_a_key_that_others_can_read_stops_the_start(home: Path) -> None:
    (home / "key").write_text("00" * 32)
    (home / "key").chmod(0o644)
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 2
    assert "chmod 600" in result.output
