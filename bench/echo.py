"""A bare workflow on which a signal has an effect: what lies between the two is the server's."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import activity, workflow

QUEUE = "bench-echo"


class EchoActivities:
    """The effect; whoever waits for it in this process learns of it at once."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Event] = {}

    @activity.defn(name="echo_hear")
    async def hear(self, shout: str) -> None:
        """Wakes the one who waits for this shout."""
        self.waiting.pop(shout).set()


@workflow.defn(name="Echo")
class EchoWorkflow:
    """Each signal is followed by one activity."""

    def __init__(self) -> None:
        self._shouts: list[str] = []

    @workflow.run
    async def run(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._shouts))
            await workflow.execute_activity(
                "echo_hear", self._shouts.pop(0), start_to_close_timeout=timedelta(seconds=30)
            )

    @workflow.signal
    def shout(self, shout: str) -> None:
        """Something to be heard."""
        self._shouts.append(shout)
