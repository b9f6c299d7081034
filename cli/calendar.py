"""`chengxu calendar`: count working days and periods, and see where each rest day comes from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.days.calendar import Calendar, YearStatus, weekday
from domain.days.deadlines import Deadline
from domain.days.explanation import Explanation, explain
from domain.days.periods import SHANGHAI, UNITS, PeriodEnd, end_of, plain_term
from domain.refusals import Refusal
from domain.rules import Unit
from law.calendar_loader import DIRECTORY, STATUTORY, load_calendar

app = typer.Typer(help="工作日历：推算期限，说明每个休息日的出处。", no_args_is_help=True)

REFUSED = 2
_LONGEST_COUNT: Final = 30  # digits; far beyond any calendar
#: A count that begins with a minus sign is refused in words, not taken for an option.
_COUNTS: Final = {"ignore_unknown_options": True}
#: The last year that the package `holidays` computes for China.
_LAST_COMPUTED: Final = 2100


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # fromisoformat also reads 20260917 and 2026-W38-4
        raise typer.BadParameter(f"“{text}”不是有效的日期；应当写成 年-月-日，例如 2026-09-17")
    return day


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST_COUNT:
        raise typer.BadParameter(f"“{text}”不是期限的长度；应当写成不小于 0 的整数，例如 5")
    return int(text)


Day = Annotated[date, typer.Argument(parser=_date, metavar="日期", help="年-月-日，例如 2026-09-17")]
KnownOn = Annotated[
    date | None,
    typer.Option("--known-on", parser=_date, metavar="日期", help="按该日已公布的通知推算；缺省为全部通知"),
]
UnitOption = Annotated[Unit, typer.Option("--unit", help="期限的单位")]


@app.command(context_settings=_COUNTS)
def add(
    start: Day,
    count: Annotated[int, typer.Argument(parser=_count, metavar="N", help="期限的长度")],
    unit: UnitOption = Unit.WORKING_DAY,
    known_on: KnownOn = None,
) -> None:
    """自 DATE 起 N 个工作日（日、月、年）届满于何日；当日不计入。"""
    with _refusals() as console:
        calendar = load_calendar(known_on)
        end = end_of(start, plain_term(count, unit), calendar.working_days)
        console.print(f"自 {_full(start)}起 {count} {UNITS[unit]}（当日不计入）")
        _print_end(console, end, calendar)


@app.command()
def between(
    after: Annotated[date, typer.Argument(parser=_date, metavar="起日")],
    through: Annotated[date, typer.Argument(parser=_date, metavar="止日")],
    known_on: KnownOn = None,
) -> None:
    """两日之间有多少个工作日；起日不计入，止日计入。"""
    if through < after:
        raise typer.BadParameter(f"止日 {through} 早于起日 {after}")
    with _refusals() as console:
        calendar = load_calendar(known_on)
        days = calendar.working_days
        console.print(f"{_full(after)}之后至 {_full(through)}：{days.count(after, through)} 个工作日")
        if not days.is_final(max(after, through)):
            _warn(console, f"【预估】{_unannounced(calendar)}，这一数目可能变化。")


@app.command(name="explain", context_settings=_COUNTS)
def explain_command(
    start: Day,
    count: Annotated[
        int | None, typer.Argument(parser=_count, metavar="[N]", help="期限的长度；省略则只说明这一天")
    ] = None,
    unit: UnitOption = Unit.WORKING_DAY,
    known_on: KnownOn = None,
) -> None:
    """逐日说明期限如何计算，每个休息日出自哪份通知；不写 N 时说明这一天。"""
    with _refusals() as console:
        calendar = load_calendar(known_on)
        if count is None:
            _print_day(console, calendar, start)
            return
        days = calendar.working_days
        deadline = Deadline.start("calculator", plain_term(count, unit), start, days)
        _print_explanation(console, explain(deadline, calendar))
        _print_end(console, end_of(start, deadline.term, days), calendar)


@app.command()
def status(known_on: KnownOn = None) -> None:
    """已载入哪些年度的通知，日历推算到何时，是否需要载入新的通知。"""
    with _refusals() as console:
        calendar = load_calendar(known_on)
        table = Table("年度", "状态", "通知", "公布日期", "工作日", title="工作日历")
        for year in range(calendar.first.year, calendar.last_announced + 2):
            row = calendar.year(year)
            official = row.status is YearStatus.OFFICIAL
            table.add_row(
                str(year),
                "已公布" if official else "[bold yellow]预估[/]",
                "\n".join(row.notices) or "—",
                "\n".join(map(str, row.published)) or "—",
                str(row.working_days) if official else f"约 {row.working_days}",
            )
        console.print(table)
        console.print(f"日历版本 {calendar.working_days.version}")
        console.print(f"已公布至 {calendar.announced_through}；此后为预估，推算至 {calendar.horizon}")
        today = known_on or datetime.now(SHANGHAI).date()
        if today >= calendar.projection.watched_from(calendar.last_announced):
            _warn(console, f"请留意并载入 {calendar.last_announced + 1} 年放假安排的通知：尚未载入。")


@app.command()
def statutory(
    through: Annotated[int, typer.Option("--through", metavar="年度", help="写到哪一年")],
    target: Annotated[Path, typer.Option("--target", help="写入的文件")] = DIRECTORY / STATUTORY,
) -> None:
    """用 holidays 软件包重新推算各年度的法定节假日，写入数据文件（供没有通知的年度预估）。"""
    from law.calendar_statutory import write_statutory  # slow to import, and used here alone

    with _refusals() as console:
        calendar = load_calendar()
        first, least = calendar.first.year, calendar.last_announced + 1
        if not least <= through <= _LAST_COMPUTED:  # fewer years would leave the projection without its days
            raise typer.BadParameter(f"年度应当在 {least} 至 {_LAST_COMPUTED} 之间")
        write_statutory(target, first, through)
        console.print(f"已写入 {first} 至 {through} 年的法定节假日：{escape(str(target))}")


def _print_day(console: Console, calendar: Calendar, day: date) -> None:
    found = calendar.status(day)
    console.print(f"{_full(day)}：{'工作日' if found.worked else '休息日'}（{found.name}）")
    console.print(f"出处：{found.source or '周一至周五工作，周末休息；没有通知另作安排'}")
    if not found.final:
        _warn(console, f"【预估】{_unannounced(calendar)}，这一天的安排可能变化。")


def _print_explanation(console: Console, explanation: Explanation) -> None:
    table = Table("日期", "星期", "说明", "出处", title="逐日计算")
    for line in explanation.lines:
        table.add_row(
            str(line.day),
            weekday(line.day),
            line.why,
            line.source + ("" if line.final else " [bold yellow]预估[/]"),
            style=None if line.counted else "dim",
        )
    console.print(table)


def _print_end(console: Console, end: PeriodEnd, calendar: Calendar) -> None:
    if not end.provisional:
        console.print(f"届满日：[bold]{_full(end.due)}[/]，当日 24:00（北京时间）止")
        return
    _warn(console, f"【预估】届满日：{_full(end.due)}")
    _warn(
        console,
        f"{_unannounced(calendar)}；正式日期预计在 {_full(end.earliest)}至 {_full(end.latest)}之间。"
        f"请按 {_full(end.earliest)}办结，不得作为确定日期告知当事人。",
    )


def _unannounced(calendar: Calendar) -> str:
    return f"{calendar.last_announced + 1} 年放假安排的通知尚未公布"


def _warn(console: Console, text: str) -> None:
    console.print(text, style="bold yellow")


def _full(day: date) -> str:
    return f"{day}（{weekday(day)}）"


@contextmanager
def _refusals() -> Iterator[Console]:
    """A console for the answer; a refusal is told in its own words, with exit status 2."""
    try:
        yield Console(highlight=False)
    except Refusal as refusal:
        errors = Console(stderr=True, highlight=False)
        errors.print(f"{refusal.title}：{refusal.detail}", style="red", markup=False)
        if refusal.expected:
            errors.print(f"应当是：{refusal.expected}", markup=False)
        raise typer.Exit(REFUSED) from None
