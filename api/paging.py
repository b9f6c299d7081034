"""Lists: a bounded page at a time, by cursor, sorted by what the route allows, with the fields that were asked for.

A cursor is the sort key and id of the last row, signed together with the question, so that it can be neither made
up nor used for another question. Rows without a value for the sort key come last, on both databases.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.tables import TableKind, wanted_kind
from domain.refusals import Malformed
from storage.keys import derive

LARGEST_PAGE: Final = 200
DEFAULT_PAGE: Final = 50
#: Rows of one exported table; beyond it the `next` link goes on.
LARGEST_TABLE: Final = 10_000
_TAG_BYTES: Final = 16
_LONGEST_CURSOR: Final = 1024
#: Parameters that change how a page is shown, not which question it answers.
_NOT_THE_QUESTION: Final = frozenset({"after", "limit", "fields", "total"})

_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "int": int,
    "str": str,
    "NoneType": lambda _nothing: None,
}


class Cursors:
    """Writes and reads cursors with a sub-key of the office key."""

    def __init__(self, key: bytes) -> None:
        self._key = derive(key, "cursors")

    def write(self, question: str, value: Any, last_id: str) -> str:
        """The cursor behind a row. `value` is its sort key: date, datetime, int, str or None."""
        plain = value.isoformat() if isinstance(value, date) else value
        body = json.dumps([type(value).__name__, plain, last_id]).encode()
        return base64.urlsafe_b64encode(self._tag(question, body) + body).decode().rstrip("=")

    def read(self, question: str, cursor: str) -> tuple[Any, str]:
        """Sort key and id that the cursor holds. Raises Malformed for one that was not given for this question."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
            if not hmac.compare_digest(tag, self._tag(question, body)):
                raise ValueError
            kind, value, last_id = json.loads(body)
            return _TYPES[kind](value), last_id
        except ValueError:
            raise Malformed(
                detail="翻页标记无效，或者不属于这次查询。",
                field="after",
                expected="上一页返回的 next，查询条件不变",
            ) from None

    def _tag(self, question: str, body: bytes) -> bytes:
        return hmac.digest(self._key, question.encode() + b"\0" + body, "sha256")[:_TAG_BYTES]


def install(app: FastAPI, key: bytes) -> None:
    """Let listings work on this app. `key` is the office's key."""
    app.state.cursors = Cursors(key)


@dataclass(frozen=True)
class Sort:
    """The column that a page is sorted by, the rows' unique id that settles ties, and the direction."""

    column: ColumnElement[Any]
    tie: ColumnElement[Any]
    descending: bool

    def order(self) -> list[ColumnElement[Any]]:
        """ORDER BY: rows without a value last, then by value, then by id."""
        by_value = self.column.desc() if self.descending else self.column.asc()
        return [self.column.is_(None).asc(), by_value, self.tie.asc()]

    def behind(self, value: Any, last_id: str) -> ColumnElement[bool]:
        """WHERE: rows that come after the one with this value and id."""
        if value is None:
            return and_(self.column.is_(None), self.tie > last_id)
        further = self.column < value if self.descending else self.column > value
        return or_(further, and_(self.column == value, self.tie > last_id), self.column.is_(None))


@dataclass(frozen=True)
class Rows:
    """One page as read: its rows, the cursor of the next page if there is one, the total if it was asked for."""

    items: Sequence[RowMapping]
    next: str | None
    total: int | None


@dataclass(frozen=True)
class PageRequest:
    """What a client asked of a list."""

    kind: TableKind | None  # None: JSON
    limit: int
    sort: Sort
    after: tuple[Any, str] | None
    fields: tuple[str, ...] | None
    with_total: bool
    _question: str
    _cursors: Cursors

    async def fetch(self, connection: AsyncConnection, query: Select[Any]) -> Rows:
        """One page of `query`, which must select the sort column and the id under their own names, and not order."""
        total = None
        if self.with_total:
            total = await connection.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
        paged = query.order_by(*self.sort.order()).limit(self.limit + 1)
        if self.after is not None:
            paged = paged.where(self.sort.behind(*self.after))
        found = (await connection.execute(paged)).mappings().all()
        items = found[: self.limit]
        following = None
        if len(found) > self.limit:
            last = items[-1]
            value = last[self.sort.column]
            following = self._cursors.write(self._question, value, str(last[self.sort.tie]))
        return Rows(items, following, total)

    def chosen(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """The item with only the fields that were asked for."""
        return dict(item) if self.fields is None else {name: item[name] for name in self.fields}


class Listing:
    """What one list allows; as a dependency it gives the PageRequest: `page: Annotated[PageRequest, Depends(LISTING)]`.

    `sortable`: public name → column; `default` like the parameter, with `-` for descending; `fields`: every field
    of an item, in the order of a table.
    """

    def __init__(
        self,
        *,
        sortable: Mapping[str, ColumnElement[Any]],
        tie: ColumnElement[Any],
        default: str,
        fields: Sequence[str],
    ) -> None:
        self._sortable = dict(sortable)
        self._tie = tie
        self._default = default
        self._fields = tuple(fields)

    async def __call__(
        self,
        request: Request,
        limit: Annotated[
            int | None,
            Query(
                ge=1,
                le=LARGEST_TABLE,
                description=f"Rows of a page: at most {LARGEST_PAGE}, of a table {LARGEST_TABLE}.",
            ),
        ] = None,
        after: Annotated[
            str | None, Query(max_length=_LONGEST_CURSOR, description="`next` of the page before.")
        ] = None,
        sort: Annotated[
            str | None, Query(max_length=64, description="Name to sort by; `-name` for descending.")
        ] = None,
        fields: Annotated[
            str | None, Query(max_length=1000, description="Fields wanted, joined by commas.")
        ] = None,
        total: Annotated[bool, Query(description="Also count all rows.")] = False,
    ) -> PageRequest:
        """Raises Malformed, naming the parameter and what it may be."""
        cursors: Cursors = request.app.state.cursors
        kind = wanted_kind(request)
        sort = sort or self._default
        question = self._question(request, sort)
        return PageRequest(
            kind=kind,
            limit=self._limit(limit, kind),
            sort=self._sort(sort),
            after=None if after is None else cursors.read(question, after),
            fields=self._chosen(fields),
            with_total=total,
            _question=question,
            _cursors=cursors,
        )

    @staticmethod
    def _question(request: Request, sort: str) -> str:
        """Path, filters and sort: what a cursor belongs to."""
        filters = sorted(
            (name, value)
            for name, value in request.query_params.multi_items()
            if name not in _NOT_THE_QUESTION and name != "sort"
        )
        return json.dumps([request.url.path, sort, filters])

    @staticmethod
    def _limit(limit: int | None, kind: TableKind | None) -> int:
        largest, usual = (LARGEST_PAGE, DEFAULT_PAGE) if kind is None else (LARGEST_TABLE, LARGEST_TABLE)
        if limit is not None and limit > largest:
            raise Malformed(detail=f"每页至多 {largest} 条。", field="limit", expected=f"1 至 {largest}")
        return limit or usual

    def _sort(self, sort: str) -> Sort:
        name = sort.removeprefix("-")
        column = self._sortable.get(name)
        if column is None:
            raise Malformed(
                detail="不能按此项排序。",
                field="sort",
                expected=f"下列之一，可在前面加“-”：{'、'.join(self._sortable)}",
            )
        return Sort(column=column, tie=self._tie, descending=sort.startswith("-"))

    def _chosen(self, fields: str | None) -> tuple[str, ...] | None:
        if fields is None:
            return None
        names = tuple(dict.fromkeys(fields.split(",")))
        if not set(names) <= set(self._fields):
            raise Malformed(
                detail="没有所要求的字段。", field="fields", expected=f"下列之中：{'、'.join(self._fields)}"
            )
        return names


def next_link(request: Request, following: str | None) -> dict[str, str]:
    """`Link` header to the next page (RFC 8288), or nothing."""
    if following is None:
        return {}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return {"Link": f'<{request.url.path}?{urlencode([*kept, ("after", following)])}>; rel="next"'}
