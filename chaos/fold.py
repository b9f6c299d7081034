"""What a case must look like after its events, told a second time: plainly, one event after the other.

It shares no code with the procedure, its walk or the read model: where they and this differ, one of them is wrong.
It knows the steps that the stories of `chaos.story` take, and refuses any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class RawEvent:
    """An event as it stands in the record, decrypted."""

    seq: int
    command: str
    step: str
    item: str
    received_at: datetime
    data: Mapping[str, Any]


@dataclass
class Expected:
    """How the case must stand in the record and in its workflow."""

    head: int = 0
    version: int = 0
    stage: str = "lead"
    outcome: str | None = None
    tasks: set[tuple[str, str]] = field(default_factory=set)
    deadlines: dict[str, str] = field(default_factory=dict)
    papers: dict[int, str | None] = field(default_factory=dict)  # event → digest of the paper it issued


def fold(events: Sequence[RawEvent]) -> Expected:
    """The case after all its events. Raises KeyError for a step that no story takes."""
    if events[0].step == "enter_list":
        return _on_the_list(events)
    case = _Determination(events[0].data)
    for event in events:
        case.take(event)
    return case.result


def _on_the_list(events: Sequence[RawEvent]) -> Expected:
    steps = [event.step for event in events]
    if steps not in (["enter_list"], ["enter_list", "expire"]):
        raise KeyError(steps)
    expired = len(steps) == 2
    return Expected(
        head=len(steps),
        version=len(steps),
        stage="listed",
        outcome="expired" if expired else None,
        deadlines={"listing_term": "met" if expired else "running"},
    )


class _Determination:
    def __init__(self, opening: Mapping[str, Any]) -> None:
        self.result = Expected()
        rule, level = opening["rule"], opening["authority"]["level"]
        self.decision = rule["decision"]
        self.answer_in_time = rule["verification"]["count"] is not None
        self.hearing = rule["hearing"] is not None
        below = rule["superior_consent_below"]
        self.consent = rule["superior_consent"]["holds"] and (below is None or level < below)
        self.after_paper: dict[int, Callable[[], None]] = {}
        self.owed_to: set[str] = set()  # objections that still want an answer, or its service
        self.waits_for_objections = False

    def take(self, event: RawEvent) -> None:
        result = self.result
        result.head = event.seq
        if event.step != "paper_produced":
            result.version = event.seq
        if "paper" in event.data:
            result.papers[event.seq] = None
        _STEPS[event.step](self, event)
        if self.waits_for_objections and not self.owed_to:
            self.waits_for_objections = False
            self.objections_are_settled()

    # -- helpers

    def main(self, *steps: str, stage: str | None = None) -> None:
        """The main course now waits for these; tasks of objections stay."""
        self.result.tasks = {task for task in self.result.tasks if task[1]} | {(step, "") for step in steps}
        if stage is not None:
            self.result.stage = stage

    def of(self, item: str, *steps: str) -> None:
        """The objection now waits for these."""
        self.result.tasks = {task for task in self.result.tasks if task[1] != item}
        self.result.tasks |= {(step, item) for step in steps}

    def end(self, outcome: str, stage: str = "closed") -> None:
        self.result.tasks = set()
        self.result.outcome, self.result.stage = outcome, stage
        for key, state in self.result.deadlines.items():
            if state == "running":
                self.result.deadlines[key] = "lapsed"

    # -- from the lead to the notice

    def open_case(self, _: RawEvent) -> None:
        if self.decision["starts"] == "case_opened" and self.decision["count"] is not None:
            self.result.deadlines["decision"] = "running"
        self.main("confirm_effective", stage="lead")

    def confirm_effective(self, event: RawEvent) -> None:
        if event.data["effective"]:
            self.main("confirm_ground")
        else:
            self.end("basis_not_effective")

    def confirm_ground(self, event: RawEvent) -> None:
        if event.data["met"]:
            self.main("assess_leniency", stage="assessment")
        else:
            self.end("no_ground")

    def assess_leniency(self, event: RawEvent) -> None:
        if event.data["conclusion"] == "exempt":
            self.main("approve_exemption", stage="exemption")
        else:
            self.main("draft_prior_notice", stage="prior_notice")

    def approve_exemption(self, event: RawEvent) -> None:
        if not event.data["agreed"]:
            self.main("assess_leniency", stage="assessment")
            return
        self.main()
        self.after_paper[event.seq] = lambda: self.main("serve_exemption")

    def serve_exemption(self, event: RawEvent) -> None:
        if event.data["outcome"] == "served":
            self.end("exempted")

    def draft_prior_notice(self, _: RawEvent) -> None:
        self.main("review_prior_notice")

    def review_prior_notice(self, event: RawEvent) -> None:
        self.main("issue_prior_notice" if event.data["agreed"] else "draft_prior_notice")

    def issue_prior_notice(self, event: RawEvent) -> None:
        if not event.data["agreed"]:
            self.main("draft_prior_notice")
            return
        self.main()
        self.after_paper[event.seq] = lambda: self.main(
            "serve_prior_notice", "void_prior_notice", stage="service"
        )

    def serve_prior_notice(self, event: RawEvent) -> None:
        if event.data["outcome"] != "served":
            return
        self.main(stage="objection_window")
        self.result.deadlines["objection_window"] = "running"
        if self.hearing:
            self.result.deadlines["hearing_request"] = "running"

    # -- objections

    def window_ends(self, _: RawEvent) -> None:
        self.result.deadlines["objection_window"] = "met"
        if self.decision["starts"] == "window_closed" and self.decision["count"] is not None:
            self.result.deadlines["decision"] = "running"
        self.main(stage="verification")
        self.waits_for_objections = True

    def raise_objection(self, event: RawEvent) -> None:
        self.owed_to.add(event.item)
        if self.answer_in_time:
            self.result.deadlines[f"verification:{event.item}"] = "running"
        self.of(event.item, "admit_late_objection" if event.data["late"] else "accept_objection")

    def admit_late_objection(self, event: RawEvent) -> None:
        if event.data["admitted"]:
            self.of(event.item, "accept_objection")
            return
        self.met(event.item)
        self.of(event.item)
        self.after_paper[event.seq] = lambda: self.of(event.item, "serve_late_answer")

    def accept_objection(self, event: RawEvent) -> None:
        self.of(event.item)
        self.after_paper[event.seq] = lambda: self.of(event.item, "verify_objection")

    def verify_objection(self, event: RawEvent) -> None:
        self.of(event.item, "answer_objection")

    def answer_objection(self, event: RawEvent) -> None:
        if not event.data["agreed"]:
            self.of(event.item, "verify_objection")
            return
        self.of(event.item)

        def answered() -> None:
            self.met(event.item)
            self.of(event.item, "serve_answer")

        self.after_paper[event.seq] = answered

    def serve_answer(self, event: RawEvent) -> None:
        if event.data["outcome"] == "served":
            self.of(event.item)
            self.owed_to.discard(event.item)

    def withdraw_objection(self, event: RawEvent) -> None:
        self.met(event.item)
        self.of(event.item)
        self.owed_to.discard(event.item)

    def met(self, item: str) -> None:
        if self.answer_in_time:
            self.result.deadlines[f"verification:{item}"] = "met"

    # -- consent and decision

    def objections_are_settled(self) -> None:
        if self.consent:
            self.main("request_consent", stage="consent")
        else:
            self.main("draft_decision", stage="decision")

    def request_consent(self, _: RawEvent) -> None:
        self.main("give_consent")

    def give_consent(self, _: RawEvent) -> None:
        self.main("draft_decision", stage="decision")

    def draft_decision(self, _: RawEvent) -> None:
        self.main("review_decision")

    def review_decision(self, event: RawEvent) -> None:
        self.main("decide" if event.data["agreed"] else "draft_decision")

    def decide(self, event: RawEvent) -> None:
        if not event.data["agreed"]:
            self.main("draft_decision")
            return
        if "decision" in self.result.deadlines:
            self.result.deadlines["decision"] = "met"
        if self.result.deadlines.get("hearing_request") == "running":
            self.result.deadlines["hearing_request"] = "lapsed"  # the time to speak is over
        self.outcome = {"listing_decision": "listed", "non_listing_decision": "not_listed"}[
            event.data["paper"]
        ]
        self.main(stage="decision_service")
        self.after_paper[event.seq] = lambda: self.main("serve_decision", "void_decision")

    def serve_decision(self, event: RawEvent) -> None:
        if event.data["outcome"] == "served":
            self.end(self.outcome, "listed" if self.outcome == "listed" else "closed")

    # -- the office's machinery and clock

    def paper_produced(self, event: RawEvent) -> None:
        issued = event.data["of_seq"]
        self.result.papers[issued] = event.data["sm3"]
        if issued in self.after_paper and self.result.outcome is None:
            self.after_paper.pop(issued)()

    def miss_deadline(self, event: RawEvent) -> None:
        self.result.deadlines[event.data["deadline"]] = "overdue"

    def nothing(self, _: RawEvent) -> None:
        """The event is on file, and that is all."""


_STEPS: Mapping[str, Callable[[_Determination, RawEvent], None]] = {
    "close_objection_window": _Determination.window_ends,
    "waive_objection": _Determination.window_ends,
    "serve_late_answer": _Determination.serve_answer,
    "note": _Determination.nothing,
} | {
    name: getattr(_Determination, name)
    for name in (
        "open_case",
        "confirm_effective",
        "confirm_ground",
        "assess_leniency",
        "approve_exemption",
        "serve_exemption",
        "draft_prior_notice",
        "review_prior_notice",
        "issue_prior_notice",
        "serve_prior_notice",
        "raise_objection",
        "admit_late_objection",
        "accept_objection",
        "verify_objection",
        "answer_objection",
        "serve_answer",
        "withdraw_objection",
        "request_consent",
        "give_consent",
        "draft_decision",
        "review_decision",
        "decide",
        "serve_decision",
        "paper_produced",
        "miss_deadline",
    )
}
