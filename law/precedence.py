"""从其规定: which source supplies one value on one day, and why (宁信用〔2021〕1号 四（三）).

Order: the regime's own value, when a law, regulation or rule states it; else the default that list regimes inherit; else,
where every text is silent, the figure that the city has configured. A value that nobody has verified is never skipped
over to the next source, for the text may well say something else: it is `Missing` until confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from domain.citation import Citation, Seen
from domain.confirmation import Confirmation, counting
from domain.figures import DAYS_BY_ACT, DayUnits, Document, Entry, Figure, LevelFigure, TermFigure
from domain.regimes import Lawbook
from domain.rules import Level, Origin, StandardLevel, Unit, Value

E = TypeVar("E", bound=Entry)

PREVAILING = (
    StandardLevel.LAW,
    StandardLevel.ADMINISTRATIVE_REGULATION,
    StandardLevel.LOCAL_REGULATION,
    StandardLevel.DEPARTMENTAL_RULE,
)
SEEN = {
    Seen.TEXT: "原文已核",
    Seen.SECONDARY: "见于二手文本",
    Seen.CONFIRMED: "经确认",
    Seen.DRAFT: "仅见于征求意见稿",
    Seen.MEMORY: "凭记忆，未核实",
    Seen.NOT_FOUND: "查而未得",
}
ORIGINS = {Origin.REGIME: "名单制度", Origin.DEFAULT: "通用规定", Origin.CITY: "本市配置"}
PREFIX = {Origin.REGIME: "", Origin.DEFAULT: "default.", Origin.CITY: "city."}


class MissingKind(StrEnum):
    """What sort of value is open, and so what a confirmation of it must give."""

    PERIOD = "period"  # a number and a unit
    LEVEL = "level"  # a level's name
    STATEMENT = "statement"  # true or false
    ITEM = "item"  # true: the item stands in the text


class Missing(Value):
    """Something that is not verified on the day, and that a legal officer can confirm (待确认)."""

    key: str  # what a confirmation names
    kind: MissingKind
    title: str
    why: str
    seen: Seen
    since: date  # from-date of the entry that is not verified
    basis: Citation
    value: bool | int | str | None = None  # what the file holds, unverified
    unit: Unit | None = None  # of a period; None when the unit itself is open
    needed: bool = True  # False: a case can be opened without it
    confirmable: bool = True  # False: no source speaks on that day, so there is nothing to confirm


@dataclass(frozen=True)
class Source(Generic[E]):
    """One place that may state the value."""

    origin: Origin
    figure: Figure[E]


@dataclass(frozen=True)
class Won(Generic[E]):
    """The value that applies: where from, on what source, and why this one."""

    key: str  # with the prefix of its origin
    origin: Origin
    figure: Figure[E]
    entry: E
    since: date
    value: Any  # None: silent
    basis: Citation
    reason: str
    confirmation: Confirmation | None = None


class Confirmations:
    """The confirmations given, found by what they confirm; it remembers whether one for practice was used."""

    def __init__(self, regime: str, given: Iterable[Confirmation]) -> None:
        self._given = counting(c for c in given if c.regime == regime)
        self.practice = False

    def of(self, key: str, since: date) -> Confirmation | None:
        """The confirmation of this entry that counts, if any."""
        found = self._given.get((key, since))
        self.practice = self.practice or (found is not None and found.practice)
        return found


def prevail(
    key: str,
    sources: Sequence[Source[E]],
    on: date,
    confirmations: Confirmations,
    book: Lawbook,
) -> Won[E] | Missing:
    """The value of `key` on `on`. Silence of every source is an answer too: `value` is None."""
    trail: list[str] = []
    yielding: Won[E] | None = None  # stated by a document that cannot prevail over the default
    silence: Won[E] | None = None
    for source in sources:
        if source.origin is Origin.CITY and yielding is not None:
            break  # the texts are not silent
        found = source.figure.on(on)
        if found is None:
            trail.append(f"{ORIGINS[source.origin]}在该日没有值")
            continue
        since, entry = found
        path = PREFIX[source.origin] + key
        value, basis, confirmation = getattr(entry, "value", None), entry.basis, None
        doubt = _doubt(source, entry, book.units)
        if doubt is not None:
            confirmation = confirmations.of(path, since)
            if confirmation is None:
                return _missing(path, source, entry, since, [*trail, doubt])
            value, basis = confirmation.value, confirmation.citation()
        won = Won(path, source.origin, source.figure, entry, since, value, basis, "", confirmation)
        if value is None:
            trail.append(f"{ORIGINS[source.origin]}无规定（{basis}，{SEEN[basis.seen]}）")
            silence = won
        elif source.origin is Origin.REGIME and not _prevails(basis, book.documents):
            trail.append(f"{basis} 不是法律、法规、规章，只在通用规定无规定时适用")
            yielding = won
        else:
            return _because(won, trail)
    last = yielding or silence
    if last is None:
        return _no_source(key, sources[-1], trail)
    return _because(last, trail)


def _prevails(basis: Citation, documents: Mapping[str, Document]) -> bool:
    document = documents.get(basis.document)  # a confirmation may cite one that the files do not know
    return document is None or document.level in PREVAILING


def _because(won: Won[E], trail: list[str]) -> Won[E]:
    if won.value is None:
        return replace(won, reason="；".join([*trail, "各文本均无规定"]))
    if won.origin is Origin.REGIME:
        words = "名单制度自己的规定，从其规定" if len(trail) == 0 else "适用名单制度自己的规定"
    elif won.origin is Origin.DEFAULT:
        words = "适用通用规定"
    else:
        words = "各文本均无规定，适用本市配置"
    return replace(won, reason="；".join([*trail, f"{words}（{won.basis}，{SEEN[won.basis.seen]}）"]))


def _doubt(source: Source[E], entry: E, units: DayUnits) -> str | None:
    """Why the entry may not be relied on: not verified itself, or its 日 stands on an assumption."""
    basis, figure = entry.basis, source.figure
    if not basis.seen.verified:
        what = "“文本无规定”这一点" if entry.silent else f"{ORIGINS[source.origin]}的值"
        return f"{what}{SEEN[basis.seen]}（{basis}）{f'：{basis.note}' if basis.note else ''}"
    if isinstance(figure, TermFigure) and figure.unit == DAYS_BY_ACT and figure.act not in units.acts:
        return f"“日”是否工作日未核实：{units.otherwise.basis.note}"
    return None


def _missing(path: str, source: Source[E], entry: E, since: date, trail: list[str]) -> Missing:
    return Missing(
        key=path,
        kind=kind_of(source.figure),
        title=source.figure.description,
        why="；".join(trail),
        seen=entry.basis.seen,
        since=since,
        basis=entry.basis,
        value=_plain(getattr(entry, "value", None)),
        unit=_unit(source.figure),
    )


def _no_source(key: str, source: Source[E], trail: list[str]) -> Missing:
    """No source says anything on that day: nothing to confirm, only to be said."""
    since, entry = next(iter(source.figure.values.items()))
    return Missing(
        key=PREFIX[source.origin] + key,
        kind=kind_of(source.figure),
        title=source.figure.description,
        why="；".join(trail),
        seen=Seen.NOT_FOUND,
        since=since,
        basis=entry.basis,
        confirmable=False,
    )


def kind_of(figure: Figure[E]) -> MissingKind:
    """What sort of value a figure holds."""
    if isinstance(figure, TermFigure):
        return MissingKind.PERIOD
    return MissingKind.LEVEL if isinstance(figure, LevelFigure) else MissingKind.STATEMENT


def _unit(figure: Figure[E]) -> Unit | None:
    unit = figure.unit if isinstance(figure, TermFigure) else None
    return unit if isinstance(unit, Unit) else None


def _plain(value: Any) -> Any:
    return value.name.lower() if isinstance(value, Level) else value
