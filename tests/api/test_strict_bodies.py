"""What two readers could take for two things is refused, with the field named and the input kept out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from edge_app import UPLOAD_LIMIT, Office, assert_problem, edge_office
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.strict import DEPTH_LIMIT, JSON_LIMIT

THINGS = "/api/v1/things"
GOOD = {"name": "某公司", "reason": "逾期不履行"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with edge_office(sqlite_url) as office:
        yield office


async def send(office: Office, body: str | bytes, path: str = THINGS, **headers: str) -> Any:
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return await office.client.post(path, content=content, headers={**JSON, **headers})


def only_error(answer: Any) -> dict[str, str]:
    (error,) = assert_problem(answer, 400, "MALFORMED")["errors"]
    assert error["in"] == "body"
    assert error["expected"]
    assert error["reason"]
    return error


async def test_a_good_body_is_taken_with_dates_and_enums_from_text(office: Office) -> None:
    thing = GOOD | {
        "on": "2026-03-02",
        "at": "2026-03-02T09:00:00+08:00",
        "colour": "red",
        "count": 3,
        "ready": True,
    }
    answer = await office.client.post(THINGS, json=thing)
    assert answer.status_code == 201
    assert answer.json()["colour"] == "red"
    assert answer.json()["on"] == "2026-03-02"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"name": "甲", "reason": "乙", "name": "丙"}', "name"),
        ('{"name": "甲", "reason": "乙", "parts": [{"title": "a", "title": "b"}]}', "parts[0].title"),
        ('{"name": "甲", "reason": "乙", "count": NaN}', "count"),
        ('{"name": "甲", "reason": "乙", "count": Infinity}', "count"),
        ('{"name": "甲", "reason": "乙", "count": -Infinity}', "count"),
        ('{"name": "甲", "reason": "乙", "parts": [{"title": "a", "weight": 1e999}]}', "parts[0].weight"),
        ('{"name": "甲", "reason": "乙", "count": 9223372036854775808}', "count"),
        ('{"name": "甲", "reason": "乙", "count": -9223372036854775809}', "count"),
        ('{"name": "甲", "reason": "乙", "count": ' + "9" * 100_000 + "}", "count"),
        (r'{"name": "甲\u0000", "reason": "乙"}', "name"),
        (r'{"name": "甲\ud800", "reason": "乙"}', "name"),
        (r'{"name": "甲\u202e乙", "reason": "乙"}', "name"),
        (r'{"name": "甲\u2066乙", "reason": "乙"}', "name"),
        (r'{"name": "甲\u200b", "reason": "乙"}', "name"),
        (r'{"name": "甲\ufeff", "reason": "乙"}', "name"),
        (r'{"name": "甲\uffff", "reason": "乙"}', "name"),
        (r'{"name": "甲\u2028", "reason": "乙"}', "name"),
        (r'{"name": "甲", "reason": "乙", "a\u0000b": 1}', "?"),
        ('{"name": "甲", "reason": "乙", "张三": 1}', "?"),
        ('{"name": "甲", "reason": "乙", "author": 1}', "author"),
        ('{"name": "甲", "reason": "乙", "count": "3"}', "count"),
        ('{"name": "甲", "reason": "乙", "count": true}', "count"),
        ('{"name": "甲", "reason": "乙", "count": 3.0}', "count"),
        ('{"name": "甲", "reason": "乙", "ready": 1}', "ready"),
        ('{"name": "甲", "reason": "乙", "ready": "yes"}', "ready"),
        ('{"name": "甲", "reason": "乙", "on": 1700000000}', "on"),
        ('{"name": "甲", "reason": "乙", "on": "2026-02-30"}', "on"),
        ('{"name": "甲", "reason": "乙", "on": "2026-03-02T09:00:00"}', "on"),
        ('{"name": "甲", "reason": "乙", "colour": "blue"}', "colour"),
        ('{"name": 7, "reason": "乙"}', "name"),
        ('{"name": null, "reason": "乙"}', "name"),
        ('{"name": "甲"}', "reason"),
        ('{"name": "甲\\n乙", "reason": "乙"}', "name"),
        ('{"name": "   ", "reason": "乙"}', "name"),
        (r'{"name": "\u3164\u2800", "reason": "乙"}', "name"),
        ('{"name": "' + "长" * 201 + '", "reason": "乙"}', "name"),
        ('["a"]', ""),
        ("null", ""),
        ("7", ""),
    ],
    ids=lambda value: None if value.startswith(("{", "[")) else value,
)
async def test_a_faulty_field_is_refused_by_its_path(office: Office, body: str, field: str) -> None:
    error = only_error(await send(office, body))
    assert error["field"] == field


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"name": "甲",}',
        "{'name': '甲'}",
        '{"name": "甲"} {"name": "乙"}',
        '{"name": "甲\n"}',
        '{"count": 007}',
        '{"count": 0x10}',
        '// no\n{"name": "甲"}',
        b'\xef\xbb\xbf{"name": "a", "reason": "b"}',
        '{"name": "甲", "reason": "乙"}'.encode("gb18030"),
        '{"name": "甲", "reason": "乙"}'.encode("utf-16"),
        b'{"name": "\xed\xa0\x80", "reason": "b"}',
        b"\x00",
        b"\xff",
    ],
)
async def test_what_is_not_json_in_utf8_is_refused(office: Office, body: str | bytes) -> None:
    only_error(await send(office, body))


async def test_nesting_is_bounded(office: Office) -> None:
    fits = "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT
    assert (await send(office, fits, "/api/v1/raw")).status_code == 200
    for depth in (DEPTH_LIMIT + 1, 1_000, 100_000):
        error = only_error(await send(office, "[" * depth + "]" * depth, "/api/v1/raw"))
        assert "嵌套" in error["reason"]
        only_error(await send(office, '{"a":' * depth + "1" + "}" * depth, "/api/v1/raw"))


async def test_text_is_normalised_before_anything_else_reads_it(office: Office) -> None:
    answer = await send(office, '{"name": " Cafe\u0301 ", "reason": "一\\r\\n二\\r三"}')
    assert answer.json()["name"] == "Caf\u00e9"
    assert answer.json()["reason"] == "一\n二\n三"
    raw = await send(office, '{"e\u0301": ["e\u0301"]}', "/api/v1/raw")
    assert raw.json() == {"\u00e9": ["\u00e9"]}


async def test_two_keys_that_are_one_after_normalising_are_one_key_twice(office: Office) -> None:
    only_error(await send(office, '{"e\u0301": 1, "\u00e9": 2}', "/api/v1/raw"))


async def test_rare_characters_of_names_pass(office: Office) -> None:
    # CJK extension B, an ideographic variation sequence, the middle dot of names, GB 18030 private use.
    for name in ("𠮷野", "葛\U000e0100", "买买提·吐尔逊", "\ue816", "㛃", "〇"):
        answer = await office.client.post(THINGS, json=GOOD | {"name": name})
        assert answer.status_code == 201, answer.text
        assert answer.json()["name"] == name


async def test_every_fault_is_named_at_once_and_none_echoes_the_input(office: Office) -> None:
    secret = "320102198503070019"
    body = {
        "name": [secret],
        "reason": {"x": secret},
        "on": secret,
        "colour": secret,
        secret: 1,
        "count": secret,
    }
    answer = await office.client.post(THINGS, json=body)
    errors = assert_problem(answer, 400, "MALFORMED")["errors"]
    assert {error["field"] for error in errors} == {"name", "reason", "on", "colour", "count", "?"}
    assert secret not in answer.text


async def test_a_flood_of_faults_is_cut(office: Office) -> None:
    answer = await send(
        office, json.dumps([{str(n): 1} for n in range(20)] + ["\u200b"] * 5_000), "/api/v1/raw"
    )
    assert len(assert_problem(answer, 400, "MALFORMED")["errors"]) == 20
    answer = await office.client.post(THINGS, json=GOOD | {f"k{n}": 1 for n in range(5_000)})
    assert len(assert_problem(answer, 400, "MALFORMED")["errors"]) == 20


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=gbk"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/xml"},
        {"Content-Type": ";;;"},
    ],
)
async def test_another_media_type_is_refused_415(office: Office, headers: dict[str, str]) -> None:
    answer = await office.client.post(THINGS, content=json.dumps(GOOD), headers=headers)
    assert_problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_without_media_type_is_refused_415(office: Office) -> None:
    assert_problem(await office.client.post(THINGS, content=b"{}"), 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_json_body_beyond_the_limit_is_refused_before_it_is_read(office: Office) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 65_536
            yield b"[" * 65_536

    answer = await office.client.post(THINGS, content=endless(), headers=JSON)
    assert_problem(answer, 413, "TOO_LARGE")
    assert read <= JSON_LIMIT + 65_536
    answer = await send(office, b" " * (JSON_LIMIT + 1))
    assert_problem(answer, 413, "TOO_LARGE")
    answer = await send(office, json.dumps(GOOD), **{"Content-Length": "9" * 40})
    assert_problem(answer, 413, "TOO_LARGE")


async def test_an_upload_has_its_own_limit_and_is_counted_while_it_streams(office: Office) -> None:
    files = {"file": ("a.csv", b"x" * (JSON_LIMIT // 8), "text/csv")}
    assert (await office.client.post("/api/v1/files", files=files)).json() == {"bytes": JSON_LIMIT // 8}
    files = {"file": ("a.csv", b"x" * (UPLOAD_LIMIT + 1), "text/csv")}
    assert_problem(await office.client.post("/api/v1/files", files=files), 413, "TOO_LARGE")

    async def chunks() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(10_000):
            yield b"x" * 1_000

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await office.client.post("/api/v1/files", content=chunks(), headers=headers)
    assert_problem(answer, 413, "TOO_LARGE")


async def test_a_broken_upload_is_refused(office: Office) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    answer = await office.client.post("/api/v1/files", content=b"no boundary", headers=headers)
    assert_problem(answer, 400, "MALFORMED")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await office.client.post("/api/v1/files", content=b"--x\r\nnothing", headers=headers)
    assert_problem(answer, 400, "MALFORMED")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?state=open&stat=closed", "stat"),
        ("?state=open&limit=1&limit=2", "limit"),
        ("?state=%00", "state"),
        ("?state=%E2%80%AE", "state"),
        ("?state=%FF", "state"),
        ("?state=open&%E5%BC%A0%E4%B8%89=1", "?"),
        ("?state=open&limit=many", "limit"),
        ("?limit=1", "state"),
    ],
)
async def test_a_query_that_is_not_declared_doubled_or_hostile_is_refused(
    office: Office, query: str, field: str
) -> None:
    answer = await office.client.get(f"/api/v1/filters{query}")
    (error,) = assert_problem(answer, 400, "MALFORMED")["errors"]
    assert (error["in"], error["field"]) == ("query", field)


async def test_a_filter_that_takes_many_values_may_be_repeated(office: Office) -> None:
    answer = await office.client.get("/api/v1/filters?state=open&state=closed&limit=2")
    assert answer.json() == ["open", "closed"]


async def test_a_hostile_address_is_refused(office: Office) -> None:
    for path in ("/problems/%00", "/problems/%FF", "/problems/%E2%80%8B"):
        assert_problem(await office.client.get(path), 400, "MALFORMED")


NASTY = [
    "", " ", "\u3000", "\n", "\t", "\r", "\x00", "\x07", "\x1b[31m", "\x7f", "\x80", "\u00ad", "\u061c", "\u115f",
    "\u180e", "\u200b", "\u200d", "\u200e", "\u2028", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u3164",
    "\ufeff", "\ufff9", "\ufffe", "\uffff", "\U0001ffff", "\U000e0001", "\U000e0041", "\ud800", "\udfff", "\udc00\ud800",
    "'", '"', "\\", "' OR 1=1 --", "'; DROP TABLE account; --", "${7*7}", "{{7*7}}", "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0", "＝1+1", "@SUM(1)", "../../etc/passwd", "%00", "%s%s%n", "null", "undefined", "NaN", "1e999",
    "-0", "0x7fffffffffffffff", "9" * 400, "𠮷" * 199, "e" + "\u0301" * 150, "\U0001f468\u200d\U0001f469", "ﷺ" * 30,
    "İ", "ß", "ﬁ", "①", "Ⅷ", "〇", "\ue000", "\U0010fffd", "a" * 5_000, "甲" * 25_000,
]  # fmt: skip


@pytest.mark.parametrize(
    "field", ["name", "reason", "story", "on", "at", "colour", "count", "ready", "parts"]
)
async def test_no_nasty_string_in_any_field_is_more_than_taken_or_refused(office: Office, field: str) -> None:
    for nasty in NASTY:
        answer = await send(office, json.dumps(GOOD | {field: nasty}))
        assert answer.status_code in (201, 400), (nasty, answer.text)
        answer = await send(office, json.dumps(GOOD | {nasty: field}))
        assert answer.status_code in (201, 400), (nasty, answer.text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["name", "reason", "parts"]) | st.text(), inner)
        ),
        max_leaves=12,
    )
)
async def test_no_json_value_ever_makes_the_server_fail(office: Office, value: Any) -> None:
    for path in (THINGS, "/api/v1/raw"):
        answer = await send(office, json.dumps(value), path)
        assert answer.status_code < 500


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
async def test_no_bytes_ever_make_the_server_fail(office: Office, body: bytes) -> None:
    assert (await send(office, body)).status_code < 500
