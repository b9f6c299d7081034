"""`chengxu law`: faults on one screen, and what holds on a day with its reasons."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.law import app
from law.loader import LAW

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
