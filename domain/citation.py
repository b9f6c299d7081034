"""Where a value of the law comes from, and how it was checked (法条出处与核验方式)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Seen(StrEnum):
    """How a value was verified before it entered our data (核验方式)."""

    TEXT = "text"  # 原文
    SECONDARY = "secondary"  # 二手文本
    CONFIRMED = "confirmed"  # 经有权法制人员确认并留痕
    DRAFT = "draft"  # 仅见于征求意见稿
    MEMORY = "memory"  # 未核实
    NOT_FOUND = "not_found"  # 查而未得

    @property
    def verified(self) -> bool:
        """Only what was seen in a text, or confirmed on record, may carry a real case."""
        return self in (Seen.TEXT, Seen.SECONDARY, Seen.CONFIRMED)


class Citation(BaseModel):
    """A document by its number, an article or clause in it, and how that was seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str  # 文号, e.g. 宁信用〔2021〕1号, or the short title of a law, e.g. 行政处罚法
    clause: str = ""  # e.g. 四（三）, 第十三条; empty when the source names none
    seen: Seen = Seen.TEXT
    note: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.clause}".strip()
