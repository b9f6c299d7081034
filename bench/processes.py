"""Applications of the benches as processes of their own, started as the product starts its API."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from bench.servers import free_port, wait_until_listens
from cli.stack import api_command


def app_command(factory: str, port: int) -> list[str]:
    """The product's own command line, for another application."""
    ours = api_command("127.0.0.1", port)
    return [*(factory if part == "api.app:create_app" else part for part in ours), "--log-level", "warning"]


@contextmanager
def application(factory: str, **environment: str) -> Iterator[str]:
    """URL of the application once it listens."""
    port = free_port()
    process = subprocess.Popen(app_command(factory, port), env=os.environ | environment)
    try:
        wait_until_listens(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
