"""Persons, their accounts and the rights they lend: the tables, and what is read from them at each request.

A person may have several accounts; separation of duties compares persons. Names are encrypted; a login name is a
work account, never a personal name.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import LargeBinary, RowMapping, String, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import Field, SQLModel

from domain.identifiers import compact
from domain.people import Actor, Delegation, Role, act_for, fault_of_account
from domain.refusals import Conflict, Malformed, NotFound
from domain.rules import Level
from storage.crypto import FieldCipher, KeyedHash
from storage.database import UtcDateTime, reading, writing

_LOGIN = re.compile(r"[a-z][a-z0-9-]{1,62}[a-z0-9]")


class PersonRow(SQLModel, table=True):
    """Somebody who can act. The name is encrypted."""

    __tablename__ = "person"

    id: str = Field(primary_key=True, max_length=32)
    name: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=UtcDateTime)


class AccountRow(SQLModel, table=True):
    """One way in for a person: a login, its roles, and the authority or subject that it acts for."""

    __tablename__ = "account"

    id: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    login: str = Field(unique=True, max_length=64)
    roles: str = Field(sa_type=String, max_length=200)  # sorted, joined by commas
    authority: str | None = Field(default=None, index=True, max_length=64)
    level: int | None = None
    subject_ref: str | None = Field(default=None, index=True, max_length=64)
    practice: bool  # made for practice (演练): refused by a real office
    created_at: datetime = Field(sa_type=UtcDateTime)
    suspended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DelegationRow(SQLModel, table=True):
    """A right lent for a time (代办授权). The reason is encrypted."""

    __tablename__ = "delegation"

    id: str = Field(primary_key=True, max_length=32)
    lender_account_id: str = Field(foreign_key="account.id", index=True, max_length=32)
    substitute_account_id: str = Field(foreign_key="account.id", index=True, max_length=32)
    roles: str = Field(sa_type=String, max_length=200)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    reason: bytes = Field(sa_type=LargeBinary)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


_PERSON: Final = SQLModel.metadata.tables["person"]
_ACCOUNT: Final = SQLModel.metadata.tables["account"]
_ACCOUNT_OF: Final = select(_ACCOUNT).where(_ACCOUNT.c.id == bindparam("account"))
_DELEGATION: Final = SQLModel.metadata.tables["delegation"]


@dataclass(frozen=True)
class Account:
    """An account as the administrators see it. `name` is the person's, decrypted."""

    id: str
    person_id: str
    name: str
    login: str
    roles: tuple[Role, ...]
    authority: str | None
    level: Level | None
    subject_ref: str | None
    practice: bool
    suspended_at: datetime | None


def subject_ref(keyed_hash: KeyedHash, identifier: str) -> str:
    """The reference of a subject: a keyed hash of the credit code or identity number, equal wherever it occurs."""
    return keyed_hash(compact(identifier).upper(), "subject")


def _new_id() -> str:
    return uuid.uuid4().hex


def _joined(roles: Sequence[Role]) -> str:
    return ",".join(sorted(set(roles)))


def _actor(row: RowMapping) -> Actor:
    return Actor(
        account_id=row["id"],
        person_id=row["person_id"],
        roles=tuple(Role(role) for role in row["roles"].split(",")),
        authority=row["authority"],
        level=None if row["level"] is None else Level(row["level"]),
        subject_ref=row["subject_ref"],
    )


class People:
    """Reads and writes the people of one office."""

    def __init__(self, engine: AsyncEngine, cipher: FieldCipher, *, practice: bool) -> None:
        """`practice`: whether this is a practice office; only there do practice accounts act."""
        self._engine = engine
        self._cipher = cipher
        self._practice = practice

    # -- read at each request ------------------------------------------------------------------------------

    async def actor(self, account_id: str, *, for_account: str | None = None, at: datetime) -> Actor | None:
        """Who the account is at this very moment, or None when it may not act (unknown, suspended, of practice).

        With `for_account`, the same person with what that account has lent them at the instant `at`, or None.
        """
        async with reading(self._engine) as connection:
            own = await self._active(connection, account_id)
            if own is None or for_account is None:
                return own
            lender = await self._active(connection, for_account)
            if lender is None:
                return None
            rows = await connection.execute(
                select(_DELEGATION)
                .where(
                    _DELEGATION.c.lender_account_id == for_account,
                    _DELEGATION.c.substitute_account_id == account_id,
                    _DELEGATION.c.revoked_at.is_(None),
                    _DELEGATION.c.since <= at,
                    _DELEGATION.c.until > at,
                )
                .order_by(_DELEGATION.c.since, _DELEGATION.c.id)
            )
            for row in rows.mappings():
                acting = act_for(own, lender, self._delegation(row), at=at)
                if acting is not None:
                    return acting
            return None

    async def _active(self, connection: AsyncConnection, account_id: str) -> Actor | None:
        found = await connection.execute(_ACCOUNT_OF, {"account": account_id})
        row = found.mappings().one_or_none()
        if row is None or row["suspended_at"] is not None or (row["practice"] and not self._practice):
            return None
        return _actor(row)

    # -- administration ------------------------------------------------------------------------------------

    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """For several changes that hold together: hand it to each as `within`."""
        return writing(self._engine)

    def _writing(self, within: AsyncConnection | None) -> AbstractAsyncContextManager[AsyncConnection]:
        return nullcontext(within) if within is not None else writing(self._engine)

    async def add_person(self, name: str, *, at: datetime, within: AsyncConnection | None = None) -> str:
        """Record a person; their id."""
        person_id = _new_id()
        async with self._writing(within) as connection:
            await connection.execute(insert(_PERSON).values(self._person(person_id, name, at)))
        return person_id

    def _person(self, person_id: str, name: str, at: datetime) -> dict[str, Any]:
        sealed = self._cipher.encrypt(name, table="person", case=person_id)
        return {"id": person_id, "name": sealed, "created_at": at}

    async def add_account(
        self,
        person_id: str,
        login: str,
        roles: Sequence[Role],
        *,
        authority: str | None = None,
        level: Level | None = None,
        subject_ref: str | None = None,
        practice: bool = False,
        at: datetime,
        within: AsyncConnection | None = None,
    ) -> str:
        """Give a person an account; its id. Raises Malformed, NotFound (no such person) or Conflict (login taken)."""
        if not _LOGIN.fullmatch(login):
            raise Malformed(
                detail="登录名格式不符。",
                field="login",
                expected="小写字母、数字、连字符，以字母开头，3 至 64 个字符",
            )
        fault = fault_of_account(roles, authority=authority, level=level, subject_ref=subject_ref)
        if fault is not None:
            raise Malformed(detail=f"{fault}。", field="roles")
        account_id = _new_id()
        values = {
            "id": account_id,
            "person_id": person_id,
            "login": login,
            "roles": _joined(roles),
            "authority": authority,
            "level": None if level is None else int(level),
            "subject_ref": subject_ref,
            "practice": practice,
            "created_at": at,
        }
        async with self._writing(within) as connection:
            if await connection.scalar(select(_PERSON.c.id).where(_PERSON.c.id == person_id)) is None:
                raise NotFound(detail="没有这个人员。", field="person")
            if await connection.scalar(select(_ACCOUNT.c.id).where(_ACCOUNT.c.login == login)) is not None:
                raise Conflict(detail="登录名已被使用。", field="login")
            try:
                await connection.execute(insert(_ACCOUNT).values(values))
            except IntegrityError:  # PostgreSQL: somebody else took the login in this moment
                raise Conflict(detail="登录名已被使用。", field="login") from None
        return account_id

    async def suspend(self, login: str, *, at: datetime | None) -> None:
        """Take the account's rights away at once; `at` None gives them back. Raises NotFound."""
        async with writing(self._engine) as connection:
            result = await connection.execute(
                update(_ACCOUNT).where(_ACCOUNT.c.login == login).values(suspended_at=at)
            )
            if result.rowcount == 0:
                raise NotFound(detail="没有这个账户。", field="login")

    async def set_roles(self, login: str, roles: Sequence[Role]) -> None:
        """Replace the account's roles; holds from the next request on. Raises NotFound or Malformed."""
        async with writing(self._engine) as connection:
            found = await connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.login == login))
            row = found.mappings().one_or_none()
            if row is None:
                raise NotFound(detail="没有这个账户。", field="login")
            level = None if row["level"] is None else Level(row["level"])
            fault = fault_of_account(
                roles, authority=row["authority"], level=level, subject_ref=row["subject_ref"]
            )
            if fault is not None:
                raise Malformed(detail=f"{fault}。", field="roles")
            await connection.execute(
                update(_ACCOUNT).where(_ACCOUNT.c.id == row["id"]).values(roles=_joined(roles))
            )

    async def accounts(self, *, within: AsyncConnection | None = None) -> list[Account]:
        """Every account, by login."""
        query = (
            select(_ACCOUNT, _PERSON.c.name)
            .join(_PERSON, _PERSON.c.id == _ACCOUNT.c.person_id)
            .order_by(_ACCOUNT.c.login)
        )
        reads = reading(self._engine) if within is None else nullcontext(within)
        async with reads as connection:
            return [self._account(row) for row in (await connection.execute(query)).mappings()]

    async def by_login(self, login: str) -> Account | None:
        """The account with this login, also a suspended one."""
        query = (
            select(_ACCOUNT, _PERSON.c.name)
            .join(_PERSON, _PERSON.c.id == _ACCOUNT.c.person_id)
            .where(_ACCOUNT.c.login == login)
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else self._account(row)

    async def names(self, person_ids: Sequence[str]) -> dict[str, str]:
        """Names of persons, by person id; for papers and for those who may see them."""
        query = select(_PERSON.c.id, _PERSON.c.name).where(_PERSON.c.id.in_(set(person_ids)))
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {row["id"]: self._name(row["id"], row["name"]) for row in rows}

    def _name(self, person_id: str, sealed: bytes) -> str:
        return str(self._cipher.decrypt(sealed, table="person", case=person_id))

    def _account(self, row: RowMapping) -> Account:
        actor = _actor(row)
        return Account(
            id=actor.account_id,
            person_id=actor.person_id,
            name=self._name(actor.person_id, row["name"]),
            login=row["login"],
            roles=actor.roles,
            authority=actor.authority,
            level=actor.level,
            subject_ref=actor.subject_ref,
            practice=row["practice"],
            suspended_at=row["suspended_at"],
        )

    # -- delegations ---------------------------------------------------------------------------------------

    async def delegate(self, delegation: Delegation) -> None:
        """Record a right that is lent. Whether the lender may lend it is judged when it is used."""
        values = delegation.model_dump(exclude={"delegation_id", "reason", "roles"}) | {
            "id": delegation.delegation_id,
            "roles": _joined(delegation.roles),
            "reason": self._cipher.encrypt(
                delegation.reason, table="delegation", case=delegation.delegation_id
            ),
        }
        async with writing(self._engine) as connection:
            await connection.execute(insert(_DELEGATION).values(values))

    async def revoke(self, delegation_id: str, *, at: datetime) -> None:
        """End a delegation at once. Raises NotFound."""
        async with writing(self._engine) as connection:
            result = await connection.execute(
                update(_DELEGATION).where(_DELEGATION.c.id == delegation_id).values(revoked_at=at)
            )
            if result.rowcount == 0:
                raise NotFound(detail="没有这项授权。", field="delegation")

    def _delegation(self, row: RowMapping) -> Delegation:
        return Delegation(
            delegation_id=row["id"],
            lender_account_id=row["lender_account_id"],
            substitute_account_id=row["substitute_account_id"],
            roles=tuple(Role(role) for role in row["roles"].split(",")),
            since=row["since"],
            until=row["until"],
            reason=self._cipher.decrypt(row["reason"], table="delegation", case=row["id"]),
        )
