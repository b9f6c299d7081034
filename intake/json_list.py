"""A JSON list of records, read as a stream: keys are field codes or Chinese names, values are plain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO, Final, NoReturn

from intake.faults import refuse
from intake.headings import field_set_of, is_primary, spec_of
from intake.limits import Limits
from intake.records import RawFile, RawRecord
from intake.results import SourceFormat
from intake.streams import CHUNK, text_of
from intake.values import Cell, is_empty

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_EXPECTED: Final = "UTF-8 编码的 JSON 列表，每项是一条记录，字段值为字符串或者数字"


def open_json(file: BinaryIO, limits: Limits) -> RawFile:
    """Opens the list; items are parsed as they are drawn. `file` is seekable and stays the caller's to close.

    Raises:
        FileRefused: not a JSON list of flat records throughout, or too long.
    """
    return RawFile(
        format=SourceFormat.JSON,
        total=sum(
            1 for _ in _records(file, limits)
        ),  # the whole is well formed before its first item is given out
        records=_records(file, limits),
        encoding="UTF-8",
    )


def _records(file: BinaryIO, limits: Limits) -> Iterator[RawRecord]:
    number = 0
    try:
        for item in _Items(file, limits):
            number += 1
            if number > limits.rows:
                raise refuse(f"超过{limits.rows}条", f"每份文件不超过{limits.rows}条，请分批导入")
            yield _record(number, item, limits)
    except (ValueError, RecursionError):  # among them JSON and Unicode errors, whose words repeat the input
        raise refuse(f"第{number + 1}条附近不是合法的 JSON", _EXPECTED) from None


class _Items:
    """The objects of a top-level list, one at a time; no more than one of them is held, and none beyond the cap."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._text = text_of(file, "utf-8-sig")
        self._limit = limits.line_characters
        self._buffer, self._at = "", 0
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_once_each, parse_float=Decimal, parse_constant=_no_constant
        )

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        if self._next() != "[":
            raise refuse("最外层不是列表", _EXPECTED)
        self._at += 1
        mark = self._next()
        while mark != "]":
            if mark != "{":
                raise refuse("列表中有不是记录的内容", _EXPECTED)
            yield self._object()
            mark = self._next()
            if mark not in (",", "]"):
                raise ValueError
            if mark == ",":
                self._at += 1
                mark = self._next()
        self._at += 1
        if self._next():
            raise refuse("列表之后还有内容", _EXPECTED)

    def _more(self) -> bool:
        data = self._text.read(CHUNK)
        self._buffer, self._at = self._buffer[self._at :] + data, 0
        return bool(data)

    def _next(self) -> str:
        """The next character that is not white space, left where it stands; empty at the end of the file."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _object(self) -> dict[str, Cell]:
        while True:
            try:
                item, self._at = self._decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError:
                # Cut off by the end of the buffer, or malformed: known when all that it may take is there.
                if len(self._buffer) - self._at > self._limit:
                    raise refuse(
                        f"有一处不是合法的 JSON，或者一条超过{self._limit}个字符", _EXPECTED
                    ) from None
                if not self._more():
                    raise
            else:
                return item  # type: ignore[no-any-return]


def _once_each(pairs: list[tuple[str, Cell]]) -> dict[str, Cell]:
    item = dict(pairs)
    if len(item) != len(pairs):
        raise refuse("同一条记录中有重复的键", _EXPECTED)
    return item


def _no_constant(_name: str) -> NoReturn:
    raise ValueError  # NaN and the infinities are no JSON


def _record(number: int, item: dict[str, Cell], limits: Limits) -> RawRecord:
    if len(item) > limits.columns:
        raise refuse(f"第{number}条超过{limits.columns}个字段", _EXPECTED)
    if any(isinstance(value, list | dict) for value in item.values()):
        raise refuse(f"第{number}条有不是字符串或者数字的字段值", _EXPECTED)
    field_set = field_set_of(list(item))
    cells: dict[str, Cell] = {}
    for key, value in item.items():
        spec = spec_of(key)
        if spec is None or is_empty(value):
            continue
        if spec.attribute not in cells or is_primary(key, spec):
            cells[spec.attribute] = value
    return RawRecord(number, cells, field_set)
