"""Whatever code this program answers with is explained at `/problems`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.problems import problem_kinds
from domain.procedure.judgement import refusal_of
from domain.refusals import Bar
from workflows.determination import DETERMINATION

ROOT = Path(__file__).resolve().parents[2]
ANSWERING = ("domain", "law", "intake", "documents", "storage", "activities", "workflows", "api")
#: Calls that take a `code` of another kind: of a body, of a paper.
_NO_REFUSAL = {"Issuer", "AuthorityLine", "Failure", "MeasureChoice"}


def codes_in(source: Path) -> Iterator[str]:
    """Every code that a refusal or a bar of this file is given."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) not in _NO_REFUSAL:
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield from (
                        part.value
                        for part in ast.walk(keyword.value)
                        if isinstance(part, ast.Constant)
                        and isinstance(part.value, str)
                        and part.value.isupper()
                    )


def answered_codes() -> set[str]:
    return {
        code for folder in ANSWERING for source in (ROOT / folder).rglob("*.py") for code in codes_in(source)
    }


def test_every_code_that_is_answered_anywhere_is_explained() -> None:
    answered = answered_codes()
    assert {
        "WINDOW_OPEN",
        "OBJECTION_UNANSWERED",
        "FOUR_EYES",
        "DUPLICATE_CASE",
    } <= answered  # the search finds
    assert answered - problem_kinds().keys() == set()


@pytest.mark.parametrize("code", sorted(answered_codes() & problem_kinds().keys()))
def test_a_bar_of_the_procedure_is_answered_as_its_explanation_says(code: str) -> None:
    kind = problem_kinds()[code]
    step = DETERMINATION.steps["serve_prior_notice"]
    refusal = refusal_of(step, [Bar(code=code, text="不行")])
    if refusal.status == kind.status:
        assert refusal.title == kind.title
    else:  # no gate bars with this code: only HTTP or a family of its own answers it
        assert code not in {
            bar for source in (ROOT / "domain/procedure").rglob("*.py") for bar in bars_in(source)
        }


def bars_in(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Bar":
            yield from (
                part.value
                for keyword in node.keywords
                if keyword.arg == "code"
                for part in ast.walk(keyword.value)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
