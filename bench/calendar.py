"""How fast days are counted (goals 6 and 7).

* one addition of working days: against workalendar's own China in the years it knows, and against `date.toordinal`,
  each called in the same list comprehension;
* a million additions: against a prefix index in numpy, both from an array of ordinals to an array of ordinals. In plain
  Python (`add_many`, dates to dates) no loop comes near that; its floor is numpy fed with, and giving back, dates.
"""

from __future__ import annotations

import random
import warnings
from datetime import date

import numpy as np
from numpy.typing import NDArray
from workalendar.asia.china import China

from bench.measured import Limit, Measured, Plan, Row
from bench.rounds import in_turn, seconds
from law.calendar_loader import load_calendar

SLOW = 200  # additions in a round of workalendar
COUNT = 10


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


def measure(plan: Plan) -> Measured:
    """Single additions, a million additions, and the number of wrong answers."""
    days, china, draw = load_calendar().working_days, China(), random.Random(6)
    first = days.first.toordinal()
    single, bulk = plan.size(20_000, 2_000), plan.size(1_000_000, 20_000)
    # Only years that workalendar knows; far enough from the last one not to touch 2024.
    starts = [date.fromordinal(first + draw.randrange(2100)) for _ in range(single)]
    few = starts[:SLOW]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # workalendar warns on every call
        one = in_turn(
            {
                "add": seconds(lambda: [days.add(start, COUNT) for start in starts], single),
                "workalendar": seconds(lambda: [china.add_working_days(start, COUNT) for start in few], SLOW),
                "toordinal": seconds(lambda: [start.toordinal() for start in starts], single),
            },
            plan.rounds,
        )

    offsets = np.array([draw.randrange(7000) for _ in range(bulk)], dtype=np.int32)
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
        raise AssertionError("the contenders disagree")
    # Apart: a million objects made and freed by one contender would disturb the caches of the next.
    arrays = in_turn(
        {"ours": seconds(ours_on_arrays, bulk), "numpy": seconds(numpy_index, bulk)}, plan.rounds
    )
    dates = in_turn(
        {
            "ours": seconds(lambda: days.add_many(many, COUNT), bulk),
            "numpy": seconds(numpy_on_dates, bulk),
        },
        plan.rounds,
    )
    ns = 1e9
    return Measured(
        rounds=plan.rounds,
        rows=[
            Row(
                "6",
                "one addition of working days",
                "ns",
                one["add"] * ns,
                one["workalendar"] * ns,
                "workalendar's own China, in the years it knows",
                Limit("faster", 600),
            ),
            Row(
                "6",
                "the same",
                "ns",
                one["add"] * ns,
                one["toordinal"] * ns,
                "date.toordinal",
                Limit("most", 4),
            ),
            Row(
                "6",
                "wrong, every date of 2018–2026 × 1..60 days",
                "dates",
                wrong(),
                limit=Limit("value", 0),
            ),
            Row(
                "7",
                "an addition among a million, ordinals",
                "ns",
                arrays["ours"] * ns,
                arrays["numpy"] * ns,
                "numpy prefix index",
                Limit("most", 1.5),
            ),
            Row(
                "7",
                "an addition among a million, dates",
                "ns",
                dates["ours"] * ns,
                dates["numpy"] * ns,
                "numpy fed with dates and giving dates",
            ),
        ],
    )
