"""Every error of the API as a problem document (RFC 9457), in Chinese, without a word of the input.

A refusal of the domain answers with its own status. What only HTTP knows (no token, wrong media type, missing
header) is a small family of its own, below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from api.trace import trace_id
from domain.refusals import Bar, Forbidden, Malformed, NotFound, Refusal
from domain.validation_words import fault_of, field_path

MEDIA_TYPE: Final = "application/problem+json"
#: A hostile body can be wrong in a hundred thousand places; this many tell enough.
MOST_ERRORS: Final = 20


class EdgeRefusal(Refusal):
    """Refused by HTTP itself, before the domain was asked. `headers` go with the answer."""

    def __init__(self, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(**members)
        self.headers = dict(headers or {})


class Unauthenticated(EdgeRefusal):
    """No token, or one that no longer says who asks. Never says which (RFC 6750 section 3)."""

    status = 401
    default_code = "UNAUTHENTICATED"
    titles: ClassVar[Mapping[str, str]] = {"UNAUTHENTICATED": "未登录或者登录已失效"}


class MethodNotAllowed(EdgeRefusal):
    """There is such an address, but not for this method; `Allow` names those it has."""

    status = 405
    default_code = "METHOD_NOT_ALLOWED"
    titles: ClassVar[Mapping[str, str]] = {"METHOD_NOT_ALLOWED": "不支持该请求方法"}


class NotAcceptable(EdgeRefusal):
    """None of the formats that `Accept` names is offered here."""

    status = 406
    default_code = "NOT_ACCEPTABLE"
    titles: ClassVar[Mapping[str, str]] = {"NOT_ACCEPTABLE": "不提供所要求的格式"}


class TooLarge(EdgeRefusal):
    """The body is larger than the route takes; it was not read to its end."""

    status = 413
    default_code = "TOO_LARGE"
    titles: ClassVar[Mapping[str, str]] = {"TOO_LARGE": "请求内容过大"}


class UnsupportedMedia(EdgeRefusal):
    """The body is of a type, character set or encoding that the route does not read."""

    status = 415
    default_code = "UNSUPPORTED_MEDIA_TYPE"
    titles: ClassVar[Mapping[str, str]] = {"UNSUPPORTED_MEDIA_TYPE": "不支持该内容类型"}


class PreconditionRequired(EdgeRefusal):
    """A step of an officer must say on which version of the case it was decided (RFC 6585 section 3)."""

    status = 428
    default_code = "IF_MATCH_MISSING"
    titles: ClassVar[Mapping[str, str]] = {"IF_MATCH_MISSING": "缺少案件版本"}


class Unavailable(EdgeRefusal):
    """The record's database cannot be reached: nothing was received. Worth repeating with the same key."""

    status = 503
    default_code = "RECORD_UNAVAILABLE"
    titles: ClassVar[Mapping[str, str]] = {"RECORD_UNAVAILABLE": "系统暂时无法受理"}


class EngineUnavailable(EdgeRefusal):
    """What needs Temporal at once, and is no command to a case, cannot be done now. Worth repeating with the same key."""

    status = 503
    default_code = "ENGINE_UNAVAILABLE"
    titles: ClassVar[Mapping[str, str]] = {"ENGINE_UNAVAILABLE": "流程引擎暂时没有应答"}


class InternalFault(EdgeRefusal):
    """A fault of the program. The answer carries the trace id alone."""

    status = 500
    default_code = "INTERNAL_FAULT"
    titles: ClassVar[Mapping[str, str]] = {"INTERNAL_FAULT": "系统内部错误"}


class MissingKey(EdgeRefusal):
    """A command without its Idempotency-Key, or with one that is no such key."""

    status = 400
    default_code = "IDEMPOTENCY_KEY_MISSING"
    titles: ClassVar[Mapping[str, str]] = {
        "IDEMPOTENCY_KEY_MISSING": "缺少请求编号",
        "IDEMPOTENCY_KEY_MALFORMED": "请求编号格式不符",
    }


class FieldError(BaseModel):
    """One fault of the input: where, what is expected, why it was refused."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    field: str = Field(description="Path of the field, e.g. `facts[0].title`; empty for the whole.")
    place: str = Field(alias="in", description="body, query, path, header or cookie.")
    expected: str
    reason: str


class Problem(BaseModel):
    """A problem document (RFC 9457) as this API answers it."""

    type: str = Field(examples=["urn:chengxu:problem:element_missing"])
    title: str = Field(examples=["文书缺少必备要素"])
    status: int = Field(examples=[422])
    detail: str
    code: str = Field(examples=["ELEMENT_MISSING"])
    trace_id: str
    clause: str | None = Field(None, examples=["宁信用〔2021〕1号 四（三）"])
    field: str | None = None
    expected: str | None = None
    blocked_by: list[Bar] = []
    errors: list[FieldError] = []


def problem_response(refusal: Refusal, errors: Sequence[FieldError] = ()) -> JSONResponse:
    """The answer for a refusal; members without a value are left out."""
    body = {key: value for key, value in refusal.as_problem().items() if value not in (None, [])}
    body["trace_id"] = trace_id()
    if errors:
        body["errors"] = [error.model_dump(by_alias=True) for error in errors]
    headers = {"Cache-Control": "no-store"}
    if isinstance(refusal, EdgeRefusal):
        headers |= refusal.headers
    return JSONResponse(body, status_code=refusal.status, headers=headers, media_type=MEDIA_TYPE)


def malformed(errors: Sequence[FieldError]) -> JSONResponse:
    """400 with each fault; the first one also stands in the document itself."""
    first = errors[0]
    refusal = Malformed(
        detail=f"提交的内容有 {len(errors)} 处不符合要求", field=first.field or None, expected=first.expected
    )
    return problem_response(refusal, errors)


# ---- validation errors in Chinese ----------------------------------------------------------------------------

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PLACES: Final = frozenset({"body", "query", "path", "header", "cookie"})


def _field_error(error: Mapping[str, Any]) -> FieldError:
    fault = fault_of(error)
    location = fault.location
    place = "body"
    if location and location[0] in _PLACES:
        place, location = str(location[0]), location[1:]
    if error["type"] == "json_invalid":
        location = ()  # FastAPI puts the offset here
    return FieldError(field=field_path(location), place=place, expected=fault.expected, reason=fault.reason)


def field_errors(error: ValidationError | RequestValidationError) -> list[FieldError]:
    """Each fault in Chinese, by field, at most MOST_ERRORS of them; inputs stay behind."""
    faults: Sequence[Any]
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_input=False)
    else:
        faults = error.errors()
    return [_field_error(fault) for fault in faults[:MOST_ERRORS]]


# ---- handlers ------------------------------------------------------------------------------------------------


async def _on_refusal(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return problem_response(error)


async def _on_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return malformed(field_errors(error))


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = {"Allow": ", ".join(_methods_of(request))}
        return problem_response(MethodNotAllowed(detail="该地址不支持这种请求方法。", headers=allowed))
    return problem_response(_from_http(error))


def _methods_of(request: Request) -> list[str]:
    """Every method that this address takes; the framework names those of one of its routes alone."""
    found = [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    ]
    return ["GET", "HEAD", *found[1:]] if "GET" in found else found


async def _on_lost_database(_request: Request, error: Exception) -> JSONResponse:
    """A database that is away, or is just going down or coming up; what is wrong otherwise is a fault of ours."""
    if isinstance(error, OSError) and error.filename is not None:
        raise error  # a file, no connection
    if isinstance(error, DBAPIError) and not (
        error.connection_invalidated or type(error) in (DBAPIError, OperationalError, InterfaceError)
    ):
        raise error
    return problem_response(unavailable())


def unavailable() -> Unavailable:
    """503: nothing was received, and the same request may be sent again."""
    return Unavailable(
        detail="数据库暂时不可用，本次请求未被受理。请稍后以同一请求编号重试。", headers={"Retry-After": "2"}
    )


def internal_fault() -> InternalFault:
    """500: says nothing but how to find it in the logs."""
    return InternalFault(detail="系统出现内部错误，已记录。请将 trace_id 告知系统管理员。")


def _from_http(error: HTTPException) -> Refusal:
    """What the framework itself refused, in our words."""
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return NotFound(detail="没有这个地址，或者您无权查看。")
    if error.status_code == 401:
        return Unauthenticated(detail="请先登录。", headers=headers)
    if error.status_code == 403:
        return Forbidden(detail="无权办理。")
    if error.status_code == 413:
        return TooLarge(detail="请求内容超过上限。", headers=headers)
    if error.status_code >= 500:
        return internal_fault()
    return Malformed(detail="请求的内容无法读取。")


# ---- the page of each problem --------------------------------------------------------------------------------


class ProblemKind(BaseModel):
    """What a problem code means."""

    type: str
    code: str
    title: str
    status: int
    family: str = Field(description="The more general code that it belongs to.")


def _families(root: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for family in root.__subclasses__():
        yield family
        yield from _families(family)


def problem_kinds() -> dict[str, ProblemKind]:
    """Every problem code that a family of refusals declares, by code."""
    return {
        code: ProblemKind(
            type=f"urn:chengxu:problem:{code.lower()}",
            code=code,
            title=title,
            status=family.status,
            family=family.default_code,
        )
        for family in _families()
        for code, title in family.titles.items()
    }


router = APIRouter(prefix="/problems", tags=["problems"])


class ProblemKinds(BaseModel):
    """Every problem code."""

    items: list[ProblemKind]


@router.get("", summary="全部问题代码")
async def list_problems() -> ProblemKinds:
    """Every problem code of this API."""
    return ProblemKinds(items=sorted(problem_kinds().values(), key=lambda kind: (kind.status, kind.code)))


@router.get("/{code}", summary="一个问题代码的说明")
async def show_problem(code: str) -> ProblemKind:
    """What one problem code means; the last part of a problem's `type` names it too."""
    kind = problem_kinds().get(code.upper())
    if kind is None:
        raise NotFound(detail="没有这个问题代码。")
    return kind


def install(app: FastAPI) -> None:
    """Handlers for everything that can go wrong inside the app, and the pages that describe it."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http_exception)
    for lost in (DBAPIError, PoolExhausted, OSError):
        app.add_exception_handler(lost, _on_lost_database)
    app.include_router(router)
