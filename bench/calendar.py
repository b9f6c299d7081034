"""How fast days are counted, as ratios against floors measured in the same run (rounds in turn: A B C A B C …).

    python -m bench.calendar        prints a table and writes bench/results/calendar.json

* one addition of working days: against workalendar's own China in the years it knows, and against `date.toordinal`,
  each called in the same list comprehension;
* a million additions: against a prefix index in numpy, both from an array of ordinals to an array of ordinals. In plain
  Python (`add_many`, dates to dates) no loop comes near that; its floor is numpy fed with, and giving back, dates.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from workalendar.asia.china import China

from law.calendar_loader import load_calendar

ROUNDS = 9
SINGLE = 20_000
SLOW = 200
BULK = 1_000_000
COUNT = 10
RESULTS = Path(__file__).with_name("results") / "calendar.json"


def measure(contenders: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Median nanoseconds an item, over rounds in turn, for each (function, number of items)."""
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS + 1):
        for name, (run, items) in contenders.items():
            began = time.perf_counter_ns()
            run()
            spent[name].append((time.perf_counter_ns() - began) / items)
    return {name: statistics.median(rounds[1:]) for name, rounds in spent.items()}  # the first round warms up


def wrong() -> int:
    """Answers that differ from workalendar's own walk on our data: every date it is right on × 1..60."""
    calendar, days = load_calendar(), load_calendar().working_days
    first, last = date(2018, 1, 1).toordinal(), date(2026, 12, 31).toordinal()
    worked = [o for o in range(first, last + 1) if calendar.is_working_day(date.fromordinal(o))]
    faults, place = 0, 0
    for ordinal in range(first, last + 1):
        while place < len(worked) and worked[place] <= ordinal:
            place += 1
        start = date.fromordinal(ordinal)
        for count, due in enumerate(worked[place : place + 60], start=1):
            faults += days.add(start, count).toordinal() != due
    return faults


def main() -> None:
    """Measures, prints, writes."""
    warnings.simplefilter("ignore")  # workalendar warns on every call
    days, china, draw = load_calendar().working_days, China(), random.Random(6)
    first = days.first.toordinal()
    # Only years that workalendar knows; far enough from the last one not to touch 2024.
    starts = [date.fromordinal(first + draw.randrange(2100)) for _ in range(SINGLE)]
    few = starts[:SLOW]
    add = days.add
    single = measure(
        {
            "add": (lambda: [days.add(start, COUNT) for start in starts], SINGLE),
            "workalendar": (lambda: [china.add_working_days(start, COUNT) for start in few], SLOW),
            "toordinal": (lambda: [start.toordinal() for start in starts], SINGLE),
            "add, held": (lambda: [add(start, COUNT) for start in starts], SINGLE),
        }
    )

    offsets = np.array([draw.randrange(7000) for _ in range(BULK)], dtype=np.int32)
    ordinals = offsets + np.int32(first)
    many = [date.fromordinal(int(ordinal)) for ordinal in ordinals]
    flags = np.array([days.is_worked(date.fromordinal(first + i)) for i in range(days.span)])
    rank = np.cumsum(flags).astype(np.int32) - 1
    worked = (np.flatnonzero(flags) + first).astype(np.int32)
    base = np.datetime64(0, "D") - np.timedelta64(date(1970, 1, 1).toordinal(), "D")

    def numpy_index() -> NDArray[np.int32]:
        due: NDArray[np.int32] = worked[rank[ordinals - first] + COUNT]
        return due

    def ours_on_arrays() -> NDArray[np.int32]:
        due: NDArray[np.int32] = np.frombuffer(days.due_ordinals(COUNT), dtype=np.int32)[ordinals - first]
        return due

    def numpy_on_dates() -> object:
        given = np.array(many, dtype="datetime64[D]")
        return (base + worked[rank[(given - base).astype(np.int32) - first] + COUNT]).tolist()

    if not np.array_equal(numpy_index(), ours_on_arrays()) or numpy_on_dates() != days.add_many(many, COUNT):
        sys.exit("the contenders disagree")
    # Apart: a million objects made and freed by one contender would disturb the caches of the next.
    bulk = measure(
        {"due_ordinals, arrays": (ours_on_arrays, BULK), "numpy prefix index": (numpy_index, BULK)}
    ) | measure(
        {
            "add_many, dates": (lambda: days.add_many(many, COUNT), BULK),
            "numpy, dates": (numpy_on_dates, BULK),
        }
    )

    faults = wrong()
    rows = [
        (
            "one addition × workalendar",
            single["workalendar"],
            single["add"],
            "≥ 600× faster",
            single["workalendar"] / single["add"],
        ),
        (
            "one addition ÷ toordinal",
            single["toordinal"],
            single["add"],
            "≤ 4×",
            single["add"] / single["toordinal"],
        ),
        (
            "the same, `add` held in a local",
            single["toordinal"],
            single["add, held"],
            "",
            single["add, held"] / single["toordinal"],
        ),
        (
            "bulk, arrays ÷ numpy",
            bulk["numpy prefix index"],
            bulk["due_ordinals, arrays"],
            "≤ 1.5×",
            bulk["due_ordinals, arrays"] / bulk["numpy prefix index"],
        ),
        (
            "bulk, dates ÷ numpy fed with dates",
            bulk["numpy, dates"],
            bulk["add_many, dates"],
            "",
            bulk["add_many, dates"] / bulk["numpy, dates"],
        ),
        (
            "bulk, dates ÷ numpy on arrays",
            bulk["numpy prefix index"],
            bulk["add_many, dates"],
            "",
            bulk["add_many, dates"] / bulk["numpy prefix index"],
        ),
    ]
    table = Table("what", "floor ns", "ours ns", "goal", "ratio", title=f"median of {ROUNDS} rounds in turn")
    for what, floor, ours, goal, ratio in rows:
        table.add_row(what, f"{floor:,.1f}", f"{ours:,.1f}", goal, f"{ratio:,.2f}")
    console = Console()
    console.print(table)
    console.print(f"wrong answers on every date 2018–2026 × 1..60: {faults}")
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "system": platform.system()},
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("workalendar", "numpy", "pydantic")},
        "rounds": ROUNDS,
        "wrong": faults,
        "rows": [
            {
                "what": what,
                "floor_ns": round(floor, 2),
                "ours_ns": round(ours, 2),
                "goal": goal,
                "ratio": round(ratio, 3),
            }
            for what, floor, ours, goal, ratio in rows
        ],
    }
    RESULTS.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
