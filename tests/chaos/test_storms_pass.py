"""The real processes, killed and starved: a short set of what `chengxu chaos` does at length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaos.clocks import clocks
from chaos.deaths import deaths
from chaos.duplicates import duplicates
from chaos.effects import every_effect
from chaos.office import chaos_office
from chaos.races import numbers_at_once, races
from chaos.run import Run, running
from chaos.stores import record_restored, temporal_lost, temporal_rolled_back
from chaos.wedged import wedged

pytestmark = pytest.mark.timeout(900)
SEED = 20261124


async def test_whichever_side_effect_of_a_case_fails_the_case_is_whole(tmp_path: Path) -> None:
    report = await every_effect(tmp_path, SEED)
    print(report.line())
    assert report.faults == []
    assert report.numbers["注入"] == report.numbers["计划"] >= 80


@pytest.fixture(scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    async with chaos_office(tmp_path_factory.mktemp("chaos")) as office, running(office, SEED, 3) as run:
        yield run


async def test_thirty_deaths_at_random_harm_no_case(run: Run) -> None:
    report = await deaths(run, 30, points=0.05)
    print(report.line())
    assert report.faults == []
    assert report.numbers["强杀"] >= 30


@pytest.mark.storm
async def test_a_temporal_that_lost_its_store_is_filled_again_from_the_record(run: Run) -> None:
    report = await temporal_lost(run, 1)
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_a_temporal_that_was_restored_older_takes_the_record_s_word(run: Run, tmp_path: Path) -> None:
    report = await temporal_rolled_back(run, 1, tmp_path / "aside.db")
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_a_record_that_was_restored_older_is_what_counts(run: Run, tmp_path: Path) -> None:
    report = await record_restored(run, 1, tmp_path / "aside.db")
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_the_same_command_is_the_same_answer_for_ever(run: Run) -> None:
    report = await duplicates(run, 1_000, 20)
    print(report.line())
    assert report.faults == []
    assert report.numbers["重复命令"] >= 1_000


@pytest.mark.storm
async def test_what_arrives_before_the_window_closes_is_in_time_and_nothing_after(run: Run) -> None:
    report = await races(run, 60, 10)
    print(report.line())
    assert report.faults == []
    assert report.numbers["异议"] >= 60


@pytest.mark.storm
async def test_numbers_given_at_the_same_moment_have_neither_gap_nor_double(run: Run) -> None:
    report = await numbers_at_once(run, 6)
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_a_clock_that_jumps_ends_no_window_early_and_forgets_none(run: Run) -> None:
    report = await clocks(run)
    print(report.line())
    assert report.faults == []


@pytest.mark.storm
async def test_one_case_that_can_not_go_on_delays_nobody_and_is_named(run: Run) -> None:
    report = await wedged(run)  # the last: it spoils the record on purpose
    print(report.line())
    assert report.faults == []
