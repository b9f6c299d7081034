"""The floor's worker, a process of its own like the product's: `python -m bench.floor_worker ADDRESS RECORD CACHED`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from bench.bare import connect
from bench.floor import QUEUE, FloorActivities, FloorWorkflow, open_record

#: Its own modules pass through the sandbox as the product's do: a start costs what a start must.
RUNNER = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules("bench"))


async def serve(address: str, path: Path, cached: int) -> None:
    """Works until it is ended; keeps `cached` workflows in memory."""
    client = await connect(address)
    activities = FloorActivities(open_record(path))
    await Worker(
        client,
        task_queue=QUEUE,
        workflows=[FloorWorkflow],
        activities=[activities.append],
        workflow_runner=RUNNER,
        max_cached_workflows=cached,
    ).run()


@contextmanager
def floor_worker(address: str, record: Path, *, cached: int = 1000) -> Iterator[subprocess.Popen[bytes]]:
    """The process, ended afterwards."""
    command = [sys.executable, "-P", "-m", "bench.floor_worker", address, str(record), str(cached)]
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
