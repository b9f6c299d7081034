"""Every JSON answer of a practice office says so in its body too (演练): `"practice": true` beside what it tells.

A client that reads only bodies, keeps them, or passes them on cannot take one for the answer of a real office.
"""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The member that marks a body.
MEMBER: Final = "practice"


class PracticeMark:
    """ASGI middleware around everything else. Answers that are no JSON object pass through untouched."""

    def __init__(self, app: ASGIApp, *, except_for: frozenset[str] = frozenset()) -> None:
        """`except_for`: paths whose documents have a form of their own (the OpenAPI document)."""
        self._app = app
        self._except_for = except_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._except_for:
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Marking(send))


class _Marking:
    """Holds a JSON answer back until it is whole, then sends it with the mark."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        body = marked(self._body)
        MutableHeaders(scope=self._start)["Content-Length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})


def _is_json(start: Message) -> bool:
    media_type = MutableHeaders(scope=start).get("content-type", "").partition(";")[0]
    return media_type == "application/json" or media_type.endswith("+json")


def marked(body: bytes) -> bytes:
    """The JSON text with the mark, if it is an object."""
    value: Any = json.loads(body)
    if not isinstance(value, dict):
        return body
    value[MEMBER] = True
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
