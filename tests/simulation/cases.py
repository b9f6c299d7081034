"""Cases as they come to the desk: openings on any day, in every regime that ships, some of which the law forbids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from opening_samples import (
    DOCUMENT_FORM,
    PERSON_FORM,
    SUBJECT_FORM,
    sample_opening,
    sample_rule,
)
from simulation.oracle import ListOracle, Oracle
from simulation.plain_days import Rest, rest_days
from simulation.plain_law import FIGURES

from domain.procedure.events import Event
from domain.procedure.opening import Authority, ListingOpening, Opening
from domain.procedure.walk import Walk
from domain.rules import Rule
from law.loader import load_lawbook
from workflows.determination import DETERMINATION
from workflows.listing import LISTING

BEIJING: Final = ZoneInfo("Asia/Shanghai")

#: Opening days: ordinary ones, the eves of the long holidays, and those on which next year's notice was not out yet.
DAYS: Final = tuple(
    date.fromisoformat(day)
    for day in (
        "2023-11-20", "2023-12-28", "2024-02-07", "2024-04-30", "2024-06-03", "2024-09-12", "2024-11-05", "2024-12-20",
        "2025-01-22", "2025-03-10", "2025-04-29", "2025-07-01", "2025-09-24", "2025-11-03", "2025-12-15", "2026-02-11",
        "2026-03-02", "2026-04-28", "2026-05-18", "2026-08-03", "2026-09-17", "2026-11-20", "2026-12-23", "2027-03-01",
    )
)  # fmt: skip


@dataclass
class SimulatedCase:
    """One case under way: the walk that goes along with its events, and the law's own view of the same events."""

    walk: Walk
    authority: Authority
    oracle: Oracle
    opened_at: datetime
    now: datetime
    closed_at: datetime | None = None

    def law(self, now: datetime | None = None) -> Oracle:
        """The law's view now."""
        return replace(self.oracle, events=self.walk.file.events, now=now or self.now)


#: What can be wrong with an opening, one thing at a time, and the code of its refusal.
FLAWS: Final[Mapping[str, str]] = {
    "rank": "RANK_TOO_LOW",
    "not their list": "LIST_NOT_ADMISSIBLE",
    "no such ground": "LIST_NOT_ADMISSIBLE",
    "not founded on that": "BASIS_NOT_ALLOWED",
    "not effective": "BASIS_NOT_EFFECTIVE",
    "made tomorrow": "BASIS_NOT_EFFECTIVE",
    "born after it": "DATE_IMPOSSIBLE",
    "no officer": "ROLE_MISSING",
}


@dataclass(frozen=True)
class Application:
    """An opening as it is handed in, and what is wrong with it (None: nothing)."""

    opening: Opening
    received_at: datetime
    flaw: str | None


def application(random: Random) -> Application:
    """The next opening at the desk, one in ten of them flawed."""
    # The richest procedure comes more often: hearing, superior's consent, extension, a period for revocation.
    regime, on = random.choice([*FIGURES, "market_regulation"]), random.choice(DAYS)
    flaw = random.choice(list(FLAWS)) if random.random() < 0.1 else None
    rule = rule_of(regime, on, all_confirmed=random.random() < 0.8)
    codes = _bodies(regime)
    code = "zhuzhen-town" if flaw == "rank" else random.choice(codes)
    if flaw == "not their list":
        code = "nanjing-health"
    decided = on - timedelta(random.randint(0, 200))
    document = {
        **DOCUMENT_FORM,
        "decided_on": decided.isoformat(),
        "served_on": decided.isoformat(),
        "effective_on": decided.isoformat(),
        "effectiveness": random.choice(["effective", "unknown"]),
    }
    changes: dict[str, Any] = {}
    subject: Mapping[str, Any] = SUBJECT_FORM
    person = random.random() < 0.25 and "natural_person" in [kind.value for kind in rule.subjects]
    if person:
        subject = {**PERSON_FORM, "born_on": _born(decided, random)}
    match flaw:
        case "not founded on that":
            document["kind"] = "other_by_law"  # without naming what permits it
        case "not effective":
            document["effectiveness"] = "not_effective"
        case "made tomorrow":
            document |= dict.fromkeys(
                ("decided_on", "served_on", "effective_on"), (on + timedelta(1)).isoformat()
            )
        case "born after it":
            subject = {**PERSON_FORM, "born_on": (decided + timedelta(1)).isoformat()}
    opening = sample_opening(rule, subject=subject, document=document, authority=code, **changes)
    if flaw == "no such ground":
        form = opening.form.model_copy(update={"ground": "nothing"})
        opening = opening.model_copy(update={"form": form})
    hour = time(random.randint(0, 23), random.randint(0, 59), random.randint(0, 59))
    return Application(opening, datetime.combine(on, hour, BEIJING), flaw)


def _born(decided: date, random: Random) -> str:
    """Grown up on the day of the document, not quite, or on that very day (民法典 第十七条)."""
    age = random.choice([18, 18, 30, 60, 17])
    slip = random.choice([0, 0, 1, -1])
    born = date(decided.year - age, decided.month, min(decided.day, 28)) + timedelta(slip)
    return born.isoformat()


@lru_cache(maxsize=512)
def rule_of(regime: str, on: date, *, all_confirmed: bool = True) -> Rule:
    """The regime's rule of the day; not `all_confirmed`: the legal officer has not confirmed every measure yet."""
    rule = sample_rule(regime, on)
    if all_confirmed or len(rule.measures) == 1:
        return rule
    return rule.model_copy(update={"measures": rule.measures[:-1], "version": f"{rule.version}-early"})


@lru_cache(maxsize=16)
def _bodies(regime: str) -> list[str]:
    """Bodies that keep this list and are of the level for it: district and above (宁信用〔2021〕1号 四（三）)."""
    book = load_lawbook()
    return [code for code, body in book.authorities.items() if regime in body.regimes and body.level >= 2]


def opened(application: Application, event: Event) -> SimulatedCase:
    """The case that an admitted opening begins."""
    walk = Walk(DETERMINATION)
    walk.feed(event)
    return _case(walk, application.opening, application.received_at, Oracle, {})


def listed(case: SimulatedCase) -> SimulatedCase:
    """The period on the list that follows. Raises BeyondHorizon where its end lies past the calendar."""
    file = case.walk.file
    served = case.law().served_on("serve_decision")
    decided = file.last("decide")
    assert decided is not None
    assert served is not None
    assert served == file.effective_on
    opening = ListingOpening(
        **file.opening.model_dump(exclude={"listed_by"}),
        listed_by="case-1",
        listed_on=served,
        decision_number=decided.data["number"],
    )
    event = Event(
        seq=1,
        command="office-1",
        step=LISTING.opens_with,
        received_at=case.now,
        at=case.now,
        data=opening.model_dump(mode="json"),
    )
    walk = Walk(LISTING)
    walk.feed(event)
    return _case(walk, opening, case.now, ListOracle, {"listed_on": served})


def _case(
    walk: Walk, opening: Opening, at: datetime, kind: type[Oracle], more: dict[str, Any]
) -> SimulatedCase:
    rule, authority = opening.rule, opening.authority
    oracle = kind(
        events=walk.file.events,
        law=FIGURES[rule.regime],
        rest=known_rest(rule.on),
        now=at,
        level=int(authority.level),
        authority=authority.code,
        superior=authority.superior,
        subject_ref=opening.subject_ref,
        measures=frozenset(m.code for m in rule.measures if opening.subject.kind in m.applies_to),
        **more,
    )
    return SimulatedCase(walk, authority, oracle, opened_at=at, now=at)


@lru_cache(maxsize=64)
def known_rest(on: date) -> Rest:
    """The rest days that a case opened on that day knows."""
    return rest_days(on)
