"""Imports over HTTP (导入): hand in a file of penalties, see how far it has got, fetch its faults and its leads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response
from fastapi import Request as HttpRequest
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from activities.importing import Importer, open_file, speaks_for_all
from api.headers import IdempotencyKey
from api.identity import CurrentActor
from api.lists import answer_list
from api.paging import Listing, PageRequest
from api.presentation import shown_instant
from api.services import TheOffice
from api.tables import Column, TableKind
from domain.penalty_record import Fault
from domain.people import OFFICE_ROLES, Actor, Role
from domain.procedure.events import legal_day
from domain.refusals import Forbidden, Malformed, NotFound
from domain.strict import LINE_LENGTH, hostile_character
from intake.faults import refuse
from intake.report import write_report_xlsx
from intake.results import ImportSummary, RowFault, SourceFormat
from law.loader import load_lawbook
from storage.answers import Request
from storage.imports import ROUTE, Imports, ImportView, Upload
from storage.tables import IMPORT, IMPORT_FAULT, LEAD

router = APIRouter(prefix="/imports", tags=["imports"])

_SHOWN: Final = 200  # leads without a case that the import itself shows; the list of leads has all
_FORM: Final = "multipart/form-data"
_EXPECTED: Final = "表单字段 file 中的一个文件（xlsx、CSV、JSON 列表），或者 JSON {“records”: […]}"
_NAMELESS: Final = "记录.json"
_PATH = re.compile(r".*[/\\]")

COLUMNS = (
    Column("id", "批次"),
    Column("state", "状态"),
    Column("file", "文件名"),
    Column("format", "格式"),
    Column("authority", "导入机关"),
    Column("received_at", "收到时间"),
    Column("finished_at", "完成时间"),
    Column("rows", "数据行数"),
    Column("taken", "已处理"),
    Column("kept", "新增记录"),
    Column("repeated", "已有记录"),
    Column("refused", "未接收"),
    Column("opened", "立案"),
    Column("opening", "立案中"),
    Column("not_opened_count", "未立案线索"),
)
FAULT_COLUMNS = (
    Column("row", "行号"),
    Column("field", "字段代码"),
    Column("heading", "字段名称"),
    Column("kind", "问题类型"),
    Column("reason", "原因"),
    Column("expected", "应为"),
)
LEAD_COLUMNS = (
    Column("row", "行号"),
    Column("state", "状态"),
    Column("case", "案号"),
    Column("regime", "名单制度"),
    Column("authority", "认定机关"),
    Column("reason", "线索理由"),
    Column("verified", "阈值已核实"),
    Column("remarks", "须核对事项"),
    Column("code", "未立案代码"),
    Column("detail", "未立案原因"),
    Column("clause", "依据"),
    Column("expected", "如何办理"),
)


def _listing(columns: tuple[Column, ...], default: str, column: Any, tie: Any) -> Listing:
    return Listing(
        sortable={default.lstrip("-"): column},
        tie=tie,
        default=default,
        fields=[shown.field for shown in columns],
    )


LISTING = _listing(COLUMNS, "-received_at", IMPORT.c.received_at, IMPORT.c.id)
FAULT_LISTING = _listing(FAULT_COLUMNS, "row", IMPORT_FAULT.c.row, IMPORT_FAULT.c.id)
LEAD_LISTING = _listing(LEAD_COLUMNS, "row", LEAD.c.row, LEAD.c.command_id)

_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        _FORM: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["records"],
                "additionalProperties": False,
                "properties": {"records": {"type": "array", "items": {"type": "object"}}},
            },
            "example": {"records": [{"CF_WSH": "宁市监罚〔2026〕12号", "CF_XDR_MC": "……"}]},
        },
    },
}


def _imports(services: TheOffice) -> Imports:
    return Imports(services.office)


def _importer(request: HttpRequest) -> Importer:
    importer: Importer = request.app.state.importer
    return importer


TheImports = Annotated[Imports, Depends(_imports)]


async def _importing_officer(actor: CurrentActor) -> Actor:
    """Files are handed in by officers of an authority, or of the credit office."""
    if not actor.has(Role.OFFICER):
        raise Forbidden(code="ROLE_MISSING", detail="须由承办人导入", expected=Role.OFFICER.label)
    return actor


async def _whose(actor: CurrentActor) -> str | None:
    """Whose imports the actor may see: those of the own body; None: all."""
    if actor.has(Role.AUDITOR):
        return None
    if not actor.has(*OFFICE_ROLES, Role.SUPERVISOR):
        raise NotFound(detail="没有这一导入批次，或者您无权查看")
    return None if speaks_for_all(load_lawbook(), actor.authority) else actor.authority


Whose = Annotated[str | None, Depends(_whose)]


async def _visible(imports: TheImports, whose: Whose, import_id: str) -> ImportView:
    return await imports.import_of(import_id, authority=whose)


Import = Annotated[ImportView, Depends(_visible)]


@router.post(
    "",
    status_code=202,
    summary="导入行政处罚信息",
    openapi_extra={"requestBody": _BODY},
    responses={200: {"description": "这份文件已经导入过：原批次"}},
)
async def hand_in(
    request: HttpRequest,
    services: TheOffice,
    imports: TheImports,
    importer: Annotated[Importer, Depends(_importer)],
    actor: Annotated[Actor, Depends(_importing_officer)],
    key: IdempotencyKey,
) -> JSONResponse:
    """Takes a file of penalty records; 202 with the import, whose rows are then taken over one by one.

    The same file again answers its import (200): nothing is opened twice, and leads that could not be opened then,
    because a figure was not confirmed yet, are tried again. A file that cannot be read as a whole is refused.
    """
    data, name = await _submitted(request)
    file_hash = imports.file_hash(data, actor.authority or "")
    upload = None
    if not await imports.known(file_hash):
        today = legal_day(await services.confirmations.now())
        upload = await run_in_threadpool(_read, data, name, today)

    async def receive(connection: AsyncConnection) -> dict[str, Any]:
        return await imports.receive(connection, file_hash, upload, actor)

    given = await services.answers.once(Request(key, ROUTE, actor, {"file": file_hash}), receive)
    importer.call()
    import_id = given.result["import"]
    repeated = given.replayed or given.result["repeated"]
    view = await imports.import_of(import_id, authority=None)
    headers = {"Location": f"/api/v1/imports/{import_id}"}
    if given.replayed:
        headers["Idempotent-Replayed"] = "true"
    body = await _whole(imports, view) | {"repeated_file": repeated}
    return JSONResponse(body, status_code=200 if repeated else 202, headers=headers)


@router.get("", summary="导入批次列表")
async def list_imports(
    request: HttpRequest, imports: TheImports, whose: Whose, page: Annotated[PageRequest, Depends(LISTING)]
) -> Response:
    """Imports of the own body; the credit office and auditors see all."""
    rows, views = await imports.imports(page.fetch, authority=whose)
    items = [_item(view) for view in views]
    return await answer_list(request, page, rows, items, columns=COLUMNS, name="导入批次")


@router.get("/{import_id}", summary="导入批次")
async def show_import(imports: TheImports, view: Import) -> JSONResponse:
    """How far the import has got: `running` while rows are taken over or leads await their case, then `done`."""
    return JSONResponse(await _whole(imports, view))


@router.get("/{import_id}/faults", summary="未接收的行及原因")
async def list_faults(
    request: HttpRequest,
    imports: TheImports,
    view: Import,
    page: Annotated[PageRequest, Depends(FAULT_LISTING)],
) -> Response:
    """Each fault by row, field, reason and expectation; never a value of the file."""
    rows = await imports.faults(page.fetch, view.id)
    items = [{column.field: row[column.field] for column in FAULT_COLUMNS} for row in rows.items]
    return await answer_list(request, page, rows, items, columns=FAULT_COLUMNS, name="导入问题清单")


@router.get("/{import_id}/leads", summary="线索及立案情况")
async def list_leads(
    request: HttpRequest,
    imports: TheImports,
    view: Import,
    page: Annotated[PageRequest, Depends(LEAD_LISTING)],
) -> Response:
    """Rows that meet the trigger of a regime: the case that each opened, or why it opened none."""
    rows = await imports.leads(page.fetch, view.id)
    items = [_lead_item(row) for row in rows.items]
    return await answer_list(request, page, rows, items, columns=LEAD_COLUMNS, name="导入线索")


@router.get(
    "/{import_id}/report.xlsx",
    summary="导入报告（Excel）",
    response_class=Response,
    responses={200: {"content": {str(TableKind.XLSX): {"schema": {"type": "string", "format": "binary"}}}}},
)
async def download_report(imports: TheImports, view: Import) -> Response:
    """The faults and the totals as a workbook; leads without a case stand among its remarks."""
    faults = _by_row(await imports.all_faults(view.id))
    unopened = [_lead_item(row) for row in await imports.not_opened(view.id)]
    summary = ImportSummary(
        file_name=view.name,
        format=SourceFormat(view.format),
        encoding=view.encoding,
        rows=view.taken,
        accepted=view.kept + view.repeated,
        refused=view.refused,
        duplicates=view.duplicates,
        notices=(*view.notices, *(f"第{lead['row']}行线索未立案：{lead['detail']}" for lead in unopened)),
    )
    target = BytesIO()
    await run_in_threadpool(write_report_xlsx, faults, summary, target)
    return Response(
        target.getvalue(),
        media_type=str(TableKind.XLSX),
        headers={"Content-Disposition": f'attachment; filename="import-{view.id}.xlsx"'},
    )


# -- reading the request


async def _submitted(request: HttpRequest) -> tuple[bytes, str]:
    """The bytes of the file, and its name; of a JSON list, its records as a file."""
    if request.headers.get("content-type", "").lower().startswith(_FORM):
        async with request.form(max_files=1, max_fields=0) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Malformed(detail="表单中没有文件", field="file", expected=_EXPECTED)
            return await file.read(), _plain_name(file.filename or "")
    try:
        body = await request.json()
    except ValueError:  # no body at all: whatever else is not JSON was refused at the edge
        body = None
    if not isinstance(body, dict) or set(body) != {"records"} or not isinstance(body["records"], list):
        raise Malformed(detail="没有文件，也没有记录列表", field="records", expected=_EXPECTED)
    return json.dumps(body["records"], ensure_ascii=False).encode(), _NAMELESS


def _plain_name(name: str) -> str:
    """The last part of a file's name, fit to be shown."""
    plain = "".join(c for c in _PATH.sub("", name) if hostile_character(c) is None and c not in "\n\t")
    return plain[:LINE_LENGTH]


def _read(data: bytes, name: str, today: Any) -> Upload:
    with open_file(data, today) as reading:
        if reading.total == 0:
            raise refuse("没有数据行", "标题行之下至少有一行记录")
        return Upload(
            data=data,
            name=name,
            format=reading.format.value,
            encoding=reading.encoding,
            notices=reading.notices,
            rows=reading.total,
            judged_on=today,
        )


# -- showing


def _item(view: ImportView) -> dict[str, Any]:
    return {
        "id": view.id,
        "state": view.state,
        "file": view.name,
        "format": view.format,
        "authority": view.authority,
        "received_at": shown_instant(view.received_at),
        "finished_at": shown_instant(view.finished_at),
        "rows": view.rows,
        "taken": view.taken,
        "kept": view.kept,
        "repeated": view.repeated,
        "refused": view.refused,
        "opened": view.opened,
        "opening": view.opening,
        "not_opened_count": view.not_opened,
    }


async def _whole(imports: Imports, view: ImportView) -> dict[str, Any]:
    """An import with the first of its leads that opened no case."""
    unopened = [_lead_item(row) for row in await imports.not_opened(view.id, _SHOWN)]
    shown = ("row", "regime", "authority", "code", "detail", "clause", "expected")
    return _item(view) | {
        "encoding": view.encoding,
        "notices": list(view.notices),
        "not_opened": [{name: lead[name] for name in shown} for lead in unopened],
    }


def _lead_item(row: Mapping[str, Any]) -> dict[str, Any]:
    problem: dict[str, Any] = json.loads(row["said"]) if row["state"] == "not_opened" else {}
    return {
        "row": row["row"],
        "state": row["state"],
        "case": row["no"],
        "regime": row["regime"],
        "authority": row["authority"],
        "reason": row["reason"],
        "verified": row["verified"],
        "remarks": json.loads(row["remarks"]),
        "code": problem.get("code"),
        "detail": problem.get("detail"),
        "clause": problem.get("clause"),
        "expected": problem.get("expected"),
    }


def _by_row(faults: list[Mapping[str, Any]]) -> list[RowFault]:
    rows: dict[int, list[Fault]] = {}
    for found in faults:
        members = {name: found[name] for name in Fault.model_fields}
        rows.setdefault(found["row"], []).append(Fault.submitted(members))
    return [RowFault(row, tuple(of_row)) for row, of_row in rows.items()]
