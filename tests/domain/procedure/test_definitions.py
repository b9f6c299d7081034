"""The definitions themselves: every step and every gate has its clause, and every action is always told of."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator

import pytest
from office import offered
from opening_samples import PEOPLE, Case, assessed, decided, notified, opened, ready

from domain.papers import PaperKind
from domain.procedure import admission, gates
from domain.procedure.steps import Course, Gate, Manner, Step
from workflows.determination import DETERMINATION
from workflows.listing import LISTING

COURSES = (DETERMINATION, LISTING)
ALL_STEPS = [(course, step) for course in COURSES for step in course.steps.values()]


@pytest.mark.parametrize(
    ("course", "step"), ALL_STEPS, ids=lambda x: getattr(x, "name", getattr(x, "kind", ""))
)
def test_every_step_has_title_clause_form_and_somebody_to_take_it(course: Course, step: Step) -> None:
    assert step.title
    assert step.clause.strip()
    assert step.form.__doc__
    entered_by_itself = step.manner in (Manner.CLOCK, Manner.MACHINE) or step.name == "miss_deadline"
    assert bool(step.roles) is not entered_by_itself
    if step.serves:
        assert step.serves in course.steps


def test_titles_tell_the_steps_apart() -> None:
    for course in COURSES:
        titles = [step.title for step in course.steps.values()]
        assert len(titles) == len(set(titles))


def _bars_in(module: object) -> Iterator[ast.Call]:
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Bar":
            yield node


@pytest.mark.parametrize("module", [gates, admission])
def test_every_gate_states_its_clause_and_what_clears_it(module: object) -> None:
    found = list(_bars_in(module))
    assert len(found) > 5
    for bar in found:
        stated = {keyword.arg: keyword.value for keyword in bar.keywords}
        assert {"code", "text", "clause", "fix"} <= set(stated), ast.unparse(bar)
        for part in ("clause", "fix"):
            value = stated[part]
            assert not (isinstance(value, ast.Constant) and not value.value), ast.unparse(bar)


def test_every_gate_of_a_step_says_in_words_what_it_wants() -> None:
    for _, step in ALL_STEPS:
        for gate in step.gates:
            assert _words(gate), (step.name, gate)


def _words(gate: Gate) -> str:
    """The gate's own sentence, or that of the function that made it."""
    made_by = getattr(gates, gate.__qualname__.split(".")[0], None)
    return inspect.getdoc(gate) or inspect.getdoc(made_by) or ""


def test_every_paper_that_a_step_issues_is_of_a_known_kind() -> None:
    kinds = {kind.value for kind in PaperKind}
    case = decided(ready(notified()))
    issued = {event.data["paper"] for event in case.file.events if "paper" in event.data}
    assert issued
    assert issued <= kinds


STATES: dict[str, Callable[[], Case]] = {
    "opened": opened,
    "assessed": assessed,
    "notified": notified,
    "ready": lambda: ready(notified()),
    "decided": lambda: decided(ready(notified())),
}


@pytest.mark.parametrize("by", PEOPLE, ids=lambda actor: actor.roles[0].value)
@pytest.mark.parametrize("state", STATES)
def test_every_action_appears_for_everybody_allowed_or_barred_with_the_reason(state: str, by: object) -> None:
    case = STATES[state]()
    found = offered(case, by)  # type: ignore[arg-type]
    takeable = {s.name for s in DETERMINATION.steps.values() if s.roles and s.name != "open_case"}
    assert {action for action, _ in found} == takeable
    for action in found.values():
        assert action.allowed is not bool(action.blocked_by)
        for bar in action.blocked_by:
            assert bar.clause, (action.action, bar)
            assert bar.fix, (action.action, bar)
