"""`chengxu law`: are the files of the law sound, which regimes are there, and what holds on a day and why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from domain.confirmation import Confirmation, counting
from domain.refusals import Refusal
from domain.regimes import Lawbook
from domain.rules import Level, Term
from law.calendar_loader import DIRECTORY as CALENDAR
from law.calendar_loader import calendar_faults
from law.files import LawFaults
from law.loader import load_lawbook, read_law
from law.precedence import ORIGINS, SEEN, Missing
from law.resolve import Answer, Resolved, consult
from law.wording import UNITS, level_in_words, statement_in_words, term_in_words
from settings import Settings, SettingsError
from storage.confirmations import confirmations_at
from storage.keys import KeyFileError

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
    if calendar.is_dir():
        faults += [str(fault) for fault in calendar_faults(calendar)]
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
    book, day, office = _book(directory), on or _today(), _office()
    table = Table()
    for heading in ("代码", "名称", "文件", "施行", f"{day} 的状态"):
        table.add_column(heading, overflow="fold")
    for key, regime in book.regimes.items():
        if regime.holds_on(day):
            needed = [missing for missing in consult(book, key, day, office.given).open if missing.needed]
            state = f"草案：{len(needed)} 项待确认" if needed else "可以立案"
        else:
            state = "未施行"
        table.add_row(key, regime.title, regime.document, regime.since.isoformat(), state)
    console = Console(highlight=False)
    console.print(table)
    console.print(office.said, style="dim", markup=False, soft_wrap=True)


@app.command()
def show(
    regime: Annotated[str, typer.Argument(metavar="REGIME", help="名单制度代码，见 law regimes")],
    on: Day = None,
    directory: Directory = None,
) -> None:
    """列出一项名单制度在某日的每个值：出处、核验方式、由哪一层规定以及为什么；并说明尚缺什么。"""
    try:
        _show(Console(highlight=False), _book(directory), regime, on or _today(), _office())
    except Refusal as refusal:
        errors = Console(stderr=True, highlight=False)
        errors.print(f"{refusal.title}：{refusal.detail}", style="red", markup=False)
        if refusal.expected:
            errors.print(f"应当是：{refusal.expected}", markup=False)
        raise typer.Exit(REFUSED) from None


@dataclass(frozen=True)
class _Office:
    """The office at the configured home, as far as its confirmations go."""

    said: str  # whose confirmations count here, or why none does
    given: Sequence[Confirmation] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def _office() -> _Office:
    """The confirmations of the user's own office; the law is shown without them where there is none to be read."""
    try:
        settings = Settings.load()
        found = asyncio.run(confirmations_at(settings))
    except (SettingsError, KeyFileError) as wrong:
        return _Office(f"没有计入任何确认：{wrong}")
    except (SQLAlchemyError, OSError) as wrong:
        return _Office(f"没有计入任何确认：读不到案卷库（{type(wrong).__name__}）")
    if found is None:
        return _Office(f"没有计入任何确认：数据目录 {settings.home} 中还没有机关的案卷库")
    kind = "演练机关" if found.practice else "机关"
    return _Office(f"已计入{kind}（数据目录 {settings.home}）的确认", found.given, found.names)


def _show(console: Console, book: Lawbook, key: str, day: date, office: _Office) -> None:
    answer = consult(book, key, day, office.given)
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
    console.print(office.said, style="dim", markup=False, soft_wrap=True)
    given = [confirmation for confirmation in office.given if confirmation.regime == key]
    if given:
        console.print(_confirmed(given, office.names))


def _confirmed(given: Sequence[Confirmation], names: Mapping[str, str]) -> Table:
    """Every confirmation in order, also those that no longer count."""
    still = list(counting(given).values())
    table = Table(title="法制人员的确认", show_lines=True)
    for heading in ("项目（所确认的值自）", "值", "出处", "确认", "状态"):
        table.add_column(heading, overflow="fold")
    for one in given:
        later = next((c for c in given[given.index(one) + 1 :] if c.entry == one.entry), None)
        state = "有效" if one in still else "撤回" if one.withdrawn else ""
        if later is not None:
            state = "已被撤回" if later.withdrawn else "已被更正"
        at = one.at.astimezone(SHANGHAI)
        table.add_row(
            f"{one.key}（{one.since}）",
            escape(_confirmed_value(one)),
            escape(f"{one.document} {one.clause}"),
            escape(f"{names.get(one.by, one.by)}，{at:%Y-%m-%d %H:%M}{'（演示）' if one.practice else ''}"),
            escape(f"{state}{f'；理由：{one.reason}' if one.reason else ''}"),
        )
    return table


def _confirmed_value(one: Confirmation) -> str:
    if one.withdrawn:
        return "—"
    if one.silent:
        return "文本无规定"
    if isinstance(one.value, bool):
        return "是" if one.value else "否"
    return f"{one.value}{f' {UNITS[one.unit]}' if one.unit else ''}"


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
