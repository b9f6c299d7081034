"""A real Temporal server on which days pass at a word: one clock for each workflow, which stands until told.

The SDK marks this interface experimental; nothing else in the tests touches it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.converter import DataConverter
from temporalio.testing import TimeSkipper, WorkflowEnvironment

_SWITCHES = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "system.workflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',
    "history.transferProcessorMaxPollRPS=2000",
)


@dataclass(frozen=True)
class TimeSkippingServer:
    """One server for the tests of one process."""

    client: Client
    address: str

    async def pass_time(self, case: WorkflowHandle[Any, Any], time: timedelta) -> bool:
        """Let `time` pass for one workflow, firing what falls due. False when it ended meanwhile."""
        return await TimeSkipper(self.client).fast_forward(case, time)

    async def now(self, case: WorkflowHandle[Any, Any]) -> datetime:
        """What the clock of one workflow shows, in UTC."""
        return await TimeSkipper(self.client).get_current_time(case)


def program(name: str) -> str:
    """Path of a program that a package installed, also when the venv is not activated."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name


@asynccontextmanager
async def time_skipping_server(converter: DataConverter) -> AsyncIterator[TimeSkippingServer]:
    """Start the server, stop it at the end."""
    switches = [part for switch in _SWITCHES for part in ("--dynamic-config-value", switch)]
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=program("temporal"),
        dev_server_log_level="error",
        dev_server_extra_args=switches,
        data_converter=converter,
    ) as environment:
        address = environment.client.service_client.config.target_host
        # A client of our own: the environment's would let time run by itself from the start.
        yield TimeSkippingServer(await Client.connect(address, data_converter=converter), address)
