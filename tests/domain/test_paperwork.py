"""What each paper says, drawn up from cases that were really driven through the procedure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

from opening_samples import (
    Case,
    answered,
    assessed,
    decided,
    notified,
    opened,
    ready,
)

from domain.papers import PaperKind


def one(case: Case, kind: PaperKind) -> Any:
    """The content of the only paper of this kind."""
    (paper,) = case.papers_of(kind)
    return paper.content


def exempted() -> Case:
    case = opened()
    case.play("confirm_effective")
    case.play("confirm_ground")
    case.play(
        "assess_leniency",
        factors=["force_majeure", "slight"],
        conclusion="exempt",
        reasons="防汛期间，危害轻微。",
    )
    case.play("approve_exemption")
    return case


def late_refused() -> Case:
    case = notified()
    case.run_out_until("close_objection_window")
    case.play("raise_objection", on=case.today + timedelta(days=1))
    case.play("admit_late_objection")
    return case


def heard() -> Case:
    case = notified()
    case.play("request_hearing")
    case.play("arrange_hearing", held_on="2026-03-16")
    return case


def suspended_and_resumed() -> Case:
    case = assessed()
    case.play("propose_suspension", on=date(2026, 3, 10))
    case.play("approve_suspension")
    case.play("resume_deadline", on=date(2026, 3, 18))
    return case


def extended() -> Case:
    case = assessed()
    case.play("propose_extension", on=date(2026, 5, 20))
    case.play("approve_extension")
    return case


def basis_gone() -> Case:
    case = notified()
    case.play("basis_fell", on=date(2026, 3, 5))
    case.play("issue_termination")
    return case


def corrected() -> Case:
    case = notified()
    issued = case.file.last("issue_prior_notice")
    assert issued is not None
    case.play("correct_paper", of_seq=issued.seq)
    return case


STORIES: dict[PaperKind, Callable[[], Case]] = {
    PaperKind.PRIOR_NOTICE: notified,
    PaperKind.SERVICE_RETURN: notified,
    PaperKind.OBJECTION_ACCEPTANCE: lambda: answered(notified()),
    PaperKind.OBJECTION_ANSWER: lambda: answered(notified()),
    PaperKind.LATE_OBJECTION_ANSWER: late_refused,
    PaperKind.LISTING_DECISION: lambda: decided(ready(answered(notified()))),
    PaperKind.NON_LISTING_DECISION: lambda: decided(ready(notified()), outcome="not_list"),
    PaperKind.EXEMPTION_DECISION: exempted,
    PaperKind.TERMINATION_NOTICE: basis_gone,
    PaperKind.EXTENSION_NOTICE: extended,
    PaperKind.SUSPENSION_NOTICE: suspended_and_resumed,
    PaperKind.RESUMPTION_NOTICE: suspended_and_resumed,
    PaperKind.HEARING_NOTICE: heard,
    PaperKind.CORRECTION_NOTICE: corrected,
}


@cache
def told(kind: PaperKind) -> Case:
    """The story that ends in a paper of this kind; read only."""
    return STORIES[kind]()
