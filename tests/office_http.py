"""The real app over HTTP, in this process: a practice office with its record, Temporal, a worker and its sample people.

    async with http_office(folder, temporal.address) as office:
        await office.confirm_everything("market_regulation")
        case = await office.open_case()                         # line, on the practice clock of OPENED_AT
        await case.take("confirm_effective")                    # sample form, by whoever may, at the version seen
        await case.days_pass(10)
        refused = await case.attempt("decide", by=office.reviewer)

`take` and `open_case` expect success; `attempt`, `post` and `get` give whatever answer comes.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import opening_samples as samples
import pytest
from fastapi import FastAPI

from activities.carriage import Carrier
from activities.relay import Relay
from api.app import create_app
from api.logs import configure_logs
from api.services import COURSES, Services
from domain.people import Role
from domain.procedure.events import SHANGHAI
from law.loader import load_lawbook
from settings import Settings
from storage.keys import load_or_create_key
from storage.preparing import prepare_office
from storage.receipts import Receipts
from worker import build_worker
from workflows.connect import connect

Form = dict[str, Any]

BODY: Final = samples.BODY
#: A working Monday whose year's holidays are announced.
OPENED_AT: Final = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
#: The two ways to try a step: for good, and as a dry run.
FOR_GOOD_AND_DRY: Final[tuple[Form, ...]] = ({}, {"key": "", "dry_run": True})
OPENED_ON: Final = OPENED_AT.date()
#: Parties of the samples who have an account of their own.
SUBJECTS: Final = {
    "subject-company-1": {
        "kind": "organisation",
        "name": "南京栖霞山食品有限公司",
        "id_number": "91320113MAPM29JY73",
        "address": "南京市栖霞区仙林大道18号",
        "representative": "孟法人",
    },
    "subject-person-1": {
        "kind": "natural_person",
        "name": "王玉泽",
        "id_number": "32010419940813996X",
        "id_kind": "居民身份证",
        "address": "南京市秦淮区中华路26号1幢201室",
        "contact": "13851234567",
        "born_on": "1994-08-13",
    },
}
_queues = count(1)
_documents = count(1)


def opening_form(
    subject: str | Mapping[str, Any] = "subject-company-1",
    *,
    authority: str = BODY,
    regime: str = "market_regulation",
    document: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Form:
    """What is submitted to open a case, on a founding document of its own unless `document` names one."""
    number = f"宁市监处罚〔2026〕{next(_documents)}号"
    known = SUBJECTS[subject] if isinstance(subject, str) else dict(subject)
    body = load_lawbook().authority(authority)
    made = {"number": number} | ({"issued_by": body.name} if body else {})  # 谁处罚、谁认定
    return {
        "regime": regime,
        "authority": authority,
        "subject": known,
        "document": {**samples.DOCUMENT_FORM, **made, **(document or {})},
        "source": "双公示导入",
    } | changes


def form_for(step: str, on: date) -> Form:
    """The sample form of a step, dated `on`."""
    if step.startswith("serve_"):
        return {**samples.SERVED, "on": on.isoformat()}
    form = dict(samples.FORMS.get(step, samples.AGREED))
    if step in ("basis_fell", "basis_held_unlawful"):
        form["decided_on"] = on.isoformat()
    if step == "confirm_ground":
        form["ground"] = "food"
    return form


@dataclass(frozen=True)
class Person:
    """A signed-in sample user, or nobody at all (no token)."""

    login: str
    token: str = ""
    account_id: str = ""
    person_id: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


NOBODY: Final = Person("")


@dataclass
class HttpOffice:
    """A running office and ways to speak to it."""

    app: FastAPI
    client: httpx.AsyncClient
    settings: Settings
    log: io.StringIO
    _signed_in: dict[str, Person] = field(default_factory=dict)
    _working: list[asyncio.Task[None]] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    # -- the worker

    async def start_worker(self) -> None:
        """The worker and its relay begin, or begin again."""
        self._stop = asyncio.Event()
        started = asyncio.Event()
        working = asyncio.create_task(self._work(self._stop, started))
        self._working = [working]
        await asyncio.wait(
            [working, asyncio.create_task(started.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        if working.done():
            working.result()

    async def stop_worker(self) -> None:
        """As if nobody worked: commands are received and wait."""
        self._stop.set()
        await asyncio.gather(*self._working)

    async def _work(self, stop: asyncio.Event, started: asyncio.Event) -> None:
        services = self.services
        queue = self.settings.temporal_task_queue
        client = await connect(
            self.settings, identity="worker"
        )  # the API's connects on first use: no worker may
        relay = Relay(services.office, Carrier(client, Receipts(services.office), queue))
        async with build_worker(services.office, client, queue):
            relaying = asyncio.create_task(relay.run())
            started.set()
            await stop.wait()
            relaying.cancel()
            with suppress(asyncio.CancelledError):
                await relaying

    # -- people

    async def user(self, login: str) -> Person:
        """A sample user, signed in."""
        if login not in self._signed_in:
            answer = await self.client.post("/api/v1/practice/tokens", json={"user": login})
            assert answer.status_code == 200, answer.text
            body = answer.json()
            self._signed_in[login] = Person(login, body["token"], body["account_id"], body["person_id"])
        return self._signed_in[login]

    async def holder(self, role: Role, authority: str = BODY) -> Person:
        """The sample user who holds this role in a body."""
        return await self.user(f"{authority}-{role.value.replace('_', '-')}")

    # -- HTTP

    async def get(self, by: Person, path: str, *, accept: str | None = None, **query: Any) -> httpx.Response:
        headers = by.headers | ({"Accept": accept} if accept else {})
        return await self.client.get(f"/api/v1{path}", params=query or None, headers=headers)

    async def post(
        self,
        by: Person,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> httpx.Response:
        """A POST with a key of its own, unless `key` gives one ("" for none)."""
        sent = by.headers | dict(headers or {})
        if key != "":
            sent["Idempotency-Key"] = key or uuid4().hex
        if version is not None:
            sent["If-Match"] = f'"v{version}"'
        content = {} if body is None else {"json": body}
        return await self.client.post(f"/api/v1{path}", params=query or None, headers=sent, **content)

    # -- what an office does

    async def confirm_everything(self, regime: str, authority: str = BODY) -> int:
        """The legal officer confirms whatever is open for the regime (演示); how much that was."""
        legal = await self.holder(Role.LEGAL_OFFICER, authority)
        on = OPENED_AT.date().isoformat()
        done = 0
        while True:
            answer = (await self.get(legal, f"/regimes/{regime}", on=on)).json()
            waiting = [one for one in answer["open"] if one["confirmable"]]
            if not waiting:
                return done
            for one in waiting:
                confirmed = await self.post(
                    legal, f"/regimes/{regime}/confirmations", confirmation_of(one) | {"on": on}
                )
                assert confirmed.status_code == 201, confirmed.text
                done += 1

    async def open_case(
        self, form: Form | None = None, *, by: Person | None = None, at: datetime = OPENED_AT, **changes: Any
    ) -> HttpCase:
        """A case just registered (线索登记)."""
        form = form if form is not None else opening_form(**changes)
        by = by or await self.holder(Role.OFFICER, form["authority"])
        answer = await self.try_to_open(form, by=by, at=at)
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return HttpCase(self, body["case"], form["authority"], body["version"], answer)

    async def try_to_open(
        self, form: Form, *, by: Person | None = None, at: datetime = OPENED_AT, **how: Any
    ) -> httpx.Response:
        by = by or await self.holder(Role.OFFICER, form["authority"])
        return await self.post(by, "/cases", form, headers={"X-Practice-Clock": at.isoformat()}, **how)


def confirmation_of(one: Mapping[str, Any]) -> Form:
    """What a legal officer of a practice office answers to an open item of a regime."""
    fallback = {"period": 15, "level": "district", "statement": False, "item": True}
    period = one["kind"] == "period"
    value = one["value"] if period and one["value"] is not None else fallback[one["kind"]]
    unit = {"unit": one["unit"] or "working_day"} if period else {}
    return {
        "key": one["key"],
        "since": one["since"],
        "value": value,
        "document": "演示文件",
        "clause": "演示",
    } | unit


@dataclass
class HttpCase:
    """A case as its officers see it: they name the version that they saw last."""

    office: HttpOffice
    no: str
    authority: str
    version: int
    opened: httpx.Response
    today: date = OPENED_ON
    last: dict[str, Any] = field(default_factory=dict)

    async def person_for(self, step: str) -> Person:
        """A sample user who may take the step: an official where one may, else the subject of the case."""
        roles = COURSES["determination"].steps[step].roles
        officials = [role for role in roles if role is not Role.SUBJECT]
        if officials and officials[0] is Role.SUPERIOR:
            return await self.office.user("jiangsu-market-regulation-superior")
        return await self.office.holder(officials[0], self.authority)

    async def attempt(
        self,
        step: str,
        form: Form | None = None,
        *,
        by: Person | None = None,
        item: str = "",
        version: int | None = None,
        **how: Any,
    ) -> httpx.Response:
        """Tries to take a step, with its sample form dated today unless `form` is given."""
        by = by or await self.person_for(step)
        query: dict[str, Any] = {"item": item} if item else {}
        return await self.office.post(
            by,
            f"/cases/{self.no}/actions/{step}",
            form if form is not None else form_for(step, self.today),
            version=self.version if version is None else version,
            **query,
            **how,
        )

    async def take(self, step: str, form: Form | None = None, **how: Any) -> dict[str, Any]:
        """Takes a step; its answer."""
        answer = await self.attempt(step, form, **how)
        assert answer.status_code == 200, (step, answer.text)
        self.last = answer.json()
        self.version = self.last["version"]
        return self.last

    async def see(self, part: str = "", *, by: Person | None = None, **query: Any) -> httpx.Response:
        """The case, or a part of it, as the officer (or `by`) sees it."""
        by = by or await self.office.holder(Role.OFFICER, self.authority)
        return await self.office.get(by, f"/cases/{self.no}{part}", **query)

    async def days_pass(self, days: int) -> None:
        """The practice clock of the case goes on."""
        by = await self.office.holder(Role.OFFICER, self.authority)
        answer = await self.office.post(by, f"/practice/cases/{self.no}/clock", {"days": days})
        assert answer.status_code == 200, answer.text
        self.version = answer.json()["version"]
        self.today = datetime.fromisoformat(answer.json()["now"]).astimezone(SHANGHAI).date()

    # -- how far a case has got

    async def to_prior_notice(self) -> HttpCase:
        """… with an effective document, a ground, no leniency."""
        for step in ("confirm_effective", "confirm_ground", "assess_leniency"):
            await self.take(step)
        return self

    async def to_objection_window(self) -> HttpCase:
        """… with the prior notice issued and served."""
        await self.to_prior_notice()
        for step in ("draft_prior_notice", "review_prior_notice", "issue_prior_notice", "serve_prior_notice"):
            await self.take(step)
        return self

    async def to_decision(self) -> HttpCase:
        """… with the window run out, ready to be decided."""
        await self.to_objection_window()
        await self.days_pass(30)
        stage = (await self.see()).json()["stage"]
        if stage == "consent":
            await self.take("request_consent")
            await self.take("give_consent")
        return self

    async def to_the_list(self) -> HttpCase:
        """… decided, served, listed."""
        await self.to_decision()
        for step in ("draft_decision", "review_decision", "decide", "serve_decision"):
            await self.take(step)
        return self


@asynccontextmanager
async def http_office(
    folder: Path, address: str, *, kind: str = "practice", work: bool = True
) -> AsyncIterator[HttpOffice]:
    """An office with its home in `folder`, on the Temporal server at `address`."""
    home = folder / "office"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CHENGXU_HOME", str(home))
        environment.setenv("CHENGXU_OFFICE", kind)
        environment.setenv("CHENGXU_TEMPORAL_ADDRESS", address)
        environment.setenv("CHENGXU_TEMPORAL_TASK_QUEUE", f"office-{next(_queues)}")
        settings = Settings.load()
        load_or_create_key(settings.key_file)
        prepared = await prepare_office(settings)
        await prepared.engine.dispose()
        app = create_app()
    log = io.StringIO()
    configure_logs(log)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://office") as client,
    ):
        office = HttpOffice(app, client, settings, log)
        if work:
            await office.start_worker()
        try:
            yield office
        finally:
            await office.stop_worker()
