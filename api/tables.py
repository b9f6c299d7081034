"""Any list as a table: CSV or XLSX for those who ask for it, safe to open in a spreadsheet.

A cell of text that a spreadsheet would take for a formula gets an apostrophe before it; in XLSX every text is typed
as text besides (OWASP: CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.problems import NotAcceptable

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_CELL: Final = 32_767  # characters, a limit of the XLSX format
_CUT: Final = "……（超出单元格上限，已截断）"
_TEXT_FORMAT: Final = "@"


class TableKind(StrEnum):
    """Table formats that a list can be answered in."""

    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column of a table: the item's field and its Chinese heading."""

    field: str
    heading: str


def wanted_kind(request: Request) -> TableKind | None:
    """The format that `Accept` asks for (RFC 9110 section 12.5.1); None is JSON. Raises NotAcceptable."""
    accept = ",".join(request.headers.getlist("Accept")) or "*/*"
    offers: dict[str, TableKind | None] = {
        "application/json": None,
        **{str(kind): kind for kind in TableKind},
    }
    best: tuple[float, int, str] | None = None
    for entry in accept.split(","):
        name, _, parameters = entry.strip().lower().partition(";")
        quality = _quality(parameters)
        for rank, offer in enumerate(offers):
            fits = name.strip() in (offer, f"{offer.partition('/')[0]}/*", "*/*")
            if fits and quality > 0 and (best is None or (quality, -rank) > (best[0], -best[1])):
                best = (quality, rank, offer)
    if best is None:
        expected = "、".join(offers)
        raise NotAcceptable(detail="该列表不提供所要求的格式。", field="Accept", expected=expected)
    return offers[best[2]]


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def disarmed(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet could take it for a formula."""
    return (
        f"'{text}" if text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS) else text
    )


def _cell(value: Any) -> Any:
    """What stands in the cell: numbers and dates as such, instants in Shanghai time, all else as safe text."""
    if value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(_SHANGHAI).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        value = "、".join(str(part) for part in value)
    text = disarmed(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", str(value)))
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - len(_CUT)] + _CUT


def csv_table(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, without which Excel reads Chinese wrongly."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([disarmed(column.heading) for column in columns])
    for row in rows:
        values = (_cell(row[column.field]) for column in columns)
        writer.writerow("" if value is None else value for value in values)
    return out.getvalue().encode("utf-8-sig")


def xlsx_table(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """XLSX without a single formula; heading frozen."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("列表")
    sheet.freeze_panes = "A2"

    def written(value: Any) -> Any:
        value = _cell(value)
        if not isinstance(value, str):
            return value
        cell = WriteOnlyCell(sheet, value=value)
        cell.data_type = "s"  # openpyxl would guess a formula from a leading "="
        cell.number_format = _TEXT_FORMAT
        return cell

    sheet.append([written(column.heading) for column in columns])
    for row in rows:
        sheet.append([written(row[column.field]) for column in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def table_response(
    kind: TableKind,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    name: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The rows as a file to download, `name` without extension."""
    write, extension, media_type = (
        (csv_table, "csv", "text/csv; charset=utf-8")
        if kind is TableKind.CSV
        else (xlsx_table, "xlsx", str(TableKind.XLSX))
    )
    body = await run_in_threadpool(write, columns, rows)
    disposition = f"attachment; filename=\"list.{extension}\"; filename*=UTF-8''{quote(name)}.{extension}"
    return Response(
        body,
        media_type=media_type,
        headers={"Content-Disposition": disposition, "Vary": "Accept", **(headers or {})},
    )
