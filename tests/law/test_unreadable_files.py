"""Files of the law that are damaged rather than wrong: each fault is a line with file, key and why, never a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.law import app
from law.loader import LAW

REGIME, YEAR = "regimes/work_safety.yaml", "calendar/2024.yaml"

#: Ten aliases of ten aliases of … : three thousand million values, were they followed.
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)


def put(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old.encode(), new.encode(), 1)


def then(more: str) -> Callable[[bytes], bytes]:
    return lambda data: data + more.encode()


def instead(text: str) -> Callable[[bytes], bytes]:
    return lambda _: text.encode()


FAULTS: list[tuple[str, str, Callable[[bytes], bytes], str, str]] = [
    ("a day that does not exist", REGIME, put("from: 2023-10-01", "from: 2021-02-30"), ":4  from", "没有这一天"),
    ("… as a key", REGIME, put("    2023-10-01:\n", "    2021-02-30:\n"), "values.2021-02-30", "没有这一天"),
    ("… of a ground", REGIME, put("health\n    from: 2023-10-01", "health\n    from: 2023-02-30"), "grounds.0.from", "没有这一天"),
    ("a thirteenth month", REGIME, put("from: 2023-10-01", "from: 2021-13-01"), ":4  from", "没有这一天"),
    ("an empty file", REGIME, instead(""), "整个文件", "应为键值表"),
    ("only a comment", REGIME, instead("# to do\n"), "整个文件", "应为键值表"),
    ("a list", REGIME, instead("- a\n- b\n"), "整个文件", "应为键值表"),
    ("a tab", REGIME, put("  level: departmental_rule", "\tlevel: departmental_rule"), ":8 ", "制表符"),
    ("GB 18030", REGIME, lambda data: data.decode().encode("gb18030"), ":2 ", "不是 UTF-8"),
    ("UTF-16", REGIME, lambda data: data.decode().encode("utf-16"), ":1 ", "不是 UTF-8"),
    ("a control character", REGIME, then("# \a\n"), "整个文件", "不是合法的 YAML"),
    ("a bomb of aliases", "regimes/bomb.yaml", instead(BOMB), "b.0", "锚点和别名"),
    ("a loop", "regimes/loop.yaml", instead("x: &a [*a]\n"), "x.0", "锚点和别名"),
    ("an alias of nothing", REGIME, then("z: *nope\n"), "整个文件", "undefined alias"),
    ("a tag", REGIME, put("service: civil", "service: !foo civil"), "service", "不是合法的值"),
    ("a number too long to be one", REGIME, put("value: 12", f"value: {'9' * 5000}"), ".value", "不是合法的值"),
    ("a thousand lists in lists", "regimes/deep.yaml", instead(f"a: {'[' * 3000}{']' * 3000}\n"), "整个文件", "嵌套过深"),
    ("a huge file", REGIME, then("# " + "x" * 2**20), "整个文件", "文件过大"),
    ("a list as a key", REGIME, then("? [a, b]\n: 1\n"), "整个文件", "键应为文字"),
    ("nothing as a key", REGIME, then("~: 1\n"), "~", "键应为文字"),
    ("a fine that is no number", REGIME, put('at_least_wan: "20"', "at_least_wan: .nan"), "at_least_wan", "有限"),
    ("a file that nobody reads", "regimes/new.yml", instead("key: new\n"), "regimes/new.yml", "不会被读取"),
    ("bodies above each other", "authorities.yaml", put("    regimes: [market_regulation]\n", "    regimes: [market_regulation]\n    superior: jiangsu-market-regulation\n"), "jiangsu-market-regulation.superior", "上级又是本机关"),
    ("a notice's day", YEAR, put("2024-02-10", "2024-02-31"), "days_off.1.dates", "没有这一天"),
    ("a notice in GB 18030", YEAR, lambda data: data.decode().encode("gb18030"), f"{YEAR}:1 ", "不是 UTF-8"),
    ("a notice of aliases", YEAR, instead("year: &a [*a]\n"), "year.0", "锚点和别名"),
    ("a key twice in a notice", YEAR, then("year: 2024\n"), "year", "键重复"),
    ("a statutory day", "calendar/statutory.yaml", put("2024-01-01", "2024-01-41"), "years.2024.0.dates.0", "没有这一天"),
]  # fmt: skip


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """A copy of the packaged files, the calendar included, to be damaged."""
    copy = tmp_path / "law"
    shutil.copytree(LAW, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def checked(law: Path) -> list[str]:
    result = CliRunner().invoke(app, ["check", "--dir", str(law)])
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    return result.output.splitlines()


@pytest.mark.parametrize(
    ("file", "damage", "place", "why"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_damaged_file_is_a_line_that_says_where_and_why(
    law: Path, file: str, damage: Callable[[bytes], bytes], place: str, why: str
) -> None:
    path = law / file
    path.write_bytes(damage(path.read_bytes() if path.exists() else b""))

    lines = checked(law)

    assert any(line.startswith(file) and place in line and why in line for line in lines), lines
    assert "Traceback" not in "\n".join(lines)


def test_a_folder_or_a_loop_of_links_in_place_of_a_file_is_told(law: Path) -> None:
    (law / REGIME).unlink()
    (law / REGIME).mkdir()
    (law / "city.yaml").unlink()
    (law / "city.yaml").symlink_to(law / "city.yaml")

    lines = checked(law)

    assert sum("读不出来" in line for line in lines) == 2


def test_a_year_that_is_missing_between_two_announced_ones_is_told(law: Path) -> None:
    (law / "calendar/2021.yaml").unlink()

    assert "calendar  （整个文件）：缺少 2021 年的通知，而其后的年度已有" in checked(law)


def test_every_fault_of_every_notice_is_told_at_once(law: Path) -> None:
    for year in (2023, 2024):
        path = law / f"calendar/{year}.yaml"
        path.write_text(path.read_text().replace("number:", "numbr:").replace("signed:", "sined:"))

    lines = checked(law)

    assert lines[-1] == "共 8 处差错。", lines


def test_one_unreadable_value_brings_no_second_complaint(law: Path) -> None:
    path = law / REGIME
    path.write_bytes(put("from: 2023-10-01", "from: 2021-02-30")(path.read_bytes()))

    assert len(checked(law)) == 2
