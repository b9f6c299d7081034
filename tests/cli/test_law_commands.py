"""`chengxu law`: faults on one screen, and what holds on a day with its reasons."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.law import app
from domain.confirmation import Confirmation
from domain.rules import Unit
from law.loader import LAW
from settings import Settings
from storage.confirmations import Confirmations
from storage.database import writing
from storage.migrations import upgrade
from storage.office import Office, open_office
from storage.people import People

BROKEN = Path(__file__).parents[1] / "law" / "broken"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def test_check_counts_what_it_read_when_there_is_no_fault(runner: CliRunner) -> None:
    result = runner.invoke(app, ["check"])

    assert result.exit_code == 0
    assert "没有差错：名单制度 6 项" in result.output


def test_check_prints_every_fault_with_file_line_key_and_reason(runner: CliRunner, tmp_path: Path) -> None:
    law = tmp_path / "law"
    shutil.copytree(LAW, law, ignore=shutil.ignore_patterns("*.py", "__pycache__", "calendar"))
    shutil.copy(BROKEN / "three_faults.yaml", law / "regimes")

    result = runner.invoke(app, ["check", "--dir", str(law)])

    assert result.exit_code == 1
    assert "regimes/three_faults.yaml:" in result.output
    assert "measures.0.code：未知的惩戒措施代码“Z99”" in result.output
    assert "grounds.0.area：领域“good_manners”不在四类之内" in result.output
    assert "listing_term.values.2024-01-01.basis：缺少必填项" in result.output
    assert "共 3 处差错" in result.output


def test_check_of_an_empty_folder_tells_what_is_missing(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(app, ["check", "--dir", str(tmp_path)])

    assert result.exit_code == 1
    assert "documents.yaml" in result.output
    assert "defaults.yaml" in result.output


def test_regimes_tells_drafts_from_those_that_can_open_a_case(runner: CliRunner) -> None:
    result = runner.invoke(app, ["regimes", "--on", "2026-03-02"])

    lines = {line.split("│")[1].strip(): line for line in result.output.splitlines() if "│" in line}
    assert "可以立案" in lines["market_regulation"]
    assert "草案" in lines["work_safety"]


def test_a_regime_is_shown_as_not_in_force_before_its_day(runner: CliRunner) -> None:
    result = runner.invoke(app, ["regimes", "--on", "2023-09-30"])

    lines = {line.split("│")[1].strip(): line for line in result.output.splitlines() if "│" in line}
    assert "未施行" in lines["work_safety"]


def test_show_gives_every_clock_with_its_source_and_why_it_won(runner: CliRunner) -> None:
    result = runner.invoke(app, ["show", "market_regulation", "--on", "2026-03-02"])

    assert result.exit_code == 0
    assert "自收到异议之日起 10 个工作日" in result.output
    assert "自事先告知书送达之日起 5 个工作日" in result.output
    assert "名单制度无规定" in result.output
    assert "适用通用规定（宁信用〔2021〕1号 四（三），原文已核）" in result.output
    assert "可以据以立案" in result.output


def test_show_of_a_draft_names_what_is_missing_and_why(runner: CliRunner) -> None:
    result = runner.invoke(app, ["show", "major_tax", "--on", "2026-03-02"])

    assert result.exit_code == 0
    assert "草案" in result.output
    assert "objection_window" in result.output
    assert "仅见于征求意见稿" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "good_manners"], "market_regulation"),
        (["show", "work_safety", "--on", "2023-09-30"], "没有施行"),
        (["show", "work_safety", "--on", "2026-02-30"], "不是日期"),
    ],
)
def test_a_question_that_has_no_answer_is_refused_with_what_would_help(
    runner: CliRunner, arguments: list[str], words: str
) -> None:
    result = runner.invoke(app, arguments)

    assert result.exit_code == 2
    assert words in result.output


# -- the office at the configured home


@pytest.fixture
async def office(home: Path) -> AsyncIterator[Office]:
    settings = Settings.load(home=home)
    await upgrade(settings.database_url)
    office = await open_office(settings)
    yield office
    await office.engine.dispose()


async def confirmed(office: Office, **changes: Any) -> None:
    """A word of a legal officer on the city's window for the regime."""
    said: dict[str, Any] = {
        "regime": "work_safety",
        "key": "objection_window",
        "since": date(2023, 10, 1),
        "value": 7,
        "unit": Unit.WORKING_DAY,
        "document": "应急管理部令第11号",
        "clause": "第九条",
        "at": datetime(2026, 1, 5, 1, 0, tzinfo=UTC),
        "practice": True,
        **changes,
    }
    async with writing(office.engine) as connection:
        if "by" not in said:
            people = People(office.engine, office.cipher, practice=True)
            said["by"] = await people.add_person("钱法制", at=said["at"], within=connection)
        await Confirmations(office).add(Confirmation(**said), connection)


def test_without_an_office_the_law_is_shown_as_the_files_have_it_and_says_so(
    runner: CliRunner, home: Path
) -> None:
    for words in (["regimes"], ["show", "work_safety"]):
        result = runner.invoke(app, words)
        assert result.exit_code == 0
        assert f"没有计入任何确认：数据目录 {home} 中还没有机关的案卷库" in result.output
    assert not any(home.iterdir())


async def test_the_law_is_shown_with_what_the_office_has_confirmed(runner: CliRunner, office: Office) -> None:
    await confirmed(office)

    result = await asyncio.to_thread(runner.invoke, app, ["show", "work_safety", "--on", "2026-03-02"])

    assert result.exit_code == 0, result.output
    assert "已计入演练机关" in result.output
    assert "7 个工作日" in result.output
    row = next(line for line in result.output.splitlines() if "钱法制" in line)
    assert all(part in row for part in ("应急管理部令第11号 第九条", "（演示）", "有效")), row


async def test_a_correction_and_a_withdrawal_are_shown_with_their_reasons(
    runner: CliRunner, office: Office
) -> None:
    await confirmed(office)
    await confirmed(office, value=10, reason="误读条文")
    await confirmed(office, value=None, unit=None, withdrawn=True, reason="条文已改")

    result = await asyncio.to_thread(runner.invoke, app, ["show", "work_safety", "--on", "2026-03-02"])

    table = result.output.partition("法制人员的确认")[2]
    states = [
        word for word in ("已被更正", "已被撤回；理由：误读条文", "撤回；理由：条文已改") if word in table
    ]
    assert len(states) == 3, table
    assert "有效" not in table
    assert "草案" in result.output


async def test_a_record_that_cannot_be_read_hides_no_law(runner: CliRunner, home: Path) -> None:
    (home / "record.db").write_bytes(b"not a database" * 100)

    result = await asyncio.to_thread(runner.invoke, app, ["show", "market_regulation", "--on", "2026-03-02"])

    assert result.exit_code == 0, result.output
    assert "没有计入任何确认：读不到案卷库" in result.output
    assert "可以据以立案" in result.output
