"""What is submitted ends up in papers: a text that no font can show is refused while its author can still mend it.

Accepted, it would stop the paper that quotes it, and the case with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from documents.glyphs import unprintable
from domain.refusals import Malformed
from domain.validation_words import field_path

_Path = tuple[str | int, ...]


async def must_be_printable(form: BaseModel) -> None:
    """Raises Malformed (GLYPH_MISSING) naming the first field that holds such a character, and the character."""
    await run_in_threadpool(_check, form.model_dump(mode="json"))


def _check(form: dict[str, Any]) -> None:
    for path, text in _texts(form, ()):
        shown = unprintable(text)
        if shown is not None:
            raise Malformed(
                code="GLYPH_MISSING",
                title="字库缺字",
                detail=f"{field_path(path)}含有现有字库没有的字符，文书无法印出",
                field=field_path(path),
                expected=f"改用字库中有的写法，或者请系统管理员加装字体：{_code_points(shown)}",
            )


def _texts(value: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), key
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _code_points(shown: str) -> str:
    """What the typesetter says it lacks: the characters, or their escapes (`\\u{e816}`)."""
    return shown if shown.startswith("\\u") else " ".join(f"U+{ord(c):04X}" for c in shown)
