"""The text fields of what is submitted: found, told apart, and filled with other words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

Path = tuple[str | int, ...]

#: Fields that hold a code, a day or a number rather than words.
TYPED: Final = {
    "kind", "decided_on", "served_on", "effective_on", "effectiveness", "fine_wan", "born_on", "method", "outcome", "on",
    "consent_on", "channel", "posted_on", "finding", "held_on", "held_at", "conclusion", "change", "carrier", "factors",
    "counted_from", "regime", "authority", "ground", "measures", "code", "deadline", "id_number", "id_kind",
    "issued_by_code",
}  # fmt: skip


def texts(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of all strings in a JSON value."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from texts(inner, (*path, index))


def words(value: Any) -> set[Path]:
    """Paths of the strings that are words of somebody's own."""
    return {
        path for path in texts(value) if path[-1] == "relevance" or path[-1] == "proportion" or _free(path)
    }


def _free(path: Path) -> bool:
    return TYPED.isdisjoint(path)


def filled(value: Any, paths: set[Path], text: Callable[[str], str], path: Path = ()) -> Any:
    """The value with `text(old)` at each of the paths."""
    if path in paths:
        return text(value)
    if isinstance(value, dict):
        return {key: filled(inner, paths, text, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [filled(inner, paths, text, (*path, index)) for index, inner in enumerate(value)]
    return value
