"""Parts that several papers share (文书的共用部分). All dates are days in Asia/Shanghai; no part knows today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Self

from annotated_types import MinLen
from pydantic import Field, StringConstraints, model_validator

from domain.citation import Citation
from domain.days.periods import UNITS
from domain.document_numbers import DocumentNumber
from domain.papers.elements import Lack, Must, element_missing, lacks
from domain.papers.kinds import PaperKind
from domain.rules import Element, ServiceMethod, SubjectKind, Term
from domain.strict import Line, StrictModel, Text

#: The city plan that every list procedure stands on, and the paper form that every document takes.
PLAN_4_3: Final = "宁信用〔2021〕1号 四（三）"
PLAN_4_2: Final = "宁信用〔2021〕1号 四（二）"
PLAN_3_2: Final = "宁信用〔2021〕1号 三（二）"
FORM: Final = "GB/T 9704-2012"


def words(term: Term) -> str:
    """A term as a paper says it: 5个工作日, 30日. Raises ValueError for a term on whose length the texts are silent."""
    if term.count is None:
        raise ValueError("期限没有数字，不能写入文书")
    return f"{term.count}{UNITS[term.unit]}"


class Due(StrictModel):
    """A day on which something ends. A provisional one is printed as an estimate, never as final (预估)."""

    on: date
    provisional: bool = False
    earliest: date | None = None  # the day to work to while `on` is provisional


class Basis(StrictModel):
    """One legal basis with its clause, and in a few words what it provides; never the text of the law."""

    citation: Citation
    gist: str = ""


class Party(StrictModel):
    """Whom the paper is about and addressed to (当事人)."""

    kind: SubjectKind
    name: Annotated[Line, Must("主送对象", f"{FORM} 主送机关")]
    identifier: Line | None = (
        None  # 统一社会信用代码, or for a person the identity number as the authority prints it
    )
    representative: Line | None = None  # 法定代表人（负责人）
    address: Line | None = None


class Verification(StrictModel):
    """How anyone checks the paper: a code to look it up, and the digest of its contents (SM3, 64 hex digits)."""

    code: Line
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class Header(StrictModel):
    """What every paper carries, whatever its kind (GB/T 9704-2012)."""

    authority: Annotated[Line, Must("发文机关", f"{FORM} 发文机关标志")]
    number: DocumentNumber | None = None  # None: a draft
    addressee: Annotated[Party, Must("主送对象", f"{FORM} 主送机关")]
    made_on: Annotated[date, Must("成文日期", f"{FORM} 成文日期")]
    case_number: Annotated[Line, Must("案号", PLAN_4_3)]
    list_title: Annotated[Line, Must("名单名称", PLAN_4_3)]
    practice: bool = False
    verification: Verification | None = None
    copies_to: tuple[Line, ...] = ()
    titles: dict[Line, Line] = Field(
        default_factory=dict
    )  # official titles of the documents cited, by 文号 or short title


class Contact(StrictModel):
    """Where and how the authority is reached (联系方式)."""

    unit: Line
    person: Line | None = None
    phone: Line
    address: Line


class FoundingDocument(StrictModel):
    """The effective legal document that a case rests on (依据文书)."""

    title: Annotated[Line, Must("名称", PLAN_3_2)]  # e.g. 行政处罚决定书
    number: Annotated[Line, Must("文号", PLAN_3_2)]  # as given
    issued_by: Annotated[Line, Must("作出机关", PLAN_3_2)]
    made_on: Annotated[date, Must("作出日期", PLAN_3_2)]
    effective_on: Annotated[date, Must("生效日期", PLAN_3_2)]


class PaperReference(StrictModel):
    """Another paper of the same case."""

    kind: PaperKind
    number: DocumentNumber
    made_on: date


class Window(StrictModel):
    """A period that the party has: how long, from when, and the last day where it is known already."""

    length: Line  # in words, from `words`
    starts: Line = "自本文书送达之日起"
    due: Due | None = None


class MeasureHint(StrictModel):
    """One measure that the listing brings, from the list of measures (宁信用〔2021〕1号 四（一）, 四（二）)."""

    code: Line
    name: Annotated[Line, Must("措施名称", PLAN_4_3)]
    basis: Citation
    relevance: Annotated[Text, Must("关联性理由", PLAN_4_2)]
    proportion: Annotated[Text, Must("相当性理由", PLAN_4_2)]


class NamedMeasure(StrictModel):
    """A measure as the prior notice hints at it: name and basis; reasons come with the decision."""

    code: Line
    name: Line
    basis: Citation


class Publication(StrictModel):
    """Which items are to be published, where, and for how long (公示)."""

    items: Annotated[tuple[Line, ...], MinLen(1)]
    channels: Annotated[tuple[Line, ...], MinLen(1)]
    period: Line


class Removal(StrictModel):
    """Conditions and procedure of removal (移出条件和程序)."""

    term: Annotated[Line, Must("列入期限", PLAN_4_3)]  # in words
    ends: Due | None = None
    conditions: Annotated[tuple[Text, ...], Must("移出条件", PLAN_4_3), MinLen(1)]
    procedure: Annotated[Text, Must("移出程序", PLAN_4_3)]


class Remedy(StrictModel):
    """One way to contest the act: to whom, within what time, by which law."""

    body: Annotated[Line, Must("受理机关", "行政复议法实施条例 第十七条")]
    within: Annotated[Line, Must("期限", "行政复议法实施条例 第十七条")]
    basis: Citation


class Remedies(StrictModel):
    """Reconsideration and litigation (救济措施)."""

    reconsideration: Annotated[Remedy, Must("行政复议", "行政复议法 第二十条")]
    litigation: Annotated[Remedy, Must("行政诉讼", "行政诉讼法 第四十六条")]


class NoticeGiven(StrictModel):
    """That and how the prior notice was given before the decision."""

    number: DocumentNumber
    served_on: date
    method: ServiceMethod


class ObjectionResult(StrEnum):
    """What an objection came to: the result of its verification (核实结果), or why it was not verified."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"
    NOT_ADMITTED = "not_admitted"  # 逾期，不予受理
    WITHDRAWN = "withdrawn"  # 撤回; the reasons then say when


class ObjectionHeard(StrictModel):
    """An objection and what came of it, as the decision accounts for it: ground, finding and reason."""

    received_on: date
    gist: Annotated[Text, Must("异议要点", PLAN_4_3)]
    result: ObjectionResult
    reasons: Annotated[Text, Must("采纳与否的理由", PLAN_4_3)]


class SuperiorConsent(StrictModel):
    """Consent of the next authority up, where the regime wants it (上级机关同意)."""

    body: Line
    given_on: date
    number: Line | None = None
    basis: Citation


class Approval(StrictModel):
    """By which body or office-holder, and when, a change of a term was approved (批准)."""

    by: Annotated[Line, Must("批准人", PLAN_4_3)]
    on: Annotated[date, Must("批准日期", PLAN_4_3)]


class Content(StrictModel):
    """Base of the papers' contents. One that lacks a required element cannot be built: LegalRefusal, ELEMENT_MISSING."""

    paper: ClassVar[PaperKind]

    elements: tuple[Element, ...] = ()  # the pinned rule's list for this paper
    further: dict[Line, Text] = Field(
        default_factory=dict
    )  # statements for elements that no field of the paper carries, by key

    @model_validator(mode="after")
    def _states_everything(self) -> Self:
        missing = self.all_lacks(self.model_dump(), self.elements)
        if missing:
            raise element_missing(self.paper.label, missing)
        return self

    @classmethod
    def all_lacks(cls, data: Mapping[str, Any], elements: Iterable[Element]) -> list[Lack]:
        """Every required element that content for this paper does not state."""
        return [*lacks(cls, data, elements), *cls.further_lacks(data)]

    @classmethod
    def further_lacks(cls, data: Mapping[str, Any]) -> Iterator[Lack]:
        """What the paper must state only under conditions of its own."""
        del data
        yield from ()

    @model_validator(mode="after")
    def _further_is_asked_for(self) -> Self:
        unknown = set(self.further) - {element.key for element in self.elements}
        if unknown:
            raise ValueError(f"其他要素不在要素清单之内：{'、'.join(sorted(unknown))}")
        return self
