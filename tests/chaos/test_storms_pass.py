"""The real processes, killed and starved: a short set of what `chengxu chaos` does at length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaos.office import ChaosOffice, chaos_office
from chaos.storms import Run

pytestmark = pytest.mark.timeout(900)
SEED = 20261124


@pytest.fixture(scope="module")
async def chaotic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ChaosOffice]:
    async with chaos_office(tmp_path_factory.mktemp("chaos")) as office:
        yield office


@pytest.fixture(scope="module")
async def run(chaotic: ChaosOffice) -> AsyncIterator[Run]:
    run = Run(chaotic, SEED, clients=3)
    await run.prepare()
    yield run
    await run.people.close()


async def test_thirty_deaths_at_random_harm_no_case(run: Run) -> None:
    report = await run.kills(30, points=0.05)
    print(report.line())
    assert report.faults == []
    assert report.numbers["强杀"] >= 30


@pytest.mark.storm
async def test_whichever_side_effect_of_a_case_fails_the_case_is_whole(run: Run) -> None:
    report = await run.every_effect(("error", "lost", "exit"))
    print(report.line())
    assert report.faults == []
    assert report.numbers["注入"] >= 3 * report.numbers["一案副作用"] - 6


@pytest.mark.storm
async def test_a_temporal_that_lost_its_store_is_filled_again_from_the_record(run: Run) -> None:
    report = await run.temporal_lost(1)
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_a_temporal_that_was_restored_older_takes_the_record_s_word(run: Run, tmp_path: Path) -> None:
    report = await run.temporal_rolled_back(1, tmp_path / "aside.db")
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_a_record_that_was_restored_older_is_what_counts(run: Run, tmp_path: Path) -> None:
    report = await run.record_restored(1, tmp_path / "aside.db")
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_the_same_command_is_the_same_answer_for_ever(run: Run) -> None:
    report = await run.duplicates(20)
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_what_arrives_before_the_window_closes_is_in_time_and_nothing_after(run: Run) -> None:
    report = await run.races(3, 8)
    print(report.line())
    assert report.faults == []
    assert report.numbers["异议"] >= 24


@pytest.mark.storm
async def test_numbers_given_at_the_same_moment_have_neither_gap_nor_double(run: Run) -> None:
    report = await run.numbers_at_once(6)
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_one_case_that_can_not_go_on_delays_nobody_and_is_named(run: Run) -> None:
    report = await run.wedged()  # the last: it spoils the record on purpose
    print(report.line())
    assert report.faults == []
