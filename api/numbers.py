"""Numbering series over HTTP: which numbers were given, which are voided and why, and that none is missing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.identity import CurrentActor
from api.presentation import shown_instant
from api.services import TheOffice
from domain.papers.kinds import PaperKind
from domain.people import Role
from domain.refusals import NotFound

router = APIRouter(prefix="/numbers", tags=["documents"])


@router.get("", summary="文号使用情况与缺号核对")
async def show_series(
    services: TheOffice,
    actor: CurrentActor,
    kind: PaperKind,
    year: Annotated[int, Query(ge=2000, le=2999)],
    authority: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """Every number of a series: used, or voided with its reason; `missing` lists gaps, and is empty."""
    authority = authority or actor.authority
    if authority is None or not (actor.authority == authority or actor.has(Role.AUDITOR)):
        raise NotFound(detail="没有这一文号系列，或者您无权查看")
    rows = await services.views.numbers(authority, kind.value, year)
    given = [row["ordinal"] for row in rows]
    return {
        "authority": authority,
        "kind": kind.value,
        "title": kind.label,
        "year": year,
        "last": max(given, default=0),
        "missing": sorted(set(range(1, max(given, default=0) + 1)) - set(given)),
        "doubled": sorted({ordinal for ordinal in given if given.count(ordinal) > 1}),
        "numbers": [
            {
                "number": row["number"],
                "issued_at": shown_instant(row["issued_at"]),
                "sm3": row["sm3"],
                "voided_at": shown_instant(row["voided_at"]),
                "voided_because": services.papers.void_reason(row),
            }
            for row in rows
        ],
    }
