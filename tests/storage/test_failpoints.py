"""Faults on purpose: what each does to a transaction, and that they are off unless a practice office asks for them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from storage import failpoints
from storage.database import make_engine, reading, writing
from storage.failpoints import VARIABLE, Plan
from storage.migrations import upgrade
from storage.tables import SERIES


@pytest.fixture
def plan_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "plan.json"
    monkeypatch.setenv(VARIABLE, str(file))
    yield file
    failpoints.arm(practice=False)


def lay(file: Path, **plan: object) -> None:
    file.write_text(Plan.model_validate(plan).model_dump_json())


def counted(file: Path) -> tuple[int, int]:
    """Side effects begun, and made to fail."""
    plan = Plan.model_validate_json(file.read_text())
    return plan.done, plan.failed


async def give(url: str, year: int) -> None:
    """One transaction that stores one row."""
    engine = make_engine(url)
    try:
        async with writing(engine) as connection:
            await connection.execute(insert(SERIES).values(authority="a", kind="k", year=year, last=1))
    finally:
        await engine.dispose()


async def stored(url: str) -> list[int]:
    engine = make_engine(url)
    try:
        async with reading(engine) as connection:
            return list((await connection.scalars(select(SERIES.c.year).order_by(SERIES.c.year))).all())
    finally:
        await engine.dispose()


async def test_an_error_leaves_nothing_and_a_lost_answer_leaves_everything(
    database_url: str, plan_file: Path
) -> None:
    await upgrade(database_url)
    failpoints.arm(practice=True)
    await give(database_url, 2020)  # no plan, no fault
    lay(plan_file, fault="error", nth=2)
    await give(database_url, 2021)
    with pytest.raises(OperationalError):
        await give(database_url, 2022)
    lay(plan_file, fault="lost", nth=1)
    with pytest.raises(OperationalError):
        await give(database_url, 2023)
    await give(database_url, 2024)
    assert await stored(database_url) == [2020, 2021, 2023, 2024]
    assert counted(plan_file) == (2, 1)


async def test_a_real_office_never_fails_on_purpose(sqlite_url: str, plan_file: Path) -> None:
    await upgrade(sqlite_url)
    failpoints.arm(practice=False)
    lay(plan_file, fault="error", every=1)
    await give(sqlite_url, 2020)
    assert await stored(sqlite_url) == [2020]


async def test_a_late_effect_takes_place(sqlite_url: str, plan_file: Path) -> None:
    await upgrade(sqlite_url)
    failpoints.arm(practice=True)
    lay(plan_file, fault="late", every=1, late_seconds=0.2)
    began = datetime.now(UTC)
    await give(sqlite_url, 2020)
    assert (datetime.now(UTC) - began).total_seconds() >= 0.2
    assert await stored(sqlite_url) == [2020]


@pytest.mark.parametrize(
    ("fault", "left"), [("exit_before", []), ("exit_within", []), ("exit_after", [2020])]
)
async def test_the_process_ends_before_within_or_after_the_transaction(
    sqlite_url: str, plan_file: Path, fault: str, left: list[int]
) -> None:
    await upgrade(sqlite_url)
    lay(plan_file, fault=fault, nth=1)
    code = f"""
import asyncio, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from storage import failpoints
from test_failpoints import give
failpoints.arm(practice=True)
asyncio.run(give({sqlite_url!r}, 2020))
"""
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await ended.wait() == -9
    assert await stored(sqlite_url) == left


def test_which_effects_a_plan_strikes_follows_from_its_seed() -> None:
    def struck(seed: int) -> list[int]:
        plan = Plan(fault="error", rate=0.1, seed=seed)
        return [n for n in range(1, 1001) if plan.model_copy(update={"done": n}).strikes()]

    assert struck(1) == struck(1) != struck(2)
    assert 60 < len(struck(1)) < 140
    assert [n for n in range(1, 10) if Plan(fault="lost", every=3, done=n).strikes()] == [3, 6, 9]
