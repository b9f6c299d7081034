"""在列期间: the years on the list, from the day the decision takes effect to removal by expiry or revocation."""

from __future__ import annotations

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.start import CaseStart
    from domain.procedure.listing_steps import STEPS
    from domain.procedure.outcome import Outcome, Stage
    from domain.procedure.steps import Course
    from domain.procedure.walk import Conduct, Interrupted
    from workflows.case import CaseWorkflow


async def listing(case: Conduct) -> Outcome:
    """Off the list when the term ends, or earlier because what it rests on has fallen (三（二）)."""
    case.at(Stage.LISTED)
    listed_on = date.fromisoformat(case.file.events[0].data["listed_on"])
    term = case.window("listing_term", case.rule.listing_term, starts_on=listed_on)
    try:
        await case.first(clock=("expire", term))
    except Interrupted as interruption:
        return await revoke(case, interruption.event.day)
    return Outcome.EXPIRED


async def revoke(case: Conduct, fell_on: date) -> Outcome:
    """依据文书失效，撤销列入: within the period that the rule sets for it."""
    case.at(Stage.WINDING_UP)
    due = case.owed("revocation", case.rule.basis_revoked_within, starts_on=fell_on)
    while True:
        revoked = await case.step("revoke_listing", due=due)
        if revoked.data["agreed"]:
            case.met(due)
            return Outcome.REVOKED


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
