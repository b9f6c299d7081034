"""The sandbox that workflows run in: our own pure layers pass through it, so that a run starts in milliseconds."""

from __future__ import annotations

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

_OURS = ("domain", "storage", "activities", "workflows", "documents", "law")
_THEIRS = (
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "workalendar",
    "dateutil",
    "sqlalchemy",
    "sqlmodel",
    "stdnum",
)

RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*_OURS, *_THEIRS)
)
