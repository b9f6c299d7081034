"""Tables of the record (案卷库). What is personal is encrypted; what is searched for is a keyed hash or no secret.

The event table is the truth of a case. Tasks, deadlines and the columns of `case_file` are its read model, written in
the same transaction as the event they follow from.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.database import UtcDateTime


class OfficeRow(SQLModel, table=True):
    """The one row that says what this database is: a practice office (演练) or a real one, and whose key."""

    __tablename__ = "office"

    id: int = Field(primary_key=True)
    kind: str = Field(max_length=16)
    key_fingerprint: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)


class CaseRow(SQLModel, table=True):
    """A case as lists show it. `head` counts its events, `version` is what a screen must match."""

    __tablename__ = "case_file"
    __table_args__ = (
        Index("ix_case_file_list", "authority", "stage", "opened_at"),
        Index("ix_case_file_wake", "closed_at", "wake_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    no: str = Field(unique=True, max_length=32)
    kind: str = Field(max_length=32)
    regime: str = Field(max_length=64, index=True)
    rule_version: str = Field(max_length=64)
    authority: str = Field(max_length=64)
    superior: str | None = Field(default=None, max_length=64, index=True)
    practice: bool
    subject_ref: str = Field(max_length=64, index=True)
    document_ref: str = Field(max_length=64, index=True)
    business_key: str = Field(max_length=64, unique=True)
    summary: bytes = Field(sa_type=LargeBinary)  # subject and document, encrypted
    stage: str = Field(max_length=32)
    outcome: str | None = Field(default=None, max_length=32)
    head: int
    version: int
    link: str = Field(max_length=64)  # last link of the chain
    next_alarm_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # office time
    wake_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the same by the database's clock
    clock_offset: float = 0.0  # seconds that the practice clock of this case is ahead; 0 in a real office
    parent_id: str | None = Field(default=None, max_length=32, index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EventRow(SQLModel, table=True):
    """One event, never changed. `link` chains the ciphertext to all that came before (SM3)."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("case_id", "previous_link"),)

    case_id: str = Field(primary_key=True, foreign_key="case_file.id", max_length=32)
    seq: int = Field(primary_key=True)
    command_id: str = Field(unique=True, max_length=160)
    step: str = Field(max_length=48)
    item: str = Field(max_length=48)
    actor: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime)
    clause: str = Field(max_length=200)
    payload: bytes = Field(sa_type=LargeBinary)
    previous_link: str = Field(max_length=64)
    link: str = Field(max_length=64)


class SubmissionRow(SQLModel, table=True):
    """The legal receipt of a command (收件): committed before anything else happens to it, kept for ever."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_pending", "state", "received_at"),
        Index("ix_submission_case", "case_id", "state"),
    )

    command_id: str = Field(primary_key=True, max_length=160)
    account_id: str = Field(max_length=64)
    person_id: str = Field(max_length=64)
    route: str = Field(max_length=200)
    fingerprint: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    body: bytes = Field(sa_type=LargeBinary)  # the whole command, encrypted
    received_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(max_length=16)  # pending, decided, refused
    result: str | None = Field(default=None, sa_type=Text)  # JSON; holds nothing personal
    attempts: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TaskRow(SQLModel, table=True):
    """A step that waits for a person (待办). Written by the workflow as it opens the step."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_desk", "authority", "closed_seq", "due_at"),
        Index("ix_task_mine", "assignee", "closed_seq"),
        Index("ix_task_case", "case_id", "closed_seq"),
    )

    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(foreign_key="case_file.id", max_length=32)
    step: str = Field(max_length=48)
    item: str = Field(max_length=48)
    roles: str = Field(max_length=120)
    authority: str = Field(max_length=64)
    assignee: str | None = Field(default=None, max_length=64)  # account
    deadline: str | None = Field(default=None, max_length=80)
    due_on: date | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    provisional: bool = False
    clause: str = Field(max_length=200)
    opened_seq: int
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_seq: int | None = None


class TaskLogRow(SQLModel, table=True):
    """Who took, gave back or handed over a task, and why (领取、退回、转办)."""

    __tablename__ = "task_log"

    id: str = Field(primary_key=True, max_length=32)
    task_id: str = Field(foreign_key="task.id", max_length=32, index=True)
    operation: str = Field(max_length=16)
    by_account: str = Field(max_length=64)
    to_account: str | None = Field(default=None, max_length=64)
    reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime)


class DeadlineRow(SQLModel, table=True):
    """A deadline as lists show it (期限); the ledger itself follows from the events."""

    __tablename__ = "deadline"
    __table_args__ = (Index("ix_deadline_open", "state", "due_at"),)

    case_id: str = Field(primary_key=True, foreign_key="case_file.id", max_length=32)
    key: str = Field(primary_key=True, max_length=80)
    whose: str = Field(max_length=16)
    starts_on: date
    due_on: date | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    earliest_on: date | None = None
    latest_on: date | None = None
    provisional: bool
    calendar: str = Field(max_length=80)
    clause: str = Field(sa_type=Text)  # may cite whatever document and clause a legal officer named
    state: str = Field(max_length=16)  # running, suspended, met, overdue


class SeriesRow(SQLModel, table=True):
    """Last number given in a series: authority, kind, year. Its row lock makes numbers gapless."""

    __tablename__ = "number_series"

    authority: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=32)
    year: int = Field(primary_key=True)
    last: int


class DocumentRow(SQLModel, table=True):
    """A numbered paper: number when issued, file and digest once, when produced (文书)."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("authority", "kind", "year", "ordinal"),
        Index(  # the few that wait for their file, found without a look at all the others
            "ix_document_unproduced",
            "case_id",
            sqlite_where=text("sm3 IS NULL"),
            postgresql_where=text("sm3 IS NULL"),
        ),
    )

    id: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(foreign_key="case_file.id", max_length=32, index=True)
    seq: int  # event that issued it
    item: str = Field(max_length=48)
    kind: str = Field(max_length=32)
    authority: str = Field(max_length=64)
    year: int
    ordinal: int
    number: str = Field(max_length=80)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    file: bytes | None = Field(default=None, sa_type=LargeBinary)  # encrypted PDF
    sm3: str | None = Field(default=None, max_length=64)
    produced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    voided_reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxRow(SQLModel, table=True):
    """What must happen outside because of an event, written in the event's own transaction."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "done_at", "next_attempt_at"),)

    id: str = Field(primary_key=True, max_length=64)
    case_id: str = Field(max_length=32)
    seq: int
    kind: str = Field(max_length=32)
    body: bytes = Field(sa_type=LargeBinary)  # encrypted
    created_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ImportRow(SQLModel, table=True):
    """One intake file (导入批次): what it was, who handed it in, and how far it has been taken over."""

    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_unfinished", "finished_at", "received_at"),)

    id: str = Field(primary_key=True, max_length=32)
    file_hash: str = Field(unique=True, max_length=64)  # keyed, of the bytes and of whose file it is
    authority: str = Field(max_length=64, index=True)  # of whoever handed it in
    account_id: str = Field(max_length=64)
    actor: bytes = Field(sa_type=LargeBinary)
    name: bytes = Field(sa_type=LargeBinary)
    format: str = Field(max_length=16)
    encoding: str | None = Field(default=None, max_length=16)
    notices: str = Field(sa_type=Text)  # JSON; about the file itself, nothing of its content
    judged_on: date  # the day on which its rows are judged, also when that ends later
    received_at: datetime = Field(sa_type=UtcDateTime)
    file: bytes | None = Field(default=None, sa_type=LargeBinary)  # sealed; only until it has been taken over
    stage: str = Field(max_length=16)  # reading, retrying, done
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rows: int
    taken: int = 0  # rows of it that have been dealt with
    kept: int = 0
    repeated: int = 0  # rows whose penalty was on record already
    refused: int = 0
    duplicates: int = 0  # of the refused: the same penalty twice in this file


class ImportFaultRow(SQLModel, table=True):
    """One fault of a refused row of an intake file: where and why, never the value."""

    __tablename__ = "import_fault"
    __table_args__ = (Index("ix_import_fault_page", "import_id", "row"),)

    id: str = Field(primary_key=True, max_length=48)  # sorts as the file does
    import_id: str = Field(foreign_key="import_batch.id", max_length=32)
    row: int
    field: str = Field(max_length=64)
    heading: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    reason: str = Field(sa_type=Text)
    expected: str = Field(sa_type=Text)


class PenaltyRow(SQLModel, table=True):
    """An acceptable penalty record, kept whether or not it starts a case (行政处罚记录)."""

    __tablename__ = "penalty_record"

    id: str = Field(primary_key=True, max_length=32)
    natural_key: str = Field(unique=True, max_length=64)
    import_id: str = Field(foreign_key="import_batch.id", max_length=32, index=True)
    row: int
    authority: str = Field(max_length=64, index=True)
    subject_ref: str = Field(max_length=64, index=True)
    decided_on: date
    record: bytes = Field(sa_type=LargeBinary)


class LeadRow(SQLModel, table=True):
    """A penalty record that meets the trigger of a list regime (线索): received as a submission, or why not."""

    __tablename__ = "lead"
    __table_args__ = (Index("ix_lead_page", "import_id", "row"),)

    command_id: str = Field(
        primary_key=True, max_length=160
    )  # follows from penalty and regime: one lead for both
    penalty_id: str = Field(foreign_key="penalty_record.id", max_length=32, index=True)
    import_id: str = Field(foreign_key="import_batch.id", max_length=32)  # the import that brought it in
    row: int
    authority: str = Field(max_length=64)
    regime: str = Field(max_length=64)
    reason: str = Field(sa_type=Text)  # words of the rule alone
    verified: bool  # False: rests on a threshold that nobody has verified
    remarks: str = Field(sa_type=Text)  # JSON; what an officer has to look at, without values
    case_id: str | None = Field(default=None, max_length=32, index=True)  # None: not received
    problem: str | None = Field(default=None, sa_type=Text)  # JSON; why it was not received


class ConfirmationRow(SQLModel, table=True):
    """An authorised legal officer confirmed a figure with its source (法制人员确认)."""

    __tablename__ = "confirmation"

    id: str = Field(primary_key=True, max_length=160)
    regime: str = Field(max_length=64, index=True)
    key: str = Field(max_length=80)
    practice: bool
    person_id: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
    value: str = Field(sa_type=Text)  # the confirmation as JSON: figure, source, by whom


def _table(row: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(row.__tablename__)]


OFFICE = _table(OfficeRow)
CASE = _table(CaseRow)
EVENT = _table(EventRow)
SUBMISSION = _table(SubmissionRow)
TASK = _table(TaskRow)
TASK_LOG = _table(TaskLogRow)
DEADLINE = _table(DeadlineRow)
SERIES = _table(SeriesRow)
DOCUMENT = _table(DocumentRow)
OUTBOX = _table(OutboxRow)
IMPORT = _table(ImportRow)
IMPORT_FAULT = _table(ImportFaultRow)
PENALTY = _table(PenaltyRow)
LEAD = _table(LeadRow)
CONFIRMATION = _table(ConfirmationRow)
