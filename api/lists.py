"""A list's answer: the same items as a JSON page, or as a table when `Accept` asks for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.paging import PageRequest, Rows, next_link
from api.tables import Column, table_response

Item = TypeVar("Item")


class Items(BaseModel, Generic[Item]):
    """A whole list, short enough for one answer. An object, so that members can be added beside the items."""

    items: list[Item]


async def answer_list(
    request: Request,
    page: PageRequest,
    rows: Rows,
    items: Sequence[Mapping[str, Any]],
    *,
    columns: Sequence[Column],
    name: str,
) -> Response:
    """`{"items": […], "next": "…" | null, "total"?}` with a `Link` to the next page; or the file `name`.

    `items` are what `rows.items` became (decrypted, masked), in the same order; `columns` are all their fields.
    """
    headers = {"Vary": "Accept", **next_link(request, rows.next)}
    if page.kind is not None:
        shown = columns
        if page.fields is not None:
            by_field = {column.field: column for column in columns}
            shown = [by_field[field] for field in page.fields]
        return await table_response(page.kind, shown, items, name=name, headers=headers)
    body: dict[str, Any] = {"items": [page.chosen(item) for item in items], "next": rows.next}
    if rows.total is not None:
        body["total"] = rows.total
    return JSONResponse(jsonable_encoder(body), headers=headers)
