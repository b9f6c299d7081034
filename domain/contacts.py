"""Contact details as a subject gives them (联系方式、住所): plain shapes, so that a slip is found while somebody can ask.

Nothing is looked up: a number that has the shape of one may still belong to nobody. No message repeats what was given.
"""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = re.compile(r"[\s，,、；;/]+")
_LABEL: Final = re.compile(r"^(?:[^\W\d_]|[（）()])*[:：]?")  # 手机：, 张三（经理）
#: Mobile; landline with area code and extension; 400/800 and short service numbers; any other country's.
_PHONE: Final = re.compile(
    r"(?:\+?86-?)?(?:1[3-9]\d(?:-?\d{4}){2}|0\d{2,3}-?\d{7,8}|[48]00-?\d{3}-?\d{4}|\d{7,8}|1\d{4}|9\d{4,5})"
    r"(?:(?:转|-)\d{1,6})?"
    r"|\+(?!86)[1-9]\d{0,2}-?\d[\d-]{4,13}\d"
)
_MAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_LEAST_ADDRESS: Final = 4  # characters: a district and a number; not a legal figure


def contact_fault(contact: str) -> str | None:
    """Why nobody can be reached so, in Chinese; None when it names a telephone number or an e-mail address.

    Several may stand side by side, with names and labels; each that looks like one must be one.
    """
    found = False
    for part in filter(None, _BETWEEN.split(contact)):
        if "@" in part:
            address = part.rsplit("：", 1)[-1].rsplit(":", 1)[-1]
            if _MAIL.fullmatch(address) is None or ".." in address or address.startswith("."):
                return "电子邮箱形如 name@example.com"
            found = True
        elif any(character.isdigit() for character in part):
            if _PHONE.fullmatch(_LABEL.sub("", part).strip("（）()")) is None:
                return "电话形如 13800138000、025-12345678、025-12345678转801、+852-21234567"
            found = True
    return None if found else "电话号码或者电子邮箱"


def address_fault(address: str) -> str | None:
    """Why nothing can be sent there, in Chinese; None when it reads like an address."""
    if len(address) >= _LEAST_ADDRESS and any(character.isalpha() for character in address):
        return None
    return "能够送达的住所，写到区县和门牌，如：南京市秦淮区中华路26号"
