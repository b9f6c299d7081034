"""Notices and amendments: what may stand in one, and what they say together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.days.notices import DayKind, Notice, Projection, fold, known

FIRST: dict[str, Any] = {
    "number": "国办发明电〔2019〕16号",
    "year": 2020,
    "signed": date(2019, 11, 21),
    "published": date(2019, 11, 21),
    "seen": "text",
    "checked_on": date(2026, 11, 24),
    "days_off": [{"name": "春节", "dates": [date(2020, 1, 30)]}],
    "workdays_moved": [date(2020, 2, 1)],
}
SECOND: dict[str, Any] = {
    **FIRST,
    "number": "国办发明电〔2020〕1号",
    "amends": "国办发明电〔2019〕16号",
    "signed": date(2020, 1, 26),
    "published": date(2020, 1, 27),
    "days_off": [{"name": "春节", "dates": [date(2020, 1, 30), date(2020, 1, 31), date(2020, 2, 1)]}],
    "workdays_moved": [],
    "replaces": [date(2020, 2, 1)],
}


def notice(base: dict[str, Any], **changes: Any) -> Notice:
    return Notice.model_validate({**base, **changes})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"workdays_moved": [date(2020, 2, 1), date(2020, 2, 1)]}, "出现两次：2020-02-01"),
        ({"days_off": [{"name": "春节", "dates": [date(2020, 2, 1)]}]}, "出现两次：2020-02-01"),
        ({"workdays_moved": [date(2021, 1, 2)]}, "不属于2020年"),
        ({"workdays_moved": [date(2019, 11, 30)]}, "不属于2020年"),
        ({"workdays_moved": [date(2020, 2, 3)]}, "应当是周末：2020-02-03"),
        ({"published": date(2019, 11, 20)}, "发布日期早于成文日期"),
        ({"replaces": [date(2020, 2, 1)]}, "只有调整通知"),
        ({"days_off": [{"name": "春节", "dates": []}]}, "at least 1"),
        ({"pages": 2}, "Extra inputs"),
    ],
)
def test_a_notice_that_contradicts_itself_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        notice(FIRST, **changes)


def test_a_notice_may_name_days_of_the_december_before_its_year() -> None:
    assert notice(FIRST, workdays_moved=[date(2019, 12, 28)]).workdays_moved == (date(2019, 12, 28),)


def test_an_amendment_overrides_the_notice_date_by_date() -> None:
    before, after = fold([notice(FIRST)]), fold([notice(FIRST), notice(SECOND)])
    assert before[date(2020, 2, 1)].kind is DayKind.MOVED_WORKDAY
    assert after[date(2020, 2, 1)] == (DayKind.DAY_OFF, "春节", "国办发明电〔2020〕1号")
    assert date(2020, 1, 31) not in before
    assert after[date(2020, 1, 31)].kind is DayKind.DAY_OFF


def test_a_day_that_is_set_aside_and_not_named_again_is_an_ordinary_day() -> None:
    cancelled = notice(SECOND, days_off=[], replaces=[date(2020, 2, 1)])
    assert date(2020, 2, 1) not in fold([notice(FIRST), cancelled])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"replaces": []}, "2020-02-01 与 国办发明电〔2019〕16号 相反"),
        ({"replaces": [date(2020, 2, 1), date(2020, 2, 8)]}, "此前没有安排：2020-02-08"),
        ({"amends": "国办发明电〔2019〕99号"}, "国办发明电〔2019〕99号 不在数据中"),
    ],
)
def test_an_amendment_that_overrides_in_silence_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        fold([notice(FIRST), notice(SECOND, **changes)])


def test_only_what_was_published_by_a_day_was_known_on_it() -> None:
    both = [notice(SECOND), notice(FIRST)]
    assert known(both, date(2019, 11, 20)) == []
    assert [n.number for n in known(both, date(2020, 1, 26))] == [FIRST["number"]]
    assert [n.number for n in known(both, date(2020, 1, 27))] == [FIRST["number"], SECOND["number"]]
    assert known(both, None) == known(both, date(2030, 1, 1))


@pytest.mark.parametrize(
    "counting",
    [
        [{"up_to": 60, "earlier": 7, "later": 7}],
        [{"earlier": 7, "later": 7}, {"earlier": 9, "later": 9}],
        [
            {"up_to": 60, "earlier": 7, "later": 7},
            {"up_to": 30, "earlier": 7, "later": 7},
            {"earlier": 9, "later": 9},
        ],
    ],
)
def test_the_margins_of_a_projection_cover_every_length_once(counting: list[dict[str, int]]) -> None:
    with pytest.raises(ValidationError, match="counting"):
        Projection.model_validate(
            {
                "basis": {"document": "全国年节及纪念日放假办法"},
                "learned_on": date(2026, 11, 24),
                "learned_from": "2019-2026",
                "counting": counting,
                "rolling": {"earlier": 6, "later": 7},
                "unsettled_from": "12-25",
                "notice_expected_from": "10-15",
                "horizon_years": 12,
                "statutory": {2027: [{"name": "元旦", "dates": [date(2027, 1, 1)]}]},
            }
        )
