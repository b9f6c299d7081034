"""`chengxu import`: hand a file of penalties in to the running office, and watch it being taken over (导入)."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from activities.importing import speaks_for_all
from cli.client import Api, NotRunningError, RefusedError
from cli.people import issue_token
from cli.running import find_running
from domain.people import Role
from domain.refusals import Refusal
from law.loader import load_lawbook
from settings import Settings
from storage.keys import KeyFileError

app = typer.Typer(add_completion=False)

_LOOK_EVERY: Final = 0.3  # seconds
_STANDS_STILL: Final = 20.0  # seconds without a lead decided: the relay has the rest
_PATIENCE: Final = 120.0  # seconds for the report
_SHOWN: Final = 10  # faults, and leads without a case, that are printed


@app.command(name="import")
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="文件", exists=True, dir_okay=False, help="xlsx、CSV 或者 JSON 列表")
    ],
    user: Annotated[
        str | None, typer.Option(help="导入人的登录名；演练机关不写的，为信用工作牵头单位的承办人")
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="文件.xlsx", help="导入报告写到这个文件")] = None,
) -> None:
    """导入行政处罚信息：逐行核对、接收记录，符合线索条件的立案（线索）。"""
    console = Console(highlight=False)
    settings = Settings.load()
    running = find_running(settings)
    if running is None:
        console.print(f"没有正在运行的诚序（数据目录 {settings.home}）：请先 ./chengxu run。", markup=False)
        raise typer.Exit(1)
    try:
        with Api(running.api) as api:
            token = asyncio.run(issue_token(settings, user or _default_user(api)))
            officer = api.with_token(token)
            received = officer.post("/imports", file=file)
            if received["repeated_file"]:
                console.print(
                    f"这份文件已于 {received['received_at']} 导入，以下是该批次的情况。", markup=False
                )
            done = _watch(officer, received, console)
            _tell(officer, done, console)
            if report is not None:
                _write(report, _download(running.api, token, done["id"]))
                console.print(f"导入报告：{report}", markup=False)
    except (RefusedError, NotRunningError, Refusal, KeyFileError, httpx.HTTPError) as refused:
        said = refused.detail if isinstance(refused, Refusal) else str(refused)
        console.print(f"未予导入：{said}", style="red", markup=False)
        raise typer.Exit(1) from None


def _default_user(api: Api) -> str:
    """In a practice office the officer of the credit office. Raises RefusedError where nobody can be taken for it."""
    users = api.get("/practice/users")["items"] if api.practice else []
    book = load_lawbook()
    for user in users:
        if Role.OFFICER in user["roles"] and speaks_for_all(book, user["authority"]):
            return str(user["user"])
    raise RefusedError(0, {"detail": "没有写明导入人", "field": "--user", "expected": "承办人的登录名"})


def _watch(api: Api, view: Mapping[str, Any], console: Console) -> Mapping[str, Any]:
    """Shows how far it gets, until all is done or what is left is the relay's."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        rows = progress.add_task("核对各行", total=view["rows"])
        leads = progress.add_task("线索立案", total=None)
        moved = time.monotonic()
        while True:
            settled = view["opened"] + view["not_opened_count"]
            progress.update(rows, completed=view["taken"])
            progress.update(leads, completed=settled, total=settled + view["opening"])
            if view["state"] == "done" or time.monotonic() - moved > _STANDS_STILL:
                return view
            time.sleep(_LOOK_EVERY)
            before, view = view, api.get(f"/imports/{view['id']}")
            if any(view[count] != before[count] for count in ("taken", "opened", "not_opened_count")):
                moved = time.monotonic()


def _tell(api: Api, view: Mapping[str, Any], console: Console) -> None:
    """The totals, and the first of what an officer has to look at."""
    console.print(f"导入批次 {view['id']}", markup=False)
    totals = Table(show_header=False)
    for heading, count in (
        ("数据行数", view["rows"]),
        ("新增记录", view["kept"]),
        ("已有记录", view["repeated"]),
        ("未接收", view["refused"]),
        ("立案（线索）", view["opened"]),
        ("线索未立案", view["not_opened_count"]),
    ):
        totals.add_row(heading, str(count))
    if view["opening"]:
        totals.add_row("已收件、待立案", str(view["opening"]))
    console.print(totals)
    for notice in view["notices"]:
        console.print(f"提示：{notice}", markup=False)
    if view["refused"]:
        console.print("文件已接收；有的行不符合要求，未予接收。首先是：")
        faults = api.get(f"/imports/{view['id']}/faults", limit=str(_SHOWN))["items"]
        console.print(
            _table(("行号", "字段", "原因", "应为"), ("row", "heading", "reason", "expected"), faults)
        )
    if view["not_opened"]:
        console.print("下列线索没有立案，记录已保留：")
        unopened = view["not_opened"][:_SHOWN]
        console.print(_table(("行号", "名单制度", "原因"), ("row", "regime", "detail"), unopened))
    if view["state"] != "done":
        console.print("其余仍在办理，办理情况不受本命令影响；再次导入同一文件可以查看。")


def _table(headings: tuple[str, ...], fields: tuple[str, ...], items: list[Mapping[str, Any]]) -> Table:
    table = Table(*(Column(heading, overflow="fold") for heading in headings))
    for item in items:
        table.add_row(*(str(item[field]) for field in fields))
    return table


def _download(base: str, token: str, import_id: str) -> bytes:
    answer = httpx.get(
        f"{base}/api/v1/imports/{import_id}/report.xlsx",
        headers={"Authorization": f"Bearer {token}"},
        timeout=_PATIENCE,
        trust_env=False,
    )
    answer.raise_for_status()
    return answer.content


def _write(target: Path, content: bytes) -> None:
    """For its owner alone, as everything that comes out of the record."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
