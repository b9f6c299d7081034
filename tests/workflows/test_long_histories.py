"""A case that is written to again and again: its runs stay short, and nothing is lost between two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from live_office import live_office
from timeskip import TimeSkippingServer

_MOST: Final = 150


async def test_a_case_full_of_notes_goes_on_in_a_new_run(
    tmp_path: Path, temporal: TimeSkippingServer
) -> None:
    async with live_office(tmp_path, temporal) as office, office.worker():
        case = await office.open()
        first = (await case.workflow.describe()).run_id
        notes = 0
        while (await case.workflow.describe()).run_id == first:
            notes += 1
            assert notes <= _MOST
            await case.take("note")
        await case.take("note")
        await case.take("confirm_effective")
        assert await case.steps() == ["open_case", *["note"] * (notes + 1), "confirm_effective"]
