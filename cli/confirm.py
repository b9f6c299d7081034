"""`chengxu confirm`: a legal officer confirms a figure that nobody had verified, with its source (法制人员确认)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.client import Api, NotRunningError, RefusedError
from cli.people import issue_token
from cli.running import find_running
from domain.people import Role
from domain.refusals import Refusal
from domain.rules import Unit
from settings import Settings
from storage.keys import KeyFileError

app = typer.Typer()

FAILED, REFUSED = 1, 2

#: Stands before the source that a practice confirmation names: nobody can take it for one that was read.
PRACTICE_MARK: Final = "演示确认，未核对原文："
NO_CLAUSE: Final = "未写明条款"


def read_day(text: str) -> date:
    """A day as it is typed, 2026-03-02. Raises typer.BadParameter."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # fromisoformat also reads 20260917 and 2026-W38-4
        raise typer.BadParameter(f"“{text}”不是有效的日期；应当写成 年-月-日，例如 2026-12-21")
    return day


@app.command()
def confirm(
    regime: Annotated[str, typer.Argument(metavar="名单制度", help="如 market_regulation")],
    key: Annotated[str | None, typer.Option(help="待确认的项，如 objection_window")] = None,
    value: Annotated[str | None, typer.Option(help="整数、true、false 或者层级名称")] = None,
    silent: Annotated[bool, typer.Option("--silent", help="核对原文，文本没有规定")] = False,
    unit: Annotated[Unit | None, typer.Option(help="期限的单位")] = None,
    document: Annotated[str | None, typer.Option(help="出处：文号或者法律名称")] = None,
    clause: Annotated[str | None, typer.Option(help="出处：条款")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="撤回已作出的确认，该项重新待确认")] = False,
    reason: Annotated[str | None, typer.Option(help="更正或者撤回原确认的理由")] = None,
    all_practice: Annotated[
        bool, typer.Option("--all-practice", help="以演示出处确认全部待确认的项；仅限演练机关")
    ] = False,
    on: Annotated[
        date | None, typer.Option(parser=read_day, metavar="日期", help="该日适用的值；缺省为今天")
    ] = None,
    user: Annotated[str | None, typer.Option(help="法制审核人员的登录名；演练机关可以不写")] = None,
) -> None:
    """确认一项未经核实的数值及其出处；不带选项时列出待确认的项。"""
    console = Console(highlight=False)
    settings = Settings.load()
    running = find_running(settings)
    if running is None:
        console.print(f"没有正在运行的诚序（数据目录 {settings.home}）：请先 ./chengxu run。", markup=False)
        raise typer.Exit(FAILED)
    try:
        with Api(running.api) as api:
            if all_practice:
                if key is not None:
                    raise typer.BadParameter("--key 与 --all-practice 不能同时写")
                officer = _officer(api, settings, user, regime)
                for done in confirm_everything(officer, regime, on):
                    console.print(f"已确认（演示） {done['key']}", markup=False)
            elif key is not None:
                given = _given(key, value, unit, document, clause, silent=silent, withdraw=withdraw)
                if reason is not None:
                    given["reason"] = reason
                if not withdraw and reason is None:
                    given["since"] = _open_item(api, regime, key, on)["since"]
                _post(_officer(api, settings, user, regime), regime, given, on)
                told = f"已撤回对 {key} 的确认" if withdraw else f"已{'更正' if reason else '确认'} {key}"
                console.print(told, markup=False)
                if withdraw or reason is not None:
                    console.print("已经立案的案件仍依立案时的规定办理。")
            elif withdraw or reason is not None:
                raise typer.BadParameter("更正或者撤回哪一项，须以 --key 写明")
            console.print(_still_open(api, regime, on))
    except (RefusedError, Refusal, KeyFileError) as refused:
        said = refused.detail if isinstance(refused, Refusal) else str(refused)
        console.print(f"未予确认：{said}", style="red", markup=False)
        raise typer.Exit(REFUSED) from None
    except NotRunningError as away:
        console.print(str(away), style="red", markup=False)
        raise typer.Exit(FAILED) from None


def confirm_everything(officer: Api, regime: str, on: date | None = None) -> list[dict[str, Any]]:
    """Confirms all that is open in a regime with sources marked 演示, until nothing is left that can be confirmed.

    Returns what was confirmed. Raises RefusedError, also when this is no practice office.
    """
    if not officer.practice:
        raise RefusedError(0, {"detail": "--all-practice 只能用于演练机关", "expected": "逐项核对原文后确认"})
    done: dict[str, dict[str, Any]] = {}
    while waiting := [
        one for one in _open(officer, regime, on) if one["confirmable"] and one["key"] not in done
    ]:
        for one in waiting:  # silence of one source opens the question at the next
            _post(officer, regime, _for_practice(one), on)
            done[one["key"]] = one
    return list(done.values())


def legal_officer_for(api: Api, regime: str) -> str:
    """The sample legal officer of a body that has this regime. Raises RefusedError when there is none."""
    bodies = [body["code"] for body in api.get("/authorities")["items"] if regime in body["regimes"]]
    for user in api.get("/practice/users")["items"]:
        if Role.LEGAL_OFFICER in user["roles"] and user["authority"] in bodies:
            return str(user["user"])
    raise RefusedError(0, {"detail": f"没有“{regime}”的演练法制审核人员", "expected": "用 --user 写明登录名"})


def _for_practice(one: Mapping[str, Any]) -> dict[str, Any]:
    """What the file holds, taken as read; where it holds nothing, that the text is silent."""
    value = one["value"]
    stated: dict[str, Any] = {"silent": True} if value is None else {"value": value}
    if one["kind"] == "period" and value is not None:
        stated["unit"] = one["unit"] or Unit.DAY.value
    return {
        "key": one["key"],
        "since": one["since"],
        **stated,
        "document": f"{PRACTICE_MARK}{one['basis']['document']}",
        "clause": one["basis"]["clause"] or NO_CLAUSE,
    }


def _given(
    key: str,
    value: str | None,
    unit: Unit | None,
    document: str | None,
    clause: str | None,
    *,
    silent: bool,
    withdraw: bool,
) -> dict[str, Any]:
    if document is None or clause is None:
        raise typer.BadParameter("须以 --document、--clause 写明出处")
    if withdraw:
        if silent or value is not None:
            raise typer.BadParameter("--withdraw 不与 --value、--silent 同写")
        return {"key": key, "withdraw": True, "document": document, "clause": clause}
    if silent == (value is not None):
        raise typer.BadParameter("--value 与 --silent 须写且只能写一个")
    stated: dict[str, Any] = {"silent": True} if value is None else {"value": _read_value(value)}
    if unit is not None:
        stated["unit"] = unit.value
    return {"key": key, **stated, "document": document, "clause": clause}


def _read_value(text: str) -> bool | int | str:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isascii() and text.isdecimal() else text


def _officer(api: Api, settings: Settings, user: str | None, regime: str) -> Api:
    if user is None and not api.practice:
        raise RefusedError(0, {"detail": "没有写明法制审核人员", "expected": "用 --user 写明登录名"})
    login = user or legal_officer_for(api, regime)
    return api.with_token(asyncio.run(issue_token(settings, login)))


def _open(api: Api, regime: str, on: date | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/regimes/{regime}", **_day(on))["open"]
    return found


def _open_item(api: Api, regime: str, key: str, on: date | None) -> dict[str, Any]:
    waiting = [one for one in _open(api, regime, on) if one["confirmable"]]
    found = next((one for one in waiting if one["key"] == key), None)
    if found is None:
        keys = "、".join(one["key"] for one in waiting) or "（没有）"
        raise RefusedError(0, {"detail": f"“{key}”没有待确认的值", "expected": keys})
    return found


def _post(officer: Api, regime: str, said: Mapping[str, Any], on: date | None) -> None:
    officer.post(f"/regimes/{regime}/confirmations", {**said, **_day(on)})


def _day(on: date | None) -> dict[str, str]:
    return {} if on is None else {"on": on.isoformat()}


def _still_open(api: Api, regime: str, on: date | None) -> Table | str:
    answer = api.get(f"/regimes/{regime}", **_day(on))
    if not answer["open"]:
        return f"{escape(answer['title'])}：没有待确认的项，可以立案。"
    ready = "可以立案" if answer["rule"] else "草案，不能立案"
    table = Table(title=f"{escape(answer['title'])}：待确认的项（{ready}）", title_justify="left")
    for heading in ("项", "内容", "现有的值", "立案所必需", "原因"):
        table.add_column(heading, overflow="fold")
    for one in answer["open"]:
        value = "" if one["value"] is None else f"{one['value']} {one['unit'] or ''}".strip()
        needed = ("是" if one["needed"] else "") + ("" if one["confirmable"] else "（无可确认）")
        table.add_row(*map(escape, (one["key"], one["title"], value, needed, one["why"])))
    return table
