"""What one list regime (名单制度) says as at one day: the rule that a case pins when it opens.

A `Rule` is a value. `law/` makes it from dated, cited files; a case keeps it whole in its first event, so that
no later edit of a file can change what an open case stands on.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum, StrEnum
from typing import Annotated

from annotated_types import MinLen
from pydantic import BaseModel, ConfigDict, Field

from domain.citation import Citation


class Value(BaseModel):
    """Base of everything in this file: frozen, and closed against unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Unit(StrEnum):
    """Unit of a period. 日 is a working day or not by the act that it is cited from."""

    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Area(StrEnum):
    """The four permitted areas of serious-dishonesty lists (宁信用〔2021〕1号 三（三）; 国办发〔2020〕49号 四（六）)."""

    LIFE_AND_HEALTH = "life_and_health"  # 严重危害人民群众身体健康和生命安全
    MARKET_ORDER = "market_order"  # 严重破坏市场公平竞争秩序和社会正常秩序
    DEFIED_DUTY = "defied_duty"  # 拒不履行法定义务
    NATIONAL_DEFENCE = "national_defence"  # 拒不履行国防义务


class StandardLevel(StrEnum):
    """Rank of the norm that sets the standard of a list (认定标准的效力层级; 宁信用〔2021〕1号 三（四）)."""

    LAW = "law"  # 法律
    ADMINISTRATIVE_REGULATION = "administrative_regulation"  # 行政法规
    CENTRAL_POLICY = "central_policy"  # 党中央、国务院政策文件
    DEPARTMENTAL_RULE = "departmental_rule"  # 部门规章
    LOCAL_REGULATION = "local_regulation"  # 地方性法规
    NORMATIVE_DOCUMENT = "normative_document"  # 规范性文件: never enough


class Level(IntEnum):
    """Level of an authority; higher number, higher body (行政层级)."""

    TOWNSHIP = 1  # 乡镇、街道
    DISTRICT = 2  # 区县级
    CITY = 3  # 设区的市级
    PROVINCE = 4  # 省级
    STATE = 5  # 国家级


class SubjectKind(StrEnum):
    """Who can be the subject (信用主体类别)."""

    ORGANISATION = "organisation"  # 法人及非法人组织
    SOLE_TRADER = "sole_trader"  # 个体工商户
    NATURAL_PERSON = "natural_person"  # 自然人


class FoundingKind(StrEnum):
    """Kinds of effective legal document that can found a case (宁信用〔2021〕1号 三（二）)."""

    PENALTY = "penalty"  # 行政处罚决定
    JUDGMENT = "judgment"  # 生效司法裁判
    ARBITRAL_AWARD = "arbitral_award"  # 仲裁文书
    ADMINISTRATIVE_RULING = "administrative_ruling"  # 行政裁决
    OTHER_BY_LAW = "other_by_law"  # 法律、法规或者中央政策文件规定可作为依据的其他文书


class Origin(StrEnum):
    """Which source supplied a value under 从其规定 (宁信用〔2021〕1号 四（三）)."""

    REGIME = "regime"  # the regime's own rule
    DEFAULT = "default"  # the city plan, which list regimes inherit
    CITY = "city"  # a figure that the city has configured because every text is silent


class Term(Value):
    """A period of the law: number, unit, what starts it, and where it stands.

    `count` is None when the texts are silent on a number (沉默): that is itself a statement with a source.
    """

    count: Annotated[int, Field(ge=0)] | None
    unit: Unit
    starts: str  # event that starts it, in words of the procedure: notice_served, objection_received …
    basis: Citation
    origin: Origin = Origin.REGIME
    rolls: bool = True  # an end on a rest day moves to the next working day (民法典 第二百零三条)
    extendable: Extension | None = None


class Extension(Value):
    """How a term may be lengthened, if at all (延期)."""

    count: Annotated[int, Field(ge=1)] | None  # None: the text allows it without a number
    unit: Unit
    times: Annotated[int, Field(ge=1)] = 1
    basis: Citation


class Statement(Value):
    """A non-numeric provision: a yes or no, or words, with its source."""

    holds: bool = True
    text: str = ""
    basis: Citation
    origin: Origin = Origin.REGIME


class Ground(Value):
    """One ground on which the regime lists (列入情形)."""

    key: str
    title: str
    area: Area
    basis: Citation


class Element(Value):
    """Something that a document must state (文书必备要素)."""

    key: str  # facts, basis, measures, removal, remedies …
    title: str
    basis: Citation


class Measure(Value):
    """A measure from the closed list of measures (失信惩戒措施清单; 宁信用〔2021〕1号 四（一）)."""

    code: str
    name: str
    group: str
    applies_to: Annotated[list[SubjectKind], MinLen(1)]
    basis: Citation
    edition: str
    valid_from: date
    valid_to: date | None = None


class ServiceMethod(StrEnum):
    """Ways of service (送达方式; 民事诉讼法 第八十八条至第九十五条)."""

    DIRECT = "direct"  # 直接送达
    LEFT = "left"  # 留置送达
    POST = "post"  # 邮寄送达
    ELECTRONIC = "electronic"  # 电子送达, with consent
    ANNOUNCEMENT = "announcement"  # 公告送达


class ServiceRule(Value):
    """One way of service that the regime admits, and when the paper counts as served (视为送达)."""

    method: ServiceMethod
    deemed_after: Term | None = None  # None: on the day of the evidence itself
    evidence: Annotated[list[str], MinLen(1)]  # keys of what must be on file
    needs_consent: bool = False
    only_after_failure: bool = False
    basis: Citation


class Hearing(Value):
    """A hearing, where the regime gives one (听证)."""

    request_within: Term
    notice_before: Term
    basis: Citation


class EarlyExit(Value):
    """One alternative way off the list before the term ends (提前移出)."""

    key: str
    waits: Term | None
    conditions: Annotated[list[str], MinLen(1)]
    basis: Citation


class Suspension(Value):
    """A ground on which the authority's clock stands still (不计入期限的时间)."""

    key: str  # hearing, inspection, expert_review, force_majeure …
    title: str
    basis: Citation


class Rule(Value):
    """Everything that a regime says on the day `on`, resolved under 从其规定 and ready to be pinned."""

    regime: str  # key: market_regulation, work_safety …
    title: str
    document: str  # 文号 of the regime's own instrument
    on: date
    version: str  # digest of this whole value without `version`
    practice: bool = False  # rests on a confirmation given for practice (演示)
    standard: StandardLevel
    standard_basis: Citation
    local: bool = False  # a list of this locality only: needs a local regulation
    areas: Annotated[list[Area], MinLen(1)]
    subjects: Annotated[list[SubjectKind], MinLen(1)]
    companions: Statement  # responsible persons listed too, each in a case of their own
    founding: Annotated[list[FoundingKind], MinLen(1)]
    founding_basis: Citation
    grounds: Annotated[list[Ground], MinLen(1)]
    min_level: Level
    min_level_basis: Citation
    penalising_body_decides: Statement | None = None  # 谁处罚、谁认定; None: in rules pinned before
    superior_consent: Statement  # holds: consent of the next level up is needed
    superior_consent_below: Level | None = None  # … for deciding bodies below this level
    objection_window: Term  # the subject's window to state and object
    verification: Term  # the authority's period to verify an objection and answer in writing
    decision: Term  # the authority's period to decide
    hearing: Hearing | None = None
    oral_objection: Statement
    service: Annotated[list[ServiceRule], MinLen(1)]
    suspensions: list[Suspension] = []
    notice_elements: Annotated[list[Element], MinLen(1)]
    decision_elements: Annotated[list[Element], MinLen(1)]
    resting_on_penalty: Statement  # the decision may rest on the penalty decision if it has all the elements
    leniency_basis: Citation
    majority: Term  # 成年年龄 (民法典 第十七条)
    measures: list[Measure]
    listing_term: Term
    early_exits: list[EarlyExit] = []
    reconsideration: Term  # 行政复议
    litigation: Term  # 行政诉讼
    channels: list[str] = []
    basis_revoked_within: Term  # 依据文书被撤销后更正、撤销的期限
