"""An office adds a font that has the rare characters (生僻字) of its people's names."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from paper_samples import header, paper

from documents.fonts import office_fonts, use_fonts_of
from documents.glyphs import unprintable
from documents.render import render
from domain.papers import PaperKind
from domain.refusals import Malformed

RARE = "\ue816"  # where offices keep characters that Unicode did not have yet


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a font that has the rare character and nothing else; used until the test is over."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((900, 0), (900, 800), (100, 800)):
        pen.lineTo(point)
    pen.closePath()
    box = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "rare"])
    font.setupCharacterMap({ord(RARE): "rare"})
    font.setupGlyf({".notdef": box, "rare": box})
    font.setupHorizontalMetrics({".notdef": (1000, 100), "rare": (1000, 100)})
    font.setupHorizontalHeader(ascent=880, descent=-120)
    names = {"familyName": "Office Rare", "styleName": "Regular", "psName": "OfficeRare-Regular"}
    font.setupNameTable(names)
    font.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    font.setupPost()
    font.save(tmp_path / "rare.ttf")
    use_fonts_of(tmp_path)
    yield tmp_path
    use_fonts_of(None)


def test_a_character_that_only_the_offices_own_font_has_is_taken_at_the_door(folder: Path) -> None:
    assert unprintable(f"某{RARE}") is None
    use_fonts_of(None)
    assert unprintable(f"某{RARE}") is not None


def test_it_is_printed_in_the_paper_and_without_the_font_the_paper_is_not_made(folder: Path) -> None:
    party = header(PaperKind.PRIOR_NOTICE)["addressee"] | {"name": f"某{RARE}有限公司"}
    named = paper(PaperKind.PRIOR_NOTICE, in_header={"addressee": party})
    pdf = render(named, practice=False, font_dirs=office_fonts()).pdf
    page = pypdfium2.PdfDocument(io.BytesIO(pdf))[0]
    assert RARE in page.get_textpage().get_text_range()
    with pytest.raises(Malformed) as refused:
        render(named, practice=False)
    assert refused.value.code == "GLYPH_MISSING"
    assert "CHENGXU_FONT_DIR" in str(refused.value.expected)
