"""`chengxu rehearse`: one whole case before its first step, years included, on a real server whose time is skipped.

It runs in an office of its own that is gone afterwards; no running office is touched.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from cli.client import Api, NotRunningError, RefusedError
from cli.confirm import confirm_everything, legal_officer_for, read_day
from cli.demo import due_day, due_in_words
from cli.parts import PartFailedError
from cli.practice_case import (
    SHANGHAI,
    Form,
    PracticeCase,
    PracticeOffice,
    UnexpectedError,
    founding_document,
    invented_subject,
)
from cli.run import REFUSALS, start_office
from cli.running import lock_home
from cli.stack import Stack
from domain.people import Role
from domain.procedure.outcome import Outcome
from domain.refusals import Refusal
from domain.regimes import Authority, Regime
from domain.rules import SubjectKind
from law.calendar_loader import load_calendar
from law.loader import load_lawbook
from law.resolve import in_force
from settings import Settings
from storage.practice_people import read_practice_people

app = typer.Typer()

FAILED, REFUSED = 1, 2

_KINDS: Final = {
    SubjectKind.ORGANISATION: "法人及非法人组织",
    SubjectKind.SOLE_TRADER: "个体工商户",
    SubjectKind.NATURAL_PERSON: "自然人",
}
_MACHINERY: Final = "paper_produced"  # shown with the step that issued the paper


@app.command()
def rehearse(
    regime: Annotated[str, typer.Option(help="名单制度，如 work_safety；见 chengxu law show")],
    opened: Annotated[date, typer.Option(parser=read_day, metavar="日期", help="立案之日")],
    subject: Annotated[SubjectKind, typer.Option(help="信用主体的类别")] = SubjectKind.ORGANISATION,
    objection: Annotated[
        bool, typer.Option("--objection/--no-objection", help="当事人在异议期最后一日提出异议")
    ] = False,
) -> None:
    """预演一件案件的全过程：从立案到列入、期满移出，每一步由谁办理、何日届满、依据哪一条。"""
    console = Console(highlight=False)
    try:
        held = in_force(load_lawbook(), regime, opened)
        load_calendar(known_on=opened).status(opened)  # beyond its horizon nothing can be reckoned
        body = _body_for(held)
        if subject not in held.subjects.items:
            kinds = "、".join(_KINDS[kind] for kind in held.subjects.items)
            raise typer.BadParameter(f"“{held.title}”不适用于{_KINDS[subject]}；适用：{kinds}")
        began = time.monotonic()
        with console.status("准备预演所用的临时机关……") as status:
            rehearsal = asyncio.run(_in_an_office_of_its_own(held, body, opened, subject, objection, status))
    except (Refusal, RefusedError, UnexpectedError, NotRunningError) as wrong:
        said = wrong.detail if isinstance(wrong, Refusal) else str(wrong)
        clause = f"（{wrong.clause}）" if isinstance(wrong, Refusal) and wrong.clause else ""
        console.print(f"不能预演：{said}{clause}", style="red", markup=False)
        raise typer.Exit(REFUSED) from None
    except (PartFailedError, *REFUSALS) as failure:
        console.print(f"预演所用的临时机关未能启动：{failure}", style="red", markup=False)
        raise typer.Exit(FAILED) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("已中断；临时机关已清除。")
        raise typer.Exit(FAILED) from None
    _print(console, held, body, opened, subject, rehearsal)
    console.print(f"用时 {time.monotonic() - began:.0f} 秒。演练结果，无法律效力。")


# -- who and where


def _body_for(regime: Regime) -> Authority:
    """The highest body that has this regime and sample users for every step. Raises typer.BadParameter."""
    staffed: dict[str, set[Role]] = {}
    for person in read_practice_people().persons:
        for account in person.accounts:
            staffed.setdefault(account.authority or "", set()).update(account.roles)
    needed = {Role.OFFICER, Role.REVIEWER, Role.APPROVER, Role.LEGAL_OFFICER}
    bodies = [
        body
        for body in load_lawbook().authorities.values()
        if regime.key in body.regimes and needed <= staffed.get(body.code, set())
    ]
    if not bodies:
        raise typer.BadParameter(f"没有可以预演“{regime.title}”的演练机关和用户")
    return max(bodies, key=lambda body: body.level)


async def _in_an_office_of_its_own(
    regime: Regime, body: Authority, opened: date, subject: SubjectKind, objection: bool, status: Status
) -> Rehearsal:
    """Starts an office in a temporary home, rehearses, and leaves nothing of it."""
    for name in [name for name in os.environ if name.startswith("CHENGXU_")]:
        del os.environ[name]  # settings of the user's own office; the parts would inherit them
    os.umask(0o077)
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    with tempfile.TemporaryDirectory(prefix="chengxu-rehearse-", ignore_cleanup_errors=True) as home:
        settings = Settings.load(home=Path(home), office="practice")
        settings.logs.mkdir()
        lock = lock_home(settings.home)
        stack = Stack(settings, lock, lambda line: status.update(escape(line)))
        try:
            await start_office(settings, stack, lambda part: status.update(f"{part}已就绪……"))
            status.update("预演中……")
            return await _unless_broken(
                stack,
                asyncio.to_thread(
                    _rehearse, stack.running.api, regime.key, body.code, opened, subject, objection
                ),
            )
        finally:
            await stack.stop()
            os.close(lock)


async def _unless_broken(stack: Stack, work: Any) -> Rehearsal:
    """The result of `work`; raises what broke the office, when that comes first."""
    working, broken = asyncio.ensure_future(work), asyncio.ensure_future(stack.wait_until_broken())
    try:
        await asyncio.wait([working, broken], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            broken.result()
        result: Rehearsal = await working
        return result
    finally:
        broken.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await broken


# -- the case


@dataclass(frozen=True)
class Line:
    """One event of the rehearsed case as the timetable shows it."""

    day: date
    what: str
    who: str
    due: str  # last day of the deadline that the step stood under, or empty
    clause: str


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal brought."""

    lines: Sequence[Line]
    deadlines: Sequence[Form]
    confirmed: Sequence[Form]
    no_end: str = ""  # why the period on the list does not end by itself, where the law sets it no length


@dataclass
class _RehearsedCase(PracticeCase):
    """A case that notes under which deadline each step was taken."""

    stood_under: dict[int, str] = field(default_factory=dict)

    def _submit(self, action: str, form: Form, by: Role | Api, item: str) -> Form:
        due = {(waits["action"], waits["item"]): waits["deadline"] for waits in self.view()["waits_for"]}
        answer = super()._submit(action, form, by, item)
        deadline = "objection_window" if action == "raise_objection" else due.get((action, item))
        if deadline:
            self.stood_under[answer["seq"]] = deadline
        return answer

    def lines(self) -> list[Line]:
        """Its events in order."""
        due = {row["key"]: due_day(row) for row in self.deadlines()}
        numbers = {paper["seq"]: paper["number"] for paper in self.documents()}
        found = []
        for event in self.timeline():
            if event["step"] == _MACHINERY:
                continue
            key = self.stood_under.get(event["seq"]) or event["data"].get("deadline")
            if key and event["by"] is None:
                started = next(row for row in self.deadlines() if row["key"] == key)
                clause = f"{event['clause']}；{started['clause']}"
            else:
                clause = event["clause"]
            found.append(
                Line(
                    day=datetime.fromisoformat(event["received_at"]).astimezone(SHANGHAI).date(),
                    what=" ".join((event["title"], numbers.get(event["seq"], ""))).strip(),
                    who=self._who(event["by"]),
                    due=due.get(key or "", ""),
                    clause=clause,
                )
            )
        return found

    def _who(self, by: Mapping[str, Any] | None) -> str:
        if by is None:
            return "系统自动记录"
        titles = "、".join(Role(role).label for role in by["roles"])
        elsewhere = by["authority"] not in (None, self.authority)
        return f"{titles}（{self.office.bodies[by['authority']]['name']}）" if elsewhere else titles


def _rehearse(
    address: str, regime: str, authority: str, opened: date, subject: SubjectKind, objection: bool
) -> Rehearsal:
    with Api(address) as api:
        office = PracticeOffice(api)
        confirmed = confirm_everything(office.user(legal_officer_for(api, regime)), regime, opened)
        document = founding_document(regime, office.bodies[authority], opened)
        case = _RehearsedCase(office, regime, authority, invented_subject(subject), document)
        case.open(opened)
        case.examine()
        case.give_notice()
        case.serve_notice()
        if objection:
            window = next(row for row in case.deadlines() if row["key"] == "objection_window")
            case.let_time_pass_until(date.fromisoformat(window["due_on"]))
            case.answer(case.object())
        case.let_window_pass()
        case.obtain_consent()
        case.decide()
        case.ends(Outcome.LISTED)
        period = case.listing()
        term = case.rule["listing_term"]
        if term["count"] is not None:
            while period.outcome is None:
                period.let_alarm_ring()
            period.ends(Outcome.EXPIRED)
        listed = _RehearsedCase(office, regime, authority, case.subject, case.document, no=period.no)
        return Rehearsal(
            lines=[*case.lines(), *listed.lines()],
            deadlines=[*case.deadlines(), *listed.deadlines()],
            confirmed=confirmed,
            no_end="" if term["count"] is not None else _without_end(case.rule),
        )


def _without_end(rule: Form) -> str:
    """What an officer must know of a list without a fixed end (没有固定期限)."""
    basis = rule["listing_term"]["basis"]
    source = f"{basis['document']} {basis['clause']}".strip()
    exits = "；".join("、".join(way["conditions"]) for way in rule["early_exits"])
    return f"列入没有固定期限（{source}）：不会因期满移出，在列状态持续到依据文书失效而撤销列入" + (
        f"，或者具备提前移出的条件（{exits}）。" if exits else "；没有经过核实的提前移出情形。"
    )


# -- what is printed


def _print(
    console: Console, regime: Regime, body: Authority, opened: date, subject: SubjectKind, done: Rehearsal
) -> None:
    console.print(
        f"{regime.title}（{regime.document}） {body.name} {_KINDS[subject]} {opened} 立案",
        style="bold",
        markup=False,
    )
    console.print(
        "机关的各步骤按最早可能的工作日办理；“至迟”是该步骤所在期限的最后一日。"
        "“预估”的日期涉及尚未公布放假安排的年度，公布后重新计算。"
    )
    steps = Table(title="办理时间表", title_justify="left", box=box.ROUNDED)
    for heading in ("日期", "步骤", "办理", "至迟", "依据"):
        steps.add_column(heading, overflow="fold", no_wrap=heading == "日期")
    for line in done.lines:
        steps.add_row(*map(escape, (line.day.isoformat(), line.what, line.who, line.due, line.clause)))
    console.print(steps)
    terms = Table(title="各项期限", title_justify="left", box=box.ROUNDED)
    for heading in ("起算（当日不计入）", "期限及届满日", "依据"):
        terms.add_column(heading, overflow="fold")
    for row in done.deadlines:
        terms.add_row(*map(escape, (row["starts_on"], due_in_words(row), row["clause"])))
    console.print(terms)
    if done.no_end:
        console.print(done.no_end, style="bold yellow", markup=False)
    if done.confirmed:
        keys = "、".join(f"{one['title']}（{one['key']}）" for one in done.confirmed)
        console.print(
            f"以下各项未经核实，预演中以演示确认代替；正式办理前须由法制人员核对原文后确认：{keys}。",
            markup=False,
        )
