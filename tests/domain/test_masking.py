"""Masking of personal data."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import (
    IdPolicy,
    Mask,
    mask_address,
    mask_bank_account,
    mask_id_number,
    mask_name,
    mask_phone,
    masked,
    redact,
)
from intake.sample import make_person_id

SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张小三", "张**"),
        ("欧阳靖远", "欧阳**"),
        ("欧阳", "欧*"),
        ("李𬱖", "李*"),
        ("阿依努尔·图尔逊", "阿*******"),
        ("张", "*"),
        ("葛\U000e0100明", "葛*"),
    ],
)
def test_only_the_surname_is_shown(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(SEEDS)
def test_no_masked_identity_number_shows_its_middle(seed: int) -> None:
    number = make_person_id(random.Random(seed))
    shown = mask_id_number(number)
    assert shown == number[:3] + "*" * 11 + number[-4:]
    assert number[3:14] not in shown
    assert set(mask_id_number(number, IdPolicy.NOTHING)) == {"*"}


@given(st.text("0123456789ABCDEFX", min_size=1, max_size=24))
def test_a_masked_identifier_keeps_less_than_half_of_itself(number: str) -> None:
    assert sum(c != "*" for c in mask_id_number(number)) * 2 < len(number) + 1


@pytest.mark.parametrize(
    ("phone", "shown"), [("13812345678", "138****5678"), ("025-84123456", "****3456"), ("12345", "****")]
)
def test_a_phone_number_shows_its_ends(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("江苏省南京市玄武区珠江路1号3栋502室", "江苏省南京市玄武区****"),
        ("南京市六合区竹镇镇某村8组", "南京市六合区****"),
        ("江苏省句容市宝华镇仙林东路2号", "江苏省句容市****"),
        ("南京市栖霞小区3栋", "南京市****"),
        ("珠江路1号", "****"),
        ("江苏省淮安市盱眙县河桥镇街道1号", "江苏省淮安市盱眙县****"),
    ],
)
def test_an_address_ends_at_the_district(address: str, shown: str) -> None:
    assert mask_address(address) == shown


def test_a_bank_account_shows_its_last_four_digits() -> None:
    assert mask_bank_account("6222 0210 0111 2345 678") == "****5678"
    assert mask_bank_account("1234") == "****"


@given(SEEDS)
def test_running_text_loses_the_numbers_and_names_of_the_record(seed: int) -> None:
    rng = random.Random(seed)
    number, mobile = make_person_id(rng), f"138{rng.randrange(10**8):08d}"
    text = f"当事人欧阳靖远（身份证号{number}，电话{mobile}）于2026年5月1日倾倒垃圾。"
    shown = redact(text, ["欧阳靖远", number])
    assert "靖远" not in shown
    assert number[3:14] not in shown
    assert f"138****{mobile[-4:]}" in shown
    assert mobile not in shown
    assert "倾倒垃圾" in shown


def test_named_fields_are_masked_and_the_others_left_alone() -> None:
    values = {
        "party": "张小三",
        "number": "320106199001011238",
        "telephone": "13812345678",
        "home": "南京市玄武区珠江路1号",
        "account": "6222021001112345678",
        "secret": "x",
        "note": "张小三，320106199001011238",
        "authority": "南京市城市管理局",
        "empty": None,
    }
    fields = {
        "party": Mask.NAME,
        "number": Mask.ID_NUMBER,
        "telephone": Mask.PHONE,
        "home": Mask.ADDRESS,
        "account": Mask.BANK_ACCOUNT,
        "secret": Mask.HIDDEN,
        "note": Mask.TEXT,
        "empty": Mask.NAME,
    }
    assert masked(values, fields) == {
        "party": "张**",
        "number": "320***********1238",
        "telephone": "138****5678",
        "home": "南京市玄武区****",
        "account": "****5678",
        "secret": "****",
        "note": "张**，320***********1238",
        "authority": "南京市城市管理局",
        "empty": None,
    }
