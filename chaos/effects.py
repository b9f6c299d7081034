"""Storm: for every n and every fault a whole case in which the n-th side effect fails.

What takes the time is waiting (for a late effect, for the successor of a dead worker), so several offices share the
work: each has a plan of its own and one case at a time, and its n-th effect is that case's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chaos.judge import judge
from chaos.office import Database, chaos_office
from chaos.people import Violation
from chaos.run import Report, Run, running
from storage.failpoints import Fault, Plan

_NEVER: Final = 10**9
_EXITS: Final[tuple[Fault, ...]] = ("exit_before", "exit_within", "exit_after")
_LATE: Final = 3.3  # seconds: longer than the API waits for a decision
_TOO_LATE: Final = (
    11.0  # seconds: longer than an activity may take, so that it is tried again beside the first
)


@dataclass(frozen=True)
class Course:
    """A course that every case of a round takes: decided by its luck alone."""

    name: str
    how: dict[str, Any]


#: Opened, exempted, served.
SHORT: Final = Course("short", {"exempt": True, "objections": 0, "luck": "1"})
#: Opened, notified, an objection heard and answered, superior's consent, decided, put on the list.
LONG: Final = Course("long", {"objections": 1, "luck": "1"})


@dataclass(frozen=True)
class Case:
    """The `nth` side effect of a case of this course fails like this."""

    course: Course
    nth: int
    fault: Fault
    late: float = _LATE


async def every_effect(
    home: Path, seed: int, *, database: Database = "sqlite", offices: int = 3, full: bool = False
) -> Report:
    """Every effect of the short course × {error, lost, late, exit}, the exits before, within and after in turn.

    `full`: all three exits for every n, effects that come later than their time allows, and the long course too.
    """
    report = Report("第n个副作用失败", str(seed))
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        runs = await asyncio.gather(
            *(
                stack.enter_async_context(_run(home / f"effects-{number}", seed + number, database))
                for number in range(offices)
            )
        )
        left: list[Case] = []
        for course in (SHORT, LONG) if full else (SHORT,):
            # The fewest of several: where the machine is slow, the relay takes a step that the API had begun.
            effects = min(await asyncio.gather(*(_effects_of(course, run) for run in runs)))
            report.numbers[f"一案副作用（{course.name}）"] = effects
            left += _cases(course, effects, full=full)
        planned = len(left)
        failed = sum(await asyncio.gather(*(_work_off(run, left, report) for run in runs)))
        report.numbers |= {"计划": planned, "注入": failed}
        for run in runs:
            run.office.fail(None)
            try:
                await run.calm()
            except Violation as violation:
                report.faults.append(str(violation))
            report.count(await judge(run.office.settings, run.ledger))
    report.seconds = time.monotonic() - began
    return report


def _cases(course: Course, effects: int, *, full: bool) -> list[Case]:
    cases: list[Case] = []
    for nth in range(1, effects + 1):
        exits: Sequence[Fault] = _EXITS if full else (_EXITS[nth % len(_EXITS)],)
        cases += [Case(course, nth, fault) for fault in (*exits, "late", "error", "lost")]
        if full:
            cases.append(Case(course, nth, "late", _TOO_LATE))
    return cases


async def _work_off(run: Run, left: list[Case], report: Report) -> int:
    """Takes one case after the other until none is left; how many faults were brought about."""
    failed = 0
    while left:
        case = left.pop(0)
        run.office.fail(Plan(fault=case.fault, nth=case.nth, late_seconds=case.late))
        name = f"{case.course.name}-{case.nth}-{case.fault}-{case.late:g}"
        try:
            await run.story(name, again=0.0, leave=0.0, **case.course.how).run()
            await run.calm()  # what it leaves to be done is its own too
        except Violation as violation:
            report.faults.append(f"{name}: {violation}")
        plan = run.office.failed()
        failed += plan.failed if plan else 0
    return failed


async def _effects_of(course: Course, run: Run) -> int:
    run.office.fail(Plan(fault="error", nth=_NEVER))
    await run.story(course.name, again=0.0, leave=0.0, **course.how).run()
    await run.calm()
    counted = run.office.failed()
    return counted.done if counted else 0


@asynccontextmanager
async def _run(home: Path, seed: int, database: Database) -> AsyncIterator[Run]:
    async with chaos_office(home, database=database) as office, running(office, seed) as run:
        yield run
