"""Whether a text can be printed at all: a character that no font has would stop the paper that quotes it.

Asked when a text is submitted, while whoever wrote it can still write it otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import typst

from documents.fonts import SHIPPED_FONTS, faces, office_fonts
from documents.render import NO_GLYPH, TEMPLATES
from domain.validation_words import field_path

_COMMON: Final = "gb2312"  # every character of this set is in the fonts that we ship (a test sets them all)


class _Compilers(threading.local):
    """A compiler serves one thread at a time."""

    def __init__(self) -> None:
        self.by_fonts: dict[tuple[Path, ...], typst.Compiler] = {}


_thread = _Compilers()


def common(text: str) -> bool:
    """Whether every character is of the set that the shipped fonts cover: microseconds, and mostly enough."""
    try:
        text.encode(_COMMON)
    except UnicodeEncodeError:
        return False
    return True


def unprintable(text: str) -> str | None:
    """The first piece of the text that the fonts of the papers cannot show, or None. Half a millisecond, mostly less."""
    return None if common(text) else _set(text)


def _set(text: str) -> str | None:
    fonts = office_fonts()
    if fonts not in _thread.by_fonts:
        _thread.by_fonts[fonts] = typst.Compiler(
            TEMPLATES / "specimen.typ", root=TEMPLATES, font_paths=faces(fonts)
        )
    inputs: dict[str, Any] = {"text": text, "fonts": ",".join(SHIPPED_FONTS)}
    try:
        _thread.by_fonts[fonts].compile(format="pdf", sys_inputs=inputs, pdf_standards="a-2b")
    except typst.TypstError as error:
        hole = NO_GLYPH.search(str(error))
        if hole is None:
            raise
        return hole["shown"]
    return None


def unprintable_field(form: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first field of a form with a character that no font has, and that character by its code point; or None."""
    for path, text in _texts(form, ()):
        shown = unprintable(text)
        if shown is not None:
            return field_path(path), _code_points(shown)
    return None


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield (*path, key), key
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _code_points(shown: str) -> str:
    """What the typesetter says it lacks: the characters, or their escapes (`\\u{e816}`)."""
    return shown if shown.startswith("\\u") else " ".join(f"U+{ord(c):04X}" for c in shown)
