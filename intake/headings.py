"""Headings of a table, by code or by Chinese name and in any order, into attributes of the penalty record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.penalty_fields import FIELDS, OLD_MARKS, FieldSet, FieldSpec, Need
from intake.faults import refuse
from intake.values import Cell

_CODE = re.compile(r"CF_[A-Z0-9_]+[A-Z0-9]|GSJZQ|DFBM|SJC|BZ")
_MARKS = re.compile(r"[\s*※]+|[(\[](?:必填|选填|必填项|条件必填)[)\]]")


def folded(heading: str) -> str:
    """The heading without the differences that mean nothing: width, case, spaces, marks of required columns."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", heading)).upper().lstrip("\ufeff")


_NAMES: Final = {folded(name): spec for spec in FIELDS for name in (spec.code, spec.heading, *spec.aliases)}
#: Folded headings that only the old set has: its codes and their Chinese names.
_OLD_NAMES: Final = frozenset(folded(name) for name in (*OLD_MARKS, "处罚名称", "处罚类别1", "处罚结果"))
_KIND_COLUMN: Final = next(spec for spec in FIELDS if spec.attribute == "subject_kind")
#: A row is taken for the row of headings when at least this many of its cells are headings.
ENOUGH: Final = 3


def spec_of(heading: Cell) -> FieldSpec | None:
    """The field that a heading names, or None."""
    if not isinstance(heading, str):
        return None
    name = folded(heading)
    if (spec := _NAMES.get(name)) is not None:
        return spec
    codes = _CODE.findall(name)  # 行政相对人名称(CF_XDR_MC)
    return _NAMES.get(codes[0]) if len(codes) == 1 else None


def is_primary(heading: Cell, spec: FieldSpec) -> bool:
    """Whether the heading is the field's own, not that of an older or kindred field read into it."""
    return isinstance(heading, str) and folded(heading) in (folded(spec.code), folded(spec.heading))


def field_set_of(headings: Sequence[Cell]) -> FieldSet:
    """The old set has its own columns and none for the kind of party."""
    names = {folded(heading) for heading in headings if isinstance(heading, str)}
    if names & _OLD_NAMES and _KIND_COLUMN not in [spec_of(heading) for heading in headings]:
        return FieldSet.OLD
    return FieldSet.CURRENT


@dataclass(frozen=True, slots=True)
class Columns:
    """Which attribute stands in which column (index from 0)."""

    attributes: tuple[tuple[int, str], ...]
    field_set: FieldSet
    notices: tuple[str, ...]


def looks_like_headings(cells: Sequence[Cell]) -> bool:
    """Whether a row is the row of headings, or a second one (codes below names)."""
    return sum(spec_of(cell) is not None for cell in cells) >= ENOUGH


def columns_of(headings: Sequence[Cell]) -> Columns:
    """The columns of a heading row.

    Raises:
        FileRefused: a required column is missing (all are named), or one stands twice.
    """
    field_set = field_set_of(headings)
    chosen: dict[str, int] = {}
    notices: list[str] = []
    for index, heading in enumerate(headings):
        spec = spec_of(heading)
        if spec is None:
            if isinstance(heading, str) and heading.strip():
                notices.append(f"第{column_name(index)}列的标题不是本数据标准的字段，该列未读取")
            continue
        before = chosen.get(spec.attribute)
        if before is None:
            chosen[spec.attribute] = index
        elif is_primary(heading, spec) and is_primary(headings[before], spec):
            raise refuse(f"字段“{spec.heading}”（{spec.code}）出现两列", "每个字段一列")
        else:
            kept, dropped = (index, before) if is_primary(heading, spec) else (before, index)
            chosen[spec.attribute] = kept
            notices.append(f"第{column_name(dropped)}列与第{column_name(kept)}列是同一字段，读取了后者")
    missing = [spec for spec in FIELDS if _column_needed(spec, field_set) and spec.attribute not in chosen]
    if missing:
        names = "、".join(f"{spec.heading}（{spec.code}）" for spec in missing)
        raise refuse(f"缺少必需的列：{names}", "含全部必填字段的标题行，用字段代码或者中文名称均可")
    return Columns(tuple((index, name) for name, index in chosen.items()), field_set, tuple(notices))


def _column_needed(spec: FieldSpec, field_set: FieldSet) -> bool:
    return spec.need is Need.ALWAYS or (spec.need is Need.CURRENT and field_set is FieldSet.CURRENT)


def column_name(index: int) -> str:
    """0 → A, 26 → AA, as spreadsheets name columns."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
