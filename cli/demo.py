"""`chengxu demo`: every branch of the procedure, driven over public HTTP with ordinary users' tokens (演练)."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.client import Api, NotRunningError, RefusedError
from cli.confirm import confirm_everything, legal_officer_for
from cli.practice_case import PracticeCase, PracticeOffice, UnexpectedError
from cli.running import find_running
from cli.stories import BODIES, MARKET, STORIES, Play, Story
from domain.people import Role
from domain.procedure.clauses import FOUR_EYES
from domain.procedure.outcome import Outcome
from settings import Settings

app = typer.Typer()

FAILED, REFUSED = 1, 2

SAMPLE: Final = Path(__file__).resolve().parent.parent / "examples" / "intake" / "penalties-sample.xlsx"
_AT_ONCE: Final = 4  # stories played side by side
_LOOK_EVERY: Final = 0.2  # seconds between two looks at an import that is under way
_PATIENCE: Final = 60.0  # seconds for an import

DEADLINES: Final = {
    "objection_window": "异议期",
    "hearing_request": "要求听证",
    "decision": "认定期限",
    "verification": "核实反馈",
    "listing_term": "列入期限",
    "revocation": "撤销列入",
    "deemed": "公告期",
}
_STATES: Final = {"overdue": "逾期", "suspended": "中止"}


@dataclass(frozen=True)
class Told:
    """A story as it went."""

    story: Story
    play: Play
    rows: Sequence[tuple[str, ...]]
    wrong: str | None  # what went otherwise than it should have


@app.command()
def demo(
    api: Annotated[str | None, typer.Option(help="API 地址；缺省为本机正在运行的诚序")] = None,
) -> None:
    """在演练机关经公开接口办理样例案件，走遍程序的各个分支，列出经过、期限和依据。"""
    console = Console(highlight=False)
    address = api or _running(console)
    try:
        with Api(address) as anonymous:
            if not anonymous.practice:
                console.print("这是正式办理的机关，不得演示。", style="red")
                raise typer.Exit(REFUSED)
            began = time.monotonic()
            office = PracticeOffice(anonymous)
            _confirm(console, office)
            imported = _import_sample(console, office)
            played = _play_all(console, office)
    except (RefusedError, UnexpectedError) as wrong:
        console.print(f"演示中断：{wrong}", style="red", markup=False)
        raise typer.Exit(FAILED) from None
    except NotRunningError as away:
        console.print(f"演示中断：{away}", style="red", markup=False)
        raise typer.Exit(FAILED) from None
    for told in played:
        console.print(_table(told))
    surprises = [told for told in played if told.wrong]
    cases = sum(len(told.play.cases) for told in played)
    refusals = sum(len(_refusals(told.play)) for told in played)
    console.print(
        f"{len(played)} 个情形，{cases} 件案件，{refusals} 次依法拒绝，用时 {time.monotonic() - began:.0f} 秒。"
        "演练结果，无法律效力。"
    )
    if surprises or not imported:
        for told in surprises:
            console.print(f"与预期不符：{told.story.title}：{told.wrong}", style="red", markup=False)
        raise typer.Exit(FAILED)


def _running(console: Console) -> str:
    settings = Settings.load()
    running = find_running(settings)
    if running is None:
        console.print(f"没有正在运行的诚序（数据目录 {settings.home}）：请先 ./chengxu run。", markup=False)
        raise typer.Exit(FAILED)
    return running.api


def _confirm(console: Console, office: PracticeOffice) -> None:
    """The figures that nobody has verified, confirmed by the legal officers with sources marked 演示."""
    for regime in BODIES:
        officer = office.user(legal_officer_for(office.api, regime))
        done = confirm_everything(officer, regime)
        if done:
            keys = "、".join(one["key"] for one in done)
            console.print(f"法制人员确认（演示）{regime}：{keys}", markup=False, soft_wrap=True)


# -- the sample file


def _import_sample(console: Console, office: PracticeOffice) -> bool:
    """Imports the sample of penalties, as the credit office does; whether that went as it should."""
    officer = _importing_officer(office)
    try:
        batch = officer.post("/imports", file=SAMPLE)
        give_up = time.monotonic() + _PATIENCE
        while batch["state"] != "done" and time.monotonic() < give_up:
            time.sleep(_LOOK_EVERY)
            batch = officer.get(f"/imports/{batch['id']}")
    except RefusedError as refused:
        missing = "这一版本的接口还不能导入文件（POST /api/v1/imports）：" if refused.status == 404 else ""
        console.print(f"样例未能导入：{missing}{refused}", style="red", markup=False)
        return False
    unfinished = "" if batch["state"] == "done" else "，尚有线索待立案"
    console.print(
        f"导入 {SAMPLE.name}：{batch['rows']} 行，新增记录 {batch['kept']}，已有记录 {batch['repeated']}，"
        f"未接收 {batch['refused']}，立案（线索） {batch['opened']}，"
        f"线索未立案 {batch['not_opened_count']}{unfinished}",
        markup=False,
        soft_wrap=True,
    )
    for lead in batch["not_opened"]:
        console.print(f"  第{lead['row']}行未立案：{lead['detail']}", markup=False, soft_wrap=True)
    return not unfinished


def _importing_officer(office: PracticeOffice) -> Api:
    """An officer of the credit office, who hands in files for every body; else of the body of most samples."""
    for code, body in office.bodies.items():
        if body["kind"] == "credit_office" and office.has(code, Role.OFFICER):
            return office.holder(code, Role.OFFICER)
    return office.holder(BODIES[MARKET], Role.OFFICER)


# -- the stories


def _play_all(console: Console, office: PracticeOffice) -> list[Told]:
    counted = threading.Lock()
    with (
        Progress(
            SpinnerColumn(),
            TextColumn("{task.description} {task.completed}/{task.total}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as progress,
        ThreadPoolExecutor(_AT_ONCE) as players,
    ):
        task = progress.add_task("办理样例案件", total=len(STORIES))

        def play(story: Story) -> Told:
            told = play_story(office, story)
            with counted:
                progress.advance(task)
            return told

        return list(players.map(play, STORIES))


def play_story(office: PracticeOffice, story: Story) -> Told:
    """Plays one story and reads how its cases stand at the end."""
    play, wrong = Play(office), None
    try:
        story.play(play)
    except (UnexpectedError, RefusedError, NotRunningError) as went:
        wrong = str(went)
    return Told(story, play, [_row(case) for case in play.cases], wrong)


def _row(case: PracticeCase) -> tuple[str, ...]:
    view = case.view()
    due = [due_in_words(row) for row in case.deadlines()]
    outcome = Outcome(view["outcome"]).label if view["outcome"] else f"未办结（{view['stage_title']}）"
    clauses = dict.fromkeys(event["clause"] for event in case.timeline())
    return (
        case.no,
        "\n".join(case.said),
        "\n".join(due),
        outcome,
        "\n".join(clause for clause in clauses if clause and clause != FOUR_EYES),
    )


def due_in_words(row: Mapping[str, Any]) -> str:
    """A deadline with its last day; 预估 with the days between which it will fall; overdue or standing still."""
    name, _, item = row["key"].partition("@")[0].partition(":")
    number = item.rpartition("-")[2]
    title = DEADLINES.get(name, name) + (number if name == "verification" else "")
    state = f"（{_STATES[row['state']]}）" if row["state"] in _STATES else ""
    return f"{title} {due_day(row)}{state}"


def due_day(row: Mapping[str, Any]) -> str:
    """The last day of a deadline, never a provisional one as final."""
    if row["due_on"] is None:
        return "—"
    if not row["provisional"]:
        return str(row["due_on"])
    return f"{row['due_on']} 预估（{_short(row['earliest_on'])}至{_short(row['latest_on'])}）"


def _short(day: str) -> str:
    on = date.fromisoformat(day)
    return f"{on.month}-{on.day}"


def _refusals(play: Play) -> list[str]:
    return [*play.refused, *(said for case in play.cases for said in case.refused)]


def _table(told: Told) -> Table:
    mark = "[red]✗[/red]" if told.wrong else "[green]✓[/green]"
    table = Table(
        title=f"{mark} {escape(told.story.title)}",
        title_justify="left",
        title_style="bold",
        caption=escape("\n".join(f"拒绝：{said}" for said in _refusals(told.play))),
        caption_justify="left",
        box=box.ROUNDED,
        show_lines=True,
        expand=sys.stdout.isatty(),  # elsewhere a line may be as long as it likes
    )
    for heading, ratio in (("案号", 3), ("经过", 8), ("期限", 8), ("结果", 4), ("依据", 7)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for row in told.rows:
        table.add_row(*map(escape, row))
    return table
