"""A small slice of the simulation, every day: hundreds of cases at one desk, held against the law's plain reading.

The whole of it (a million steps, ten thousand case-years) is one command: `python -P -m bench.domain_simulation`.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import pytest
from simulation.desk import Desk, Tally
from simulation.plain_law import FIGURES

from domain.procedure.outcome import Outcome
from law.loader import load_lawbook
from workflows.determination import DETERMINATION
from workflows.listing import LISTING

SEEDS, STEPS = range(1, 7), 1_500
#: The office's own machinery, and the office itself, take these.
_NOT_ASKED_FOR = {"paper_produced", "enter_list"}


@pytest.fixture(scope="module")
def tally() -> Tally:
    return reduce(add, (Desk(seed).work(STEPS) for seed in SEEDS))


def test_whatever_happens_at_the_desk_is_what_the_law_says(tally: Tally) -> None:
    assert tally.steps >= len(SEEDS) * STEPS
    assert tally.years > 100


def test_every_regime_that_ships_is_at_the_desk(tally: Tally) -> None:
    assert set(tally.regimes) == set(FIGURES) == set(load_lawbook().regimes)


def test_every_step_of_both_procedures_is_taken_and_cases_end_in_every_way(tally: Tally) -> None:
    steps = (set(DETERMINATION.steps) | set(LISTING.steps)) - _NOT_ASKED_FOR
    assert steps <= set(tally.taken)
    assert {outcome.value for outcome in Outcome} <= set(tally.ends)
