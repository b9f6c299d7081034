"""One administrative penalty as authorities exchange it (双公示行政处罚信息), and what makes a record sound.

`inconsistencies` says everything that is wrong with a set of values at once; `PenaltyRecord` cannot be built from
values that have any. A fault names field, reason and expectation in Chinese, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from domain.identifiers import document_key, person_id_fault, uscc_fault
from domain.masking import Mask
from domain.penalty_fields import BY_ATTRIBUTE, FIELDS, FieldSet, Need
from domain.rules import SubjectKind
from domain.strict import Line, LongText, StrictModel

#: Stands for "long term" in 处罚有效期 (长期).
LONG_TERM: Final = date(2099, 12, 31)
#: No authority of this state decided anything before it was founded.
EARLIEST: Final = date(1949, 10, 1)

RESIDENT_ID: Final = "身份证"
ID_TYPES: Final = (
    RESIDENT_ID,
    "护照号",
    "港澳居民来往内地通行证",
    "台湾居民来往大陆通行证",
    "外国人永久居留身份证",
)
#: Prefix of free entries in closed lists: 其他-….
OTHER: Final = "其他-"


class PenaltyKind(StrEnum):
    """Kinds of penalty (处罚类别; 行政处罚法 第九条); one made by another law is written 其他-…."""

    WARNING = "警告"
    CRITICISM = "通报批评"
    FINE = "罚款"
    CONFISCATED_INCOME = "没收违法所得"
    CONFISCATED_GOODS = "没收非法财物"
    LICENCE_SUSPENDED = "暂扣许可证件"
    GRADE_LOWERED = "降低资质等级"
    LICENCE_REVOKED = "吊销许可证件"
    BUSINESS_RESTRICTED = "限制开展生产经营活动"
    BUSINESS_STOPPED = "责令停产停业"
    CLOSED = "责令关闭"
    PRACTICE_RESTRICTED = "限制从业"
    DETENTION = "行政拘留"


_CONFISCATED: Final = frozenset({PenaltyKind.CONFISCATED_INCOME, PenaltyKind.CONFISCATED_GOODS})
_LICENCE: Final = frozenset({PenaltyKind.LICENCE_SUSPENDED, PenaltyKind.LICENCE_REVOKED})


class RecordState(StrEnum):
    """State of a record of the old set (当前状态 CF_ZT)."""

    NORMAL = "normal"  # 0 正常
    REVOKED = "revoked"  # 1 撤销
    DISPUTED = "disputed"  # 2 异议
    OTHER = "other"  # 3 其他


class FaultKind(StrEnum):
    """What sort of fault it is, for counting and filtering."""

    MISSING = "missing"
    FORMAT = "format"
    IDENTIFIER = "identifier"
    INCONSISTENT = "inconsistent"
    AUTHORITY = "authority"
    DUPLICATE = "duplicate"


class Fault(StrictModel):
    """One thing wrong with one field of a record: which, why, and what was expected. Holds no value of the record."""

    kind: FaultKind
    field: str  # code, e.g. CF_WSH
    heading: str  # 中文名称
    reason: str
    expected: str


def fault(attribute: str, kind: FaultKind, reason: str, expected: str) -> Fault:
    """A fault of the field that is called `attribute` here."""
    spec = BY_ATTRIBUTE[attribute]
    return Fault(kind=kind, field=spec.code, heading=spec.heading, reason=reason, expected=expected)


# ------------------------------------------------------------------------------------------------ rules


def _needed(values: Mapping[str, Any], field_set: FieldSet) -> frozenset[Need]:
    """The needs that these values are under."""
    kind = values.get("subject_kind")
    kinds = set(values.get("kinds") or ())
    current = field_set is FieldSet.CURRENT
    under = {
        Need.ALWAYS: True,
        Need.CURRENT: current,
        Need.ORGANISATION: current and kind is SubjectKind.ORGANISATION,
        Need.NATURAL_PERSON: kind is SubjectKind.NATURAL_PERSON,
        Need.FINED: current and PenaltyKind.FINE in kinds,
        Need.CONFISCATED: current and not kinds.isdisjoint(_CONFISCATED),
        Need.LICENCE: current and not kinds.isdisjoint(_LICENCE),
    }
    return frozenset(need for need, holds in under.items() if holds)


_WHO: Final = {
    Need.ALWAYS: "必填",
    Need.CURRENT: "必填",
    Need.ORGANISATION: "法人及非法人组织必填",
    Need.NATURAL_PERSON: "自然人必填",
    Need.FINED: "处罚类别含罚款时必填",
    Need.CONFISCATED: "处罚类别含没收时必填，无金额的填0",
    Need.LICENCE: "处罚类别含暂扣或者吊销许可证件时必填",
}


def _missing(values: Mapping[str, Any], field_set: FieldSet) -> Iterator[Fault]:
    needed = _needed(values, field_set)
    for spec in FIELDS:
        if spec.need in needed and values.get(spec.attribute) in (None, ()):
            yield fault(spec.attribute, FaultKind.MISSING, "缺少必填内容", _WHO[spec.need])


def _identity(values: Mapping[str, Any], today: date | None) -> Iterator[Fault]:
    kind = values.get("subject_kind")
    for attribute in ("uscc", "authority_code", "source_code"):
        code = values.get(attribute)
        if code is not None and (why := uscc_fault(code)):
            yield fault(attribute, FaultKind.IDENTIFIER, f"统一社会信用代码{why}", "18位，符合 GB 32100-2015")
    if kind is SubjectKind.NATURAL_PERSON and values.get("uscc") is not None:
        yield fault("uscc", FaultKind.INCONSISTENT, "相对人是自然人，此项不应填写", "自然人留空")
    if kind in (SubjectKind.ORGANISATION, SubjectKind.SOLE_TRADER) and not _subject_reference(values):
        yield fault("uscc", FaultKind.MISSING, "没有可以识别相对人的代码", "统一社会信用代码")
    for type_attribute, number_attribute in (
        ("person_id_type", "person_id_number"),
        ("legal_representative_id_type", "legal_representative_id_number"),
    ):
        id_type, number = values.get(type_attribute), values.get(number_attribute)
        if id_type is not None and id_type not in ID_TYPES and not id_type.startswith(OTHER):
            yield fault(
                type_attribute, FaultKind.FORMAT, "不是规定的证件类型", "、".join((*ID_TYPES, f"{OTHER}…"))
            )
        if id_type == RESIDENT_ID and number is not None and (why := person_id_fault(number, today=today)):
            yield fault(number_attribute, FaultKind.IDENTIFIER, f"公民身份号码{why}", "18位有效公民身份号码")


def _dates(values: Mapping[str, Any], today: date | None) -> Iterator[Fault]:
    decided_on = values.get("decided_on")
    if decided_on is None:
        return
    if today is not None and decided_on > today:
        yield fault("decided_on", FaultKind.INCONSISTENT, "处罚决定日期晚于今天", "不晚于导入当日的日期")
    for attribute in ("valid_until", "published_until"):
        end = values.get(attribute)
        if end is not None and end < decided_on:
            yield fault(attribute, FaultKind.INCONSISTENT, "早于处罚决定日期", "不早于处罚决定日期")


_YUAN_IN_TEXT = re.compile(r"(\d[\d,，]*(?:\.\d+)?)\s*(?:元|圆)")


def _amounts(values: Mapping[str, Any]) -> Iterator[Fault]:
    content = values.get("content") or ""
    in_yuan = {Decimal(re.sub("[,，]", "", figure)) for figure in _YUAN_IN_TEXT.findall(content)}
    for attribute in ("fine_wan", "confiscated_wan"):
        amount = values.get(attribute)
        if amount and amount in in_yuan:
            yield fault(
                attribute,
                FaultKind.INCONSISTENT,
                "与处罚内容中以元为单位的金额数字相同，似以元填写",
                "以万元为单位，例如2000元填0.2",
            )


def inconsistencies(
    values: Mapping[str, Any], field_set: FieldSet, *, today: date | None = None
) -> Iterator[Fault]:
    """All that is wrong with parsed values (keys: attributes of `PenaltyRecord`; None: empty).

    `today` (Asia/Shanghai) bars decisions and births in the future; without it these are not judged.
    """
    yield from _missing(values, field_set)
    yield from _identity(values, today)
    yield from _dates(values, today)
    yield from _amounts(values)


# ----------------------------------------------------------------------------------------------- record


def _subject_reference(values: Mapping[str, Any]) -> str | None:
    """The strongest identifier that the record gives of its subject."""
    if values.get("subject_kind") is SubjectKind.NATURAL_PERSON:
        return f"{values.get('person_id_type')}:{values.get('person_id_number')}"
    for attribute in (
        "uscc",
        "registration_number",
        "organisation_code",
        "social_organisation_number",
        "institution_number",
        "tax_number",
    ):
        if (value := values.get(attribute)) is not None:
            return str(value) if attribute == "uscc" else f"{attribute}:{value}"
    return None


Code = Annotated[str, StringConstraints(min_length=1, max_length=120)]
#: 万元, as the record carries it: 18 digits, 6 of them after the point.
Wan = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]


class PenaltyRecord(StrictModel):
    """An administrative penalty decision (行政处罚决定) as reported. Amounts in 万元; dates of Asia/Shanghai."""

    field_set: FieldSet = FieldSet.CURRENT
    subject_name: Line
    subject_kind: SubjectKind
    uscc: Code | None = None
    registration_number: Code | None = None
    organisation_code: Code | None = None
    tax_number: Code | None = None
    institution_number: Code | None = None
    social_organisation_number: Code | None = None
    legal_representative: Line | None = None
    legal_representative_id_type: Line | None = None
    legal_representative_id_number: Code | None = None
    person_id_type: Line | None = None
    person_id_number: Code | None = None
    document_number: Line  # 文号, spelt as received
    violation_type: LongText
    facts: LongText
    basis: LongText
    kinds: Annotated[tuple[Line, ...], Field(min_length=1)]  # values of PenaltyKind, or 其他-…
    content: LongText
    fine_wan: Wan | None = None
    confiscated_wan: Wan | None = None
    licence: Line | None = None
    decided_on: date
    valid_until: date | None = None  # LONG_TERM: without end
    published_until: date | None = None  # last day of publication
    authority_name: Line
    authority_code: Code
    source_name: Line | None = None
    source_code: Code | None = None
    remark: LongText | None = None
    state: RecordState = RecordState.NORMAL
    local_code: Code | None = None
    updated_on: date | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for found in inconsistencies(dict(self), self.field_set):
            raise PydanticCustomError(
                "penalty_record",
                "{heading}：{reason}，应为{expected}",
                {"heading": found.heading, "reason": found.reason, "expected": found.expected},
            )
        return self

    def natural_key(self) -> str:
        """What makes two records the same penalty: 文号, authority, subject.

        Holds an identity number when the subject is a natural person: store only a keyed hash of it.
        """
        parts = ("penalty", document_key(self.document_number), self.authority_code, self.subject_reference())
        return "\x1f".join(parts)

    def subject_reference(self) -> str:
        """The identifier by which the subject is one and the same across records. Personal for natural persons."""
        reference = _subject_reference(dict(self))
        assert reference is not None  # `_sound` refuses a record without one
        return reference

    def masks(self) -> dict[str, Mask]:
        """How each field is masked in answers: personal fields, and the name where the subject is a person."""
        masks = {s.attribute: s.mask for s in FIELDS if s.mask is not None}
        if self.subject_kind is SubjectKind.NATURAL_PERSON or (
            self.subject_kind is SubjectKind.SOLE_TRADER and _reads_like_a_person(self.subject_name)
        ):
            masks["subject_name"] = Mask.NAME
        return masks


_SHOP = re.compile(r"[店部铺行馆厂坊摊社堂屋吧院中心站室]$")


def _reads_like_a_person(name: str) -> bool:
    """A sole trader without a trade name is registered under the trader's own (个体工商户可以不使用名称)."""
    return len(name) <= 4 and not _SHOP.search(name)
