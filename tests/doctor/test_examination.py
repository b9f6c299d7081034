"""The doctor: silent about a sound office, and a word for each thing that is not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from live_office import LiveCase, LiveOffice, live_office
from older_record import restore
from sqlalchemy import Table, delete, insert, select, update
from timeskip import TimeSkippingServer
from typer.testing import CliRunner

from cli import app
from doctor.examination import examine
from doctor.findings import Finding
from settings import Settings
from storage.database import make_engine, reading, writing
from storage.migrations import upgrade
from storage.practice_clock import PracticeClock
from storage.record import event_link
from storage.tables import CASE, DEADLINE, DOCUMENT, EVENT, OUTBOX, SERIES, SUBMISSION, TASK

LONG_AGO = datetime.now(UTC) - timedelta(hours=2)


@dataclass
class Patient:
    """A live office, one case in it, and the settings by which the doctor finds both."""

    live: LiveOffice
    case: LiveCase
    settings: Settings

    async def faults(self) -> dict[str, Finding]:
        return {f.code: f for f in await examine(self.settings) if f.fault}

    async def change(self, table: Table, **values: Any) -> None:
        async with writing(self.live.office.engine) as connection:
            await connection.execute(update(table).values(**values))

    async def lose(self, table: Table, *which: Any) -> None:
        async with writing(self.live.office.engine) as connection:
            await connection.execute(delete(table).where(*which))


@pytest.fixture
async def patient(tmp_path: Path, temporal: TimeSkippingServer, office_key: bytes) -> AsyncIterator[Patient]:
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text(office_key.hex())
    async with live_office(tmp_path, temporal) as live, live.worker():
        case = await live.open()
        await case.take_all(["confirm_effective", "confirm_ground", "assess_leniency", "draft_prior_notice"])
        await case.take_all(["review_prior_notice", "issue_prior_notice", "serve_prior_notice"])
        yield Patient(
            live,
            case,
            Settings.load(home=tmp_path, temporal_address=temporal.address, temporal_task_queue=live.queue),
        )


async def test_a_sound_office_has_no_fault(patient: Patient) -> None:
    assert await patient.faults() == {}
    await patient.case.pass_days(15)  # a clock has run out: its event is chained like any other
    assert "close_objection_window" in await patient.case.steps()
    assert await patient.faults() == {}


@pytest.mark.parametrize(
    ("column", "value"),
    [("clause", "另一条款"), ("received_at", LONG_AGO), ("item", "objection-9"), ("actor", b"forged")],
)
async def test_a_changed_event_breaks_the_chain(patient: Patient, column: str, value: Any) -> None:
    async with writing(patient.live.office.engine) as connection:
        await connection.execute(update(EVENT).where(EVENT.c.seq == 3).values({column: value}))
    found = await patient.faults()
    assert "第3号事件" in found["CHAIN_BROKEN"].text
    assert found["CHAIN_BROKEN"].case


async def test_a_lost_event_breaks_the_chain_also_when_it_is_the_last(patient: Patient) -> None:
    head = len((await patient.case.file()).events)
    await patient.lose(EVENT, EVENT.c.seq == head)
    assert "CHAIN_BROKEN" in await patient.faults()


async def test_a_read_model_that_is_not_what_the_events_come_to_is_named_column_by_column(
    patient: Patient,
) -> None:
    await patient.change(CASE, stage="decision")
    assert "阶段" in (await patient.faults())["READ_MODEL_DIFFERS"].text
    await patient.change(CASE, stage="objection_window")
    assert await patient.faults() == {}
    await patient.lose(DEADLINE, DEADLINE.c.key == "objection_window")
    assert "期限" in (await patient.faults())["READ_MODEL_DIFFERS"].text


async def test_a_task_that_nobody_sees_is_found(patient: Patient) -> None:
    await patient.case.take("raise_objection")
    await patient.change(TASK, closed_seq=1)
    assert "待办" in (await patient.faults())["READ_MODEL_DIFFERS"].text


async def test_an_alarm_that_did_not_ring_is_found(patient: Patient) -> None:
    await patient.change(CASE, wake_at=LONG_AGO)
    assert "仍未登记" in (await patient.faults())["ALARM_OVERDUE"].text


async def test_a_number_that_is_missing_and_a_series_that_fell_behind_are_found(patient: Patient) -> None:
    await patient.change(SERIES, last=2)
    assert "缺号：2" in (await patient.faults())["NUMBER_MISSING"].text
    await patient.change(SERIES, last=0)
    assert "SERIES_BEHIND" in await patient.faults()


async def test_a_number_that_was_given_twice_is_found(patient: Patient) -> None:
    async with writing(patient.live.office.engine) as connection:
        row = dict((await connection.execute(select(DOCUMENT))).mappings().first() or {})
        again = row | {"id": "again", "ordinal": row["ordinal"] + 1}
        await connection.execute(insert(DOCUMENT).values(again))
    assert "NUMBER_TWICE" in await patient.faults()


async def test_a_command_that_nobody_decides_is_found(patient: Patient) -> None:
    wish = await patient.case.wish("note")
    await patient.live.receipts.receive(wish, wish.form)
    assert "UNDECIDED" not in await patient.faults()
    async with writing(patient.live.office.engine) as connection:
        await connection.execute(
            update(SUBMISSION)
            .where(SUBMISSION.c.command_id == wish.id)
            .values(next_attempt_at=datetime.now(UTC) - timedelta(hours=2))
        )
    assert "1 件已收未办，最早收于 120 分钟前" in (await patient.faults())["UNDECIDED"].text


async def test_how_long_a_command_waits_is_told_by_the_real_clock_also_where_the_practice_clock_moves(
    patient: Patient,
) -> None:
    wish = await patient.case.wish("note")
    await patient.live.receipts.receive(wish, wish.form)
    clock = PracticeClock(patient.live.office)
    await clock.set(patient.case.case_id, await clock.now(patient.case.case_id) + timedelta(days=2))
    assert "UNDECIDED" not in await patient.faults()
    await patient.change(SUBMISSION, attempts=9)
    assert "最多已试 9 次" in (await patient.faults())["UNDECIDED"].text


async def test_a_paper_that_was_numbered_and_never_made_is_found(patient: Patient) -> None:
    await patient.change(DOCUMENT, sm3=None, issued_at=LONG_AGO - timedelta(days=365))
    assert "已编号而未制作" in (await patient.faults())["PAPER_MISSING"].text


async def test_a_listing_whose_period_did_not_begin_is_found(patient: Patient) -> None:
    await patient.case.pass_days(15)
    await patient.case.take_all(["request_consent", "give_consent", "draft_decision", "review_decision"])
    await patient.case.take_all(["decide", "serve_decision"])
    assert await patient.faults() == {}  # the errand is young
    await patient.change(OUTBOX, created_at=LONG_AGO)
    found = await patient.faults()
    assert {"ERRAND_UNDONE", "LISTING_MISSING"} <= found.keys()


async def test_an_open_case_without_a_workflow_is_found(patient: Patient) -> None:
    await patient.case.workflow.terminate()
    assert (await patient.faults())["WORKFLOW_GONE"].fix == "执行 ./chengxu rehydrate"


async def test_a_workflow_that_knows_another_record_is_found(patient: Patient) -> None:
    await restore(patient.case, 2)
    assert "WORKFLOW_DIFFERS" in await patient.faults()


async def test_a_record_that_the_procedure_can_not_have_brought_about_is_found(patient: Patient) -> None:
    async with writing(patient.live.office.engine) as connection:
        await connection.execute(update(EVENT).where(EVENT.c.seq == 3).values(step="decide"))
    found = await patient.faults()
    assert {"CHAIN_BROKEN", "RECORD_UNREADABLE"} <= found.keys()


async def test_without_temporal_the_record_is_still_looked_at(patient: Patient) -> None:
    away = patient.settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    await patient.change(CASE, wake_at=LONG_AGO)
    codes = {finding.code for finding in await examine(away)}
    assert {"TEMPORAL_AWAY", "ALARM_OVERDUE"} <= codes


async def test_another_key_is_named_and_nothing_is_read_with_it(patient: Patient) -> None:
    patient.settings.key_file.write_text("11" * 32)
    assert list(await patient.faults()) == ["KEY_WRONG"]


async def test_tables_of_an_older_program_are_named(tmp_path: Path, database_url: str) -> None:
    settings = Settings.load(home=tmp_path, database_url=database_url)
    (tmp_path / "key").touch(mode=0o600)
    assert [finding.code for finding in await examine(settings)] == ["MIGRATIONS_BEHIND"]
    await upgrade(database_url)
    assert [finding.code for finding in await examine(settings)] == ["KEY_UNREADABLE"]


def test_the_command_says_each_finding_in_a_line_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXU_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert json.loads(line)["code"] == "MIGRATIONS_BEHIND"
    assert "chengxu migrate" in CliRunner().invoke(app, ["doctor"]).output


async def test_the_chain_is_the_same_before_and_after_the_database(patient: Patient) -> None:
    """Clocks reckon in Shanghai time, and the database gives back UTC: it is the same instant in the chain."""
    engine = make_engine(patient.settings.database_url)
    try:
        async with reading(engine) as connection:
            row = (await connection.execute(select(EVENT).where(EVENT.c.seq == 1))).one()
    finally:
        await engine.dispose()
    event = (await patient.case.file()).events[0]
    shanghai = event.model_copy(
        update={"received_at": event.received_at.astimezone(), "at": event.at.astimezone()}
    )
    assert row.link == event_link("", patient.case.case_id, shanghai, row.actor, row.payload)
