"""What a case pins when it opens: it stands on these values whatever files say later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from domain.days.working_days import WorkingDays
from domain.procedure.forms import FoundingDocument, OpenCase, Subject
from domain.rules import Level, Rule


class Authority(BaseModel):
    """The deciding body as the case knows it (认定机关)."""

    model_config = ConfigDict(frozen=True)

    code: str
    name: str
    level: Level
    docmark: str  # 机关代字 of its document numbers
    reconsideration: str  # 行政复议机关
    court: str  # 管辖法院
    superior: str | None = None  # code of the next level up
    superior_name: str | None = None
    regimes: tuple[str, ...] = ()


class Issuer(BaseModel):
    """The body that made the founding document, where the office's directory knows it (作出机关)."""

    model_config = ConfigDict(frozen=True)

    code: str
    name: str
    superiors: tuple[str, ...] = ()  # codes of the bodies above it, the next first


class Opening(BaseModel):
    """First event of a case: the application form, and law, calendar and authority as values."""

    model_config = ConfigDict(frozen=True)

    form: OpenCase
    authority: Authority
    rule: Rule
    calendar: WorkingDays
    practice: bool
    subject_ref: str  # keyed reference; equal for the same subject
    document_ref: str  # keyed reference of the founding document: cases from one document know each other
    business_key: str  # keyed hash of regime, subject and founding document: one case for each
    issuer: Issuer | None = None  # who made the founding document; None: not one of the directory
    clock_offset: float = 0.0  # seconds that the practice clock of this case is ahead
    listed_by: str | None = None  # for a period on the list: the case that decided it
    titles: dict[str, str] = {}  # official titles of the documents that papers cite, by 文号 or short title

    @classmethod
    def submitted(cls, value: Mapping[str, Any]) -> Self:
        """From JSON values; what the record keeps beside them (案号, a later kind's own keys) is passed over."""
        return cls.model_validate_json(to_json(value))

    @property
    def subject(self) -> Subject:
        return self.form.subject

    @property
    def document(self) -> FoundingDocument:
        return self.form.document


class ListingOpening(Opening):
    """First event of a period on the list: what the determination pinned, and the day it begins."""

    listed_on: date  # 列入之日
    decision_number: str  # 列入决定书文号
