"""A penalty record as the application form of a case: the lead (线索) that an imported record is for a list regime."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.penalty_record import RESIDENT_ID, PenaltyRecord, RecordState
from domain.procedure.forms import Effectiveness, FoundingDocument, OpenCase, Subject
from domain.rules import FoundingKind, SubjectKind
from domain.strict import LONG_TEXT_LENGTH

#: Where the case says that it comes from.
SOURCE: Final = "双公示行政处罚信息导入"
_TITLE: Final = "行政处罚决定书"
#: Identifiers of an organisation, the strongest first, and what each is called.
_IDENTIFIERS: Final = {
    "uscc": "统一社会信用代码",
    "registration_number": "工商注册号",
    "organisation_code": "组织机构代码",
    "social_organisation_number": "社会组织登记证号",
    "institution_number": "事业单位证书号",
    "tax_number": "税务登记号",
}


def identifier_of(record: PenaltyRecord) -> str:
    """The number by which the subject is known in records and cases alike. Personal for natural persons."""
    return _identifier(record)[1]


def opening_form(record: PenaltyRecord, *, regime: str, authority: str, ground: str | None) -> OpenCase:
    """The form on which a record opens a case. Raises pydantic.ValidationError where the form cannot hold a value.

    `authority` is the code of the deciding body. Whether the penalty is effective is left open, for an officer to
    verify; one that was revoked is not.
    """
    return OpenCase(
        regime=regime,
        authority=authority,
        subject=_subject(record),
        document=_document(record, authority),
        ground=ground,
        source=SOURCE,
    )


def _subject(record: PenaltyRecord) -> Subject:
    kind, number = _identifier(record)
    return Subject(
        kind=record.subject_kind,
        name=record.subject_name,
        id_number=number,
        id_kind=kind,
        representative=record.legal_representative,
        born_on=_born_on(record),
    )


def _document(record: PenaltyRecord, authority: str) -> FoundingDocument:
    facts = f"{record.violation_type}：{record.facts}"
    revoked = record.state is RecordState.REVOKED
    return FoundingDocument(
        kind=FoundingKind.PENALTY,
        number=record.document_number,
        title=_TITLE,
        issued_by=record.authority_name,
        issued_by_code=authority,
        decided_on=record.decided_on,
        effectiveness=Effectiveness.NOT_EFFECTIVE if revoked else Effectiveness.UNKNOWN,
        facts=facts if len(facts) <= LONG_TEXT_LENGTH else record.facts,
        legal_basis=record.basis,
        result=record.content,
        kinds=record.kinds,
        fine_wan=record.fine_wan,
    )


def _identifier(record: PenaltyRecord) -> tuple[str, str]:
    """Kind and number; `PenaltyRecord` is sound only with one."""
    if record.subject_kind is SubjectKind.NATURAL_PERSON:
        assert record.person_id_number is not None
        return record.person_id_type or RESIDENT_ID, record.person_id_number
    attribute = next(name for name in _IDENTIFIERS if getattr(record, name) is not None)
    return _IDENTIFIERS[attribute], getattr(record, attribute)


def _born_on(record: PenaltyRecord) -> date | None:
    """From the identity number (GB 11643-1999): minors are spared, so the case must know."""
    if record.subject_kind is not SubjectKind.NATURAL_PERSON or record.person_id_type != RESIDENT_ID:
        return None
    number = identifier_of(record)
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
