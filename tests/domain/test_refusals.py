"""Refusals keep their family and all their members through a problem document and through a pickle."""

from __future__ import annotations

import json
import pickle

import pytest

from domain.refusals import (
    Bar,
    Conflict,
    Forbidden,
    LegalRefusal,
    Malformed,
    NotFound,
    Refusal,
    Stale,
    Suspended,
)

FAMILIES = {
    Malformed: 400,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    LegalRefusal: 422,
    Suspended: 423,
}


@pytest.mark.parametrize(("family", "status"), FAMILIES.items())
def test_a_refusal_survives_the_wire_and_a_pickle(family: type[Refusal], status: int) -> None:
    refusal = family(
        detail="审核人不得与承办人为同一人",
        clause="宁信用〔2021〕1号 四（三）",
        field="actor",
        expected="另一人",
        blocked_by=[Bar(code="FOUR_EYES", text="同一人", clause=None, fix="请另一人审核")],
    )
    assert refusal.as_problem()["status"] == status
    for again in (
        Refusal.from_problem(json.loads(json.dumps(refusal.as_problem()))),
        pickle.loads(pickle.dumps(refusal)),
    ):
        assert type(again) is family
        assert again == refusal
        assert again.blocked_by == refusal.blocked_by


def test_a_code_has_a_stable_type_and_a_title_of_its_own() -> None:
    refusal = Forbidden(code="FOUR_EYES", detail="承办人不得审核")
    assert refusal.type == "urn:chengxu:problem:four_eyes"
    assert refusal.title == "须由另一人办理"


def test_a_code_that_no_family_knows_takes_the_title_of_its_family() -> None:
    assert LegalRefusal(code="OF_AN_OLDER_PROGRAM", detail="异议期限未满").title == "依法不得办理"


def test_refusals_that_say_different_things_differ() -> None:
    assert NotFound(detail="没有该案件") != NotFound(detail="没有该文书")
