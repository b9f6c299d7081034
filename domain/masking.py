"""Masking of personal data in answers, lists and published pages (脱敏; 宁信用〔2021〕1号 二（二）).

A mask keeps what an officer needs to recognise a party and no more. Names of organisations are public and stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel


class Mask(StrEnum):
    """How one field is masked."""

    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    ADDRESS = "address"
    BANK_ACCOUNT = "bank_account"
    TEXT = "text"  # running text: what looks personal in it, and the personal values of the same record
    HIDDEN = "hidden"


class IdPolicy(StrEnum):
    """How much of an identity number is shown."""

    HEAD_AND_TAIL = "head_and_tail"  # first three and last four
    NOTHING = "nothing"


STAR: Final = "*"
_HIDDEN = STAR * 4
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
_ID_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])|(?<!\d)\d{15}(?!\d)")
#: Below this length head and tail together would give the identifier away.
_LONG_ID: Final = 15
_SHORT_ID: Final = 6

COMPOUND_SURNAMES: Final = frozenset(
    re.findall(
        "..",
        "欧阳司马上官诸葛司徒东方独孤南宫万俟闻人夏侯皇甫尉迟公羊澹台公冶宗政濮阳淳于单于太叔申屠公孙仲孙轩辕令狐钟离宇文长孙慕容"
        "鲜于闾丘司空亓官司寇子车颛孙端木巫马公西漆雕乐正壤驷公良拓跋夹谷宰父谷梁段干百里东郭南门呼延羊舌微生梁丘左丘东门西门第五"
        "赫连",
    )
)

_ADDRESS = re.compile(
    r"^(?:[^\d\s]{2,7}?(?:省|自治区|特别行政区))?"
    r"(?:[^\d\s]{2,8}?(?:市|自治州|地区|盟))?"
    r"(?:[^\d\s]{1,8}?(?:(?<![小社园校厂库街片住])区|县|旗|市))?"
)


def mask_name(name: str) -> str:
    """张三 → 张*, 欧阳小明 → 欧阳**; a name of one character is hidden whole."""
    characters = [c for c in name.strip() if not unicodedata.category(c).startswith("M")]
    kept = 2 if len(characters) > 2 and "".join(characters[:2]) in COMPOUND_SURNAMES else 1
    if len(characters) <= kept:
        return STAR
    return "".join(characters[:kept]) + STAR * (len(characters) - kept)


def mask_id_number(number: str, policy: IdPolicy = IdPolicy.HEAD_AND_TAIL) -> str:
    """320105…1234 → 320***********1234; shorter identifiers (passports) show their two ends only."""
    number = number.strip()
    if policy is IdPolicy.NOTHING or len(number) < _SHORT_ID:
        return STAR * len(number)
    head, tail = (3, 4) if len(number) >= _LONG_ID else (1, 1)
    return number[:head] + STAR * (len(number) - head - tail) + number[-tail:]


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678; of any other number the last four digits are shown."""
    masked, count = _MOBILE.subn(rf"\1{_HIDDEN}\2", phone)
    return masked if count else mask_bank_account(phone)


def mask_address(address: str) -> str:
    """Province, city and district stay; everything after them is hidden."""
    match = _ADDRESS.match(address.strip())
    return (match[0] if match else "") + _HIDDEN


def mask_bank_account(account: str) -> str:
    """Only the last four digits stay, and only when they are the smaller part of it."""
    digits = re.sub(r"\D", "", account)
    return _HIDDEN + digits[-4:] if len(digits) >= 8 else _HIDDEN


def redact(text: str, personal: Iterable[str] = ()) -> str:
    """Running text with identity numbers, mobile numbers and the given personal values masked."""
    for value in sorted(filter(None, personal), key=len, reverse=True):
        masked = mask_name(value) if not re.search(r"\d", value) else mask_id_number(value)
        text = text.replace(value, masked)
    text = _ID_IN_TEXT.sub(lambda match: mask_id_number(match[0]), text)
    return _MOBILE.sub(rf"\1{_HIDDEN}\2", text)


def masked(
    values: BaseModel | Mapping[str, Any],
    fields: Mapping[str, Mask],
    *,
    id_policy: IdPolicy = IdPolicy.HEAD_AND_TAIL,
) -> dict[str, Any]:
    """The values with each field named in `fields` masked; empty ones and fields not named stay as they are."""
    plain = dict(values)
    personal = [
        value
        for name, mask in fields.items()
        if mask in (Mask.NAME, Mask.ID_NUMBER) and isinstance(value := plain.get(name), str)
    ]

    def apply(name: str, value: Any) -> Any:
        mask = fields.get(name)
        if mask is None or value is None or value == "":
            return value
        match mask:
            case Mask.NAME:
                return mask_name(str(value))
            case Mask.ID_NUMBER:
                return mask_id_number(str(value), id_policy)
            case Mask.PHONE:
                return mask_phone(str(value))
            case Mask.ADDRESS:
                return mask_address(str(value))
            case Mask.BANK_ACCOUNT:
                return mask_bank_account(str(value))
            case Mask.TEXT:
                return redact(str(value), personal)
        return _HIDDEN  # Mask.HIDDEN

    return {name: apply(name, value) for name, value in plain.items()}
