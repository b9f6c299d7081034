"""One cell into one value: dates, amounts in 万元, lists of penalty kinds, text, in the spellings that occur.

A cell that cannot be read raises `BadValue`, whose words never repeat the cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from domain.identifiers import compact
from domain.penalty_fields import FieldSpec, FieldType
from domain.penalty_record import EARLIEST, LONG_TERM, OTHER, FaultKind, PenaltyKind, RecordState
from domain.rules import SubjectKind
from domain.strict import hostile_character, is_blank, normalised

Cell = str | int | float | Decimal | bool | date | datetime | time | timedelta | None


class BadValue(Exception):  # noqa: N818 -- becomes a fault of the row, not an error
    """The cell does not hold what the field wants: why, and what was expected, in Chinese."""

    def __init__(self, reason: str, expected: str, kind: FaultKind = FaultKind.FORMAT) -> None:
        super().__init__(reason)
        self.reason, self.expected, self.kind = reason, expected, kind


#: Spellings of "nothing" in exchanged tables.
_EMPTY: Final = frozenset({"", "/", "\\", "-", "--", "—", "——", "无", "空", "NULL", "N/A", "(NULL)", "NONE"})
_LONGEST_EMPTY: Final = max(map(len, _EMPTY))
#: Whole numbers from here on lose digits in a spreadsheet (IEEE 754 double, 15 significant digits).
_EXACT: Final = 10**15


def is_empty(cell: Cell) -> bool:
    """Whether the cell says nothing."""
    if isinstance(cell, str):
        text = cell.strip()
        return len(text) <= _LONGEST_EMPTY and unicodedata.normalize("NFKC", text).strip().upper() in _EMPTY
    return cell is None


def _plain(cell: Cell) -> str:
    """The text of a cell that should hold text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        raise BadValue("单元格是逻辑值，不是文本", "文本")
    if isinstance(cell, float) and not abs(cell) < _EXACT:
        raise BadValue("单元格是数字格式，末几位已被表格软件改写", "以文本格式填写")
    if isinstance(cell, int | float | Decimal):
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    raise BadValue("单元格被表格软件识别为日期或者时间", "以文本格式填写")


def _checked_text(cell: Cell) -> str:
    text = _plain(cell)
    hostile = hostile_character(text.replace("\r", "\n"))
    if hostile is not None:
        position, what = hostile
        raise BadValue(f"第{position + 1}个字符是{what}", "不含不可见字符的文本")
    text = normalised(text)
    if is_blank(text):
        raise BadValue("没有可见的内容", "文本")
    return text


def _bounded(text: str, spec: FieldSpec) -> str:
    if len(text) > spec.max_length:
        raise BadValue(f"超过{spec.max_length}个字符", f"不超过{spec.max_length}个字符")
    return text


def _line(cell: Cell, spec: FieldSpec) -> str:
    text = _checked_text(cell)
    if "\n" in text or "\t" in text:
        raise BadValue("含有换行或者制表符", "一行文本")
    return _bounded(text, spec)


def _text(cell: Cell, spec: FieldSpec) -> str:
    return _bounded(_checked_text(cell), spec)


def _code(cell: Cell, spec: FieldSpec) -> str:
    return _bounded(compact(_checked_text(cell)), spec)


# ------------------------------------------------------------------------------------------------ dates

_DATE_EXPECTED: Final = "日期，如2026-01-31"
_SEPARATED = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
#: Day 0 of Excel's calendar as seen from any day after February 1900.
_EXCEL_EPOCH: Final = date(1899, 12, 30)


def parse_date(cell: Cell) -> date:
    """2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日, 20260131, an Excel serial day, or a date cell.

    A time of day is dropped: the fields are days. Refused outside 1949-10-01 to 2099-12-31.
    """
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, bool | time | timedelta) or cell is None:
        raise BadValue("不是日期", _DATE_EXPECTED)
    else:
        found = _date_of(unicodedata.normalize("NFKC", str(cell)).strip())
    if not EARLIEST <= found <= LONG_TERM:
        raise BadValue("日期超出合理范围", f"{EARLIEST}至{LONG_TERM}之间的日期")
    return found


def _date_of(text: str) -> date:
    text = text.removesuffix(".0")  # a number cell that holds 20260131 or a serial day
    try:
        if (match := _SEPARATED.fullmatch(text)) or (match := _COMPACT.fullmatch(text)):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if _SERIAL.fullmatch(text):
            return _EXCEL_EPOCH + timedelta(days=int(float(text)))
    except ValueError:
        raise BadValue("日历上没有这一天", _DATE_EXPECTED) from None
    raise BadValue("不是可以识别的日期", _DATE_EXPECTED)


def _date(cell: Cell, spec: FieldSpec) -> date:
    open_ended = spec.attribute in ("valid_until", "published_until")
    if open_ended and isinstance(cell, str) and cell.strip() in ("长期", "长期有效", "永久"):
        return LONG_TERM
    return parse_date(cell)


# ---------------------------------------------------------------------------------------------- amounts

_AMOUNT_EXPECTED: Final = "以万元为单位的数字，例如2000元填0.2"
_PLACES: Final = 6
_DIGITS: Final = 18
_FIGURE = re.compile(r"\d+(?:\.\d*)?|\.\d+")


def parse_amount(cell: Cell, *, largest: Decimal) -> Decimal:
    """An amount in 万元. Refused: any other unit, more than 6 decimals, and what is above `largest`."""
    if isinstance(cell, bool | date | datetime | time | timedelta) or cell is None:
        raise BadValue("不是金额", _AMOUNT_EXPECTED)
    if isinstance(cell, float):
        # A calculated cell carries noise of the double; 6 decimals of 万元 are one fen.
        cell = (
            Decimal(str(round(cell, _PLACES)))
            if abs(round(cell, _PLACES) - cell) < 1e-9
            else Decimal(str(cell))
        )
    text = (
        re.sub(r"[\s,¥]", "", unicodedata.normalize("NFKC", str(cell)))
        .removesuffix("万元")
        .removesuffix("万")
    )
    if text.endswith(("元", "圆")):
        raise BadValue("带有“元”，本字段以万元为单位", _AMOUNT_EXPECTED)
    if text.startswith("-"):
        raise BadValue("金额为负", _AMOUNT_EXPECTED)
    if isinstance(cell, str) and not _FIGURE.fullmatch(text):
        raise BadValue("不是数字", _AMOUNT_EXPECTED)
    amount = Decimal(text)
    if not amount.is_finite():
        raise BadValue("不是数字", _AMOUNT_EXPECTED)
    if amount > largest:
        raise BadValue(f"超过{largest}万元，似以元填写", _AMOUNT_EXPECTED)
    if amount != round(amount, _PLACES):
        raise BadValue(f"小数超过{_PLACES}位", _AMOUNT_EXPECTED)
    amount = round(amount, _PLACES).normalize()
    return amount if amount.as_tuple().exponent <= 0 else amount.quantize(Decimal(1))  # type: ignore[operator]


# ------------------------------------------------------------------------------------------ closed lists

_SUBJECT_KINDS: Final = {
    "法人及非法人组织": SubjectKind.ORGANISATION,
    "法人": SubjectKind.ORGANISATION,
    "非法人组织": SubjectKind.ORGANISATION,
    "自然人": SubjectKind.NATURAL_PERSON,
    "个体工商户": SubjectKind.SOLE_TRADER,
    "个体": SubjectKind.SOLE_TRADER,
}
_STATES: Final = {
    "0": RecordState.NORMAL,
    "正常": RecordState.NORMAL,
    "1": RecordState.REVOKED,
    "撤销": RecordState.REVOKED,
    "2": RecordState.DISPUTED,
    "异议": RecordState.DISPUTED,
    "3": RecordState.OTHER,
    "其他": RecordState.OTHER,
}
_KIND_SPELLINGS: Final[Mapping[str, tuple[PenaltyKind, ...]]] = {
    **{kind.value: (kind,) for kind in PenaltyKind},
    "没收违法所得、没收非法财物": (PenaltyKind.CONFISCATED_INCOME, PenaltyKind.CONFISCATED_GOODS),
    "没收违法所得,没收非法财物": (PenaltyKind.CONFISCATED_INCOME, PenaltyKind.CONFISCATED_GOODS),
    "吊销许可证": (PenaltyKind.LICENCE_REVOKED,),
    "吊销执照": (PenaltyKind.LICENCE_REVOKED,),
    "吊销营业执照": (PenaltyKind.LICENCE_REVOKED,),
    "暂扣许可证": (PenaltyKind.LICENCE_SUSPENDED,),
    "暂扣执照": (PenaltyKind.LICENCE_SUSPENDED,),
    "停产停业": (PenaltyKind.BUSINESS_STOPPED,),
    "责令停产": (PenaltyKind.BUSINESS_STOPPED,),
    "责令停业": (PenaltyKind.BUSINESS_STOPPED,),
    "拘留": (PenaltyKind.DETENTION,),
    # Numbers of the old set (CF_CFLB1); 4 and 6 need words.
    "0": (PenaltyKind.WARNING,),
    "1": (PenaltyKind.FINE,),
    "2": (PenaltyKind.CONFISCATED_INCOME, PenaltyKind.CONFISCATED_GOODS),
    "3": (PenaltyKind.BUSINESS_STOPPED,),
    "5": (PenaltyKind.DETENTION,),
}
#: One list value of the old set for two different penalties.
_AMBIGUOUS: Final = frozenset(
    {"4", "暂扣或者吊销许可证、暂扣或者吊销执照", "暂扣或者吊销许可证", "暂扣或者吊销执照"}
)
_KINDS_EXPECTED: Final = "、".join(PenaltyKind) + f"，或者“{OTHER}…”；多个以“；”分隔"


def parse_kinds(cell: Cell, spec: FieldSpec) -> tuple[str, ...]:
    """Penalty kinds as values of `PenaltyKind` or 其他-…, in the order given, each once."""
    found: list[str] = []
    for item in re.split(r"[;；\n]", _bounded(_checked_text(cell), spec)):
        found.extend(_kinds_of(item.strip()))
    if not found:
        raise BadValue("没有处罚类别", _KINDS_EXPECTED)
    return tuple(dict.fromkeys(found))


def _kinds_of(item: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKC", item)
    if not folded:
        return ()
    if folded in _AMBIGUOUS:
        raise BadValue("没有写明是暂扣还是吊销", "暂扣许可证件，或者吊销许可证件")
    if folded in _KIND_SPELLINGS:
        return tuple(kind.value for kind in _KIND_SPELLINGS[folded])
    if other := re.fullmatch(r"其他(?:行政处罚)?[-—–:](.+)", folded):
        return (OTHER + other[1].strip(),)
    parts = re.split(r"[、,]", folded)
    if len(parts) > 1:
        return tuple(kind for part in parts for kind in _kinds_of(part.strip()))
    raise BadValue("不是规定的处罚类别", _KINDS_EXPECTED)


def _listed(cell: Cell, spec: FieldSpec, values: Mapping[str, Any], expected: str) -> Any:
    text = unicodedata.normalize("NFKC", _line(cell, spec))
    if text not in values:
        raise BadValue("不是规定的值", expected)
    return values[text]


def parse(cell: Cell, spec: FieldSpec, *, largest_amount: Decimal) -> Any:
    """The value of a cell for a field; None for an empty one.

    Raises:
        BadValue: the cell holds something else than the field wants.
    """
    if is_empty(cell):
        return None
    match spec.type:
        case FieldType.LINE:
            return _line(cell, spec)
        case FieldType.TEXT:
            return _text(cell, spec)
        case FieldType.CODE:
            return _code(cell, spec)
        case FieldType.DATE:
            return _date(cell, spec)
        case FieldType.AMOUNT:
            return parse_amount(cell, largest=largest_amount)
        case FieldType.KINDS:
            return parse_kinds(cell, spec)
        case FieldType.SUBJECT_KIND:
            return _listed(cell, spec, _SUBJECT_KINDS, "法人及非法人组织、自然人、个体工商户")
        case FieldType.STATE:
            return _listed(cell, spec, _STATES, "0正常、1撤销、2异议、3其他")
