"""Rounds in turn, A B A B …, so that whatever disturbs the machine meets every contender alike; medians of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

Round = Callable[[], float]
AsyncRound = Callable[[], Awaitable[float]]


def in_turn(contenders: Mapping[str, Round], rounds: int) -> dict[str, float]:
    """The median for each contender of what its rounds gave; one more round, the first, warms up."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name, once in contenders.items():
            found[name].append(once())
    return {name: statistics.median(values[1:]) for name, values in found.items()}


async def in_turn_async(contenders: Mapping[str, AsyncRound], rounds: int) -> dict[str, float]:
    """The same for rounds that are awaited."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name, once in contenders.items():
            found[name].append(await once())
    return {name: statistics.median(values[1:]) for name, values in found.items()}


def seconds(work: Callable[[], object], times: int = 1) -> Round:
    """A round that does the work and gives the seconds that one of `times` took."""

    def once() -> float:
        began = time.perf_counter()
        work()
        return (time.perf_counter() - began) / times

    return once


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which this part of the values lies."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]
