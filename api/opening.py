"""Preparing a case: law, calendar and authority as values, and keyed references in place of identities."""

from __future__ import annotations

from datetime import datetime

from api.services import Services
from domain.identifiers import document_key
from domain.people import Actor
from domain.procedure.events import legal_day
from domain.procedure.forms import OpenCase
from domain.procedure.opening import Authority, Opening
from domain.refusals import Bar, Forbidden, LegalRefusal, Malformed
from domain.regimes import Lawbook
from domain.rules import Rule
from law.calendar_loader import load_calendar
from law.loader import load_lawbook
from law.resolve import Draft, resolve
from storage.people import subject_ref


async def prepare(services: Services, form: OpenCase, *, at: datetime, clock_offset: float) -> Opening:
    """The opening of a case at an instant of office time.

    Raises Malformed for an unknown authority, NotFound for an unknown regime, LegalRefusal for one not in force or
    still a draft.
    """
    book, day = load_lawbook(), legal_day(at)
    authority = authority_of(book, form.authority)
    rule = await rule_in_force(services, form.regime, at)
    keyed = services.office.keyed
    subject = subject_ref(keyed, form.subject.id_number)
    document = keyed(f"{form.document.kind.value}|{document_key(form.document.number)}", "document")
    return Opening(
        form=form,
        authority=authority,
        rule=rule,
        calendar=load_calendar(known_on=day).working_days,
        practice=services.office.practice,
        subject_ref=subject,
        document_ref=document,
        business_key=keyed(f"{rule.regime}|{subject}|{document}", "business"),
        clock_offset=clock_offset,
    )


async def rule_in_force(services: Services, regime: str, at: datetime) -> Rule:
    """The rule of a regime on the day, with the confirmations on record. Raises LegalRefusal for a draft."""
    outcome = resolve(
        load_lawbook(), regime, legal_day(at), confirmations=await services.confirmations.of(regime)
    )
    if isinstance(outcome, Draft):
        raise draft_refusal(outcome)
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


def must_be_of(actor: Actor, authority: str) -> None:
    """Cases are opened by the officers of the deciding authority itself."""
    if actor.authority != authority:
        raise Forbidden(
            code="ROLE_MISSING",
            detail="只能由认定机关自己的承办人登记线索",
            field="authority",
            expected=str(actor.authority),
        )
