"""Whatever anybody asks for, at any time and in any order: the case stays lawful, attended, and the same in every replay.

Seeded, so that a failure comes back: the seed is noted on it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from office import is_attended, listed, waits_for
from opening_samples import (
    APPROVER,
    BY,
    FAILED,
    OFFICE_HOUR,
    OFFICER,
    PEOPLE,
    REVIEWER,
    SERVED,
    SUBJECT,
    Form,
    decided,
    form_of,
    notified,
    opened,
    ready,
)

from domain.people import Actor, Role
from domain.procedure.events import SHANGHAI, Event
from domain.procedure.forms import BasisChange, DecisionOutcome, Finding, LeniencyConclusion, ObjectionChannel
from domain.procedure.judgement import actions
from domain.procedure.outcome import Outcome
from domain.procedure.walk import Walk
from domain.refusals import Refusal
from workflows.determination import DETERMINATION
from workflows.listing import LISTING

SEEDS, COMMANDS = 45, 70
#: People who are not what they should be: second accounts, strangers, an auditor.
OTHERS: Final = (
    OFFICER.model_copy(update={"account_id": "b-1", "roles": (Role.APPROVER,)}),
    REVIEWER.model_copy(update={"account_id": "b-2", "roles": (Role.APPROVER, Role.OFFICER)}),
    APPROVER.model_copy(update={"account_id": "b-3", "authority": "nanjing-tax"}),
    SUBJECT.model_copy(update={"account_id": "b-4", "subject_ref": "subject-ref-2"}),
    OFFICER.model_copy(update={"account_id": "b-5", "roles": (Role.AUDITOR,)}),
)
_BEGINNINGS: Final = (
    opened,
    notified,
    lambda: ready(notified()),
    lambda: listed(decided(ready(notified()))),
)
_ENDING: Final = {"basis_fell", "withdraw_case"}  # open at any time: left to chance, or no case gets far
EXTRA: Final[dict[str, Form]] = {
    "void_prior_notice": {"reasons": "内容有误。"},
    "void_decision": {"reasons": "内容有误。"},
    "amend_listing": {"entry": "变更后的内容", "reasons": "处罚决定已变更。"},
}


class Wanderer:
    """Takes random steps in one case after another, and checks after each what must always hold."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.case = self.random.choice(_BEGINNINGS)()
        self.refused: set[str] = set()
        self.seen: Counter[str] = Counter()
        self.ends: set[Outcome] = set()
        self.asked = 0

    def wander(self, commands: int) -> None:
        for _ in range(commands):
            self.pass_time()
            head = len(self.case.file.events)
            self.ask()
            if len(self.case.file.events) > head:
                self.check()
            if self.case.file.outcome is Outcome.LISTED:
                self.case = listed(self.case)
            elif self.case.file.outcome in (Outcome.EXPIRED, Outcome.REVOKED):
                self.case = opened()

    # -- what happens

    def pass_time(self) -> None:
        """Days go by, and every clock that runs out on the way rings in its turn."""
        case, chance = self.case, self.random.random()
        if chance < 0.6:
            until = case.today
        elif chance < (0.95 if case.walk.course is DETERMINATION else 0.8) or not case.walk.position().alarms:
            until = case.today + timedelta(self.random.randint(1, 9))
        else:
            until = min(alarm.at for alarm in case.walk.position().alarms).date()
        while alarms := [a for a in case.walk.position().alarms if a.at <= _at(until)]:
            assert min(a.at for a in alarms) > _at(case.today) - timedelta(days=1)
            self.entered(case.run_out())
            self.check()
        case.today = until

    def ask(self) -> None:
        case, head, position = self.case, len(self.case.file.events), self.case.walk.position()
        step = self.step()
        self.asked += 1
        try:
            event = case.play(step, self.form(step), by=self.actor(step), item=self.item(step))
        except Refusal as refusal:
            self.refused |= {refusal.code, *(bar.code for bar in refusal.blocked_by)}
            for bar in refusal.blocked_by:
                assert bar.text, (step, bar)
                assert bar.clause, (step, bar)
                assert bar.fix, (step, bar)
            assert (len(case.file.events), case.walk.position()) == (head, position)
        else:
            self.entered(event)

    def step(self) -> str:
        course = self.case.file.course.steps
        duties, chance = sorted(waits_for(self.case)), self.random.random()
        if chance < 0.55 and duties:
            return self.random.choice(duties)
        if chance < 0.8 and (offered := self.offered()):
            return min(offered, key=lambda name: (self.seen[name], self.random.random()))
        return self.random.choice(list(course))

    def offered(self) -> list[str]:
        """What somebody could do now, save to end the case."""
        now = _at(self.case.today)
        every = (action for by in PEOPLE for action in actions(self.case.file, by, now))
        ending = _ENDING if self.case.walk.course is DETERMINATION else set()
        return sorted({action.action for action in every if action.allowed} - ending)

    def actor(self, step: str) -> Actor:
        roles = self.case.file.course.steps[step].roles
        fitting = [actor for actor in PEOPLE if actor.has(*roles)]
        if fitting and self.random.random() < 0.85:
            return self.random.choice(fitting)
        return self.random.choice((*PEOPLE, *OTHERS))

    def item(self, step: str) -> str:
        file = self.case.file
        of_kind = bool(file.course.steps[step].item) and not file.course.steps[step].founds_item
        waiting = [o.item for o in file.open if o.step == step and o.item]
        if waiting and self.random.random() < 0.9:
            return self.random.choice(waiting)
        usual = [""] * (1 if of_kind else 30)
        return self.random.choice([*usual, "objection-1", "objection-2", "objection-99"])

    # -- what is submitted

    def form(self, step: str) -> Form:
        form = dict(EXTRA.get(step) or form_of(step, self.case.today, self.case.file))
        pick, chance = self.random.choice, self.random.random
        if "deadline" in form and (running := self.case.file.owed_and_running()):
            form["deadline"] = pick(running)
        for flag in ("agreed", "met", "admitted", "consents", "attended", "hearing"):
            if flag in form and chance() < 0.15:
                form[flag] = not form[flag]
        choices: dict[str, list[Any]] = {
            "finding": [f.value for f in Finding],
            "channel": [c.value for c in ObjectionChannel],
            "ground": [form.get("ground"), "inspection", "nothing"],
            "count": [1, 30, 31],
            "deadline": ["decision", *self.case.file.deadlines],
        }
        for name, values in choices.items():
            if name in form and chance() < 0.3:
                form[name] = pick(values)
        match step:
            case "basis_fell":
                form["change"] = pick([change.value for change in BasisChange])
            case "confirm_effective" if chance() < 0.1:
                form["effective"] = False
            case "assess_leniency":
                form["conclusion"] = pick([conclusion.value for conclusion in LeniencyConclusion])
                form["factors"] = pick([[], ["slight"], ["slight"]])
            case "draft_decision":
                form["outcome"] = pick([DecisionOutcome.LIST.value, *DecisionOutcome])
                form["leniency"] = pick([None, "已从宽。"])
            case "raise_objection":
                form |= {"record": pick([None, "笔录1号"]), "evidence": pick([[], ["邮戳"]])}
                form["posted_on"] = pick([None, None, self.day(-9, 2)])
            case "arrange_hearing":
                form["held_on"] = self.day(0, 20)
            case "correct_paper":
                form["of_seq"] = self.random.randint(1, len(self.case.file.events))
            case _ if step.startswith("serve_"):
                form |= pick([SERVED, SERVED, SERVED, FAILED, *BY.values()]) | {"on": self.day(-2, 0)}
        if chance() < 0.03:
            form[pick(["surprise", *form])] = pick([None, "", [], 0, "很长" * 9])
        return form

    def day(self, earliest: int, latest: int) -> str:
        return (self.case.today + timedelta(self.random.randint(earliest, latest))).isoformat()

    # -- what must always hold

    def entered(self, event: Event) -> None:
        self.seen[event.step] += 1
        if event.step == "decide" and event.data["agreed"]:
            self.check_decision(event)

    def check_decision(self, decided: Event) -> None:
        """No decision without a served notice, an ended window, every objection answered, and three persons."""
        before = Walk.over(self.case.walk.course, self.case.file.events[: decided.seq - 1]).file
        assert before.served("serve_prior_notice") is not None
        assert before.last("close_objection_window") or before.last("waive_objection")
        assert before.unsettled() == []
        assert not before.suspended(before.latest_key("decision") or "")
        acts = [before.last("draft_decision"), before.last("review_decision"), decided]
        assert len({act.person for act in acts if act is not None}) == 3
        consent = before.last("give_consent")
        assert consent is not None
        if decided.data["paper"] == "listing_decision":
            assert consent.data["consents"]

    def check(self) -> None:
        case = self.case
        position, file = case.walk.position(), case.file
        assert is_attended(case)
        again = Walk.over(case.walk.course, file.events)
        assert again.position() == position
        assert again.file.deadlines == file.deadlines
        assert {key: again.file.state_of(key) for key in file.deadlines} == {
            key: file.state_of(key) for key in file.deadlines
        }
        if position.closed:
            self.ends.add(Outcome(position.outcome or ""))
            assert waits_for(case) == set()
            assert file.owed_and_running() == []
        for key in file.missed:
            assert key in file.owed
        by = self.random.choice((*PEOPLE, *OTHERS))
        for action in actions(file, by, _at(case.today)):
            assert action.allowed is not bool(action.blocked_by)


def _at(day: date) -> datetime:
    return datetime.combine(day, OFFICE_HOUR, SHANGHAI)


def test_nothing_that_anybody_does_makes_a_case_unlawful_and_every_step_is_reached() -> None:
    wanderers = [Wanderer(seed) for seed in range(SEEDS)]
    for seed, wanderer in enumerate(wanderers):
        try:
            wanderer.wander(COMMANDS)
        except BaseException as failed:
            failed.add_note(f"seed {seed}, after {wanderer.asked} commands")
            raise
    seen = {step for wanderer in wanderers for step in wanderer.seen}
    ends = {end for wanderer in wanderers for end in wanderer.ends}
    refused = {code for wanderer in wanderers for code in wanderer.refused}
    assert sum(wanderer.asked for wanderer in wanderers) >= 3_000
    assert (set(DETERMINATION.steps) | set(LISTING.steps)) - seen <= {
        "open_case",
        "enter_list",
        "paper_produced",
    }
    assert set(Outcome) == ends
    assert {"FOUR_EYES", "ROLE_MISSING", "OBJECTION_UNANSWERED", "WINDOW_OPEN", "SUSPENDED"} <= refused
