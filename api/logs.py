"""Structured logs: one JSON object a line, only the fields named here, so that no personal data can slip in.

Bodies, query strings, addresses with their identifiers, names and messages of exceptions are never logged.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

#: Everything that a log line may hold. A new field is added here after a look at what it can contain.
ALLOWED: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "trace_id",
        "method",
        "route",  # the template, e.g. /api/v1/cases/{no}
        "status",
        "milliseconds",
        "account_id",
        "code",
        "error",  # class of an exception
        "frames",  # file:line of an exception, without values
        "port",
        "pid",
    }
)


def _allowed_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure_logs(stream: TextIO | None = None) -> None:
    """Send structlog's lines to `stream` (default: standard error) as JSON; times in UTC.

    The access log of the server itself must be off: it would print query strings.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _allowed_only,
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def where(error: BaseException) -> dict[str, Any]:
    """What a log may say of an exception: its class and the places it passed, never its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    }
