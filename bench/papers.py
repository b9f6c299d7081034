"""What a paper costs beyond Typst itself: the same template, data and faces, compiled bare (goal 13)."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from unittest.mock import patch

import typst

from bench.kept import borrowed
from bench.measured import Limit, Measured, Plan, Row
from bench.rounds import Round, in_turn, seconds
from documents.fonts import faces
from documents.render import TEMPLATES, render
from domain.document_numbers import DocumentNumber
from domain.papers import Paper, PaperKind

TIMES = 10


def measure(plan: Plan) -> Measured:
    """Each kind of paper beside its own bare compile; the median over the kinds, and the kind that is furthest off."""
    paper = borrowed("paper_samples").paper
    found = []
    for kind in PaperKind:
        numbers = count(1)

        def fresh(kind: PaperKind = kind, numbers: Iterator[int] = numbers) -> list[Paper]:
            """Papers that Typst has not set before: it remembers what it has."""
            series = [
                DocumentNumber(series="宁市监", year=2026, sequence=next(numbers)) for _ in range(TIMES)
            ]
            return [paper(kind, in_header={"number": number}) for number in series]

        found.append((kind, in_turn({"ours": _ours(fresh), "typst": _bare(kind, fresh)}, plan.rounds)))
    worst_kind, worst = max(found, key=lambda one: one[1]["ours"] / one[1]["typst"])
    middle = {who: statistics.median(times[who] for _, times in found) for who in ("ours", "typst")}
    goal = Limit("most", 1.3)
    beside = "bare Typst compile of the same template"
    return Measured(
        rounds=plan.rounds,
        rows=[
            Row(
                "13",
                f"one paper, median of {len(found)} kinds",
                "ms",
                middle["ours"] * 1e3,
                middle["typst"] * 1e3,
                beside,
                goal,
            ),
            Row(
                "13",
                f"the kind furthest off ({worst_kind.value})",
                "ms",
                worst["ours"] * 1e3,
                worst["typst"] * 1e3,
                beside,
                goal,
            ),
        ],
    )


def _ours(fresh: Callable[[], list[Paper]]) -> Round:
    def once() -> float:
        papers = fresh()
        return seconds(lambda: [render(paper, practice=True) for paper in papers], TIMES)()

    return once


def _bare(kind: PaperKind, fresh: Callable[[], list[Paper]]) -> Round:
    """A compiler given what the renderer would hand it, taken down beforehand."""
    template = TEMPLATES / f"{kind.value}.typ"
    compiler = typst.Compiler(template, root=TEMPLATES, font_paths=faces(()))

    def once() -> float:
        given = [_handed_over(paper) for paper in fresh()]
        return seconds(lambda: [compiler.compile(**inputs) for inputs in given], TIMES)()

    return once


def _handed_over(paper: Paper) -> dict[str, Any]:
    with patch("documents.render._Press._compiler") as compiler:
        compiler.return_value.compile.return_value = b""
        render(paper, practice=True)
        return dict(compiler.return_value.compile.call_args.kwargs)
