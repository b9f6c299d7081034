"""Which penalty records start a case at 线索. Data decides (triggers in law/regimes/); most penalties match nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from domain.citation import Citation
from domain.regimes import Authority, Lawbook, Regime, TriggerEntry
from domain.rules import Value


class PenaltyFields(Protocol):
    """What a trigger looks at in a penalty record (双公示 行政处罚)."""

    @property
    def authority_code(self) -> str: ...  # 统一社会信用代码 of the authority, or its code in our data
    @property
    def kinds(self) -> Sequence[str]: ...  # 处罚类别
    @property
    def fine_wan(self) -> Decimal | None: ...  # 罚款金额, 万元
    @property
    def confiscated_wan(self) -> Decimal | None: ...  # 没收金额, 万元
    @property
    def violation_type(self) -> str: ...  # 违法行为类型
    @property
    def facts(self) -> str: ...  # 违法事实
    @property
    def basis(self) -> str: ...  # 处罚依据
    @property
    def decided_on(self) -> date: ...  # 处罚决定日期


class TriggerHit(Value):
    """A lead: which regime, on which grounds perhaps, and why. It lists nobody; an officer judges it."""

    regime: str
    trigger: str
    title: str
    grounds: list[str]  # keys of grounds that its words suggest
    explanation: str  # Chinese; quotes only words of the rule, never the record
    basis: Citation
    verified: bool  # False: rests on a threshold that nobody has verified


def find_leads(lawbook: Lawbook, record: PenaltyFields) -> list[TriggerHit]:
    """Every regime for which the record is a lead; an unknown authority gives none."""
    authority = lawbook.authority(record.authority_code)
    if authority is None:
        return []
    hits = (trigger_matches(regime, record, authority) for regime in lawbook.regimes.values())
    return [hit for hit in hits if hit is not None]


def trigger_matches(regime: Regime, record: PenaltyFields, authority: Authority) -> TriggerHit | None:
    """The first trigger of the regime, in force on the day of the penalty, that the record meets; else None."""
    for trigger in regime.triggers:
        if trigger.holds_on(record.decided_on) and authority.kind in trigger.authorities:
            hit = _hit(regime, trigger, record, authority)
            if hit is not None:
                return hit
    return None


def _hit(
    regime: Regime, trigger: TriggerEntry, record: PenaltyFields, authority: Authority
) -> TriggerHit | None:
    reasons, basis = [f"由{authority.name}作出"], trigger.basis
    kind = next((k for k in trigger.kinds if any(k in given for given in record.kinds)), None)
    fine = trigger.fine
    if kind is not None:
        reasons.append(f"处罚类别含“{kind}”")
    elif fine is not None and record.fine_wan is not None and record.fine_wan >= fine.at_least_wan:
        doubt = "" if fine.basis.seen.verified else "（阈值未经核实）"
        reasons.append(f"罚款达到 {fine.at_least_wan} 万元{doubt}")
        basis = fine.basis
    elif trigger.kinds or fine is not None:
        return None
    titles = {ground.key: ground.title for ground in regime.grounds}
    text = "\n".join((record.violation_type, record.facts, record.basis, *record.kinds))
    found = {
        ground: next((word for word in words if word in text), None)
        for ground, words in trigger.keywords.items()
    }
    grounds = [ground for ground, word in found.items() if word is not None]
    if not grounds:
        return None
    reasons += [f"出现“{found[ground]}”，可能属于“{titles[ground]}”" for ground in grounds]
    return TriggerHit(
        regime=regime.key,
        trigger=trigger.key,
        title=trigger.title,
        grounds=grounds,
        explanation="；".join(reasons),
        basis=basis,
        verified=basis.seen.verified,
    )
