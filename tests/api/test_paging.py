"""Lists come in bounded pages whose cursors can be neither made up nor used for another question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from edge_app import Office, assert_problem, edge_office

NOTES = "/api/v1/notes"
FIRST = date(2026, 3, 2)


async def fill(office: Office, count: int = 23) -> None:
    """Every fifth note has no due date; due dates and weights repeat, so ties must be settled."""
    await office.note(
        *(
            {
                "id": f"n{n:03}",
                "title": f"第{n}件",
                "due_on": None if n % 5 == 0 else FIRST + timedelta(days=n % 4),
                "weight": n % 3,
            }
            for n in range(count)
        )
    )


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with edge_office(sqlite_url) as office:
        await fill(office)
        yield office


async def read_all(office: Office, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = (await office.client.get(NOTES, params=query)).json()
        assert len(page["items"]) <= query["limit"]
        items += page["items"]
        if page["next"] is None:
            return items
        query["after"] = page["next"]


@pytest.mark.parametrize("sort", ["due_on", "-due_on", "weight", "-weight", "title", "-title"])
@pytest.mark.parametrize("limit", [1, 4, 22, 23, 200])
async def test_pages_together_are_the_whole_list_in_order(database_url: str, sort: str, limit: int) -> None:
    async with edge_office(database_url) as office:
        await fill(office)
        items = await read_all(office, sort=sort, limit=limit)
    name = sort.removeprefix("-")
    by_id = sorted(items, key=lambda item: item["id"])
    with_value = sorted(
        (item for item in by_id if item[name] is not None),
        key=lambda item: item[name],
        reverse=sort.startswith("-"),
    )
    expected = with_value + [item for item in by_id if item[name] is None]
    if name != "title":  # the collations of the two databases differ for Chinese
        assert items == expected
    assert len({item["id"] for item in items}) == 23


async def test_a_row_added_meanwhile_neither_doubles_nor_drops_another(office: Office) -> None:
    first = (await office.client.get(NOTES, params={"limit": 10})).json()
    await office.note({"id": "n000a", "title": "新", "due_on": FIRST - timedelta(days=9), "weight": 0})
    second = await read_all(office, limit=200, after=first["next"])
    ids = [item["id"] for item in first["items"] + second]
    assert len(ids) == len(set(ids)) == 23


async def test_the_next_page_stands_in_the_link_header_with_the_same_question(office: Office) -> None:
    answer = await office.client.get(NOTES, params={"limit": 5, "least": 1, "sort": "-weight"})
    link = answer.headers["link"]
    assert link.endswith('>; rel="next"')
    following = await office.client.get(link[1 : link.index(">")])
    assert following.status_code == 200
    assert all(item["weight"] >= 1 for item in following.json()["items"])
    last = await office.client.get(NOTES, params={"limit": 200})
    assert "link" not in last.headers
    assert last.json()["next"] is None


async def test_a_total_is_given_only_when_asked_for(office: Office) -> None:
    assert "total" not in (await office.client.get(NOTES)).json()
    page = (await office.client.get(NOTES, params={"total": "true", "limit": 2, "least": 2})).json()
    assert page["total"] == 7


async def test_only_the_fields_asked_for_are_answered(office: Office) -> None:
    page = (await office.client.get(NOTES, params={"fields": "weight,id", "limit": 1})).json()
    assert list(page["items"][0]) == ["weight", "id"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": 10**30}, "limit"),
        ({"sort": "secret"}, "sort"),
        ({"sort": "weight; DROP TABLE note"}, "sort"),
        ({"sort": "--weight"}, "sort"),
        ({"fields": "id,password"}, "fields"),
        ({"fields": ","}, "fields"),
        ({"after": "x"}, "after"),
        ({"after": ""}, "after"),
        ({"after": "A" * 1025}, "after"),
        ({"after": "张"}, "after"),
        ({"total": "perhaps"}, "total"),
    ],
)
async def test_a_question_that_the_list_does_not_allow_is_refused(
    office: Office, query: dict[str, Any], field: str
) -> None:
    body = assert_problem(await office.client.get(NOTES, params=query), 400, "MALFORMED")
    assert body["field"] == field
    assert body["expected"]


async def test_a_cursor_changed_in_any_character_is_refused(office: Office) -> None:
    cursor = (await office.client.get(NOTES, params={"limit": 1})).json()["next"]
    for place, character in enumerate(cursor[:-1]):  # the last one holds unused bits
        changed = cursor[:place] + ("A" if character != "A" else "B") + cursor[place + 1 :]
        answer = await office.client.get(NOTES, params={"limit": 1, "after": changed})
        assert_problem(answer, 400, "MALFORMED")


@pytest.mark.parametrize("other", [{"sort": "weight"}, {"sort": "-due_on"}, {"least": 1}])
async def test_a_cursor_of_one_question_does_not_serve_another(office: Office, other: dict[str, Any]) -> None:
    cursor = (await office.client.get(NOTES, params={"limit": 1})).json()["next"]
    answer = await office.client.get(NOTES, params={"after": cursor, **other})
    assert assert_problem(answer, 400, "MALFORMED")["field"] == "after"
    same = {"after": cursor, "limit": 7, "fields": "id", "total": "true"}
    assert (await office.client.get(NOTES, params=same)).status_code == 200
