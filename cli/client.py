"""A client of the API of an office, as any department could write one: what the demonstration and `confirm` speak."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import httpx

_PATIENCE: Final = 60.0  # seconds for one answer
_LOOK_EVERY: Final = 0.1  # seconds between two looks at an operation that is undecided yet


class NotRunningError(Exception):
    """Nobody answers at the address of the office."""


class RefusedError(Exception):
    """A refusal: the problem document of the office (RFC 9457), in words for a person."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        """`status` 0: refused before anything was sent."""
        self.status = status
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", ""))
        self.clause: str | None = problem.get("clause")
        self.field: str | None = problem.get("field")
        self.expected: str | None = problem.get("expected")
        super().__init__(self._in_words())

    def _in_words(self) -> str:
        parts = [self.detail or f"HTTP {self.status}"]
        if self.field:
            parts.append(f"字段：{self.field}")
        if self.expected:
            parts.append(f"应为：{self.expected}")
        if self.clause:
            parts.append(f"依据：{self.clause}")
        return "；".join(parts)


class Api:
    """One office over HTTP. Safe for several threads. `token`: whose requests these are; see `signed_in`."""

    def __init__(self, base: str, *, token: str | None = None, client: httpx.Client | None = None) -> None:
        self._base = base
        self._client = client or httpx.Client(
            base_url=f"{base}/api/v1", timeout=_PATIENCE, trust_env=False, limits=httpx.Limits()
        )
        self._token = token

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def with_token(self, token: str) -> Api:
        """The same office, asked by the holder of `token`."""
        return Api(self._base, token=token, client=self._client)

    def signed_in(self, user: str) -> Api:
        """The same office, asked by a sample user. Raises RefusedError in a real office: it knows none."""
        return self.with_token(str(self.post("/practice/tokens", {"user": user})["token"]))

    def get(self, path: str, **query: str) -> Any:
        """The answer to a GET. Raises RefusedError, NotRunningError."""
        return self._read(self._send("GET", path, params=query))

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
        file: Path | None = None,
        **query: str,
    ) -> Any:
        """The decided answer to a command under a new idempotency key; waits while it is only received.

        `version`: of the case as seen (If-Match). `file` is sent as a form in place of `body`. Raises RefusedError,
        NotRunningError.
        """
        sent = {"Idempotency-Key": uuid4().hex, **(headers or {})}
        if version is not None:
            sent["If-Match"] = f'"v{version}"'
        content: dict[str, Any] = {"json": body} if file is None else {"files": {"file": _upload(file)}}
        answer = self._send("POST", path, headers=sent, params=query, **content)
        give_up = time.monotonic() + _PATIENCE
        while answer.status_code == httpx.codes.ACCEPTED and "operation" in (received := self._read(answer)):
            if time.monotonic() > give_up:
                raise NotRunningError(f"收件后 {_PATIENCE:.0f} 秒内没有办理：{received['operation']}")
            time.sleep(_LOOK_EVERY)
            answer = self._send("GET", str(received["operation"]).removeprefix("/api/v1"))
        return self._read(answer)

    @property
    def practice(self) -> bool:
        """Whether this is a practice office (演练): it marks each answer so."""
        return "X-Practice" in self._send("GET", "/measures").headers

    def _send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **rest: Any
    ) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            return self._client.request(method, path, headers={**bearer, **(headers or {})}, **rest)
        except httpx.TransportError as away:
            raise NotRunningError(f"{self._base} 没有应答（{type(away).__name__}）") from away

    @staticmethod
    def _read(answer: httpx.Response) -> Any:
        if answer.is_success:
            return answer.json()
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        raise RefusedError(answer.status_code, problem if isinstance(problem, dict) else {})


def _upload(file: Path) -> tuple[str, bytes, str]:
    return file.name, file.read_bytes(), "application/octet-stream"
