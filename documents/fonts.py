"""The faces that papers are set in: those of the office's own folder first, then those that we ship."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
import typst

#: Families that come with the program.
SHIPPED_FONTS: Final = ("Noto Serif SC", "Noto Sans SC")

_of_the_office: tuple[Path, ...] = ()


def use_fonts_of(folder: Path | None) -> None:
    """Called once, when a process begins: the office's own folder of fonts, or None.

    What is asked at the door and what the printer can show must be the same, so both look here.
    """
    global _of_the_office
    _of_the_office = () if folder is None else (folder,)


def office_fonts() -> tuple[Path, ...]:
    """The folders of the office's own fonts; none where it has none."""
    return _of_the_office


@lru_cache(maxsize=4)
def faces(font_dirs: tuple[Path, ...]) -> typst.Fonts:
    """The faces of these folders and those that we ship."""
    shipped = pylopdf_fonts_zh_cn.serif_path().parent
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[*font_dirs, shipped]
    )
