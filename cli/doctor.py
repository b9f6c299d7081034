"""`chengxu doctor`: is this office sound?"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console

from cli.running import find_running
from doctor.examination import examine
from settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="每项一行 JSON")] = False,
    only_open: Annotated[bool, typer.Option("--open", help="只查未办结案件")] = False,
) -> None:
    """体检：设置、密钥、时钟、日历、链条、编号、案卷与工作流是否一致。发现故障时退出码为 1。"""
    settings = Settings.load()
    running = find_running(settings)
    if running is not None and settings.temporal_address is None:
        settings = Settings.load(temporal_address=running.temporal)
    findings = asyncio.run(examine(settings, only_open=only_open))
    console = Console(highlight=False)
    for finding in findings:
        if as_json:
            print(json.dumps(finding.as_json(), ensure_ascii=False))
            continue
        mark = "✗" if finding.fault else "·"
        where = f"案件 {finding.case}：" if finding.case else ""
        console.print(f"{mark} {where}{finding.text}。办法：{finding.fix}", markup=False, soft_wrap=True)
    faults = sum(finding.fault for finding in findings)
    if not as_json:
        console.print(f"故障 {faults} 项。" if faults else "未发现故障。", markup=False)
    raise typer.Exit(1 if faults else 0)
