"""Taking over intake files (导入): row by row into records, and each lead into a case at 线索.

A lead is admitted by the rule of its regime, not by who handed the file in: the trigger is the law's, and the officer
of the deciding authority has yet to verify effect and ground. Whoever handed it in stands in the first event.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Final
from uuid import uuid4

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from activities.carriage import Carrier, EngineAway
from activities.opening import authority_of, opening_of, rule_in_force
from documents.glyphs import unprintable_field
from domain.confirmation import Confirmation
from domain.leads import identifier_of, opening_form
from domain.penalty_record import FaultKind, PenaltyRecord, fault
from domain.people import Actor
from domain.procedure.events import Command, legal_day
from domain.procedure.proposal import propose
from domain.procedure.steps import Course
from domain.procedure.walk import Walk
from domain.refusals import LegalRefusal, Malformed, Refusal
from domain.regimes import Lawbook
from domain.rules import Rule
from intake.penalties import Reading, read_penalties
from intake.results import RowFault, RowOk, RowResult
from law.calendar_loader import load_calendar
from law.loader import load_lawbook
from law.triggers import TriggerHit, find_leads
from storage.confirmations import Confirmations
from storage.imports import ROUTE, Chunk, Imports, Job, Kept, Lead, lead_key
from storage.office import Office
from storage.people import subject_ref
from storage.receipts import Receipts, Wish
from storage.record import seal_command

_LOG = structlog.get_logger()
# Technical measures, none a legal figure.
_ROWS: Final = 200  # of one transaction
_AT_ONCE: Final = 16  # leads on their way to their workflows
_PATIENCE: Final = timedelta(seconds=10)
_PAUSE: Final = 5.0  # seconds between two looks for files whose taking over was broken off

_CREDIT_OFFICE: Final = "credit_office"


def authorities_by_uscc(book: Lawbook) -> dict[str, str]:
    """Credit code → name of every body that may report."""
    return {body.uscc: body.name for body in book.authorities.values()}


def speaks_for_all(book: Lawbook, authority: str | None) -> bool:
    """Whether this body gathers the records of all others (社会信用体系建设牵头单位)."""
    body = book.authorities.get(authority or "")
    return body is not None and body.kind == _CREDIT_OFFICE


def open_file(data: bytes, today: date) -> Reading:
    """The rows of an intake file. Raises FileRefused."""
    return read_penalties(BytesIO(data), today=today, authorities=authorities_by_uscc(load_lawbook()))


class Importer:
    """Takes over what is waiting. Several at once, in as many processes, are harmless."""

    def __init__(
        self, office: Office, carrier: Carrier, confirmations: Confirmations, course: Course
    ) -> None:
        """`course`: the kind of case that a lead opens."""
        self._office, self._carrier, self._confirmations = office, carrier, confirmations
        self._imports = Imports(office)
        self._course = course
        self._called = asyncio.Event()

    def call(self) -> None:
        """A file has come in: no need to wait for the next look."""
        self._called.set()

    async def run(self) -> None:
        """Looks again and again until cancelled; a fault is logged, and what it broke off is taken up later."""
        while True:
            self._called.clear()
            try:
                while (job := await self._imports.claim()) is not None:
                    await self.take_over(job)
            except (SQLAlchemyError, OSError, Refusal) as broken:
                _LOG.warning("import", error=type(broken).__name__)
            except Exception as unforeseen:  # its claim runs out, so it is tried again, but not at once
                _LOG.error("import", error=type(unforeseen).__name__)
            try:
                await asyncio.wait_for(self._called.wait(), _PAUSE)
            except TimeoutError:
                continue

    async def take_over(self, job: Job) -> None:
        """Takes one file over to its end, or leaves it to whoever is quicker."""
        delivery = _Delivery(self._carrier)
        if job.stage == "retrying":
            await self._try_again(job, delivery)
        elif not await self._read(job, delivery):
            return
        await self._imports.finish(job)

    async def _read(self, job: Job, delivery: _Delivery) -> bool:
        reading = await asyncio.to_thread(_opened_behind, job)
        taken = job.taken
        while True:
            desk = await self._desk(job)
            chunk = await asyncio.to_thread(desk.chunk, reading)
            if not chunk.drawn:
                return True
            commands = await self._imports.take(job, taken, chunk)
            if commands is None:
                return False
            taken += chunk.drawn
            await delivery.carry(commands)

    async def _try_again(self, job: Job, delivery: _Delivery) -> None:
        after = ""
        while records := await self._imports.unopened(job.id, after, _ROWS):
            desk = await self._desk(job)
            leads = await asyncio.to_thread(desk.leads_again, records)
            await delivery.carry(await self._imports.try_again(job, leads))
            after = records[-1][0]

    async def _desk(self, job: Job) -> _Desk:
        return _Desk(
            self._office,
            self._imports,
            self._course,
            job.actor,
            now=await self._confirmations.now(),
            confirmations=await self._confirmations.all(),
        )


class _Delivery:
    """Carries the leads of one file to their workflows, some at once; when Temporal is away the relay will."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._away = False

    async def carry(self, commands: Sequence[Command]) -> None:
        """Carries them, as far as somebody is there to decide."""
        await asyncio.gather(*(self._carry(command) for command in commands))

    async def _carry(self, command: Command) -> None:
        async with self._gate:
            if self._away:
                return
            try:
                await self._carrier.carry(command, kind="determination", patience=_PATIENCE)
            except EngineAway:
                self._away = True


class _Desk:
    """What rows are judged by at one moment: law, calendar, confirmations; and what they become."""

    def __init__(
        self,
        office: Office,
        imports: Imports,
        course: Course,
        actor: Actor,
        *,
        now: datetime,
        confirmations: Sequence[Confirmation],
    ) -> None:
        self._office, self._imports, self._course, self._actor = office, imports, course, actor
        self._receipts = Receipts(office)
        self._book = load_lawbook()
        self._now = now
        self._confirmations = confirmations
        self._rules: dict[str, Rule | Refusal] = {}

    def chunk(self, reading: Iterator[RowResult]) -> Chunk:
        """The next rows of a file, checked and sealed."""
        chunk = Chunk()
        for result in itertools.islice(reading, _ROWS):
            chunk.drawn += 1
            checked = self._within_reach(result)
            if isinstance(checked, RowFault):
                chunk.refused += 1
                chunk.duplicates += any(f.kind is FaultKind.DUPLICATE for f in checked.faults)
                chunk.faults += ((checked.row, found) for found in checked.faults)
                continue
            chunk.kept.append(self._kept(checked))
            chunk.leads += self.leads(checked.row, checked.record, checked.warnings)
        return chunk

    def leads(self, row: int, record: PenaltyRecord, remarks: Sequence[str]) -> list[Lead]:
        """The leads that a record is: one for each regime whose trigger it meets."""
        return [self._lead(row, record, tuple(remarks), hit) for hit in find_leads(self._book, record)]

    def leads_again(self, records: Sequence[tuple[str, int, PenaltyRecord]]) -> list[Lead]:
        """The leads of records that are kept already; their remarks stand with them."""
        return [lead for _, row, record in records for lead in self.leads(row, record, ())]

    def _within_reach(self, result: RowResult) -> RowResult:
        """Officers hand in the penalties of their own body and those below it; the credit office hands in all."""
        if isinstance(result, RowFault) or speaks_for_all(self._book, self._actor.authority):
            return result
        body = self._book.authority(result.record.authority_code)
        if body is not None and self._actor.authority in (
            body.code,
            *(above.code for above in self._book.above(body)),
        ):
            return result
        reason = "处罚机关不是导入人所在机关或者其下级机关"
        expected = "本机关及下级机关的处罚；其他机关的由其自行导入，或者由社会信用体系建设牵头单位导入"
        return RowFault(result.row, (fault("authority_code", FaultKind.AUTHORITY, reason, expected),))

    def _kept(self, accepted: RowOk) -> Kept:
        record, record_id = accepted.record, uuid4().hex
        body = self._book.authority(record.authority_code)
        return Kept(
            id=record_id,
            natural_key=self._natural_key(record),
            row=accepted.row,
            authority=body.code if body is not None else record.authority_code,
            subject_ref=subject_ref(self._office.keyed, identifier_of(record)),
            decided_on=record.decided_on,
            record=self._imports.seal_record(record_id, record),
        )

    def _natural_key(self, record: PenaltyRecord) -> str:
        return self._office.keyed(record.natural_key(), "penalty")

    def _lead(self, row: int, record: PenaltyRecord, remarks: tuple[str, ...], hit: TriggerHit) -> Lead:
        natural_key = self._natural_key(record)
        lead = Lead(
            command_id=lead_key(self._office, natural_key, hit.regime),
            natural_key=natural_key,
            row=row,
            authority=authority_of(self._book, record.authority_code).code,
            regime=hit.regime,
            reason=f"{hit.title}：{hit.explanation}",
            verified=hit.verified,
            remarks=remarks,
        )
        try:
            command = self._command(lead, record, hit)
            _must_be_printable(command)
            propose(Walk(self._course), command)  # nothing is received that admission forbids
        except Refusal as refusal:
            return replace(lead, problem=refusal.as_problem())
        wish = Wish(command.id, command.case_id, ROUTE, command.step, command.actor, command.form)
        return replace(
            lead,
            command=command,
            body=seal_command(self._office, command),
            fingerprint=self._receipts.fingerprint(wish, {"penalty": natural_key, "regime": hit.regime}),
        )

    def _command(self, lead: Lead, record: PenaltyRecord, hit: TriggerHit) -> Command:
        try:
            form = opening_form(record, regime=hit.regime, authority=lead.authority, ground=hit.grounds[0])
        except ValidationError:  # whose words would repeat the value
            raise LegalRefusal(
                code="LEAD_MALFORMED",
                title="记录不能作为立案表单",
                detail="记录中有的内容超出立案表单的格式，须由承办人登记线索",
            ) from None
        opening = opening_of(
            self._office,
            form,
            authority=authority_of(self._book, lead.authority),
            rule=self._rule(hit.regime),
            calendar=load_calendar(known_on=legal_day(self._now)).working_days,
        )
        return Command(
            id=lead.command_id,
            case_id=uuid4().hex,
            step=self._course.opens_with,
            actor=self._actor,
            form=opening.model_dump(mode="json"),
            received_at=self._now,
        )

    def _rule(self, regime: str) -> Rule:
        """The rule in force now, resolved once. Raises its refusal."""
        if regime not in self._rules:
            try:
                self._rules[regime] = rule_in_force(regime, self._confirmations, self._now)
            except Refusal as refusal:
                self._rules[regime] = refusal
        found = self._rules[regime]
        if isinstance(found, Refusal):
            raise found
        return found


def _opened_behind(job: Job) -> Reading:
    """The file, behind the rows that were taken over before it was broken off."""
    reading = open_file(job.data, job.judged_on)
    for _ in itertools.islice(reading, job.taken):
        pass
    return reading


def _must_be_printable(command: Command) -> None:
    """A text that no font can show would stop the paper that quotes it. Raises Malformed, without the character."""
    found = unprintable_field(command.form)
    if found is not None:
        raise Malformed(
            code="GLYPH_MISSING",
            detail=f"{found[0]}含有现有字库没有的字符，文书无法印出",
            field=found[0],
            expected="由系统管理员加装字体后，由承办人登记线索",
        )
