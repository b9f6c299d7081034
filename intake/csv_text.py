"""CSV and tab-separated text in UTF-8 (with or without BOM) or GB 18030, read as a stream."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterator
from typing import BinaryIO, Final

from intake.faults import refuse
from intake.headings import Columns, folded, spec_of
from intake.limits import Limits
from intake.records import RawFile, RawRecord
from intake.results import SourceFormat
from intake.streams import CHUNK, text_of
from intake.tables import headings_in, records_below

_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_NAMES: Final = {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}


def open_csv(file: BinaryIO, limits: Limits) -> RawFile:
    """Reads the file through once for its encoding and structure, then leaves its records as a stream.

    `file` is seekable; it stays the caller's to close.

    Raises:
        FileRefused: neither UTF-8 nor GB 18030 throughout, NUL characters, a line too long, broken quotes, too many
            rows, headings missing.
    """
    encoding = _encoding_of(file)
    _, proof = _table(file, encoding, limits)
    total = sum(1 for _ in proof)
    columns, records = _table(file, encoding, limits)
    return RawFile(
        format=SourceFormat.CSV,
        total=total,
        records=records,
        encoding=_NAMES[encoding],
        notices=list(columns.notices),
    )


def _table(file: BinaryIO, encoding: str, limits: Limits) -> tuple[Columns, Iterator[RawRecord]]:
    text = text_of(file, encoding)
    lines = _lines(text, limits)
    first = next(lines, "")
    rows = _rows(itertools.chain([first], lines), _delimiter_of(first), limits)
    columns = headings_in(rows)
    return columns, records_below(rows, columns, limits)


def _encoding_of(file: BinaryIO) -> str:
    """The first encoding that the whole file satisfies. GB 18030 text that is also valid UTF-8 is all ASCII."""
    for encoding in _ENCODINGS:
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            while chunk := file.read(CHUNK):
                if b"\0" in chunk:
                    raise refuse("含有 NUL 字符，不是文本文件", "UTF-8 或者 GB18030 编码的 CSV 文件")
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise refuse("既不是 UTF-8 编码，也不是 GB18030 编码", "另存为 UTF-8 或者 GB18030 编码的 CSV 文件")


def _lines(text: io.TextIOWrapper, limits: Limits) -> Iterator[str]:
    while line := text.readline(limits.line_characters + 1):
        if len(line) > limits.line_characters:
            raise refuse(f"有一行超过{limits.line_characters}个字符", "每行一条记录的 CSV 文件")
        yield line


def _delimiter_of(line: str) -> str:
    """Comma, tab or semicolon: the one that cuts the first line into most headings."""

    def headings(delimiter: str) -> tuple[int, int]:
        parts = line.split(delimiter)
        return sum(spec_of(folded(part.strip().strip('"'))) is not None for part in parts), len(parts)

    return max((",", "\t", ";"), key=headings)


def _rows(lines: Iterator[str], delimiter: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if len(cells) > limits.columns:
                raise refuse(f"第{number}行超过{limits.columns}列", f"不超过{limits.columns}列")
            yield number, cells
    except csv.Error:
        raise refuse(f"第{number + 1}行的引号或者分隔符不合 CSV 格式", "引号成对的 CSV 文件") from None
