"""A practice case over HTTP, in the office's words: each verb does what an officer, reviewer, approver or subject does.

Everything goes through the public API with the tokens of sample users; time passes on the practice clock of the case.
What is submitted stands in examples/demo/forms.yaml.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from ruamel.yaml import YAML

from cli.client import Api, RefusedError
from domain.people import Role
from domain.procedure.outcome import Outcome, Stage
from domain.rules import SubjectKind, Unit
from intake.sample import make_person_id, make_uscc

FORMS: Final = Path(__file__).resolve().parent.parent / "examples" / "demo" / "forms.yaml"
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_PATIENCE: Final = 30.0  # seconds for the period on the list to begin
_LOOK_EVERY: Final = 0.1  # seconds
_NUMBERS: Final = (1_000, 9_999_999)  # ordinals of invented document numbers

Form = dict[str, Any]


class UnexpectedError(Exception):
    """A case went otherwise than it should have."""


@cache
def practice_forms() -> Mapping[str, Any]:
    """What the practice officers submit, by step."""
    forms: Mapping[str, Any] = YAML(typ="safe", pure=True).load(FORMS.read_text("utf-8"))
    return forms


class PracticeOffice:
    """The bodies of a practice office and their sample users, each asking with a token of their own."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.bodies = {body["code"]: body for body in api.get("/authorities")["items"]}
        self._users = api.get("/practice/users")["items"]
        self._tokens: dict[str, Api] = {}

    def user(self, login: str) -> Api:
        """The office as this sample user asks it."""
        if login not in self._tokens:
            self._tokens[login] = self.api.signed_in(login)
        return self._tokens[login]

    def has(self, authority: str, role: Role) -> bool:
        """Whether there is a sample user with that role at that body."""
        return any(user["authority"] == authority and role in user["roles"] for user in self._users)

    def holder(self, authority: str, role: Role) -> Api:
        """The office as the first sample user with that role at that body asks it. Raises UnexpectedError."""
        for user in self._users:
            if user["authority"] == authority and role in user["roles"]:
                return self.user(user["user"])
        raise UnexpectedError(f"{authority} 没有“{role.label}”演练用户")

    def rule(self, regime: str, on: date) -> dict[str, Any]:
        """What a case opened on that day stands on. Raises UnexpectedError for a draft."""
        rule: dict[str, Any] | None = self.api.get(f"/regimes/{regime}", on=on.isoformat())["rule"]
        if rule is None:
            raise UnexpectedError(f"{regime} 在 {on} 仍是草案，不能立案")
        return rule


def invented_subject(kind: SubjectKind = SubjectKind.ORGANISATION) -> Form:
    """A subject that no other case knows, with valid check characters."""
    rng = random.Random()
    name = rng.choice(practice_forms()["names"])
    if kind is SubjectKind.NATURAL_PERSON:
        number = make_person_id(rng)
        born = datetime.strptime(number[6:14], "%Y%m%d").replace(tzinfo=SHANGHAI).date()
        return {
            "kind": kind.value,
            "name": f"演练{name}",
            "id_number": number,
            "id_kind": "居民身份证",
            "address": "南京市演练路200号",
            "born_on": born.isoformat(),
        }
    organisation = kind is SubjectKind.ORGANISATION
    return {
        "kind": kind.value,
        "name": f"南京{name}商贸有限公司（演练）" if organisation else f"南京市{name}经营部（演练）",
        "id_number": make_uscc(rng, head="91" if organisation else "92"),
        "address": "南京市演练路200号",
        "representative": "王演练",
    }


def founding_document(regime: str, body: Mapping[str, Any], opened: date) -> Form:
    """A penalty decision of that body under a number that no other case knows, effective before the case opens."""
    sample = practice_forms()["documents"]
    decided = opened - relativedelta(months=1)
    return {
        "kind": "penalty",
        "number": f"{body['docmark']}罚〔{decided.year}〕{random.randint(*_NUMBERS)}号",
        "title": "行政处罚决定书",
        "issued_by": body["name"],
        "decided_on": decided.isoformat(),
        "effectiveness": "unknown",
        **sample.get(regime, sample["other"]),
    }


@dataclass
class PracticeCase:
    """One case as its people see it. `said` keeps what happened in a few words, `refused` what was refused."""

    office: PracticeOffice
    regime: str
    authority: str
    subject: Form
    document: Form
    no: str = ""
    version: int = 0
    stage: str = ""
    outcome: str | None = None
    opened: date = date.min
    today: date = date.min
    objected: bool = False
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    users: dict[Role, str] = field(default_factory=dict)  # logins in place of the first with the role

    # -- the plain steps

    def open(self, on: date) -> None:
        """线索登记, at nine in the morning of that day on the case's own clock."""
        form = {"regime": self.regime, "authority": self.authority}
        at = datetime.combine(on, datetime.min.time(), SHANGHAI) + relativedelta(hours=9)
        answer = self._asker(Role.OFFICER).post(
            "/cases",
            form | {"subject": self.subject, "document": self.document},
            headers={"X-Practice-Clock": at.isoformat()},
        )
        self.no = answer["case"]
        self._take(answer)
        self.opened = self.today
        self.say("立案")

    def act(self, action: str, *, by: Role | Api = Role.OFFICER, item: str = "", **changes: Any) -> Form:
        """One step with the form of the sample and these changes. Raises RefusedError."""
        form = {**practice_forms()["forms"].get(action, {}), **changes}
        return self._submit(action, form, by, item)

    def serve(
        self,
        action: str,
        *,
        by: str = "direct",
        served: bool = True,
        item: str = "",
        **changes: Any,
    ) -> Form:
        """One act of service today, with the evidence that this way of service wants; or one that failed."""
        form = {
            **practice_forms()["service"][by],
            "method": by,
            "outcome": "served" if served else "failed",
            "on": self.today.isoformat(),
            **changes,
        }
        return self._submit(action, form, Role.OFFICER, item)

    def is_refused(self, code: str | tuple[str, ...], what: str, attempt: Any) -> RefusedError:
        """`attempt` must be refused with that code; notes what was tried, why not, and by which clause."""
        try:
            attempt()
        except RefusedError as refused:
            codes = (code,) if isinstance(code, str) else code
            if refused.code not in codes:
                raise UnexpectedError(
                    f"{what}：应以 {'/'.join(codes)} 拒绝，却以 {refused.code} 拒绝：{refused}"
                ) from refused
            self.refused.append(refusal_in_words(what, refused))
            return refused
        raise UnexpectedError(f"{what}：应当拒绝，却办理了")

    def say(self, what: str) -> None:
        """Notes what happened, with its day."""
        self.said.append(f"{self.today.month}-{self.today.day} {what}")

    # -- time

    def let_alarm_ring(self) -> None:
        """Time passes to the next instant at which the procedure itself has something to record."""
        alarm = self.view()["next_alarm_at"]
        if alarm is None:
            raise UnexpectedError(f"{self.no} 没有在等待的时限")
        self._forward({"to": alarm})

    def let_days_pass(self, count: int) -> None:
        """That many days pass."""
        self._forward({"days": count})

    def let_time_pass_until(self, day: date) -> None:
        """Nine in the morning of that day comes."""
        at = datetime.combine(day, datetime.min.time(), SHANGHAI) + relativedelta(hours=9)
        self._forward({"to": at.isoformat()})

    def let_window_pass(self) -> None:
        """The period in which the subject may speak runs out, and the office opens again."""
        while self.stage == Stage.OBJECTION_WINDOW:
            self.let_alarm_ring()
        self.say("异议期满")
        self.let_office_open()

    def let_office_open(self) -> None:
        """The next morning on which the office works: today's, unless today is a day of rest."""
        yesterday = self.today - date.resolution
        open_on = self._add(yesterday, {"count": 1, "unit": Unit.WORKING_DAY})
        if open_on > self.today:
            self.let_time_pass_until(open_on)

    # -- the procedure, in its order

    def examine(self, **ground: Any) -> None:
        """核实依据文书效力、列入情形，从宽与豁免审查."""
        self.confirm_effective()
        self.act("confirm_ground", **{"ground": self.rule["grounds"][0]["key"], **self._counted(), **ground})
        self.act("assess_leniency")

    def confirm_effective(self, **changes: Any) -> None:
        """核实依据文书效力: it took effect on the day it was made known."""
        effective = {"effective_on": self.document["decided_on"]}
        self.act("confirm_effective", **{**effective, **changes})

    def give_notice(self) -> None:
        """拟制、审核、签发事先告知书."""
        self.draft_notice()
        self.act("review_prior_notice", by=Role.REVIEWER)
        issued = self.act("issue_prior_notice", by=Role.APPROVER)
        self.say(f"签发告知书 {issued['number']}")

    def draft_notice(self, **changes: Any) -> None:
        """拟制事先告知书, with the first measures that fit this kind of subject."""
        basis = [f"{self.rule['document']} {self.rule['grounds'][0]['basis']['clause']}".strip()]
        drafted = {"basis": basis, "measures": [m["code"] for m in self.measures]}
        self.act("draft_prior_notice", **{**drafted, **changes})

    def serve_notice(self, by: str = "direct", **changes: Any) -> None:
        """送达事先告知书."""
        self.serve("serve_prior_notice", by=by, **changes)
        self.say(f"告知书送达（{_SERVICE[by]}）")

    def object(self, by: Role | Api = Role.OFFICER, **changes: Any) -> str:
        """提出异议; returns its item."""
        item = str(self.act("raise_objection", by=by, **changes)["item"])
        self.objected = True
        self.say(f"提出异议{item.rpartition('-')[2]}")
        return item

    def answer(self, item: str, finding: str = "rejected") -> None:
        """受理、核实、书面反馈并送达."""
        self.act("accept_objection", item=item)
        self.act("verify_objection", item=item, finding=finding)
        self.act("answer_objection", by=Role.REVIEWER, item=item)
        self.serve("serve_answer", item=item)
        self.say(f"异议{item.rpartition('-')[2]}{_FINDINGS[finding]}，反馈已送达")

    def obtain_consent(self, *, consents: bool = True) -> None:
        """报请上级机关同意, where this body needs it."""
        if self.stage != Stage.CONSENT:
            return
        self.act("request_consent")
        opinion = "同意" if consents else "不同意列入"
        self.act("give_consent", by=Role.SUPERIOR, consents=consents, opinion=opinion)
        self.say(f"上级{opinion}")

    def draft_decision(self, outcome: str = "list", **changes: Any) -> None:
        """拟制决定."""
        drafted: Form = {
            "outcome": outcome,
            "basis": [f"{self.rule['document']} {self.rule['grounds'][0]['basis']['clause']}".strip()],
        }
        if outcome == "list":
            drafted["measures"] = [
                {"code": measure["code"], **practice_forms()["reasons"]} for measure in self.measures
            ]
        if self.objected:
            drafted["objections"] = "异议已逐项核实并书面反馈，采纳情况如上"
        self.act("draft_decision", **{**drafted, **changes})

    def decide(self, outcome: str = "list", **changes: Any) -> None:
        """拟制、审核、批准并送达决定."""
        self.draft_decision(outcome, **changes)
        self.act("review_decision", by=Role.REVIEWER)
        self.issue_decision(outcome)

    def issue_decision(self, outcome: str = "list") -> None:
        """批准签发决定, and its service."""
        decided = self.act("decide", by=Role.APPROVER)
        self.say(f"{_DECISIONS[outcome]} {decided['number']}")
        self.serve("serve_decision")
        self.say("决定送达")

    def terminate(self) -> None:
        """签发并送达终止通知书."""
        issued = self.act("issue_termination", by=Role.REVIEWER)
        self.serve("serve_termination")
        self.say(f"终止通知书 {issued['number']} 送达")

    def ends(self, outcome: Outcome) -> None:
        """The case has come to that end. Raises UnexpectedError."""
        self.outcome = self.view()["outcome"]
        if self.outcome != outcome:
            raise UnexpectedError(f"{self.no} 应以“{outcome.label}”办结，却是 {self.outcome or '未办结'}")

    def listing(self) -> PracticeCase:
        """The period on the list that the decision began: a case of its own."""
        give_up = time.monotonic() + _PATIENCE
        officer = self._asker(Role.OFFICER)
        while time.monotonic() < give_up:
            for related in self.view()["related"]:
                if related["kind"] == "listing":
                    view = officer.get(f"/cases/{related['no']}")
                    if view["subject_id"] == self.view()["subject_id"]:
                        return self._on_the_list(view)
            time.sleep(_LOOK_EVERY)
        raise UnexpectedError(f"{self.no} 的在列期间没有开始")

    # -- what there is to see

    def view(self) -> Form:
        """The case as its officer sees it."""
        found: Form = self._see("")
        return found

    def deadlines(self) -> list[Form]:
        """Its deadlines as they stand."""
        found: list[Form] = self._see("/deadlines")["items"]
        return found

    def timeline(self) -> list[Form]:
        """Its events."""
        found: list[Form] = self._see("/timeline")["items"]
        return found

    def documents(self) -> list[Form]:
        """Its numbered papers."""
        found: list[Form] = self._see("/documents")["items"]
        return found

    def end_of(self, term: Mapping[str, Any]) -> date:
        """The day on which a period that starts today ends."""
        return self._add(self.today, term)

    @cached_property
    def rule(self) -> Form:
        """What the case stands on."""
        return self.office.rule(self.regime, self.opened)

    @cached_property
    def measures(self) -> Sequence[Form]:
        """Two measures of the regime that fit this kind of subject."""
        fitting = [m for m in self.rule["measures"] if self.subject["kind"] in m["applies_to"]]
        return fitting[:2]

    # -- within

    def _asker(self, by: Role | Api) -> Api:
        if isinstance(by, Api):
            return by
        if by in self.users:
            return self.office.user(self.users[by])
        place = self.authority
        if by is Role.SUPERIOR:
            place = str(self.office.bodies[self.authority]["superior"])
        return self.office.holder(place, by)

    def _submit(self, action: str, form: Form, by: Role | Api, item: str) -> Form:
        answer: Form = self._asker(by).post(
            f"/cases/{self.no}/actions/{action}", form, version=self.version, item=item
        )
        self._take(answer)
        return answer

    def _take(self, answer: Mapping[str, Any]) -> None:
        self.version, self.stage, self.outcome = answer["version"], answer["stage"], answer["outcome"]
        when = answer.get("received_at") or answer["now"]
        self.today = datetime.fromisoformat(when).astimezone(SHANGHAI).date()

    def _forward(self, how: Mapping[str, Any]) -> None:
        self._take(self._asker(Role.OFFICER).post(f"/practice/cases/{self.no}/clock", how))

    def _see(self, part: str) -> Any:
        return self._asker(Role.OFFICER).get(f"/cases/{self.no}{part}")

    def _add(self, start: date, term: Mapping[str, Any]) -> date:
        """The end of a period by the calendar as it was known when the case was opened."""
        length = {"count": str(term["count"]), "unit": str(term["unit"])}
        days = {"date": start.isoformat(), "known_on": self.opened.isoformat()}
        return date.fromisoformat(self.office.api.get("/calendar/add", **days, **length)["end"]["due"])

    def _counted(self) -> Form:
        """Where the decision period runs from something outside the case: from the day before it was opened."""
        if self.rule["decision"]["starts"] in ("case_opened", "window_closed"):
            return {}
        return {"counted_from": (self.opened - date.resolution).isoformat()}

    def _on_the_list(self, view: Mapping[str, Any]) -> PracticeCase:
        period = PracticeCase(self.office, self.regime, self.authority, self.subject, self.document)
        period.no, period.version, period.stage = view["no"], view["version"], view["stage"]
        period.today, period.opened = self.today, self.opened
        period.users = self.users
        return period


def refusal_in_words(what: str, refused: RefusedError) -> str:
    """One refusal as the demonstration prints it."""
    return f"{what} → {refused.detail}（{refused.clause or refused.code}）"


_SERVICE: Final = {
    "direct": "直接送达",
    "left": "留置送达",
    "post": "邮寄送达",
    "electronic": "电子送达",
    "announcement": "公告送达",
}
_FINDINGS: Final = {"rejected": "不成立", "partly": "部分成立", "upheld": "成立"}
_DECISIONS: Final = {"list": "列入决定书", "not_list": "不予列入决定书", "terminate": "终止通知书"}
