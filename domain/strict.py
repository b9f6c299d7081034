"""Strict values: the base of every model whose content comes from outside, and the text that it may hold.

JSON that came over HTTP goes in through `Model.submitted(value)` (dates and enums arrive as strings there);
inside the program models are built from real values, and nothing is coerced.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

#: Limits of the column types that hold these values, and of what a paper can carry; none is a legal figure.
LINE_LENGTH: Final = 200
TEXT_LENGTH: Final = 4_000
LONG_TEXT_LENGTH: Final = 20_000
INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1

_LINE_BREAKS = re.compile(r"\r\n?")
#: Printed as nothing although Unicode calls them letters or symbols, so a text of them alone is blank.
_INVISIBLE = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HARMLESS = dict.fromkeys(map(ord, "\n\t\u3000"))
_FORBIDDEN_CATEGORIES = {
    "Cc": "控制字符",
    "Cf": "零宽或者双向控制字符",
    "Cs": "不成对的代理码位",
    "Zl": "行分隔符",
    "Zp": "段分隔符",
}


def hostile_character(text: str) -> tuple[int, str] | None:
    """First character that may not stand in any text: (its index, what it is in Chinese), or None.

    Line feed and tab are allowed here; a field of one line refuses them by its own type. Private-use characters
    are allowed: rare name characters of GB 18030 still arrive as such.
    """
    # Quick for nearly all: isprintable() refuses whole categories, and these three characters, at C speed.
    if text.translate(_HARMLESS).isprintable():
        return None
    for index, character in enumerate(text):
        if character in "\n\t":
            continue
        what = _FORBIDDEN_CATEGORIES.get(unicodedata.category(character))
        if what is not None:
            return index, what
        code = ord(character)
        if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
            return index, "非字符码位"
    return None


def is_blank(text: str) -> bool:
    """True when nothing of the text would be seen on paper."""
    return not any(unicodedata.category(c)[0] in "LNPSC" and c not in _INVISIBLE for c in text)


def normalised(text: str) -> str:
    """NFC, with CR LF and CR as LF, without white space at both ends."""
    return unicodedata.normalize("NFC", _LINE_BREAKS.sub("\n", text)).strip()


def _clean(value: object) -> object:
    """Checks and normalises a string; anything else is left for the type to refuse."""
    if not isinstance(value, str):
        return value
    value = _LINE_BREAKS.sub("\n", value)
    hostile = hostile_character(value)
    if hostile is not None:
        index, what = hostile
        raise PydanticCustomError(
            "hostile_text", "第 {position} 个字符是{what}", {"position": index + 1, "what": what}
        )
    return normalised(value)


def _not_blank(value: str) -> str:
    if is_blank(value):
        raise PydanticCustomError("blank_text", "不能为空白", {})
    return value


def _single_line(value: str) -> str:
    if "\n" in value or "\t" in value:
        raise PydanticCustomError("line_break", "只能有一行，不能含换行或者制表符", {})
    return value


#: One line: names, numbers, titles.
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LINE_LENGTH),
    BeforeValidator(_clean),
    AfterValidator(_single_line),
    AfterValidator(_not_blank),
]
#: A paragraph or several: reasons, findings, facts.
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=TEXT_LENGTH),
    BeforeValidator(_clean),
    AfterValidator(_not_blank),
]
#: The body of a statement or of a founding document.
LongText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONG_TEXT_LENGTH),
    BeforeValidator(_clean),
    AfterValidator(_not_blank),
]
#: An integer that every database column and every JSON reader can hold.
Int64 = Annotated[int, Field(ge=INT64_MIN, le=INT64_MAX)]


class StrictModel(BaseModel):
    """Frozen; unknown keys refused; no value coerced from another type; strings stripped.

    An error never carries the input (it may be somebody's personal data).
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )

    @classmethod
    def submitted(cls, value: Any) -> Self:
        """The model from a value read from JSON (dict, list, str …), as strict as JSON can be.

        Raises pydantic.ValidationError, whose locations are the paths in the JSON.
        """
        return cls.model_validate_json(json.dumps(value))
