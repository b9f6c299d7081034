"""No legal day count or term stands as a literal in Python: figures live in law/, dated and cited."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "domain",
    "law",
    "documents",
    "intake",
    "storage",
    "activities",
    "workflows",
    "api",
    "cli",
)

# Names under which a length of legal time would stand: days, working_days, window, objection_term …
LENGTH = re.compile(
    r"(^|_)(days?|months?|years?|weeks?|working_days?|window|term|period|deadline)(_count|_length)?$", re.I
)
MAKES_A_LENGTH = {"timedelta", "relativedelta", "Term", "Extension", "plain_term"}
STEP = (0, 1)  # nothing, and the next or the last day: a step of the calendar, not a term

# What is not a legal term, and why: (file, what the scan says of it).
NOT_LEGAL = {
    ("api/examples.py", "'days': …"): "an example of moving the practice clock",
    ("api/calendar.py", "_example(working_days=…)"): "an example answer in the OpenAPI document",
    (
        "workflows/case.py",
        "timedelta(days=…)",
    ): "how long a timer sleeps at most before it looks at the record again",
}


def _integer(node: ast.expr | None) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value not in STEP:
        return node.value
    return None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def literal_terms(source: str) -> Iterator[tuple[int, str]]:
    """(line, what) of each integer that is the length of a period."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            maker = _name(node.func)
            first = node.args[:2] if maker in {"Term", "Extension", "plain_term"} else node.args[:1]
            if maker in MAKES_A_LENGTH and any(_integer(argument) is not None for argument in first):
                yield node.lineno, f"{maker}(…)"
            for keyword in node.keywords:
                named = bool(LENGTH.search(keyword.arg or "")) or (
                    keyword.arg == "count" and maker in MAKES_A_LENGTH
                )
                if named and _integer(keyword.value) is not None:
                    yield node.lineno, f"{maker}({keyword.arg}=…)"
        elif isinstance(node, ast.Assign):
            if _integer(node.value) is not None and any(LENGTH.search(_name(t)) for t in node.targets):
                yield node.lineno, "assignment"
        elif isinstance(node, ast.AnnAssign):
            if _integer(node.value) is not None and LENGTH.search(_name(node.target)):
                yield node.lineno, "assignment"
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(LENGTH.search(_name(side)) for side in sides) and any(
                _integer(side) is not None for side in sides
            ):
                yield node.lineno, "comparison"
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if (
                    isinstance(key, ast.Constant)
                    and LENGTH.search(str(key.value))
                    and _integer(value) is not None
                ):
                    yield node.lineno, f"{key.value!r}: …"
        elif isinstance(node, ast.arguments):
            defaulted = list(
                zip(node.args[len(node.args) - len(node.defaults) :], node.defaults, strict=True)
            )
            keywords = zip(node.kwonlyargs, node.kw_defaults, strict=True)
            defaulted += [(argument, default) for argument, default in keywords if default is not None]
            for argument, default in defaulted:
                if LENGTH.search(argument.arg) and _integer(default) is not None:
                    yield default.lineno, f"default of {argument.arg}"


def test_no_legal_day_count_or_term_stands_in_python() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), what, line)
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, what in literal_terms(path.read_text(encoding="utf-8"))
    ]
    legal = [f"{file}:{line} {what}" for file, what, line in found if (file, what) not in NOT_LEGAL]
    assert legal == [], "move the figure into law/, with its source:\n" + "\n".join(legal)
    assert NOT_LEGAL.keys() <= {(file, what) for file, what, _ in found}, "an exception that excepts nothing"


@pytest.mark.parametrize(
    "source",
    [
        "due = received + timedelta(days=10)",
        "due = received + timedelta(15)",
        "due = listed_on + relativedelta(years=3)",
        "term = Term(count=5, unit=unit, starts='notice_served', basis=basis)",
        "term = plain_term(10, Unit.WORKING_DAY)",
        "OBJECTION_WINDOW = 5",
        "verification_days: int = 10",
        "late = working_days > 10",
        "figures = {'months': 6}",
        "def listed_until(day, years=3): ...",
        "def served(day, *, window_length=30): ...",
    ],
)
def test_the_scan_sees_a_legal_term(source: str) -> None:
    assert list(literal_terms(source))


@pytest.mark.parametrize(
    "source",
    ["next_day = day + timedelta(days=1)", "width = 10", "limit = rule.decision.count", "days = []"],
)
def test_the_scan_lets_other_numbers_be(source: str) -> None:
    assert not list(literal_terms(source))
