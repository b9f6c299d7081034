"""在列期间: the years on the list, from the day the decision takes effect to removal by expiry or revocation."""

from __future__ import annotations

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.start import CaseStart
    from domain.procedure.events import Event
    from domain.procedure.listing_steps import STEPS
    from domain.procedure.outcome import Outcome, Stage
    from domain.procedure.steps import Course
    from domain.procedure.walk import Conduct, Interrupted
    from workflows.case import CaseWorkflow


async def listing(case: Conduct) -> Outcome:
    """Off the list when the term ends, or earlier because what it rests on has fallen (三（二）)."""
    listed_on = date.fromisoformat(case.file.events[0].data["listed_on"])
    term = None
    if case.rule.listing_term.count is not None:  # some lists have no fixed end
        term = case.window("listing_term", case.rule.listing_term, starts_on=listed_on)
    expiry = ("expire", term) if term else None
    while True:
        case.at(Stage.LISTED)
        try:
            await case.first(clock=expiry)
            break
        except Interrupted as interruption:
            ended = await answer_the_fall(case, interruption.event, expiry)
        if ended is Outcome.REVOKED:
            case.at(Stage.CLOSED)
            return ended
        if ended is Outcome.EXPIRED:
            break
    case.met(term)
    case.at(Stage.CLOSED)
    return Outcome.EXPIRED


async def answer_the_fall(case: Conduct, fell: Event, expiry: tuple[str, str] | None) -> Outcome | None:
    """依据文书失效: the listing is revoked within the period that the rule sets for it.

    Where the document was only changed, the entry may be changed to the new content instead; None: it stays listed.
    Nobody stays listed past the term because the revocation is not done yet.
    """
    case.at(Stage.WINDING_UP)
    due = case.owed(f"revocation:{fell.seq}", case.rule.basis_revoked_within, starts_on=fell.day)
    steps = ("revoke_listing", "amend_listing") if fell.data["change"] == "changed" else ("revoke_listing",)
    while True:
        done = await case.first(*steps, due=due, clock=expiry)
        if done.step == "expire":
            return Outcome.EXPIRED
        if done.data.get("agreed", True):
            case.met(due)
            return Outcome.REVOKED if done.step == "revoke_listing" else None


LISTING = Course(
    kind="listing",
    title="严重失信主体在列期间",
    steps=STEPS,
    procedure=listing,
    opens_with="enter_list",
)


@workflow.defn(name="Listing")
class ListingWorkflow(CaseWorkflow):
    """One period on the list, carried for years in short runs."""

    course = LISTING

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.carry()
