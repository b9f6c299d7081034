"""Whole cases as they run on the server, one a path: the tests play them, and kept histories come from them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final
from uuid import uuid4

from live_office import LiveCase, LiveOffice
from opening_samples import BY, FAILED, SUBJECT, sample_opening, sample_rule

from domain.procedure.outcome import Stage
from domain.rules import Extension, Unit

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


async def nothing_founds_it(office: LiveOffice) -> list[LiveCase]:
    """The ground is not met: nobody was told, so the case just ends; a second time, after the notice, they are told."""
    case = await office.open()
    await case.take("confirm_effective")
    await case.take("confirm_ground", met=False)
    told = await notified(office)
    await told.take("basis_fell", change="changed")
    await told.take("confirm_effective")
    await told.take("confirm_ground", met=False)
    await told.take("issue_termination", agreed=False)
    await told.take_all(("issue_termination", "serve_termination"))
    return [case, told]


async def lenient_not_exempt(office: LiveOffice) -> list[LiveCase]:
    """The exemption is not approved; the leniency found instead is weighed in the decision."""
    case = await office.open()
    await case.take_all(("confirm_effective", "confirm_ground"))
    await case.take("assess_leniency", factors=["not_intentional"], conclusion="exempt")
    await case.take("approve_exemption", agreed=False)
    await case.take("assess_leniency", factors=["not_intentional"], conclusion="lenient")
    await case.take("draft_prior_notice")
    await case.take("review_prior_notice", agreed=False)
    await case.take_all(("draft_prior_notice", "review_prior_notice"))
    await case.take("issue_prior_notice", agreed=False)
    await case.take_all(NOTICE)
    await case.take("serve_prior_notice", **BY["post"])
    await case.pass_days(8)
    await case.take_all(CONSENT)
    await case.take("draft_decision", leniency="非主观故意，仅采取与违法行为直接相关的措施。")
    await case.take("review_decision", agreed=False)
    await case.take("draft_decision", leniency="非主观故意，仅采取与违法行为直接相关的措施。")
    await case.take("review_decision")
    await case.take("decide", agreed=False)
    await case.take("draft_decision", leniency="非主观故意，仅采取与违法行为直接相关的措施。")
    await case.take_all(("review_decision", "decide"))
    await case.take("serve_decision", **FAILED)
    await case.take("serve_decision", **BY["left"])
    return [case]


async def voided_before_service(office: LiveOffice) -> list[LiveCase]:
    """The notice is voided and issued anew, the decision likewise; in between the subject speaks once more."""
    case = await office.open()
    await case.take_all((*ASSESSED, *NOTICE, "void_prior_notice", *NOTICE))
    await case.take("serve_prior_notice", **BY["electronic"])
    await case.pass_days(8)
    await case.take_all((*CONSENT, "draft_decision", "review_decision", "decide", "void_decision"))
    await case.take("raise_objection", by=SUBJECT)
    await case.take("admit_late_objection", admitted=True)
    await case.take_all(("accept_objection", "verify_objection"))
    await case.take_all(("answer_objection", "serve_answer"))
    correctable = next(iter((await case.file()).papers))
    await case.take("correct_paper", of_seq=correctable)
    await case.take_all(DECIDED)
    return [case]


async def heard_at_a_hearing(office: LiveOffice) -> list[LiveCase]:
    """The window is given up, not the hearing: asked for, taken back, asked for again and held; two objections differ."""
    case = await notified(office)
    await case.take("raise_objection", by=SUBJECT)
    await case.take("raise_objection", by=SUBJECT)
    await case.take("withdraw_objection", item="objection-2", by=SUBJECT)
    await case.take("waive_objection", by=SUBJECT, hearing=False)
    await case.take("request_hearing", by=SUBJECT)
    await case.take("withdraw_hearing", by=SUBJECT)
    await case.take("request_hearing", by=SUBJECT)
    await case.take("arrange_hearing", held_on="2026-03-11")
    await case.take("accept_objection")
    await case.take("verify_objection", finding="partly")
    await case.take_all(("answer_objection", "serve_answer"))
    await case.pass_days(9)
    await case.take("hold_hearing", attended=False)
    await case.take_all((*CONSENT, *DECIDED))
    return [case]


async def consent_refused(office: LiveOffice) -> list[LiveCase]:
    """The hearing, asked for and taken back after the notice of it, is given up after all; the superior says no."""
    case = await notified(office)
    await case.take("request_hearing", by=SUBJECT)
    await case.take("arrange_hearing", held_on="2026-03-11")
    await case.take("withdraw_hearing", by=SUBJECT)
    await case.take("waive_objection", by=SUBJECT, hearing=False)
    await case.take("waive_hearing", by=SUBJECT)
    await case.take("request_consent")
    await case.take("give_consent", consents=False)
    await case.take("draft_decision", outcome="not_list")
    await case.take_all(("review_decision", "decide", "serve_decision"))
    return [case]


async def resting_on_the_penalty(office: LiveOffice) -> list[LiveCase]:
    """The penalty decision states all that is needed and carries the listing."""
    case = await notified(office)
    await case.take("waive_objection", by=SUBJECT)
    await case.take_all(CONSENT)
    stated = [element.key for element in (await case.file()).rule.decision_elements]
    await case.take("draft_decision", carrier="penalty_decision", penalty_elements=stated, objections=None)
    await case.take_all(("review_decision", "decide", "serve_decision"))
    return [case]


async def lengthened_and_stopped(office: LiveOffice) -> list[LiveCase]:
    """The answer's period stands still and is lengthened; what is proposed is also refused; the decision is late."""
    rule = sample_rule()
    longer = rule.verification.model_copy(
        update={
            "extendable": Extension(count=10, unit=Unit.WORKING_DAY, times=1, basis=rule.verification.basis)
        }
    )
    case = await office.open(
        sample_opening(rule.model_copy(update={"verification": longer}), business_key=uuid4().hex)
    )
    await case.take_all((*ASSESSED, *NOTICE, "serve_prior_notice"))
    await case.take("raise_objection", by=SUBJECT)
    await case.take("accept_objection")
    answer = {"deadline": "verification:objection-1"}
    for agreed in (False, True):
        await case.take("propose_suspension", **answer)
        await case.take("approve_suspension", **answer, agreed=agreed)
    await case.pass_days(3)
    await case.take("resume_deadline", **answer)
    for agreed in (False, True):
        await case.take("propose_extension", **answer, count=10)
        await case.take("approve_extension", **answer, agreed=agreed)
    await case.take("basis_held_unlawful")
    await case.pass_days(60)
    await case.take_all(("verify_objection", "answer_objection", "serve_answer", *CONSENT))
    await case.pass_days(60)
    await case.take_all(DECIDED)
    return [case]


async def listing_amended(office: LiveOffice) -> list[LiveCase]:
    """The document is changed and the entry with it, after a first refusal and too late; at last it is held void."""
    case = await notified(office)
    await case.pass_days(8)
    await case.take_all((*CONSENT, *DECIDED))
    listing = await case.listing()
    await listing.take_all(("note", "basis_held_unlawful"))
    await listing.take("basis_fell", change="changed")
    await listing.take("revoke_listing", agreed=False)
    await listing.pass_days(10)
    await listing.take("amend_listing")
    await listing.take("basis_fell", change="void")
    await listing.take("revoke_listing")
    return [case, listing]


async def expired_while_its_document_fell(office: LiveOffice) -> list[LiveCase]:
    """Nobody stays on the list past the term because the revocation is not done yet."""
    case = await notified(office)
    await case.pass_days(8)
    await case.take_all((*CONSENT, *DECIDED))
    listing = await case.listing()
    await listing.pass_days((date(2029, 3, 5) - listing.today).days)
    await listing.take("basis_fell")
    await listing.pass_days(10)
    return [case, listing]


#: How a case gets to each stage at which its document can fall.
TO_STAGE: Final[dict[Stage, tuple[str, ...]]] = {
    Stage.LEAD: ("confirm_effective",),
    Stage.ASSESSMENT: ASSESSED[:2],
    Stage.PRIOR_NOTICE: (*ASSESSED, "draft_prior_notice"),
    Stage.SERVICE: (*ASSESSED, *NOTICE),
    Stage.OBJECTION_WINDOW: (*ASSESSED, *NOTICE, "serve_prior_notice", "raise_objection", "accept_objection"),
    Stage.VERIFICATION: (*ASSESSED, *NOTICE, "serve_prior_notice", "raise_objection", "waive_objection"),
    Stage.CONSENT: (*ASSESSED, *NOTICE, "serve_prior_notice", "waive_objection", "request_consent"),
    Stage.DECISION: (*ASSESSED, *NOTICE, "serve_prior_notice", "waive_objection", *CONSENT, "draft_decision"),
    Stage.DECISION_SERVICE: (
        *ASSESSED,
        *NOTICE,
        *("serve_prior_notice", "waive_objection"),
        *CONSENT,
        *DECIDED[:3],
    ),
}


async def fallen_at_every_stage(office: LiveOffice) -> list[LiveCase]:
    """The document is revoked: who was told of the case is told of its end, whatever stage it had reached."""
    cases = []
    for stage, path in TO_STAGE.items():
        case = await office.open()
        await case.take_all(path)
        assert (await case.file()).stage is stage
        await case.take("basis_fell")
        if (await case.file()).outcome is None:
            await case.take_all(("issue_termination", "serve_termination"))
        cases.append(case)
    case = await office.open()
    await case.take_all(("confirm_effective", "confirm_ground"))
    await case.take("assess_leniency", factors=["slight"], conclusion="exempt")
    await case.take("basis_fell", change="void")
    return [*cases, case]


async def taken_back(office: LiveOffice) -> list[LiveCase]:
    """The authority takes the case back after the notice; a reviewer tells the subject; it is taken up once more."""
    case = await notified(office)
    await case.take_all(("withdraw_case", "issue_termination"))
    await case.take("serve_termination", **FAILED)
    await case.take_all(("serve_termination", "reopen_case", "confirm_effective", "note"))
    await case.take("basis_fell")
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
    nothing_founds_it,
    lenient_not_exempt,
    voided_before_service,
    heard_at_a_hearing,
    consent_refused,
    resting_on_the_penalty,
    lengthened_and_stopped,
    listing_amended,
    expired_while_its_document_fell,
    fallen_at_every_stage,
    taken_back,
)
