"""Who acts, in which role, for which authority, and what that lets them do (角色、岗位与权限).

An `Actor` travels inside commands and events, so it holds identifiers only and no name. Whether somebody may do a
thing is a pure function of the actor and of how they stand to the case (`Relation`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from domain.rules import Level
from domain.strict import Line, StrictModel, Text


class Role(StrEnum):
    """What an account may be used for."""

    OFFICER = "officer"  # 承办人
    REVIEWER = "reviewer"  # 审核人
    APPROVER = "approver"  # 批准人
    LEGAL_OFFICER = "legal_officer"  # 法制审核人员
    SUPERIOR = "superior"  # 上级机关经办人
    SUPERVISOR = "supervisor"  # 督办
    DEPARTMENT = "department"  # 部门经办
    SUBJECT = "subject"  # 信用主体
    AUDITOR = "auditor"  # 审计
    ADMINISTRATOR = "administrator"  # 系统管理员

    @property
    def label(self) -> str:
        """The Chinese name of the role."""
        return _TITLES[self]


_TITLES: Final[dict[Role, str]] = {
    Role.OFFICER: "承办人",
    Role.REVIEWER: "审核人",
    Role.APPROVER: "批准人",
    Role.LEGAL_OFFICER: "法制审核人员",
    Role.SUPERIOR: "上级机关经办人",
    Role.SUPERVISOR: "督办",
    Role.DEPARTMENT: "部门经办",
    Role.SUBJECT: "信用主体",
    Role.AUDITOR: "审计",
    Role.ADMINISTRATOR: "系统管理员",
}

#: Roles of the deciding authority itself.
OFFICE_ROLES: Final = frozenset({Role.OFFICER, Role.REVIEWER, Role.APPROVER, Role.LEGAL_OFFICER})
#: Roles that stand alone: who checks or administers does not decide, and a subject is not an official.
EXCLUSIVE_ROLES: Final = frozenset({Role.SUBJECT, Role.AUDITOR, Role.ADMINISTRATOR})
#: Roles that can be lent to a substitute (代办).
DELEGABLE_ROLES: Final = OFFICE_ROLES | {Role.SUPERIOR, Role.SUPERVISOR, Role.DEPARTMENT}


class ActingFor(StrictModel):
    """Whose right the actor uses under a delegation."""

    account_id: Line
    person_id: Line
    delegation_id: Line


class Actor(StrictModel):
    """Somebody as the record knows them at the moment of a request: identifiers, no name.

    `roles` are sorted, so that the same actor always has the same bytes.
    """

    account_id: Line
    person_id: Line
    roles: tuple[Role, ...] = Field(min_length=1)
    authority: Line | None = None  # code in law/authorities.yaml; None for a subject
    level: Level | None = None
    subject_ref: Line | None = None  # keyed reference of the subject; only with Role.SUBJECT
    on_behalf_of: ActingFor | None = None

    @field_validator("roles")
    @classmethod
    def _in_order(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        return tuple(sorted(set(roles)))

    @property
    def hands(self) -> frozenset[str]:
        """Persons whose act it is: a substitute's act is also that of the person who lent the right."""
        lender = {self.on_behalf_of.person_id} if self.on_behalf_of else set()
        return frozenset({self.person_id} | lender)

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds any of the roles."""
        return not set(roles).isdisjoint(self.roles)


def same_hand(one: Actor, other: Actor) -> bool:
    """Whether two acts count as one person's (四眼原则): persons are compared, never accounts."""
    return not one.hands.isdisjoint(other.hands)


def fault_of_account(
    roles: Collection[Role], *, authority: str | None, level: Level | None, subject_ref: str | None
) -> str | None:
    """Why no account may have these rights, in Chinese; None when it may."""
    held = frozenset(roles)
    if not held:
        return "账户至少要有一个角色"
    alone = held & EXCLUSIVE_ROLES
    if alone and len(held) > 1:
        return f"角色“{min(alone).label}”不得与其他角色并存于一个账户"
    if (Role.SUBJECT in held) != (subject_ref is not None):
        return "信用主体账户须关联信用主体，其他账户不得关联"
    if Role.SUBJECT in held and (authority is not None or level is not None):
        return "信用主体账户不属于任何机关"
    if Role.SUBJECT not in held and (authority is None or level is None):
        return "经办账户须注明所属机关及其层级"
    return None


class Delegation(StrictModel):
    """A right lent to a substitute for a time (代办授权). Instants are UTC; `until` is not included."""

    delegation_id: Line
    lender_account_id: Line
    substitute_account_id: Line
    roles: tuple[Role, ...] = Field(min_length=1)
    since: datetime
    until: datetime
    reason: Text

    @model_validator(mode="after")
    def _lawful(self) -> Self:
        if self.lender_account_id == self.substitute_account_id:
            raise ValueError("不得授权给本账户")
        if self.until <= self.since:
            raise ValueError("授权止期须晚于起期")
        if not set(self.roles) <= DELEGABLE_ROLES:
            raise ValueError("信用主体、审计、系统管理员的权限不得转授")
        return self

    def holds_at(self, instant: datetime) -> bool:
        """Whether the delegation is in force at the instant."""
        return self.since <= instant < self.until


def act_for(substitute: Actor, lender: Actor, delegation: Delegation, *, at: datetime) -> Actor | None:
    """The substitute with the lender's delegated roles and place, or None when the delegation does not carry it.

    A right that the lender has lost meanwhile is gone, and a borrowed right is not lent on.
    """
    roles = tuple(set(delegation.roles) & set(lender.roles) & DELEGABLE_ROLES)
    parties = (delegation.lender_account_id, delegation.substitute_account_id)
    if (
        not roles
        or parties != (lender.account_id, substitute.account_id)
        or not delegation.holds_at(at)
        or substitute.on_behalf_of is not None
        or substitute.has(*EXCLUSIVE_ROLES)
    ):
        return None
    return Actor(
        account_id=substitute.account_id,
        person_id=substitute.person_id,
        roles=roles,
        authority=lender.authority,
        level=lender.level,
        on_behalf_of=ActingFor(
            account_id=lender.account_id,
            person_id=lender.person_id,
            delegation_id=delegation.delegation_id,
        ),
    )


class Relation(StrictModel):
    """The bodies and persons that a case or record is theirs to deal with."""

    authority: Line  # 认定机关
    superior: Line | None = None  # its superior authority, where the regime wants consent
    overseers: tuple[Line, ...] = ()  # bodies that supervise it: superiors in line, the city's credit office
    recipients: tuple[Line, ...] = ()  # departments and platforms to which it has been sent
    subject_refs: tuple[Line, ...] = ()


class Verdict(StrEnum):
    """What a request comes to. INVISIBLE is answered like a thing that does not exist."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    INVISIBLE = "invisible"


def standing(actor: Actor, relation: Relation) -> frozenset[Role]:
    """The actor's roles that count in this case: each role only in its own relation to it."""
    place = actor.authority
    counts: dict[Role, bool] = {
        **dict.fromkeys(OFFICE_ROLES, place == relation.authority),
        Role.SUPERIOR: place is not None and place == relation.superior,
        Role.SUPERVISOR: place in relation.overseers,
        Role.DEPARTMENT: place in relation.recipients,
        Role.SUBJECT: actor.subject_ref is not None and actor.subject_ref in relation.subject_refs,
        Role.AUDITOR: True,
        Role.ADMINISTRATOR: False,  # administers accounts, sees no case
    }
    return frozenset(role for role in actor.roles if counts[role])


def may_read(actor: Actor, relation: Relation) -> Verdict:
    """Whether the actor may see the case."""
    return Verdict.ALLOWED if standing(actor, relation) else Verdict.INVISIBLE


def may(actor: Actor, needed: Collection[Role], relation: Relation) -> Verdict:
    """Whether the actor may do, in this case, what needs one of the roles `needed`.

    An auditor reads everything and does nothing, whatever `needed` says.
    """
    roles = standing(actor, relation)
    if not roles:
        return Verdict.INVISIBLE
    return Verdict.ALLOWED if (roles - {Role.AUDITOR}) & frozenset(needed) else Verdict.FORBIDDEN
