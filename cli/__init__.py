"""The `chengxu` command. Each command is its own file, loaded only when it is asked for.

`./chengxu check` and `./chengxu test` are not here: they belong to the script at the root, which also sets up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# A command, or a group of commands, by name → its module, which holds `app`.
_COMMANDS = {
    "run": "cli.run",
    "migrate": "cli.migrate",
    "calendar": "cli.calendar",
    "law": "cli.law",
    "people": "cli.people",
    "import": "cli.import_",
    "confirm": "cli.confirm",
    "demo": "cli.demo",
    "rehearse": "cli.rehearse",
    "rehydrate": "cli.rehydrate",
    "doctor": "cli.doctor",
    "chaos": "cli.chaos",
}


_ENDLESS = "4000"  # columns


@contextmanager
def _whole_lines() -> Iterator[None]:
    """Where no screen limits it, a line is as long as it needs: what is piped or kept must never be cut."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        yield
        return
    os.environ["COLUMNS"] = _ENDLESS
    try:
        yield
    finally:
        del os.environ["COLUMNS"]


class LazyGroup(TyperGroup):
    """Imports a command's module when that command, or the list of all, is asked for; `run` starts quicker so."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Names of all commands, in the order of the table above."""
        return list(_COMMANDS)

    def invoke(self, ctx: Any) -> Any:
        """Carry out the command; what its surroundings prevent is said in a sentence, not in a traceback."""
        try:
            with _whole_lines():
                return super().invoke(ctx)
        except Exception as error:
            from cli.failures import failure_of  # as late as the commands themselves

            failure = failure_of(error)
            if failure is None:
                raise
            typer.echo(failure.text, err=True)
            raise typer.Exit(failure.code) from None

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        command = typer.main.get_command(import_module(_COMMANDS[cmd_name]).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="chengxu", cls=LazyGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def chengxu() -> None:
    """诚序：依法依规办理严重失信主体名单与信用修复。安装、检查与测试见 check、test。"""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 failed, 2 refused or wrong usage."""
    app(prog_name="chengxu")
