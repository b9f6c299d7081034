"""Who comes to the desk: the people of one authority, its superior, its subject, and those who should not be there."""

from __future__ import annotations

from functools import lru_cache

from opening_samples import SUBJECT, official

from domain.people import ActingFor, Actor, Role
from domain.procedure.opening import Authority
from domain.rules import Level


@lru_cache(maxsize=64)
def people_of(authority: Authority) -> dict[str, list[Actor]]:
    """By role: those who hold it in this authority's cases."""
    code, level = authority.code, authority.level

    def post(person: str, role: Role) -> Actor:
        return official(person, role, authority=code, level=level)

    officers = [post("zhang", Role.OFFICER), post("chen", Role.OFFICER)]
    return {
        "officer": officers,
        "reviewer": [post("li", Role.REVIEWER), post("zhou", Role.REVIEWER)],
        "approver": [post("wang", Role.APPROVER), post("xu", Role.APPROVER)],
        "superior": [
            official("zhao", Role.SUPERIOR, authority=authority.superior or "nobody", level=Level.PROVINCE)
        ],
        "subject": [SUBJECT],
    }


@lru_cache(maxsize=64)
def strangers_of(authority: Authority) -> list[Actor]:
    """Second accounts of the same persons, substitutes who act for them, and people from elsewhere."""
    posts = people_of(authority)
    officer, reviewer, approver = posts["officer"][0], posts["reviewer"][0], posts["approver"][0]
    return [
        officer.model_copy(update={"account_id": "b-1", "roles": (Role.APPROVER,)}),
        officer.model_copy(update={"account_id": "b-2", "roles": (Role.OFFICER, Role.REVIEWER)}),
        reviewer.model_copy(update={"account_id": "b-3", "roles": (Role.APPROVER, Role.OFFICER)}),
        approver.model_copy(update={"account_id": "b-4", "authority": "nanjing-credit-office"}),
        posts["superior"][0].model_copy(update={"account_id": "b-5", "person_id": officer.person_id}),
        SUBJECT.model_copy(update={"account_id": "b-6", "subject_ref": "subject-ref-2"}),
        officer.model_copy(update={"account_id": "b-7", "roles": (Role.AUDITOR,)}),
        approver.model_copy(
            update={
                "account_id": "b-8",
                "person_id": "p-sun",
                "on_behalf_of": ActingFor(
                    account_id=reviewer.account_id, person_id=reviewer.person_id, delegation_id="d-1"
                ),
            }
        ),
    ]
