"""Nasty strings in every text field of every body: taken or refused, never a crash, never half a case, never echoed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
from edge_app import assert_problem
from form_fields import Path, filled, texts, words
from nasty_strings import NASTY
from office_http import BODY, OPENED_AT, HttpCase, HttpOffice, Person, form_for, http_office, opening_form
from sqlalchemy import func, select
from sqlmodel import SQLModel
from timeskip import TimeSkippingServer

from domain.people import Role
from storage.database import reading
from workflows.determination import DETERMINATION

PERSONAL: Final = ("王玉泽", "32010419940813996X", "13851234567", "1幢201室")
#: Bodies whose every text field meets the whole corpus; the others share it among them.
MAIN: Final = {
    "draft_prior_notice",
    "serve_prior_notice",
    "raise_objection",
    "draft_decision",
}


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("bad-input"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        yield office


@pytest.fixture(scope="module")
async def case(office: HttpOffice) -> HttpCase:
    case = await (await office.open_case(subject="subject-person-1")).to_objection_window()
    await case.take("raise_objection", by=await office.holder(Role.OFFICER))
    return case


async def rows(office: HttpOffice) -> dict[str, int]:
    async with reading(office.services.office.engine) as connection:
        return {
            name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in SQLModel.metadata.tables.items()
        }


def replaced(form: Any, paths: set[Path], nasty: str) -> Any:
    return filled(form, paths, lambda _: nasty)


async def send(office: HttpOffice, by: Person, path: str, body: Any, **headers: str) -> httpx.Response:
    """A dry run with whatever strings, also such as no library would encode."""
    return await office.client.post(
        f"/api/v1{path}{'&' if '?' in path else '?'}dry_run=true",
        content=json.dumps(body).encode(),
        headers={**by.headers, "Content-Type": "application/json", "If-Match": '"v0"', **headers},
    )


def assert_harmless(answer: httpx.Response, nasty: str, where: str) -> None:
    assert answer.status_code < 500, (where, nasty, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", (where, nasty)
        assert not any(value in answer.text for value in PERSONAL), (where, nasty, answer.text)


def test_the_corpus_is_large_enough() -> None:
    assert len(NASTY) >= 300


async def test_no_text_of_an_opening_is_more_than_taken_or_refused(office: HttpOffice) -> None:
    form = opening_form(
        "subject-person-1", document={"issued_by_code": BODY, "permitted_by": "x"}, ground="food"
    )
    officer = await office.holder(Role.OFFICER)
    clock = {"X-Practice-Clock": OPENED_AT.isoformat()}
    paths = list(texts(form))
    together = words(form) - {("subject", "contact"), ("subject", "address")}  # these have a form
    before, taken = await rows(office), 0
    for nasty in NASTY:
        answer = await send(office, officer, "/cases", replaced(form, together, nasty), **clock)
        assert_harmless(answer, nasty, "cases")
        taken += answer.status_code == 200
        for path in set(paths) - together if len(nasty) % 4 == 1 else ():
            answer = await send(office, officer, "/cases", replaced(form, {path}, nasty), **clock)
            assert_harmless(answer, nasty, str(path))
    assert taken >= 50  # ordinary if odd text is taken
    assert await rows(office) == before


def forms_to_try() -> list[str]:
    return [step.name for step in DETERMINATION.steps.values() if step.roles and step.name != "open_case"]


async def test_no_text_of_any_step_is_more_than_taken_or_refused(office: HttpOffice, case: HttpCase) -> None:
    extras: dict[str, dict[str, Any]] = {
        "arrange_hearing": {"held_on": "2026-03-20"},
        "hold_hearing": {"held_on": "2026-03-02"},
        "correct_paper": {"of_seq": 1},
        "raise_objection": {"evidence": ["一"], "record": "笔录"},
        "void_prior_notice": {"reasons": "印错"},
    }
    before = await rows(office)
    sent, seen = 0, set()
    for turn, name in enumerate(sorted(forms_to_try(), key=lambda name: name not in MAIN)):
        model = DETERMINATION.steps[name].form
        if model in seen:
            continue  # the same form on another step
        seen.add(model)
        form = form_for(name, case.today) | extras.get(name, {})
        by = await case.person_for(name)
        item = "?item=objection-1" if DETERMINATION.steps[name].item else ""
        url, tag = f"/cases/{case.no}/actions/{name}{item}", {"If-Match": f'"v{case.version}"'}
        paths = list(texts(form))
        together = words(form)
        alone = [{path} for path in paths if path not in together]
        for chosen, corpus in [
            (together, NASTY if name in MAIN else NASTY[turn % 6 :: 6]),
            *((path, NASTY[(turn + shift) % 8 :: 8]) for shift, path in enumerate(alone)),
        ]:
            for nasty in corpus:
                answer = await send(office, by, url, replaced(form, chosen, nasty), **tag)
                assert_harmless(answer, nasty, name)
                sent += 1
    assert sent >= 3_000
    assert await rows(office) == before


async def test_no_key_name_or_address_is_more_than_refused(office: HttpOffice, case: HttpCase) -> None:
    officer = await office.holder(Role.OFFICER)
    before = await rows(office)
    for nasty in NASTY:
        answer = await send(
            office, officer, f"/cases/{case.no}/actions/note", {nasty: "备注", "text": "备注"}
        )
        assert_harmless(answer, nasty, "key")
        answer = await send(office, officer, "/cases", opening_form() | {nasty: 1})
        assert_harmless(answer, nasty, "key")
        if len(nasty) > 300 or NASTY.index(nasty) % 3:
            continue
        quoted = nasty.encode("utf-8", "surrogatepass")
        for path in (
            "/api/v1/cases/{}",
            "/api/v1/cases/{}/timeline",
            "/api/v1/operations/{}",
            "/api/v1/tasks?action={}",
            "/api/v1/cases?stage={}&authority={}",
            "/api/v1/cases?after={}",
            "/api/v1/cases?sort={}",
            "/api/v1/cases?fields={}",
            "/api/v1/regimes/{}",
            "/problems/{}",
        ):
            escaped = "".join(f"%{byte:02X}" for byte in quoted)
            answer = await office.client.get(path.replace("{}", escaped), headers=officer.headers)
            assert_harmless(answer, nasty, path)
    assert await rows(office) == before


@pytest.mark.parametrize(
    "header", ["Idempotency-Key", "If-Match", "X-Practice-Clock", "X-On-Behalf-Of", "Accept", "traceparent"]
)
async def test_no_header_is_more_than_taken_or_refused(
    office: HttpOffice, case: HttpCase, header: str
) -> None:
    officer = await office.holder(Role.OFFICER)
    before = await rows(office)
    for nasty in NASTY[::3]:
        value = nasty.encode("utf-8", "surrogatepass")[:300]
        if b"\r" in value or b"\n" in value or b"\0" in value:
            continue  # no server hands these on
        plain = officer.headers | {"If-Match": '"v0"', "Content-Type": "application/json"}
        headers = {name.encode(): text.encode() for name, text in plain.items()} | {header.encode(): value}
        answer = await office.client.post(
            f"/api/v1/cases/{case.no}/actions/note", content=b'{"text": ""}', headers=headers
        )
        assert_harmless(answer, nasty, header)
        answer = await office.client.get("/api/v1/cases", headers=headers)
        assert_harmless(answer, nasty, header)
    assert await rows(office) == before


async def test_every_other_json_value_in_place_of_a_form_is_refused(
    office: HttpOffice, case: HttpCase
) -> None:
    officer = await office.holder(Role.OFFICER)
    before = await rows(office)
    values: list[Any] = [None, True, 0, -1, 1.5, "x", [], [[]], {}, {"a": {"b": {}}}, [1] * 1_000, 2**63 - 1]
    for value in values:
        for path in ("/cases", f"/cases/{case.no}/actions/draft_decision"):
            answer = await send(office, officer, path, value)
            assert_problem(answer, 400, "MALFORMED")
        form = form_for("draft_decision", case.today)
        for name in form:
            answer = await send(
                office, officer, f"/cases/{case.no}/actions/draft_decision", form | {name: value}
            )
            assert_harmless(answer, str(value), name)
    assert await rows(office) == before


async def test_strange_but_lawful_text_goes_through_a_whole_case_unchanged(office: HttpOffice) -> None:
    """What validation takes is printed, masked and read back, not interpreted."""
    strange = "#sys.version $x$ <b>{{7*7}}</b> ' OR 1=1 -- =1+1 @ref \\u{202e} 㛃・𫟹 100%"
    case = await office.open_case(subject="subject-person-1", source=strange)
    for step in ("confirm_effective", "confirm_ground", "assess_leniency"):
        form = form_for(step, case.today)
        await case.take(step, replaced(form, words(form), strange))
    notice = form_for("draft_prior_notice", case.today) | {
        "facts": strange,
        "rights": strange,
        "basis": [strange],
    }
    await case.take("draft_prior_notice", notice)
    for step in ("review_prior_notice", "issue_prior_notice"):
        await case.take(step, {"agreed": True, "opinion": strange})
    timeline = (await case.see("/timeline")).json()["items"]
    drafted = next(event for event in timeline if event["step"] == "draft_prior_notice")
    assert drafted["data"]["facts"] == strange
    (paper,) = (await case.see("/documents")).json()["items"]
    assert paper["sm3"]


@pytest.mark.parametrize("unprintable", ["ﷺ", "👍", "\ue816", "某\U00020bb7"])
async def test_a_character_that_no_paper_can_show_is_refused_while_it_can_be_mended(
    office: HttpOffice, case: HttpCase, unprintable: str
) -> None:
    before = await rows(office)
    for answer, field in (
        (await office.try_to_open(opening_form(source=unprintable)), "source"),
        (await case.attempt("note", {"text": f"备注{unprintable}"}), "text"),
        (
            await case.attempt(
                "serve_prior_notice", form_for("serve_x", case.today) | {"evidence": {unprintable: "x"}}
            ),
            "evidence.?",
        ),
    ):
        problem = assert_problem(answer, 400, "GLYPH_MISSING")
        assert problem["field"] == field
        assert "字体" in problem["expected"]
    assert await rows(office) == before
