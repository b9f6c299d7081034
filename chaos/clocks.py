"""Storm: the clock of workers and API jumps, back and forth, while windows are about to end; Temporal's stays true.

On SQLite the record's time is that clock. On PostgreSQL it is the server's own, and the jumps must not matter at all.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from chaos.races import window_closes, window_ends
from chaos.run import Report, Run, all_of
from chaos.story import Story

#: Seconds by which the clock is off for a while; then it is right again.
STEPS: Final = (-1, 1, -30, 30, -300, 300, -3600, 3600, -7200, 7200, -86_400, 86_400)
_SEEN_AFTER: Final = 1.3  # seconds until every process has looked at its clock again
_BEFORE: Final = 2.0
_AT_EACH: Final = 2  # cases
_OBJECTIONS: Final = 5


async def clocks(run: Run) -> Report:
    """For each step a batch of cases whose windows end just then; all of them go on to their ends afterwards."""
    office = run.office

    async def blows(report: Report) -> None:
        office.clock_can_step = run.clock_steps = True
        await run.restart()
        stories: list[Story] = []
        for step in STEPS:
            batch = [run.story(f"c{step}-{n}", again=0.0, leave=0.0, luck="1") for n in range(_AT_EACH)]
            stories += batch
            await all_of(*(_about_to_end(run, story) for story in batch))
            office.step_clock(step)
            await all_of(*(_object(story) for story in batch))
            office.step_clock(0)
            await asyncio.sleep(_SEEN_AFTER)
        await all_of(*(window_closes(story) for story in stories))
        await all_of(*(story.go_on() for story in stories))
        report.numbers |= {"时钟跳变": len(STEPS), "跳变案件": len(stories)}
        office.clock_can_step = False
        await run.restart()

    return await run.storm("时钟跳变", blows)


async def _about_to_end(run: Run, story: Story) -> None:
    await story.open()
    while (view := await story.see())["stage"] != "objection_window":
        await story.next(view)
    ends = datetime.fromisoformat(await window_ends(run, story.no))
    await story.time_passes_to(ends - timedelta(seconds=_BEFORE))


async def _object(story: Story) -> None:
    for _ in range(_OBJECTIONS):
        await asyncio.sleep(0.7)
        await story.act("raise_objection")
