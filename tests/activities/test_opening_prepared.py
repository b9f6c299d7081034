"""Whose document founds a case, when it was made, and that the same document opens nothing twice.

The openings are prepared as an office prepares them, from the law that ships, and judged as the procedure judges them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest
from opening_samples import DOCUMENT_FORM, OFFICER, OPENED_ON, SUBJECT_FORM, sample_rule
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.opening import authority_of, opening_of
from domain.procedure.events import Command
from domain.procedure.forms import OpenCase
from domain.procedure.opening import Opening
from domain.procedure.proposal import propose
from domain.procedure.walk import Walk
from domain.refusals import LegalRefusal, Malformed, Refusal
from domain.rules import FoundingKind, Rule
from law.calendar_loader import load_calendar
from law.loader import load_lawbook
from law.resolve import resolve
from storage.crypto import FieldCipher, KeyedHash
from storage.office import Office
from workflows.determination import DETERMINATION

KEY = bytes(range(32))
#: Nothing here asks the database.
OFFICE = Office(cast(AsyncEngine, None), FieldCipher(KEY), KeyedHash(KEY), KEY, practice=True)
CITY, DISTRICT = "nanjing-market-regulation", "xuanwu-market-regulation"
SUBJECT = {**SUBJECT_FORM, "id_number": "91320100MAK8PBRN7E"}
NINE = datetime(OPENED_ON.year, OPENED_ON.month, OPENED_ON.day, 1, tzinfo=UTC)


def prepared(authority: str = CITY, rule: Rule | None = None, **document: Any) -> Opening:
    """An opening at this body on a document that differs from the sample in these values."""
    rule = rule or sample_rule()
    form = {
        "regime": rule.regime,
        "authority": authority,
        "subject": SUBJECT,
        "document": {**DOCUMENT_FORM, **document},
    }
    return opening_of(
        OFFICE,
        OpenCase.submitted(form),
        authority=authority_of(load_lawbook(), authority),
        rule=rule,
        calendar=load_calendar(known_on=OPENED_ON).working_days,
    )


def submit(opening: Opening) -> None:
    command = Command(
        id="c-1",
        case_id=uuid4().hex,
        step="open_case",
        actor=OFFICER.model_copy(update={"authority": opening.authority.code}),
        form=opening.model_dump(mode="json"),
        received_at=NINE,
    )
    propose(Walk(DETERMINATION), command)


def refused(opening: Opening, code: str) -> Refusal:
    with pytest.raises(LegalRefusal) as caught:
        submit(opening)
    assert [bar.code for bar in caught.value.blocked_by] == [code], caught.value
    return caught.value


# -- 谁处罚、谁认定


def test_a_penalty_of_the_deciding_body_founds_its_case() -> None:
    submit(prepared())


@pytest.mark.parametrize("issued_by", ["南京市玄武区市场监督管理局", "南京市生态环境局"])
def test_a_penalty_of_another_body_founds_no_case_here(issued_by: str) -> None:
    refusal = refused(prepared(issued_by=issued_by), "PENALTY_OF_ANOTHER_BODY")
    assert refusal.clause == "国家市场监督管理总局令第44号 第三条"
    assert issued_by in refusal.detail
    assert refusal.expected == f"由{issued_by}认定"


def test_another_body_is_found_out_by_its_credit_code_as_well() -> None:
    code = load_lawbook().authorities[DISTRICT].uscc
    refused(
        prepared(issued_by="玄武区市场监管局", issued_by_code=code),
        "PENALTY_OF_ANOTHER_BODY",
    )


def test_a_maker_that_the_directory_does_not_know_must_be_named_better() -> None:
    refusal = refused(prepared(issued_by="南京市市场监管局"), "PENALTY_OF_ANOTHER_BODY")
    assert "作出机关代码" in (refusal.expected or "")


def test_a_body_that_was_renamed_is_known_by_its_code() -> None:
    submit(prepared(issued_by="南京市工商行政管理局", issued_by_code=CITY))


def test_the_name_of_one_body_with_the_code_of_another_is_a_slip() -> None:
    with pytest.raises(Malformed) as slip:
        prepared(issued_by="南京市市场监督管理局", issued_by_code=DISTRICT)
    assert slip.value.field == "document.issued_by_code"


TAX = {"number": "宁税稽一罚〔2026〕8号", "issued_by": "国家税务总局南京市税务局第一稽查局"}


def test_a_tax_bureau_decides_on_the_penalty_of_its_inspection_bureau_once_that_is_confirmed() -> None:
    confirmed = sample_rule("major_tax")
    submit(prepared("nanjing-tax", confirmed, **TAX))
    submit(prepared("jiangsu-tax", confirmed, **TAX))

    assert confirmed.penalising_body_decides is not None
    doubtful = confirmed.penalising_body_decides.model_copy(update={"holds": True})
    unconfirmed = confirmed.model_copy(update={"penalising_body_decides": doubtful})
    refused(prepared("nanjing-tax", unconfirmed, **TAX), "PENALTY_OF_ANOTHER_BODY")


def test_also_where_a_body_above_may_decide_one_beside_or_below_may_not() -> None:
    confirmed = sample_rule("major_tax")
    refusal = refused(
        prepared("nanjing-tax", confirmed, issued_by="国家税务总局江苏省税务局"), "PENALTY_OF_ANOTHER_BODY"
    )
    assert refusal.expected == "由国家税务总局江苏省税务局或者其上级机关认定"


def test_a_judgment_is_nobodys_penalty() -> None:
    submit(prepared("nanjing-tax", sample_rule("major_tax"), kind="judgment", issued_by="南京铁路运输法院"))


def test_what_the_files_leave_open_is_taken_in_favour_of_the_subject() -> None:
    book = load_lawbook()
    for regime in ("market_regulation", "migrant_wages", "work_safety", "major_tax"):
        rule = resolve(book, regime, OPENED_ON)
        decides = rule.penalising_body_decides if isinstance(rule, Rule) else None
        assert decides is None or decides.holds, regime


# -- dates


@pytest.mark.parametrize(
    ("dates", "code", "expected"),
    [
        ({"served_on": "2026-02-01"}, "DATE_IMPOSSIBLE", "送达日期应不早于2026-02-02"),
        (
            {"served_on": None, "effective_on": "2026-02-01"},
            "DATE_IMPOSSIBLE",
            "生效日期应不早于2026-02-02",
        ),
        (
            {"served_on": "2026-02-09", "effective_on": "2026-02-08"},
            "DATE_IMPOSSIBLE",
            "生效日期应不早于2026-02-09",
        ),
        (
            {"served_on": "2026-03-03", "effective_on": None},
            "DATE_IMPOSSIBLE",
            "填写不晚于2026-03-02的实际送达日期",
        ),
        ({"effective_on": "2026-03-03"}, "BASIS_NOT_EFFECTIVE", "生效日期应不晚于2026-03-02"),
        ({"decided_on": "1949-09-30"}, "DATE_IMPOSSIBLE", "核对文书作出日期"),
    ],
)
def test_a_document_with_impossible_dates_founds_no_case(
    dates: dict[str, Any], code: str, expected: str
) -> None:
    refusal = refused(prepared(**dates), code)
    assert refusal.clause == "宁信用〔2021〕1号 三（二）"
    assert expected in (refusal.expected or "")


def test_the_day_of_the_office_is_the_last_possible_one() -> None:
    today = OPENED_ON.isoformat()
    submit(prepared(decided_on=today, served_on=today, effective_on=today))


def test_an_award_binds_before_it_is_served() -> None:
    rule = sample_rule("market_regulation")
    rule = rule.model_copy(update={"founding": [*rule.founding, FoundingKind.ARBITRAL_AWARD]})
    submit(prepared(rule=rule, kind="arbitral_award", effective_on="2026-02-02", served_on="2026-02-09"))


# -- the same document

SAME = [
    "宁市监处罚[2026]15号",
    "宁市监处罚［２０２６］１５号",
    "宁市监处罚（2026）15号",
    "宁市监处罚【2026】第15号",
    "宁市监处罚〔2026年〕15号",
    "宁市监处罚2026年第015号",
    "宁市监处罚 〔 2026 〕 15 号",
    "宁市监处罚〔2026〕字第15号",
    "宁市监处罚〔2026〕No.15号",
    "宁市监处罚〔2026〕15",
]


@pytest.mark.parametrize("number", SAME)
def test_one_document_in_two_spellings_is_one(number: str) -> None:
    assert prepared(number=number).business_key == prepared().business_key


@pytest.mark.parametrize(
    "number",
    [
        "宁市监处罚〔2025〕15号",
        "宁市监处罚〔2026〕150号",
        "宁市监罚〔2026〕15号",
        "宁市监处罚〔2026〕15号之一",
    ],
)
def test_another_number_is_another_document(number: str) -> None:
    assert prepared(number=number).business_key != prepared().business_key


def test_one_number_of_two_bodies_is_two_documents() -> None:
    here, there = prepared(), prepared(DISTRICT, issued_by="南京市玄武区市场监督管理局")
    assert here.document_ref != there.document_ref
    assert here.business_key != there.business_key


def test_one_body_under_name_code_and_credit_code_is_one() -> None:
    book = load_lawbook()
    named = prepared()
    ways: list[dict[str, Any]] = [
        {"issued_by_code": CITY},
        {"issued_by_code": book.authorities[CITY].uscc},
        {"issued_by": " 南京市 市场监督管理局"},
        {"issued_by": "南京市工商行政管理局", "issued_by_code": CITY},
    ]
    for changes in ways:
        assert prepared(**changes).business_key == named.business_key, changes


def test_a_court_may_be_named_in_full_or_in_short() -> None:
    keys = {
        prepared(kind="judgment", number="（2026）苏01行终12号", issued_by=court).business_key
        for court in ("江苏省南京市中级人民法院", "南京市中级人民法院", "南京中院")
    }
    assert len(keys) == 1
