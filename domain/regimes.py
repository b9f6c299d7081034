"""What the files of the law hold: list regimes, the defaults they inherit, authorities, measures, service.

`law/` reads them into a `Lawbook`; `law/resolve.py` turns one regime on one day into the `Rule` that a case pins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from annotated_types import Ge, MinLen
from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from domain.figures import (
    Basis,
    DayUnits,
    Document,
    DocumentName,
    LevelFigure,
    LevelName,
    Span,
    StatementFigure,
    TermFigure,
    Text,
    fault,
    known,
    refuse_overlaps,
)
from domain.rules import Area, FoundingKind, ServiceMethod, StandardLevel, SubjectKind, Value

REQUIRED_DECISION_ELEMENTS: Mapping[str, str] = {  # 宁信用〔2021〕1号 四（三）
    "facts": "事由",
    "basis": "依据",
    "measures": "失信惩戒措施提示",
    "removal": "移出条件和程序",
    "remedies": "救济措施",
}
NATIONAL_STANDARD = (
    StandardLevel.LAW,
    StandardLevel.ADMINISTRATIVE_REGULATION,
    StandardLevel.CENTRAL_POLICY,
    StandardLevel.DEPARTMENTAL_RULE,
)

T = TypeVar("T")
Item = TypeVar("Item", bound="Keyed")
Coded = TypeVar("Coded", "MeasureUse", "ListedMeasure")


def _area(raw: object) -> object:
    if raw not in list(Area):
        raise fault(
            "领域“{area}”不在四类之内（{names}；宁信用〔2021〕1号 三（三））",
            area=str(raw),
            names="、".join(Area),
        )
    return raw


AreaName = Annotated[Area, BeforeValidator(_area)]
KindName = Annotated[str, known("机关类别", "kinds")]


class Keyed(Span):
    """An item of a list that has a key and days on which it holds."""

    key: Text
    basis: Basis


def _without_overlap(items: list[Item]) -> list[Item]:
    refuse_overlaps((item.key, item) for item in items)
    return items


def _one_a_day(items: list[Coded]) -> list[Coded]:
    refuse_overlaps((item.code, item) for item in items)
    return items


class Listed(Value, Generic[T]):
    """A closed choice with its source."""

    items: Annotated[list[T], MinLen(1)]
    basis: Basis


class Standard(Value):
    """On what norm the list stands (认定标准; 宁信用〔2021〕1号 三（四）)."""

    level: StandardLevel
    local: bool = False  # a list of this locality only
    basis: Basis

    @model_validator(mode="after")
    def _has_a_lawful_level(self, info: ValidationInfo) -> Standard:
        clause = "宁信用〔2021〕1号 三（四）"
        if self.level is StandardLevel.NORMATIVE_DOCUMENT:
            raise fault("认定标准不得仅由规范性文件规定（{clause}）", clause=clause)
        if self.local and self.level is not StandardLevel.LOCAL_REGULATION:
            raise fault("仅在本地实施的名单须由地方性法规规定（{clause}）", clause=clause)
        if not self.local and self.level not in NATIONAL_STANDARD:
            raise fault("全国适用的名单不得由地方性法规规定认定标准（{clause}）", clause=clause)
        document = ((info.context or {}).get("documents") or {}).get(self.basis.document)
        if document is not None and document.level is not self.level:
            raise fault(
                "层级写为 {level}，而 documents.yaml 中“{name}”为 {actual}",
                level=self.level.value,
                name=self.basis.document,
                actual=document.level.value,
            )
        return self


class GroundEntry(Keyed):
    """One ground of listing (列入情形)."""

    title: Text
    area: AreaName


class ElementEntry(Keyed):
    """Something that a paper must state (必备要素)."""

    title: Text


class SuspensionEntry(Keyed):
    """Time that does not count (不计入期限的时间)."""

    title: Text


class Channel(Span):
    """Where listings are published (公布渠道)."""

    name: Text
    basis: Basis


class EarlyExitEntry(Keyed):
    """One alternative way off the list before the term ends (提前移出)."""

    title: Text
    waits: TermFigure | None = None
    conditions: Annotated[list[Text], MinLen(1)]


class MeasureGroup(StrEnum):
    """The three groups of the list of measures."""

    REDUCES_RIGHTS = "reduces_rights"  # 由公共管理机构依法减损权益或者增加义务
    MANAGES = "manages"  # 公共管理机构在职责范围内的管理措施
    THIRD_PARTIES = "third_parties"  # 由公共管理机构以外的组织自主实施: nobody may be ordered to


def _not_for_third_parties(code: str, info: ValidationInfo) -> str:
    measure = ((info.context or {}).get("measures") or {}).get(code)
    if measure is not None and measure.group is MeasureGroup.THIRD_PARTIES:
        raise fault(
            "“{code}”由其他组织自主实施，机关不得作出或者强制（宁信用〔2021〕1号 四（一）（二））", code=code
        )
    return code


class MeasureUse(Span):
    """A measure that a regime names from the closed list, and where (惩戒措施)."""

    code: Annotated[str, known("惩戒措施代码", "measures"), AfterValidator(_not_for_third_parties)]
    basis: Basis


class HearingFigures(Value):
    """A hearing, where the regime gives one (听证)."""

    request_within: TermFigure
    notice_before: TermFigure
    basis: Basis


class FineThreshold(Value):
    """A fine from which a penalty counts as a lead, in 万元."""

    at_least_wan: Annotated[Decimal, Ge(0)]
    basis: Basis


class TriggerEntry(Keyed):
    """Which penalty records start a case at 线索.

    The authority's kind must be named; then any of `kinds` or the fine suffices (neither given: any penalty will do);
    then a keyword must be found, which suggests its ground. A trigger lists nobody: an officer judges the lead.
    """

    title: Text
    authorities: Annotated[list[KindName], MinLen(1)]
    kinds: list[Text] = Field(default_factory=list)
    fine: FineThreshold | None = None
    keywords: Annotated[dict[Text, Annotated[list[Text], MinLen(1)]], MinLen(1)]  # ground key → words


def _has_the_required_elements(elements: list[ElementEntry]) -> list[ElementEntry]:
    keys = {element.key for element in elements}
    missing = [f"{title} {key}" for key, title in REQUIRED_DECISION_ELEMENTS.items() if key not in keys]
    if missing:
        raise fault(
            "决定文书缺少必备要素：{missing}（宁信用〔2021〕1号 四（三））", missing="、".join(missing)
        )
    return elements


Elements = Annotated[list[ElementEntry], MinLen(1), AfterValidator(_without_overlap)]
DecisionElements = Annotated[Elements, AfterValidator(_has_the_required_elements)]


class Defaults(Value):
    """The city plan and the general laws, which list regimes inherit (通用规定). No list: it opens no case."""

    title: Text
    document: DocumentName
    checked_on: date
    founding: Listed[FoundingKind]
    subjects: Listed[SubjectKind]
    min_level: LevelFigure
    penalising_body_decides: StatementFigure
    superior_consent: StatementFigure
    objection_window: TermFigure
    verification: TermFigure
    decision: TermFigure
    oral_objection: StatementFigure
    notice_elements: Elements
    decision_elements: DecisionElements
    resting_on_penalty: StatementFigure
    leniency: Basis
    majority: TermFigure
    suspensions: Annotated[list[SuspensionEntry], AfterValidator(_without_overlap)]
    reconsideration: TermFigure
    litigation: TermFigure
    basis_revoked_within: TermFigure


class CityFigures(Value):
    """What the city configures because every text is silent (本市配置): proposals until confirmed."""

    title: Text
    checked_on: date
    objection_window: TermFigure
    decision: TermFigure


class Regime(Span):
    """One list regime (名单制度) with all its dated values."""

    key: Text
    title: Text
    document: DocumentName
    checked_on: date
    note: str = ""
    standard: Standard
    area_basis: Basis  # how the grounds were sorted into the four areas
    subjects: Listed[SubjectKind]
    companions: StatementFigure
    founding: Listed[FoundingKind] | None = None
    grounds: Annotated[list[GroundEntry], MinLen(1), AfterValidator(_without_overlap)]
    min_level: LevelFigure
    penalising_body_decides: StatementFigure | None = None
    superior_consent: StatementFigure
    objection_window: TermFigure
    verification: TermFigure
    decision: TermFigure
    hearing: HearingFigures | None = None
    oral_objection: StatementFigure | None = None
    service: Annotated[str, known("送达规则", "service")]
    notice_elements: Elements | None = None
    decision_elements: DecisionElements | None = None
    resting_on_penalty: StatementFigure | None = None
    suspensions: Annotated[list[SuspensionEntry], AfterValidator(_without_overlap)] = Field(
        default_factory=list
    )
    measures: Annotated[list[MeasureUse], MinLen(1), AfterValidator(_one_a_day)]
    listing_term: TermFigure
    early_exits: Annotated[list[EarlyExitEntry], AfterValidator(_without_overlap)] = Field(
        default_factory=list
    )
    channels: list[Channel] = Field(default_factory=list)
    reconsideration: TermFigure | None = None
    litigation: TermFigure | None = None
    basis_revoked_within: TermFigure | None = None
    triggers: Annotated[list[TriggerEntry], AfterValidator(_without_overlap)] = Field(default_factory=list)

    @field_validator("triggers")
    @classmethod
    def _triggers_lead_to_its_own_grounds(
        cls, triggers: list[TriggerEntry], info: ValidationInfo
    ) -> list[TriggerEntry]:
        if "grounds" in info.data:
            grounds = {ground.key for ground in info.data["grounds"]}
            for trigger in triggers:
                for ground in set(trigger.keywords) - grounds:
                    raise fault("线索规则“{key}”指向未知的列入情形“{ground}”", key=trigger.key, ground=ground)
        return triggers


class ListedMeasure(Span):
    """A measure of the closed list (失信惩戒措施清单; 宁信用〔2021〕1号 四（一）)."""

    code: Text
    name: Text
    group: MeasureGroup
    applies_to: Annotated[list[SubjectKind], MinLen(1)]
    basis: Basis


class MeasureList(Value):
    """One edition of the list of measures."""

    edition: Text
    checked_on: date
    note: str = ""
    measures: Annotated[list[ListedMeasure], MinLen(1), AfterValidator(_one_a_day)]


class Authority(Value):
    """A body that takes part (机关)."""

    code: Text
    name: Text
    kind: KindName
    level: LevelName
    division: Annotated[str, Field(pattern=r"^\d{6}$")]  # 行政区划代码
    uscc: Text  # 统一社会信用代码
    docmark: Text  # 发文机关代字
    regimes: list[str] = Field(default_factory=list)  # list regimes that it is competent for
    superior: str | None = None
    reconsideration: Text  # 行政复议机关
    court: Text  # 管辖法院


class ServiceEntry(Value):
    """One way of service and when the paper counts as served."""

    method: ServiceMethod
    deemed_after: TermFigure | None = None
    evidence: Annotated[list[Text], MinLen(1)]
    needs_consent: bool = False
    only_after_failure: bool = False
    basis: Basis


class Lawbook(Value):
    """Everything that the files say, over all days."""

    documents: dict[str, Document]
    units: DayUnits
    defaults: Defaults
    city: CityFigures
    service: dict[str, list[ServiceEntry]]
    measures: list[MeasureList]
    authorities: dict[str, Authority]
    kinds: dict[str, str]
    regimes: dict[str, Regime]

    def measure(self, code: str, on: date) -> tuple[str, ListedMeasure] | None:
        """The measure of this code on that day, with its edition."""
        for edition in self.measures:
            for measure in edition.measures:
                if measure.code == code and measure.holds_on(on):
                    return edition.edition, measure
        return None

    def authority(self, code: str) -> Authority | None:
        """The authority of this code, or of this 统一社会信用代码."""
        by_code = self.authorities.get(code)
        if by_code is not None:
            return by_code
        return next((body for body in self.authorities.values() if body.uscc == code), None)

    def above(self, body: Authority) -> Iterator[Authority]:
        """The bodies above this one, the next first."""
        seen = {body.code}
        while body.superior is not None and body.superior not in seen and body.superior in self.authorities:
            body = self.authorities[body.superior]
            seen.add(body.code)
            yield body
