"""A small app on the real edge, for the tests of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response, UploadFile
from sqlalchemy import Column as SqlColumn
from sqlalchemy import Date, Integer, MetaData, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from api import identity, middleware, openapi, paging
from api.headers import ExpectedVersion, IdempotencyKey, RequiredVersion, etag
from api.identity import CurrentActor, Gate, SignedTokens
from api.lists import answer_list
from api.paging import Listing, PageRequest
from api.strict import Submitted
from api.tables import Column
from domain.people import Actor, Role
from domain.refusals import Bar, Forbidden, LegalRefusal
from domain.rules import Level
from domain.strict import Int64, Line, LongText, StrictModel, Text
from storage.crypto import FieldCipher
from storage.database import make_engine, reading, writing
from storage.people import People

KEY = bytes(range(32))
UPLOAD_LIMIT = 200_000
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Colour(StrEnum):
    GREEN = "green"
    RED = "red"


class Part(StrictModel):
    title: Line
    weight: Decimal | None = None


class Thing(StrictModel):
    """A body with a field of every kind."""

    name: Line
    reason: Text
    story: LongText | None = None
    on: date | None = None
    at: datetime | None = None
    colour: Colour = Colour.GREEN
    count: Int64 = 0
    ready: bool = False
    parts: tuple[Part, ...] = ()


METADATA = MetaData()
NOTES = Table(
    "note",
    METADATA,
    SqlColumn("id", String, primary_key=True),
    SqlColumn("title", String, nullable=False),
    SqlColumn("due_on", Date),
    SqlColumn("weight", Integer, nullable=False),
)
LISTING = Listing(
    sortable={"due_on": NOTES.c.due_on, "weight": NOTES.c.weight, "title": NOTES.c.title},
    tie=NOTES.c.id,
    default="due_on",
    fields=("id", "title", "due_on", "weight"),
)
COLUMNS = [Column("id", "编号"), Column("title", "标题"), Column("due_on", "期限"), Column("weight", "权重")]


def routes(engine: AsyncEngine) -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.post("/things", status_code=201)
    async def make(thing: Submitted[Thing]) -> dict[str, Any]:
        return thing.model_dump(mode="json")

    @router.post("/raw")
    async def raw(request: Request) -> Any:
        return await request.json()

    @router.post("/commands")
    async def command(key: IdempotencyKey) -> dict[str, str]:
        return {"key": key}

    @router.post("/steps")
    async def step(version: RequiredVersion, response: Response) -> dict[str, int]:
        response.headers["ETag"] = etag(version + 1)
        return {"version": version}

    @router.post("/answers")
    async def answer(version: ExpectedVersion) -> dict[str, int | None]:
        return {"version": version}

    @router.get("/me")
    async def me(actor: CurrentActor) -> Actor:
        return actor

    @router.get("/boom")
    async def boom() -> None:
        raise RuntimeError("张三 320102198503070019")

    @router.get("/bars")
    async def bars() -> None:
        raise LegalRefusal(
            code="ELEMENT_MISSING",
            detail="决定书缺少救济措施。",
            clause="宁信用〔2021〕1号 四（三）",
            blocked_by=[Bar(code="ELEMENT_MISSING", text="缺少救济措施", fix="补写救济途径和期限")],
        )

    @router.get("/four-eyes")
    async def four_eyes() -> None:
        raise Forbidden(code="FOUR_EYES", detail="您是本案承办人。")

    @router.get("/filters")
    async def filters(state: Annotated[list[str], Query()], limit: int = 1) -> list[str]:
        return state[:limit]

    @router.post("/files")
    async def files(file: UploadFile) -> dict[str, int]:
        return {"bytes": len(await file.read())}

    @router.get("/notes")
    async def notes(
        request: Request, page: Annotated[PageRequest, Depends(LISTING)], least: int = -1_000
    ) -> Response:
        async with reading(engine) as connection:
            rows = await page.fetch(connection, select(NOTES).where(NOTES.c.weight >= least))
        items = [dict(row) for row in rows.items]
        return await answer_list(request, page, rows, items, columns=COLUMNS, name="便笺")

    return router


@dataclass
class Office:
    """The app, a client of it, and what lies behind."""

    app: FastAPI
    client: httpx.AsyncClient
    engine: AsyncEngine
    people: People
    tokens: SignedTokens

    async def account(self, login: str, *roles: Role, person: str | None = None, **place: Any) -> str:
        """A new account at a city authority, unless `place` says otherwise; its id."""
        person = person or await self.people.add_person("郑重（演练）", at=NOW)
        if "subject_ref" not in place:
            place = {"authority": "nanjing-market-regulation", "level": Level.CITY} | place
        return await self.people.add_account(person, login, roles, at=NOW, **place)

    def bearer(self, account_id: str) -> dict[str, str]:
        token, _expires = self.tokens.issue(account_id)
        return {"Authorization": f"Bearer {token}"}

    async def note(self, *rows: dict[str, Any]) -> None:
        async with writing(self.engine) as connection:
            await connection.execute(insert(NOTES), list(rows))


@asynccontextmanager
async def edge_office(url: str, *, practice: bool = True) -> AsyncIterator[Office]:
    """A practice office, or a real one, with its tables made."""
    engine = make_engine(url)
    async with writing(engine) as connection:
        tables = [SQLModel.metadata.tables[name] for name in ("person", "account", "delegation")]
        await connection.run_sync(SQLModel.metadata.create_all, tables=tables)
        await connection.run_sync(METADATA.create_all)
    people = People(engine, FieldCipher(KEY), practice=practice)
    tokens = SignedTokens(KEY)
    app = FastAPI(
        title="edge", version="1", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None
    )
    middleware.install(app, practice=practice, uploads={"/api/v1/files": UPLOAD_LIMIT})
    identity.install(app, Gate(tokens, people))
    paging.install(app, KEY)
    openapi.install(app, description="edge")
    app.include_router(routes(engine))
    if practice:
        app.include_router(identity.practice_router(tokens, people), prefix="/api/v1")
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        try:
            yield Office(app, client, engine, people, tokens)
        finally:
            await engine.dispose()


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is a whole problem document of this status and code; its members."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"urn:chengxu:problem:{code.lower()}"
    assert body["title"]
    assert body["detail"]
    assert body["trace_id"] == answer.headers["x-trace-id"]
    return body
