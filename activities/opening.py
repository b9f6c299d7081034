"""Preparing a case: law, calendar and authority as values, and keyed references in place of identities.

An officer who opens a case and an import that finds a lead prepare it the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.confirmation import Confirmation
from domain.contacts import address_fault, contact_fault
from domain.days.working_days import WorkingDays
from domain.identifiers import compact, document_key, person_id_fault, uscc_fault
from domain.procedure.events import legal_day
from domain.procedure.forms import FoundingDocument, OpenCase, Subject
from domain.procedure.opening import Authority, Issuer, Opening
from domain.refusals import Bar, LegalRefusal, Malformed
from domain.regimes import Lawbook
from domain.rules import FoundingKind, Rule, SubjectKind
from law.calendar_loader import load_calendar
from law.loader import load_lawbook
from law.resolve import Draft, resolve
from storage.office import Office
from storage.people import subject_ref


def prepare(
    office: Office,
    form: OpenCase,
    confirmations: Sequence[Confirmation],
    *,
    at: datetime,
    clock_offset: float = 0.0,
) -> Opening:
    """The opening of a case at an instant of office time, under the confirmations on record.

    Raises Malformed for an unknown authority, NotFound for an unknown regime, LegalRefusal for one not in force or
    still a draft.
    """
    return opening_of(
        office,
        form,
        authority=authority_of(load_lawbook(), form.authority),
        rule=rule_in_force(form.regime, confirmations, at),
        calendar=load_calendar(known_on=legal_day(at)).working_days,
        clock_offset=clock_offset,
    )


def opening_of(
    office: Office,
    form: OpenCase,
    *,
    authority: Authority,
    rule: Rule,
    calendar: WorkingDays,
    clock_offset: float = 0.0,
) -> Opening:
    """The opening on these values, with its keyed references.

    Raises Malformed for an impossible identifier, and for a founding document that names two different bodies.
    """
    _check_identifier(form.subject)
    _check_contact(form.subject)
    keyed = office.keyed
    issuer = issuer_of(load_lawbook(), form.document)
    subject = subject_ref(keyed, form.subject.id_number)
    document = keyed(_document_identity(form.document, issuer), "document")
    return Opening(
        form=form,
        authority=authority,
        rule=rule,
        calendar=calendar,
        practice=office.practice,
        subject_ref=subject,
        document_ref=document,
        business_key=keyed(f"{rule.regime}|{subject}|{document}", "business"),
        issuer=issuer,
        clock_offset=clock_offset,
    )


def issuer_of(book: Lawbook, document: FoundingDocument) -> Issuer | None:
    """The body of the directory that made the document; None when it is not one of them.

    The code prevails over the name, since bodies are renamed and merged; but a code of one body with the name of another
    is a slip. Raises Malformed for that.
    """
    named = next(
        (b for b in book.authorities.values() if compact(b.name) == compact(document.issued_by)), None
    )
    found = named
    if document.issued_by_code is not None:
        found = book.authority(document.issued_by_code)
        if named is not None and found is not named:
            raise Malformed(
                detail="依据文书的作出机关与所填代码不是同一机关",
                field="document.issued_by_code",
                expected=f"{named.name}的代码，或者不填",
            )
    if found is None:
        return None
    return Issuer(code=found.code, name=found.name, superiors=tuple(body.code for body in book.above(found)))


def _document_identity(document: FoundingDocument, issuer: Issuer | None) -> str:
    """What makes two documents one, in whatever spelling: kind, maker, number.

    Two bodies may use one document number. A case number of a court holds the court's own code (法〔2015〕137号), and
    courts are named in several ways, so there the number alone tells.
    """
    maker = issuer.code if issuer is not None else compact(document.issued_by)
    if document.kind is FoundingKind.JUDGMENT:
        maker = ""
    return f"{document.kind.value}|{maker}|{document_key(document.number)}"


def _check_identifier(subject: Subject) -> None:
    """A credit code and an identity number carry a check digit (GB 32100-2015; GB 11643-1999)."""
    number = compact(subject.id_number).upper()
    if subject.kind is not SubjectKind.NATURAL_PERSON:
        fault = uscc_fault(number)
    elif subject.id_kind == "身份证" or "居民身份证" in subject.id_kind:
        fault = person_id_fault(number)
    else:
        fault = None
    if fault is not None:
        raise Malformed(detail="主体代码或者证件号码有误", field="subject.id_number", expected=fault)


def _check_contact(subject: Subject) -> None:
    """What is given so that the subject can be reached can reach somebody."""
    if subject.contact is not None and (wanted := contact_fault(subject.contact)) is not None:
        raise Malformed(detail="联系方式有误", field="subject.contact", expected=wanted)
    if subject.address is not None and (wanted := address_fault(subject.address)) is not None:
        raise Malformed(detail="住所有误", field="subject.address", expected=wanted)


def rule_in_force(regime: str, confirmations: Sequence[Confirmation], at: datetime) -> Rule:
    """The rule of a regime on the day, with the confirmations on record. Raises LegalRefusal for a draft."""
    outcome = resolve(load_lawbook(), regime, legal_day(at), confirmations=confirmations)
    if isinstance(outcome, Draft):
        raise draft_refusal(outcome)
    if not outcome.measures:
        # The rule is pinned at the opening: a case without a usable measure could never give notice of any.
        raise LegalRefusal(
            code="REGIME_IS_DRAFT",
            title="名单制度尚有未核实事项",
            detail=f"“{outcome.title}”的惩戒措施均未经核实，立案后无法拟制事先告知书",
            field="regime",
            expected="由有权法制人员先行确认至少一项惩戒措施（measures.*）",
            clause="宁信用〔2021〕1号 四（一）",
        )
    return outcome


def draft_refusal(draft: Draft) -> LegalRefusal:
    """A regime with unverified figures opens no case: names each."""
    return LegalRefusal(
        code="REGIME_IS_DRAFT",
        title="名单制度尚有未核实事项",
        detail=f"“{draft.title}”有{len(draft.missing)}项所需内容未经核实，不能据以立案",
        field="regime",
        expected="由有权法制人员核对原文后逐项确认",
        clause="宁信用〔2021〕1号 三（四）",
        blocked_by=[
            Bar(code="NOT_VERIFIED", text=f"{missing.key}：{missing.why}", fix="确认并注明出处")
            for missing in draft.missing
        ],
    )


def authority_of(book: Lawbook, code: str) -> Authority:
    """The authority of this code as a case pins it. Raises Malformed for an unknown one."""
    found = book.authority(code)
    if found is None:
        raise Malformed(
            detail="没有这一机关", field="authority", expected="机关目录中的代码或者统一社会信用代码"
        )
    superior = book.authorities.get(found.superior) if found.superior else None
    return Authority(
        code=found.code,
        name=found.name,
        level=found.level,
        docmark=found.docmark,
        reconsideration=found.reconsideration,
        court=found.court,
        superior=found.superior,
        superior_name=superior.name if superior else None,
        regimes=tuple(found.regimes),
    )
