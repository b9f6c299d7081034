"""The law over HTTP: list regimes and what holds on a day and why, the measures, the authorities. Reads only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.strict import QueryDate
from domain.citation import Citation
from domain.confirmation import Confirmation
from domain.regimes import Authority, MeasureGroup, Regime
from domain.rules import Level, StandardLevel, SubjectKind
from law.loader import load_lawbook
from law.resolve import Answer, consult

router = APIRouter(prefix="/regimes", tags=["law"])
measures_router = APIRouter(prefix="/measures", tags=["law"])
authorities_router = APIRouter(prefix="/authorities", tags=["law"])

SHANGHAI = ZoneInfo("Asia/Shanghai")
Item = TypeVar("Item")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class On(_Strict):
    """The day that is asked about."""

    on: Annotated[
        QueryDate | None, Field(description="某日（北京时间）；缺省为今天", examples=["2026-03-02"])
    ] = None

    @property
    def day(self) -> date:
        return self.on or datetime.now(SHANGHAI).date()


class State(StrEnum):
    """Whether a regime can open a case on the day."""

    READY = "ready"  # 可以立案
    DRAFT = "draft"  # 草案: a needed figure is not verified
    NOT_IN_FORCE = "not_in_force"  # 未施行


class RegimeLine(_Strict):
    """One regime in the list."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "key": "market_regulation",
                    "title": "市场监督管理严重违法失信名单",
                    "document": "国家市场监督管理总局令第44号",
                    "in_force_from": "2021-09-01",
                    "standard": "departmental_rule",
                    "local": False,
                    "state": "ready",
                    "version": "5f0c…",
                    "missing": [],
                }
            ]
        },
    )

    key: str
    title: str
    document: str
    in_force_from: date
    standard: StandardLevel
    local: bool
    state: State
    version: str | None  # of the rule that a case opened on the day would pin
    missing: list[str]  # keys that make it a draft


class MeasureLine(_Strict):
    """One measure of the list; unverified ones cannot be chosen until confirmed for a regime."""

    code: str
    name: str
    group: MeasureGroup
    applies_to: list[SubjectKind]
    edition: str
    basis: Citation
    verified: bool
    valid_from: date
    valid_to: date | None


class AuthorityLine(_Strict):
    """One authority."""

    code: str
    name: str
    kind: str
    level: Level
    uscc: str
    docmark: str
    regimes: list[str]
    superior: str | None
    reconsideration: str
    court: str


class Lines(_Strict, Generic[Item]):
    """A whole list: short enough for one page."""

    items: list[Item]
    next: None = None


async def confirmations_on_record(request: Request) -> Sequence[Confirmation]:
    """Confirmations that count: those that the app's record holds; none where an app has no record."""
    on_record: Callable[[], Awaitable[Sequence[Confirmation]]] | None
    on_record = getattr(request.app.state, "confirmations_on_record", None)
    return await on_record() if on_record is not None else ()


OnRecord = Annotated[Sequence[Confirmation], Depends(confirmations_on_record)]


@router.get("", operation_id="list_regimes", summary="名单制度，以及当日能否据以立案")
def regimes(query: Annotated[On, Query()], confirmations: OnRecord) -> Lines[RegimeLine]:
    """Every regime; `state` tells a draft from one that can open cases, `missing` what makes it a draft."""
    book = load_lawbook()
    return Lines(items=[_line(regime, query.day, confirmations) for regime in book.regimes.values()])


@router.get(
    "/{key}", operation_id="show_regime", summary="一项名单制度在某日的规定：每个值的出处、核验方式和理由"
)
def regime(
    key: Annotated[str, Path(examples=["market_regulation"])],
    query: Annotated[On, Query()],
    confirmations: OnRecord,
) -> Answer:
    """Which source won each value and why (从其规定); what is open; and the rule itself, if there is one."""
    return consult(load_lawbook(), key, query.day, confirmations)


@measures_router.get("", operation_id="list_measures", summary="某日的失信惩戒措施清单")
def measures(query: Annotated[On, Query()]) -> Lines[MeasureLine]:
    """The closed list on the day (宁信用〔2021〕1号 四（一）)."""
    return Lines(
        items=[
            MeasureLine(
                **measure.model_dump(include={"code", "name", "group", "applies_to"}),
                edition=edition.edition,
                basis=measure.basis,
                verified=measure.basis.seen.verified,
                valid_from=measure.since,
                valid_to=measure.to,
            )
            for edition in load_lawbook().measures
            for measure in edition.measures
            if measure.holds_on(query.day)
        ]
    )


@authorities_router.get("", operation_id="list_authorities", summary="机关")
def authorities() -> Lines[AuthorityLine]:
    """The bodies that take part."""
    return Lines(items=[AuthorityLine(**_of(body)) for body in load_lawbook().authorities.values()])


def _of(body: Authority) -> dict[str, Any]:
    return body.model_dump(include=set(AuthorityLine.model_fields))


def _line(regime: Regime, day: date, confirmations: Sequence[Confirmation]) -> RegimeLine:
    state, version, missing = State.NOT_IN_FORCE, None, []
    if regime.holds_on(day):
        answer = consult(load_lawbook(), regime.key, day, confirmations)
        missing = [one.key for one in answer.open if one.needed]
        state = State.READY if answer.rule else State.DRAFT
        version = answer.rule.version if answer.rule else None
    return RegimeLine(
        key=regime.key,
        title=regime.title,
        document=regime.document,
        in_force_from=regime.since,
        standard=regime.standard.level,
        local=regime.standard.local,
        state=state,
        version=version,
        missing=missing,
    )
