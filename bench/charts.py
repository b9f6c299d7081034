"""Charts as plain SVG: how each row stands to its floor and its goal, and curves over sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from bench.measured import Curve, Row

_WIDTH, _LEFT, _RIGHT = 860, 330, 190
_INK, _FAINT, _FLOOR, _MET, _MISSED = "#222", "#ccc", "#9aa5b1", "#2a7f62", "#c0562f"
_LINES = ("#2a5f9e", "#9aa5b1", "#c0562f", "#2a7f62")
_STYLE = "text{font:13px system-ui,sans-serif;fill:#222}.s{font-size:11px;fill:#666}.t{font-size:15px;font-weight:600}"


def bars(title: str, rows: Sequence[Row]) -> str:
    """One pair of bars a row (floor above, ours below), each pair on a scale of its own; a stroke where the goal lies."""
    top, step = 44, 46
    parts = [f'<text class="t" x="12" y="24">{escape(title)}</text>']
    for number, row in enumerate(rows):
        parts += _pair(row, top + number * step)
    return _svg(top + len(rows) * step + 10, parts, title)


def _pair(row: Row, y: int) -> list[str]:
    room = _WIDTH - _LEFT - _RIGHT
    goal = _goal_value(row)
    most = max(row.ours, row.floor or 0.0, goal or 0.0) or 1.0
    scale = room / most
    ours = _FLOOR if row.met is None else _MET if row.met else _MISSED
    parts = [f'<text x="12" y="{y + 13}">{escape(row.goal)} {escape(row.what)}</text>']
    if row.floor is not None:
        parts += [
            f'<text class="s" x="12" y="{y + 29}">{escape(row.beside)}</text>',
            _bar(y + 2, row.floor * scale, _FLOOR),
            _label(y + 13, row.floor, row.unit),
        ]
    parts += [_bar(y + 18, row.ours * scale, ours), _label(y + 29, row.ours, row.unit)]
    if goal is not None:
        x = _LEFT + goal * scale
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 34}" stroke="{_INK}" stroke-width="2"/>'
        )
    if row.limit is not None:
        held = f"{row.ratio:,.2f}×, goal " if row.ratio is not None and row.limit.kind != "value" else "goal "
        words = held + row.limit.in_words(row.unit)
        parts.append(f'<text class="s" x="{_WIDTH - 90}" y="{y + 21}" text-anchor="middle">{words}</text>')
    return parts


def _goal_value(row: Row) -> float | None:
    """Where the goal lies in the row's own unit."""
    if row.limit is None:
        return None
    if row.limit.kind == "value":
        return row.limit.bound
    if row.floor is None:
        return None
    return row.floor / row.limit.bound if row.limit.kind == "faster" else row.floor * row.limit.bound


def _bar(y: float, width: float, colour: str) -> str:
    return f'<rect x="{_LEFT}" y="{y}" width="{max(width, 1):.1f}" height="13" fill="{colour}"/>'


def _label(y: float, value: float, unit: str) -> str:
    return f'<text class="s" x="{_LEFT - 6}" y="{y}" text-anchor="end">{figure(value)} {escape(unit)}</text>'


def figure(value: float) -> str:
    """A number with three or four figures that matter."""
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def curve(drawn: Curve) -> str:
    """The lines of a curve, both axes from zero: what is flat looks flat, what grows in step is a straight line."""
    left, right, top, bottom = 80, 660, 50, 300
    points = [point for line in drawn.points.values() for point in line]
    widest, highest = max(x for x, _ in points) or 1.0, max(y for _, y in points) or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        return left + (right - left) * x / widest, bottom - (bottom - top) * y / highest

    parts = [f'<text class="t" x="12" y="24">{escape(drawn.title)}</text>']
    for part in range(5):
        value = highest * part / 4
        _, y = at(0, value)
        parts += [
            f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_FAINT}"/>',
            f'<text class="s" x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{figure(value)}</text>',
        ]
    sizes = sorted({x for x, _ in points})
    for size in sizes:
        x, _ = at(size, 0)
        parts.append(f'<text class="s" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{size:,g}</text>')
    parts.append(
        f'<text class="s" x="{left - 6}" y="{top - 10}" text-anchor="end">{escape(drawn.unit)}</text>'
    )
    parts.append(
        f'<text class="s" x="{right}" y="{bottom + 32}" text-anchor="end">{escape(drawn.size)}</text>'
    )
    for (name, line), colour in zip(drawn.points.items(), _LINES, strict=False):
        spots = [at(x, y) for x, y in sorted(line)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        x, y = spots[-1]
        parts.append(f'<text class="s" x="{x + 8:.1f}" y="{y + 4:.1f}">{escape(name)}</text>')
    return _svg(bottom + 44, parts, drawn.title)


def _svg(height: int, parts: Sequence[str], title: str) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}"><style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>'
    )
    return "\n".join([head, *parts, "</svg>\n"])
