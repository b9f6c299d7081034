"""Dates, amounts and penalty kinds in the spellings that occur."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.penalty_fields import BY_ATTRIBUTE
from intake.values import BadValue, is_empty, parse, parse_amount, parse_date, parse_kinds

LARGEST = Decimal(100_000)
DAYS = st.dates(date(1949, 10, 1), date(2099, 12, 31))


def value(attribute: str, cell: Any) -> Any:
    return parse(cell, BY_ATTRIBUTE[attribute], largest_amount=LARGEST)


@given(DAYS)
def test_every_spelling_of_a_day_is_that_day(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for spelling in (
        day,
        datetime.combine(day, time(23, 59)),
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.isoformat()} 00:00:00",
        f"{day.isoformat()}T00:00:00",
        float(f"{day:%Y%m%d}"),
        f" {day.isoformat().translate({ord('0') + d: ord('０') + d for d in range(10)})} ",
        *((serial, float(serial), serial + 0.5, str(serial)) if serial >= 10_000 else ()),
    ):
        assert parse_date(spelling) == day


@given(st.text(max_size=12))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        day = parse_date(text)
    except BadValue:
        return
    assert date(1949, 10, 1) <= day <= date(2099, 12, 31)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-29",
        "2026-13-01",
        "20260230",
        "昨天",
        "06/05/2026",
        "1899-12-31",
        "2100-01-01",
        True,
        1.5,
        time(1),
        timedelta(1),
        "9" * 40,
    ],
)
def test_what_is_no_day_is_refused(cell: Any) -> None:
    with pytest.raises(BadValue):
        parse_date(cell)


def test_long_term_is_the_last_day_of_2099() -> None:
    assert value("valid_until", "长期") == date(2099, 12, 31)
    with pytest.raises(BadValue):
        value("decided_on", "长期")


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("0.2", "0.2"),
        ("1,234.5", "1234.5"),
        ("０．５", "0.5"),
        ("0.2万元", "0.2"),
        (0.1 + 0.2, "0.3"),
        (0, "0"),
        (20.0, "20"),
        ("100000", "100000"),
        (".000001", "0.000001"),
        (Decimal("1E+2"), "100"),
    ],
)
def test_an_amount_is_read_in_wan(cell: Any, amount: str) -> None:
    read = parse_amount(cell, largest=LARGEST)
    assert str(read) == amount or read == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("2000元", "带有“元”"),
        ("￥2000圆", "带有“元”"),
        ("2000000", "似以元填写"),
        (2e6, "似以元填写"),
        ("-1", "为负"),
        (-1.0, "为负"),
        ("约2", "不是数字"),
        ("1e3", "不是数字"),
        ("0.1234567", "小数超过"),
        (0.1234567, "小数超过"),
        ("NaN", "不是数字"),
        (float("nan"), "不是数字"),
        (float("inf"), "不是数字"),
        (Decimal("1E+999999"), "似以元填写"),
        (True, "不是金额"),
    ],
)
def test_another_unit_or_no_number_is_refused_with_a_hint(cell: Any, why: str) -> None:
    with pytest.raises(BadValue, match=why) as refused:
        parse_amount(cell, largest=LARGEST)
    assert "万元" in refused.value.expected


@given(st.integers(0, 10**11))
def test_an_amount_of_yuan_and_fen_comes_back_exactly(fen: int) -> None:
    exact = Decimal(fen) / 1_000_000
    assert parse_amount(f"{exact:f}", largest=LARGEST) == exact
    assert parse_amount(float(exact), largest=LARGEST) == exact


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("罚款", ("罚款",)),
        ("罚款;警告；罚款", ("罚款", "警告")),
        ("没收违法所得、没收非法财物", ("没收违法所得", "没收非法财物")),
        ("罚款、吊销营业执照", ("罚款", "吊销许可证件")),
        ("1；2", ("罚款", "没收违法所得", "没收非法财物")),
        (3.0, ("责令停产停业",)),
        ("其他-禁止参加政府采购活动", ("其他-禁止参加政府采购活动",)),
    ],
)
def test_penalty_kinds_are_read_in_order_and_once(cell: Any, kinds: tuple[str, ...]) -> None:
    assert parse_kinds(cell, BY_ATTRIBUTE["kinds"]) == kinds


@pytest.mark.parametrize("cell", ["批评教育", "4", "暂扣或者吊销许可证、暂扣或者吊销执照", "其他", "；"])
def test_an_unknown_or_ambiguous_kind_is_refused(cell: str) -> None:
    with pytest.raises(BadValue):
        parse_kinds(cell, BY_ATTRIBUTE["kinds"])


def test_text_that_looks_like_a_formula_stays_text() -> None:
    for text in ("=1+1", "+86", "-现场-", "@当事人", '=HYPERLINK("http://x","y")'):
        assert value("facts", text) == text


@pytest.mark.parametrize("cell", ["", " ", "/", "—", "无", "NULL", None])
def test_spellings_of_nothing_are_nothing(cell: Any) -> None:
    assert is_empty(cell)
    assert value("remark", cell) is None


def test_a_code_typed_as_a_number_is_refused_because_its_digits_are_gone() -> None:
    with pytest.raises(BadValue, match="改写"):
        value("person_id_number", 3.2010619900101123e17)
    assert value("registration_number", 320100000012345.0) == "320100000012345"
    with pytest.raises(BadValue, match="日期"):
        value("document_number", date(2026, 1, 1))
    with pytest.raises(BadValue, match="逻辑值"):
        value("document_number", True)
    with pytest.raises(BadValue, match="可见"):
        value("document_number", "\u3164")


@pytest.mark.parametrize("text", ["a\0b", "a\u202eb", "a\u200bb", "a\x07b", "a\ud800b", "a\ufffeb"])
def test_invisible_characters_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="字符"):
        value("facts", text)


def test_a_text_too_long_or_of_two_lines_is_refused() -> None:
    with pytest.raises(BadValue, match="128"):
        value("document_number", "一" * 129)
    with pytest.raises(BadValue, match="换行"):
        value("document_number", "一\n二")
    assert value("facts", "一\r\n二") == "一\n二"
