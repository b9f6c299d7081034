"""What surrounds every answer: trace id, security headers, one log line, and a problem instead of a crash."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import structlog
from fastapi import Depends, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.logs import where
from api.strict import JSON_LIMIT, StrictRequests, declared_query_only
from api.trace import begin_trace, end_trace, trace_id

_LOG = structlog.get_logger()

#: OWASP REST security cheat sheet; an API answer is never a document that runs, nor one that is framed.
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
PRACTICE_HEADER: Final = "X-Practice"


class Edge:
    """Outermost ASGI middleware. An exception that nobody handled becomes a 500 that tells nothing but the trace id.

    In a practice office (演练) each answer is marked with `X-Practice: 1`.
    """

    def __init__(self, app: ASGIApp, *, practice: bool) -> None:
        self._app = app
        self._practice = practice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server leaves the body out (RFC 9110 section 9.3.2)
        headers: dict[bytes, bytes] = dict(scope["headers"])
        token = begin_trace(headers.get(b"traceparent", b"").decode("latin-1"))
        began = time.perf_counter()
        state: dict[str, Any] = scope.setdefault("state", {})
        status: int | None = None

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._mark(MutableHeaders(scope=message))
            await send(message)

        try:
            try:
                await self._app(scope, receive, send_marked)
            except ClientDisconnect:
                pass  # nobody is left to answer
            except Exception as error:
                _LOG.error("unhandled exception", trace_id=trace_id(), **where(error))
                if status is not None:
                    raise  # half an answer is out: the server must cut the connection
                fault = problems.problem_response(problems.internal_fault())
                await fault(scope, receive, send_marked)
            _LOG.info(
                "request",
                trace_id=trace_id(),
                method=scope["method"],
                route=_route(scope),
                status=status,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
                account_id=state.get("account_id"),
            )
        finally:
            end_trace(token)

    def _mark(self, headers: MutableHeaders) -> None:
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        headers["X-Trace-Id"] = trace_id()
        if self._practice:
            headers[PRACTICE_HEADER] = "1"


def _route(scope: Scope) -> str | None:
    """The template of the matched route: the address itself may hold what must not be in a log."""
    matched: Any = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    path = getattr(matched, "path", None)
    return str(path) if path is not None else None


def install(
    app: FastAPI, *, practice: bool, json_limit: int = JSON_LIMIT, uploads: Mapping[str, int] | None = None
) -> None:
    """The whole edge on `app`: problems, strict requests, headers, logs. Call it before routes are added.

    `uploads`: path → largest multipart body in bytes.
    """
    app.router.redirect_slashes = False
    # Before any route is added: it covers those that come after it alone.
    app.router.dependencies.append(Depends(declared_query_only))
    problems.install(app)
    app.add_middleware(StrictRequests, json_limit=json_limit, uploads=uploads)
    app.add_middleware(Edge, practice=practice)
