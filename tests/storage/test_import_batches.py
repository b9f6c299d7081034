"""An intake file is taken over once, chunk by chunk, whoever does it and however often the work is broken off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Select, func, select, update

from domain.penalty_record import FaultKind, PenaltyRecord, fault
from domain.people import Actor, Role
from domain.procedure.events import Command
from domain.refusals import NotFound
from domain.rules import Level, SubjectKind
from storage.crypto import FieldCipher, KeyedHash
from storage.database import database_now, make_engine, reading, writing
from storage.imports import Chunk, Imports, Job, Kept, Lead, Upload, lead_key
from storage.migrations import upgrade
from storage.office import Office
from storage.record import seal_command
from storage.tables import IMPORT, IMPORT_FAULT, LEAD, PENALTY, SUBMISSION

KEY = bytes(range(32))
OFFICER = Actor(
    account_id="a-officer",
    person_id="p-officer",
    roles=(Role.OFFICER,),
    authority="nanjing-market-regulation",
    level=Level.CITY,
)
ELSEWHERE = OFFICER.model_copy(update={"authority": "nanjing-emergency", "person_id": "p-else"})


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    await upgrade(database_url)
    engine = make_engine(database_url)
    yield Office(engine, FieldCipher(KEY), KeyedHash(KEY), KEY, practice=True)
    await engine.dispose()


def upload(data: bytes) -> Upload:
    return Upload(
        data=data,
        name="孙隐名.csv",
        format="csv",
        encoding="UTF-8",
        notices=(),
        rows=2,
        judged_on=date(2026, 11, 24),
    )


def record(number: str) -> PenaltyRecord:
    return PenaltyRecord(
        subject_name="孙隐名",
        subject_kind=SubjectKind.NATURAL_PERSON,
        person_id_type="身份证",
        person_id_number="32010419940813996X",
        document_number=number,
        violation_type="无证经营",
        facts="事实",
        basis="依据",
        kinds=("警告",),
        content="警告。",
        decided_on=date(2026, 5, 6),
        valid_until=date(2099, 12, 31),
        authority_name="南京市市场监督管理局",
        authority_code="113201004586427778",
        source_name="南京市市场监督管理局",
        source_code="113201004586427778",
    )


def kept(office: Office, imports: Imports, number: str, row: int = 2) -> Kept:
    penalty, record_id = record(number), uuid4().hex
    return Kept(
        id=record_id,
        natural_key=office.keyed(penalty.natural_key(), "penalty"),
        row=row,
        authority="nanjing-market-regulation",
        subject_ref=office.keyed("32010419940813996X", "subject"),
        decided_on=penalty.decided_on,
        record=imports.seal_record(record_id, penalty),
    )


async def lead(office: Office, of: Kept, *, barred: bool = False) -> Lead:
    async with reading(office.engine) as connection:
        now = await database_now(connection)
    plain = Lead(
        command_id=lead_key(office, of.natural_key, "market_regulation"),
        natural_key=of.natural_key,
        row=of.row,
        authority=of.authority,
        regime="market_regulation",
        reason="较重处罚",
        verified=True,
        remarks=(),
        problem={"code": "REGIME_IS_DRAFT", "detail": "草案"} if barred else None,
    )
    if barred:
        return plain
    command = Command(
        id=plain.command_id,
        case_id=uuid4().hex,
        step="open_case",
        actor=OFFICER,
        form={"name": "孙隐名"},
        received_at=now,
    )
    body = seal_command(office, command)
    return Lead(**{**vars(plain), "command": command, "body": body, "fingerprint": "f"})


async def claimed(imports: Imports) -> Job:
    job = await imports.claim()
    assert job is not None
    return job


async def received(office: Office, data: bytes = b"a file", actor: Actor = OFFICER) -> tuple[str, bool]:
    """The import of the file, and whether it was an earlier one."""
    imports = Imports(office)
    file_hash = imports.file_hash(data, actor.authority or "")
    async with writing(office.engine) as connection:
        answer = await imports.receive(connection, file_hash, upload(data), actor)
    return answer["import"], answer["repeated"]


async def handed_in(office: Office, data: bytes = b"a file") -> Job:
    await received(office, data)
    return await claimed(Imports(office))


async def count(office: Office, query: Select[Any]) -> int:
    async with reading(office.engine) as connection:
        return int(await connection.scalar(select(func.count()).select_from(query.subquery())) or 0)


async def broken_off(office: Office) -> None:
    """As if whoever was at it had died some time ago."""
    async with writing(office.engine) as connection:
        past = await database_now(connection) - timedelta(seconds=1)
        await connection.execute(
            update(IMPORT).where(IMPORT.c.claimed_until.is_not(None)).values(claimed_until=past)
        )


async def test_a_file_is_taken_over_by_one_at_a_time(office: Office) -> None:
    imports = Imports(office)
    await handed_in(office)
    assert await imports.claim() is None


async def test_a_chunk_counts_once_whoever_brings_it(office: Office) -> None:
    imports = Imports(office)
    job = await handed_in(office)
    number = fault("document_number", FaultKind.MISSING, "缺少必填内容", "必填")
    chunk = Chunk(
        drawn=2, refused=1, kept=[kept(office, imports, "宁市监罚〔2026〕1号")], faults=[(3, number)]
    )
    assert await imports.take(job, 0, chunk) == []
    assert await imports.take(job, 0, chunk) is None
    view = await imports.import_of(job.id, authority=None)
    assert (view.taken, view.kept, view.repeated, view.refused) == (2, 1, 0, 1)
    assert await count(office, select(PENALTY)) == 1
    assert [found["row"] for found in await imports.all_faults(job.id)] == [3]


async def test_work_broken_off_is_taken_up_behind_what_was_done(office: Office) -> None:
    imports = Imports(office)
    job = await handed_in(office)
    await imports.take(job, 0, Chunk(drawn=1, kept=[kept(office, imports, "宁市监罚〔2026〕1号")]))
    await broken_off(office)
    again = await claimed(imports)
    assert (again.id, again.taken, again.data) == (job.id, 1, b"a file")
    assert again.actor == OFFICER


async def test_the_file_itself_is_forgotten_when_it_has_been_taken_over(office: Office) -> None:
    imports = Imports(office)
    job = await handed_in(office)
    await imports.finish(job)
    assert await count(office, select(IMPORT.c.id).where(IMPORT.c.file.is_not(None))) == 0
    assert (await imports.import_of(job.id, authority=None)).state == "done"


async def test_a_penalty_that_is_on_record_is_kept_once(office: Office) -> None:
    imports = Imports(office)
    for data in (b"first", b"second"):
        job = await handed_in(office, data)
        await imports.take(job, 0, Chunk(drawn=1, kept=[kept(office, imports, "宁市监罚〔2026〕1号")]))
        await imports.finish(job)
    view = await imports.import_of(job.id, authority=None)
    assert (view.kept, view.repeated) == (0, 1)
    assert await count(office, select(PENALTY)) == 1


async def test_a_lead_in_two_files_is_received_once(office: Office) -> None:
    imports = Imports(office)
    carried = []
    for data in (b"first", b"second"):
        job = await handed_in(office, data)
        row = kept(office, imports, "宁市监罚〔2026〕1号")
        carried.append(
            await imports.take(job, 0, Chunk(drawn=1, kept=[row], leads=[await lead(office, row)]))
        )
        await imports.finish(job)
    assert [len(commands or []) for commands in carried] == [1, 0]
    assert await count(office, select(SUBMISSION)) == 1
    assert (await imports.import_of(job.id, authority=None)).opening == 0


async def test_a_lead_that_was_barred_is_received_with_the_file_that_brings_it_again(office: Office) -> None:
    imports = Imports(office)
    first = await handed_in(office, b"first")
    row = kept(office, imports, "宁市监罚〔2026〕1号")
    barred = await lead(office, row, barred=True)
    assert await imports.take(first, 0, Chunk(drawn=1, kept=[row], leads=[barred])) == []
    await imports.finish(first)
    assert [said["state"] for said in await imports.not_opened(first.id)] == ["not_opened"]

    second = await handed_in(office, b"second")
    again = kept(office, imports, "宁市监罚〔2026〕1号", row=9)
    commands = await imports.take(second, 0, Chunk(drawn=1, kept=[again], leads=[await lead(office, again)]))
    assert len(commands or []) == 1
    assert await imports.not_opened(first.id) == []
    assert (await imports.import_of(second.id, authority=None)).opening == 1


async def test_barred_leads_of_a_file_that_comes_again_are_tried_again(office: Office) -> None:
    imports = Imports(office)
    job = await handed_in(office)
    row = kept(office, imports, "宁市监罚〔2026〕1号")
    await imports.take(job, 0, Chunk(drawn=1, kept=[row], leads=[await lead(office, row, barred=True)]))
    await imports.finish(job)

    assert await received(office) == (job.id, True)
    again = await claimed(imports)
    assert (again.id, again.stage) == (job.id, "retrying")
    (unopened,) = await imports.unopened(job.id, "", 10)
    assert unopened[2].document_number == "宁市监罚〔2026〕1号"
    assert len(await imports.try_again(again, [await lead(office, row)])) == 1
    assert await imports.unopened(job.id, "", 10) == []


async def test_the_same_file_of_another_body_is_another_import(office: Office) -> None:
    imports = Imports(office)
    mine, _ = await received(office)
    assert await received(office) == (mine, True)
    theirs, repeated = await received(office, actor=ELSEWHERE)
    assert not repeated
    assert theirs != mine
    assert (await imports.import_of(mine, authority="nanjing-market-regulation")).name == "孙隐名.csv"
    with pytest.raises(NotFound):
        await imports.import_of(mine, authority="nanjing-emergency")


async def test_nothing_personal_can_be_read_in_the_tables(office: Office) -> None:
    imports = Imports(office)
    job = await handed_in(office, "孙隐名，32010419940813996X".encode())
    row = kept(office, imports, "宁市监罚〔2026〕1号")
    await imports.take(job, 0, Chunk(drawn=1, kept=[row], leads=[await lead(office, row)]))
    for table in (IMPORT, IMPORT_FAULT, PENALTY, LEAD, SUBMISSION):
        for stored in await everything(office, select(table)):
            assert "孙隐名".encode() not in stored
            assert b"32010419940813996X" not in stored


async def everything(office: Office, query: Select[Any]) -> list[bytes]:
    """Each value that rests in the rows found, as bytes."""
    async with reading(office.engine) as connection:
        return [
            value if isinstance(value, bytes) else str(value).encode()
            for row in (await connection.execute(query)).all()
            for value in row
        ]
