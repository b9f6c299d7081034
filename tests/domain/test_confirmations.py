"""A legal officer's confirmations: what one says, and which of several counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.citation import Citation, Seen
from domain.confirmation import Confirmation, counting

SINCE = date(2021, 9, 1)


def confirmed(**changes: Any) -> Confirmation:
    values = {
        "regime": "work_safety",
        "key": "objection_window",
        "since": SINCE,
        "value": 5,
        "unit": "working_day",
        "document": "应急管理部令第11号",
        "clause": "第九条",
        "by": "p-legal",
        "at": datetime(2026, 1, 5, 1, 0, tzinfo=UTC),
    }
    return Confirmation.model_validate(values | changes)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"silent": True}, "二者择一"),
        ({"value": None}, "二者择一"),
        ({"withdrawn": True, "reason": "看错条文"}, "撤回确认的，不写值"),
        ({"withdrawn": True, "value": None, "silent": True, "reason": "看错条文"}, "撤回确认的，不写值"),
        ({"withdrawn": True, "value": None}, "须写明理由"),
    ],
)
def test_a_confirmation_says_a_value_or_that_the_text_is_silent_or_withdraws_one_with_the_reason(
    changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        confirmed(**changes)


def test_the_text_may_be_silent_and_a_statement_may_be_no() -> None:
    assert confirmed(value=None, silent=True).silent
    assert confirmed(value=False, unit=None).value is False


def test_what_is_confirmed_rests_on_its_source_and_names_who_confirmed_it_when() -> None:
    expected = {"document": "应急管理部令第11号", "clause": "第九条", "seen": Seen.CONFIRMED}
    assert confirmed().citation() == Citation(**expected, note="p-legal 于 2026-01-05T01:00:00+00:00 确认")
    practice = confirmed(practice=True).citation()
    assert practice == Citation(**expected, note="p-legal 于 2026-01-05T01:00:00+00:00 确认（演示）")


def test_the_last_word_on_an_entry_counts_unless_it_withdraws_the_one_before() -> None:
    first, corrected = confirmed(), confirmed(value=7, reason="看错条文")
    other = confirmed(key="decision", value=20)
    withdrawn = confirmed(value=None, unit=None, withdrawn=True, reason="条文已改")
    later = confirmed(since=date(2026, 1, 1))

    assert counting([first, other, corrected]) == {first.entry: corrected, other.entry: other}
    assert counting([first, later, withdrawn]) == {later.entry: later}
    assert counting([withdrawn, first]) == {first.entry: first}
