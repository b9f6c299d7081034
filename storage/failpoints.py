"""Faults on purpose, for proving that none of them harms a case. Off unless a practice office (演练) is told to fail.

`CHENGXU_FAIL_POINTS` names a file. While it holds a plan, every side effect (a transaction, a call to Temporal) is
counted over all processes of the office, and the plan says which of them fail, and how:

    error  before it takes place          lost   it takes place, and its answer is lost
    late   it takes place after a while   exit   the process ends before, within or after it

Without the variable, and in a real office always, the points do nothing.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

VARIABLE = "CHENGXU_FAIL_POINTS"

Fault = Literal["error", "lost", "late", "exit_before", "exit_within", "exit_after"]


class Plan(BaseModel):
    """Which side effects fail. `done` counts those that have begun, `failed` those that were made to fail."""

    model_config = ConfigDict(extra="forbid")

    fault: Fault
    nth: int = 0  # this one, counted from 1; 0: see the others
    every: int = 0  # every so-manieth
    rate: float = 0.0  # each with this probability
    seed: int = 0
    late_seconds: float = 4.0
    done: int = 0
    failed: int = 0

    def strikes(self) -> bool:
        """Whether the effect that was counted last fails."""
        if self.nth:
            return self.done == self.nth
        if self.every:
            return self.done % self.every == 0
        return random.Random(f"{self.seed}:{self.done}").random() < self.rate


_file: Path | None = None


def arm(*, practice: bool) -> None:
    """Called once when the office opens; heeds the variable only in a practice office."""
    global _file
    name = os.environ.get(VARIABLE, "")
    _file = Path(name) if practice and name else None


@asynccontextmanager
async def effect(failure: Callable[[], Exception]) -> AsyncIterator[Callable[[], None]]:
    """Surrounds one side effect. `failure` makes the error that it would really fail with.

    Yields what is to be called at the last moment before the effect is final.
    """
    if _file is None:
        yield _nothing
        return
    fault, seconds = _next_fault(_file)
    if fault == "exit_before":
        _die()
    if fault == "error":
        raise failure()
    if fault == "late":
        await asyncio.sleep(seconds)
    yield _die if fault == "exit_within" else _nothing
    if fault == "exit_after":
        _die()
    if fault == "lost":
        raise failure()


def _next_fault(file: Path) -> tuple[Fault | None, float]:
    """Counts one effect, and says how it fails, if it does; a file that is absent or empty asks for nothing."""
    try:
        with file.open("r+", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            text = held.read()
            if not text:
                return None, 0.0
            plan = Plan.model_validate_json(text)
            plan.done += 1
            strikes = plan.strikes()
            plan.failed += strikes
            held.seek(0)
            held.truncate()
            held.write(plan.model_dump_json())
    except FileNotFoundError:
        return None, 0.0
    return (plan.fault if strikes else None), plan.late_seconds


def _nothing() -> None:
    """The effect becomes final."""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
