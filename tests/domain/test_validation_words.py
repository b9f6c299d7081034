"""What is wrong with a value is said in Chinese, with the field and without the value."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator

from domain.strict import Line, StrictModel, Text
from domain.validation_words import Fault, fault_of, faults_of, field_path

SECRET = "32010419900307451X"


class Part(StrictModel):
    title: Line


class Form(StrictModel):
    line: Line = "x"
    text: Text = "x"
    day: date = date(2026, 3, 2)
    at: datetime = datetime(2026, 3, 2)  # noqa: DTZ001 -- a default that no test looks at
    hour: time = time(9)
    count: Annotated[int, Field(ge=1, le=9)] = 1
    amount: Annotated[Decimal, Field(max_digits=4, decimal_places=2)] = Decimal(1)
    ready: bool = True
    kind: Literal["a", "b"] = "a"
    parts: Annotated[tuple[Part, ...], Field(max_length=2)] = ()
    notes: dict[Line, Line] = Field(default_factory=dict)

    @field_validator("line")
    @classmethod
    def _no_fees(cls, value: str) -> str:
        if value == "fee":
            raise ValueError("不收取费用")
        return value


@pytest.mark.parametrize(
    ("value", "field", "expected", "reason"),
    [
        ({"line": 7}, "line", "文本", "不是文本"),
        ({"line": ""}, "line", "至少 1 个字符", "过短或者为空白"),
        ({"line": "a\nb"}, "line", "一行文字", "含有换行或者制表符"),
        ({"line": "x" * 201}, "line", "至多 200 个字符", "过长"),
        ({"line": "fee"}, "line", "符合填写要求", "不收取费用"),
        ({"text": "\u3164"}, "text", "可见的文字", "为空白"),
        ({"day": SECRET}, "day", "日期，如 2026-03-02", "不是日期"),
        ({"at": SECRET}, "at", "带时区的时刻，如 2026-03-02T09:00:00+08:00", "不是时刻"),
        ({"hour": "noon"}, "hour", "时间，如 09:30", "不是时间"),
        ({"count": 0}, "count", "不小于 1", "超出范围"),
        ({"count": 10}, "count", "不大于 9", "超出范围"),
        ({"count": "1"}, "count", "整数", "不是整数"),
        ({"amount": "1.234"}, "amount", "至多 2 位小数", "小数位过多"),
        ({"ready": 1}, "ready", "true 或者 false", "不是逻辑值"),
        ({"kind": SECRET}, "kind", "下列之一：'a' or 'b'", "不在可选范围内"),
        ({"parts": [{}]}, "parts[0].title", "必填", "缺少该项"),
        ({"parts": [{"title": "x"}] * 3}, "parts", "至多 2 项", "项数过多"),
        ({"notes": {SECRET: 1}}, "notes.?", "文本", "不是文本"),
        ({SECRET: 1}, "?", "不得有此项", "不认识的字段"),
    ],
)
def test_each_fault_names_field_expectation_and_reason_in_chinese(
    value: dict[str, Any], field: str, expected: str, reason: str
) -> None:
    with pytest.raises(ValidationError) as wrong:
        Form.submitted(value)
    (fault,) = faults_of(wrong.value)
    assert (fault.field, fault.expected, fault.reason) == (field, expected, reason)
    assert SECRET not in f"{fault.field}{fault.expected}{fault.reason}"
    assert re.search(r"[\u4e00-\u9fff]", fault.reason)


def test_a_path_shows_plain_names_and_hides_the_rest() -> None:
    assert field_path(["facts", 0, "title"]) == "facts[0].title"
    assert field_path(["证据", "a b", "x" * 65]) == "?.?.?"
    assert field_path([]) == ""


def test_a_fault_that_we_have_no_words_for_is_told_without_its_value() -> None:
    fault = fault_of(
        {"type": "something_new", "loc": ("line",), "msg": f"Input was {SECRET}", "ctx": {"v": SECRET}}
    )
    assert fault == Fault(("line",), "符合接口说明", "格式不符")
