"""Rows of penalties by field code for tests of the import: an ordinary one, and leads to two lists."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from law.loader import load_lawbook


def body(code: str) -> dict[str, str]:
    """The columns that name the authority of this code."""
    found = load_lawbook().authorities[code]
    return {
        "CF_CFJG": found.name,
        "CF_CFJGDM": found.uscc,
        "CF_SJLY": found.name,
        "CF_SJLYDM": found.uscc,
    }


ORDINARY: Final[dict[str, str]] = {
    "CF_XDR_MC": "南京栖云食品有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": "91320115MAXN67TQ7F",
    "CF_FRDB": "李海",
    "CF_XDR_ZJLX": "",
    "CF_XDR_ZJHM": "",
    "CF_WSH": "宁市监罚〔2026〕12号",
    "CF_WFXW": "未按规定公示信息",
    "CF_SY": "未在经营场所公示营业执照。",
    "CF_YJ": "市场主体登记管理条例",
    "CF_CFLB": "警告",
    "CF_NR": "警告。",
    "CF_NR_FK": "",
    "CF_NR_ZKDX": "",
    "CF_JDRQ": "2026-05-06",
    "CF_YXQ": "2099-12-31",
    **body("nanjing-market-regulation"),
}
#: A lead to the list of market regulation.
HEAVY: Final = ORDINARY | {
    "CF_WSH": "宁市监罚〔2026〕77号",
    "CF_WFXW": "生产经营掺杂掺假的食品",
    "CF_SY": "在牛肉制品中掺入猪肉，主观故意，持续七个月。",
    "CF_YJ": "食品安全法第一百二十四条",
    "CF_CFLB": "罚款；吊销许可证件",
    "CF_NR": "罚款2185350元；吊销食品生产许可证。",
    "CF_NR_FK": "218.535",
    "CF_NR_ZKDX": "食品生产许可证",
}
#: A lead to the list of work safety, which is a draft until its figures are confirmed.
UNSAFE: Final = ORDINARY | {
    "CF_WSH": "宁应急罚〔2026〕5号",
    "CF_WFXW": "未采取措施消除事故隐患",
    "CF_SY": "重大事故隐患未采取措施消除，拒不执行停产停业整顿的决定。",
    "CF_YJ": "安全生产法",
    "CF_CFLB": "罚款；责令停产停业",
    "CF_NR": "罚款200000元；责令停产停业整顿。",
    "CF_NR_FK": "20",
    **body("nanjing-emergency"),
}


def csv_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    """A CSV file in UTF-8 with field codes as headings."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
