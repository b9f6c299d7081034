"""Numbering series (文号、案号): one row a series, locked by whoever takes the next number."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_if_absent
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.document_numbers import DocumentNumber
from domain.papers.kinds import PaperKind
from storage.database import for_update
from storage.tables import SERIES


async def next_ordinal(connection: AsyncConnection, authority: str, kind: str, year: int) -> int:
    """The next number of a series, from 1. Within the caller's transaction: rolled back, it was never given."""
    series = (SERIES.c.authority == authority) & (SERIES.c.kind == kind) & (SERIES.c.year == year)
    if connection.dialect.name == "postgresql":
        await connection.execute(
            insert_if_absent(SERIES)
            .values(authority=authority, kind=kind, year=year, last=0)
            .on_conflict_do_nothing()
        )
    last = await connection.scalar(for_update(select(SERIES.c.last).where(series)))
    if last is None:
        await connection.execute(insert(SERIES).values(authority=authority, kind=kind, year=year, last=1))
        return 1
    await connection.execute(update(SERIES).where(series).values(last=last + 1))
    return int(last) + 1


def paper_number(docmark: str, kind: str, year: int, ordinal: int) -> str:
    """文号 of a paper: 机关代字 with the kind's character, year, number (GB/T 9704-2012)."""
    return str(DocumentNumber(series=f"{docmark}{PaperKind(kind).mark}", year=year, sequence=ordinal))
