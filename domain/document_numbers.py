"""Document numbers (发文字号, 文号): written strictly, read tolerantly.

Written: 机关代字 with the character of the kind, the year in 〔〕 (U+3014, U+3015), the number without 第 and without a
leading zero, 号: 宁市监严失告〔2026〕12号 (GB/T 9704-2012 发文字号). Records older than that rule, or typed by hand, spell it in
many other ways; they are read for what they say and kept as they were given.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints

from domain.refusals import Malformed
from domain.strict import LINE_LENGTH, StrictModel

YEAR_DIGITS: Final = 4
_OPEN: Final = "〔【[(﹝{「『<〈《"
_CLOSE: Final = "〕】])﹞}」』>〉》"
_LEGACY: Final = re.compile(
    rf"(?P<series>\D*?[^\d\W]\D*?)"
    rf"(?:[{re.escape(_OPEN)}](?P<year>[12]\d{{3}})年?[{re.escape(_CLOSE)}]|(?P<bare>[12]\d{{3}})年)"
    r"字?第?(?:No\.?)?0*(?P<sequence>[1-9]\d{0,8})号?(?P<suffix>(?:之[一二三四五六七八九十\d]{1,3}|-\d{1,3})?)号?",
    re.IGNORECASE,
)

Series = Annotated[str, StringConstraints(pattern=r"^[\u3400-\u9fff\U00020000-\U0003ffff]+$", max_length=30)]


class DocumentNumber(StrictModel):
    """A number that this office gives: series (机关代字 and character of the kind), year, running number."""

    series: Series
    year: Annotated[int, Field(ge=1949, le=9999)]
    sequence: Annotated[int, Field(ge=1)]

    def __str__(self) -> str:
        return f"{self.series}〔{self.year:0{YEAR_DIGITS}d}〕{self.sequence}号"

    @classmethod
    def read(cls, text: str) -> Self:
        """The number from its strict spelling. Raises Malformed for any other."""
        found = re.fullmatch(r"(.+?)〔(\d{4})〕([1-9]\d*)号", text, re.ASCII)
        number = cls(series=found[1], year=int(found[2]), sequence=int(found[3])) if found else None
        if number is None or str(number) != text:
            raise _malformed("发文字号应为“机关代字〔年份〕序号号”，如“宁市监严失告〔2026〕12号”")
        return number


class GivenNumber(StrictModel):
    """A number on somebody else's document: what it says, and the spelling it came in (原样保留)."""

    original: str
    series: str
    year: int
    sequence: int
    suffix: str = ""  # 之一, -2: one of several papers under one number

    @property
    def standard(self) -> str:
        """The same number in today's spelling, for comparing; never printed in place of the original."""
        return f"{self.series}〔{self.year}〕{self.sequence}号{self.suffix}"


def parse_given(text: str) -> GivenNumber:
    """Reads a number in a legacy spelling: 【2019】, [2018], （2019）, 第1号, 001号, full-width digits, blanks.

    Raises Malformed when no series, year and number can be made out.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _LEGACY.fullmatch(plain) if len(plain) <= LINE_LENGTH else None
    if found is None:
        raise _malformed("文号中应能辨认机关代字、四位年份和序号，如“宁市监处罚〔2019〕1号”")
    return GivenNumber(
        original=text,
        series=found["series"],
        year=int(found["year"] or found["bare"]),
        sequence=int(found["sequence"]),
        suffix=found["suffix"],
    )


def _malformed(expected: str) -> Malformed:
    return Malformed(
        detail="文号不符合规定的写法", field="number", expected=expected, clause="GB/T 9704-2012 发文字号"
    )
