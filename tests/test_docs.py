"""The words of the project: links lead somewhere, commands exist, every step of the procedure is on the map."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
import typer

from cli import app
from domain.papers.kinds import PaperKind
from domain.procedure import determination_steps, listing_steps
from settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
_COMMAND = re.compile(r"\./chengxu +(?:--)?([a-z][a-z-]*)(?: +([a-z][a-z-]*))?")


def text(path: Path) -> str:
    return path.read_text("utf-8")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def verbs() -> set[str]:
    """What can follow `./chengxu`: the script's own words and the program's."""
    cases = text(ROOT / "chengxu").rpartition("case ${1:-} in")[2]
    group = typer.main.get_group(app)
    return {
        "help",
        *re.findall(r"^([a-z]+)\)$", cases, re.MULTILINE),
        *group.list_commands(typer.Context(group)),
    }


@cache
def words_after(verb: str) -> set[str]:
    """The commands of a group of commands; nothing for a plain command."""
    group = typer.main.get_group(app)
    return set(getattr(group.get_command(typer.Context(group), verb), "commands", ()))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file_of_the_project(page: Path) -> None:
    links = [link for link in _LINK.findall(text(page)) if "://" not in link]
    lost = [link for link in links if not (page.parent / link).exists()]
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_that_is_told_exists(page: Path) -> None:
    told = _COMMAND.findall(text(page))
    assert {verb for verb, _word in told} <= verbs()
    unknown = [
        f"{verb} {word}"
        for verb, word in told
        if word and words_after(verb) and word not in words_after(verb)
    ]
    assert unknown == []


def test_both_readmes_name_the_same_two_commands_and_each_other() -> None:
    blocks = [re.findall(r"```sh\n(.*?)```", text(readme), re.DOTALL)[:2] for readme in READMES]
    commands = [[block.strip() for block in first_two] for first_two in blocks]
    assert commands[0] == commands[1] == ["./chengxu run", "./chengxu test"]
    assert "(README.zh.md)" in text(READMES[0])
    assert "(README.md)" in text(READMES[1])


@pytest.mark.parametrize(
    "steps", [determination_steps.STEPS, listing_steps.STEPS], ids=["determination", "listing"]
)
def test_every_step_stands_on_the_map_under_its_title_with_its_gates(steps: object) -> None:
    assert isinstance(steps, dict)
    rows = text(ROOT / "docs" / "law-to-code.md").splitlines()
    missing = [
        name
        for name, step in steps.items()
        if not any(
            row.startswith(f"| `{name}` {step.title} |")
            and all(f"`{gate}`" in row for gate in gates_of(step))
            for row in rows
        )
    ]
    assert missing == []


def gates_of(step: object) -> set[str]:
    """Names of the gates that are plain functions; made ones are named after what makes them."""
    return {gate.__qualname__.partition(".")[0] for gate in getattr(step, "gates", ())} - {"when_agreed"}


def test_no_step_on_the_map_is_gone_from_the_procedure() -> None:
    rows = text(ROOT / "docs" / "law-to-code.md").splitlines()
    told = set(chain.from_iterable(re.findall(r"^\| `([a-z_]+)` ", row) for row in rows))
    assert told == {*determination_steps.STEPS, *listing_steps.STEPS}


def test_every_kind_of_paper_is_described() -> None:
    page = text(ROOT / "docs" / "papers.md")
    assert [kind for kind in PaperKind if f"`{kind}` {kind.label}" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_setting_that_is_told_exists(page: Path) -> None:
    known = {f"CHENGXU_{name.upper()}" for name in Settings.model_fields} | {"CHENGXU_PYTHON"}
    assert set(re.findall(r"CHENGXU_[A-Z_]+", text(page))) <= known


def test_every_decision_is_in_the_list_and_has_its_four_parts() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    listed = text(ROOT / "docs" / "decisions" / "README.md")
    assert decisions
    for decision in decisions:
        assert f"({decision.name})" in listed
        headings = re.findall(r"^## (.+)$", text(decision), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Not chosen"], decision.name


@pytest.mark.parametrize("page", READMES, ids=named)
def test_what_is_told_to_be_typed_holds_no_comment_that_a_shell_could_take_for_words(page: Path) -> None:
    """zsh, as it comes, reads `# …` on its command line as a command and its arguments."""
    blocks = re.findall(r"^ *```sh\n(.*?)```", text(page), re.MULTILINE | re.DOTALL)
    assert blocks
    assert [line for block in blocks for line in block.splitlines() if re.search(r"(^|\s)#", line)] == []
