"""Writes statutory.yaml: the days off that the holiday regulation itself gives, as the package `holidays` computes them.

Kept as a file, so that an upgrade of the package cannot move a deadline unseen, what officials see is what is counted
with, and starting needs neither the package nor its translation files. A test compares file and package.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path

from holidays import country_holidays

COMPENSATION = "（补假）"

HEAD = """\
# Statutory days off and the days granted for those on a weekend (全国年节及纪念日放假办法 第二条、第六条), each year by
# the regulation that governs it. Computed by the PyPI package `holidays`, without the yearly notices it also knows:
# for a year whose notice is out these days count for nothing. Rewrite with `chengxu calendar statutory`.
years:
"""


def statutory_days(year: int) -> dict[date, str]:
    """The statutory days off of a year with their names, compensation included; no bridges, no moved workdays."""
    computed = country_holidays("CN", language="zh_CN")
    # The package also knows the notices of past years; a projection must not.
    computed.special_public_holidays = {}
    computed.weekend_workdays = set()
    computed.get(date(year, 1, 1))  # fills in the year
    return {day: name.replace("; ", "、") for day, name in sorted(computed.items())}


def write_statutory(target: Path, first: int, last: int) -> None:
    """Writes the file for the years `first` to `last`."""
    lines = [HEAD]
    for year in range(first, last + 1):
        lines.append(f"  {year}:\n")
        for name, days in groupby(statutory_days(year).items(), key=lambda item: item[1]):
            dates = ", ".join(day.isoformat() for day, _ in days)
            title, mark, _ = name.partition(COMPENSATION)
            lines.append(
                f"    - {{name: {title}, dates: [{dates}]{', compensates: true' if mark else ''}}}\n"
            )
    target.write_text("".join(lines), encoding="utf-8")
