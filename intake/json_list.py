"""A JSON list of records, read as a stream: keys are field codes or Chinese names, values are plain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

import ijson
from ijson.common import JSONError

from domain.penalty_fields import FieldSet
from intake.faults import refuse
from intake.headings import field_set_of, is_primary, spec_of
from intake.limits import Limits
from intake.records import RawFile, RawRecord
from intake.results import SourceFormat
from intake.values import Cell, is_empty

_EXPECTED: Final = "UTF-8 编码的 JSON 列表，每项是一条记录，字段值为字符串或者数字"
_BOM: Final = b"\xef\xbb\xbf"


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
    file.seek(0)
    if file.read(len(_BOM)) != _BOM:
        file.seek(0)
    number = 0
    try:
        for item in _items(file, limits):
            number += 1
            if number > limits.rows:
                raise refuse(f"超过{limits.rows}条", f"每份文件不超过{limits.rows}条，请分批导入")
            yield _record(number, item)
    except (JSONError, ValueError, RecursionError):
        raise refuse(f"第{number + 1}条附近不是合法的 JSON", _EXPECTED) from None


def _items(file: BinaryIO, limits: Limits) -> Iterator[dict[str, Cell]]:
    """Flat objects of a top-level list; anything deeper is refused as soon as it begins."""
    item: dict[str, Cell] | None = None
    key = ""
    began = ended = False
    for event, value in ijson.basic_parse(file):
        if not began:
            if event != "start_array":
                raise refuse("最外层不是列表", _EXPECTED)
            began = True
        elif event == "start_map" and item is None:
            item = {}
        elif event == "map_key" and item is not None:
            key = value
            if key in item:
                raise refuse("同一条记录中有重复的键", _EXPECTED)
            if len(item) >= limits.columns:
                raise refuse(f"有记录超过{limits.columns}个字段", _EXPECTED)
        elif event == "end_map" and item is not None:
            yield item
            item = None
        elif event == "end_array" and not ended:
            ended = True  # what follows must be white space: the parser sees to it
        elif item is not None and event in ("string", "number", "boolean", "null"):
            item[key] = value
        else:
            raise refuse("列表中有不是记录的内容，或者字段值不是字符串、数字", _EXPECTED)


def _record(number: int, item: dict[str, Cell]) -> RawRecord:
    field_set: FieldSet = field_set_of(list(item))
    cells: dict[str, Cell] = {}
    for key, value in item.items():
        spec = spec_of(key)
        if spec is None or is_empty(value):
            continue
        if spec.attribute not in cells or is_primary(key, spec):
            cells[spec.attribute] = value
    return RawRecord(number, cells, field_set)
