"""What is wrong with a value that was submitted, in Chinese, without a word of the value itself (填写错误的说明)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

#: pydantic error type → (what is expected, why refused); braces take the error's context, never the input.
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "missing": ("必填", "缺少该项"),
    "extra_forbidden": ("不得有此项", "不认识的字段"),
    "string_type": ("文本", "不是文本"),
    "string_too_short": ("至少 {min_length} 个字符", "过短或者为空白"),
    "string_too_long": ("至多 {max_length} 个字符", "过长"),
    "string_pattern_mismatch": ("符合格式 {pattern}", "格式不符"),
    "string_unicode": ("有效的 Unicode 文本", "含有无效字符"),
    "int_type": ("整数", "不是整数"),
    "int_parsing": ("整数", "不是整数"),
    "int_parsing_size": ("64 位以内的整数", "数值过大"),
    "int_from_float": ("整数", "带有小数"),
    "float_type": ("数值", "不是数值"),
    "float_parsing": ("数值", "不是数值"),
    "finite_number": ("有限的数值", "不是有限的数值"),
    "bool_type": ("true 或者 false", "不是逻辑值"),
    "bool_parsing": ("true 或者 false", "不是逻辑值"),
    "decimal_type": ("十进制数", "不是十进制数"),
    "decimal_parsing": ("十进制数", "不是十进制数"),
    "decimal_max_digits": ("至多 {max_digits} 位数字", "位数过多"),
    "decimal_max_places": ("至多 {decimal_places} 位小数", "小数位过多"),
    "decimal_whole_digits": ("至多 {whole_digits} 位整数", "整数位过多"),
    "greater_than": ("大于 {gt}", "超出范围"),
    "greater_than_equal": ("不小于 {ge}", "超出范围"),
    "less_than": ("小于 {lt}", "超出范围"),
    "less_than_equal": ("不大于 {le}", "超出范围"),
    "date_type": ("日期，如 2026-03-02", "不是日期"),
    "date_parsing": ("日期，如 2026-03-02", "不是日期"),
    "date_from_datetime_parsing": ("日期，如 2026-03-02", "不是日期"),
    "date_from_datetime_inexact": ("不带时刻的日期，如 2026-03-02", "带有时刻"),
    "time_type": ("时间，如 09:30", "不是时间"),
    "time_parsing": ("时间，如 09:30", "不是时间"),
    "datetime_type": ("带时区的时刻，如 2026-03-02T09:00:00+08:00", "不是时刻"),
    "datetime_parsing": ("带时区的时刻，如 2026-03-02T09:00:00+08:00", "不是时刻"),
    "datetime_from_date_parsing": ("带时区的时刻，如 2026-03-02T09:00:00+08:00", "不是时刻"),
    "timezone_aware": ("带时区的时刻，如 2026-03-02T09:00:00+08:00", "没有时区"),
    "enum": ("下列之一：{expected}", "不在可选范围内"),
    "literal_error": ("下列之一：{expected}", "不在可选范围内"),
    "union_tag_not_found": ("注明 {discriminator}", "缺少种类"),
    "union_tag_invalid": ("种类为下列之一：{expected_tags}", "不认识的种类"),
    "list_type": ("列表", "不是列表"),
    "tuple_type": ("列表", "不是列表"),
    "frozen_set_type": ("列表", "不是列表"),
    "set_type": ("列表", "不是列表"),
    "dict_type": ("对象", "不是对象"),
    "model_type": ("对象", "不是对象"),
    "model_attributes_type": ("对象", "不是对象"),
    "too_short": ("至少 {min_length} 项", "项数过少"),
    "too_long": ("至多 {max_length} 项", "项数过多"),
    "uuid_type": ("UUID", "不是 UUID"),
    "uuid_parsing": ("UUID", "不是 UUID"),
    "json_invalid": ("有效的 JSON", "不是有效的 JSON"),
    "hostile_text": ("不含控制、零宽、双向控制字符", "第 {position} 个字符是{what}"),
    "blank_text": ("可见的文字", "为空白"),
    "line_break": ("一行文字", "含有换行或者制表符"),
}
_UNKNOWN_FAULT: Final = ("符合接口说明", "格式不符")
_VALUE_ERROR: Final = "Value error, "
_SHOWABLE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Fault:
    """One fault of a value: where it stands, what is expected there, why it was refused."""

    location: tuple[str | int, ...]
    expected: str
    reason: str

    @property
    def field(self) -> str:
        """Path of the field, e.g. `facts[0].title`; empty for the whole."""
        return field_path(self.location)


def field_path(location: Iterable[str | int]) -> str:
    """`facts[0].title` for ("facts", 0, "title").

    A key that is no plain identifier is shown as `?`: it is input, and could be anything.
    """
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
            continue
        key = part if _SHOWABLE_KEY.fullmatch(part) else "?"
        path += f".{key}" if path else key
    return path


def fault_of(error: Mapping[str, Any]) -> Fault:
    """A pydantic error in our words; of its context only what the model says, never the input."""
    kind = str(error["type"])
    context: dict[str, Any] = error.get("ctx") or {}
    if kind in _WORDS:
        expected, reason = (words.format_map(context) for words in _WORDS[kind])
    elif kind == "value_error":  # one of our own validators; its text is Chinese and holds no input
        expected, reason = "符合填写要求", str(error["msg"]).removeprefix(_VALUE_ERROR)
    else:
        expected, reason = _UNKNOWN_FAULT
    return Fault(tuple(error["loc"]), expected, reason)


def faults_of(error: ValidationError) -> list[Fault]:
    """Every fault that a model found in what was submitted, in the order of its fields."""
    return [fault_of(fault) for fault in error.errors(include_url=False, include_input=False)]
