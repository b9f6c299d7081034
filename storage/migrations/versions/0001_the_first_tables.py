"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "case_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("regime", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.String(length=64), nullable=False),
        sa.Column("superior", sa.String(length=64), nullable=True),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("subject_ref", sa.String(length=64), nullable=False),
        sa.Column("document_ref", sa.String(length=64), nullable=False),
        sa.Column("business_key", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("next_alarm_at", UtcDateTime(), nullable=True),
        sa.Column("wake_at", UtcDateTime(), nullable=True),
        sa.Column("clock_offset", sa.Float(), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("business_key", name=op.f("uq_case_file_business_key")),
        sa.UniqueConstraint("no", name=op.f("uq_case_file_no")),
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_file_document_ref"), ["document_ref"], unique=False)
        batch_op.create_index("ix_case_file_list", ["authority", "stage", "opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_regime"), ["regime"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_subject_ref"), ["subject_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_superior"), ["superior"], unique=False)
        batch_op.create_index("ix_case_file_wake", ["closed_at", "wake_at"], unique=False)

    op.create_table(
        "confirmation",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("regime", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
    )
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmation_regime"), ["regime"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("encoding", sa.String(length=16), nullable=True),
        sa.Column("notices", sa.Text(), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("file_hash", name=op.f("uq_import_batch_file_hash")),
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_batch_authority"), ["authority"], unique=False)
        batch_op.create_index("ix_import_batch_unfinished", ["finished_at", "received_at"], unique=False)

    op.create_table(
        "number_series",
        sa.Column("authority", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "kind", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due", ["done_at", "next_attempt_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "submission",
        sa.Column("command_id", sa.String(length=160), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_submission")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index("ix_submission_case", ["case_id", "state"], unique=False)
        batch_op.create_index("ix_submission_pending", ["state", "received_at"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("authority", sa.String(length=64), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("subject_ref", sa.String(length=64), nullable=True),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("suspended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_authority"), ["authority"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_subject_ref"), ["subject_ref"], unique=False)

    op.create_table(
        "deadline",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("whose", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("earliest_on", sa.Date(), nullable=True),
        sa.Column("latest_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("calendar", sa.String(length=80), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_deadline_case_id_case_file")),
        sa.PrimaryKeyConstraint("case_id", "key", name=op.f("pk_deadline")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_open", ["state", "due_at"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("authority", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("sm3", sa.String(length=64), nullable=True),
        sa.Column("produced_at", UtcDateTime(), nullable=True),
        sa.Column("voided_reason", sa.LargeBinary(), nullable=True),
        sa.Column("voided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_document_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "authority", "kind", "year", "ordinal", name=op.f("uq_document_authority_kind_year_ordinal")
        ),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_document_unproduced",
            ["case_id"],
            unique=False,
            sqlite_where=sa.text("sm3 IS NULL"),
            postgresql_where=sa.text("sm3 IS NULL"),
        )

    op.create_table(
        "event",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(length=160), nullable=False),
        sa.Column("step", sa.String(length=48), nullable=False),
        sa.Column("item", sa.String(length=48), nullable=False),
        sa.Column("actor", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("previous_link", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_event_case_id_case_file")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_event")),
        sa.UniqueConstraint("case_id", "previous_link", name=op.f("uq_event_case_id_previous_link")),
        sa.UniqueConstraint("command_id", name=op.f("uq_event_command_id")),
    )
    op.create_table(
        "import_fault",
        sa.Column("id", sa.String(length=48), nullable=False),
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("heading", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_import_fault_import_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_fault")),
    )
    with op.batch_alter_table("import_fault", schema=None) as batch_op:
        batch_op.create_index("ix_import_fault_page", ["import_id", "row"], unique=False)

    op.create_table(
        "penalty_record",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("natural_key", sa.String(length=64), nullable=False),
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(length=64), nullable=False),
        sa.Column("subject_ref", sa.String(length=64), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_penalty_record_import_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_record")),
        sa.UniqueConstraint("natural_key", name=op.f("uq_penalty_record_natural_key")),
    )
    with op.batch_alter_table("penalty_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_penalty_record_authority"), ["authority"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_record_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_record_subject_ref"), ["subject_ref"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=48), nullable=False),
        sa.Column("item", sa.String(length=48), nullable=False),
        sa.Column("roles", sa.String(length=120), nullable=False),
        sa.Column("authority", sa.String(length=64), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=True),
        sa.Column("deadline", sa.String(length=80), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("opened_seq", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_task_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_case", ["case_id", "closed_seq"], unique=False)
        batch_op.create_index("ix_task_desk", ["authority", "closed_seq", "due_at"], unique=False)
        batch_op.create_index("ix_task_mine", ["assignee", "closed_seq"], unique=False)

    op.create_table(
        "delegation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lender_account_id", sa.String(length=32), nullable=False),
        sa.Column("substitute_account_id", sa.String(length=32), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lender_account_id"], ["account.id"], name=op.f("fk_delegation_lender_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_account_id"],
            ["account.id"],
            name=op.f("fk_delegation_substitute_account_id_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_delegation_lender_account_id"), ["lender_account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_delegation_substitute_account_id"), ["substitute_account_id"], unique=False
        )

    op.create_table(
        "lead",
        sa.Column("command_id", sa.String(length=160), nullable=False),
        sa.Column("penalty_id", sa.String(length=32), nullable=False),
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(length=64), nullable=False),
        sa.Column("regime", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_lead_import_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["penalty_id"], ["penalty_record.id"], name=op.f("fk_lead_penalty_id_penalty_record")
        ),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_lead")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_lead_page", ["import_id", "row"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_penalty_id"), ["penalty_id"], unique=False)

    op.create_table(
        "task_log",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("operation", sa.String(length=16), nullable=False),
        sa.Column("by_account", sa.String(length=64), nullable=False),
        sa.Column("to_account", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_log_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_log")),
    )
    with op.batch_alter_table("task_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_log_task_id"), ["task_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("task_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_log_task_id"))

    op.drop_table("task_log")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_penalty_id"))
        batch_op.drop_index("ix_lead_page")
        batch_op.drop_index(batch_op.f("ix_lead_case_id"))

    op.drop_table("lead")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegation_substitute_account_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_lender_account_id"))

    op.drop_table("delegation")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_mine")
        batch_op.drop_index("ix_task_desk")
        batch_op.drop_index("ix_task_case")

    op.drop_table("task")
    with op.batch_alter_table("penalty_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_penalty_record_subject_ref"))
        batch_op.drop_index(batch_op.f("ix_penalty_record_import_id"))
        batch_op.drop_index(batch_op.f("ix_penalty_record_authority"))

    op.drop_table("penalty_record")
    with op.batch_alter_table("import_fault", schema=None) as batch_op:
        batch_op.drop_index("ix_import_fault_page")

    op.drop_table("import_fault")
    op.drop_table("event")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_unproduced")
        batch_op.drop_index(batch_op.f("ix_document_case_id"))

    op.drop_table("document")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index("ix_deadline_open")

    op.drop_table("deadline")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_subject_ref"))
        batch_op.drop_index(batch_op.f("ix_account_person_id"))
        batch_op.drop_index(batch_op.f("ix_account_authority"))

    op.drop_table("account")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_pending")
        batch_op.drop_index("ix_submission_case")

    op.drop_table("submission")
    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_due")

    op.drop_table("outbox")
    op.drop_table("office")
    op.drop_table("number_series")
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_import_batch_unfinished")
        batch_op.drop_index(batch_op.f("ix_import_batch_authority"))

    op.drop_table("import_batch")
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_confirmation_regime"))

    op.drop_table("confirmation")
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_index("ix_case_file_wake")
        batch_op.drop_index(batch_op.f("ix_case_file_superior"))
        batch_op.drop_index(batch_op.f("ix_case_file_subject_ref"))
        batch_op.drop_index(batch_op.f("ix_case_file_regime"))
        batch_op.drop_index(batch_op.f("ix_case_file_parent_id"))
        batch_op.drop_index("ix_case_file_list")
        batch_op.drop_index(batch_op.f("ix_case_file_document_ref"))

    op.drop_table("case_file")
