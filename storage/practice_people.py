"""The sample users of a practice office (演练), from a file for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import Field
from ruamel.yaml import YAML

from domain.people import Role
from domain.refusals import Malformed
from domain.rules import Level
from domain.strict import Line, StrictModel
from law.loader import load_lawbook
from storage.crypto import KeyedHash
from storage.database import database_now, reading
from storage.office import Office
from storage.people import People, subject_ref

PRACTICE_PEOPLE: Final = Path(__file__).resolve().parent.parent / "examples" / "practice" / "people.yaml"


class SampleAccount(StrictModel):
    """An account of a sample user: of an authority, or of a subject (by credit code or identity number)."""

    user: Line
    roles: tuple[Role, ...] = Field(min_length=1)
    authority: Line | None = None
    subject: Line | None = None


class SamplePerson(StrictModel):
    """An invented person."""

    name: Line
    accounts: tuple[SampleAccount, ...] = Field(min_length=1)


class SamplePeople(StrictModel):
    """The whole file."""

    persons: tuple[SamplePerson, ...] = Field(min_length=1)


def read_practice_people(path: Path = PRACTICE_PEOPLE) -> SamplePeople:
    """The sample users in the file. Raises pydantic.ValidationError."""
    return SamplePeople.submitted(YAML(typ="safe", pure=True).load(path.read_text("utf-8")))


async def add_practice_people(
    people: People,
    sample: SamplePeople,
    *,
    levels: Mapping[str, Level],
    keyed_hash: KeyedHash,
    at: datetime,
) -> int:
    """Add the sample users that are not there yet; how many accounts that were. Safe to repeat.

    `levels`: authority code → its level, from the law's list of authorities. Raises Malformed for an unknown one.
    """
    async with people.transaction() as within:  # all or none
        known = {account.login: account.person_id for account in await people.accounts(within=within)}
        added = 0
        for person in sample.persons:
            missing = [account for account in person.accounts if account.user not in known]
            if not missing:
                continue
            present = [known[account.user] for account in person.accounts if account.user in known]
            person_id = present[0] if present else await people.add_person(person.name, at=at, within=within)
            for account in missing:
                if account.authority is not None and account.authority not in levels:
                    raise Malformed(
                        detail=f"演练用户 {account.user} 的机关不在机关名录内。",
                        field=f"{account.user}.authority",
                    )
                await people.add_account(
                    person_id,
                    account.user,
                    account.roles,
                    authority=account.authority,
                    level=None if account.authority is None else levels[account.authority],
                    subject_ref=None if account.subject is None else subject_ref(keyed_hash, account.subject),
                    practice=True,
                    at=at,
                    within=within,
                )
                added += 1
    return added


async def seed_practice_people(office: Office) -> int:
    """The sample users of this practice office, added where they are missing; how many accounts that were."""
    async with reading(office.engine) as connection:
        now = await database_now(connection)
    return await add_practice_people(
        People(office.engine, office.cipher, practice=True),
        read_practice_people(),
        levels={code: body.level for code, body in load_lawbook().authorities.items()},
        keyed_hash=office.keyed,
        at=now,
    )
