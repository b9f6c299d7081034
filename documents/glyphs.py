"""Whether a text can be printed at all: a character that no font has would stop the paper that quotes it.

Asked when a text is submitted, while whoever wrote it can still write it otherwise.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, Final

import pylopdf_fonts_zh_cn
import typst

from documents.render import NO_GLYPH, SHIPPED_FONTS, TEMPLATES

_COMMON: Final = "gb2312"  # every character of this set is in the fonts that we ship (a test sets them all)


class _Compiler(threading.local):
    """A compiler serves one thread at a time."""

    compiler: typst.Compiler | None = None


_thread = _Compiler()


@cache
def _fonts() -> typst.Fonts:
    shipped = pylopdf_fonts_zh_cn.serif_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[shipped])


def unprintable(text: str) -> str | None:
    """The first piece of the text that the fonts of the papers cannot show, or None. Half a millisecond, mostly less."""
    try:
        text.encode(_COMMON)
    except UnicodeEncodeError:
        return _set(text)
    return None


def _set(text: str) -> str | None:
    if _thread.compiler is None:
        _thread.compiler = typst.Compiler(TEMPLATES / "specimen.typ", root=TEMPLATES, font_paths=_fonts())
    inputs: dict[str, Any] = {"text": text, "fonts": ",".join(SHIPPED_FONTS)}
    try:
        _thread.compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards="a-2b")
    except typst.TypstError as error:
        hole = NO_GLYPH.search(str(error))
        if hole is None:
            raise
        return hole["shown"]
    return None
