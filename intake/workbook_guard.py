"""Proves that an xlsx is harmless before a spreadsheet library sees it.

A workbook is a zip of XML. Sizes in a zip are only claims, so each part is inflated here, as a stream and under the
cap, and parsed by expat: document types (and so entities) are refused, and what the sheets would take once read is
added up. The spreadsheet library holds a sheet as a full grid, with every shared string copied into its cells.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.parsers import expat

from intake.faults import refuse
from intake.limits import Limits
from intake.streams import CHUNK

_LOCAL_HEADER: Final = struct.Struct("<4s5H3I2H")
_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_ENCRYPTED: Final = 0x1
#: Parts that hold no XML: pictures, printer settings, macros. They are measured and never opened.
_BINARY: Final = (".bin", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff")
_WORKBOOK: Final = "xl/workbook.xml"
_FOREIGN: Final = ("xl/workbook.bin", "content.xml", "mimetype")  # xlsb, ods
_EXPECTED: Final = "Excel 工作簿（.xlsx）"
#: A cell of Excel holds no more characters than this.
_CELL_CHARACTERS: Final = 32_767
#: Rows that a template may put above the records.
_ABOVE: Final = 10
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class _Cost:
    """What the workbook would take once read."""

    strings: list[int] = field(default_factory=list)  # sizes of the shared strings, in bytes
    references: dict[int, int] = field(default_factory=dict)  # how often each is used
    text: int = 0
    elements: int = 0


def prove_harmless(file: BinaryIO, size: int, limits: Limits) -> tuple[str, ...]:
    """Checks the whole container; gives notices for the officer.

    Raises:
        FileRefused: damaged, encrypted, too large once inflated, with document types, or not a workbook.
    """
    try:
        return _prove(file, size, limits)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, UnicodeError, ValueError):
        raise refuse("压缩结构已损坏", f"能正常打开的{_EXPECTED}") from None
    except expat.ExpatError:
        raise refuse("工作簿内部的 XML 不合格式", f"能正常打开的{_EXPECTED}") from None


def _prove(file: BinaryIO, size: int, limits: Limits) -> tuple[str, ...]:
    file.seek(max(0, size - _END_SIZE))
    end = file.read(_END_SIZE)
    # One directory, at the very end: nothing for two readers to see differently.
    if not end.startswith(_END_OF_DIRECTORY) or end[-2:] != b"\0\0":
        raise refuse("压缩文件的尾部有多余内容或者不完整", _EXPECTED)
    if int.from_bytes(end[10:12], "little") > limits.entries:
        raise refuse(f"压缩文件内超过{limits.entries}个部件", _EXPECTED)
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise refuse("压缩文件内有同名部件", _EXPECTED)
    if _WORKBOOK not in names or any(name in names for name in _FOREIGN):
        raise refuse("是压缩文件，但不是 Excel 工作簿", _EXPECTED)
    if sum(part.file_size for part in parts) > limits.inflated_bytes:
        raise refuse(f"解压后超过{limits.inflated_bytes}字节", "较小的文件，或者改用 CSV")
    _refuse_overlaps(parts, int.from_bytes(end[16:20], "little"))
    cost = _Cost()
    # Shared strings first: the sheets refer to them by number.
    for part in sorted(parts, key=lambda part: "sharedstrings" not in part.filename.lower()):
        _prove_part(file, part, cost, limits)
    _refuse_expansion(cost, limits)
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return ("文件含有宏，未执行，也未读取",) if macros else ()


def _refuse_overlaps(parts: list[zipfile.ZipInfo], directory: int) -> None:
    """Parts that share their bytes are how a small file inflates without end; a gap before the first is a disguise."""
    reached = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < reached or (reached == 0 and part.header_offset != 0):
            raise refuse("压缩文件的部件互相重叠或者之前有多余内容", _EXPECTED)
        reached = part.header_offset + _LOCAL_HEADER.size + part.compress_size
    if reached > directory:
        raise refuse("压缩文件的部件互相重叠", _EXPECTED)


def _inflated(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's true bytes; refused as soon as they belie the size that it claims, which is under the cap."""
    total = crc = 0
    for data in _unpacked(file, part):
        total += len(data)
        crc = zlib.crc32(data, crc)
        if total > part.file_size:
            raise zipfile.BadZipFile
        yield data
    if total != part.file_size or crc != part.CRC:
        raise zipfile.BadZipFile


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part as it inflates, in chunks, until its packed bytes end."""
    if part.flag_bits & _ENCRYPTED or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refuse("压缩文件已加密，或者用了不支持的压缩方法", f"未加密的{_EXPECTED}")
    file.seek(part.header_offset)
    signature, *_, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if signature != b"PK\x03\x04":
        raise zipfile.BadZipFile
    file.seek(name_length + extra_length, 1)
    engine = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == zipfile.ZIP_DEFLATED else None
    left = part.compress_size
    while left:
        packed = file.read(min(CHUNK, left))
        if not packed:
            raise zipfile.BadZipFile
        left -= len(packed)
        if engine is None:
            yield packed
            continue
        data = b""
        while packed or len(data) == CHUNK:  # a full chunk may hold more back
            data = engine.decompress(packed, CHUNK)
            packed = engine.unconsumed_tail
            yield data
    if engine is not None and (engine.unused_data or not engine.eof):
        raise zipfile.BadZipFile


def _prove_part(file: BinaryIO, part: zipfile.ZipInfo, cost: _Cost, limits: Limits) -> None:
    scan = None if part.filename.lower().endswith(_BINARY) or part.is_dir() else _Scan(cost, limits)
    for data in _inflated(file, part):
        if scan is not None:
            scan.parser.Parse(data, False)
    if scan is not None:
        scan.parser.Parse(b"", True)


class _Scan:
    """Follows one XML part: document types refused, positions and texts of cells counted."""

    def __init__(self, cost: _Cost, limits: Limits) -> None:
        self.cost, self.limits = cost, limits
        self.row = self.column = self.text = 0
        self.bottom = self.right = 0
        self.shared = False
        self.index = ""
        parser = self.parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
            raise refuse("工作簿内部不是 UTF-8 编码", _EXPECTED)

    def _doctype(self, *_: object) -> None:
        raise refuse("工作簿内部的 XML 带有文档类型声明", "不含文档类型和外部实体的工作簿")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.cost.elements += 1
        if self.cost.elements > self.limits.elements:
            raise refuse("工作簿内部的 XML 元素过多", "分批导入，或者改用 CSV")
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "t", "f"):
            self.index, self.text = "", 0
            self.parser.CharacterDataHandler = (
                self._index if name == "v" and self.shared else self._characters
            )
        elif name == "row":
            # A row or cell without a position follows the one before.
            self.row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self.row + 1
            self.column = 0
        elif name == "si":
            self.cost.strings.append(0)
        elif name == "Relationship":
            self._relationship(attributes)
        elif "count" in attributes or "uniqueCount" in attributes:
            self._claim(attributes)

    def _claim(self, attributes: dict[str, str]) -> None:
        """The spreadsheet library reserves what a table says that it will hold, and takes the process down if it can't."""
        for claim in (attributes.get("count"), attributes.get("uniqueCount")):
            if claim is not None and not (claim.isdecimal() and int(claim) <= self.limits.cells):
                raise refuse("工作簿内部声明的数量不合理", _EXPECTED)

    def _cell(self, attributes: dict[str, str]) -> None:
        self.shared = attributes.get("t") == "s"
        position = attributes.get("r")
        if position is not None:
            reference = _REFERENCE.fullmatch(position)
            if reference is None:
                raise refuse("有单元格的位置不合规定", _EXPECTED)
            self.column = 0
            for letter in reference[1].upper():
                self.column = self.column * 26 + ord(letter) - ord("A") + 1
            self.row = int(reference[2])
        else:
            self.column += 1
        self.bottom, self.right = max(self.bottom, self.row), max(self.right, self.column)
        if self.bottom > self.limits.rows + _ABOVE or self.right > self.limits.columns:
            raise refuse(
                f"表格超过{self.limits.rows}行或者{self.limits.columns}列",
                "删除表格外的空白行列，或者分批导入",
            )
        if self.bottom * self.right > self.limits.cells:
            raise refuse(f"表格超过{self.limits.cells}个单元格", "分批导入，或者改用 CSV")

    def _relationship(self, attributes: dict[str, str]) -> None:
        """A sheet hidden under the name of a binary part would escape the scan."""
        kind, target = attributes.get("Type", ""), attributes.get("Target", "").lower()
        read = kind.endswith(("/worksheet", "/sharedStrings", "/styles", "/officeDocument"))
        if read and (target.endswith(_BINARY) or attributes.get("TargetMode") == "External"):
            raise refuse("工作簿的部件引用不合规定", _EXPECTED)

    def _index(self, data: str) -> None:
        self.index += data[:20]

    def _characters(self, data: str) -> None:
        self.text += len(data.encode())

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name not in ("v", "t", "f"):
            return
        self.parser.CharacterDataHandler = None
        if self.index.strip().isdecimal():
            index = int(self.index)
            self.cost.references[index] = self.cost.references.get(index, 0) + 1
        self.index = ""
        if self.text > _CELL_CHARACTERS * 4:
            raise refuse(f"有单元格超过{_CELL_CHARACTERS}个字符", "Excel 允许的单元格长度")
        if name == "t" and self.cost.strings and self.row == 0:
            self.cost.strings[-1] += self.text
        self.cost.text += self.text
        self.text = 0


def _refuse_expansion(cost: _Cost, limits: Limits) -> None:
    expanded = cost.text + sum(
        cost.strings[index] * count for index, count in cost.references.items() if index < len(cost.strings)
    )
    if expanded > limits.text_bytes:
        raise refuse(f"文字展开后超过{limits.text_bytes}字节", "分批导入，或者改用 CSV")
