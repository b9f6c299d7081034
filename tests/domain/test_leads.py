"""A penalty record as the application form of a case."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.leads import identifier_of, opening_form
from domain.penalty_record import FieldSet, PenaltyRecord, RecordState
from domain.procedure.forms import Effectiveness, OpenCase
from domain.rules import SubjectKind


def record(**values: Any) -> PenaltyRecord:
    of_company = {
        "subject_name": "南京栖云食品有限公司",
        "subject_kind": SubjectKind.ORGANISATION,
        "uscc": "91320115MAXN67TQ7F",
        "legal_representative": "李海",
    }
    return PenaltyRecord.model_validate(
        {
            "document_number": "宁市监罚[2026]第77号",
            "violation_type": "掺杂掺假",
            "facts": "在牛肉制品中掺入猪肉。",
            "basis": "食品安全法",
            "kinds": ("警告",),
            "content": "警告。",
            "decided_on": date(2026, 5, 6),
            "valid_until": date(2099, 12, 31),
            "authority_name": "南京市市场监督管理局",
            "authority_code": "113201004586427778",
            "source_name": "南京市市场监督管理局",
            "source_code": "113201004586427778",
            **(values if "subject_kind" in values else of_company | values),
        }
    )


def form(found: PenaltyRecord) -> OpenCase:
    return opening_form(
        found, regime="market_regulation", authority="nanjing-market-regulation", ground="food"
    )


def test_the_number_stays_as_it_was_spelt_and_effect_is_left_for_an_officer_to_verify() -> None:
    document = form(record()).document
    assert document.number == "宁市监罚[2026]第77号"
    assert document.effectiveness is Effectiveness.UNKNOWN
    assert document.facts == "掺杂掺假：在牛肉制品中掺入猪肉。"


def test_a_penalty_that_was_revoked_is_no_effective_document() -> None:
    assert form(record(state=RecordState.REVOKED)).document.effectiveness is Effectiveness.NOT_EFFECTIVE


def test_a_natural_person_is_known_by_identity_number_and_day_of_birth() -> None:
    person = record(
        subject_name="孙某",
        subject_kind=SubjectKind.NATURAL_PERSON,
        person_id_type="身份证",
        person_id_number="32010419940813996X",
    )
    subject = form(person).subject
    assert (subject.id_kind, subject.id_number) == ("身份证", "32010419940813996X")
    assert subject.born_on == date(1994, 8, 13)


def test_an_organisation_of_the_old_set_is_known_by_the_number_it_has() -> None:
    old = record(
        field_set=FieldSet.OLD,
        subject_name="南京栖云食品厂",
        subject_kind=SubjectKind.ORGANISATION,
        registration_number="320100000012345",
    )
    subject = form(old).subject
    assert (subject.id_kind, subject.id_number) == ("工商注册号", "320100000012345")
    assert identifier_of(old) == "320100000012345"


def test_facts_too_long_for_the_form_are_stated_without_the_kind_of_violation() -> None:
    long = "长" * 20_000
    assert form(record(facts=long)).document.facts == long
