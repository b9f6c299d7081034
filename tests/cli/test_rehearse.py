from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from domain.days.periods import end_of
from domain.rules import Rule
from law.calendar_loader import load_calendar
from law.loader import load_lawbook
from law.resolve import resolve

OPENED = date(2026, 12, 21)


async def started(home: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "cli", "rehearse", *arguments),
        env=os.environ | {"CHENGXU_HOME": str(home), "COLUMNS": "220", "TMPDIR": str(home.parent)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


def left_behind(home: Path) -> list[str]:
    """What a rehearsal left in its temporary folder, or in the home of the user's own office."""
    return [*(p.name for p in home.parent.glob("chengxu-rehearse-*")), *(p.name for p in home.iterdir())]


def rows(output: str, step: str) -> list[list[str]]:
    """Cells of the rows of a step: day, step, who, due, clause."""
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines()]
    return [cells for cells in lines if len(cells) == 5 and cells[1].startswith(step)]


async def test_an_officer_sees_every_date_of_a_case_before_its_first_step(home: Path) -> None:
    rehearsing = await started(
        home, "--regime", "market_regulation", "--opened", OPENED.isoformat(), "--objection"
    )
    output = (await rehearsing.communicate())[0].decode()
    assert rehearsing.returncode == 0, output

    rule = resolve(load_lawbook(), "market_regulation", OPENED)
    assert isinstance(rule, Rule)
    days = load_calendar(known_on=OPENED).working_days
    window = end_of(OPENED, rule.objection_window, days)
    [raised] = rows(output, "提出陈述、申辩或者异议")
    assert raised[0] == window.due.isoformat()
    assert raised[3].startswith(f"{window.due} 预估"), "the holidays of 2027 are not announced yet"

    verification = end_of(window.due, rule.verification, days)
    [answered] = rows(output, "签发异议核实结果反馈书")
    assert answered[3].startswith(f"{verification.due} 预估")

    [listed], [removed] = rows(output, "列入名单"), rows(output, "期满移出")
    assert rule.listing_term.count is not None
    last_day = date.fromisoformat(removed[3])
    assert last_day.year == date.fromisoformat(listed[0]).year + rule.listing_term.count
    assert date.fromisoformat(removed[0]) == last_day + date.resolution
    assert "measures.A02" in output, "what nobody has verified yet is named"
    assert left_behind(home) == []


async def test_a_list_without_a_fixed_end_is_rehearsed_to_its_listing_and_says_so(home: Path) -> None:
    rehearsing = await started(home, "--regime", "shenzhen", "--opened", "2027-12-31")
    output = (await rehearsing.communicate())[0].decode()
    assert rehearsing.returncode == 0, output

    [closed], [listed] = rows(output, "异议期届满"), rows(output, "列入名单")
    # 2028-01-01 is a Saturday, made up for on Monday: five working days end on the 10th, at the latest on the 17th.
    assert closed[3] == "2028-01-10 预估（1-5至1-17）"
    assert listed[0] == "2028-01-18"
    assert rows(output, "期满移出") == []
    assert "列入没有固定期限（演示确认，未核对原文：深圳经济特区社会信用条例" in output
    assert left_behind(home) == []


async def test_an_interrupted_rehearsal_leaves_nothing_behind(home: Path) -> None:
    rehearsing = await started(home, "--regime", "work_safety", "--opened", OPENED.isoformat())
    async with asyncio.timeout(60):
        while not list(home.parent.glob("chengxu-rehearse-*/record.db")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    rehearsing.send_signal(signal.SIGTERM)
    output = (await rehearsing.communicate())[0].decode()
    assert (rehearsing.returncode, "已中断" in output) == (1, True), output
    assert left_behind(home) == []


@pytest.mark.parametrize(
    ("regime", "opened", "said"),
    [
        ("nosuch", "2026-01-05", "没有这项名单制度"),
        ("work_safety", "2023-09-30", "没有施行（自 2023-10-01 起施行）"),
        ("work_safety", "2026-02-30", "“2026-02-30”不是有效的日期"),
        ("work_safety", "20260105", "“20260105”不是有效的日期"),
        ("work_safety", "2150-01-04", "超出工作日历的范围"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_in_plain_words(regime: str, opened: str, said: str) -> None:
    answer = CliRunner().invoke(app, ["rehearse", "--regime", regime, "--opened", opened])
    assert answer.exit_code == 2
    assert said in re.sub(r"[\n│]", "", answer.output)


def test_a_list_that_does_not_apply_to_persons_is_not_rehearsed_for_one() -> None:
    arguments = ["rehearse", "--regime", "shenzhen", "--opened", "2026-01-05", "--subject", "sole_trader"]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 2
    assert "不适用于个体工商户" in answer.output
