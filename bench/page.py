"""The generated part of docs/performance.md: one table of all that was measured, and the charts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.charts import bars, curve, figure
from bench.measured import Measured, Row
from bench.results import measured_of, read_record

_DOCS = Path(__file__).parents[1] / "docs"
PAGE, CHARTS = _DOCS / "performance.md", _DOCS / "charts"
_BEGIN, _END = "<!-- measured: begin -->", "<!-- measured: end -->"


def draw(titles: Mapping[str, str]) -> None:
    """Draws every result there is, and writes the table between the marks of the page."""
    CHARTS.mkdir(exist_ok=True)
    sections = []
    for name, title in titles.items():
        record = read_record(name)
        if record is not None:
            sections += _section(name, title, record, measured_of(record))
    page = PAGE.read_text("utf-8")
    between = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
    body = "\n".join([_BEGIN, "", *sections, _END])
    PAGE.write_text(between.sub(lambda _: body, page), encoding="utf-8")


def _section(name: str, title: str, record: Mapping[str, Any], measured: Measured) -> list[str]:
    machine = record["machine"]
    pictures = [(name, bars(title, measured.rows))]
    pictures += [(f"{name}-{number}", curve(drawn)) for number, drawn in enumerate(measured.curves, 1)]
    lines = [f"### {title}", "", *_table(measured.rows), ""]
    lines += [f"* {note}" for note in measured.notes]
    lines += [""] if measured.notes else []
    for picture, drawn in pictures:
        (CHARTS / f"{picture}.svg").write_text(drawn, encoding="utf-8")
        lines += [f"![{title}](charts/{picture}.svg)", ""]
    lines += [
        f"`python -m bench {name}`, {record['date'][:10]}, median of {measured.rounds} rounds; {machine['processor']}, "
        f"{machine['cores']} cores, load {machine['load']} at the end.",
        "",
    ]
    return lines


def _table(rows: Sequence[Row]) -> list[str]:
    lines = [
        "| Goal | What | Ours | Beside it | Ratio | Goal says | Verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        beside = f"{figure(row.floor)} {row.unit}: {row.beside}" if row.floor is not None else "–"
        ratio = f"{row.ratio:,.2f}×" if row.ratio is not None else "–"
        limit = row.limit.in_words(row.unit) if row.limit is not None else "–"
        lines.append(
            f"| {row.goal} | {row.what} | {figure(row.ours)} {row.unit} | {beside} | {ratio} | {limit} | {row.verdict} |"
        )
    return lines
