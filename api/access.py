"""Who may see what: one answer for everything that is shown of a case."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends

from api.identity import CurrentActor
from api.services import TheOffice
from domain.people import Actor, Relation, Role, Verdict, may, may_read
from domain.procedure.walk import Walk
from domain.refusals import Forbidden, NotFound
from law.loader import load_lawbook
from law.oversight import overseers_of
from storage.views import CaseView


def relation_to(case: CaseView) -> Relation:
    """The bodies and persons that the case is theirs to deal with, as things stand today."""
    return Relation(
        authority=case.authority,
        superior=case.superior,
        overseers=overseers_of(load_lawbook(), case.authority),
        subject_refs=(case.subject_ref,),
    )


async def visible_case(services: TheOffice, actor: CurrentActor, no: str) -> CaseView:
    """The case of this number, if the actor may see it; else it does not exist for them."""
    view = await services.views.case(no)
    if may_read(actor, relation_to(view)) is Verdict.INVISIBLE:
        raise NotFound(detail="没有这一案件，或者您无权查看")
    return view


def must_be_allowed(
    actor: Actor, needed: Collection[Role], case: CaseView, *, clause: str | None = None
) -> None:
    """Raises NotFound for a case that the actor may not see, Forbidden when they may only look at it."""
    verdict = may(actor, needed, relation_to(case))
    if verdict is Verdict.INVISIBLE:
        raise NotFound(detail="没有这一案件，或者您无权查看")
    if verdict is Verdict.FORBIDDEN:
        labels = "、".join(role.label for role in Role if role in needed)
        raise Forbidden(
            code="ROLE_MISSING",
            detail="您在本案中没有办理此事的岗位",
            expected=f"由{labels}办理",
            clause=clause,
        )


#: The case that the address names.
Case = Annotated[CaseView, Depends(visible_case)]


def served_papers(walk: Walk) -> frozenset[int]:
    """Papers that have been served on the subject, by the seq of the event that issued each."""
    issued: dict[tuple[str, str], int] = {}
    served: set[int] = set()
    for event in walk.file.events:
        if "paper" in event.data:
            issued[event.step, event.item] = event.seq
        by = walk.course.steps[event.step].serves
        if by and event.data.get("outcome") == "served" and (by, event.item) in issued:
            served.add(issued[by, event.item])
    return frozenset(served)
