"""Dated values of the law as the files hold them: each with a from-date, a source, and how it was seen.

A value is one of three things: stated; silent (`silent: true`: the text was read and says nothing, which is a
statement with a source); or unknown (no value, and `seen` says that it was looked for or is not verified).
Names that a file may refer to (documents, measures, kinds of authority) come in as validation context.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Generic, Literal, TypeVar

from annotated_types import Ge, MinLen
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from domain.citation import Citation, Seen
from domain.rules import Level, StandardLevel, Unit, Value

DAYS_BY_ACT = "日"  # what a file writes as unit when the act it cites decides what 日 means

_ONE_DAY = timedelta(1)


def fault(reason: str, **names: object) -> PydanticCustomError:
    """An error that an official can read; `names` fill the braces of `reason`."""
    return PydanticCustomError("law", reason, names or None)


class StartEvent(StrEnum):
    """Events that start a period (起算事件)."""

    CASE_OPENED = "case_opened"  # 立案
    NOTICE_SERVED = "notice_served"  # 事先告知书送达
    OBJECTION_RECEIVED = "objection_received"  # 收到异议
    WINDOW_CLOSED = "window_closed"  # 陈述、申辩和异议期届满
    HEARING_HELD = "hearing_held"  # 听证举行之日 (counted backwards)
    DECISION_KNOWN = "decision_known"  # 知道决定内容
    LISTED = "listed"  # 列入名单
    PUBLISHED = "published"  # 公布
    CORRECTED = "corrected"  # 改正失信行为
    PAYMENT_TERM_ENDED = "payment_term_ended"  # 责令限期支付期满
    ANNOUNCEMENT_POSTED = "announcement_posted"  # 公告张贴或者刊登
    BASIS_FELL = "basis_fell"  # 依据文书被撤销、变更或者确认无效
    BORN = "born"  # 出生


class Document(Value):
    """A document that values are cited from (文件)."""

    title: str
    level: StandardLevel
    number: str = ""  # 文号, where the key is a short title


def _cited(basis: Citation, info: ValidationInfo) -> Citation:
    if basis.seen is Seen.CONFIRMED:
        raise fault("数据文件不得写 confirmed：确认由有权人员另行作出并留痕")
    if not basis.clause and not basis.note:
        raise fault("出处没有条款（clause），也没有说明原因（note）")
    documents = _context(info).get("documents")
    if documents is not None and basis.document not in documents:
        raise fault("出处中的文件“{document}”不在 documents.yaml", document=basis.document)
    return basis


def _context(info: ValidationInfo) -> Mapping[str, Any]:
    return info.context or {}


def known(what: str, kind: str) -> AfterValidator:
    """A name must be among the context's names of this kind (absent context: not checked)."""

    def check(name: str, info: ValidationInfo) -> str:
        names = _context(info).get(kind)
        if names is not None and name not in names:
            raise fault("未知的{what}“{name}”", what=what, name=name)
        return name

    return AfterValidator(check)


def _level(raw: object) -> object:
    if isinstance(raw, Level):
        return raw
    if isinstance(raw, str) and raw.upper() in Level.__members__:
        return Level[raw.upper()]
    raise fault("层级应为 {names} 之一", names="、".join(name.lower() for name in Level.__members__))


def _unit(raw: object) -> object:
    if raw == DAYS_BY_ACT or raw in list(Unit):
        return raw
    raise fault("单位应为 {names} 之一，或者 日（并以 act 写明所依据的法律）", names="、".join(Unit))


Basis = Annotated[Citation, AfterValidator(_cited)]
DocumentName = Annotated[str, known("文件", "documents")]
LevelName = Annotated[Level, BeforeValidator(_level)]
FileUnit = Annotated[Unit | Literal["日"], BeforeValidator(_unit)]
Text = Annotated[str, MinLen(1)]


class Span(Value):
    """A stretch of days on which something holds, both ends included (起止日期)."""

    since: date = Field(alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Span:
        if self.to is not None and self.to < self.since:
            raise fault("日期颠倒：止于 {to}，早于起始日 {since}", to=str(self.to), since=str(self.since))
        return self

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.to is None or day <= self.to)


def refuse_overlaps(items: Iterable[tuple[str, Span]]) -> None:
    """One key, one item a day: two items of the same key must not hold on the same day."""
    seen: dict[str, Span] = {}
    for key, item in sorted(items, key=lambda pair: pair[1].since):
        before = seen.get(key)
        if before is not None and (before.to is None or item.since <= before.to):
            raise fault("“{key}”的起止日期重叠：{since} 起又有一项", key=key, since=str(item.since))
        seen[key] = item


class Entry(Value):
    """What a figure says from its from-date on, until the next entry or `to`, that day included."""

    silent: bool = False
    to: date | None = None
    basis: Basis
    note: str = ""

    @property
    def states(self) -> bool:
        """Whether a value is stated."""
        return getattr(self, "value", None) is not None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Entry:
        if self.silent and self.states:
            raise fault("既写了值，又写了 silent（文本无规定）")
        if self.states and self.basis.seen is Seen.NOT_FOUND:
            raise fault("出处标为 not_found（查而未得），却写了值")
        if not self.states and not self.silent and self.basis.seen.verified:
            raise fault("没有值：文本确无规定的写 silent: true，未查到的写 seen: not_found")
        return self


class ExtensionEntry(Value):
    """How a term may be lengthened (延期)."""

    value: Annotated[StrictInt, Ge(1)] | None
    unit: FileUnit
    act: DocumentName | None = None
    times: Annotated[StrictInt, Ge(1)] = 1
    basis: Basis


class TermEntry(Entry):
    value: Annotated[StrictInt, Ge(0)] | None = None
    extension: ExtensionEntry | None = None


class StatementEntry(Entry):
    value: StrictBool | None = None
    text: str = ""
    below: LevelName | None = None  # … only for bodies below this level


class LevelEntry(Entry):
    value: LevelName | None = None


E = TypeVar("E", bound=Entry)


class Figure(Value, Generic[E]):
    """One value of the law over time: no gap, no overlap, in order."""

    description: Text
    checked_on: date | None = None  # None: the file's own
    note: str = ""
    values: Annotated[dict[date, E], MinLen(1)]

    @model_validator(mode="after")
    def _follows_without_gap_or_overlap(self) -> Figure[E]:
        for since, entry in self.values.items():
            if entry.to is not None and entry.to < since:
                raise fault("日期颠倒：止于 {to}，早于起始日 {since}", to=str(entry.to), since=str(since))
        for (since, entry), (following, _) in pairwise(self.values.items()):
            if following <= since:
                raise fault(
                    "起始日未按先后排列：{following} 排在 {since} 之后",
                    following=str(following),
                    since=str(since),
                )
            if entry.to is not None and entry.to >= following:
                raise fault(
                    "前后重叠：前值止于 {to}，后值始于 {following}",
                    to=str(entry.to),
                    following=str(following),
                )
            if entry.to is not None and entry.to + _ONE_DAY < following:
                raise fault(
                    "中间有空档：前值止于 {to}，后值始于 {following}",
                    to=str(entry.to),
                    following=str(following),
                )
        return self

    @property
    def since(self) -> date:
        """The first day on which the figure says anything."""
        return next(iter(self.values))

    def on(self, day: date) -> tuple[date, E] | None:
        """The entry that holds on `day`, with its from-date; None before the first or after the last."""
        found = None
        for since, entry in self.values.items():
            if since <= day and (entry.to is None or day <= entry.to):
                found = (since, entry)
        return found


class TermFigure(Figure[TermEntry]):
    """A period: its number is dated; its unit, start event and roll-off belong to it."""

    unit: FileUnit
    act: DocumentName | None = None  # with 日: the act that says what 日 means
    starts: StartEvent
    rolls: bool = True

    @model_validator(mode="after")
    def _days_name_their_act(self) -> TermFigure:
        if self.unit == DAYS_BY_ACT and self.act is None:
            raise fault("单位写 日 的，须以 act 写明所依据的法律")
        return self


class StatementFigure(Figure[StatementEntry]):
    """A yes or no over time."""


class LevelFigure(Figure[LevelEntry]):
    """A level of authority over time."""


class DayRule(Value):
    """Which counts of 日 are working days under one act (“日”的含义)."""

    working: Literal["all"] | list[StrictInt]
    basis: Basis


class DayUnits(Value):
    """The acts whose 日 has been read, and what is assumed of the others."""

    description: Text
    checked_on: date
    acts: dict[DocumentName, DayRule]
    otherwise: DayRule  # the assumption for an act that is not in the table


def unit_of_days(units: DayUnits, act: str, count: int) -> tuple[Unit, Citation]:
    """What `count` 日 under `act` are: working days or calendar days, and by which clause.

    行政处罚法 第八十五条: only two, three, five and seven; 行政复议法 第八十八条: three, five, seven and ten;
    行政许可法 第八十二条: all. The figures stand in law/units.yaml.
    """
    rule = units.acts.get(act, units.otherwise)
    working = rule.working == "all" or count in rule.working
    return (Unit.WORKING_DAY if working else Unit.DAY), rule.basis
