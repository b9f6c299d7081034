"""Hostile and broken files are refused whole, quickly and in little memory; nobody's stack trace leaves."""

from __future__ import annotations

import io
import json
import random
import re
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from intake_files import csv_bytes, xlsx_bytes

from intake.faults import FileRefused
from intake.limits import Limits
from intake.penalties import Reading
from intake.results import RowFault, RowOk

Read = Callable[..., Reading]
Row = dict[str, Any]
_MIB = 1024 * 1024
_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@contextmanager
def cheaply() -> Iterator[None]:
    """The bounds of every refusal: 64 MiB more, 2 seconds (given double on a busy machine)."""
    tracemalloc.start()
    started = time.perf_counter()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 64 * _MIB
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - started < 4


def refused(read: Read, data: bytes, **options: Any) -> FileRefused:
    with cheaply(), pytest.raises(FileRefused) as caught:
        list(read(data, **options))
    return caught.value


def table(good: Row) -> bytes:
    return xlsx_bytes([list(good), list(good.values())])


def rebuilt(
    data: bytes, replace: dict[str, bytes] | None = None, add: dict[str, bytes] | None = None
) -> bytes:
    """The workbook with parts replaced or added."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, (replace or {}).get(name, source.read(name)))
        for name, content in (add or {}).items():
            archive.writestr(name, content)
    return target.getvalue()


def with_shared_strings(good: Row, strings: str, cells: str) -> bytes:
    """A workbook as Excel writes it, its texts in a table that the cells refer to by number."""
    book = zipfile.ZipFile(io.BytesIO(table(good)))
    rels, types = book.read("xl/_rels/workbook.xml.rels"), book.read("[Content_Types].xml")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = f'<Relationship Id="rIdS" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'.encode()
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{content}"/></Types>'.encode()
    return rebuilt(
        table(good),
        sheet(cells)
        | {
            "xl/_rels/workbook.xml.rels": rels.replace(b"</Relationships>", link),
            "[Content_Types].xml": types.replace(b"</Types>", override),
        },
        {"xl/sharedStrings.xml": f"<sst {_NS}>{strings}</sst>".encode()},
    )


SHEET = "xl/worksheets/sheet1.xml"


def sheet(body: str) -> dict[str, bytes]:
    return {
        SHEET: f'<?xml version="1.0"?><worksheet {_NS}><sheetData>{body}</sheetData></worksheet>'.encode()
    }


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "空"),
        (b"\xef\xbb\xbf", "标题行"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<html><table></table></html>", "网页"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04" + bytes(100), "压缩"),
        ("行政相对人名称,x".encode("utf-16"), "NUL"),
        (b"\xff\xfe\xff\xff,a", "编码"),
        (b"a,b,c\n1,2,3\n", "标题行"),
        (b"\n" * 5000, "标题行"),
    ],
)
def test_what_is_no_table_of_penalties_is_refused_and_said(read: Read, data: bytes, why: str) -> None:
    assert why in refused(read, data).detail


def test_a_file_of_headings_only_is_a_file_of_no_rows(read: Read, good: Row) -> None:
    for data in (csv_bytes([good]).splitlines()[0], xlsx_bytes([list(good)]), b"[]"):
        reading = read(data)
        assert list(reading) == []
        assert reading.total == 0


def test_a_zip_that_is_no_workbook_is_refused(read: Read) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("penalties.csv", "x")
    assert "不是 Excel 工作簿" in refused(read, target.getvalue()).detail


def test_a_bomb_that_tells_its_size_is_refused_before_it_is_inflated(read: Read, good: Row) -> None:
    data = rebuilt(table(good), add={"xl/media/a.xml": bytes(150 * _MIB)})
    assert "解压后超过" in refused(read, data).detail


def lying(data: bytes, claim: int, crc: int | None = None) -> bytes:
    """The workbook with a false size for its last part, in the directory and before the part."""
    info = zipfile.ZipFile(io.BytesIO(data)).infolist()[-1]
    changed = bytearray(data)
    directory = data.rindex(b"PK\x01\x02")
    for at in (info.header_offset + 14, directory + 16):
        struct.pack_into("<I", changed, at, info.CRC if crc is None else crc)
        struct.pack_into("<I", changed, at + 8, claim)
    return bytes(changed)


def test_a_bomb_that_lies_about_its_size_is_refused_as_it_inflates(read: Read, good: Row) -> None:
    bomb = rebuilt(table(good), add={"xl/x.xml": b"<a>" + bytes([32]) * (30 * _MIB) + b"</a>"})
    assert "损坏" in refused(read, lying(bomb, 100)).detail
    # The check sum of the part that is claimed does not help either.
    assert "损坏" in refused(read, lying(bomb, 100, zlib.crc32(b"<a>" + b" " * 97))).detail


def test_a_workbook_that_is_stored_and_not_packed_is_read(read: Read, good: Row) -> None:
    source, target = zipfile.ZipFile(io.BytesIO(table(good))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    (result,) = read(target.getvalue())
    assert isinstance(result, RowOk)


@pytest.mark.parametrize("delta", [-7, -1, 1, 30])
def test_a_part_whose_packed_length_is_false_is_refused(read: Read, good: Row, delta: int) -> None:
    data = table(good)
    for info, at in zip(zipfile.ZipFile(io.BytesIO(data)).infolist(), _directory_entries(data), strict=True):
        changed = bytearray(data)
        struct.pack_into("<I", changed, at + 20, info.compress_size + delta)
        assert refused(read, bytes(changed))


def _directory_entries(data: bytes) -> list[int]:
    return [match.start() for match in re.finditer(b"PK\x01\x02", data)]


def test_a_part_in_another_encoding_is_refused(read: Read, good: Row) -> None:
    data = rebuilt(
        table(good), {SHEET: '<?xml version="1.0" encoding="UTF-16"?><worksheet/>'.encode("utf-16")}
    )
    assert "UTF-8" in refused(read, data).detail


def test_parts_that_share_their_bytes_are_refused(read: Read, good: Row) -> None:
    data = table(good)
    changed = bytearray(data)
    infos = zipfile.ZipFile(io.BytesIO(data)).infolist()
    directory = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", changed, directory + 42, infos[-2].header_offset)
    assert refused(read, bytes(changed))


def test_too_many_parts_are_refused(read: Read, good: Row) -> None:
    data = rebuilt(table(good), add={f"xl/p{n}.xml": b"<a/>" for n in range(300)})
    assert "部件" in refused(read, data).detail


def test_two_parts_of_one_name_and_bytes_before_or_after_are_refused(read: Read, good: Row) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = rebuilt(table(good), add={SHEET: b"<worksheet/>"})
    assert "同名" in refused(read, twice).detail
    assert refused(read, table(good) + b"tail")
    assert refused(read, b"PK\x03\x04" + bytes(40) + table(good))


@pytest.mark.parametrize(
    "doctype",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "[Content_Types].xml", "docProps/core.xml"])
def test_document_types_and_entities_are_refused_in_every_part(
    read: Read, good: Row, doctype: bytes, part: str
) -> None:
    whole = zipfile.ZipFile(io.BytesIO(table(good))).read(part)
    head, tail = (
        (whole[: whole.index(b"?>") + 2], whole[whole.index(b"?>") + 2 :])
        if whole.startswith(b"<?")
        else (b"", whole)
    )
    assert "文档类型" in refused(read, rebuilt(table(good), {part: head + doctype + tail})).detail


@pytest.mark.parametrize(
    "body",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1"/></row><row r="99999999"><c><v>1</v></c></row>',
        '<row r="1"><c r="A99999999"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
        '<row r="40000"><c r="DA40000"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 200_000 + "</t></is></c></row>",
        "<row>" + "<c/>" * 200 + "</row>",
    ],
)
def test_a_sheet_that_would_fill_the_memory_is_refused_before_it_is_read(
    read: Read, good: Row, body: str
) -> None:
    assert refused(read, rebuilt(table(good), sheet(body)))


def test_a_flood_of_elements_is_refused(read: Read, good: Row) -> None:
    limits = Limits(elements=10_000)
    data = rebuilt(table(good), sheet("<row/>" * 50_000))
    assert "元素过多" in refused(read, data, limits=limits).detail


def test_shared_strings_are_read_as_the_texts_they_stand_for(read: Read, good: Row) -> None:
    strings = "".join(f"<si><t>{text}</t></si>" for text in (*good, *good.values()))
    rows = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{chr(65 + n)}{row}" t="s"><v>{offset + n}</v></c>' for n in range(len(good)))
        + "</row>"
        for row, offset in ((1, 0), (2, len(good)))
    )
    (result,) = read(with_shared_strings(good, strings, rows))
    assert isinstance(result, RowOk)
    assert result.record.document_number == good["CF_WSH"]


def test_one_long_string_shared_by_every_cell_is_refused(read: Read, good: Row) -> None:
    cells = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}" t="s"><v>0</v></c>' for c in "ABCDEFGH") + "</row>"
        for n in range(1, 2_000)
    )
    data = with_shared_strings(good, f"<si><t>{'x' * 32_000}</t></si>", cells)
    assert len(data) < 50_000
    assert "文字展开" in refused(read, data).detail


@pytest.mark.parametrize(
    "claim", ['uniqueCount="4294967295"', 'count="4294967295"', 'uniqueCount="-1"', 'count="x"']
)
def test_a_table_of_strings_that_claims_to_be_endless_is_refused(read: Read, good: Row, claim: str) -> None:
    data = rebuilt(
        table(good), add={"xl/sharedStrings.xml": f"<sst {_NS} {claim}><si><t>a</t></si></sst>".encode()}
    )
    assert "数量" in refused(read, data).detail


def test_a_false_dimension_costs_nothing(read: Read, good: Row) -> None:
    whole = zipfile.ZipFile(io.BytesIO(table(good))).read(SHEET)
    start, end = whole.index(b"<dimension"), whole.index(b"/>", whole.index(b"<dimension")) + 2
    lying_sheet = whole[:start] + b'<dimension ref="A1:XFD1048576"/>' + whole[end:]
    with cheaply():
        (result,) = read(rebuilt(table(good), {SHEET: lying_sheet}))
    assert isinstance(result, RowOk)


def test_a_sheet_under_the_name_of_a_picture_is_refused(read: Read, good: Row) -> None:
    rels = zipfile.ZipFile(io.BytesIO(table(good))).read("xl/_rels/workbook.xml.rels")
    data = rebuilt(table(good), {"xl/_rels/workbook.xml.rels": rels.replace(b"sheet1.xml", b"sheet1.png")})
    assert "引用" in refused(read, data).detail


def test_macros_are_neither_run_nor_read_and_are_told(read: Read, good: Row) -> None:
    reading = read(rebuilt(table(good), add={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(100)}))
    assert "宏" in reading.notices[0]
    assert len(list(reading)) == 1


def test_an_encrypted_part_is_refused(read: Read, good: Row) -> None:
    data = table(good)
    changed = bytearray(data)
    struct.pack_into("<H", changed, data.rindex(b"PK\x01\x02") + 8, 1)
    assert "加密" in refused(read, bytes(changed)).detail


def test_any_damage_to_a_workbook_is_a_refusal_or_rows_and_never_an_error(read: Read, good: Row) -> None:
    data, rng = table(good), random.Random(7)
    outcomes = set()
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            outcomes |= {
                type(result)
                for result in read(bytes(damaged[: rng.choice([len(data), rng.randrange(len(data))])]))
            }
        except FileRefused:
            outcomes.add(FileRefused)
    assert FileRefused in outcomes
    assert outcomes <= {FileRefused, RowOk, RowFault}


def test_no_changed_number_name_or_element_of_a_workbook_is_more_than_a_refusal(
    read: Read, good: Row
) -> None:
    source = zipfile.ZipFile(io.BytesIO(table(good)))
    parts, rng = {name: source.read(name) for name in source.namelist()}, random.Random(11)
    odd = [
        b"-1",
        b"0",
        b"4294967295",
        b"18446744073709551615",
        b"1e400",
        b"",
        b"NaN",
        b"A0",
        b"ZZZ1",
        b"1048577",
    ]
    outcomes = set()
    for _ in range(200):
        name = rng.choice(list(parts))
        found = rng.choice(list(re.finditer(rb'"[^"]*"|>[^<]+<|<[^>]+>', parts[name])))
        whole = found[0].startswith(b"<")
        new = rng.choice([b"", found[0] * 2]) if whole else found[0][:1] + rng.choice(odd) + found[0][-1:]
        changed = parts[name][: found.start()] + new + parts[name][found.end() :]
        try:
            outcomes |= {type(result) for result in read(rebuilt(table(good), {name: changed}))}
        except FileRefused:
            outcomes.add(FileRefused)
    assert {FileRefused, RowOk} <= outcomes <= {FileRefused, RowOk, RowFault}


def test_a_line_without_end_and_a_line_of_commas_are_refused(read: Read, good: Row) -> None:
    head = csv_bytes([good])
    assert "字符" in refused(read, head + b"x" * (8 * _MIB)).detail
    assert "字符" in refused(read, head + b"," * (8 * _MIB)).detail
    assert "列" in refused(read, head + b"," * 500 + b"\n").detail
    assert "引号" in refused(read, head + b'"never closed\n' * 3).detail


def test_the_cap_on_the_file_comes_first(read: Read) -> None:
    assert "字节" in refused(read, b"PK\x03\x04" + bytes(21 * _MIB)).detail


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[1]",
        b"[[]]",
        b"[" * 100_000,
        b'[{"CF_WSH": {}}]',
        b'[{"CF_WSH": [1]}]',
        b'[{"a":1,"a":2}]',
        b'[{"a":NaN}]',
        b"[{}] []",
        b"[{}",
        b'[{"a":"\xff"}]',
        '[{"行政处罚决定书文号":"x"}]'.encode("gb18030"),
        b'[{"a":' + b"9" * 5_000 + b"}]",
        b'[{"a":"' + b"x" * (19 * 1024 * 1024),
        b'[{"a":' + b"9" * (19 * 1024 * 1024),
        b"[" + b" " * (19 * 1024 * 1024),
        b"[{}," + b"[]," * 3_000_000,
        json.dumps([{f"k{n}": 1 for n in range(500)}]).encode(),
    ],
)
def test_json_that_is_no_flat_list_of_records_is_refused(read: Read, data: bytes) -> None:
    assert refused(read, data)


def test_odd_json_values_are_faults_of_the_row(read: Read, good: Row) -> None:
    text = json.dumps([good])
    for odd in ("1e999999999", "true", '"\\ud800"', "-1", "1e-400"):
        (result,) = read(text.replace('"0.5"', odd).encode())
        assert isinstance(result, RowFault), odd
