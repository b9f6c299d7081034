"""`chengxu law`: are the files of the law sound, which regimes are there, and what holds on a day and why."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.refusals import Refusal
from domain.regimes import Lawbook
from domain.rules import Level, Term
from law.calendar_loader import DIRECTORY as CALENDAR
from law.calendar_loader import load_notices
from law.files import LawFaults
from law.loader import load_lawbook, read_law
from law.precedence import ORIGINS, SEEN, Missing
from law.resolve import Answer, Resolved, consult
from law.wording import level_in_words, statement_in_words, term_in_words

app = typer.Typer(help="法律数据：检查文件，查询名单制度在某日的规定及其出处。", no_args_is_help=True)

FAULTY, REFUSED = 1, 2
SHANGHAI = ZoneInfo("Asia/Shanghai")

Directory = Annotated[Path | None, typer.Option("--dir", help="法律数据所在文件夹；缺省为随程序发布的数据")]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期，应写成 2026-03-02") from None


Day = Annotated[
    date | None, typer.Option("--on", parser=_date, metavar="日期", help="缺省为今天（北京时间）")
]


@app.command()
def check(directory: Directory = None) -> None:
    """检查全部法律数据文件，逐条列出差错；无差错时列出数目。"""
    console = Console(highlight=False)
    reading = read_law(directory)
    faults = [str(fault) for fault in reading.faults]
    calendar = directory / "calendar" if directory else CALENDAR
    try:
        if calendar.is_dir():
            load_notices(calendar)
    except ValueError as fault:  # what a calendar file lacks, or a day that does not exist
        faults.append(f"{calendar.name}/{fault}")
    if reading.book is None or faults:
        for fault_line in faults:
            console.print(fault_line, markup=False, soft_wrap=True)
        console.print(f"共 {len(faults)} 处差错。", style="red")
        raise typer.Exit(FAULTY)
    book = reading.book
    measures = sum(len(edition.measures) for edition in book.measures)
    console.print(
        f"没有差错：名单制度 {len(book.regimes)} 项，惩戒措施 {measures} 项，"
        f"机关 {len(book.authorities)} 个，文件 {len(book.documents)} 件。"
    )


@app.command()
def regimes(on: Day = None, directory: Directory = None) -> None:
    """列出名单制度，以及当日能否据以立案。"""
    book, day = _book(directory), on or _today()
    table = Table()
    for heading in ("代码", "名称", "文件", "施行", f"{day} 的状态"):
        table.add_column(heading, overflow="fold")
    for key, regime in book.regimes.items():
        if regime.holds_on(day):
            needed = [missing for missing in consult(book, key, day).open if missing.needed]
            state = f"草案：{len(needed)} 项待确认" if needed else "可以立案"
        else:
            state = "未施行"
        table.add_row(key, regime.title, regime.document, regime.since.isoformat(), state)
    Console(highlight=False).print(table)


@app.command()
def show(
    regime: Annotated[str, typer.Argument(metavar="REGIME", help="名单制度代码，见 law regimes")],
    on: Day = None,
    directory: Directory = None,
) -> None:
    """列出一项名单制度在某日的每个值：出处、核验方式、由哪一层规定以及为什么；并说明尚缺什么。"""
    try:
        _show(Console(highlight=False), _book(directory), regime, on or _today())
    except Refusal as refusal:
        errors = Console(stderr=True, highlight=False)
        errors.print(f"{refusal.title}：{refusal.detail}", style="red", markup=False)
        if refusal.expected:
            errors.print(f"应当是：{refusal.expected}", markup=False)
        raise typer.Exit(REFUSED) from None


def _show(console: Console, book: Lawbook, key: str, day: date) -> None:
    answer = consult(book, key, day)
    regime = book.regimes[key]
    console.print(f"[bold]{regime.title}[/]（{key}，{regime.document}），{day}")
    console.print(f"认定标准：{regime.standard.basis}（{SEEN[regime.standard.basis.seen]}）")
    console.print(f"领域归类：{SEEN[regime.area_basis.seen]}（{regime.area_basis.note}）")
    if regime.note:
        console.print(f"说明：{regime.note}", style="dim", markup=False)
    console.print(_values(answer))
    if answer.rule is not None:
        console.print(f"[green]可以据以立案[/]，规则版本 {answer.rule.version[:16]}")
        usable = "、".join(f"{m.code} {m.name}" for m in answer.rule.measures)
        console.print(f"可以作出的惩戒措施：{usable or '无（均待确认）'}", markup=False)
    else:
        console.print("[bold yellow]草案[/]：下列必需的值未经核实，确认前不得据以立案")
        console.print(_open("待确认（必需）", [missing for missing in answer.open if missing.needed]))
    others = [missing for missing in answer.open if not missing.needed]
    if others:
        console.print(_open("未核实，确认前不得使用（不影响立案）", others))


def _values(answer: Answer) -> Table:
    table = Table(title="当日的值", show_lines=True)
    for heading in ("项目", "值", "由谁规定，为什么"):
        table.add_column(heading, overflow="fold")
    for one in answer.resolved:
        table.add_row(
            f"{one.title}\n[dim]{one.key}[/]",
            _in_words(one),
            f"[bold]{ORIGINS[one.origin]}[/]，自 {one.since}\n{escape(one.reason)}",
        )
    return table


def _open(title: str, missing: list[Missing]) -> Table:
    table = Table(title=title, show_lines=True)
    for heading in ("项目", "为什么", "自"):
        table.add_column(heading, overflow="fold")
    for one in missing:
        table.add_row(f"{one.title}\n[dim]{one.key}[/]", escape(one.why), one.since.isoformat())
    return table


def _in_words(one: Resolved) -> str:
    if isinstance(one.value, Level):
        return level_in_words(one.value)
    if isinstance(one.value, Term):
        return term_in_words(one.value)
    return statement_in_words(one.value)


def _book(directory: Path | None) -> Lawbook:
    try:
        return load_lawbook(directory)
    except LawFaults as faults:
        Console(stderr=True, highlight=False).print(str(faults), style="red", markup=False)
        raise typer.Exit(FAULTY) from None


def _today() -> date:
    return datetime.now(SHANGHAI).date()
