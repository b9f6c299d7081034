"""Which characters the papers can show is known before anything is printed."""

from __future__ import annotations

import pytest

from documents.glyphs import unprintable


def all_of_gb2312() -> str:
    found = []
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.append(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return "".join(found)


def test_every_common_character_can_be_printed() -> None:
    common = all_of_gb2312()
    assert len(common) > 7_000
    assert unprintable(common + "•") is None  # the bullet is not in GB 2312, so that all are set
    assert unprintable("•" + "".join(map(chr, range(0x20, 0x7F)))) is None


@pytest.mark.parametrize(
    "text", ["", "南京市", "㛃", "𫟹", "〇", "买买提·吐尔逊", "Café", "葛\U000e0100", "一\n二\t三"]
)
def test_names_with_rare_characters_can_be_printed(text: str) -> None:
    assert unprintable(text) is None


@pytest.mark.parametrize("text", ["ﷺ", "👍", "\ue816", "我👍你", "#sys.version 👍"])
def test_what_no_font_has_is_found(text: str) -> None:
    assert unprintable(text)
