"""统一社会信用代码, 公民身份号码, 文号."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.cn import uscc as stdnum_uscc

from domain.identifiers import (
    USCC_ALPHABET,
    PersonId,
    Uscc,
    compact,
    document_key,
    organisation_part_holds,
    person_id_fault,
    uscc_check_character,
    uscc_fault,
)
from intake.sample import make_person_id, make_uscc

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_a_code_with_both_check_characters_is_accepted_here_and_by_stdnum(seed: int) -> None:
    code = make_uscc(random.Random(seed))
    assert uscc_fault(code) is None
    assert organisation_part_holds(code)
    assert stdnum_uscc.is_valid(code)
    assert TypeAdapter(Uscc).validate_python(f" {code.lower()} ") == code


@given(SEEDS, st.sampled_from(["N2", "N1", "Y1", "A1", "G1"]))
def test_a_code_that_begins_with_a_letter_is_accepted_although_stdnum_refuses_it(
    seed: int, head: str
) -> None:
    code = make_uscc(random.Random(seed), head=head)
    assert uscc_fault(code) is None
    assert not stdnum_uscc.is_valid(code)


@given(SEEDS, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_changed_character_never_passes(seed: int, place: int, character: str) -> None:
    code = make_uscc(random.Random(seed))
    changed = code[:place] + character + code[place + 1 :]
    assert (uscc_fault(changed) is None) == (changed == code)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("91110000600037341", "应为18位"),
        ("9111000060003734IL", "含有不允许的字符"),
        ("91A10000600037341L", "行政区划"),
        ("911100006000373411", "校验位不符"),
    ],
)
def test_what_is_wrong_with_a_code_is_said(code: str, why: str) -> None:
    assert why in (uscc_fault(code) or "")


def test_a_code_whose_inner_check_fails_is_still_a_code() -> None:
    code = make_uscc(random.Random(1))
    inner = "0" if code[16] != "0" else "1"
    other = code[:16] + inner
    other += uscc_check_character(other)
    assert uscc_fault(other) is None
    assert not organisation_part_holds(other)


@given(SEEDS)
def test_an_identity_number_is_accepted_with_a_small_x_and_in_full_width(seed: int) -> None:
    number = make_person_id(random.Random(seed))
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())
    assert TypeAdapter(PersonId).validate_python(number.lower()) == number
    assert TypeAdapter(PersonId).validate_python(f" {full_width} ") == number


@given(SEEDS, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_changed_digit_of_an_identity_number_never_passes(seed: int, place: int, digit: str) -> None:
    number = make_person_id(random.Random(seed))
    changed = number[:place] + digit + number[place + 1 :]
    assert (person_id_fault(changed) is None) == (changed == number)


def test_a_person_older_than_the_district_of_first_registration_is_accepted() -> None:
    # 320115 江宁区 exists since 2000; stdnum's own validate refuses everybody born before.
    assert person_id_fault("320115196001011230") is None
    assert person_id_fault("830000199001011234") is None  # residence permit of a Taiwan resident


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("32010619900101", "应为18位"),
        ("32010619900101A234", "17位数字"),
        ("990106199001011234", "省级行政区划"),
        ("320106199002301234", "出生日期不存在"),
        ("32010619900101123０", "17位数字"),
    ],
)
def test_what_is_wrong_with_an_identity_number_is_said(number: str, why: str) -> None:
    assert why in (person_id_fault(number) or "")


def test_nobody_is_born_after_today() -> None:
    number = "320106199001011238"
    born_later = person_id_fault(number, today=date(1989, 12, 31))
    assert born_later is not None
    assert "晚于今天" in born_later


def test_a_refused_identifier_is_not_repeated_in_the_error() -> None:
    for kind, value in ((Uscc, "911100006000373411"), (PersonId, "320106199001011234")):
        with pytest.raises(ValidationError) as refused:
            TypeAdapter(kind).validate_python(value)
        assert value not in refused.value.errors(include_input=False, include_url=False)[0]["msg"]


@pytest.mark.parametrize(
    "spelling",
    [
        "宁市监罚【2026】第012号",
        "宁市监罚[2026]12号",
        "宁市监罚（2026）12号",
        "宁市监罚〔２０２６〕 １２ 号",
        "宁市监罚﹝2026﹞12号",
    ],
)
def test_legacy_spellings_of_a_number_compare_equal(spelling: str) -> None:
    assert document_key(spelling) == document_key("宁市监罚〔2026〕12号")


def test_different_numbers_stay_different() -> None:
    keys = {
        document_key(n)
        for n in (
            "宁市监罚〔2026〕12号",
            "宁市监罚〔2025〕12号",
            "宁市监罚〔2026〕120号",
            "宁玄市监罚〔2026〕12号",
        )
    }
    assert len(keys) == 4


@given(st.text(max_size=40))
def test_a_comparison_key_is_its_own_key(text: str) -> None:
    assert document_key(document_key(text)) == document_key(text)


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    uscc_fault(compact(text))
    person_id_fault(compact(text))
