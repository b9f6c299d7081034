"""The people of a practice office as clients that lose their connection and insist on an answer.

A client that gets none sends the same command again under the same key. What was answered in the end is kept, to be
compared with the record: `Acknowledged` must be there exactly once, what was refused or given up at most once.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

_UNDECIDED: Final = frozenset({202, 401, 429, 500, 502, 503, 504})
_PATIENCE: Final = 240.0  # seconds until a command without an answer counts as a fault of the office
_PER_TRY: Final = 20.0

Answer = tuple[int, Any]


class Violation(Exception):  # noqa: N818 -- what the run looks for
    """The office broke a promise."""


@dataclass(frozen=True)
class Sent:
    """A command as it was sent: the same again, word for word, is the same command."""

    who: str
    path: str
    body: Mapping[str, Any]
    key: str
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()


@dataclass
class Ledger:
    """What clients were told, over the whole run."""

    acknowledged: dict[str, Any] = field(default_factory=dict)  # key → the decided answer
    refused: dict[str, int] = field(default_factory=dict)  # key → status
    given_up: set[str] = field(default_factory=set)
    sent: dict[str, Sent] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # until each answer, from the first attempt


class People:
    """Everybody of one practice office, each with a token. Each attempt goes to whichever API process comes up."""

    def __init__(self, apis: Sequence[str], ledger: Ledger) -> None:
        self.ledger = ledger
        self.hang_up = 0.0  # chance that an attempt ends before its answer is there
        self._bases = [f"{api}/api/v1" for api in apis]
        self._client = httpx.AsyncClient(
            timeout=_PER_TRY,
            trust_env=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
        )
        self._tokens: dict[str, str] = {}

    async def close(self) -> None:
        """Ends all connections."""
        await self._client.aclose()

    async def get(self, who: str, path: str, **query: str) -> Any:
        """What a GET answers, asked until it does. Raises Violation on a refusal."""
        status, answer = await self._insist("GET", path, who, params=query)
        if status != httpx.codes.OK:
            raise Violation(f"GET {path}: {status} {answer}")
        return answer

    async def do(self, sent: Sent, *, replayed: bool = False) -> Answer:
        """Sends a command until it is answered for good; what was answered before must be answered again."""
        ledger = self.ledger
        ledger.sent[sent.key] = sent
        ledger.counts["replayed" if replayed else "commands"] += 1
        began = time.monotonic()
        headers = {"Idempotency-Key": sent.key, **dict(sent.headers)}
        status, answer = await self._insist(
            "POST", sent.path, sent.who, json=sent.body, headers=headers, params=dict(sent.query)
        )
        ledger.seconds.append(time.monotonic() - began)
        if status in (httpx.codes.OK, httpx.codes.CREATED):
            earlier = ledger.acknowledged.setdefault(sent.key, answer)
            if earlier != answer or sent.key in ledger.refused:
                raise Violation(f"{sent.key}: answered {answer} after {earlier}")
        else:
            if sent.key in ledger.acknowledged:
                raise Violation(f"{sent.key}: refused {answer} after {ledger.acknowledged[sent.key]}")
            if ledger.refused.setdefault(sent.key, status) != status and replayed:
                raise Violation(f"{sent.key}: {status} after {ledger.refused[sent.key]}")
        return status, answer

    async def do_unrecorded(self, sent: Sent) -> Answer:
        """As `do`, for a command that must be refused: nothing of it is kept."""
        headers = {"Idempotency-Key": sent.key, **dict(sent.headers)}
        return await self._insist(
            "POST", sent.path, sent.who, json=sent.body, headers=headers, params=dict(sent.query)
        )

    async def send_and_leave(self, sent: Sent, patience: float) -> None:
        """Sends a command once and does not wait for the answer: nobody knows what became of it."""
        self.ledger.sent[sent.key] = sent
        self.ledger.given_up.add(sent.key)
        self.ledger.counts["given up"] += 1
        headers = {"Idempotency-Key": sent.key, **dict(sent.headers)}
        try:
            await self._once(
                "POST",
                sent.path,
                sent.who,
                json=sent.body,
                headers=headers,
                params=dict(sent.query),
                timeout=patience,
            )
        except httpx.TransportError:
            return

    async def _insist(self, method: str, path: str, who: str, **request: Any) -> Answer:
        give_up = time.monotonic() + _PATIENCE
        pause, last = 0.05, "no answer"
        while time.monotonic() < give_up:
            hasty = {"timeout": random.uniform(0.001, 0.1)} if random.random() < self.hang_up else {}
            try:
                response = await self._once(method, path, who, **request, **hasty)
            except httpx.TransportError as fault:
                last = type(fault).__name__
            else:
                last = f"{response.status_code} {response.text[:300]}"
                if response.status_code not in _UNDECIDED:
                    return response.status_code, response.json()
            self.ledger.counts[f"tried again: {last[:3] if last[:3].isdecimal() else last}"] += 1
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 1.6, 1.0)
        raise Violation(f"{method} {path}: no answer within {_PATIENCE:.0f} s; the last was {last}")

    async def _once(self, method: str, path: str, who: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self._token(who)}", **request.pop("headers", {})}
        url = random.choice(self._bases) + path
        response = await self._client.request(method, url, headers=headers, **request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.pop(who, None)  # run out, by the clock of that process
        return response

    async def _token(self, who: str) -> str:
        if who not in self._tokens:
            tokens = f"{random.choice(self._bases)}/practice/tokens"
            response = await self._client.post(tokens, json={"user": who})
            if response.status_code != httpx.codes.OK:
                raise httpx.ConnectError(f"no token for {who}: {response.status_code}")
            self._tokens[who] = response.json()["token"]
        return self._tokens[who]
