"""Reading one YAML file of the law, with the line of every key, and faults that name file, key, line and reason."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

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
    "value_error": "{error}",
    "tuple_type": "应为列表",
    "finite_number": "应为有限的数额",
    "int_from_float": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字过大",
}
#: Far above any file of the law: what is larger is no such file, and is not parsed.
LARGEST: Final = 2**20  # bytes
_DAY: Final = "tag:yaml.org,2002:timestamp"


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
    unreadable: set[Path_] = field(default_factory=set)  # told already: a model's finding there adds nothing

    def fault(self, path: Path_, reason: str) -> None:
        """Note a fault at `path`, with the line of the nearest key that stands in the file."""
        if path in self.unreadable:
            return
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
    """Parse one file. Whatever cannot be read is a fault of it, with its line: never an exception."""
    file = File(path.relative_to(root).as_posix())
    text = _text_of(path, file)
    if text is None:
        return file
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        file.faults.append(
            Fault(file=file.name, key="", line=line, reason=f"不是合法的 YAML：{_yaml_words(error)}")
        )
        return file
    except (YAMLError, ValueError) as error:  # e.g. control characters
        file.faults.append(Fault(file=file.name, key="", reason=f"不是合法的 YAML：{error}"))
        return file
    except RecursionError:
        file.fault((), "嵌套过深")
        return file
    if not isinstance(node, MappingNode):
        file.fault((), "应为键值表")
        return file
    file.data = _Plain(yaml, file).of(node, ())
    return file


def strays(folder: Path, root: Path) -> list[Fault]:
    """Files that nobody would read, whatever whoever put them there believes."""
    return [
        Fault(file=path.relative_to(root).as_posix(), key="", reason="不会被读取：文件名应以 .yaml 结尾")
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix != ".yaml" and not path.name.startswith(".")
    ]


def _text_of(path: Path, file: File) -> str | None:
    try:
        if path.stat().st_size > LARGEST:
            file.fault((), f"文件过大（超过 {LARGEST} 字节）")
            return None
        data = path.read_bytes()
    except FileNotFoundError:
        file.fault((), "读不出来：文件不存在")
        return None
    except OSError as error:
        file.fault((), f"读不出来：{error.strerror}")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = "不是 UTF-8 编码，应另存为 UTF-8"
        file.faults.append(Fault(file=file.name, key="", line=line, reason=reason))
        return None


def _yaml_words(error: MarkedYAMLError) -> str:
    """What the parser says; of a tab, the commonest slip, in words."""
    if "'\\t'" in str(error.problem):
        return "行首或者记号前有制表符，缩进只能用空格"
    return str(error.problem or error.context)


class _Plain:
    """Nodes into plain data. A value that cannot be read is told, and stands as its text.

    An alias is a fault: every value stands written out where it holds, and aliases of aliases multiply without end.
    """

    def __init__(self, yaml: YAML, file: File) -> None:
        self._yaml, self._file = yaml, file
        self._seen: set[int] = set()  # of nodes: an alias is its anchor's node once more

    def of(self, node: Node, path: Path_) -> Any:
        file = self._file
        file.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._unreadable(path, "不得使用 YAML 的锚点和别名，每个值应写全")
            return None
        self._seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.of(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path_) -> dict[Any, Any]:
        file, data = self._file, {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                file.fault(path, "键应为文字或者日期")
                continue
            place = (*path, key_node.value)
            file.lines[place] = key_node.start_mark.line + 1
            key = self._scalar(key_node, place)
            if not isinstance(key, Hashable) or key is None:
                file.fault(place, "键应为文字或者日期")
                continue
            file.lines[(*path, key)] = key_node.start_mark.line + 1
            if key in data:
                file.fault((*path, key), "键重复")
                continue
            data[key] = self.of(value_node, (*path, key))
        return data

    def _scalar(self, node: Node, path: Path_) -> Any:
        try:
            return self._yaml.constructor.construct_object(node, deep=True)
        except (YAMLError, ValueError, TypeError, OverflowError):
            day = node.tag == _DAY
            self._unreadable(path, "日历上没有这一天" if day else f"不是合法的值（{node.tag}）")
            return node.value

    def _unreadable(self, path: Path_, reason: str) -> None:
        self._file.fault(path, reason)
        self._file.unreadable.add(path)
