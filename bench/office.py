"""A running practice office for the benches, and a case whose steps can be repeated for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx
import psutil

from intake.sample import make_uscc

AUTHORITY = "nanjing-market-regulation"
_ROLES = ("officer", "reviewer", "approver", "legal-officer")


@dataclass
class OfficeAtWork:
    """Addresses of the office, a signed-in token for each role, and the version at which each case was last seen."""

    api: str
    temporal: str
    home: Path
    pid: int  # of `chengxu run`; its parts are its children
    ready_at: float  # time.perf_counter() when it said that it was
    tokens: dict[str, str]
    versions: dict[str, int] = field(default_factory=dict)

    def headers(self, role: str, version: int | None = None) -> dict[str, str]:
        """Headers of one command."""
        head = {"Authorization": f"Bearer {self.tokens[role]}", "Idempotency-Key": uuid4().hex}
        if version is not None:
            head["If-Match"] = f'"v{version}"'
        return head

    def part(self, mark: str) -> psutil.Process:
        """The process of a part, by a word of its command line."""
        return next(p for p in psutil.Process(self.pid).children() if mark in p.cmdline())


@contextmanager
def office_at_work(home: Path, **environment: str) -> Iterator[OfficeAtWork]:
    """`chengxu run` in a home of its own, with the measures of one regime confirmed for practice."""
    env = os.environ | {"CHENGXU_HOME": str(home)} | environment
    log = (home.parent / "run.log").open("wb")
    process = subprocess.Popen([sys.executable, "-P", "-m", "cli", "run"], env=env, stdout=log, stderr=log)
    try:
        running = _wait_for(home / "running.json")
        ready_at = time.perf_counter()
        with httpx.Client(base_url=f"{running['api']}/api/v1", timeout=60) as http:
            tokens = {role: _token(http, f"{AUTHORITY}-{role}") for role in _ROLES}
            office = OfficeAtWork(running["api"], running["temporal"], home, process.pid, ready_at, tokens)
            _confirm(http, office)
        yield office
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def open_case(http: httpx.Client, office: OfficeAtWork) -> str:
    """A case just opened, on a founding document of its own; its number."""
    random = Random(uuid4().int)
    form = {
        "regime": "market_regulation",
        "authority": AUTHORITY,
        "subject": {"kind": "organisation", "name": "某某食品有限公司", "id_number": make_uscc(random)},
        "document": {
            "kind": "penalty",
            "number": f"宁市监罚〔2026〕{random.randrange(10**8)}号",
            "title": "行政处罚决定书",
            "issued_by": "南京市市场监督管理局",
            "decided_on": "2026-01-05",
            "facts": "生产经营不符合食品安全标准的食品",
            "legal_basis": "食品安全法 第一百二十四条",
            "result": "罚款二十万元",
        },
    }
    opened = http.post("/cases", json=form, headers=office.headers("officer"))
    opened.raise_for_status()
    return str(opened.json()["case"])


def case_in_drafting(http: httpx.Client, office: OfficeAtWork) -> str:
    """A case at the drafting of its prior notice; drafting and sending back can go on for ever."""
    no = open_case(http, office)
    steps: tuple[tuple[str, Mapping[str, object]], ...] = (
        (
            "confirm_effective",
            {"effective": True, "effective_on": "2026-02-01", "remedies_state": "无", "evidence": ["1"]},
        ),
        ("confirm_ground", {"met": True, "ground": "food", "reasons": "符合"}),
        ("assess_leniency", {"factors": [], "conclusion": "none", "reasons": "无"}),
    )
    for action, body in steps:
        step(http, office, no, "officer", action, body)
    return no


NOTICE: dict[str, object] = {
    "facts": "事由" * 100,
    "basis": ["国家市场监督管理总局令第44号 第二条"],
    "measures": ["A02"],
    "published": "名称、代码、事由",
    "rights": "陈述、申辩、异议",
    "contact": "025-00000000",
}
SENT_BACK: dict[str, object] = {"agreed": False, "opinion": "请补充"}


def draft_or_send_back(http: httpx.Client, office: OfficeAtWork, no: str, turn: int) -> None:
    """The notice is drafted on even turns, sent back on odd ones."""
    if turn % 2 == 0:
        step(http, office, no, "officer", "draft_prior_notice", NOTICE)
    else:
        step(http, office, no, "reviewer", "review_prior_notice", SENT_BACK)


def step(
    http: httpx.Client, office: OfficeAtWork, no: str, role: str, action: str, body: Mapping[str, object]
) -> int:
    """Takes one step on the present version; returns the new one."""
    version = office.versions.get(no) or _version(http, office, no)
    answer = http.post(f"/cases/{no}/actions/{action}", json=body, headers=office.headers(role, version))
    if answer.status_code != 200:
        raise RuntimeError(f"{action}: {answer.status_code} {answer.text}")
    office.versions[no] = int(answer.json()["version"])
    return office.versions[no]


def _version(http: httpx.Client, office: OfficeAtWork, no: str) -> int:
    return int(http.get(f"/cases/{no}", headers=office.headers("officer")).json()["version"])


def _token(http: httpx.Client, user: str) -> str:
    return str(http.post("/practice/tokens", json={"user": user}).json()["token"])


def _confirm(http: httpx.Client, office: OfficeAtWork) -> None:
    regime = http.get("/regimes/market_regulation", headers=office.headers("officer")).json()
    for missing in regime["open"]:
        body = {
            "key": missing["key"],
            "since": missing["since"],
            "value": True,
            "document": "演示",
            "clause": "演示",
        }
        http.post(
            "/regimes/market_regulation/confirmations", json=body, headers=office.headers("legal-officer")
        )


def _wait_for(path: Path) -> dict[str, str]:
    for _ in range(12_000):
        if path.exists():
            loaded: dict[str, str] = json.loads(path.read_text("utf-8"))
            return loaded
        time.sleep(0.01)
    raise TimeoutError("the office did not become ready")
