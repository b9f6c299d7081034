"""What the law says of one regime on one day: every value with its reason, and the `Rule` that a case pins, or a draft."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from domain.citation import Citation, Seen
from domain.confirmation import Confirmation
from domain.figures import (
    DAYS_BY_ACT,
    Entry,
    ExtensionEntry,
    Figure,
    FileUnit,
    LevelEntry,
    LevelFigure,
    Span,
    StatementEntry,
    StatementFigure,
    TermEntry,
    TermFigure,
    unit_of_days,
)
from domain.refusals import LegalRefusal, NotFound
from domain.regimes import ElementEntry, Keyed, Lawbook, Regime
from domain.rules import (
    EarlyExit,
    Element,
    Extension,
    Ground,
    Hearing,
    Level,
    Measure,
    Origin,
    Rule,
    ServiceRule,
    Statement,
    Suspension,
    Term,
    Unit,
    Value,
)
from law.precedence import SEEN, Confirmations, Missing, MissingKind, Source, Won, prevail

F = TypeVar("F", bound=Entry)
K = TypeVar("K", bound=Keyed)


class Resolved(Value):
    """One value of the regime on the day: which source won and why."""

    key: str
    title: str
    value: Term | Statement | Level
    basis: Citation
    origin: Origin
    since: date
    reason: str


class Draft(Value):
    """The regime cannot open a case on this day: what is missing, and why (草案)."""

    regime: str
    title: str
    on: date
    missing: list[Missing]


class Answer(Value):
    """What the law says of one regime on one day, whether or not it can open a case."""

    regime: str
    title: str
    on: date
    resolved: list[Resolved]
    open: list[Missing]  # unverified: the needed ones make a draft, the others are only not usable
    rule: Rule | None

    def outcome(self) -> Rule | Draft:
        """The rule, or the draft with what it needs."""
        needed = [missing for missing in self.open if missing.needed]
        return self.rule or Draft(regime=self.regime, title=self.title, on=self.on, missing=needed)


def resolve(
    lawbook: Lawbook, regime: str, on: date, confirmations: Iterable[Confirmation] = ()
) -> Rule | Draft:
    """The rule that a case opened on `on` pins, or the draft that says what must be confirmed first.

    Raises `NotFound` for an unknown regime and `LegalRefusal` for one not in force on that day.
    """
    return consult(lawbook, regime, on, confirmations).outcome()


def consult(lawbook: Lawbook, regime: str, on: date, confirmations: Iterable[Confirmation] = ()) -> Answer:
    """Everything that the law says of `regime` on `on`, with reasons; raises as `resolve` does."""
    return _Consultation(lawbook, in_force(lawbook, regime, on), on, confirmations).answer()


def in_force(lawbook: Lawbook, key: str, on: date) -> Regime:
    """The regime of this key, if it is in force on that day; raises as `resolve` does."""
    regime = lawbook.regimes.get(key)
    if regime is None:
        raise NotFound(
            code="REGIME_NOT_FOUND",
            title="没有这项名单制度",
            detail="没有这项名单制度。",
            field="regime",
            expected="、".join(lawbook.regimes),
        )
    if not regime.holds_on(on):
        raise LegalRefusal(
            code="LIST_NOT_ADMISSIBLE",
            detail=f"“{regime.title}”在 {on} 没有施行（自 {regime.since} 起施行）。",
            clause=str(regime.standard.basis),
            field="on",
        )
    return regime


class _Consultation:
    """One question to the book: collects what is resolved and what is open on the way."""

    def __init__(
        self, lawbook: Lawbook, regime: Regime, on: date, confirmations: Iterable[Confirmation]
    ) -> None:
        self.book = lawbook
        self.regime = regime
        self.on = on
        self.confirmations = Confirmations(regime.key, confirmations)
        self.resolved: list[Resolved] = []
        self.open: list[Missing] = []

    def answer(self) -> Answer:
        regime, defaults = self.regime, self.book.defaults
        founding = regime.founding or defaults.founding
        level = self._level()
        consent, consent_below = self._consent()
        clocks = {
            key: self._term(key, silence_will_do=False)
            for key in ("objection_window", "verification", "decision")
        }
        grounds = self._grounds()
        parts: dict[str, Any] = {
            "regime": regime.key,
            "title": regime.title,
            "document": regime.document,
            "on": self.on,
            "standard": regime.standard.level,
            "standard_basis": regime.standard.basis,
            "local": regime.standard.local,
            "areas": list(dict.fromkeys(ground.area for ground in grounds)),
            "subjects": regime.subjects.items,
            "companions": self._statement("companions"),
            "founding": founding.items,
            "founding_basis": founding.basis,
            "grounds": grounds,
            "min_level": level and level.value,
            "min_level_basis": level and level.basis,
            "penalising_body_decides": self._statement("penalising_body_decides", doubtful=True),
            "superior_consent": consent,
            "superior_consent_below": consent_below,
            **clocks,
            "hearing": self._hearing(),
            "oral_objection": self._statement("oral_objection", doubtful=True),
            "service": self._service(),
            "suspensions": self._suspensions(),
            "notice_elements": self._elements("notice_elements"),
            "decision_elements": self._elements("decision_elements"),
            "resting_on_penalty": self._statement("resting_on_penalty"),
            "leniency_basis": defaults.leniency,
            "majority": self._term("majority"),
            "measures": list(self._measures()),
            "listing_term": self._term("listing_term"),
            "early_exits": list(self._early_exits()),
            "reconsideration": self._term("reconsideration"),
            "litigation": self._term("litigation"),
            "channels": [c.name for c in regime.channels if c.holds_on(self.on) and c.basis.seen.verified],
            "basis_revoked_within": self._term("basis_revoked_within"),
        }
        blocked = any(missing.needed for missing in self.open)
        return Answer(
            regime=regime.key,
            title=regime.title,
            on=self.on,
            resolved=self.resolved,
            open=self.open,
            rule=None if blocked else sealed(parts | {"practice": self.confirmations.practice}),
        )

    # -- single values, under 从其规定

    def _won(self, key: str, kind: type[Figure[F]], *, needed: bool = True) -> Won[F] | None:
        sources = []
        for origin, holder in (
            (Origin.REGIME, self.regime),
            (Origin.DEFAULT, self.book.defaults),
            (Origin.CITY, self.book.city),
        ):
            figure = getattr(holder, key, None)
            if isinstance(figure, kind):
                sources.append(Source(origin, figure))
        return self._settle(prevail(key, sources, self.on, self.confirmations, self.book), needed)

    def _settle(self, outcome: Won[F] | Missing, needed: bool) -> Won[F] | None:
        if isinstance(outcome, Missing):
            self.open.append(outcome.model_copy(update={"needed": needed}))
            return None
        return outcome

    def _keep(self, won: Won[Any], key: str, value: Term | Statement | Level) -> None:
        self.resolved.append(
            Resolved(
                key=key,
                title=won.figure.description,
                value=value,
                basis=won.basis,
                origin=won.origin,
                since=won.since,
                reason=won.reason,
            )
        )

    def _level(self) -> Won[LevelEntry] | None:
        won = self._won("min_level", LevelFigure)
        if won is None:
            return None
        if won.value is None:
            why = f"{won.reason}；没有通用规定可以适用"
            self._lacking("min_level", MissingKind.LEVEL, won.figure.description, why, won.basis)
            return None
        level = won.value if isinstance(won.value, Level) else Level[str(won.value).upper()]
        self._keep(won, "min_level", level)
        return replace(won, value=level)

    def _consent(self) -> tuple[Statement | None, Level | None]:
        won = self._won("superior_consent", StatementFigure)
        if won is None:
            return None, None
        statement = self._stated(won, "superior_consent")
        return statement, won.entry.below if statement.holds else None

    def _statement(self, key: str, *, doubtful: bool = False) -> Statement | None:
        """A statement without which a case can still be opened; `doubtful` is how it stands while unverified."""
        won = self._won(key, StatementFigure, needed=False)
        if won is not None:
            return self._stated(won, key)
        return Statement(holds=doubtful, text="未经核实，按有利于当事人处理", basis=self.open[-1].basis)

    def _stated(self, won: Won[StatementEntry], key: str) -> Statement:
        statement = Statement(
            holds=won.value is True, text=won.entry.text, basis=won.basis, origin=won.origin
        )
        self._keep(won, key, statement)
        return statement

    # -- periods

    def _term(self, key: str, *, silence_will_do: bool = True) -> Term | None:
        won = self._won(key, TermFigure)
        if won is None:
            return None
        if won.value is None and not silence_will_do:
            self._lacking(
                key,
                MissingKind.PERIOD,
                won.figure.description,
                f"{won.reason}；本市该日也没有配置",
                won.basis,
            )
            return None
        term = self._as_term(won)
        self._keep(won, key, term)
        return term

    def _own_term(self, key: str, figure: TermFigure, origin: Origin, *, needed: bool = True) -> Term | None:
        """A period that only one place states: of a hearing, of service, of an early exit."""
        outcome = prevail(key, [Source(origin, figure)], self.on, self.confirmations, self.book)
        won = self._settle(outcome, needed)
        if won is None:
            return None
        term = self._as_term(won)
        self._keep(won, key, term)
        return term

    def _as_term(self, won: Won[TermEntry]) -> Term:
        figure = won.figure
        assert isinstance(figure, TermFigure)
        unit = won.confirmation.unit if won.confirmation else None
        if unit is None:
            unit, _ = self._unit(figure.unit, figure.act, won.value)
        return Term(
            count=won.value,
            unit=unit,
            starts=figure.starts,
            basis=won.basis,
            origin=won.origin,
            rolls=figure.rolls,
            extendable=self._extension(won.entry.extension),
        )

    def _unit(self, unit: FileUnit, act: str | None, count: int | None) -> tuple[Unit, bool]:
        """The unit, and whether it is verified: 日 of an act that nobody has read is an assumption."""
        if unit != DAYS_BY_ACT:
            return Unit(unit), True
        found, basis = unit_of_days(self.book.units, act or "", count or 0)
        return found, basis.seen.verified

    def _extension(self, entry: ExtensionEntry | None) -> Extension | None:
        """Only an extension that was seen in a text: nobody may lengthen a period on a guess."""
        if entry is None or not entry.basis.seen.verified:
            return None
        unit, verified = self._unit(entry.unit, entry.act, entry.value)
        return (
            Extension(count=entry.value, unit=unit, times=entry.times, basis=entry.basis)
            if verified
            else None
        )

    # -- what hangs on a period

    def _hearing(self) -> Hearing | None:
        given = self.regime.hearing
        if given is None:
            return None
        request = self._own_term("hearing.request_within", given.request_within, Origin.REGIME)
        notice = self._own_term("hearing.notice_before", given.notice_before, Origin.REGIME)
        if request is None or notice is None:
            return None
        return Hearing(request_within=request, notice_before=notice, basis=given.basis)

    def _service(self) -> list[ServiceRule]:
        rules = []
        for entry in self.book.service[self.regime.service]:
            deemed = None
            if entry.deemed_after is not None:
                deemed = self._own_term(f"service.{entry.method}", entry.deemed_after, Origin.DEFAULT)
            rules.append(
                ServiceRule(
                    method=entry.method,
                    deemed_after=deemed,
                    evidence=entry.evidence,
                    needs_consent=entry.needs_consent,
                    only_after_failure=entry.only_after_failure,
                    basis=entry.basis,
                )
            )
        return rules

    def _early_exits(self) -> Iterator[EarlyExit]:
        for entry, basis in self._usable("early_exits", self.regime.early_exits):
            waits = None
            if entry.waits is not None:
                waits = self._own_term(
                    f"early_exits.{entry.key}.waits", entry.waits, Origin.REGIME, needed=False
                )
                if waits is None:
                    continue
            yield EarlyExit(key=entry.key, waits=waits, conditions=entry.conditions, basis=basis)

    # -- items of lists: usable when seen in a text, or confirmed one by one

    def _usable(self, kind: str, items: Iterable[K], *, needed: bool = False) -> Iterator[tuple[K, Citation]]:
        for item in items:
            if item.holds_on(self.on):
                basis = self._confirmed(
                    f"{kind}.{item.key}", getattr(item, "title", item.key), item, item.basis, needed
                )
                if basis is not None:
                    yield item, basis

    def _confirmed(self, key: str, title: str, item: Span, basis: Citation, needed: bool) -> Citation | None:
        """What the item rests on, or None, noting that it is open."""
        if basis.seen.verified:
            return basis
        confirmation = self.confirmations.of(key, item.since)
        if confirmation is not None:
            return confirmation.citation()
        note = f"：{basis.note}" if basis.note else ""
        self.open.append(
            Missing(
                key=key,
                kind=MissingKind.ITEM,
                title=title,
                why=f"{SEEN[basis.seen]}（{basis}）{note}",
                seen=basis.seen,
                since=item.since,
                basis=basis,
                value=True,
                needed=needed,
            )
        )
        return None

    def _lacking(self, key: str, kind: MissingKind, title: str, why: str, basis: Citation) -> None:
        """Nothing speaks on that day: no case can be opened, and there is nothing to confirm."""
        self.open.append(
            Missing(
                key=key,
                kind=kind,
                title=title,
                why=why,
                seen=Seen.NOT_FOUND,
                since=self.regime.since,
                basis=basis,
                confirmable=False,
            )
        )

    def _grounds(self) -> list[Ground]:
        held = [ground for ground in self.regime.grounds if ground.holds_on(self.on)]
        if not held:
            self._lacking(
                "grounds", MissingKind.ITEM, "列入情形", "该日没有列入情形", self.regime.standard.basis
            )
        none_seen = not any(ground.basis.seen.verified for ground in held)
        return [
            Ground(key=ground.key, title=ground.title, area=ground.area, basis=basis)
            for ground, basis in self._usable("grounds", held, needed=none_seen)
        ]

    def _suspensions(self) -> list[Suspension]:
        """The regime's own come first; a default of the same key then adds nothing."""
        found: dict[str, Suspension] = {}
        for items, kind in (
            (self.regime.suspensions, "suspensions"),
            (self.book.defaults.suspensions, "default.suspensions"),
        ):
            for item, basis in self._usable(kind, items):
                found.setdefault(item.key, Suspension(key=item.key, title=item.title, basis=basis))
        return list(found.values())

    def _measures(self) -> Iterator[Measure]:
        """What a decision may choose: on the list that day, named by the regime, both verified (四（一）)."""
        for use in self.regime.measures:
            listed = self.book.measure(use.code, self.on) if use.holds_on(self.on) else None
            if listed is None:
                continue
            edition, measure = listed
            weaker = measure.basis if not measure.basis.seen.verified else use.basis
            basis = self._confirmed(f"measures.{use.code}", measure.name, use, weaker, needed=False)
            if basis is not None:
                yield Measure(
                    code=measure.code,
                    name=measure.name,
                    group=measure.group,
                    applies_to=measure.applies_to,
                    basis=basis,
                    edition=edition,
                    valid_from=measure.since,
                    valid_to=measure.to,
                )

    def _elements(self, key: str) -> list[Element]:
        """All that hold on the day: what a paper must state is asked for even where only a draft asks it."""
        entries: list[ElementEntry] = getattr(self.regime, key) or getattr(self.book.defaults, key)
        held = [Element(key=e.key, title=e.title, basis=e.basis) for e in entries if e.holds_on(self.on)]
        if not held:
            self._lacking(key, MissingKind.ITEM, "文书必备要素", "该日没有规定", entries[0].basis)
        return held


def sealed(parts: dict[str, Any]) -> Rule:
    """A rule with its version: the SM3 digest of all the rest, so that two equal rules have one version."""
    rule = Rule(**parts, version="")
    content = json.dumps(
        rule.model_dump(mode="json", exclude={"version"}), ensure_ascii=False, sort_keys=True
    )
    return rule.model_copy(update={"version": hashlib.new("sm3", content.encode()).hexdigest()})
