"""The whole examination of an office, in order: where the house is unfit, the rest can't be looked at."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy import select
from temporalio.client import Client
from temporalio.service import RPCError

from doctor.backlog import backlog, numbers
from doctor.cases import CaseCheck, listed_without_period
from doctor.engine import EngineCheck, worker_polls
from doctor.findings import Finding
from doctor.house import calendar, clock, fit_to_open
from domain.procedure.walk import UnexpectedEvent
from settings import Settings
from storage.crypto import CipherError
from storage.database import make_engine, reading
from storage.office import Office, open_office
from storage.tables import CASE
from workflows.connect import TemporalNotSetError, connect

_UNREADABLE = (CipherError, ValidationError, UnexpectedEvent, KeyError)


async def examine(settings: Settings, *, only_open: bool = False) -> list[Finding]:
    """Everything that is wrong with the office of these settings; of cases, `only_open` looks at open ones alone."""
    engine = make_engine(settings.database_url)
    try:
        found = [finding async for finding in fit_to_open(settings, engine)]
    finally:
        await engine.dispose()
    if found:
        return found
    office = await open_office(settings)
    try:
        for checks in (
            clock(office.engine, practice=office.practice),
            calendar(datetime.now(UTC)),
            numbers(office),
            backlog(office),
            listed_without_period(office),
        ):
            found += [finding async for finding in checks]
        cases = CaseCheck(office)
        for case_id in await cases.ids(only_open=only_open):
            found += await cases.look(case_id)
        return found + await _engine(settings, office, cases)
    finally:
        await office.engine.dispose()


async def _engine(settings: Settings, office: Office, cases: CaseCheck) -> list[Finding]:
    try:
        client = await connect(settings, identity="doctor", wait=5.0)
    except TemporalNotSetError as unknown:
        return [Finding("TEMPORAL_UNKNOWN", str(unknown).rstrip("。"), "启动后再查一次")]
    except (RuntimeError, RPCError):
        return [Finding("TEMPORAL_AWAY", "Temporal 没有应答", "启动 Temporal；其间照常收件")]
    found = [finding async for finding in worker_polls(client, settings.temporal_task_queue)]
    if any(finding.fault for finding in found):
        return found  # nobody could answer a query
    return await _workflows(client, office, cases)


async def _workflows(client: Client, office: Office, cases: CaseCheck) -> list[Finding]:
    async with reading(office.engine) as connection:
        rows = (
            await connection.execute(select(CASE.c.id, CASE.c.no).where(CASE.c.closed_at.is_(None)))
        ).all()
    check = EngineCheck(client, cases)

    async def look(case_id: str, no: str) -> list[Finding]:
        try:
            return await check.look(case_id, no)
        except _UNREADABLE:
            return []  # said already, of the record

    return [
        finding
        for found in await asyncio.gather(*(look(row.id, row.no) for row in rows))
        for finding in found
    ]
