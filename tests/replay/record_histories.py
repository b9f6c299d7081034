"""Keeps one history a path, for the replay tests: `PYTHONPATH=.:tests python tests/replay/record_histories.py`.

What is kept is what cases in flight look like. A kept history is never replaced to make a change of the workflow pass:
it shows that the change would break them. Only a story that has none yet is played (delete a file to play it anew, as
long as nothing has been released that wrote it).
"""

from __future__ import annotations

import asyncio
import gzip
import tempfile
from pathlib import Path

from case_stories import STORIES, Story
from live_office import live_office
from timeskip import TimeSkippingServer, time_skipping_server

from workflows.codec import sealed_converter

KEPT = Path(__file__).parent
#: The key of the tests' fixture `office_key`: histories are sealed with it.
KEY = bytes(range(32))


def kept(story: Story) -> list[Path]:
    """The histories of this story, one a case."""
    return sorted(KEPT.glob(f"{story.__name__}-*.json.gz"))


async def record(story: Story, server: TimeSkippingServer) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with live_office(Path(folder), server) as office, office.worker():
            for number, case in enumerate(await story(office), 1):
                history = (await case.history()).to_json()
                path = KEPT / f"{story.__name__}-{number}-{case.course.kind}.json.gz"
                path.write_bytes(gzip.compress(history.encode(), mtime=0))
                print(path.name, path.stat().st_size)


async def main() -> None:
    async with time_skipping_server(sealed_converter(KEY)) as server:
        for story in STORIES:
            if not kept(story):
                await record(story, server)


if __name__ == "__main__":
    asyncio.run(main())
