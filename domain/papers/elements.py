"""What a paper must state, and the check that it does (文书必备要素).

A field of a paper that the law requires carries `Must`. On top of that the pinned rule brings its own list of elements
(`domain.rules.Element`), whose title and clause then take the place of ours; an element that no field of the paper
knows is looked for in the paper's `further` statements. Every missing one is named, not only the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel

from domain.refusals import Bar, LegalRefusal
from domain.rules import Element
from domain.strict import is_blank, normalised

ELEMENT_MISSING: Final = "ELEMENT_MISSING"


@dataclass(frozen=True)
class Must:
    """Marks a field that the law requires: its name in Chinese, and the clause."""

    title: str
    clause: str


@dataclass(frozen=True)
class Lack:
    """A required element that is missing or blank: the field's path, its name, the clause."""

    field: str
    title: str
    clause: str


def blank(value: Any) -> bool:
    """Whether nothing is stated: no value, a text of which nothing would be seen, an empty list or form."""
    if value is None:
        return True
    if isinstance(value, str):
        return is_blank(normalised(value))
    if isinstance(value, Mapping):
        return all(blank(part) for part in value.values())
    if isinstance(value, Collection):
        return all(blank(part) for part in value)
    return False


def lacks(
    model: type[BaseModel], data: Mapping[str, Any], elements: Iterable[Element] = (), path: str = ""
) -> Iterator[Lack]:
    """What `data`, meant for `model`, fails to state: by the model's own marks and by the rule's elements."""
    by_rule = {element.key: element for element in elements}
    for name, field in model.model_fields.items():
        value = data.get(name)
        must = next((mark for mark in field.metadata if isinstance(mark, Must)), None)
        element = by_rule.pop(name, None)
        if blank(value):
            if element is not None:
                yield Lack(path + name, element.title, str(element.basis))
            elif must is not None:
                yield Lack(path + name, must.title, must.clause)
            continue
        part = _part_of(field.annotation)
        if part is not None:
            for where, each in _parts(value, path + name):
                for lack in lacks(part, each, path=f"{where}."):
                    title = f"{must.title}：{lack.title}" if must else lack.title
                    yield Lack(lack.field, title, lack.clause)
    further = data.get("further") or {}  # a regime may ask for what no field of ours carries
    for key, element in by_rule.items():
        if blank(further.get(key)):
            yield Lack(f"{path}further.{key}", element.title, str(element.basis))


def missing_elements(stated: Collection[str], elements: Iterable[Element]) -> list[Element]:
    """The elements that a document stating the keys `stated` lacks: may a decision rest on a penalty decision?"""
    return [element for element in elements if element.key not in stated]


def element_missing(paper: str, missing: Sequence[Lack]) -> LegalRefusal:
    """The refusal of a paper that lacks elements: one bar for each, with its clause."""
    named = "；".join(f"{lack.title}（{lack.clause}）" for lack in missing)
    return LegalRefusal(
        code=ELEMENT_MISSING,
        detail=f"《{paper}》缺少必备要素：{named}",
        clause=missing[0].clause,
        field=missing[0].field,
        expected="载明全部必备要素",
        blocked_by=[
            Bar(
                code=ELEMENT_MISSING,
                text=f"缺少{lack.title}",
                clause=lack.clause,
                fix=f"请补充{lack.title}（{lack.field}）",
            )
            for lack in missing
        ],
    )


def _part_of(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation: itself, in a tuple, or optional."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for part in map(_part_of, get_args(annotation)) if part is not None), None)


def _parts(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The parts of a value, each with its path."""
    if isinstance(value, Mapping):
        yield path, value
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, each in enumerate(value):
            if isinstance(each, Mapping):
                yield f"{path}.{index}", each
