"""The penalty record: a record that is not sound cannot be built, and two spellings of a penalty are one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from domain.masking import masked
from domain.penalty_fields import BY_ATTRIBUTE, FIELDS, FieldSet
from domain.penalty_record import LONG_TERM, PenaltyKind, PenaltyRecord, inconsistencies
from domain.rules import SubjectKind

AUTHORITY = "113201004586427778"
COMPANY: dict[str, Any] = {
    "subject_name": "南京栖云食品有限公司",
    "subject_kind": SubjectKind.ORGANISATION,
    "uscc": "91320115MAXN67TQ7F",
    "legal_representative": "李海",
    "document_number": "宁市监罚〔2026〕12号",
    "violation_type": "经营超过保质期的食品",
    "facts": "陈列待售超过保质期的糕点12袋。",
    "basis": "食品安全法第一百二十四条",
    "kinds": (PenaltyKind.FINE.value,),
    "content": "罚款5000元。",
    "fine_wan": Decimal("0.5"),
    "decided_on": date(2026, 5, 6),
    "valid_until": LONG_TERM,
    "authority_name": "南京市市场监督管理局",
    "authority_code": AUTHORITY,
    "source_name": "南京市市场监督管理局",
    "source_code": AUTHORITY,
}
PERSON: dict[str, Any] = COMPANY | {
    "subject_name": "欧阳靖远",
    "subject_kind": SubjectKind.NATURAL_PERSON,
    "uscc": None,
    "legal_representative": None,
    "person_id_type": "身份证",
    "person_id_number": "320106199001011238",
}


def faults(values: dict[str, Any], **changes: Any) -> set[tuple[str, str]]:
    found = inconsistencies(values | changes, FieldSet.CURRENT, today=date(2026, 11, 24))
    return {(BY_ATTRIBUTE_OF[f.field], f.kind.value) for f in found}


BY_ATTRIBUTE_OF = {spec.code: spec.attribute for spec in FIELDS}


def test_every_field_of_the_record_stands_in_the_table_of_fields() -> None:
    assert set(PenaltyRecord.model_fields) - {"field_set"} == set(BY_ATTRIBUTE) - {"kinds_2"}
    names = [name for spec in FIELDS for name in (spec.code, spec.heading, *spec.aliases)]
    assert len(names) == len(set(names))


def test_identity_documents_are_never_public() -> None:
    personal = {spec.attribute for spec in FIELDS if spec.personal}
    assert personal == {"legal_representative", "legal_representative_id_number", "person_id_number"}
    shown = {spec.attribute for spec in FIELDS if spec.public}
    assert not shown & {
        "person_id_type",
        "person_id_number",
        "legal_representative_id_type",
        "legal_representative_id_number",
    }


def test_a_sound_record_has_nothing_wrong() -> None:
    assert faults(COMPANY) == set()
    assert PenaltyRecord(**COMPANY).fine_wan == Decimal("0.5")
    assert faults(PERSON) == set()


@pytest.mark.parametrize(
    ("base", "changes", "expected"),
    [
        (COMPANY, {"uscc": None}, ("uscc", "missing")),
        (COMPANY, {"uscc": "91320115MAXN67TQ7A"}, ("uscc", "identifier")),
        (COMPANY, {"legal_representative": None}, ("legal_representative", "missing")),
        (COMPANY, {"document_number": None}, ("document_number", "missing")),
        (COMPANY, {"fine_wan": None}, ("fine_wan", "missing")),
        (COMPANY, {"kinds": ("没收违法所得",), "fine_wan": None}, ("confiscated_wan", "missing")),
        (COMPANY, {"kinds": ("吊销许可证件",)}, ("licence", "missing")),
        (COMPANY, {"source_code": None}, ("source_code", "missing")),
        (COMPANY, {"authority_code": "113201004586427777"}, ("authority_code", "identifier")),
        (COMPANY, {"fine_wan": Decimal(5000)}, ("fine_wan", "inconsistent")),
        (COMPANY, {"decided_on": date(2026, 11, 25)}, ("decided_on", "inconsistent")),
        (COMPANY, {"valid_until": date(2026, 5, 5)}, ("valid_until", "inconsistent")),
        (COMPANY, {"published_until": date(2026, 5, 5)}, ("published_until", "inconsistent")),
        (COMPANY, {"subject_kind": SubjectKind.SOLE_TRADER, "uscc": None}, ("uscc", "missing")),
        (PERSON, {"uscc": "91320115MAXN67TQ7F"}, ("uscc", "inconsistent")),
        (PERSON, {"person_id_number": None}, ("person_id_number", "missing")),
        (PERSON, {"person_id_number": "320106199001011230"}, ("person_id_number", "identifier")),
        (PERSON, {"person_id_type": "工作证"}, ("person_id_type", "format")),
    ],
)
def test_what_is_wrong_is_found_and_the_record_cannot_be_built(
    base: dict[str, Any], changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert expected in faults(base, **changes)
    if expected[0] != "decided_on":  # only with a today
        with pytest.raises(ValidationError):
            PenaltyRecord(**(base | changes))


def test_a_decision_of_today_with_an_end_on_the_same_day_is_sound() -> None:
    day = date(2026, 11, 24)
    assert faults(COMPANY, decided_on=day, valid_until=day, published_until=day) == set()


def test_a_passport_is_not_held_to_the_rules_of_the_resident_number() -> None:
    assert faults(PERSON, person_id_type="护照号", person_id_number="E12345678") == set()
    assert faults(PERSON, person_id_type="其他-军官证", person_id_number="南字第0001号") == set()


def test_the_old_set_may_leave_amounts_and_sources_out() -> None:
    values = COMPANY | {"fine_wan": None, "source_name": None, "source_code": None, "valid_until": None}
    assert list(inconsistencies(values, FieldSet.OLD)) == []
    assert PenaltyRecord(**values, field_set=FieldSet.OLD).valid_until is None


def test_two_spellings_of_one_number_are_one_penalty_and_another_subject_is_not() -> None:
    record = PenaltyRecord(**COMPANY)
    same = PenaltyRecord(
        **(COMPANY | {"document_number": "宁市监罚【2026】第012号", "content": "罚款0.5万元"})
    )
    other = PenaltyRecord(**PERSON)
    assert record.natural_key() == same.natural_key()
    assert record.natural_key() != other.natural_key()


def test_a_record_survives_json() -> None:
    record = PenaltyRecord(**PERSON)
    assert PenaltyRecord.model_validate_json(record.model_dump_json()) == record


def test_an_error_does_not_carry_the_value() -> None:
    with pytest.raises(ValidationError) as refused:
        PenaltyRecord(**(PERSON | {"person_id_number": "320106199001011230"}))
    assert "320106199001011230" not in str(refused.value)


def test_persons_are_masked_and_organisations_are_not() -> None:
    record = PenaltyRecord(**(PERSON | {"facts": "欧阳靖远（320106199001011238）倾倒垃圾。"}))
    shown = masked(record, record.masks())
    assert shown["subject_name"] == "欧阳**"
    assert shown["facts"] == "欧阳**（320***********1238）倾倒垃圾。"
    company = PenaltyRecord(**COMPANY)
    shown = masked(company, company.masks())
    assert shown["subject_name"] == "南京栖云食品有限公司"
    assert shown["legal_representative"] == "李*"


@pytest.mark.parametrize(
    ("name", "hidden"), [("张小三", True), ("老张面馆", False), ("南京市玄武区栖云便利店", False)]
)
def test_a_sole_trader_under_their_own_name_is_masked(name: str, hidden: bool) -> None:
    trader = PenaltyRecord(
        **(
            COMPANY
            | {"subject_name": name, "subject_kind": SubjectKind.SOLE_TRADER, "legal_representative": None}
        )
    )
    assert ("subject_name" in trader.masks()) is hidden


def test_a_record_without_its_day_of_decision_is_not_judged_by_its_other_days() -> None:
    undated = COMPANY | {"decided_on": None, "valid_until": date(2020, 1, 1)}
    early = "早于处罚决定日期"
    assert early not in [fault.reason for fault in inconsistencies(undated, FieldSet.CURRENT)]
    dated = COMPANY | {"valid_until": date(2020, 1, 1)}
    assert early in [fault.reason for fault in inconsistencies(dated, FieldSet.CURRENT)]
