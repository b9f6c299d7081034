"""Reading one YAML file of the law, with the line of every key, and faults that name file, key, line and reason."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

Path_ = tuple[Any, ...]
M = TypeVar("M", bound=BaseModel)

REASONS = {  # pydantic's error types, in the words of whoever keeps the files
    "missing": "缺少必填项",
    "extra_forbidden": "不认识的键",
    "int_type": "应为整数",
    "bool_type": "应为 true 或者 false",
    "bool_parsing": "应为 true 或者 false",
    "literal_error": "应为 {expected}",
    "invalid_key": "键应为文字",
    "string_too_short": "不得为空",
    "string_type": "应为文字",
    "list_type": "应为列表",
    "dict_type": "应为键值表",
    "model_type": "应为键值表",
    "date_type": "应为日期（YYYY-MM-DD）",
    "date_parsing": "应为日期（YYYY-MM-DD）",
    "date_from_datetime_parsing": "应为日期（YYYY-MM-DD）",
    "date_from_datetime_inexact": "应为日期（YYYY-MM-DD），不带时刻",
    "decimal_type": "应为数额",
    "decimal_parsing": "应为数额",
    "too_short": "至少要有 {min_length} 项",
    "enum": "不在允许的取值之内（{expected}）",
    "greater_than_equal": "不得小于 {ge}",
    "string_pattern_mismatch": "格式不符（{pattern}）",
}


class Fault(BaseModel):
    """One fault of a law file (数据文件的差错)."""

    model_config = ConfigDict(frozen=True)

    file: str  # relative to the folder of the law
    key: str  # path of keys, joined by dots; empty: the file as a whole
    line: int | None = None
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}  {self.key or '（整个文件）'}：{self.reason}"


class LawFaults(Exception):  # noqa: N818 -- named for what it carries
    """The files of the law cannot be loaded; `faults` holds every fault, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("法律数据文件有差错：\n" + "\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass
class File:
    """A parsed file: plain data, and where each key stands."""

    name: str
    data: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: Path_, reason: str) -> None:
        """Note a fault at `path`, with the line of the nearest key that stands in the file."""
        line = None
        for length in range(len(path), -1, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                break
        self.faults.append(
            Fault(file=self.name, key=".".join(str(part) for part in path), line=line, reason=reason)
        )

    def as_model(self, model: type[M], data: Any, context: dict[str, Any], at: Path_ = ()) -> M | None:
        """`data` as a model; its errors become faults and give None."""
        try:
            return model.model_validate(data, context=context)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self.fault(at + self._place(at, details["loc"]), _reason(details))
            return None

    def _place(self, at: Path_, loc: tuple[int | str, ...]) -> Path_:
        """Pydantic's location with its own additions dropped and date keys as they stand in the file."""
        path: list[Any] = []
        for part in loc:
            if part == "[key]":
                continue
            key = next((k for k in self._keys(at + tuple(path)) if part in (k, repr(k))), part)
            path.append(key)
        return tuple(path)

    def _keys(self, path: Path_) -> list[Any]:
        node = self.data
        for part in path:
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                return []
        return list(node) if isinstance(node, dict) else []


def _reason(details: ErrorDetails) -> str:
    if details["type"] == "law":
        return details["msg"]
    template = REASONS.get(details["type"])
    return template.format(**details.get("ctx", {})) if template else f"不符合要求（{details['msg']}）"


def read(path: Path, root: Path) -> File:
    """Parse one file; a duplicated key and broken YAML are faults of it."""
    file = File(path.relative_to(root).as_posix())
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        file.faults.append(
            Fault(file=file.name, key="", line=line, reason=f"不是合法的 YAML：{error.problem}")
        )
        return file
    except (OSError, UnicodeDecodeError, ValueError) as error:
        file.faults.append(Fault(file=file.name, key="", reason=f"读不出来：{error}"))
        return file
    if not isinstance(node, MappingNode):
        file.fault((), "应为键值表")
        return file
    file.data = _plain(yaml, node, (), file)
    return file


def _plain(yaml: YAML, node: Node, path: Path_, file: File) -> Any:
    file.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        data: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = yaml.constructor.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                file.fault(path, "键应为文字或者日期")
                continue
            file.lines[(*path, key)] = key_node.start_mark.line + 1
            if key in data:
                file.fault((*path, key), "键重复")
                continue
            data[key] = _plain(yaml, value_node, (*path, key), file)
        return data
    if isinstance(node, SequenceNode):
        return [_plain(yaml, item, (*path, index), file) for index, item in enumerate(node.value)]
    return yaml.constructor.construct_object(node, deep=True)
