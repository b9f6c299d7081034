"""Marked personal values go through every refusal; none comes out in a fault, notice, report or refusal."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from intake_files import csv_bytes, xlsx_bytes

from domain.penalty_fields import FIELDS
from intake.faults import FileRefused
from intake.penalties import Reading
from intake.report import report_rows, write_report_xlsx
from intake.results import RowFault, RowOk

MARK = "泄漏标记"
CODES = [spec.code for spec in FIELDS]


def spoken(reading: Reading) -> str:
    """Everything that reading a file says to anybody."""
    results = list(reading)
    faults = [r for r in results if isinstance(r, RowFault)]
    target = io.BytesIO()
    write_report_xlsx(faults, reading.summary(), target)
    cells = [
        str(value)
        for sheet in openpyxl.load_workbook(target)
        for row in sheet.iter_rows(values_only=True)
        for value in row
    ]
    warnings = [w for r in results if isinstance(r, RowOk) for w in r.warnings]
    rows = [row.model_dump_json() for row in report_rows(faults)]
    return "\n".join(
        [*cells, *warnings, *rows, *reading.notices, reading.summary().model_dump_json(), repr(faults)]
    )


@pytest.mark.parametrize(
    "bad",
    [
        f"{MARK}320106199001011230",
        f"={MARK}",
        f"{MARK}\n{MARK}",
        f"{MARK}\u200b",
        MARK * 600,
        f"{MARK}元",
    ],
)
@pytest.mark.parametrize("base", ["good", "person"])
def test_no_value_of_a_refused_row_is_repeated(
    read: Callable[..., Reading], request: pytest.FixtureRequest, bad: str, base: str
) -> None:
    sound = request.getfixturevalue(base)
    rows = [sound | {code: bad} for code in CODES] + [dict.fromkeys(CODES, bad)]
    wide = [dict.fromkeys(CODES, "") | row for row in rows]
    said = [
        spoken(read(csv_bytes(wide))),
        spoken(read(xlsx_bytes([CODES, *([row[c][:32_000] for c in CODES] for row in wide)]))),
        spoken(read(json.dumps(wide).encode())),
    ]
    for text in said:
        assert "CF_XDR_LB" in text  # something was refused
        assert MARK not in text
        assert sound["CF_XDR_MC"] not in text


def test_a_file_refused_whole_repeats_neither_headings_nor_cells(
    read: Callable[..., Reading], good: dict[str, Any]
) -> None:
    del good["CF_WSH"]
    files = [
        csv_bytes([good | {MARK: MARK}]),
        csv_bytes([{MARK: MARK}]),
        csv_bytes([good | {MARK: MARK}]) + b'"' + MARK.encode(),
        json.dumps([{MARK: {MARK: MARK}}]).encode(),
        f'[{{"{MARK}": "{MARK}'.encode(),
        xlsx_bytes([[MARK]]),
    ]
    for data in files:
        with pytest.raises(FileRefused) as refused:
            list(read(data))
        assert MARK not in json.dumps(refused.value.as_problem(), ensure_ascii=False)
        assert refused.value.__cause__ is None
