"""Whoever opens a case gives contact details by which somebody can be reached."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from edge_app import assert_problem
from office_http import SUBJECTS, HttpOffice, http_office, opening_form
from timeskip import TimeSkippingServer

from domain.people import Role


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("contacts"), temporal.address) as office:
        await office.confirm_everything("market_regulation")
        yield office


@pytest.mark.parametrize(
    ("field", "given", "wanted"),
    [
        ("contact", "138512345", "电话形如"),
        ("contact", "lu@@example.com", "电子邮箱形如"),
        ("contact", "陆经理", "电话号码或者电子邮箱"),
        ("address", "不详", "门牌"),
    ],
)
async def test_details_that_reach_nobody_are_refused_naming_field_and_shape(
    office: HttpOffice, field: str, given: str, wanted: str
) -> None:
    form = opening_form(SUBJECTS["subject-company-1"] | {field: given})
    answer = await office.try_to_open(form, by=await office.holder(Role.OFFICER))
    problem = assert_problem(answer, 400, "MALFORMED")
    assert problem["field"] == f"subject.{field}"
    assert wanted in problem["expected"]
    assert given not in answer.text


async def test_a_case_opens_with_telephone_and_mail(office: HttpOffice) -> None:
    known = SUBJECTS["subject-company-1"] | {"contact": "陆经理 13851234567，lu@example.com"}
    assert (await office.open_case(opening_form(known))).opened.status_code == 201
