"""Identifiers of subjects and documents: 统一社会信用代码, 公民身份号码, and the comparison key of a 文号.

Faults are told in words that never repeat the identifier: it may be somebody's personal data.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

#: Digits and capitals without I, O, S, V, Z (GB 32100-2015).
USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# Weights and modulus of the organisation code that stands at places 9 to 17 (GB 11714-1997).
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_MODULUS: Final = 11
_ORGANISATION_VALUES: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# First two digits of a division code (GB/T 2260); 81 to 83 are the residence permits of Hong Kong, Macao and
# Taiwan residents, which have the same structure.
_PROVINCES: Final = frozenset(
    re.findall("..", "1112131415212223313233343536374142434445465051525354616263646571818283")
)

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212·]+")
_BRACKETS = re.compile(r"[(\[{【〔〖「『<〈《](\d{4})年?[)\]}】〕〗」』>〉》]")
_ORDINAL = r"(?:第|NO[.:]?)*(\d+)"
_BARE_YEAR = re.compile(rf"(?<!\d)([12]\d{{3}})年(?=字?{_ORDINAL}号)")
_NUMBER = re.compile(rf"(?:(〔\d{{4}}〕)字?)?{_ORDINAL}号|(〔\d{{4}}〕)字?{_ORDINAL}$")


def compact(identifier: str) -> str:
    """The identifier in half-width capitals, without spaces and hyphens."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", identifier)).upper()


def uscc_check_character(first_17: str) -> str:
    """The eighteenth character of a 统一社会信用代码 (GB 32100-2015; weights 3^(i-1) mod 31)."""
    return str(uscc.calc_check_digit(first_17))


def organisation_check_character(first_8: str) -> str:
    """The ninth character of an organisation code (组织机构代码; GB 11714-1997), which is the 17th of a USCC."""
    total = sum(
        _ORGANISATION_VALUES.index(c) * w for c, w in zip(first_8, _ORGANISATION_WEIGHTS, strict=True)
    )
    remainder = (_ORGANISATION_MODULUS - total) % _ORGANISATION_MODULUS
    return "X" if remainder == _ORGANISATION_MODULUS - 1 else str(remainder)


@lru_cache(maxsize=1024)  # the same few authorities stand in every row
def uscc_fault(code: str) -> str | None:
    """Why a compact 统一社会信用代码 is not one, in Chinese; None when it is.

    Codes that begin with a letter (rural collectives and others) are accepted, which stdnum refuses: it wants eight
    digits first. The inner check character at place 17 is not enforced here, see `organisation_part_holds`.
    """
    if len(code) != 18:
        return "应为18位"
    if not set(code) <= set(USCC_ALPHABET):
        return "含有不允许的字符（只用数字和除 I、O、S、V、Z 以外的大写字母）"
    if not (code[2:8].isascii() and code[2:8].isdigit()):
        return "第3至8位应为行政区划数字"
    if code[17] != uscc_check_character(code[:17]):
        return "校验位不符"
    return None


def organisation_part_holds(code: str) -> bool:
    """Whether places 9 to 17 of a valid USCC satisfy their own check (GB 11714-1997).

    Only worth a warning: that every code in circulation satisfies it has not been verified.
    """
    return code[16] == organisation_check_character(code[8:16])


def person_id_fault(number: str, *, today: date | None = None) -> str | None:
    """Why a compact 公民身份号码 is not one, in Chinese; None when it is (GB 11643-1999).

    `today` (Asia/Shanghai) bars births in the future. The county is not looked up: stdnum compares it with the year
    of birth, although the number carries the county of the first registration, and so refuses older people.
    """
    if len(number) != 18:
        return "应为18位"
    if not (number.isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        return "应为17位数字加1位数字或者 X"
    if number[:2] not in _PROVINCES:
        return "前两位不是省级行政区划代码"
    try:
        born = ric.get_birth_date(number)
    except ValidationError:
        return "其中的出生日期不存在"
    if today is not None and born > today:
        return "其中的出生日期晚于今天"
    if number[17] != ric.calc_check_digit(number):
        return "校验位不符"
    return None


def document_key(original: str) -> str:
    """What two spellings of one 文号 have in common: for comparing only, never for printing.

    NFKC, no white space, the year in 〔〕 and without 年, no 字, 第 or No. before the number, no leading zero in it, 号.
    """
    text = original
    for _ in range(2):  # taking out a space can bring two characters together that compose
        text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    text = unicodedata.normalize("NFKC", text)
    text = _BARE_YEAR.sub(r"〔\1〕", _BRACKETS.sub(r"〔\1〕", text))
    return _NUMBER.sub(_plain_number, text)


def _plain_number(found: re.Match[str]) -> str:
    year, number = found[1] or found[3] or "", found[2] or found[4]
    return f"{year}{number.lstrip('0') or '0'}号"


def _uscc(code: str) -> str:
    fault = uscc_fault(code)
    if fault is not None:
        raise PydanticCustomError("uscc", "统一社会信用代码{fault}", {"fault": fault})
    return code


def _person_id(number: str) -> str:
    fault = person_id_fault(number)
    if fault is not None:
        raise PydanticCustomError("person_id", "公民身份号码{fault}", {"fault": fault})
    return number


def _compact_text(value: object) -> object:
    return compact(value) if isinstance(value, str) else value


#: A valid 统一社会信用代码, compact.
Uscc = Annotated[str, BeforeValidator(_compact_text), AfterValidator(_uscc)]
#: A valid 公民身份号码, compact, with a capital X.
PersonId = Annotated[str, BeforeValidator(_compact_text), AfterValidator(_person_id)]
