"""A strict value is what it says, in one form only."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.strict import Int64, Line, StrictModel, Text, hostile_character, is_blank, normalised


class Note(StrictModel):
    title: Line
    body: Text = "无"
    on: date | None = None
    count: Int64 = 0


@given(st.text(st.characters(codec=None)))
def test_an_accepted_text_is_normal_visible_and_harmless(text: str) -> None:
    try:
        note = Note(title="题", body=text)
    except ValidationError:
        return
    body = note.body
    assert body == body.strip()
    assert unicodedata.is_normalized("NFC", body)
    assert hostile_character(body) is None
    assert not is_blank(body)
    assert "\r" not in body
    assert Note(title="题", body=body) == note  # once is enough
    body.encode()  # no lone surrogate


@given(st.characters(codec=None))
def test_a_character_is_hostile_by_its_category(character: str) -> None:
    expected = (
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        or ord(character) & 0xFFFE == 0xFFFE
        or 0xFDD0 <= ord(character) <= 0xFDEF
    ) and character not in "\n\t"
    assert (hostile_character(f"甲{character}乙") is not None) == expected


def test_the_place_of_a_hostile_character_is_told_and_the_text_is_not() -> None:
    with pytest.raises(ValidationError) as refusal:
        Note(title="张三\u202e李四")
    assert "第 3 个字符" in str(refusal.value)
    assert "张三" not in str(refusal.value)


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\n\t", "\u3164", "\u2800 \u115f", "\u0301"])
def test_a_blank_text_is_no_text(blank: str) -> None:
    with pytest.raises(ValidationError):
        Note(title=blank)


@pytest.mark.parametrize("visible", ["甲", "-", "①", "𠮷", "e\u0301", "\ue000"])
def test_a_visible_text_is_not_blank(visible: str) -> None:
    assert Note(title=visible).title == normalised(visible)


def test_a_title_is_one_line_and_a_body_may_have_many() -> None:
    with pytest.raises(ValidationError):
        Note(title="一\n二")
    assert Note(title="一", body="一\r\n二\r三").body == "一\n二\n三"


@pytest.mark.parametrize(
    "submitted",
    [
        {"title": 7},
        {"title": "题", "count": "1"},
        {"title": "题", "count": 1.0},
        {"title": "题", "count": True},
        {"title": "题", "count": 2**63},
        {"title": "题", "on": 1_700_000_000},
        {"title": "题", "on": "2026-02-29"},
        {"title": "题", "other": 1},
        {"title": "题\ud800"},
        {},
        [],
        None,
        "题",
    ],
)
def test_what_is_submitted_is_not_coerced(submitted: Any) -> None:
    with pytest.raises(ValidationError):
        Note.submitted(submitted)


def test_a_submitted_date_is_read_from_its_text() -> None:
    note = Note.submitted({"title": "题", "on": "2026-03-02", "count": -(2**63)})
    assert note == Note(title="题", on=date(2026, 3, 2), count=-(2**63))
    with pytest.raises(ValidationError):
        note.title = "别的"  # type: ignore[misc]


@pytest.mark.parametrize("character", ["\ufdd0", "\ufdef", "\ufffe", "\U0001ffff"])
def test_a_code_point_that_is_no_character_is_found_with_its_place(character: str) -> None:
    assert hostile_character(f"甲{character}乙") == (1, "非字符码位")
