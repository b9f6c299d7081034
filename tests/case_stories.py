"""Whole cases as they run on the server, one a path: the tests play them, and kept histories come from them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final

from live_office import LiveCase, LiveOffice
from opening_samples import BY, FAILED, SUBJECT

ASSESSED: Final = ("confirm_effective", "confirm_ground", "assess_leniency")
NOTICE: Final = ("draft_prior_notice", "review_prior_notice", "issue_prior_notice")
HEARD: Final = ("accept_objection", "verify_objection", "answer_objection", "serve_answer")
DECIDED: Final = ("draft_decision", "review_decision", "decide", "serve_decision")
CONSENT: Final = ("request_consent", "give_consent")


async def notified(office: LiveOffice) -> LiveCase:
    case = await office.open()
    await case.take_all((*ASSESSED, *NOTICE, "serve_prior_notice"))
    return case


async def listed_after_an_objection(office: LiveOffice) -> list[LiveCase]:
    """Objected to in time, answered, listed by a decision of its own, and off the list when three years are over."""
    case = await notified(office)
    await case.take("raise_objection", by=SUBJECT)
    await case.take_all(HEARD)
    await case.pass_days(8)
    await case.take_all((*CONSENT, *DECIDED))
    listing = await case.listing()
    await listing.pass_days((date(2029, 3, 11) - case.today).days)
    return [case, listing]


async def objection_upheld(office: LiveOffice) -> list[LiveCase]:
    """The answer is sent back once; the objection is upheld, and the subject is not listed."""
    case = await notified(office)
    await case.take("raise_objection", by=SUBJECT)
    await case.take_all(("accept_objection", "verify_objection"))
    await case.take("answer_objection", agreed=False)
    await case.take("verify_objection", finding="upheld")
    await case.take_all(("answer_objection", "serve_answer"))
    await case.pass_days(8)
    await case.take_all(CONSENT)
    await case.take("draft_decision", outcome="not_list")
    await case.take_all(("review_decision", "decide", "serve_decision"))
    return [case]


async def announced_and_late(office: LiveOffice) -> list[LiveCase]:
    """Service fails and is announced; an objection comes late and is refused; one is admitted; then terminated."""
    case = await office.open()
    await case.take_all((*ASSESSED, *NOTICE))
    await case.take("serve_prior_notice", **FAILED)
    await case.take("serve_prior_notice", **BY["announcement"])
    await case.pass_days(40)
    for admitted in (False, True):
        await case.take("raise_objection", by=SUBJECT)
        await case.take("admit_late_objection", admitted=admitted)
        await case.take_all(HEARD if admitted else ("serve_late_answer",))
    await case.take_all(CONSENT)
    await case.take("draft_decision", outcome="terminate")
    await case.take_all(("review_decision", "decide", "serve_decision"))
    return [case]


async def exempted(office: LiveOffice) -> list[LiveCase]:
    """Exempted at the assessment."""
    case = await office.open()
    await case.take_all(("confirm_effective", "confirm_ground"))
    await case.take("assess_leniency", factors=["slight"], conclusion="exempt")
    await case.take_all(("approve_exemption", "serve_exemption"))
    return [case]


async def suspended_and_fallen(office: LiveOffice) -> list[LiveCase]:
    """The clock stands and runs again, the decision is late; then the document changes, and at last falls."""
    case = await notified(office)
    await case.take("request_hearing", by=SUBJECT)
    await case.take("arrange_hearing", held_on="2026-03-11")
    await case.take_all(("propose_suspension", "approve_suspension"))
    await case.pass_days(9)
    await case.take_all(("hold_hearing", "resume_deadline"))
    await case.pass_days(100)
    await case.take("basis_fell", change="changed")
    await case.take_all((*ASSESSED, *NOTICE, "serve_prior_notice"))
    await case.take("waive_objection", by=SUBJECT)
    await case.take_all(("basis_fell", "issue_termination", "serve_termination"))
    return [case]


async def listing_revoked(office: LiveOffice) -> list[LiveCase]:
    """Listed without a word; the listing is revoked when its document falls."""
    case = await notified(office)
    await case.pass_days(8)
    await case.take_all((*CONSENT, *DECIDED))
    listing = await case.listing()
    await listing.take_all(("basis_fell", "revoke_listing"))
    return [case, listing]


async def reopened(office: LiveOffice) -> list[LiveCase]:
    """Closed for want of effect, taken up again by a workflow of its own, and withdrawn."""
    case = await office.open()
    await case.take("confirm_effective", effective=False, effective_on=None)
    await case.take_all(("reopen_case", "confirm_effective", "note", "withdraw_case"))
    return [case]


Story = Callable[[LiveOffice], Awaitable[list[LiveCase]]]
STORIES: Final[tuple[Story, ...]] = (
    listed_after_an_objection,
    objection_upheld,
    announced_and_late,
    exempted,
    suspended_and_fallen,
    listing_revoked,
    reopened,
)
