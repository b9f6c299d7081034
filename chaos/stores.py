"""Storms: a store is lost, or restored older than the other."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from pathlib import Path
from typing import Final

from chaos.run import Report, Run, all_of

_BACKUP_AT: Final = ("serve_prior_notice", "confirm_ground", "draft_prior_notice", "draft_decision")


async def temporal_rolled_back(run: Run, times: int, aside: Path) -> Report:
    """Temporal's store is restored older again and again; the record went on meanwhile."""
    office = run.office

    async def blows(report: Report) -> None:
        for turn in range(times):
            done = asyncio.Event()

            async def client(number: int, turn: int = turn, done: asyncio.Event = done) -> None:
                count = 0
                while not done.is_set():
                    count += 1
                    await run.story(f"b{turn}-{number}-{count}").run()

            async def back(done: asyncio.Event = done) -> None:
                await asyncio.sleep(2)
                office.copy_temporal_store(aside)
                await asyncio.sleep(6)
                await office.halt()
                office.put_temporal_store(aside)
                await office.start()
                done.set()

            await all_of(back(), *(client(number) for number in range(run.clients)))
            await run.rehydrate()
        report.numbers["回退"] = times

    return await run.storm("Temporal 存储回退", blows, replay=False)


async def temporal_lost(run: Run, times: int) -> Report:
    """Temporal's store is gone; `chengxu rehydrate` sets the open cases going again from the record."""

    async def blows(report: Report) -> None:
        for turn in range(times):
            stories = [run.story(f"l{turn}-{number}") for number in range(run.clients)]
            for story in stories:
                await story.open()

            async def loss() -> None:
                await asyncio.sleep(4)
                await run.lose_temporal()

            await all_of(loss(), *(story.go_on() for story in stories))
        report.numbers["丢失"] = times

    return await run.storm("Temporal 存储丢失", blows)


async def record_restored(run: Run, times: int, aside: Path) -> Report:
    """The record is restored from a backup; Temporal knows more than it and must take its word."""
    office = run.office

    async def blows(report: Report) -> None:
        for turn in range(times):
            stories = [run.story(f"r{turn}-{number}", leave=0.0) for number in range(run.clients)]
            await all_of(*(story.open() for story in stories))
            await all_of(
                *(story.until(_BACKUP_AT[number % len(_BACKUP_AT)]) for number, story in enumerate(stories))
            )
            await run.calm()
            await office.copy_record(aside)
            days = [story.today for story in stories]
            before = deepcopy(run.ledger)
            await all_of(*(story.go_on() for story in stories))
            await office.halt()
            await office.put_record(aside)
            run.people.ledger = before
            for story, day in zip(stories, days, strict=True):
                story.today = day
            await office.start()
            await run.rehydrate()
            await all_of(*(story.go_on() for story in stories))
        report.numbers["恢复"] = times

    return await run.storm("案卷库恢复到较早备份", blows)
