"""From one right request to the thousands of wrong ones beside it: each differs from it in one thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from form_fields import Path, filled, texts
from nasty_strings import CORPUS, NASTY

#: Values that are no text; where one is lawful in its place, it is taken.
WRONG: Final[list[Any]] = [
    None, True, False, 0, -1, 1, 1.5, -0.0, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), "", "0", "true", [], {}, [[]], [{}], [None],
    {"a": {"b": {"c": []}}}, ["甲"] * 1_000, {str(n): n for n in range(500)}, [1, "1", None, [], {}], {"": ""}, {"$ref": "#"},
]  # fmt: skip
_JSON: Final = "application/json"
_TYPES: Final = [
    "", "text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=x", "application/json; charset=gbk", "application/json; charset=utf-16", "application/JSON",
    "application/problem+json", "application/merge-patch+json", "application/octet-stream", ";;;", "*/*", "application/json\u00e9",
    "application/json; charset=\"utf-8", "a" * 5_000,
]  # fmt: skip
_METHODS: Final = (
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "GET1",
)
#: Headers that a server or a library reads, besides those that the document declares.
_HEADERS: Final = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Encoding", "Cookie", "Expect", "Host", "If-None-Match",
    "Range", "Origin", "traceparent", "tracestate", "X-Forwarded-For", "X-Forwarded-Host", "X-HTTP-Method-Override", "X-Original-URL",
)  # fmt: skip
_LONGEST_HEADER: Final = 4_000  # bytes; servers hand on no more than some thousand


@dataclass(frozen=True)
class Sample:
    """A right request. `{case}` in its address stands for a case that is chosen when it is sent."""

    name: str
    method: str
    path: str
    sender: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    #: What the document declares for it.
    takes_query: Collection[str] = ()
    takes_headers: Collection[str] = ()
    takes_members: Collection[str] = ()
    #: True: the body is a form of the API's own, which refuses members that it does not know.
    closed: bool = True

    @property
    def dry(self) -> bool:
        return "dry_run" in self.takes_query

    @property
    def commands(self) -> bool:
        return "idempotency-key" in self.takes_headers


@dataclass(frozen=True)
class Shot:
    """A wrong request, made up when it is sent."""

    sample: Sample
    what: str
    url: str
    content: Callable[[], bytes]
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    method: str = ""
    refused: bool = False  # it must be
    for_good: bool = False


def shots(sample: Sample, names: Collection[str], secrets: Collection[str], turn: int) -> Iterator[Shot]:
    """All wrong requests beside `sample`. `names`: of columns and fields that no sender may set; `secrets`: words
    that no refusal may repeat; `turn` decides which part of the corpus the less telling places get.
    """
    yield from _addresses(sample, names, secrets, turn)
    yield from _headers(sample, secrets, turn)
    if sample.body is not None:
        yield from _bodies(sample, names, secrets, turn)
        yield from _not_json(sample)


def other_methods(sample: Sample, declared: Collection[str]) -> Iterator[Shot]:
    """The address of `sample` under every method that it does not know."""
    for method in _METHODS:
        if method not in declared:
            yield Shot(sample, f"method {method}", _url(sample), lambda: b"", method=method, refused=True)


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _url(sample: Sample, **changed: str) -> str:
    address = sample.path
    for name, value in sample.values.items():
        address = address.replace("{" + name + "}", changed.get(name, value))
    return address


def own_address(sample: Sample) -> str:
    """Path and query of the right request."""
    return _url(sample) + (_query(sample.query) if sample.query else "")


def _query(values: Mapping[str, str]) -> str:
    return "?" + "&".join(f"{name}={_escaped(value)}" for name, value in values.items())


def right_body(sample: Sample) -> Callable[[], bytes]:
    """Writes the body of the right request; nothing where it has none."""
    return partial(_written, sample.body) if sample.body is not None else lambda: b""


def _written(value: Any) -> bytes:
    return json.dumps(value).encode()


def _addresses(sample: Sample, names: Collection[str], secrets: Collection[str], turn: int) -> Iterator[Shot]:
    right = right_body(sample)
    short = [nasty for nasty in CORPUS if len(nasty) <= 300]
    for place in sample.values:
        for nasty in [*short[turn % 5 :: 5], *secrets]:
            yield Shot(sample, f"path {place}", _url(sample, **{place: _escaped(nasty)}), right)
    for place in sample.takes_query:
        for nasty in [*short[turn % 7 :: 7], *secrets]:
            url = _url(sample) + _query({**sample.query, place: nasty})
            yield Shot(sample, f"query {place}", url, right)
        twice = f"{_url(sample)}{_query({**sample.query, place: '1'})}&{place}=1"
        yield Shot(sample, f"query {place} twice", twice, right, refused=True)
    for name in names:
        if name not in sample.takes_query:
            url = _url(sample) + _query({**sample.query, name: "1"})
            yield Shot(sample, f"query {name} undeclared", url, right, refused=True)


def _headers(sample: Sample, secrets: Collection[str], turn: int) -> Iterator[Shot]:
    for shift, name in enumerate([*sample.takes_headers, *_HEADERS]):
        for nasty in [*NASTY[(turn + shift) % 20 :: 20], *secrets]:
            value = nasty.encode("utf-8", "surrogatepass")[:_LONGEST_HEADER]
            if not {0, 10, 13} & set(value):  # no server hands these on
                header = {name.lower().encode(): value}
                yield Shot(sample, f"header {name}", own_address(sample), right_body(sample), header)


def _bodies(sample: Sample, names: Collection[str], secrets: Collection[str], turn: int) -> Iterator[Shot]:
    url = own_address(sample)

    def shot(what: str, content: Callable[[], bytes], number: int, *, refused: bool = False) -> Shot:
        return Shot(sample, what, url, content, refused=refused, for_good=(turn + number) % 8 == 0)

    paths = list(texts(sample.body))
    for path in paths:
        for number, nasty in enumerate([*NASTY, *secrets]):
            yield shot(f"text {path}", partial(_with, sample.body, path, nasty), number)
    for number, nasty in enumerate(CORPUS[len(NASTY) + turn % 4 :: 4] if paths else ()):
        path = paths[number % len(paths)]
        yield shot(f"text {path}", partial(_with, sample.body, path, nasty), number)
    for path in _nodes(sample.body):
        for number, value in enumerate(WRONG):
            yield shot(f"type {path}", partial(_with, sample.body, path, value), number)
        if path:
            yield shot(f"without {path}", partial(_without, sample.body, path), turn)
    for number, nasty in enumerate([*NASTY[turn % 6 :: 6], *secrets]):
        yield shot("member", partial(_written, {**sample.body, nasty: 1}), number)
    for path in [()] if not isinstance(sample.body, dict) else _objects(sample.body):
        for number, name in enumerate(names):
            if path or name not in sample.takes_members:
                more = partial(_more, sample.body, path, name)
                yield shot(f"extra {path} {name}", more, number, refused=sample.closed and not path)


def _with(body: Any, path: Path, value: Any) -> bytes:
    return _written(_set(body, path, value))


def _set(body: Any, path: Path, value: Any) -> Any:
    if isinstance(value, str):
        return filled(body, {path}, lambda _: value)
    return _changed(body, path, lambda _: value)


def _changed(body: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(body)
    first, *rest = path
    inner = _changed(body[first], tuple(rest), change)
    if isinstance(body, dict):
        return {**body, first: inner}
    return [inner if index == first else item for index, item in enumerate(body)]


def _without(body: Any, path: Path) -> bytes:
    *outer, last = path

    def drop(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: inner for key, inner in value.items() if key != last}
        return [inner for index, inner in enumerate(value) if index != last]

    return _written(_changed(body, tuple(outer), drop))


def _more(body: Any, path: Path, name: str) -> bytes:
    return _written(_changed(body, path, lambda value: {**value, name: "1"}))


def _nodes(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _nodes(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _nodes(inner, (*path, index))


def _objects(body: Any) -> list[Path]:
    found = []
    for path in _nodes(body):
        value = body
        for part in path:
            value = value[part]
        if isinstance(value, dict):
            found.append(path)
    return found


def _not_json(sample: Sample) -> Iterator[Shot]:
    """Bodies that no two readers read alike, or that are of another kind than they say."""
    url, right = own_address(sample), _written(sample.body)
    text = right.decode()
    member = next(iter(sample.body))
    broken: dict[str, bytes] = {
        f"cut at {part}/10": right[: len(right) * part // 10] for part in range(10) if len(right) * part // 10
    } | {
        "not the end": right + right,
        "trailing": right + b"x",
        "comment": b"/* */" + right,
        "byte order mark": b"\xef\xbb\xbf" + right,
        "UTF-16": text.encode("utf-16"),
        "UTF-32": text.encode("utf-32"),
        "surrogates in UTF-8": b'{"' + member.encode() + b'": "\xed\xa0\x80"}',
        "overlong": b'{"' + member.encode() + b'": "\xc0\xaf"}',
        "NUL": b"\0" + right,
        "twice": (text[:-1] + f', "{member}": null}}').encode(),
        "twice by escape": (text[:-1] + f', "\\u{ord(member[0]):04x}{member[1:]}": null}}').encode(),
        "NaN": f'{{"{member}": NaN}}'.encode(),
        "infinite": f'{{"{member}": 1e999}}'.encode(),
        "huge": f'{{"{member}": {"9" * 50_000}}}'.encode(),
        "long fraction": f'{{"{member}": 0.{"1" * 50_000}e-99999}}'.encode(),
        "deep list": b"[" * 50_000 + b"]" * 50_000,
        "deep object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        "deep member": f'{{"{member}": {"[" * 33}{"]" * 33}}}'.encode(),
        "many members": json.dumps({f"k{n}": n for n in range(20_000)}).encode(),
        "too long": b" " * (1024 * 1024 + 1),
    }
    for what, content in broken.items():
        for for_good in (False, True):
            yield Shot(sample, what, url, partial(bytes, content), refused=True, for_good=for_good)
    for media_type in _TYPES:
        header = {b"content-type": media_type.encode("latin-1")}
        yield Shot(sample, f"type {media_type[:40]}", url, partial(bytes, right), header, for_good=True)
