"""`chengxu people` makes accounts and hands out tokens; a refusal is one line and exit code 1."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlmodel import SQLModel
from typer.testing import CliRunner, Result

from api.identity import SignedTokens
from cli import app
from settings import Settings
from storage.crypto import FieldCipher
from storage.database import make_engine, writing
from storage.keys import load_or_create_key
from storage.people import Account, People


@pytest.fixture(autouse=True)
def office(home: Path) -> Settings:
    """A real office with a key and empty tables of people."""
    settings = Settings.load(office="real")
    load_or_create_key(settings.key_file)

    async def make_tables() -> None:
        engine = make_engine(settings.database_url)
        async with writing(engine) as connection:
            tables = [SQLModel.metadata.tables[name] for name in ("person", "account", "delegation")]
            await connection.run_sync(SQLModel.metadata.create_all, tables=tables)
        await engine.dispose()

    asyncio.run(make_tables())
    return settings


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["people", *words])


def found(settings: Settings, login: str) -> Account | None:
    async def look() -> Account | None:
        engine = make_engine(settings.database_url)
        try:
            people = People(engine, FieldCipher(load_or_create_key(settings.key_file)), practice=False)
            return await people.by_login(login)
        finally:
            await engine.dispose()

    return asyncio.run(look())


def an_officer() -> None:
    person = run("add-person", "郑重").output.strip()
    place = ["--authority", "nanjing-market-regulation"]
    made = run("add-account", person, "mr-officer", "--role", "officer", "--role", "reviewer", *place)
    assert made.exit_code == 0, made.output


def test_a_person_gets_an_account_at_an_authority_with_its_level(office: Settings) -> None:
    an_officer()
    account = found(office, "mr-officer")
    assert account is not None
    assert (account.name, account.authority) == ("郑重", "nanjing-market-regulation")
    assert account.level is not None
    assert not account.practice
    listed = run("list").output
    assert "mr-officer" in listed
    assert "承办人" in listed


def test_a_token_speaks_for_the_account(office: Settings) -> None:
    an_officer()
    token = run("token", "mr-officer").output.strip()
    account = found(office, "mr-officer")
    assert account is not None
    tokens = SignedTokens(load_or_create_key(office.key_file))
    assert asyncio.run(tokens.account_of(token)) == account.id


def test_a_suspended_account_gets_no_token_until_it_is_given_back(office: Settings) -> None:
    an_officer()
    assert run("suspend", "mr-officer").exit_code == 0
    refused = run("token", "mr-officer")
    assert refused.exit_code == 1
    assert "查无此项" in refused.stderr
    assert "已停用" in run("list").output
    assert run("suspend", "mr-officer", "--undo").exit_code == 0
    assert run("token", "mr-officer").exit_code == 0


def test_what_cannot_be_is_refused_in_one_line(office: Settings) -> None:
    person = run("add-person", "郑重").output.strip()
    for words in (
        ("add-account", person, "mr-officer", "--role", "officer"),
        ("add-account", person, "mr-officer", "--role", "officer", "--authority", "nowhere"),
        (
            "add-account",
            person,
            "Mr Officer",
            "--role",
            "officer",
            "--authority",
            "nanjing-market-regulation",
        ),
        (
            "add-account",
            "nobody",
            "mr-officer",
            "--role",
            "officer",
            "--authority",
            "nanjing-market-regulation",
        ),
        ("suspend", "nobody"),
        ("token", "nobody"),
    ):
        refused = run(*words)
        assert refused.exit_code == 1, words
        assert refused.stderr.strip().count("\n") <= 1
        assert "Traceback" not in refused.stderr
    assert run("add-account", person, "mr-officer", "--role", "king").exit_code == 2


def test_a_subject_is_kept_by_reference_only(office: Settings) -> None:
    person = run("add-person", "郑重").output.strip()
    identifier = "91320113MAPM29JY73"
    assert (
        run("add-account", person, "company-1", "--role", "subject", "--subject", identifier).exit_code == 0
    )
    account = found(office, "company-1")
    assert account is not None
    assert account.subject_ref is not None
    assert len(account.subject_ref) == 64
    stored = b"".join(file.read_bytes() for file in office.home.glob("record.db*"))
    assert identifier.encode() not in stored
