"""The two headers that make a command safe to repeat: `Idempotency-Key` and `If-Match`."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Query, Request

from api.problems import MissingKey, PreconditionRequired
from domain.refusals import Malformed

#: Visible ASCII, and not of the form in which the office names its own commands (an alarm's, a paper's, a lead's).
KEY_PATTERN: Final = r"^(?![a-z_]+:[0-9a-f]{32}:|lead-[0-9a-f]{64})[\x21-\x7e]{8,128}$"
ETAG_PATTERN: Final = r'^"v(0|[1-9][0-9]{0,17})"$'
_KEY = re.compile(KEY_PATTERN)
_KEY_EXPECTED: Final = "8 至 128 个可见 ASCII 字符，例如 UUID；不得为系统自用的编号形式"
_ETAG = re.compile(ETAG_PATTERN)
_ETAG_EXPECTED: Final = '案件的 ETag，例如 "v12"'


def _single(request: Request, name: str) -> str | None:
    """The header's one value. Two of them could be read as two different requests."""
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise Malformed(detail=f"请求头 {name} 只能出现一次。", field=name, expected="只出现一次")
    return values[0].strip() if values else None


#: Declared for the OpenAPI document; read from the request itself, where a second one is seen.
_KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Command id: the same key with the same body gets the same answer, for ever. "
        "8–128 visible ASCII characters. Required.",
    ),
]


# Dependencies are coroutines also where they await nothing: FastAPI would hand a plain function to a thread.


async def _idempotency_key(request: Request, _declared: _KeyHeader = None) -> str:
    key = _single(request, "Idempotency-Key")
    if key is None:
        raise MissingKey(
            detail="办理事项的请求须带请求头 Idempotency-Key。",
            field="Idempotency-Key",
            expected=_KEY_EXPECTED,
        )
    if not _KEY.fullmatch(key):
        raise MissingKey(
            code="IDEMPOTENCY_KEY_MALFORMED",
            detail="请求头 Idempotency-Key 格式不符。",
            field="Idempotency-Key",
            expected=_KEY_EXPECTED,
        )
    return key


async def _expected_version(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(description='Version that the step was decided on: the case\'s ETag, e.g. `"v12"`.'),
    ] = None,
) -> int | None:
    del if_match  # as above
    tag = _single(request, "If-Match")
    if tag is None:
        return None
    match = _ETAG.fullmatch(tag)
    if match is None:  # also `*` and weak tags: a step is decided on one version, known exactly
        raise Malformed(detail="请求头 If-Match 格式不符。", field="If-Match", expected=_ETAG_EXPECTED)
    return int(match[1])


def require_version(version: int | None) -> int:
    """The version that an officer's step names. Raises PreconditionRequired (428) when it names none."""
    if version is None:
        raise PreconditionRequired(
            detail="办理该步骤须带请求头 If-Match，写明您看到的案件版本。",
            field="If-Match",
            expected=_ETAG_EXPECTED,
        )
    return version


def etag(version: int) -> str:
    """Strong entity tag of a case at a version (RFC 9110 section 8.8.3)."""
    return f'"v{version}"'


async def _key_unless_dry_run(
    request: Request,
    _declared: _KeyHeader = None,
    dry_run: Annotated[
        bool, Query(description="Answer the same, store nothing; needs no Idempotency-Key.")
    ] = False,
) -> str | None:
    """A dry run changes nothing, so it needs no key; one that is sent all the same must be one."""
    if dry_run and "Idempotency-Key" not in request.headers:
        return None
    key = await _idempotency_key(request)
    return None if dry_run else key


#: The command id of a request, or None for a dry run.
KeyUnlessDryRun = Annotated[str | None, Depends(_key_unless_dry_run)]
#: The command id of a request. 400 when it is missing or malformed.
IdempotencyKey = Annotated[str, Depends(_idempotency_key)]
#: The version in `If-Match`, or None: subjects and departments need not send it; `require_version` for officers.
ExpectedVersion = Annotated[int | None, Depends(_expected_version)]


async def _required_version(version: ExpectedVersion) -> int:
    return require_version(version)


#: The version in `If-Match`. 428 when there is none.
RequiredVersion = Annotated[int, Depends(_required_version)]
