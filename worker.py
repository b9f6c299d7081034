"""The worker: where settings, record, activities and workflows meet. Runs the relay beside it."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from datetime import timedelta

import uvloop
from temporalio.client import Client
from temporalio.worker import Worker

from activities.carriage import Carrier
from activities.papers import PaperActivities
from activities.record import RecordActivities
from activities.relay import Relay
from documents.fonts import use_fonts_of
from settings import EX_CONFIG, Settings, SettingsError
from storage.office import UNFIT, Office, open_office
from storage.papers import PaperStore
from storage.receipts import Receipts
from storage.record import Record
from workflows.build import build_id
from workflows.connect import connect
from workflows.determination import DeterminationWorkflow
from workflows.listing import ListingWorkflow
from workflows.sandbox import RUNNER

WORKFLOWS = (DeterminationWorkflow, ListingWorkflow)
_CACHED = 500  # workflows kept in memory; the others are replayed when they move


def build_worker(office: Office, client: Client, task_queue: str) -> Worker:
    """A worker of this office on this task queue."""
    record = Record(office)
    steps = RecordActivities(record)
    papers = PaperActivities(record, PaperStore(office))
    return Worker(
        client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        activities=[steps.append, steps.load, steps.refuse, papers.produce],
        workflow_runner=RUNNER,
        build_id=build_id(),
        max_cached_workflows=_CACHED,
        max_concurrent_workflow_task_polls=5,
        # After a worker was killed its cases wait this long for it before another takes them.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    )


async def serve(settings: Settings) -> None:
    """Works until SIGTERM or SIGINT, then finishes what is under way."""
    use_fonts_of(settings.font_dir)
    office = await open_office(settings)
    client = await connect(settings, identity="worker")
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    relay = Relay(office, Carrier(client, Receipts(office), settings.temporal_task_queue))
    async with build_worker(office, client, settings.temporal_task_queue):
        relaying = asyncio.create_task(relay.run())
        await stop.wait()
        relaying.cancel()
        with suppress(asyncio.CancelledError):
            await relaying
    await office.engine.dispose()


def main() -> None:
    """`python -m worker`. Exit code 78 (sysexits.h, EX_CONFIG): as things are set, starting again cannot help."""
    try:
        uvloop.run(serve(Settings.load()))
    except (SettingsError, *UNFIT) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(EX_CONFIG)


if __name__ == "__main__":
    main()
