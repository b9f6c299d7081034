"""Storm: one case can't go on, because its record is not what the procedure can have brought about."""

from __future__ import annotations

import time

from sqlalchemy import insert, select, update

from chaos.people import Sent, Violation
from chaos.run import Report, Run, all_of
from chaos.story import BODY
from settings import Settings
from storage.database import writing
from storage.office import open_office
from storage.record import Record, event_place
from storage.tables import CASE, EVENT


async def wedged(run: Run) -> Report:
    """It delays nobody, the doctor names it, and it is the last storm: the record of this office is spoilt after it."""
    report, began = run.report("一案卡死"), time.monotonic()
    try:
        victim = run.story("victim", again=0.0, leave=0.0)
        await victim.open()
        stuck = time.monotonic()
        await _spoil(run.office.settings, victim.no)
        headers = (("If-Match", '"v2"'),)
        for number in range(6):
            body, key = {"text": "卡死之后"}, f"{victim.seed}-stuck-{number}"
            note = Sent(f"{BODY}-officer", f"/cases/{victim.no}/actions/note", body, key, headers)
            await run.people.send_and_leave(note, 5.0)
        slow = time.monotonic()
        await all_of(*(run.story(f"v{number}", again=0.0, leave=0.0).run() for number in range(run.clients)))
        report.numbers["他案用秒"] = round(time.monotonic() - slow, 1)
        code, output = await run.office.command("doctor")
        if code != 1 or victim.no not in output:
            raise Violation(f"the doctor does not name {victim.no}:\n{output}")
        report.numbers["秒后被体检指出"] = round(time.monotonic() - stuck, 1)
    except Violation as violation:
        report.faults.append(str(violation))
    report.seconds = time.monotonic() - began
    return report


async def _spoil(settings: Settings, no: str) -> None:
    """Puts an event on record that the procedure doesn't await."""
    office = await open_office(settings)
    try:
        async with writing(office.engine) as connection:
            case_id = await connection.scalar(select(CASE.c.id).where(CASE.c.no == no))
            last = (await Record(office).load(str(case_id))).events[-1]
            of_last = (EVENT.c.case_id == case_id) & (EVENT.c.seq == last.seq)
            row = (await connection.execute(select(EVENT).where(of_last))).mappings().one()
            seq = last.seq + 1
            spoilt = dict(row) | {
                "seq": seq,
                "command_id": f"spoilt-{no}",
                "step": "give_consent",
                "previous_link": row["link"],
                "link": "0" * 64,
            }
            place = event_place(str(case_id), spoilt, command=str(spoilt["command_id"]))
            spoilt |= {
                "actor": office.cipher.encrypt(None, **place),
                "payload": office.cipher.encrypt({}, **place),
            }
            await connection.execute(insert(EVENT).values(spoilt))
            await connection.execute(update(CASE).where(CASE.c.id == case_id).values(head=seq, version=seq))
    finally:
        await office.engine.dispose()
