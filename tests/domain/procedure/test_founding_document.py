"""Whose document founds a case, and from which day: what is wrong with it is said when the case is opened."""

from __future__ import annotations

import pytest
from office import barred
from opening_samples import Case, sample_opening, sample_rule

from domain.procedure.opening import Opening


def refusals(opening: Opening, code: str) -> str:
    """Everything that bars the opening on 2 March 2026, `code` among it."""
    form = opening.model_dump(mode="json")
    return "；".join(bar.text for bar in barred(Case(), code, "open_case", form).blocked_by)


def test_a_penalty_of_a_body_that_nobody_knows_founds_no_case() -> None:
    assert "不能确定作出行政处罚的机关" in refusals(sample_opening(issuer=None), "PENALTY_OF_ANOTHER_BODY")


def test_an_opening_of_before_the_rule_said_who_decides_asks_for_no_issuer() -> None:
    rule = sample_rule().model_copy(update={"penalising_body_decides": None})
    case = Case()
    case.play("open_case", sample_opening(rule, issuer=None).model_dump(mode="json"))
    assert case.file.opening.issuer is None


@pytest.mark.parametrize(
    ("document", "code", "why"),
    [
        ({"effective_on": "2026-03-03"}, "BASIS_NOT_EFFECTIVE", "生效日期晚于今日"),
        ({"served_on": "2026-03-03", "effective_on": "2026-03-02"}, "DATE_IMPOSSIBLE", "送达日期晚于今日"),
        ({"decided_on": "1899-12-31"}, "DATE_IMPOSSIBLE", "作出日期早于"),
    ],
)
def test_a_document_is_made_served_and_effective_by_the_day_of_the_opening(
    document: dict[str, str], code: str, why: str
) -> None:
    assert why in refusals(sample_opening(document=document), code)
