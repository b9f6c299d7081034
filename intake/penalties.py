"""Reads a file of administrative penalties: one result per row, whatever the file is (xlsx, CSV, JSON list).

The file as a whole is judged when it is opened (`FileRefused`), each row by itself when it is drawn; a bad row stops
no other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final, Self

from domain.penalty_record import FaultKind, fault
from intake.checks import Context, check_row
from intake.csv_text import open_csv
from intake.faults import refuse
from intake.json_list import open_json
from intake.limits import Limits
from intake.records import RawFile
from intake.results import ImportSummary, RowFault, RowOk, RowResult, SourceFormat
from intake.xlsx import open_xlsx

_HEAD: Final = 4096
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS: Final = {
    b"%PDF": "PDF",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"Rar!": "RAR 压缩文件",
    b"7z\xbc\xaf": "7z 压缩文件",
    b"\x1f\x8b": "gzip 压缩文件",
    b"<": "XML 或者网页",
}
_EXPECTED: Final = "xlsx、CSV（UTF-8 或者 GB18030）或者 JSON 列表"


class Reading(Iterator[RowResult]):
    """An opened file, to be drawn row by row. Counts as it goes; closes what it opened at the end of `with`."""

    def __init__(self, raw: RawFile, context: Context, owned: BinaryIO | None) -> None:
        self._raw = raw
        self._context = context
        self._owned = owned
        self._seen: dict[bytes, int] = {}
        self._rows = self._accepted = self._duplicates = 0

    @property
    def format(self) -> SourceFormat:
        """Kind of file, by its content."""
        return self._raw.format

    @property
    def encoding(self) -> str | None:
        """Encoding of a text file; None for a workbook."""
        return self._raw.encoding

    @property
    def notices(self) -> tuple[str, ...]:
        """What the officer should know of the file itself: columns not read, sheets not read (Chinese)."""
        return tuple(self._raw.notices)

    @property
    def total(self) -> int:
        """Rows that will be drawn in all, headings and blank ones not counted."""
        return self._raw.total

    @property
    def drawn(self) -> int:
        """Rows drawn up to now."""
        return self._rows

    def summary(self, file_name: str = "") -> ImportSummary:
        """Counts of what has been drawn up to now."""
        return ImportSummary(
            file_name=file_name,
            format=self.format,
            encoding=self.encoding,
            rows=self._rows,
            accepted=self._accepted,
            refused=self._rows - self._accepted,
            duplicates=self._duplicates,
            notices=self.notices,
        )

    def __next__(self) -> RowResult:
        try:
            raw = next(self._raw.records)
        except StopIteration:
            self.close()
            raise
        self._rows += 1
        result = check_row(raw.row, raw.cells, raw.field_set, self._context)
        if isinstance(result, RowOk):
            result = self._once(result)
        self._accepted += isinstance(result, RowOk)
        return result

    def _once(self, result: RowOk) -> RowResult:
        """The row, or a fault when an earlier acceptable row of this file is the same penalty."""
        key = blake2b(result.record.natural_key().encode(), digest_size=16).digest()
        first = self._seen.setdefault(key, result.row)
        if first == result.row:
            return result
        self._duplicates += 1
        reason = f"与第{first}行是同一处罚决定（文号、处罚机关、相对人相同）"
        return RowFault(
            result.row, (fault("document_number", FaultKind.DUPLICATE, reason, "每个处罚决定一行"),)
        )

    def close(self) -> None:
        """Closes the file if this reading opened it."""
        if self._owned is not None:
            self._owned.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_penalties(
    path_or_file: Path | BinaryIO,
    *,
    today: date,
    limits: Limits | None = None,
    authorities: Mapping[str, str] | None = None,
) -> Reading:
    """Opens a file of penalty records and gives its rows, each a `RowOk` or a `RowFault`.

    Args:
        path_or_file: a path, or a seekable binary file that stays the caller's to close. Its name decides nothing.
        today: the day of import (Asia/Shanghai); later decisions are refused.
        limits: caps on the file.
        authorities: credit code → name of the authorities that may report; None accepts any. Files of the old set,
            which carry no code, need it.

    Raises:
        FileRefused: the file as a whole cannot be read; no row has been given out.
    """
    limits = limits or Limits()
    context = Context(today=today, largest_amount=limits.largest_amount_wan, authorities=authorities)
    if not isinstance(path_or_file, Path):
        return Reading(_open(path_or_file, limits), context, owned=None)
    file = path_or_file.open("rb")
    try:
        return Reading(_open(file, limits), context, owned=file)
    except BaseException:
        file.close()
        raise


def _open(file: BinaryIO, limits: Limits) -> RawFile:
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise refuse("文件是空的", _EXPECTED)
    if size > limits.file_bytes:
        raise refuse(f"文件超过{limits.file_bytes}字节", f"不超过{limits.file_bytes}字节的文件，请分批导入")
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(_ZIP):
        return open_xlsx(file, size, limits)
    if head.startswith(_OLE):
        raise refuse("是旧版 Excel（.xls）或者加密的工作簿", "另存为未加密的 .xlsx")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, what in _OTHERS.items():
        if text.startswith(mark):
            raise refuse(f"文件内容是{what}", _EXPECTED)
    if text.startswith((b"[", b"{")):
        return open_json(file, limits)
    return open_csv(file, limits)
