"""Papers, deadlines and the cases that follow from a case, as they are read over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pypdfium2  # type: ignore[import-untyped]
import pytest
from edge_app import assert_problem
from office_http import HttpCase, HttpOffice, http_office
from timeskip import TimeSkippingServer

from domain.people import Role
from storage.crypto import sm3_hex


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("papers"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        yield office


@pytest.fixture(scope="module")
async def listed(office: HttpOffice) -> HttpCase:
    return await (await office.open_case()).to_the_list()


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


async def test_each_paper_is_a_pdf_with_the_digest_on_record_and_marked_as_practice(
    office: HttpOffice, listed: HttpCase
) -> None:
    papers = (await listed.see("/documents")).json()["items"]
    assert [paper["kind"] for paper in papers][:2] == ["prior_notice", "service_return"]
    produced = {
        event["data"]["of_seq"]: event["data"]["sm3"]
        for event in (await listed.see("/timeline")).json()["items"]
        if event["step"] == "paper_produced"
    }
    assert set(produced) == {paper["seq"] for paper in papers}
    officer = await office.holder(Role.OFFICER)
    for paper in papers:
        answer = await office.client.get(paper["file"], headers=officer.headers)
        assert answer.headers["content-type"] == "application/pdf"
        assert sm3_hex(answer.content) == paper["sm3"] == produced[paper["seq"]]
        text = text_of(answer.content).replace("\r", "").replace("\n", "")
        assert "演练" in text
        assert paper["number"] in text


async def test_a_subject_fetches_the_papers_served_on_it_and_no_others(
    office: HttpOffice, listed: HttpCase
) -> None:
    subject = await office.user("subject-company-1")
    theirs = (await listed.see("/documents", by=subject)).json()["items"]
    assert [paper["kind"] for paper in theirs] == ["prior_notice", "listing_decision"]
    for paper in theirs:
        assert (await office.client.get(paper["file"], headers=subject.headers)).status_code == 200
    returns = [
        paper
        for paper in (await listed.see("/documents")).json()["items"]
        if paper["kind"] == "service_return"
    ]
    answer = await office.client.get(returns[0]["file"], headers=subject.headers)
    assert_problem(answer, 404, "NOT_FOUND")


@pytest.mark.parametrize("seq", ["0", "-1", "9999", "99999999999999999999", "x", "1.5"])
async def test_a_paper_that_is_not_there_is_not_found_or_malformed(
    office: HttpOffice, listed: HttpCase, seq: str
) -> None:
    answer = await listed.see(f"/documents/{seq}.pdf")
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_deadlines_say_whose_they_are_when_due_and_by_which_clause(listed: HttpCase) -> None:
    deadlines = {row["key"]: row for row in (await listed.see("/deadlines")).json()["items"]}
    window = deadlines["objection_window"]
    assert (window["whose"], window["state"]) == ("subject", "met")
    assert window["starts_on"] == "2026-03-02"
    assert window["due_on"] > window["starts_on"]
    assert deadlines["decision"]["whose"] == "authority"
    assert all(row["clause"] and row["calendar"] for row in deadlines.values())


async def test_a_deadline_is_explained_day_by_day(listed: HttpCase) -> None:
    deadlines = {row["key"]: row for row in (await listed.see("/deadlines")).json()["items"]}
    answer = await listed.see("/deadlines/objection_window/explain")
    assert answer.status_code == 200
    assert deadlines["objection_window"]["due_on"] in answer.text
    assert_problem(await listed.see("/deadlines/nothing/explain"), 404, "NOT_FOUND")


async def test_what_is_listed_goes_on_as_a_case_of_its_own(office: HttpOffice, listed: HttpCase) -> None:
    async with asyncio.timeout(15):
        while not (related := (await listed.see()).json()["related"]):  # noqa: ASYNC110 -- the relay opens it
            await asyncio.sleep(0.05)
    (period,) = related
    assert period["kind"] == "listing"
    officer = await office.holder(Role.OFFICER)
    shown = (await office.get(officer, f"/cases/{period['no']}")).json()
    assert shown["stage"] == "listed"
    assert [one["no"] for one in shown["related"]] == [listed.no]
    terms = (await office.get(officer, f"/cases/{period['no']}/deadlines")).json()["items"]
    assert [term["key"] for term in terms] == ["listing_term"]
    answer = await office.post(officer, f"/practice/cases/{period['no']}/clock", {"days": 1_500})
    assert answer.json()["outcome"] == "expired"


async def test_a_listing_may_be_read_by_its_subject(office: HttpOffice, listed: HttpCase) -> None:
    subject = await office.user("subject-company-1")
    related = (await listed.see(by=subject)).json()["related"]
    assert (await office.get(subject, f"/cases/{related[0]['no']}")).status_code == 200
    stranger = await office.user("subject-company-2")
    assert_problem(await office.get(stranger, f"/cases/{related[0]['no']}"), 404, "NOT_FOUND")
