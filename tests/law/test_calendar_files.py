"""The files of law/calendar/: each notice its own record, each fault named with file, key and reason."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from domain.days.calendar import Calendar
from domain.days.notices import Margin
from domain.days.periods import end_of, plain_term
from domain.rules import Unit
from law.calendar_loader import (
    DIRECTORY,
    CalendarFileError,
    forget_calendars,
    load_calendar,
    load_notices,
    load_projection,
)
from law.calendar_statutory import statutory_days, write_statutory


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the calendar's files, to be damaged."""
    return shutil.copytree(DIRECTORY, tmp_path / "calendar")


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_each_notice_and_each_amendment_since_2018_is_on_file() -> None:
    assert [(n.number, n.year, n.published.isoformat()) for n in load_notices()] == [
        ("国办发明电〔2017〕12号", 2018, "2017-11-30"),
        ("国办发明电〔2018〕15号", 2019, "2018-12-06"),
        ("国办发明电〔2019〕3号", 2019, "2019-03-22"),
        ("国办发明电〔2019〕16号", 2020, "2019-11-21"),
        ("国办发明电〔2020〕1号", 2020, "2020-01-27"),
        ("国办发明电〔2020〕27号", 2021, "2020-11-25"),
        ("国办发明电〔2021〕11号", 2022, "2021-10-25"),
        ("国办发明电〔2022〕16号", 2023, "2022-12-08"),
        ("国办发明电〔2023〕7号", 2024, "2023-10-25"),
        ("国办发明电〔2024〕12号", 2025, "2024-11-12"),
        ("国办发明电〔2025〕7号", 2026, "2025-11-04"),
    ]
    assert all(notice.seen.verified for notice in load_notices())


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "why"),
    [
        (
            "2026.yaml",
            "number: 国办发明电〔2025〕7号",
            "number: 国办发明电〔2024〕12号",
            "number",
            "与 2025.yaml 重复",
        ),
        ("2026.yaml", "number: 国办发明电〔2025〕7号\n", "", "number", "缺少必填项"),
        ("2026.yaml", "year: 2026", "year: 2025", "", "不属于2025年"),
        ("2026.yaml", "seen: text", "seen: hearsay", "seen", "不在允许的取值之内"),
        ("2026.yaml", ", 2026-10-02", "", "days_off", "缺少法定节假日国庆节：2026-10-02"),
        ("2026.yaml", "workdays_moved: [", "workdays_moved: [2026-09-21, ", "", "应当是周末：2026-09-21"),
        ("2026.yaml", "year: 2026", "year: 2026\npages: 3", "pages", "不认识的键"),
        ("2026.yaml", "days_off:", "days_off: [", "", "不是合法的 YAML"),
        (
            "2020-amended-2020-01-27.yaml",
            "replaces: [2020-02-01]",
            "replaces: []",
            "",
            "又未在 replaces 中写明",
        ),
        (
            "2020-amended-2020-01-27.yaml",
            "amends: 国办发明电〔2019〕16号\n",
            "",
            "",
            "只有调整通知才能写 replaces",
        ),
        (
            "2020-amended-2020-01-27.yaml",
            "published: 2020-01-27",
            "published: 2020-01-28",
            "year",
            "2020-amended-2020-01-28.yaml",
        ),
        ("projection.yaml", "  - {earlier: 9, later: 9}\n", "", "", "counting 应当按 up_to 递增"),
        (
            "projection.yaml",
            'unsettled_from: "12-25"',
            'unsettled_from: "13-25"',
            "unsettled_from",
            "格式不符",
        ),
        ("statutory.yaml", "years:", "year:", "years", "缺少必填项"),
    ],
)
def test_a_faulty_file_is_refused_with_file_key_and_reason(
    files: Path, file: str, old: str, new: str, key: str, why: str
) -> None:
    _edit(files / file, old, new)
    with pytest.raises(CalendarFileError) as fault:
        load_notices(files)
    assert key in fault.value.key
    assert why in fault.value.why
    assert fault.value.file in (file, "calendar")
    assert str(fault.value).startswith(fault.value.file)


def test_a_missing_or_empty_file_is_named(files: Path) -> None:
    without = shutil.copytree(files, files / "copy")
    (without / "projection.yaml").unlink()
    with pytest.raises(CalendarFileError, match=r"projection\.yaml：读不出来：文件不存在"):
        load_projection(without)
    (files / "2026.yaml").write_text("", encoding="utf-8")
    with pytest.raises(CalendarFileError, match=r"2026\.yaml：应为键值表"):
        load_notices(files)


def test_a_notice_that_arrives_while_the_program_runs_is_read_after_forgetting(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("law.calendar_loader.DIRECTORY", files)
    (files / "2026.yaml").rename(files / "later")
    try:
        assert load_calendar().last_announced == 2025
        (files / "later").rename(files / "2026.yaml")
        assert load_calendar().last_announced == 2025
        forget_calendars()
        assert load_calendar().last_announced == 2026
    finally:
        forget_calendars()


def test_days_between_two_notices_share_one_calendar() -> None:
    assert load_calendar(date(2026, 3, 1)) is load_calendar(date(2025, 11, 4))
    assert load_calendar(date(2025, 11, 3)) is not load_calendar(date(2025, 11, 4))


def test_the_statutory_days_on_file_are_those_that_the_package_computes() -> None:
    for year, blocks in load_projection().statutory.items():
        on_file = {
            day: block.name + ("（补假）" if block.compensates else "")
            for block in blocks
            for day in block.dates
        }
        assert on_file == statutory_days(year)


def test_the_statutory_file_is_written_as_it_stands(tmp_path: Path) -> None:
    years = load_projection().statutory
    write_statutory(tmp_path / "statutory.yaml", min(years), max(years))
    written = (tmp_path / "statutory.yaml").read_text(encoding="utf-8")
    assert written == (DIRECTORY / "statutory.yaml").read_text(encoding="utf-8")


def test_the_margins_cover_every_error_that_a_projection_of_the_past_made() -> None:
    """Each year 2019–2026, as projected on the day before its notice and as announced by that notice."""
    projection = load_projection()
    worst: dict[Margin, tuple[int, int]] = {}

    def note(margin: Margin, projected: date, official: date) -> None:
        earlier, later = worst.get(margin, (0, 0))
        error = (official - projected).days
        worst[margin] = max(earlier, -error), max(later, error)

    for year, notices in groupby(load_notices(), key=lambda notice: notice.year):
        published = next(notices).published
        if year == load_notices()[0].year:
            continue
        before, after = (load_calendar(day).working_days for day in (published - timedelta(1), published))
        settled = after.announced_through
        for offset in range(-400, 359):
            start = date(year, 1, 1) + timedelta(offset)
            if start < before.first:
                continue
            for count in (*range(1, 61), *range(61, 251, 7)):
                projected, official = before.add(start, count), after.add(start, count)
                if before.announced_through < projected <= settled:
                    margin = next(m for m in projection.counting if m.up_to is None or count <= m.up_to)
                    note(margin, projected, official)
            if before.announced_through < start <= settled:
                note(projection.rolling, before.roll(start), after.roll(start))
    for margin in (*projection.counting, projection.rolling):
        assert margin.earlier >= worst[margin][0], margin
        assert margin.later >= worst[margin][1], margin
    assert worst[projection.rolling] == (projection.rolling.earlier, projection.rolling.later)


def test_every_announced_end_lay_in_the_interval_that_had_been_given_for_it() -> None:
    before, after = (load_calendar(day).working_days for day in (date(2025, 11, 3), date(2025, 11, 4)))
    for unit, counts in ((Unit.WORKING_DAY, (5, 10, 45)), (Unit.DAY, (15, 60)), (Unit.MONTH, (1, 6))):
        for count in counts:
            for offset in range(300):
                start = date(2025, 10, 1) + timedelta(offset)
                term = plain_term(count, unit)
                told, real = end_of(start, term, before), end_of(start, term, after)
                assert told.earliest <= real.due <= told.latest


def test_the_horizon_reaches_twelve_years_past_each_notice() -> None:
    for known_on in (date(2018, 1, 1), date(2026, 1, 1)):
        calendar: Calendar = load_calendar(known_on)
        assert calendar.horizon == date(calendar.last_announced + 12, 12, 31)
