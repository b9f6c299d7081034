"""The steps of a period on the list (在列期间): from the day the decision takes effect to the day of removal."""

from __future__ import annotations

from domain.people import Role
from domain.procedure import clauses, forms, gates
from domain.procedure.determination_steps import MISS_DEADLINE
from domain.procedure.opening import ListingOpening
from domain.procedure.steps import Manner, Step

_STEPS = (
    Step(
        name="enter_list",
        title="列入名单",
        clause=clauses.DECISION,
        form=ListingOpening,
        manner=Manner.CLOCK,
    ),
    Step(
        name="expire",
        title="期满移出",
        clause=clauses.REMOVAL,
        form=forms.ClockRan,
        manner=Manner.CLOCK,
    ),
    Step(
        name="basis_fell",
        title="登记依据文书或者列入决定被撤销、变更或者确认无效",
        clause=clauses.BASIS_FELL,
        form=forms.BasisFell,
        roles=(Role.OFFICER,),
        manner=Manner.INTERRUPTING,
        gates=(gates.not_winding_up, gates.change_is_dated),
    ),
    Step(
        name="revoke_listing",
        title="撤销列入",
        clause=clauses.BASIS_FELL,
        form=forms.Approve,
        roles=(Role.APPROVER,),
        gates=(gates.winding_up, gates.other_person_than("basis_fell")),
    ),
    Step(
        name="amend_listing",
        title="变更列入信息",
        clause=clauses.BASIS_FELL,
        form=forms.AmendListing,
        roles=(Role.APPROVER,),
        gates=(gates.document_only_changed, gates.other_person_than("basis_fell")),
    ),
    Step(
        name="basis_held_unlawful",
        title="登记依据文书或者列入决定被确认违法但未撤销",
        clause=clauses.HELD_UNLAWFUL,
        form=forms.BasisHeldUnlawful,
        roles=(Role.OFFICER,),
        manner=Manner.STANDING,
        gates=(gates.change_is_dated,),
    ),
    Step(
        name="note",
        title="备注",
        clause=clauses.DECISION,
        form=forms.Note,
        roles=(Role.OFFICER, Role.REVIEWER, Role.APPROVER),
        manner=Manner.STANDING,
        after_close=True,
    ),
    MISS_DEADLINE,
)

STEPS = {step.name: step for step in _STEPS}
