"""The trace id of the request at hand: taken from `traceparent` (W3C Trace Context) or made here."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar, Token

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)

_current: ContextVar[str | None] = ContextVar("trace_id", default=None)


def begin_trace(traceparent: str | None) -> Token[str | None]:
    """Set the trace id of this context; hand the token to `end_trace`. A wrong header starts a new trace."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    return _current.set(match[1] if match else secrets.token_hex(16))


def end_trace(token: Token[str | None]) -> None:
    """Put back what was before `begin_trace`."""
    _current.reset(token)


def trace_id() -> str:
    """32 hexadecimal characters; outside a request a fresh one, kept for the rest of the context."""
    current = _current.get()
    if current is None:
        current = secrets.token_hex(16)
        _current.set(current)
    return current
