"""`chengxu import` hands a file in to the running office, tells what came of it, and fails only for the whole file."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
import uvicorn
from opening_samples import practice_answer
from penalty_files import HEAVY, ORDINARY, csv_of
from typer.testing import CliRunner, Result

from api.app import create_app
from cli import import_
from cli.running import Running
from domain.people import Role
from domain.procedure.events import legal_day
from domain.rules import Level
from law.loader import load_lawbook
from law.resolve import consult
from settings import Settings
from storage.confirmations import Confirmations
from storage.database import writing
from storage.migrations import upgrade
from storage.office import Office, open_office
from storage.people import People

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


async def _prepare(settings: Settings) -> None:
    await upgrade(settings.database_url)
    office = await open_office(settings)
    people = People(office.engine, office.cipher, practice=True)
    for login, authority in (
        ("credit-officer", "nanjing-credit-office"),
        ("market-officer", "nanjing-market-regulation"),
    ):
        person = await people.add_person("郑重（演练）", at=NOW)
        await people.add_account(
            person, login, (Role.OFFICER,), authority=authority, level=Level.CITY, practice=True, at=NOW
        )
    await _confirm_a_measure(office)
    await office.engine.dispose()


async def _confirm_a_measure(office: Office) -> None:
    """A case opens only where some measure can be notified."""
    regime, confirmations = "market_regulation", Confirmations(office)
    open_now = consult(load_lawbook(), regime, legal_day(await confirmations.now())).open
    measure = next(missing for missing in open_now if missing.key.startswith("measures."))
    async with writing(office.engine) as connection:
        await confirmations.add(practice_answer(measure, regime), connection)


@pytest.fixture
def office(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A practice office that answers over HTTP, its Temporal away; its address."""
    monkeypatch.setenv("CHENGXU_TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "160")
    asyncio.run(_prepare(Settings.load()))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(), port=port, log_config=None, access_log=False))
    serving = threading.Thread(target=server.run)
    serving.start()
    while not server.started and serving.is_alive():
        time.sleep(0.02)
    address = f"http://127.0.0.1:{port}"
    running = Running(api=address, temporal="127.0.0.1:9", ui=None)
    monkeypatch.setattr(import_, "find_running", lambda _settings: running)
    yield address
    server.should_exit = True
    serving.join()


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(import_.app, [str(word) for word in words])


@pytest.fixture
def penalties(tmp_path: Path) -> Path:
    """Two good rows and a bad one."""
    file = tmp_path / "处罚.csv"
    good = [ORDINARY, ORDINARY | {"CF_WSH": "宁市监罚〔2026〕13号"}]
    file.write_bytes(csv_of([*good, ORDINARY | {"CF_WSH": "", "CF_FRDB": "孙标记"}]))
    return file


def counts(result: Result) -> dict[str, int]:
    """The totals that were printed."""
    cells = [line.strip("│ ").split("│") for line in result.output.splitlines() if line.count("│") == 3]
    return {row[0].strip(): int(row[1]) for row in cells if row[1].strip().isdecimal()}


def test_the_officer_of_the_credit_office_imports_where_nobody_is_named(
    office: str, penalties: Path, tmp_path: Path
) -> None:
    report = tmp_path / "报告.xlsx"
    result = run(penalties, "--report", report)
    assert result.exit_code == 0, result.output
    found = counts(result)
    assert (found["数据行数"], found["新增记录"], found["未接收"]) == (3, 2, 1)
    assert "有的行不符合要求" in result.output
    assert "行政处罚决定书文号" in result.output
    assert "孙标记" not in result.output
    assert openpyxl.load_workbook(report)["问题清单"].max_row == 2
    assert report.stat().st_mode & 0o077 == 0


def test_the_same_file_again_is_told_as_such(office: str, penalties: Path) -> None:
    run(penalties)
    result = run(penalties)
    assert result.exit_code == 0
    assert "这份文件已于" in result.output
    assert counts(result)["新增记录"] == 2


def test_leads_that_wait_for_temporal_are_told_and_left_to_the_office(
    office: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_, "_STANDS_STILL", 1.5)
    file = tmp_path / "处罚.csv"
    file.write_bytes(csv_of([HEAVY]))
    result = run(file, "--user", "market-officer")
    assert result.exit_code == 0
    assert counts(result)["已收件、待立案"] == 1
    assert "其余仍在办理" in result.output


def test_a_file_refused_as_a_whole_fails_with_the_reason(office: str, tmp_path: Path) -> None:
    file = tmp_path / "处罚.csv"
    file.write_text("CF_WSH,CF_XDR_MC,CF_SY\n1,2,3\n", encoding="utf-8")
    result = run(file)
    assert result.exit_code == 1
    assert "缺少必需的列" in result.output


def test_somebody_unknown_imports_nothing(office: str, penalties: Path) -> None:
    result = run(penalties, "--user", "nobody")
    assert result.exit_code == 1
    assert "没有这个账户" in result.output


def test_without_a_running_office_it_says_how_to_start_one(penalties: Path) -> None:
    result = run(penalties)
    assert result.exit_code == 1
    assert "./chengxu run" in result.output
