"""Cases over HTTP: open, find, read, act."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.access import Case, must_be_allowed, served_papers
from api.commands import RECEIVED, Decided, Shown, carry, submit
from api.examples import OPENINGS, STEPS, body_examples
from api.headers import ExpectedVersion, KeyUnlessDryRun, etag, require_version
from api.identity import CurrentActor
from api.lists import Items, answer_list
from api.opening import must_be_of, prepare
from api.paging import Listing, PageRequest
from api.practice_time import practicable
from api.presentation import CASE_COLUMNS, case_item, deadline_item, document_item, event_item
from api.printable import must_be_printable
from api.services import COURSES, Services, TheOffice
from api.strict import Submitted
from domain.days.explanation import explain
from domain.people import Actor, Role
from domain.procedure.events import Command
from domain.procedure.forms import OpenCase
from domain.procedure.judgement import Action, actions, read_form
from domain.procedure.proposal import Proposal, propose
from domain.procedure.steps import Step
from domain.procedure.walk import Walk
from domain.refusals import LegalRefusal, Malformed, NotFound, Refusal
from law.calendar_loader import load_calendar
from storage.database import reading
from storage.receipts import Wish
from storage.tables import CASE
from storage.views import CaseFilter, CaseView

INT32_MAX: Final = 2**31 - 1

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


@cache
def form_schema(form: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of what a step takes; written once a form, since it takes longer than the rest of the answer."""
    return form.model_json_schema()


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
    return practicable(instant, field="X-Practice-Clock")


@router.post(
    "",
    status_code=201,
    summary="线索登记（立案）",
    openapi_extra=body_examples(OPENINGS),
    responses=RECEIVED
    | {
        201: {"model": Decided, "description": "已立案"},
        200: {"model": Shown, "description": "试办（dry_run）"},
    },
)
async def open_case(
    services: TheOffice,
    actor: CurrentActor,
    key: KeyUnlessDryRun,
    body: Submitted[OpenCase],
    practice_at: Annotated[datetime | None, Depends(practice_instant)],
) -> JSONResponse:
    """Opens a case after admission: document, area, standard, rank and body are judged before anything else.

    `dry_run` answers the same and stores nothing.
    """
    sent = body.model_dump(mode="json")
    wish = Wish(
        id=key or "", case_id=uuid4().hex, route="POST /cases", step="open_case", actor=actor, form=sent
    )
    if key is not None and (earlier := await services.receipts.repeated(wish, sent)) is not None:
        return await carry(services, earlier, kind="determination", created=True)
    must_be_of(actor, body.authority)
    await must_be_printable(body)
    now = await services.confirmations.now()
    offset = (practice_at - now).total_seconds() if practice_at else 0.0
    at = now + timedelta(seconds=offset)
    try:
        opening = await prepare(services, body, at=at, clock_offset=offset)
    except LegalRefusal as refusal:  # e.g. a list that is still a draft: received, and refused for good
        if key is None:
            raise
        receipt = await services.receipts.receive_opening(replace(wish, clock_offset=offset), sent)
        if receipt.state == "pending":
            receipt = await services.receipts.refuse(key, refusal.as_problem())
        return await carry(services, receipt, kind="determination", created=True)
    form = opening.model_dump(mode="json")
    walk = Walk(COURSES["determination"])
    if key is None:
        command = Command(id="dry-run", case_id="", step="open_case", actor=actor, form=form, received_at=at)
        return JSONResponse(_shown(propose(walk, command)))
    wish = replace(wish, form=form, clock_offset=offset)
    receipt = await services.receipts.receive_opening(wish, sent)
    if receipt.state == "pending" and not receipt.replayed:
        try:
            propose(walk, receipt.command)
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


async def walk_of(services: Services, view: CaseView) -> Walk:
    """The procedure over the events on record: never asks Temporal."""
    loaded = await services.record.load(view.id)
    return Walk.over(COURSES[view.kind], loaded.events)


@router.get("/{no}", summary="案件")
async def show_case(services: TheOffice, actor: CurrentActor, case: Case) -> JSONResponse:
    """The case, what it waits for, and the cases it is related to."""
    related = await services.views.related(actor, case)
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
async def show_actions(services: TheOffice, actor: CurrentActor, case: Case) -> Items[ActionView]:
    """Every action of the procedure for this person now: allowed, or barred by what, by which clause, and the cure."""
    loaded = await services.record.load(case.id)
    walk = Walk.over(COURSES[case.kind], loaded.events)
    listed = []
    for action in actions(walk.file, actor, loaded.now):
        end = walk.file.reckon(action.deadline) if action.deadline else None
        listed.append(
            ActionView(
                **action.model_dump(),
                form_schema=form_schema(walk.course.steps[action.action].form),
                due_on=end.due.isoformat() if end else None,
                provisional=end.provisional if end else None,
            )
        )
    return Items(items=listed)


def _shown(proposal: Proposal) -> dict[str, Any]:
    """What a dry run shows: where the real thing would lead, with nothing stored."""
    position = proposal.after.position()
    return {
        "dry_run": True,
        "step": proposal.event.step,
        "item": proposal.event.item,
        "clause": proposal.event.clause,
        "stage": position.stage,
        "outcome": position.outcome,
        "paper": proposal.event.data.get("paper"),
        "waits_for": [opened.step for opened in position.open],
    }


#: What the steps that people take on a case are told by; the document of the API describes each.
FORMS: Final = tuple(
    dict.fromkeys(
        step.form
        for course in COURSES.values()
        for step in course.steps.values()
        if step.roles and step.name != course.opens_with
    )
)
_ANY_FORM: Final = {"anyOf": [{"$ref": f"#/components/schemas/{form.__name__}"} for form in FORMS]}


@router.post(
    "/{no}/actions/{action}",
    summary="办理一个步骤",
    openapi_extra=body_examples(STEPS, schema=_ANY_FORM),
    responses=RECEIVED | {200: {"model": Decided | Shown, "description": "已办理，或者试办（dry_run）"}},
)
async def take_step(
    services: TheOffice,
    actor: CurrentActor,
    case: Case,
    action: Annotated[str, Path(max_length=48)],
    key: KeyUnlessDryRun,
    version: ExpectedVersion,
    body: Submitted[dict[str, Any]],
    item: Annotated[str, Query(pattern=r"^([a-z]{1,24}-[0-9]{1,9})?$", examples=["objection-1"])] = "",
) -> JSONResponse:
    """Takes a step. Officers name the version they decided on; `dry_run` answers the same and stores nothing."""
    step = _step_of(case, action)
    must_be_allowed(actor, step.roles, case, clause=step.clause)
    if not actor.has(Role.SUBJECT):
        version = require_version(version)
    await must_be_printable(read_form(step, body))  # what cannot be read or printed is not received
    if key is None:
        return await _rehearse(services, case, actor, action, item, body, version)
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


def _step_of(case: CaseView, action: str) -> Step:
    """The step of this name that people take on a case of this kind. Raises Malformed."""
    course = COURSES[case.kind]
    taken = {name: step for name, step in course.steps.items() if step.roles and name != course.opens_with}
    if action not in taken:
        raise Malformed(detail="没有这一办理步骤", field="action", expected="、".join(taken))
    return taken[action]


async def _rehearse(
    services: Services,
    case: CaseView,
    actor: Actor,
    action: str,
    item: str,
    form: dict[str, Any],
    version: int | None,
) -> JSONResponse:
    async with reading(services.office.engine) as connection:
        await services.desk.refuse_if_taken(connection, case.id, action, item, actor.account_id)
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
    return JSONResponse(_shown(propose(walk, command)), headers={"ETag": etag(case.version)})


@router.get("/{no}/timeline", summary="办理过程")
async def show_timeline(services: TheOffice, actor: CurrentActor, case: Case) -> Items[dict[str, Any]]:
    """Every event of the case in order, with its clause; personal fields masked. A subject sees no deliberation."""
    loaded = await services.record.load(case.id)
    steps = COURSES[case.kind].steps
    subject = case.summary["subject"]
    return Items(
        items=[event_item(event, steps[event.step], subject, reader=actor) for event in loaded.events]
    )


@router.get("/{no}/deadlines", summary="期限")
async def show_deadlines(services: TheOffice, case: Case) -> Items[dict[str, Any]]:
    """Deadlines of the case: due, provisional with their interval, suspended, met or overdue."""
    return Items(items=[deadline_item(row) for row in await services.views.deadlines(case.id)])


@router.get("/{no}/deadlines/{key}/explain", summary="期限的推算")
async def explain_deadline(services: TheOffice, case: Case, key: str) -> dict[str, Any]:
    """How the date comes about, day by day, with the source of each rest day."""
    walk = await walk_of(services, case)
    ledger = walk.file.deadlines.get(key)
    if ledger is None:
        raise NotFound(detail="本案没有这一期限")
    calendar = load_calendar(known_on=walk.file.opened_on)
    if calendar.working_days.version != walk.file.working_days.version:
        # A notice was entered after the case had pinned its calendar: the case keeps its own.
        end = walk.file.reckon(key)
        return {
            "due": end.due.isoformat() if end else None,
            "provisional": end.provisional if end else None,
            "calendar": walk.file.working_days.version,
            "text": "本案期限按立案时锁定的日历推算；该日历版本的逐日依据已被其后录入的放假通知更新，此处不再逐日列出。",
        }
    return explain(ledger, calendar).model_dump(mode="json")


@router.get("/{no}/documents", summary="文书")
async def show_documents(services: TheOffice, actor: CurrentActor, case: Case) -> Items[dict[str, Any]]:
    """Numbered papers of the case with their digests; a subject sees those that have been served on them."""
    rows = await services.views.documents(case.id)
    if actor.has(Role.SUBJECT):
        served = served_papers(await walk_of(services, case))
        rows = [row for row in rows if row["seq"] in served]
    return Items(items=[document_item(case.no, row) for row in rows])


@router.get(
    "/{no}/documents/{seq}.pdf",
    summary="文书原件（PDF）",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def download_document(
    services: TheOffice, actor: CurrentActor, case: Case, seq: Annotated[int, Path(ge=1, le=INT32_MAX)]
) -> Response:
    """The file as it was produced; its SM3 digest stands in the record."""
    if actor.has(Role.SUBJECT) and seq not in served_papers(await walk_of(services, case)):
        raise NotFound(detail="没有这份文书，或者文书尚未送达")
    pdf = await services.papers.file(case.id, seq)
    return Response(
        pdf,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{case.no}-{seq}.pdf"'},
    )
