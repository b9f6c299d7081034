"""`chengxu calendar` as an officer meets it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner, Result

from cli.calendar import app


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "160", "NO_COLOR": "1", "TERM": "dumb"})


def say(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def test_ten_working_days_over_the_golden_week() -> None:
    said = say("add", "2026-09-17", "10")
    assert "自 2026-09-17（周四）起 10 个工作日（当日不计入）" in said
    assert "届满日：2026-10-08（周四），当日 24:00（北京时间）止" in said
    assert "预估" not in said


def test_a_month_and_days_are_other_units() -> None:
    assert "届满日：2026-02-28（周六）" in say("add", "2026-01-31", "1", "--unit", "month")
    assert "届满日：2026-10-08" in say("add", "2026-09-01", "30", "--unit", "day")
    assert "届满日：2027-" in say("add", "2026-01-31", "1", "--unit", "year")


def test_a_projected_end_is_loudly_marked_and_says_what_to_work_to() -> None:
    said = say("add", "2026-12-18", "10")
    assert "【预估】届满日：2027-01-04（周一）" in said
    assert "2027 年放假安排的通知尚未公布" in said
    assert "请按 2026-12-28（周一）办结，不得作为确定日期告知当事人" in said
    assert "北京时间" not in said


def test_the_answer_is_the_one_that_was_known_on_a_day() -> None:
    assert "届满日：2019-05-02" in say("add", "2019-04-17", "10", "--known-on", "2019-03-21")
    assert "届满日：2019-04-30" in say("add", "2019-04-17", "10")


def test_working_days_between_two_days() -> None:
    said = say("between", "2026-09-17", "2026-10-08")
    assert "2026-09-17（周四）之后至 2026-10-08（周四）：10 个工作日" in said
    assert "预估" not in said
    assert "【预估】" in say("between", "2026-12-01", "2027-01-08")


def test_an_explanation_names_the_source_of_each_rest_day() -> None:
    said = say("explain", "2026-09-18", "6")
    rows = {line.split("│")[1].strip(): line for line in said.splitlines() if line.startswith("│")}
    assert "周日调休上班" in rows["2026-09-20"]
    assert "中秋节休息，不计入" in rows["2026-09-25"]
    assert "国办发明电〔2025〕7号" in rows["2026-09-25"]
    assert "周六休息，不计入" in rows["2026-09-19"]
    assert "届满日：2026-09-28" in said


def test_a_single_day_says_what_it_is() -> None:
    assert "2026-09-20（周日）：工作日（调休上班）" in say("explain", "2026-09-20")
    assert "出处：国办发明电〔2025〕7号" in say("explain", "2026-09-20")
    assert "没有通知另作安排" in say("explain", "2026-09-18")
    said = say("explain", "2027-02-05")
    assert "休息日（农历除夕（推算））" in said
    assert "【预估】" in said


def test_projected_days_are_marked_in_the_table() -> None:
    rows = [line for line in say("explain", "2026-12-23", "3").splitlines() if line.startswith("│ 2026-12-2")]
    assert [("预估" in row) for row in rows] == [False, False, True, True, True, True]


def test_the_status_lists_the_notices_and_asks_for_the_missing_one() -> None:
    said = say("status", "--known-on", "2026-11-24")
    assert "国办发明电〔2019〕3号" in said
    assert "2027 │ 预估" in said
    assert "已公布至 2026-12-24；此后为预估，推算至 2038-12-31" in said
    assert "请留意并载入 2027 年放假安排的通知" in said
    assert "请留意并载入" not in say("status", "--known-on", "2026-10-14")


@pytest.mark.parametrize(("today", "asks"), [("2026-10-14T15:59:00Z", False), ("2026-10-14T16:00:00Z", True)])
def test_the_next_notice_is_asked_for_from_mid_october_by_the_date_in_shanghai(
    today: str, asks: bool
) -> None:
    with time_machine.travel(today, tick=False):
        assert ("请留意并载入" in say("status")) is asks


@pytest.mark.parametrize(
    "text", ["2026-13-01", "2026-02-30", "20260917", "2026-W38-4", "明天", "2026/9/17", ""]
)
def test_a_bad_date_is_refused_in_chinese_and_says_what_is_expected(text: str) -> None:
    result = run("add", text, "10")
    assert result.exit_code == 2
    assert f"“{text}”不是有效的日期；应当写成 年-月-日，例如 2026-09-17" in result.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "2026-09-17", "99999"), "超出工作日历的范围（2018-01-01 至 2038-12-31）"),
        (("add", "2010-01-04", "3"), "超出日历范围"),
        (("explain", "2040-01-01"), "超出日历范围"),
        (("explain", "2038-12-30", "40"), "超出日历范围"),
        (("between", "2010-01-04", "2026-01-05"), "超出日历范围"),
        (("status", "--known-on", "2017-01-01"), "2017-01-01 时还没有已知的放假安排通知"),
    ],
)
def test_what_the_calendar_cannot_answer_is_refused_with_status_two(words: tuple[str, ...], why: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert why in result.output
    assert "应当是：" in result.output
    assert "Traceback" not in result.output


def test_the_statutory_days_can_be_written_again(tmp_path: Path) -> None:
    target = tmp_path / "statutory.yaml"
    assert "2018 至 2027 年" in say("statutory", "--through", "2027", "--target", str(target))
    assert "2027:" in target.read_text(encoding="utf-8")
    assert "2028:" not in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("through", ["0", "2026", "99999"])
def test_the_statutory_days_are_never_written_for_too_few_or_impossible_years(
    tmp_path: Path, through: str
) -> None:
    target = tmp_path / "statutory.yaml"
    result = run("statutory", "--through", through, "--target", str(target))
    assert result.exit_code == 2
    assert "年度应当在 2027 至 2100 之间" in result.output
    assert not target.exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "2026-01-05", "-1"), "“-1”不是期限的长度；应当写成不小于 0 的整数"),
        (("explain", "2026-01-05", "-1"), "“-1”不是期限的长度"),
        (("add", "2026-01-05", "1.5"), "“1.5”不是期限的长度"),
        (("add", "2026-01-05", "１"), "“１”不是期限的长度"),
        (("add", "2026-01-05", "9" * 5000), "不是期限的长度"),
        (("add", "2026-01-05", str(10**9)), "超出日历范围"),
        (("add", "2026-01-05", str(10**9), "--unit", "year"), "超出日历范围"),
        (("add", "0001-01-01", "5"), "超出日历范围"),
        (("add", "9999-12-31", "1", "--unit", "year"), "超出日历范围"),
        (("explain", "9999-12-31"), "超出日历范围"),
        (("between", "0001-01-01", "9999-12-31"), "超出日历范围"),
        (("between", "2026-02-10", "2026-01-05"), "止日 2026-01-05 早于起日 2026-02-10"),
        (("add", "2026-02-29", "5"), "“2026-02-29”不是有效的日期"),
    ],
)
def test_a_silly_question_is_answered_in_clear_words(words: tuple[str, ...], why: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert why in re.sub(r"[\n│]|\s(?=\s)", "", result.output)
    assert isinstance(result.exception, SystemExit)


def test_a_period_of_no_days_ends_on_its_first_day() -> None:
    assert "届满日：2026-01-05（周一）" in say("add", "2026-01-05", "0")
