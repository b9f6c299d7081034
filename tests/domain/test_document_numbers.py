"""Numbers are written in one way only and read in all the ways they were ever spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.document_numbers import DocumentNumber, parse_given
from domain.papers import PaperKind
from domain.refusals import Malformed

series = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=10).filter(
    lambda s: not (set(s) & set("年第号字之"))
)
numbers = st.builds(
    DocumentNumber,
    series=series,
    year=st.integers(1949, 2199),
    sequence=st.integers(1, 99_999),
)
BRACKETS = ["〔〕", "【】", "[]", "（）", "()", "［］", "｛｝", "「」"]


@given(numbers)
def test_what_is_written_strictly_is_read_back_alike(number: DocumentNumber) -> None:
    assert DocumentNumber.read(str(number)) == number
    assert parse_given(str(number)).standard == str(number)


@given(
    numbers,
    st.sampled_from(BRACKETS),
    st.sampled_from(["", "第", "0", "00", " "]),
    st.booleans(),
    st.booleans(),
)
def test_a_legacy_spelling_means_the_same_number_and_is_kept_as_given(
    number: DocumentNumber, brackets: str, before: str, wide: bool, no_sign: bool
) -> None:
    digits = f"{number.year}", f"{before}{number.sequence}"
    if wide:
        digits = tuple(d.translate({48 + i: 0xFF10 + i for i in range(10)}) for d in digits)  # type: ignore[assignment]
    text = f"{number.series}{brackets[0]}{digits[0]}{brackets[1]}{digits[1]}{'' if no_sign else '号'}"
    given_number = parse_given(text)
    assert given_number.original == text
    assert given_number.standard == str(number)


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("宁市监罚字【2019】第1号", "宁市监罚字〔2019〕1号"),
        ("苏AB食药监罚[2018]012号", "苏AB食药监罚〔2018〕12号"),
        ("（宁）应急罚〔2023〕5号", "(宁)应急罚〔2023〕5号"),
        ("宁建罚〔2021〕7号之二", "宁建罚〔2021〕7号之二"),
        ("宁人社监2020年第33号", "宁人社监〔2020〕33号"),
    ],
)
def test_spellings_seen_in_real_records_are_read(text: str, standard: str) -> None:
    assert parse_given(text).standard == standard


@pytest.mark.parametrize(
    "text",
    ["", "无", "〔2026〕12号", "宁市监〔26〕12号", "宁市监〔2026〕号", "宁市监〔2026〕0号", "宁" * 20_000],
)
def test_what_holds_no_number_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_given(text)
    assert refused.value.field == "number"


@pytest.mark.parametrize(
    "text",
    [
        "宁市监严失告[2026]12号",
        "宁市监严失告〔2026〕012号",
        "宁市监严失告〔2026〕第12号",
        "宁市监严失告〔２０２６〕12号",
        "宁市监严失告〔2026〕12",
    ],
)
def test_a_number_of_our_own_is_never_read_loosely(text: str) -> None:
    with pytest.raises(Malformed):
        DocumentNumber.read(text)


def test_no_two_kinds_of_paper_share_a_numbering_series() -> None:
    assert len({kind.mark for kind in PaperKind}) == len(PaperKind)
