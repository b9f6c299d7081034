"""What a command can't do is said in a sentence that helps, never in a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import app
from cli.failures import failure_of
from settings import Settings
from storage.keys import load_or_create_key

COMMANDS = (
    ["run"],
    ["migrate"],
    ["rehydrate"],
    ["doctor"],
    ["people", "list"],
    ["people", "token", "someone"],
    ["people", "add-person", "郑重"],
    ["people", "add-account", "1", "admin-1", "--role", "subject", "--subject", "91320113MAPM29JY73"],
    ["people", "suspend", "someone"],
    ["confirm", "market_regulation"],
    ["demo"],
)
RECORD = [command for command in COMMANDS if command[0] not in ("confirm", "demo")]


def say(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def refused(command: list[str]) -> str:
    """What the command says as it fails."""
    result = say(*command)
    assert result.exit_code in (1, 2), (command, result.output)
    assert isinstance(result.exception, SystemExit), (command, result.exception)
    assert "Traceback" not in result.output + result.stderr
    return result.output


@pytest.fixture(autouse=True)
def _files_of_others_stay_readable() -> Iterator[None]:
    """`run` makes what this process writes private to its owner; here that process is pytest."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def a_key(home: Path) -> None:
    load_or_create_key(Settings.load().key_file)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_typing_error_in_a_setting_is_named_by_every_command(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXU_API_PROT", "9000")
    assert "CHENGXU_API_PROT 不是已知设置（是否为 CHENGXU_API_PORT？）" in refused(command)


@pytest.mark.parametrize("command", RECORD, ids=" ".join)
def test_a_database_that_is_away_is_named_by_every_command_that_needs_it(
    command: list[str], a_key: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXU_DATABASE_URL", "postgresql://u:geheim@127.0.0.1:1/x")
    monkeypatch.setenv("CHENGXU_TEMPORAL_ADDRESS", "127.0.0.1:1")
    said = refused(command)
    assert "CHENGXU_DATABASE_URL" in said
    assert "geheim" not in said


@pytest.mark.parametrize("command", [c for c in RECORD if c[0] not in ("run", "migrate")], ids=" ".join)
def test_without_an_office_every_command_says_how_to_get_one(
    command: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXU_HOME", str(home / "nowhere"))
    assert "./chengxu run" in refused(command)


@pytest.mark.parametrize("command", [c for c in RECORD if c[0] != "doctor"], ids=" ".join)
def test_a_key_that_others_can_read_is_refused_with_the_cure(
    command: list[str], a_key: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "key").chmod(0o644)
    assert f"chmod 600 {home}/key" in refused(command)


def test_a_stopped_office_is_not_set_going_again_and_says_so(home: Path) -> None:
    assert say("migrate").exit_code == 0
    assert "./chengxu run" in refused(["rehydrate"])


def test_a_temporal_that_is_away_is_said_by_rehydrate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert say("migrate").exit_code == 0
    monkeypatch.setattr("cli.rehydrate._PATIENCE", 0.1)
    monkeypatch.setenv("CHENGXU_TEMPORAL_ADDRESS", "127.0.0.1:1")
    assert "Temporal 没有应答" in refused(["rehydrate"])


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda record: record.write_bytes(b"no database" * 1000), "从备份恢复"),
        (lambda record: record.write_bytes(b""), "migrate"),
        (lambda record: record.mkdir(), "打不开"),
    ],
    ids=["damaged", "empty", "a folder"],
)
def test_a_record_that_can_not_be_read_is_said_with_the_cure(
    damage: Callable[[Path], None], word: str, a_key: None, home: Path
) -> None:
    damage(home / "record.db")
    for command in (["people", "list"], ["doctor"]):
        assert word in refused(command)


def test_a_fault_of_the_program_is_not_hidden_behind_a_sentence() -> None:
    assert failure_of(ZeroDivisionError()) is None


def test_what_is_piped_is_never_cut(a_key: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert say("migrate").exit_code == 0
    login = "officer-of-a-body-with-a-long-name-that-fills-more-than-a-line"
    person = say("people", "add-person", "郑" * 60).output.strip()
    added = say(
        "people", "add-account", person, login, "--role", "subject", "--subject", "91320113MAPM29JY73"
    )
    assert added.exit_code == 0, added.output
    assert not sys.stdout.isatty()
    (line,) = [line for line in say("people", "list").output.splitlines() if login in line]
    assert "郑" * 60 in line
