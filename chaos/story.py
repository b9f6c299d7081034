"""One case as its people live it: whatever it waits for, somebody does, in an order that the seed decides."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from chaos.people import Answer, People, Sent, Violation
from cli.practice_case import practice_forms

REGIME: Final = "market_regulation"
BODY: Final = "nanjing-market-regulation"
SUPERIOR: Final = "jiangsu-market-regulation-superior"
SUBJECT: Final = "subject-company-1"
OPENS: Final = "2026-01-05T09:00:00+08:00"
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_PATIENCE: Final = 900.0  # seconds for a whole case, storms included
_LOOK_EVERY: Final = 0.2  # seconds
#: Who takes a step, where it is not the officer.
_BY: Final[Mapping[str, str]] = {
    "review_prior_notice": f"{BODY}-reviewer",
    "issue_prior_notice": f"{BODY}-approver",
    "approve_exemption": f"{BODY}-approver",
    "admit_late_objection": f"{BODY}-reviewer",
    "answer_objection": f"{BODY}-reviewer",
    "review_decision": f"{BODY}-reviewer",
    "decide": f"{BODY}-approver",
    "give_consent": SUPERIOR,
    "raise_objection": SUBJECT,
    "waive_objection": SUBJECT,
    "withdraw_objection": SUBJECT,
}
#: Steps that wait and that nobody has to take: taken now and then, by chance.
_RIGHTS: Final[Mapping[str, float]] = {
    "raise_objection": 0.35,
    "waive_objection": 0.05,
    "withdraw_objection": 0.05,
}
_LEFT_ALONE: Final = frozenset(
    {
        "request_hearing",
        "waive_hearing",
        "withdraw_hearing",
        "arrange_hearing",
        "hold_hearing",
        "void_prior_notice",
        "void_decision",
    }
)
#: Refusals that a later day clears.
_TIME_HELPS: Final = frozenset({"HEARING_WINDOW_OPEN", "WINDOW_OPEN"})
_SEND_BACK: Final = 0.1  # a reviewer or approver sends back
_SERVICE_FAILS: Final = 0.15


@dataclass
class Story:
    """One case and how its people go about it. `again`: chance that an answered command is sent once more;
    `leave`: chance that a client sends and doesn't wait for the answer; `luck`: decides in the seed's place what
    happens, so that many cases take the same course.
    """

    people: People
    seed: str
    again: float = 0.15
    leave: float = 0.05
    objections: int = 2
    exempt: bool = False  # a short case: from its opening to the served exemption
    luck: str = ""
    no: str = ""
    version: int = 0
    outcome: str | None = None
    today: str = OPENS[:10]
    rng: random.Random = field(init=False)
    last: Answer = (0, None)
    sent_keys: list[str] = field(default_factory=list)
    _objected: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.luck or self.seed)

    # -- the whole case

    async def run(self) -> None:
        """From its opening to its end, and to the end of the period on the list where it comes to that."""
        await self.open()
        await self.go_on()

    async def go_on(self) -> None:
        """From wherever it stands to its end."""
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            view = await self.see()
            if self.outcome is not None:
                return
            await self.next(view)
        raise Violation(f"{self.no}: not at its end after {_PATIENCE:.0f} s; the last: {self.last}")

    async def until(self, step: str) -> None:
        """Goes on until the case waits for this step."""
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            view = await self.see()
            if any(waiting["action"] == step for waiting in view["waits_for"]):
                return
            await self.next(view)
        raise Violation(f"{self.no}: does not come to {step} within {_PATIENCE:.0f} s")

    async def open(self) -> None:
        """线索登记, on the practice clock."""
        body = {
            "regime": REGIME,
            "authority": BODY,
            "subject": practice_forms()["parties"][SUBJECT],
            "document": {
                "kind": "penalty",
                "number": f"宁市监罚〔2025〕{random.Random(self.seed).randint(100_000, 99_999_999)}号",
                "title": "行政处罚决定书",
                "issued_by": "南京市市场监督管理局",
                "decided_on": "2025-12-01",
                "effectiveness": "unknown",
                **practice_forms()["documents"][REGIME],
            },
        }
        sent = Sent(
            f"{BODY}-officer", "/cases", body, self._key("open"), headers=(("X-Practice-Clock", OPENS),)
        )
        status, answer = await self._send(sent)
        if status != httpx.codes.CREATED:
            raise Violation(f"{self.seed}: not opened, {status} {answer}")
        self.no = answer["case"]

    # -- one step

    async def see(self) -> dict[str, Any]:
        """The case as its officer sees it now."""
        view: dict[str, Any] = await self.people.get(f"{BODY}-officer", f"/cases/{self.no}")
        self.version, self.outcome = view["version"], view["outcome"]
        return view

    async def act(self, action: str, *, item: str = "", leave: bool = False, **changes: Any) -> Answer:
        """One step with the sample form and these changes, on the version last seen."""
        who = _BY.get(action, f"{BODY}-officer")
        body = {**self._form(action), **changes}
        headers = () if who == SUBJECT else (("If-Match", f'"v{self.version}"'),)
        sent = Sent(
            who,
            f"/cases/{self.no}/actions/{action}",
            body,
            self._key(action),
            headers,
            (("item", item),) if item else (),
        )
        if leave:
            await self.people.send_and_leave(sent, self.rng.choice((0.01, 0.05, 0.2, 1.0)))
            return 0, None
        status, answer = await self._send(sent)
        if status == httpx.codes.OK:
            self._learn(answer["at"])
        elif status not in (409, 412, 422):
            raise Violation(f"{self.no} {action}: {status} {answer}")
        return status, answer

    async def time_passes_to(self, instant: datetime) -> None:
        """The practice clock of the case goes on to `instant`."""
        sent = Sent(
            f"{BODY}-officer",
            f"/practice/cases/{self.no}/clock",
            {"to": instant.isoformat()},
            self._key("clock"),
        )
        status, answer = await self.people.do(sent)
        if status == httpx.codes.OK:
            self._learn(answer["now"])

    async def time_passes(self, time: timedelta) -> None:
        """The practice clock of the case goes on from the day that it was last known to show."""
        noon = datetime.fromisoformat(f"{self.today}T12:00:00").replace(tzinfo=SHANGHAI)
        await self.time_passes_to(noon + time)

    async def next_alarm_rings(self) -> None:
        """Time passes to the next instant at which the procedure has something to record."""
        view = await self.see()
        if view["next_alarm_at"] is not None:
            await self.time_passes_to(datetime.fromisoformat(view["next_alarm_at"]) + timedelta(seconds=1))

    # -- within

    async def next(self, view: Mapping[str, Any]) -> None:
        """Something that the case waits for is done; where nothing can be, time passes."""
        waiting = [w for w in view["waits_for"] if w["action"] not in _LEFT_ALONE]
        duties = [w for w in waiting if w["action"] not in _RIGHTS]
        for right in (w for w in waiting if w["action"] in _RIGHTS):
            wanted = right["action"] != "raise_objection" or self._objected < self.objections
            if wanted and self.rng.random() < _RIGHTS[right["action"]]:
                self._objected += right["action"] == "raise_objection"
                await self.act(right["action"], item=right["item"] or "", leave=self._leaves())
                return
        if duties:
            chosen = self.rng.choice(duties)
            status, answer = await self.act(chosen["action"], item=chosen["item"] or "", leave=self._leaves())
            if status == httpx.codes.UNPROCESSABLE_ENTITY and answer["code"] in _TIME_HELPS:
                await self.time_passes(timedelta(days=1))
        elif view["stage"] == "objection_window":
            await self.next_alarm_rings()
        else:
            await asyncio.sleep(_LOOK_EVERY)  # a paper is being produced

    async def _send(self, sent: Sent) -> Answer:
        answer = self.last = await self.people.do(sent)
        while self.rng.random() < self.again:
            repeated = await self.people.do(sent, replayed=True)
            if repeated != answer and answer[0] in (200, 201):
                raise Violation(f"{sent.key}: {repeated} after {answer}")
        return answer

    def _leaves(self) -> bool:
        return self.rng.random() < self.leave

    def _key(self, what: str) -> str:
        self.sent_keys.append(f"{self.seed}-{len(self.sent_keys) + 1}-{what}")
        return self.sent_keys[-1]

    def _learn(self, instant: str) -> None:
        day = datetime.fromisoformat(instant).astimezone(SHANGHAI).date().isoformat()
        self.today = max(self.today, day)

    def _form(self, action: str) -> dict[str, Any]:
        form = dict(practice_forms()["forms"].get(action, {}))
        basis = ["国家市场监督管理总局令第44号 第二条"]
        measures = ["A09", "A02"]
        if "agreed" in form and action not in ("issue_termination", "approve_exemption"):
            form["agreed"] = self.rng.random() >= _SEND_BACK
        match action:
            case "confirm_effective":
                form["effective_on"] = "2025-12-20"
            case "confirm_ground":
                form["ground"] = "food"
            case "assess_leniency" if self.exempt:
                form |= {
                    "conclusion": "exempt",
                    "factors": ["slight"],
                    "reasons": "及时改正，危害轻微",
                }
            case "draft_prior_notice":
                form |= {"basis": basis, "measures": measures}
            case "raise_objection":
                form["channel"] = "online"
            case "admit_late_objection":
                form["admitted"] = self.rng.random() < 0.5
            case "verify_objection":
                form["finding"] = self.rng.choice(["rejected", "rejected", "partly"])
            case "draft_decision":
                form |= {"basis": basis, "objections": "异议已逐项核实并书面反馈，采纳情况如上"}
                form["outcome"] = self.rng.choice(["list", "list", "not_list"])
                if form["outcome"] == "list":
                    reasons = practice_forms()["reasons"]
                    form["measures"] = [{"code": code, **reasons} for code in measures]
            case _ if action.startswith("serve_"):
                failed = self.rng.random() < _SERVICE_FAILS
                form = {
                    **practice_forms()["service"]["direct"],
                    "method": "direct",
                    "outcome": "failed" if failed else "served",
                    "on": self.today,
                }
        return form
