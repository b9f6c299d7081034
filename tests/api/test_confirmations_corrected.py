"""A confirmed figure that was wrong, over HTTP: corrected or withdrawn by another word on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from edge_app import assert_problem
from office_http import HttpOffice, http_office
from timeskip import TimeSkippingServer

from domain.people import Role

BODY, REGIME, ON = "nanjing-human-resources", "migrant_wages", "2026-03-02"
PATH = f"/regimes/{REGIME}/confirmations"
SOURCE = {"document": "人力资源和社会保障部令第45号", "clause": "第六条", "on": ON}
FIRST = {"key": "decision", "since": "2022-01-01", "value": 20, "unit": "working_day"} | SOURCE


@pytest.fixture
async def office(tmp_path: Path, temporal: TimeSkippingServer) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path, temporal.address, work=False) as running:
        yield running


async def decision(office: HttpOffice, legal: Any) -> int | None:
    """The number of working days that the law now gives for deciding; None while it is open."""
    answer = (await office.get(legal, f"/regimes/{REGIME}", on=ON)).json()
    if any(one["key"] == "decision" for one in answer["open"]):
        return None
    found: int = next(one for one in answer["resolved"] if one["key"] == "decision")["value"]["count"]
    return found


async def test_a_legal_officer_corrects_and_withdraws_with_a_reason(office: HttpOffice) -> None:
    legal = await office.holder(Role.LEGAL_OFFICER, BODY)
    assert (await office.post(legal, PATH, FIRST)).status_code == 201

    again = FIRST | {"value": 30}
    refused = assert_problem(await office.post(legal, PATH, again), 409, "NOTHING_TO_CONFIRM")
    assert "理由" in refused["expected"]
    del again["since"]
    corrected = await office.post(legal, PATH, again | {"reason": "原确认误读条文"})
    assert corrected.status_code == 201, corrected.text
    assert await decision(office, legal) == 30

    withdrawal = {"key": "decision", "withdraw": True} | SOURCE
    assert_problem(await office.post(legal, PATH, withdrawal), 400, "MALFORMED")  # without a reason
    withdrawn = await office.post(legal, PATH, withdrawal | {"reason": "该条已修改"})
    assert withdrawn.status_code == 201, withdrawn.text
    assert "decision" in withdrawn.json()["still_missing"]
    assert await decision(office, legal) is None
    assert_problem(await office.post(legal, PATH, withdrawal | {"reason": "再次撤回"}), 400, "MALFORMED")

    known = await office.services.confirmations.of(REGIME)
    assert [(one.value, one.reason, one.withdrawn) for one in known] == [
        (20, "", False),
        (30, "原确认误读条文", False),
        (None, "该条已修改", True),
    ]
    assert [one.at for one in known] == sorted(one.at for one in known)


async def test_nobody_else_corrects_a_confirmation(office: HttpOffice) -> None:
    legal = await office.holder(Role.LEGAL_OFFICER, BODY)
    assert (await office.post(legal, PATH, FIRST)).status_code == 201
    said = FIRST | {"value": 30, "reason": "原确认误读条文"}
    for other in (await office.holder(Role.OFFICER, BODY), await office.holder(Role.LEGAL_OFFICER)):
        assert_problem(await office.post(other, PATH, said), 403, "ROLE_MISSING")
    assert await decision(office, legal) == 20
