"""Storms: many at the same moment, where the law makes a moment count."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

import httpx

from chaos.people import Violation
from chaos.run import CALM, Report, Run, all_of
from chaos.story import BODY, Story

_BEFORE: Final = 2.0  # seconds before the end of a window at which the first objection is sent
_OVER: Final = 3.2  # seconds over which they are spread


async def races(run: Run, objections: int, per_case: int) -> Report:
    """At least so many objections arrive around the very instant at which their window closes."""

    async def blows(report: Report) -> None:
        rng, counts = random.Random(f"{run.seed}:races"), Counter[str]()
        number = 0
        while counts["sent"] < objections:
            stories = [
                run.story(f"w{number + n}", again=0.0, leave=0.0, objections=0, luck="1")
                for n in range(run.clients)
            ]
            number += run.clients
            await all_of(*(_race(run, story, rng, per_case, counts) for story in stories))
        report.numbers |= {"竞争案件": number, "竞争异议": counts["sent"]}

    return await run.storm("期满瞬间的异议", blows)


async def _race(run: Run, story: Story, rng: random.Random, objections: int, counts: Counter[str]) -> None:
    await story.open()
    while (view := await story.see())["stage"] != "objection_window":
        await story.next(view)
    ends = datetime.fromisoformat(await window_ends(run, story.no))
    await story.time_passes_to(ends - timedelta(seconds=_BEFORE))

    async def object_at(delay: float) -> None:
        await asyncio.sleep(delay)
        await story.act("raise_objection")
        counts["sent"] += 1

    await all_of(*(object_at(rng.uniform(0.0, _OVER)) for _ in range(objections)))
    await window_closes(story)


async def numbers_at_once(run: Run, cases: int) -> Report:
    """Many cases issue their notice at the same moment: no number is skipped, none given twice."""

    async def blows(report: Report) -> None:
        stories = [run.story(f"i{number}", again=0.0, leave=0.0) for number in range(cases)]
        for first in range(0, cases, run.clients):
            batch = stories[first : first + run.clients]
            await all_of(*(story.open() for story in batch))
            await all_of(*(story.until("issue_prior_notice") for story in batch))
        issued = await asyncio.gather(*(story.act("issue_prior_notice", agreed=True) for story in stories))
        numbers = {answer["number"] for status, answer in issued if status == httpx.codes.OK}
        if len(numbers) != cases:
            raise Violation(f"{cases} notices were issued under {len(numbers)} numbers")
        report.numbers["同时编号"] = len(numbers)

    return await run.storm("同时编号", blows)


async def window_ends(run: Run, no: str) -> str:
    """The instant at which the objection window of the case ends."""
    listed = await run.people.get(f"{BODY}-officer", f"/cases/{no}/deadlines")
    rows = listed["items"] if isinstance(listed, dict) else listed
    return str(next(row["ends_at"] for row in rows if row["key"] == "objection_window"))


async def window_closes(story: Story) -> None:
    """Waits until the objection window is closed. Raises Violation when it stays open."""
    give_up = time.monotonic() + CALM
    while (await story.see())["stage"] == "objection_window":
        if time.monotonic() > give_up:
            raise Violation(f"{story.no}: its window does not close")
        await asyncio.sleep(0.2)
