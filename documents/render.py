"""The one renderer: a paper in, its PDF and digest out; the same paper always gives the same bytes.

PDF/A-2b (ISO 19005-2) in the form of GB/T 9704-2012. Every value enters the template as JSON and is placed as text, so
that nothing in a name or a fact is read as markup.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from documents.fonts import SHIPPED_FONTS, faces
from domain.papers import Paper, PaperKind
from domain.refusals import Malformed

TEMPLATES: Final = Path(__file__).with_name("templates")

#: Families for each role of the text, most proper first: an office's own licensed faces, then the one that we ship.
_STACKS: Final[dict[str, tuple[str, ...]]] = {
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK"),
    "body": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "FZFangSong-Z02S", "STFangsong"),
    "heading": ("SimHei", "黑体", "FZHei-B01S", "STHeiti", "Noto Sans SC"),
    "subheading": ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "LXGW WenKai"),
    "page": ("SimSun", "宋体", "STSong"),
}
NO_GLYPH: Final = re.compile(r'the text `"(?P<shown>.+?)"` could not be displayed')
_LABELS: Final = {kind.value: kind.label for kind in PaperKind}


@dataclass(frozen=True)
class Rendered:
    """A finished paper: the PDF and the SM3 digest of exactly these bytes (64 hex digits)."""

    pdf: bytes
    sm3: str


def sm3(data: bytes) -> str:
    """SM3 digest in hex (GB/T 32905-2016)."""
    return hashlib.new("sm3", data).hexdigest()


def content_digest(paper: Paper) -> str:
    """SM3 over what the paper says, without its verification line: this is the digest that the line may print."""
    bare = paper.model_dump(mode="json", exclude={"header": {"verification"}})
    return sm3(json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def render(paper: Paper, *, practice: bool, font_dirs: Iterable[Path] = ()) -> Rendered:
    """Sets the paper in its official form. Thread-safe; a few milliseconds once warm.

    `practice` (or the header's own mark) prints 演练·非正式文书 on every page. `font_dirs` hold the office's own fonts.
    Raises Malformed (GLYPH_MISSING) when no font has a character, e.g. a rare one in a name: the paper is not printed
    with a hole in it.
    """
    press = _press(tuple(font_dirs))
    try:
        pdf = press.print(paper, practice=practice or paper.header.practice)
    except typst.TypstError as error:
        hole = NO_GLYPH.search(str(error))
        if hole is None:
            raise
        raise _glyph_missing(hole["shown"]) from None
    return Rendered(pdf=pdf, sm3=sm3(pdf))


class _Compilers(threading.local):
    """The compilers of the thread that looks."""

    def __init__(self) -> None:
        self.by_kind: dict[PaperKind, typst.Compiler] = {}


class _Press:
    """Compilers over one set of fonts. A compiler serves one thread at a time, so each thread has its own."""

    def __init__(self, font_dirs: tuple[Path, ...]) -> None:
        self._fonts = faces(font_dirs)
        present = set(self._fonts.families())
        self._roles: dict[str, Any] = {
            role: [family for family in (*families, *SHIPPED_FONTS) if family in present]
            for role, families in _STACKS.items()
        }
        self._roles["embolden"] = self._roles["title"][0] in SHIPPED_FONTS
        self._threads = _Compilers()

    def print(self, paper: Paper, *, practice: bool) -> bytes:
        data = {
            "paper": paper.model_dump(mode="json"),
            "title": paper.title_lines,
            "labels": _LABELS,
            "practice": practice,
            "fonts": self._roles,
        }
        made = datetime.combine(paper.header.made_on, time(), UTC)
        pdf = self._compiler(paper.kind).compile(
            format="pdf",
            sys_inputs={"paper": json.dumps(data, ensure_ascii=False)},
            pdf_standards="a-2b",
            timestamp=made,
        )
        assert isinstance(pdf, bytes)
        return pdf

    def _compiler(self, kind: PaperKind) -> typst.Compiler:
        compilers = self._threads.by_kind
        if kind not in compilers:
            compilers[kind] = typst.Compiler(
                TEMPLATES / f"{kind.value}.typ", root=TEMPLATES, font_paths=self._fonts
            )
        return compilers[kind]


@lru_cache(maxsize=4)
def _press(font_dirs: tuple[Path, ...]) -> _Press:
    return _Press(font_dirs)


def _glyph_missing(shown: str) -> Malformed:
    code_points = " ".join(f"U+{ord(character):04X}" for character in shown)
    return Malformed(
        code="GLYPH_MISSING",
        title="字库缺字",
        detail=f"现有字库没有字符“{shown}”（{code_points}），文书未制作",
        expected="在字体目录（CHENGXU_FONT_DIR）中加入收有该字的字体，或者按有效证件改用规范写法",
    )
