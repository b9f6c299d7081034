"""A plain FastAPI application, served as the product's API is: a step as CRUD, and a read of so many bytes.

BENCH_RECORD: the SQLite file.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update

from api.identity import SignedTokens, TokenRefusedError
from storage.database import make_engine, writing

#: Signs the tokens of the plain application.
KEY: Final = bytes(32)
_TABLES = MetaData()
_CASE = Table(
    "plain_case",
    _TABLES,
    Column("id", String, primary_key=True),
    Column("version", Integer),
    Column("stage", String),
)
_AUDIT = Table(
    "plain_audit",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("case_id", String),
    Column("who", String),
    Column("at", String),
    Column("body", String),
)


class Submitted(BaseModel):
    """What a step hands in."""

    facts: str
    basis: list[str]
    measures: list[str]


class Taken(BaseModel):
    """A step that was taken."""

    version: int


def create_app() -> FastAPI:
    """The application, on an empty record."""
    engine = make_engine(f"sqlite:///{os.environ['BENCH_RECORD']}")
    tokens = SignedTokens(KEY)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(_TABLES.create_all)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.post("/cases/{case_id}/steps")
    async def step(case_id: str, body: Submitted, authorization: Annotated[str, Header()]) -> Taken:
        """CRUD: one row changed, one audit row written, in one transaction."""
        try:
            who = await tokens.account_of(authorization.removeprefix("Bearer "))
        except TokenRefusedError:
            raise HTTPException(401) from None
        async with writing(engine) as connection:
            found = await connection.scalar(select(_CASE.c.version).where(_CASE.c.id == case_id))
            version = (found or 0) + 1
            if found is None:
                await connection.execute(insert(_CASE).values(id=case_id, version=version, stage="drafted"))
            else:
                await connection.execute(
                    update(_CASE).where(_CASE.c.id == case_id).values(version=version, stage="drafted")
                )
            await connection.execute(
                insert(_AUDIT).values(
                    case_id=case_id, who=who, at=datetime.now(UTC).isoformat(), body=body.model_dump_json()
                )
            )
        return Taken(version=version)

    @app.get("/bodies/{size}")
    async def body(size: int) -> Response:
        """So many bytes."""
        return Response(b"x" * size, media_type="application/json")

    return app
