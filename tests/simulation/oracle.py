"""What the law says of a case, read from nothing but its events: slow, obvious, and independent of the product's rules.

Every question is answered from the beginning each time, by a few plain functions over the list of events. They share
no code with `domain/procedure` or `domain/days`; where the two disagree, one of them is wrong.

The procedure is that of 宁信用〔2021〕1号 三（二）–四（三）; hearing: 行政处罚法 第六十四条; service: 民事诉讼法
第八十八条至第九十五条; days: 民法典 第二百零一条至第二百零三条. Separation of duties is the office's own rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from simulation.plain_days import Rest, Standstill, day_of, last_day, midnight_after, years_on
from simulation.plain_law import Figures

from domain.people import Actor
from domain.procedure.events import Event

ELEMENTS: Final = ("facts", "basis", "measures", "removal", "remedies")
#: Those of them that an officer writes; the remedies follow from the law.
_DRAFTED: Final = ("facts", "basis", "measures", "removal")
_PROVINCE: Final = 4
_ENDED_OTHERWISE: Final = ("basis_fell", "withdraw_case")

#: Who takes a step (岗位), as the office's rules assign it.
ROLES: Final[dict[str, tuple[str, ...]]] = {
    "approver": (
        "approve_exemption", "issue_prior_notice", "void_prior_notice", "decide", "void_decision",
        "approve_suspension", "approve_extension", "correct_paper", "withdraw_case",
        "reopen_case", "revoke_listing", "amend_listing",
    ),
    "reviewer": ("review_prior_notice", "review_decision"),
    "reviewer or approver": ("admit_late_objection", "answer_objection", "issue_termination"),
    "officer or reviewer": ("hold_hearing",),
    "officer or approver": ("resume_deadline",),
    "officer or reviewer or approver": ("note",),
    "subject or officer": (
        "raise_objection", "waive_objection", "withdraw_objection", "request_hearing", "withdraw_hearing",
        "waive_hearing",
    ),
    "superior": ("give_consent",),
}  # fmt: skip
_WHO: Final = {step: tuple(roles.split(" or ")) for roles, steps in ROLES.items() for step in steps}

#: Whose hand may not be in a step: that of who took these before it.
OTHER_HANDS: Final[dict[str, tuple[str, ...]]] = {
    "approve_exemption": ("assess_leniency",),
    "review_prior_notice": ("draft_prior_notice",),
    "issue_prior_notice": ("draft_prior_notice", "review_prior_notice"),
    "answer_objection": ("verify_objection",),
    "give_consent": ("request_consent",),
    "review_decision": ("draft_decision",),
    "decide": ("draft_decision", "review_decision"),
    "revoke_listing": ("basis_fell",),
    "amend_listing": ("basis_fell",),
}
_PROPOSED: Final = {"approve_suspension": "propose_suspension", "approve_extension": "propose_extension"}


@dataclass(frozen=True)
class Clock:
    """One clock of the present round: the last day of its period (None while it stands), and how far that is sure."""

    due: date | None
    certain: bool
    owed: bool = False  # the authority's: it can be overdue
    overdue: bool = False


@dataclass(frozen=True)
class Oracle:
    """One case as the law sees it at the instant `now`."""

    events: Sequence[Event]
    law: Figures
    rest: Rest
    now: datetime
    level: int = 3  # of the deciding body: 2 district, 3 city, 4 province
    authority: str = ""
    superior: str | None = None
    subject_ref: str = ""
    measures: frozenset[str] = frozenset()  # the regime's, for this kind of subject

    # -- the file, read from its beginning

    @cached_property
    def begun(self) -> list[int]:
        """Seqs of what began the procedure anew: a reopening, or a change of the founding document."""
        return [event.seq for event in self.events if self.begins_anew(event)]

    @cached_property
    def round(self) -> list[Event]:
        """What counts now: the events since the procedure last began."""
        return list(self.events[self.begun[-1] if self.begun else 0 :])

    def begins_anew(self, event: Event) -> bool:
        return event.step == "reopen_case" or event.data.get("change") == "changed"

    def all(self, *steps: str, item: str | None = None) -> list[Event]:
        return [e for e in self.round if e.step in steps and (item is None or e.item == item)]

    def last(self, *steps: str, item: str | None = None) -> Event | None:
        acts = self.all(*steps, item=item)
        return acts[-1] if acts else None

    def granted(self, step: str, item: str | None = None) -> Event | None:
        """The last act of a step, if it agreed, and what it issued was not voided."""
        act = self.last(step, item=item)
        voided = (
            any(e.data["voids"] == act.seq for e in self.events if e.step.startswith("void_"))
            if act
            else False
        )
        return act if act is not None and act.data["agreed"] and not voided else None

    # -- service

    def served_on(self, step: str, item: str | None = None) -> date | None:
        """The day on which a paper counts as served; by announcement only when its days have passed."""
        act = self.last(step, item=item)
        if act is None or act.data["outcome"] != "served":
            return None
        day = date.fromisoformat(act.data["on"])
        if act.data["method"] != "announcement":
            return day
        day += timedelta(self.law.announcement)
        return day if self.now_for(act) >= midnight_after(day) else None

    def interruption(self) -> Event | None:
        """What ended the case out of its course, in this round."""
        return self.last(*_ENDED_OTHERWISE)

    def ended_by(self) -> Event | None:
        """What ended the case without a decision: an interruption, or that nothing founds it."""
        unfounded = [
            act
            for act in self.all("confirm_effective", "confirm_ground")
            if not act.data.get("effective", True) or not act.data.get("met", True)
        ]
        return self.interruption() or (unfounded[-1] if unfounded else None)

    def now_for(self, act: Event) -> datetime:
        """The instant up to which what began with `act` can go on: nothing goes on once the case is being ended."""
        broken = self.interruption()
        return self.now if broken is None or act.seq > broken.seq else min(self.now, broken.received_at)

    # -- the subject speaks

    def window(self) -> tuple[date, datetime] | None:
        """Last day of the window, and the instant from which it is closed (by waiver, or because it ended)."""
        served = self.served_on("serve_prior_notice")
        if served is None:
            return None
        due = self._days(served, self.law.window)
        waived = self.last("waive_objection")
        ends = midnight_after(due)
        return due, min(ends, waived.received_at) if waived else ends

    def window_is_over(self) -> bool:
        window = self.window()
        return window is not None and self.now >= window[1]

    def is_late(self, raised: Event) -> bool | None:
        """Whether an objection came after the window; None where nobody can say yet (the calendar is not out)."""
        before = replace(self, now=raised.received_at)
        window = before.window()
        if window is None:
            return False
        if window[0] > self.rest.certain_through:
            return None
        posted = raised.data["posted_on"]
        if posted is not None and date.fromisoformat(posted) <= window[0]:
            return False
        # What was handed in before the waiver is in time although it is dealt with after it.
        return raised.received_at >= window[1]

    def unanswered(self) -> list[str]:
        """Objections without a written answer that has reached the subject: withdrawn ones need none."""
        return [raised.item for raised in self.all("raise_objection") if not self._answered(raised.item)]

    def _answered(self, item: str) -> bool:
        if self.last("withdraw_objection", item=item):
            return True
        admitted = self.last("admit_late_objection", item=item)
        if admitted is not None and not admitted.data["admitted"]:
            return self.served_on("serve_late_answer", item) is not None
        answered = self.granted("answer_objection", item)
        return answered is not None and self.served_on("serve_answer", item) is not None

    def hearing_is_open(self) -> bool:
        """One was asked for and is still to come, or can still be asked for."""
        if self.law.hearing is None:
            return False
        asked = self.last("request_hearing")
        if asked is not None:
            ended = self.last("hold_hearing", "withdraw_hearing")
            return ended is None or ended.seq < asked.seq
        served = self.served_on("serve_prior_notice")
        given_up = any(e.data["hearing"] for e in self.all("waive_objection")) or self.all("waive_hearing")
        if served is None or given_up:
            return False
        return self.now < midnight_after(self._days(served, self.law.hearing))

    # -- the decision

    def consent_wanted(self) -> bool:
        return self.law.superior_consents and self.level < _PROVINCE

    def why_not_draft(self, draft: dict[str, Any]) -> set[str]:
        """What forbids to propose this decision now."""
        why = set()
        if self.served_on("serve_prior_notice") is None:
            why.add("notice")
        if not self.window_is_over():
            why.add("window")
        if self.unanswered():
            why.add("objection")
        if self.hearing_is_open():
            why.add("hearing")
        consent = self.last("give_consent")
        if self.consent_wanted() and consent is None:
            why.add("consent")
        if draft["outcome"] != "list":
            return why if draft["basis"] else why | {"element"}
        if consent is not None and not consent.data["consents"]:
            why.add("consent")
        if self._lacks_an_element(draft):
            why.add("element")
        if self._measures_wrong(draft):
            why.add("measures")
        return why

    def _lacks_an_element(self, draft: dict[str, Any]) -> bool:
        """事由、依据、惩戒措施提示、移出条件和程序、救济措施 (四（三）), and what becomes of objections and leniency."""
        # Whichever paper carries the decision; one that rests on the penalty decision refers to it for the removal.
        lacking = {element for element in _DRAFTED if not draft[element]}
        if draft["carrier"] == "penalty_decision":
            lacking = (lacking - {"removal"}) | (set(ELEMENTS) - set(draft["penalty_elements"]))
        assessed = self.last("assess_leniency")
        lenient = assessed is not None and assessed.data["conclusion"] == "lenient"
        silent = (self.all("raise_objection") and not draft["objections"]) or (
            lenient and not draft["leniency"]
        )
        return bool(lacking or silent)

    def _measures_wrong(self, draft: dict[str, Any]) -> bool:
        """From the list, announced, each once, and forcing nobody else (四（一）（二）)."""
        codes = [measure["code"] for measure in draft["measures"]]
        noticed = self.last("draft_prior_notice")
        announced = set(noticed.data["measures"]) if noticed else set()
        forced = any(measure.get("forces_third_parties") for measure in draft["measures"])
        return forced or len(codes) != len(set(codes)) or not set(codes) <= announced & self.measures

    def why_not_decide(self, by: Actor) -> set[str]:
        """What forbids that this person decides now on what was last drafted."""
        drafted, reviewed = self.last("draft_decision"), self.last("review_decision")
        decided = self.last("decide", "void_decision")
        if drafted is None or reviewed is None or not reviewed.data["agreed"] or reviewed.seq < drafted.seq:
            return {"turn"}
        if self.interruption() or (decided is not None and decided.seq > reviewed.seq):
            return {"turn"}
        why = self.why_not_draft(drafted.data)
        if any(raised.seq > drafted.seq for raised in self.all("raise_objection")):
            why.add("outdated")
        if self._stands("decision")[-1:] and self._stands("decision")[-1][1] is None:
            why.add("suspended")
        if not self.has_the_office("decide", by):
            why.add("role")
        if self.is_same_hand("decide", by, ""):
            why.add("hand")
        return why

    # -- who

    def has_the_office(self, step: str, by: Actor) -> bool:
        """Whether the person holds the post that takes the step, and holds it in this case."""
        wanted = _WHO.get(step, ("officer",))
        for role in by.roles:
            if role.value not in wanted:
                continue
            if role.value == "subject":
                at_home = by.subject_ref is not None and by.subject_ref == self.subject_ref
            elif role.value == "superior":
                at_home = by.authority is not None and by.authority == self.superior
            else:
                at_home = by.authority == self.authority
            if at_home:
                return True
        return False

    def is_same_hand(self, step: str, by: Actor, item: str) -> bool:
        """Whether the person, or who acts through them, had a hand in what another has to have done."""
        mine = _hands(by)
        acts = [self.last(other, item=item or None) for other in OTHER_HANDS.get(step, ())]
        if step == "issue_termination":
            acts = [self.ended_by()]
        return any(act is not None and act.actor is not None and mine & _hands(act.actor) for act in acts)

    # -- clocks

    def clocks(self, closed_at: datetime | None) -> dict[str, Clock]:
        """Every clock that has been set going in this round, by name; `closed_at`: when the case was closed."""
        found: dict[str, Clock] = {}
        served = self.served_on("serve_prior_notice")
        if served is not None:
            found["objection_window"] = self._clock(self._days(served, self.law.window))
            if self.law.hearing is not None:
                found["hearing_request"] = self._clock(self._days(served, self.law.hearing))
        for act in self.round:
            if act.step.startswith("serve_") and _announced(act):
                day = date.fromisoformat(act.data["on"]) + timedelta(self.law.announcement)
                found[f"deemed:{act.step}:{act.item}" if act.item else f"deemed:{act.step}"] = Clock(
                    day, True
                )
        for raised in self.all("raise_objection"):
            key = f"verification:{raised.item}"
            due = self._owed(key, day_of(raised.received_at), self.law.verification, working=True)
            found[key] = self._owed_clock(due, self._verified_at(raised.item), closed_at)
        start = self._decision_start()
        if start is not None:
            due = self._owed("decision", start, self.law.decision, working=self.law.decision_in_working_days)
            decided = self.granted("decide")
            found["decision"] = self._owed_clock(due, decided.received_at if decided else None, closed_at)
        return found

    def _decision_start(self) -> date | None:
        if self.law.decision_from == "opening":
            return day_of(self.events[self.begun[-1] - 1 if self.begun else 0].received_at)
        if self.law.decision_from == "payment":
            ground = self.last("confirm_ground")
            stated = ground.data["counted_from"] if ground is not None and ground.data["met"] else None
            return date.fromisoformat(stated) if stated else None
        window, notice = self.window(), self.last("serve_prior_notice")
        if window is None or notice is None or self.now_for(notice) < window[1]:
            return None
        due, closed = window
        return due if closed == midnight_after(due) else day_of(closed)

    def _verified_at(self, item: str) -> datetime | None:
        done = [
            act.received_at
            for act in self.round
            if act.item == item
            and (
                act.step == "withdraw_objection"
                or (act.step == "answer_objection" and act.data["agreed"])
                or (act.step == "admit_late_objection" and not act.data["admitted"])
            )
        ]
        return done[0] if done else None

    def _stands(self, key: str) -> list[Standstill]:
        """When the clock stood, by the approved standstills and the resumptions of it."""
        name = self._name(key)
        stands: list[Standstill] = []
        for act in self.round:
            if act.data.get("deadline") != name:
                continue
            if act.step == "approve_suspension" and act.data["agreed"]:
                stands.append((day_of(act.received_at), None))
            elif act.step == "resume_deadline":
                stands[-1] = (stands[-1][0], day_of(act.received_at))
        return stands

    def _name(self, key: str) -> str:
        """How the people of the case name a clock of this round."""
        return f"{key}@{len(self.begun) + 1}" if self.begun else key

    def _owed(self, key: str, start: date, count: int, *, working: bool) -> date | None:
        name = self._name(key)
        longer = sum(
            act.data["count"]
            for act in self.all("approve_extension")
            if act.data["deadline"] == name and act.data["agreed"]
        )
        return last_day(start, count + longer, working=working, rest=self.rest.days, stands=self._stands(key))

    def _owed_clock(self, due: date | None, done: datetime | None, closed_at: datetime | None) -> Clock:
        broken = self.interruption()
        stops = [at for at in (done, closed_at, broken.received_at if broken else None, self.now) if at]
        certain = due is None or due <= self.rest.certain_through
        overdue = due is not None and certain and min(stops) >= midnight_after(due)
        return Clock(due, certain, owed=True, overdue=overdue)

    def _clock(self, due: date) -> Clock:
        return Clock(due, due <= self.rest.certain_through)

    def _days(self, start: date, count: int) -> date:
        due = last_day(start, count, working=True, rest=self.rest.days)
        assert due is not None
        return due

    # -- how it ends

    def outcome(self) -> str | None:
        """How the determination has ended, if it has; the subject who was told of it is told of its end."""
        broken = self.interruption()
        if broken is not None:
            end = "basis_fell" if broken.step == "basis_fell" else "withdrawn"
            return end if self._told_of_the_end() else None
        effective, ground = self.last("confirm_effective"), self.last("confirm_ground")
        if effective is not None and not effective.data["effective"]:
            return "basis_not_effective" if self._told_of_the_end() else None
        if ground is not None and not ground.data["met"]:
            return "no_ground" if self._told_of_the_end() else None
        if self.granted("approve_exemption") and self.served_on("serve_exemption"):
            return "exempted"
        drafted = self.last("draft_decision")
        if drafted is None or not self.granted("decide") or not self.served_on("serve_decision"):
            return None
        return {"list": "listed", "not_list": "not_listed", "terminate": "terminated"}[
            drafted.data["outcome"]
        ]

    def _told_of_the_end(self) -> bool:
        since = max((e.seq for e in self.events if e.step == "reopen_case"), default=0)
        voided = {e.data["voids"] for e in self.events if e.step == "void_prior_notice"}
        told = any(
            e.step == "issue_prior_notice" and e.data["agreed"] and e.seq > since and e.seq not in voided
            for e in self.events
        )
        return not told or self.served_on("serve_termination") is not None


@dataclass(frozen=True)
class ListOracle(Oracle):
    """A period on the list: until its term ends, or what it rests on falls and the listing is revoked (三（二）)."""

    listed_on: date = date.min

    def clocks(self, closed_at: datetime | None) -> dict[str, Clock]:
        found = {"listing_term": Clock(years_on(self.listed_on, self.law.years), True)}
        if self.law.revocation is None:
            return found
        for fell in self.all("basis_fell"):
            due = self._days(day_of(fell.received_at), self.law.revocation)
            later = [e for e in self.all("revoke_listing", "amend_listing", "basis_fell") if e.seq > fell.seq]
            done = next((e.received_at for e in later if e.data.get("agreed", True)), None)
            stops = [at for at in (done, closed_at, self.now) if at]
            certain = due <= self.rest.certain_through
            overdue = certain and min(stops) >= midnight_after(due)
            found[f"revocation:{fell.seq}"] = Clock(due, certain, owed=True, overdue=overdue)
        return found

    def begins_anew(self, event: Event) -> bool:
        return False

    def interruption(self) -> Event | None:
        return None

    def outcome(self) -> str | None:
        revoked = self.granted("revoke_listing")
        if self.now >= midnight_after(years_on(self.listed_on, self.law.years)) and revoked is None:
            return "expired"
        return "revoked" if revoked else None


def _announced(act: Event) -> bool:
    served: bool = act.data["outcome"] == "served" and act.data["method"] == "announcement"
    return served


def _hands(actor: Actor) -> set[str]:
    lent = actor.on_behalf_of
    return {actor.person_id} | ({lent.person_id} if lent else set())
