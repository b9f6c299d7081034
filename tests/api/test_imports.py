"""Handing in files of penalties over HTTP: what is kept, what is refused and why, and which cases open."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest
from edge_app import assert_problem
from fastapi import FastAPI
from opening_samples import practice_answer
from penalty_files import HEAVY, ORDINARY, UNSAFE, body, csv_of
from sqlalchemy import select, update
from timeskip import TimeSkippingServer

from activities.carriage import Carrier
from activities.relay import Relay
from api.app import create_app
from api.identity import SignedTokens
from api.services import Services
from domain.people import Role
from domain.procedure.events import legal_day
from domain.rules import Level
from law.loader import load_lawbook
from law.resolve import Draft, consult, resolve
from settings import Settings
from storage.database import database_now, reading, writing
from storage.migrations import upgrade
from storage.receipts import NO_CASE, Receipts
from storage.tables import SUBMISSION, TASK
from worker import build_worker

SAMPLES = Path(__file__).resolve().parents[2] / "examples" / "intake"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CREDIT_OFFICE, MARKET, EMERGENCY = "nanjing-credit-office", "nanjing-market-regulation", "nanjing-emergency"


@dataclass
class Handed:
    """An office with its app, and somebody who hands files in."""

    app: FastAPI
    client: httpx.AsyncClient
    services: Services
    tokens: SignedTokens

    async def bearer(self, login: str, *roles: Role, authority: str = CREDIT_OFFICE) -> dict[str, str]:
        account = await self.services.people.by_login(login)
        if account is not None:
            return {"Authorization": f"Bearer {self.tokens.issue(account.id)[0]}"}
        person = await self.services.people.add_person("郑重（演练）", at=NOW)
        account_id = await self.services.people.add_account(
            person, login, roles or (Role.OFFICER,), authority=authority, level=Level.CITY, at=NOW
        )
        return {"Authorization": f"Bearer {self.tokens.issue(account_id)[0]}"}

    async def hand_in(
        self,
        data: bytes,
        name: str = "处罚.csv",
        *,
        key: str = "",
        login: str = "credit-officer",
        authority: str = CREDIT_OFFICE,
    ) -> httpx.Response:
        headers = await self.bearer(login, authority=authority) | {"Idempotency-Key": key or uuid4().hex}
        return await self.client.post("/api/v1/imports", files={"file": (name, data)}, headers=headers)

    async def get(self, path: str, login: str = "credit-officer", **headers: str) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", headers=await self.bearer(login) | headers)

    async def taken_over(self, answer: httpx.Response) -> dict[str, Any]:
        """The import, once all its rows are dealt with."""
        assert answer.status_code in (200, 202), answer.text
        return await self.until(answer, lambda view: view["finished_at"] is not None)

    async def done(self, answer: httpx.Response) -> dict[str, Any]:
        """The import, once every lead is decided too."""
        return await self.until(answer, lambda view: view["state"] == "done")

    async def until(self, answer: httpx.Response, reached: Any) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                view: dict[str, Any] = (await self.get(f"/imports/{answer.json()['id']}")).json()
                if reached(view):
                    return view
                await asyncio.sleep(0.05)


@asynccontextmanager
async def handing(home: Path, key: bytes, temporal: str) -> AsyncIterator[Handed]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CHENGXU_TEMPORAL_ADDRESS", temporal)
        settings = Settings.load()
        if not settings.key_file.exists():
            settings.key_file.write_text(key.hex())
            settings.key_file.chmod(0o600)
        await upgrade(settings.database_url)
        app = create_app()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://office") as client,
        ):
            handed = Handed(app, client, app.state.services, SignedTokens(key))
            await confirm(handed, "market_regulation")
            yield handed


@pytest.fixture
async def away(home: Path, office_key: bytes) -> AsyncIterator[Handed]:
    """An office whose Temporal does not answer: everything is received all the same."""
    async with handing(home, office_key, "127.0.0.1:9") as office:
        yield office


@pytest.fixture
async def office(home: Path, office_key: bytes, temporal: TimeSkippingServer) -> AsyncIterator[Handed]:
    """An office with Temporal and a worker."""
    async with handing(home, office_key, temporal.address) as office:
        queue = office.services.settings.temporal_task_queue
        async with build_worker(office.services.office, temporal.client, queue):
            yield office


async def test_an_import_keeps_every_good_row_and_opens_the_leads(office: Handed) -> None:
    view = await office.done(await office.hand_in(csv_of([ORDINARY, HEAVY, ORDINARY | {"CF_WSH": ""}])))
    assert (view["rows"], view["kept"], view["refused"], view["opened"]) == (3, 2, 1, 1)
    leads = (await office.get(f"/imports/{view['id']}/leads")).json()["items"]
    assert [(lead["row"], lead["state"], lead["regime"]) for lead in leads] == [
        (3, "opened", "market_regulation")
    ]
    case = (await office.get(f"/cases/{leads[0]['case']}", login="market-officer")).json()
    assert case["code"] == "NOT_FOUND"  # the credit office's officer is no officer of the deciding authority


async def test_the_case_waits_at_lead_for_an_officer_of_the_deciding_authority(office: Handed) -> None:
    view = await office.done(await office.hand_in(csv_of([HEAVY])))
    (lead,) = (await office.get(f"/imports/{view['id']}/leads")).json()["items"]
    case = await office.services.views.case(lead["case"])
    assert (case.authority, case.stage) == (MARKET, "lead")
    (opening,) = (await office.services.record.load(case.id)).events
    importer = await office.services.people.by_login("credit-officer")
    assert importer is not None
    assert opening.person == importer.person_id
    async with reading(office.services.office.engine) as connection:
        tasks = (await connection.execute(select(TASK).where(TASK.c.case_id == case.id))).all()
    assert [(task.step, task.authority) for task in tasks] == [("confirm_effective", MARKET)]


async def test_the_same_file_again_is_the_same_import_and_opens_nothing(office: Handed) -> None:
    data = csv_of([ORDINARY, HEAVY])
    first = await office.done(await office.hand_in(data))
    again = await office.hand_in(data, "其他名称.csv")
    assert again.status_code == 200
    assert again.json()["repeated_file"] is True
    assert (await office.done(again)) == first
    assert await submissions(office) == 1


async def test_a_file_with_overlapping_rows_opens_only_what_is_new(office: Handed) -> None:
    await office.done(await office.hand_in(csv_of([HEAVY])))
    other = HEAVY | {"CF_WSH": "宁市监罚〔2026〕78号"}
    legacy = HEAVY | {"CF_WSH": "宁市监罚[2026]第77号"}  # the first one, its number in another spelling
    view = await office.done(await office.hand_in(csv_of([legacy, other])))
    assert (view["kept"], view["repeated"], view["opened"]) == (1, 1, 1)
    assert await submissions(office) == 2


async def test_a_text_that_no_font_has_opens_no_case_whose_papers_could_not_be_printed(
    office: Handed,
) -> None:
    view = await office.done(
        await office.hand_in(csv_of([HEAVY | {"CF_SY": "在牛肉制品中掺入猪肉\ue816。"}]))
    )
    assert (view["kept"], view["opened"]) == (1, 0)
    (unopened,) = view["not_opened"]
    assert (unopened["row"], unopened["code"]) == (2, "GLYPH_MISSING")
    assert "字库没有的字符" in unopened["detail"]
    assert "e816" not in str(unopened).lower()  # nothing of the value itself


async def test_a_draft_regime_keeps_the_record_and_says_why_no_case_opened(office: Handed) -> None:
    data = csv_of([UNSAFE])
    view = await office.done(await office.hand_in(data))
    assert (view["kept"], view["refused"], view["opened"]) == (1, 0, 0)
    (unopened,) = view["not_opened"]
    assert (unopened["row"], unopened["code"]) == (2, "REGIME_IS_DRAFT")
    assert (await office.get(f"/imports/{view['id']}/faults")).json()["items"] == []

    await confirm(office, "work_safety")
    view = await office.done(await office.hand_in(data))
    assert (view["opened"], view["not_opened"]) == (1, [])


async def test_a_file_is_received_while_temporal_is_away_and_the_relay_opens_its_cases(
    home: Path, office_key: bytes, temporal: TimeSkippingServer
) -> None:
    async with handing(home, office_key, "127.0.0.1:9") as away:
        answer = await away.hand_in(csv_of([ORDINARY, HEAVY]))
        view = await away.taken_over(answer)
        assert (view["state"], view["kept"], view["opened"], view["opening"]) == ("running", 2, 0, 1)
    async with handing(home, office_key, temporal.address) as back:
        office, queue = back.services.office, back.services.settings.temporal_task_queue
        relay = Relay(office, Carrier(temporal.client, Receipts(office), queue))
        async with build_worker(office, temporal.client, queue):
            await made_due(back)
            await relay.look()
            view = await back.done(answer)
    assert (view["opened"], view["opening"]) == (1, 0)


async def test_an_import_broken_off_half_way_is_finished_and_opens_nothing_twice(
    home: Path, office_key: bytes
) -> None:
    rows = [HEAVY | {"CF_WSH": f"宁市监罚〔2026〕{number}号"} for number in range(100, 700)]
    data = csv_of(rows)
    async with handing(home, office_key, "127.0.0.1:9") as office:
        answer = await office.hand_in(data)
        await office.until(answer, lambda view: view["taken"] >= 200)
    async with handing(home, office_key, "127.0.0.1:9") as office:
        before = (await office.get(f"/imports/{answer.json()['id']}")).json()
        assert before["taken"] < 600
        again = await office.hand_in(data)
        assert again.json()["id"] == answer.json()["id"]
        view = await office.taken_over(again)
        assert (view["kept"], view["repeated"], view["opening"]) == (600, 0, 600)
        assert await submissions(office) == 600


async def test_a_list_of_records_as_json_is_an_import_too(away: Handed) -> None:
    headers = await away.bearer("credit-officer") | {"Idempotency-Key": uuid4().hex}
    records = [{code: value for code, value in ORDINARY.items() if value}]
    answer = await away.client.post("/api/v1/imports", json={"records": records}, headers=headers)
    view = await away.taken_over(answer)
    assert (view["format"], view["kept"]) == ("json", 1)


@pytest.mark.parametrize(
    ("name", "kept", "refused"), [(path.name, 60, 9) for path in sorted(SAMPLES.glob("penalties-sample*"))]
)
async def test_the_shipped_sample_is_taken_whatever_its_form(
    away: Handed, name: str, kept: int, refused: int
) -> None:
    view = await away.taken_over(await away.hand_in((SAMPLES / name).read_bytes(), name))
    assert (view["rows"], view["kept"], view["refused"]) == (kept + refused, kept, refused)
    assert view["opening"] + view["not_opened_count"] == 15


async def test_an_officer_hands_in_what_the_own_body_and_those_below_it_decided(away: Handed) -> None:
    district, other = ORDINARY | body("xuanwu-market-regulation"), ORDINARY | body(EMERGENCY)
    data = csv_of([ORDINARY, district, other])
    answer = await away.hand_in(data, login="market-officer", authority=MARKET)
    view = await away.taken_over(answer)
    assert (view["kept"], view["refused"]) == (2, 1)
    (found,) = (await away.get(f"/imports/{view['id']}/faults", login="market-officer")).json()["items"]
    assert (found["row"], found["field"], found["kind"]) == (4, "CF_CFJGDM", "authority")


async def test_only_officers_hand_files_in(away: Handed) -> None:
    headers = await away.bearer("approver", Role.APPROVER) | {"Idempotency-Key": uuid4().hex}
    files = {"file": ("处罚.csv", csv_of([ORDINARY]))}
    answer = await away.client.post("/api/v1/imports", files=files, headers=headers)
    assert_problem(answer, 403, "ROLE_MISSING")


async def test_another_body_sees_nothing_of_an_import(away: Handed) -> None:
    answer = await away.hand_in(csv_of([ORDINARY]))
    view = await away.taken_over(answer)
    await away.bearer("emergency-officer", authority=EMERGENCY)
    for path in ("", "/faults", "/leads", "/report.xlsx"):
        hidden = await away.get(f"/imports/{view['id']}{path}", login="emergency-officer")
        assert_problem(hidden, 404, "NOT_FOUND")
    assert (await away.get("/imports", login="emergency-officer")).json()["items"] == []
    assert [item["id"] for item in (await away.get("/imports")).json()["items"]] == [view["id"]]


BROKEN = {
    "no columns": (csv_of([{"CF_WSH": "1", "CF_XDR_MC": "2", "CF_SY": "3"}]), "缺少必需的列"),
    "a picture": (b"\x89PNG\r\n\x1a\n....", "图片"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", ".xls"),
    "empty": (b"", "文件是空的"),
    "headings alone": (",".join(ORDINARY).encode() + b"\r\n", "没有数据行"),
    "not text": (b"a,b,c\n\xff\xfe\xff", "编码"),
}


@pytest.mark.parametrize(("data", "said"), BROKEN.values(), ids=BROKEN)
async def test_a_file_refused_as_a_whole_says_why_and_leaves_nothing(
    away: Handed, data: bytes, said: str
) -> None:
    problem = assert_problem(await away.hand_in(data), 400, "FILE_REFUSED")
    assert said in problem["detail"]
    assert problem["field"] == "file"
    assert (await away.get("/imports")).json()["items"] == []


async def test_a_request_without_a_file_is_told_what_is_expected(away: Handed) -> None:
    headers = await away.bearer("credit-officer") | {"Idempotency-Key": uuid4().hex}
    for content in ({}, {"json": {"rows": []}}, {"files": {"other": ("x.csv", b"x")}}):
        answer = await away.client.post("/api/v1/imports", headers=headers, **content)
        problem = assert_problem(answer, 400, "MALFORMED")
        assert "records" in problem["expected"]


async def test_the_key_of_a_request_is_not_used_for_another_file(away: Handed) -> None:
    key = uuid4().hex
    await away.hand_in(csv_of([ORDINARY]), key=key)
    assert (await away.hand_in(csv_of([ORDINARY]), key=key)).status_code == 200
    assert_problem(await away.hand_in(csv_of([HEAVY]), key=key), 422, "KEY_REUSED")


async def test_faults_come_a_page_at_a_time_or_as_a_table(away: Handed) -> None:
    bad = [ORDINARY | {"CF_WSH": "", "CF_JDRQ": "明天"} for _ in range(3)]
    view = await away.taken_over(await away.hand_in(csv_of(bad)))
    first = (await away.get(f"/imports/{view['id']}/faults?limit=4")).json()
    rest = (await away.get(f"/imports/{view['id']}/faults?limit=4&after={first['next']}")).json()
    found = [*first["items"], *rest["items"]]
    assert [item["row"] for item in found] == [2, 2, 3, 3, 4, 4]
    assert {item["field"] for item in found} == {"CF_WSH", "CF_JDRQ"}
    table = await away.get(f"/imports/{view['id']}/faults", Accept="text/csv")
    assert table.text.count("\n") == 7
    report = await away.get(f"/imports/{view['id']}/report.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(report.content))
    assert [sheet.title for sheet in book] == ["问题清单", "汇总"]
    assert book["问题清单"].max_row == 7


async def test_no_personal_value_leaves_an_import(away: Handed, capfd: pytest.CaptureFixture[str]) -> None:
    marked = {
        "CF_XDR_MC": "孙标记",
        "CF_XDR_LB": "自然人",
        "CF_XDR_SHXYM": "",
        "CF_FRDB": "",
        "CF_XDR_ZJLX": "身份证",
    }
    good = HEAVY | marked | {"CF_XDR_ZJHM": "32010419940813996X"}
    bad = HEAVY | marked | {"CF_XDR_ZJHM": "320104199408139960", "CF_JDRQ": "孙标记的日期"}
    view = await away.taken_over(await away.hand_in(csv_of([good, bad])))
    assert (view["kept"], view["refused"]) == (1, 1)
    said = [json.dumps(view, ensure_ascii=False)]
    for path in ("/faults", "/leads"):
        said.append((await away.get(f"/imports/{view['id']}{path}")).text)
    report = await away.get(f"/imports/{view['id']}/report.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(report.content))
    said += [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    logged = capfd.readouterr()
    for text in (*said, logged.out, logged.err):
        assert "孙标记" not in text
        assert "32010419940813996" not in text


# -- helpers


async def submissions(office: Handed) -> int:
    async with reading(office.services.office.engine) as connection:
        openings = select(SUBMISSION.c.command_id).where(SUBMISSION.c.case_id != NO_CASE)
        return len((await connection.execute(openings)).all())


async def made_due(office: Handed) -> None:
    """As if what was received had been left alone for a minute."""
    async with writing(office.services.office.engine) as connection:
        past = await database_now(connection) - timedelta(minutes=1)
        await connection.execute(update(SUBMISSION).values(next_attempt_at=past))


async def confirm(office: Handed, regime: str) -> None:
    """A legal officer confirms for practice whatever the regime still needs."""
    book, confirmations = load_lawbook(), office.services.confirmations
    now = await confirmations.now()
    while isinstance(draft := resolve(book, regime, legal_day(now), await confirmations.of(regime)), Draft):
        async with writing(office.services.office.engine) as connection:
            for missing in draft.missing:
                await confirmations.add(practice_answer(missing, regime), connection)
    answer = consult(book, regime, legal_day(now), await confirmations.of(regime))
    if answer.rule is not None and not answer.rule.measures:
        async with writing(office.services.office.engine) as connection:
            for measure in answer.open:
                if measure.key.startswith("measures."):
                    await confirmations.add(practice_answer(measure, regime), connection)
