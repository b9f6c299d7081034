"""Temporal's development server as we start it, and as it comes; each on a file, gone afterwards."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cli.stack import temporal_command
from settings import Settings

_WITHIN = 60.0  # seconds


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def our_command(home: Path, port: int) -> list[str]:
    """As the embedded office starts it."""
    return temporal_command(Settings.load(home=home), port=port, ui_port=free_port())


def plain_command(home: Path, port: int) -> list[str]:
    """As it comes, on a file."""
    program = our_command(home, port)[0]
    where = ["--ip", "127.0.0.1", "--port", str(port), "--ui-port", str(free_port())]
    return [
        program,
        "server",
        "start-dev",
        *where,
        "--db-filename",
        str(home / "plain.db"),
        "--log-level",
        "warn",
    ]


@contextmanager
def server(command: list[str], port: int, log: Path) -> Iterator[str]:
    """HOST:PORT of the server once it listens."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            wait_until_listens(port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def wait_until_listens(port: int) -> None:
    """Raises TimeoutError when nobody does within a minute."""
    give_up = time.monotonic() + _WITHIN
    while time.monotonic() < give_up:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise TimeoutError(f"nobody listens on port {port}")
