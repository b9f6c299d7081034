"""A sound row by field code, and files made of such rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl

TODAY = date(2026, 11, 24)
AUTHORITY = ("113201004586427778", "南京市市场监督管理局")

GOOD: dict[str, str] = {
    "CF_XDR_MC": "南京栖云食品有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": "91320115MAXN67TQ7F",
    "CF_FRDB": "李海",
    "CF_XDR_ZJLX": "",
    "CF_XDR_ZJHM": "",
    "CF_WSH": "宁市监罚〔2026〕12号",
    "CF_WFXW": "经营超过保质期的食品",
    "CF_SY": "陈列待售超过保质期的糕点12袋。",
    "CF_YJ": "食品安全法第一百二十四条",
    "CF_CFLB": "罚款；警告",
    "CF_NR": "罚款5000元；警告。",
    "CF_NR_FK": "0.5",
    "CF_JDRQ": "2026-05-06",
    "CF_YXQ": "2099-12-31",
    "CF_CFJG": AUTHORITY[1],
    "CF_CFJGDM": AUTHORITY[0],
    "CF_SJLY": AUTHORITY[1],
    "CF_SJLYDM": AUTHORITY[0],
}


def csv_bytes(rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(table: Iterable[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table:
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
