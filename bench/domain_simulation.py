"""The domain under simulation: a million steps of made-up office life, each held against an independent oracle.

    python -P -m bench.domain_simulation                          a million steps from seed 1 on, on every core
    python -P -m bench.domain_simulation --steps 50000 --seed 7 --workers 1

One seed is one desk of 2,000 steps; the seeds are printed, and one that fails says so with the story of its case:
`--seed N --steps 1` brings it back. Writes bench/results/domain_simulation.json; exit code 1 when any seed failed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.results import write_record

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from simulation.desk import Desk, Disagreement, Tally

PER_SEED = 2_000
_out = Console(highlight=False)


def work(seed: int) -> tuple[int, Tally | None, str]:
    """One desk: its seed, what it came to, and the disagreement that it ended in."""
    desk = Desk(seed)
    try:
        return seed, desk.work(PER_SEED), ""
    except Disagreement as found:
        return seed, None, str(found)


def main(
    steps: Annotated[int, typer.Option(help="Steps in all.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="First seed.")] = 1,
    workers: Annotated[int | None, typer.Option(help="Processes; by default one a core.")] = None,
) -> None:
    """Runs the desks and prints what they came to."""
    seeds = range(seed, seed + max(1, steps // PER_SEED))
    _out.print(f"seeds {seeds.start}–{seeds.stop - 1}, {PER_SEED} steps each")
    began = time.perf_counter()
    total, failed = Tally(), []
    for done, (number, tally, found) in enumerate(_run(seeds, workers), 1):
        if tally is None:
            failed.append(number)
            _out.print(f"seed {number}: {found}", markup=False)
        else:
            total += tally
        if done % 50 == 0:
            _out.print(f"{done} of {len(seeds)} seeds, {total.steps:,} steps, {total.years:,.0f} case-years")
    took = time.perf_counter() - began
    record = {
        "seeds": [seeds.start, seeds.stop - 1],
        "failed": sorted(failed),
        "steps": total.steps,
        "cases": total.cases,
        "case_years": round(total.years),
        "refused": total.refusals,
        "seconds": round(took),
        "taken": dict(total.taken.most_common()),
        "refusals": dict(total.refused.most_common()),
        "ends": dict(total.ends.most_common()),
        "regimes": dict(total.regimes.most_common()),
    }
    write_record("domain_simulation", record)
    _out.print(
        f"{total.steps:,} steps in {total.cases:,} cases and {total.years:,.0f} case-years, "
        f"{total.refusals:,} refused, {took:,.0f} s; failed seeds: {sorted(failed) or 'none'}"
    )
    raise typer.Exit(bool(failed))


def _run(seeds: range, workers: int | None) -> Iterator[tuple[int, Tally | None, str]]:
    with ProcessPoolExecutor(workers) as pool:
        for future in as_completed([pool.submit(work, seed) for seed in seeds]):
            yield future.result()


if __name__ == "__main__":
    typer.run(main)
