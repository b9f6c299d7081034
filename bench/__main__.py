"""`python -m bench [NAME …]`: measures beside floors and rivals, writes bench/results/, draws docs/charts/."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from bench.charts import figure
from bench.measured import Measured, Plan
from bench.page import draw
from bench.results import write_measured

#: Every bench, in the order in which they run and stand on the page.
TITLES: Final = {
    "step": "A step of a case over HTTP",
    "rivals": "The same step elsewhere",
    "calendar": "Working days",
    "imports": "Taking over a file of penalties",
    "papers": "One paper to PDF",
    "history": "History and replay",
    "sandbox": "Workflow start in the sandbox",
    "startup": "From one command to the first step",
    "server": "The embedded Temporal server",
    "waiting": "Memory of the worker with waiting cases",
    "reads": "Reads over HTTP",
    "clock": "Deadlines in tests",
}
_out = Console(highlight=False)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all when none is named.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds in turn; the median counts.")] = 7,
    quick: Annotated[
        bool, typer.Option(help="Small sizes, nothing written: proves the instrument, not the goal.")
    ] = False,
    large: Annotated[
        bool, typer.Option(help="Also the sizes that take long (10,000 waiting cases).")
    ] = False,
    only_draw: Annotated[bool, typer.Option(help="Measure nothing; draw what was written.")] = False,
) -> None:
    """Measures what is named and writes it down."""
    wanted = names or list(TITLES)
    if unknown := [name for name in wanted if name not in TITLES]:
        raise typer.BadParameter(f"{', '.join(unknown)}: no such bench; there are {', '.join(TITLES)}")
    plan = Plan(rounds=rounds, quick=quick, large=large)
    for name in [] if only_draw else wanted:
        _out.print(f"{TITLES[name]} …")
        began = time.monotonic()
        # Loaded one by one: some need packages of the extra `bench` that the others do without.
        measured: Measured = import_module(f"bench.{name}").measure(plan)
        _show(TITLES[name], measured, time.monotonic() - began)
        if not quick:
            write_measured(name, measured)
    if not quick:
        draw(TITLES)


def _show(title: str, measured: Measured, took: float) -> None:
    table = Table("goal", "what", "ours", "beside it", "ratio", "goal says", "verdict", title=title)
    for row in measured.rows:
        table.add_row(
            row.goal,
            row.what,
            f"{figure(row.ours)} {row.unit}",
            f"{figure(row.floor)} {row.unit}: {row.beside}" if row.floor is not None else "",
            f"{row.ratio:,.2f}" if row.ratio is not None else "",
            row.limit.in_words(row.unit) if row.limit is not None else "",
            row.verdict,
        )
    _out.print(table)
    for note in measured.notes:
        _out.print(f"* {note}", markup=False)
    _out.print(f"{measured.rounds} rounds, {took:.0f} s", style="dim")


if __name__ == "__main__":
    app()
