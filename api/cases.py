"""Cases over HTTP: open, find, read, act."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.commands import carry, submit
from api.headers import ExpectedVersion, IdempotencyKey, KeyUnlessDryRun, etag, require_version
from api.identity import CurrentActor
from api.lists import answer_list
from api.opening import must_be_of, prepare
from api.paging import Listing, PageRequest
from api.presentation import CASE_COLUMNS, case_item, deadline_item, document_item, event_item
from api.problems import problem_response
from api.services import COURSES, Services, TheOffice
from api.strict import Submitted
from domain.days.explanation import explain
from domain.people import Actor, Role, Verdict, may, may_read
from domain.procedure.events import Command
from domain.procedure.forms import OpenCase
from domain.procedure.judgement import Action, actions, relation_of
from domain.procedure.proposal import propose
from domain.procedure.walk import Walk
from domain.refusals import Conflict, Malformed, NotFound, Refusal
from law.calendar_loader import load_calendar
from storage.receipts import Wish
from storage.tables import CASE
from storage.views import CaseFilter, CaseView

router = APIRouter(prefix="/cases", tags=["cases"])

LISTING = Listing(
    sortable={"opened_at": CASE.c.opened_at, "no": CASE.c.no, "stage": CASE.c.stage},
    tie=CASE.c.id,
    default="-opened_at",
    fields=[column.field for column in CASE_COLUMNS],
)


class ActionView(Action):
    """An action with the JSON schema of what is to be submitted."""

    form_schema: dict[str, Any]
    due_on: str | None
    provisional: bool | None


async def practice_instant(
    services: TheOffice,
    x_practice_clock: Annotated[
        str | None,
        Header(description="Practice office only: the instant (RFC 3339) at which the case to come opens."),
    ] = None,
) -> datetime | None:
    """The instant that the practice clock of a new case starts at; None: now."""
    if x_practice_clock is None:
        return None
    if not services.office.practice:
        raise NotFound(detail="正式办理没有演练时钟")
    try:
        instant = datetime.fromisoformat(x_practice_clock)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Malformed(
            detail="演练时刻格式不符", field="X-Practice-Clock", expected="如 2026-01-05T09:00:00+08:00"
        )
    return instant


@router.post("", status_code=201, summary="线索登记（立案）")
async def open_case(
    services: TheOffice,
    actor: CurrentActor,
    key: IdempotencyKey,
    body: Submitted[OpenCase],
    practice_at: Annotated[datetime | None, Depends(practice_instant)],
) -> JSONResponse:
    """Opens a case after admission: document, area, standard, rank and body are judged before anything else."""
    must_be_of(actor, body.authority)
    now = await services.confirmations.now()
    offset = (practice_at - now).total_seconds() if practice_at else 0.0
    opening = await prepare(services, body, at=now + timedelta(seconds=offset), clock_offset=offset)
    wish = Wish(
        id=key,
        case_id=uuid4().hex,
        route="POST /cases",
        step="open_case",
        actor=actor,
        form=opening.model_dump(mode="json"),
        clock_offset=offset,
    )
    receipt = await services.receipts.receive_opening(wish, body.model_dump(mode="json"))
    if receipt.state == "pending" and not receipt.replayed:
        try:
            propose(Walk(COURSES["determination"]), receipt.command)
        except Refusal as refusal:  # no workflow is started for what the law forbids
            receipt = await services.receipts.refuse(key, refusal.as_problem())
    return await carry(services, receipt, kind="determination", created=True)


@router.get("", summary="案件列表")
async def list_cases(
    request: Request,
    services: TheOffice,
    actor: CurrentActor,
    page: Annotated[PageRequest, Depends(LISTING)],
    regime: str | None = None,
    stage: str | None = None,
    outcome: str | None = None,
    authority: str | None = None,
    kind: str | None = None,
    open_only: Annotated[bool | None, Query(alias="open")] = None,
) -> Response:
    """Cases that the signed-in person may see."""
    wanted = CaseFilter(
        regime=regime, stage=stage, outcome=outcome, authority=authority, kind=kind, open=open_only
    )
    rows, views = await services.views.cases(actor, wanted, page.fetch)
    return await answer_list(
        request, page, rows, [case_item(view) for view in views], columns=CASE_COLUMNS, name="cases"
    )


async def visible_case(services: TheOffice, actor: CurrentActor, no: str) -> CaseView:
    """The case of this number, if the actor may see it; else it does not exist for them."""
    view = await services.views.case(no)
    walk = await walk_of(services, view)
    if may_read(actor, relation_of(walk.file)) is Verdict.INVISIBLE:
        raise NotFound(detail="没有这一案件，或者您无权查看")
    return view


Case = Annotated[CaseView, Depends(visible_case)]


async def walk_of(services: Services, view: CaseView) -> Walk:
    """The procedure over the events on record: never asks Temporal."""
    loaded = await services.record.load(view.id)
    return Walk.over(COURSES[view.kind], loaded.events)


@router.get("/{no}", summary="案件")
async def show_case(services: TheOffice, case: Case) -> JSONResponse:
    """The case, what it waits for, and the cases it is related to."""
    related = await services.views.related(case)
    walk = await walk_of(services, case)
    opening = walk.file.opening
    body = case_item(case) | {
        "rule": {
            "title": opening.rule.title,
            "document": opening.rule.document,
            "version": opening.rule.version,
            "on": opening.rule.on.isoformat(),
        },
        "authority_name": opening.authority.name,
        "calendar": walk.file.working_days.version,
        "waits_for": [
            {
                "action": opened.step,
                "title": walk.course.steps[opened.step].title,
                "item": opened.item,
                "deadline": opened.deadline,
                "clause": walk.course.steps[opened.step].clause,
            }
            for opened in walk.file.open
        ],
        "related": [{"no": other.no, "kind": other.kind, "stage": other.stage} for other in related],
    }
    return JSONResponse(body, headers={"ETag": etag(case.version)})


@router.get("/{no}/actions", summary="可办事项")
async def show_actions(services: TheOffice, actor: CurrentActor, case: Case) -> list[ActionView]:
    """Every action of the procedure for this person now: allowed, or barred by what, by which clause, and the cure."""
    loaded = await services.record.load(case.id)
    walk = Walk.over(COURSES[case.kind], loaded.events)
    listed = []
    for action in actions(walk.file, actor, loaded.now):
        end = walk.file.reckon(action.deadline) if action.deadline else None
        listed.append(
            ActionView(
                **action.model_dump(),
                form_schema=walk.course.steps[action.action].form.model_json_schema(),
                due_on=end.due.isoformat() if end else None,
                provisional=end.provisional if end else None,
            )
        )
    return listed


class Shown(BaseModel):
    """What a dry run shows: the answer of the real thing, with nothing stored."""

    dry_run: bool = True
    step: str
    item: str
    stage: str
    outcome: str | None
    paper: str | None
    waits_for: list[str]


@router.post("/{no}/actions/{action}", summary="办理一个步骤")
async def act(
    services: TheOffice,
    actor: CurrentActor,
    case: Case,
    action: str,
    key: KeyUnlessDryRun,
    version: ExpectedVersion,
    body: Submitted[dict[str, Any]],
    item: Annotated[str, Query(max_length=48)] = "",
) -> JSONResponse:
    """Takes a step. Officers name the version they decided on; `dry_run` answers the same and stores nothing."""
    if not actor.has(Role.SUBJECT):
        version = require_version(version)
    if key is None:
        return await _rehearse(services, case, actor, action, item, body, version)
    await _not_held_by_another(services, case, action, item, actor)
    wish = Wish(
        id=key,
        case_id=case.id,
        route=f"POST /cases/{case.no}/actions/{action}",
        step=action,
        actor=actor,
        form=body,
        item=item,
        if_version=version,
    )
    return await submit(services, wish, body, kind=case.kind)


async def _rehearse(
    services: Services,
    case: CaseView,
    actor: Actor,
    action: str,
    item: str,
    form: dict[str, Any],
    version: int | None,
) -> JSONResponse:
    loaded = await services.record.load(case.id)
    walk = Walk.over(COURSES[case.kind], loaded.events)
    command = Command(
        id="dry-run",
        case_id=case.id,
        step=action,
        item=item,
        actor=actor,
        form=form,
        received_at=loaded.now,
        head=len(loaded.events),
        if_version=version,
    )
    try:
        proposal = propose(walk, command)
    except Refusal as refusal:
        return problem_response(refusal)
    position = proposal.after.position()
    shown = Shown(
        step=proposal.event.step,
        item=proposal.event.item,
        stage=position.stage,
        outcome=position.outcome,
        paper=proposal.event.data.get("paper"),
        waits_for=[opened.step for opened in position.open],
    )
    return JSONResponse(shown.model_dump(), headers={"ETag": etag(case.version)})


async def _not_held_by_another(
    services: Services, case: CaseView, step: str, item: str, actor: Actor
) -> None:
    """A task that somebody has taken is theirs until they give it back."""
    holder = await services.views.holder(case.id, step, item)
    if holder is not None and holder != actor.account_id:
        raise Conflict(
            code="TASK_TAKEN",
            title="待办已被他人领取",
            detail="该待办已由另一经办人领取",
            expected="请其办理、退回，或者由有权人员转办",
        )


@router.get("/{no}/timeline", summary="办理过程")
async def show_timeline(services: TheOffice, case: Case) -> list[dict[str, Any]]:
    """Every event of the case in order, with its clause; personal fields masked."""
    loaded = await services.record.load(case.id)
    steps = COURSES[case.kind].steps
    return [event_item(event, steps[event.step], case.summary["subject"]) for event in loaded.events]


@router.get("/{no}/deadlines", summary="期限")
async def show_deadlines(services: TheOffice, case: Case) -> list[dict[str, Any]]:
    """Deadlines of the case: due, provisional with their interval, suspended, met or overdue."""
    return [deadline_item(row) for row in await services.views.deadlines(case.id)]


@router.get("/{no}/deadlines/{key}/explain", summary="期限的推算")
async def explain_deadline(services: TheOffice, case: Case, key: str) -> dict[str, Any]:
    """How the date comes about, day by day, with the source of each rest day."""
    walk = await walk_of(services, case)
    ledger = walk.file.deadlines.get(key)
    if ledger is None:
        raise NotFound(detail="本案没有这一期限")
    explanation = explain(ledger, load_calendar(known_on=walk.file.opened_on))
    return explanation.model_dump(mode="json")


@router.get("/{no}/documents", summary="文书")
async def show_documents(services: TheOffice, case: Case) -> list[dict[str, Any]]:
    """Numbered papers of the case with their digests."""
    return [document_item(case.no, row) for row in await services.views.documents(case.id)]


@router.get("/{no}/documents/{seq}.pdf", summary="文书原件（PDF）")
async def download_document(services: TheOffice, actor: CurrentActor, case: Case, seq: int) -> Response:
    """The file as it was produced; its SM3 digest stands in the record."""
    walk = await walk_of(services, case)
    readers = (*Role,) if not actor.has(Role.SUBJECT) else (Role.SUBJECT,)
    if may(actor, readers, relation_of(walk.file)) is Verdict.INVISIBLE:
        raise NotFound(detail="没有这份文书")
    pdf = await services.papers.file(case.id, seq)
    return Response(
        pdf,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{case.no}-{seq}.pdf"'},
    )
