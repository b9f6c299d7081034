"""Each role counts only in its own relation to a case; persons are compared, never accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.people import (
    DELEGABLE_ROLES,
    EXCLUSIVE_ROLES,
    OFFICE_ROLES,
    ActingFor,
    Actor,
    Delegation,
    Relation,
    Role,
    Verdict,
    act_for,
    fault_of_account,
    may,
    may_read,
    same_hand,
    standing,
)
from domain.rules import Level

CASE = Relation(
    authority="district",
    superior="city",
    overseers=("city", "credit-office"),
    recipients=("housing", "transport"),
    subject_refs=("subject-1", "subject-2"),
)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
EVERY_ROLE = list(Role)


def someone(
    *roles: Role, at: str | None = "district", person: str = "p1", account: str = "a1", **more: Any
) -> Actor:
    level = None if at is None else Level.DISTRICT
    return Actor(account_id=account, person_id=person, roles=roles, authority=at, level=level, **more)


def subject(ref: str) -> Actor:
    return someone(Role.SUBJECT, at=None, subject_ref=ref)


@pytest.mark.parametrize(
    ("actor", "counts"),
    [
        (someone(Role.OFFICER), True),
        (someone(Role.REVIEWER), True),
        (someone(Role.APPROVER), True),
        (someone(Role.LEGAL_OFFICER), True),
        (someone(Role.OFFICER, at="city"), False),  # another authority, even the superior one
        (someone(Role.APPROVER, at="housing"), False),
        (someone(Role.SUPERIOR, at="city"), True),
        (someone(Role.SUPERIOR, at="district"), False),  # nobody is superior to themselves
        (someone(Role.SUPERIOR, at="province"), False),
        (someone(Role.SUPERVISOR, at="credit-office"), True),
        (someone(Role.SUPERVISOR, at="city"), True),
        (someone(Role.SUPERVISOR, at="district"), False),
        (someone(Role.DEPARTMENT, at="housing"), True),
        (someone(Role.DEPARTMENT, at="health"), False),
        (subject("subject-1"), True),
        (subject("subject-2"), True),
        (subject("subject-3"), False),
        (someone(Role.AUDITOR, at="credit-office"), True),
        (someone(Role.AUDITOR, at="anywhere"), True),
        (someone(Role.ADMINISTRATOR), False),
    ],
)
def test_a_role_counts_only_in_its_own_relation_to_the_case(actor: Actor, counts: bool) -> None:
    assert standing(actor, CASE) == (frozenset(actor.roles) if counts else frozenset())
    assert may_read(actor, CASE) is (Verdict.ALLOWED if counts else Verdict.INVISIBLE)


def test_a_case_of_others_is_invisible_and_a_right_missing_in_ones_own_is_forbidden() -> None:
    assert may(someone(Role.OFFICER, at="city"), {Role.OFFICER}, CASE) is Verdict.INVISIBLE
    assert may(someone(Role.OFFICER), {Role.APPROVER}, CASE) is Verdict.FORBIDDEN
    assert may(someone(Role.OFFICER), {Role.OFFICER, Role.APPROVER}, CASE) is Verdict.ALLOWED
    assert may(subject("subject-1"), {Role.OFFICER}, CASE) is Verdict.FORBIDDEN


def test_a_case_without_a_superior_has_no_superior_officer() -> None:
    alone = Relation(authority="district")
    assert may_read(someone(Role.SUPERIOR, at=None), alone) is Verdict.INVISIBLE
    assert may_read(someone(Role.SUPERIOR, at="city"), alone) is Verdict.INVISIBLE


def test_an_actor_of_no_authority_and_no_subject_stands_nowhere() -> None:
    for role in set(Role) - {Role.AUDITOR}:
        assert standing(someone(role, at=None), CASE) == frozenset()


@given(st.sets(st.sampled_from(EVERY_ROLE), min_size=1))
def test_an_auditor_does_nothing_whatever_is_asked_for(needed: set[Role]) -> None:
    auditor = someone(Role.AUDITOR)
    assert may(auditor, needed, CASE) is Verdict.FORBIDDEN
    assert may_read(auditor, CASE) is Verdict.ALLOWED


@given(
    roles=st.sets(st.sampled_from(EVERY_ROLE), min_size=1),
    needed=st.sets(st.sampled_from(EVERY_ROLE), min_size=1),
    place=st.sampled_from(["district", "city", "credit-office", "housing", "elsewhere", None]),
)
def test_who_may_do_may_also_read_and_holds_a_needed_role(
    roles: set[Role], needed: set[Role], place: str | None
) -> None:
    actor = someone(*roles, at=place)
    verdict = may(actor, needed, CASE)
    assert (verdict is Verdict.INVISIBLE) == (may_read(actor, CASE) is Verdict.INVISIBLE)
    if verdict is Verdict.ALLOWED:
        assert actor.has(*needed)


def test_two_accounts_of_one_person_are_one_hand() -> None:
    drafter = someone(Role.OFFICER, account="a1", person="p1")
    approver = someone(Role.APPROVER, account="a2", person="p1")
    other = someone(Role.APPROVER, account="a3", person="p2")
    assert same_hand(drafter, approver)
    assert not same_hand(drafter, other)


def test_a_substitute_is_also_the_hand_of_whom_they_act_for() -> None:
    lent = ActingFor(account_id="a1", person_id="p1", delegation_id="d1")
    substitute = someone(Role.APPROVER, account="a3", person="p2", on_behalf_of=lent)
    assert same_hand(someone(Role.OFFICER, person="p1"), substitute)
    assert same_hand(substitute, someone(Role.OFFICER, person="p2"))
    assert not same_hand(substitute, someone(Role.OFFICER, person="p3"))


def test_the_same_actor_has_the_same_bytes_however_the_roles_came() -> None:
    one = someone(Role.REVIEWER, Role.OFFICER, Role.REVIEWER)
    other = someone(Role.OFFICER, Role.REVIEWER)
    assert one == other
    assert one.model_dump_json() == other.model_dump_json()
    assert Actor.model_validate_json(one.model_dump_json()) == one


def test_an_actor_has_no_place_for_a_name() -> None:
    with pytest.raises(ValidationError):
        someone(Role.OFFICER, name="张三")


def test_every_role_has_a_chinese_name() -> None:
    assert len({role.label for role in Role}) == len(Role)


@pytest.mark.parametrize("alone", sorted(EXCLUSIVE_ROLES))
def test_who_checks_administers_or_is_the_subject_has_no_other_role(alone: Role) -> None:
    ref = "s1" if alone is Role.SUBJECT else None
    place: dict[str, Any] = (
        {"authority": None, "level": None} if ref else {"authority": "city", "level": Level.CITY}
    )
    assert fault_of_account([alone], subject_ref=ref, **place) is None
    assert fault_of_account([alone, Role.OFFICER], subject_ref=ref, **place) is not None


def test_an_account_belongs_to_an_authority_or_to_a_subject() -> None:
    def fault(
        *roles: Role, authority: str | None = None, level: Level | None = None, ref: str | None = None
    ) -> bool:
        return fault_of_account(roles, authority=authority, level=level, subject_ref=ref) is not None

    assert fault()
    assert fault(Role.OFFICER)
    assert fault(Role.OFFICER, authority="city")
    assert fault(Role.OFFICER, level=Level.CITY)
    assert fault(Role.OFFICER, authority="city", level=Level.CITY, ref="s1")
    assert fault(Role.SUBJECT)
    assert fault(Role.SUBJECT, authority="city", level=Level.CITY, ref="s1")
    assert not fault(Role.OFFICER, Role.REVIEWER, authority="city", level=Level.CITY)
    assert not fault(Role.SUBJECT, ref="s1")


# ---- delegations ---------------------------------------------------------------------------------------------


def lent(
    *roles: Role, since: timedelta = timedelta(hours=-1), until: timedelta = timedelta(hours=1)
) -> Delegation:
    return Delegation(
        delegation_id="d1",
        lender_account_id="a1",
        substitute_account_id="a2",
        roles=roles,
        since=NOON + since,
        until=NOON + until,
        reason="出差",
    )


LENDER = someone(Role.APPROVER, Role.REVIEWER, account="a1", person="p1", at="city")
SUBSTITUTE = someone(Role.OFFICER, account="a2", person="p2")


def test_a_substitute_has_what_was_lent_where_the_lender_has_it() -> None:
    acting = act_for(SUBSTITUTE, LENDER, lent(Role.APPROVER, Role.SUPERVISOR), at=NOON)
    assert acting is not None
    assert (acting.roles, acting.authority) == ((Role.APPROVER,), "city")
    assert (acting.account_id, acting.person_id) == ("a2", "p2")
    assert acting.hands == {"p1", "p2"}


@pytest.mark.parametrize(
    ("substitute", "lender", "delegation"),
    [
        (SUBSTITUTE, LENDER, lent(Role.SUPERVISOR)),  # the lender hasn't got it
        (SUBSTITUTE, LENDER, lent(Role.APPROVER, since=timedelta(hours=1), until=timedelta(hours=2))),
        (SUBSTITUTE, LENDER, lent(Role.APPROVER, until=timedelta(0))),  # ends at this instant
        (someone(Role.OFFICER, account="a3"), LENDER, lent(Role.APPROVER)),
        (SUBSTITUTE, someone(Role.APPROVER, account="a9"), lent(Role.APPROVER)),
        (someone(Role.AUDITOR, account="a2"), LENDER, lent(Role.APPROVER)),
        (
            someone(
                Role.OFFICER,
                account="a2",
                on_behalf_of=ActingFor(account_id="a5", person_id="p5", delegation_id="d5"),
            ),
            LENDER,
            lent(Role.APPROVER),
        ),
    ],
)
def test_what_a_delegation_does_not_carry_is_not_lent(
    substitute: Actor, lender: Actor, delegation: Delegation
) -> None:
    assert act_for(substitute, lender, delegation, at=NOON) is None


@pytest.mark.parametrize("role", sorted(set(Role) - DELEGABLE_ROLES))
def test_some_roles_are_never_lent(role: Role) -> None:
    with pytest.raises(ValidationError, match="不得转授"):
        lent(role)
    assert role not in OFFICE_ROLES


def test_a_delegation_to_oneself_or_that_ends_before_it_begins_cannot_be() -> None:
    with pytest.raises(ValidationError, match="止期"):
        lent(Role.APPROVER, until=timedelta(hours=-1))
    with pytest.raises(ValidationError, match="本账户"):
        Delegation(**lent(Role.APPROVER).model_dump() | {"substitute_account_id": "a1"})
