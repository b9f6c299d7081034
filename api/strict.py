"""Bodies and queries are read strictly: what two readers could take for two things is refused.

`StrictRequests` stands before the whole app, so that it covers every route: size while streaming, media type,
UTF-8, JSON without duplicate keys, NaN, huge numbers, depth or hostile characters. The app behind it sees strings
in NFC. `Submitted[Model]` then validates a body as strictly as JSON allows.
"""

from __future__ import annotations

import email.message
import json
import math
import re
import unicodedata
from collections.abc import Mapping, MutableSequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar
from urllib.parse import parse_qsl, unquote_to_bytes

from fastapi import Body, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import (
    MOST_ERRORS,
    FieldError,
    TooLarge,
    UnsupportedMedia,
    malformed,
    problem_response,
)
from domain.strict import INT64_MAX, INT64_MIN, hostile_character
from domain.validation_words import field_path

JSON_LIMIT: Final = 1024 * 1024  # bytes
DEPTH_LIMIT: Final = 32
_BIG: Final = 64 * 1024  # bytes
_PARSED_DEPTH: Final = 256  # the parser calls itself for each level: far below what fills the stack
_INT64_DIGITS: Final = 19
_UPLOAD_TYPE: Final = "multipart/form-data"
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: A string, also one without its end, or a bracket; what was taken is never given back, so that it stays linear.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.?)*+"?|[][{}]', re.DOTALL)
_NOT_QUERY: Final = (params.Path, params.Header, params.Cookie)


class _Fault:
    """Stands in the parsed tree where something may not stand, so that its path can be told."""

    def __init__(self, expected: str, reason: str) -> None:
        self.expected, self.reason = expected, reason


_TOO_BIG = _Fault(f"{INT64_MIN} 至 {INT64_MAX} 的整数", "整数过大")
_NOT_FINITE = _Fault("有限的数值", "不是 JSON 允许的数值")
_TOO_DEEP = _Fault(f"至多 {DEPTH_LIMIT} 层嵌套", "嵌套过深")


class _Pairs(list[tuple[str, Any]]):
    """An object as read: pairs, so that the same key twice is seen."""


def _integer(digits: str) -> int | _Fault:
    # Length first: turning a megabyte of digits into a number takes minutes.
    if len(digits.lstrip("-")) > _INT64_DIGITS:
        return _TOO_BIG
    number = int(digits)
    return number if INT64_MIN <= number <= INT64_MAX else _TOO_BIG


def _decimal(digits: str) -> float | _Fault:
    number = float(digits)
    return number if math.isfinite(number) else _NOT_FINITE


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs,
    parse_int=_integer,
    parse_float=_decimal,
    parse_constant=lambda _name: _NOT_FINITE,
)


class NotStrictJsonError(ValueError):
    """The body is not JSON as we read it; `errors` say where and why."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("not strict JSON")
        self.errors = errors


def strict_json(body: bytes) -> tuple[Any, bool]:
    """The value of a JSON text (RFC 8259, I-JSON: RFC 7493), strings in NFC; and whether any had to be changed.

    Raises NotStrictJsonError.
    """
    try:
        text = body.decode("utf-8")
        if _nests_deeper_than(_PARSED_DEPTH, text):
            raise NotStrictJsonError([_body_error("", _TOO_DEEP.expected, _TOO_DEEP.reason)])
        tree = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise NotStrictJsonError([_body_error("", "UTF-8 编码", "不是 UTF-8 编码")]) from None
    except json.JSONDecodeError as error:
        place = f"第 {error.lineno} 行第 {error.colno} 个字符处"
        raise NotStrictJsonError([_body_error("", "有效的 JSON", f"{place}不是有效的 JSON")]) from None
    reader = _Reader()
    value = reader.read(tree, ())
    if reader.errors:
        raise NotStrictJsonError(reader.errors)
    return value, reader.changed


def _nests_deeper_than(limit: int, text: str) -> bool:
    """Told without the parser: one that fills the stack makes whatever is cleaned up meanwhile fail too."""
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        bracket = found[0]
        if bracket in ("[", "{"):
            depth += 1
            if depth > limit:
                return True
        elif bracket in ("]", "}"):
            depth -= 1
    return False


def _body_error(field: str, expected: str, reason: str) -> FieldError:
    return FieldError(field=field, place="body", expected=expected, reason=reason)


class _Reader:
    """Walks the parsed tree once: collects faults by path, builds the plain value."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []
        self.changed = False

    def read(self, node: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(node, str):
            return self._text(node, path)
        if isinstance(node, _Pairs | list):
            if len(path) >= DEPTH_LIMIT:
                return self._fault(_TOO_DEEP, path)
            if isinstance(node, _Pairs):
                return self._object(node, path)
            return [self.read(item, (*path, index)) for index, item in enumerate(node)]
        if isinstance(node, _Fault):
            return self._fault(node, path)
        return node

    def _object(self, pairs: _Pairs, path: tuple[str | int, ...]) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for raw_key, item in pairs:
            key = self._text(raw_key, (*path, "?"))
            if key in value:
                self._fault(_Fault("每个字段只出现一次", "字段重复"), (*path, key))
            value[key] = self.read(item, (*path, key))
        return value

    def _text(self, text: str, path: tuple[str | int, ...]) -> str:
        hostile = hostile_character(text.replace("\r\n", "\n").replace("\r", "\n"))
        if hostile is not None:
            index, what = hostile
            self._fault(_Fault("不含控制、零宽、双向控制字符", f"第 {index + 1} 个字符是{what}"), path)
            return text
        normal = unicodedata.normalize("NFC", text)
        self.changed = self.changed or normal != text
        return normal

    def _fault(self, fault: _Fault, path: tuple[str | int, ...]) -> None:
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(_body_error(field_path(path), fault.expected, fault.reason))


# ---- before the app ------------------------------------------------------------------------------------------


class StrictRequests:
    """ASGI middleware: no request gets past it that the app could misread.

    `uploads` names the paths that take `multipart/form-data`, each with its limit in bytes; every other body is
    JSON of at most `json_limit` bytes.
    """

    def __init__(
        self, app: ASGIApp, *, json_limit: int = JSON_LIMIT, uploads: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._json_limit = json_limit
        self._uploads = dict(uploads or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            address = _address_errors(scope)
            if address:
                await malformed(address)(scope, receive, send)
                return
            headers = _Headers(scope)
            upload_limit = self._uploads.get(scope["path"])
            if headers.media_type == _UPLOAD_TYPE and upload_limit is not None:
                headers.refuse_longer_than(upload_limit)
                await self._app(scope, _counted(receive, upload_limit), send)
                return
            headers.refuse_longer_than(self._json_limit)
            body = await _read(receive, self._json_limit)
            if body:
                headers.refuse_unless_json(upload_limit is not None)
                if len(body) > _BIG:  # a hostile megabyte takes a quarter of a second: not in the event loop
                    value, changed = await run_in_threadpool(strict_json, body)
                else:
                    value, changed = strict_json(body)
                if changed:
                    body = json.dumps(value, ensure_ascii=False).encode()
                    _with_length(scope, len(body))
        except (TooLarge, UnsupportedMedia) as refusal:
            await problem_response(refusal)(scope, receive, send)
        except NotStrictJsonError as fault:
            await malformed(fault.errors)(scope, receive, send)
        except _Gone:
            return
        else:
            await self._app(scope, _replayed(body, receive), send)


class _Gone(Exception):  # noqa: N818 -- not an error: the client went away, there is nobody to answer
    pass


class _Headers:
    """The headers that describe a body."""

    def __init__(self, scope: Scope) -> None:
        values: dict[bytes, bytes] = dict(scope["headers"])
        self._length = values.get(b"content-length", b"")
        self._coding = values.get(b"content-encoding", b"identity").strip().lower()
        message = email.message.Message()
        message["content-type"] = values.get(b"content-type", b"").decode("latin-1")
        self._given = b"content-type" in values
        self.media_type = message.get_content_type() if self._given else ""
        charset = message.get_param("charset", "utf-8")
        self._charset = charset.lower() if isinstance(charset, str) else ""

    def refuse_longer_than(self, limit: int) -> None:
        if self._length.isdigit() and int(self._length[:20]) > limit:
            raise _too_large(limit)

    def refuse_unless_json(self, or_upload: bool) -> None:
        expected = "application/json（UTF-8，不压缩）" + ("或者 multipart/form-data" if or_upload else "")
        is_json = self.media_type == "application/json" or (
            self.media_type.startswith("application/") and self.media_type.endswith("+json")
        )
        if not (is_json and self._charset in ("utf-8", "utf8") and self._coding == b"identity"):
            raise UnsupportedMedia(
                detail=f"请求内容须为 {expected}。",
                field="Content-Type",
                expected=expected,
                headers={"Accept": "application/json"},
            )


def _with_length(scope: Scope, length: int) -> None:
    """Changed in place: the middleware outside this one reads from the same scope what the app leaves there."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    scope["headers"] = [*kept, (b"content-length", str(length).encode())]


def _too_large(limit: int) -> TooLarge:
    return TooLarge(detail=f"请求内容不得超过 {limit // 1024} KiB。", expected=f"至多 {limit} 字节")


async def _read(receive: Receive, limit: int) -> bytes:
    """The whole body; stops as soon as it is longer than `limit` bytes."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the app the body that was already read, then whatever follows it (a disconnect)."""
    pending: MutableSequence[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _counted(receive: Receive, limit: int) -> Receive:
    """Passes an upload through, and stops it when it has become longer than `limit` bytes."""
    size = 0

    async def count() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            # An HTTPException, because FastAPI turns any other error while it reads a form into a 400.
            raise HTTPException(413)
        return message

    return count


def _address_errors(scope: Scope) -> list[FieldError]:
    """Faults of path and query: text that is not UTF-8, or holds what no text may hold."""
    parts = [("path", "", scope.get("raw_path") or scope["path"].encode())]
    query: bytes = scope["query_string"]
    parts += [
        ("query", name, value.encode("latin-1") if isinstance(value, str) else value)
        for pair in query.split(b"&")
        if pair
        for name, value in [_named(pair)]
    ]
    errors = []
    for place, name, raw in parts:
        try:
            text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
        except UnicodeDecodeError:
            reason = "不是 UTF-8 编码"
        else:
            hostile = hostile_character(text)
            if hostile is None:
                continue
            reason = f"含有{hostile[1]}"
        errors.append(
            FieldError(
                field=field_path([name] if name else []),
                place=place,
                expected="不含控制字符的 UTF-8 文本",
                reason=reason,
            )
        )
    return errors[:MOST_ERRORS]


def _named(pair: bytes) -> tuple[str, bytes]:
    """A query pair: its name for the report, and all of it (the name is checked too)."""
    return pair.partition(b"=")[0].decode("latin-1"), pair


# ---- in the app ----------------------------------------------------------------------------------------------


async def declared_query_only(request: Request) -> None:
    """App-wide dependency: a query parameter that the route does not declare, or one given twice, is refused.

    A misspelt filter that is silently ignored would answer a question nobody asked.
    """
    given = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if not given:
        return
    fields = get_flat_params(_dependant(request))
    # What is no other kind of parameter: the fields of a query model are not `Query` themselves.
    declared = {field.alias: field for field in fields if not isinstance(field.field_info, _NOT_QUERY)}
    faults: list[dict[str, Any]] = []
    seen: set[str] = set()
    for name, _value in given:
        if name not in declared:
            faults.append({"type": "extra_forbidden", "loc": ("query", name), "msg": ""})
        elif name in seen and not _takes_many(declared[name]):
            faults.append({"type": "value_error", "loc": ("query", name), "msg": "该参数只能出现一次"})
        seen.add(name)
    if faults:
        raise RequestValidationError(faults)


def _dependant(request: Request) -> Any:
    """What the matched route takes, with what the routers around it add (FastAPI keeps that in the scope)."""
    effective = request.scope.get("fastapi", {}).get("effective_route_context")
    return (effective or request.scope["route"]).dependant


def _takes_many(field: Any) -> bool:
    return getattr(field.field_info.annotation, "__origin__", None) in (list, tuple, set, frozenset)


def _only_iso(value: object) -> object:
    """pydantic would read a number as seconds since 1970."""
    if isinstance(value, str) and not _ISO_DATE.fullmatch(value):
        raise PydanticCustomError("date_parsing", "not a date")
    return value


#: A date in a query: 2026-03-02 and nothing else.
QueryDate = Annotated[date, BeforeValidator(_only_iso)]


class _AsJson:
    """Marker: validate the value as JSON, so that a strict model takes dates and enums, and nothing else, from text."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(source)
        return core_schema.json_or_python_schema(
            json_schema=inner,
            python_schema=core_schema.chain_schema(
                [core_schema.no_info_plain_validator_function(json.dumps), core_schema.json_schema(inner)]
            ),
        )


_Model = TypeVar("_Model")
if TYPE_CHECKING:
    Submitted = Annotated[_Model, "a JSON body"]
else:
    #: A JSON body, validated strictly: `def open_case(command: Submitted[OpenCase])`.
    Submitted = Annotated[_Model, Body(), _AsJson()]
