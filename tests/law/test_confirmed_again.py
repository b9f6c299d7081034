"""A confirmation that was wrong: corrected or withdrawn on record, while cases keep what they opened under."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from opening_samples import practice_answer, sample_opening
from pydantic import ValidationError

from domain.confirmation import Confirmation, counting
from domain.refusals import Conflict, Malformed
from domain.rules import Rule, Unit
from law.confirming import check_confirmation, confirmed_since
from law.loader import load_lawbook
from law.resolve import Draft, consult, resolve

BOOK = load_lawbook()
WAGES, ON = "migrant_wages", date(2026, 3, 2)
KEY = "decision"


def everything() -> list[Confirmation]:
    """All that is open in the regime, confirmed for practice."""
    given: list[Confirmation] = []
    while found := [one for one in consult(BOOK, WAGES, ON, given).open if one.confirmable]:
        given += [practice_answer(one, WAGES) for one in found]
    return given


GIVEN = everything()
FORMER = next(one for one in GIVEN if one.key == KEY)


def later(**changes: Any) -> Confirmation:
    """Another word on the same entry, an hour later and by another officer."""
    said: dict[str, Any] = {
        **FORMER.model_dump(),
        "value": 30,
        "reason": "原确认误读条文",
        "document": "人力资源和社会保障部令第45号",
        "clause": "第六条",
        "by": "p-other",
        "at": FORMER.at + timedelta(hours=1),
        **changes,
    }
    return Confirmation(**said)


WITHDRAWAL = {"withdrawn": True, "value": None, "unit": None}


def rule(given: Sequence[Confirmation]) -> Rule:
    found = resolve(BOOK, WAGES, ON, given)
    assert isinstance(found, Rule)
    return found


def test_a_correction_with_its_reason_takes_the_place_of_the_former() -> None:
    correction = later()
    assert check_confirmation(BOOK, correction, ON, GIVEN).key == KEY
    term = rule([*GIVEN, correction]).decision
    assert term.count == 30
    assert term.basis.clause == "第六条"
    assert "p-other" in term.basis.note


def test_a_case_keeps_what_it_was_opened_under() -> None:
    opening = sample_opening(rule(GIVEN))
    corrected = rule([*GIVEN, later()])
    assert opening.rule.decision.count == FORMER.value
    assert opening.rule.version != corrected.version


def test_without_a_reason_nothing_is_confirmed_twice() -> None:
    with pytest.raises(Conflict) as refused:
        check_confirmation(BOOK, later(reason=""), ON, GIVEN)
    assert refused.value.code == "NOTHING_TO_CONFIRM"
    assert refused.value.expected == "更正或者撤回原确认的，写明理由（reason）"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"value": "long"}, "value"), ({"unit": None}, "unit"), ({"since": date(2025, 1, 1)}, "since")],
)
def test_a_correction_is_held_to_the_same_form(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_confirmation(BOOK, later(**changes), ON, GIVEN)
    assert refused.value.field == field


def test_what_is_withdrawn_is_open_again_until_it_is_confirmed_anew() -> None:
    withdrawal = later(**WITHDRAWAL)
    assert check_confirmation(BOOK, withdrawal, ON, GIVEN).key == KEY
    given = [*GIVEN, withdrawal]
    draft = resolve(BOOK, WAGES, ON, given)
    assert isinstance(draft, Draft)
    assert [missing.key for missing in draft.missing] == [KEY]

    anew = later(reason="", value=15, at=FORMER.at + timedelta(hours=2))
    check_confirmation(BOOK, anew, ON, given)
    assert rule([*given, anew]).decision.count == 15


def test_nothing_is_withdrawn_twice_nor_what_was_never_confirmed() -> None:
    withdrawal = later(**WITHDRAWAL)
    for given in ([], [*GIVEN, withdrawal]):
        with pytest.raises(Conflict) as refused:
            check_confirmation(BOOK, withdrawal, ON, given)
        assert refused.value.code == "NOTHING_TO_WITHDRAW"


@pytest.mark.parametrize(
    "changes",
    [{"withdrawn": True}, {**WITHDRAWAL, "reason": ""}, {**WITHDRAWAL, "silent": True}, {"silent": True}],
)
def test_a_withdrawal_says_why_and_no_value(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        later(**changes)


def test_all_words_stay_on_record_and_the_last_one_counts() -> None:
    given = [FORMER, later(), later(value=25, at=FORMER.at + timedelta(hours=2))]
    assert counting(given) == {FORMER.entry: given[-1]}
    assert counting([*given, later(**WITHDRAWAL)]) == {}


def test_whoever_corrects_need_not_know_the_day_of_the_entry() -> None:
    assert confirmed_since(GIVEN, KEY) == FORMER.since
    with pytest.raises(Malformed) as refused:
        confirmed_since([*GIVEN, later(**WITHDRAWAL)], KEY)
    assert refused.value.field == "since"


def test_a_confirmation_of_before_there_were_corrections_is_still_read() -> None:
    old = (
        '{"regime":"migrant_wages","key":"decision","since":"2022-01-01","value":20,"unit":"working_day",'
        '"silent":false,"document":"某文件","clause":"第一条","by":"p-1","at":"2026-01-05T01:00:00Z","practice":false}'
    )
    assert Confirmation.model_validate_json(old) == Confirmation(
        regime=WAGES,
        key=KEY,
        since=date(2022, 1, 1),
        value=20,
        unit=Unit.WORKING_DAY,
        document="某文件",
        clause="第一条",
        by="p-1",
        at=datetime(2026, 1, 5, 1, tzinfo=UTC),
    )
