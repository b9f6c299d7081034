"""What starts the workflow of a case. The record holds the rest."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class CaseStart(BaseModel):
    """`fresh`: the record does not know the case yet; its first command opens it."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    fresh: bool = False


def workflow_id(case_id: str) -> str:
    """Id of the workflow of a case: random, so that Temporal's lists tell nothing."""
    return f"case-{case_id}"


def case_of(workflow: str) -> str | None:
    """The case that a workflow of this id carries; None when it is none of ours."""
    return workflow.removeprefix("case-") if workflow.startswith("case-") else None


#: Workflow type of each kind of case.
WORKFLOW_TYPES = {"determination": "Determination", "listing": "Listing"}
SUBMIT = "submit"
CHECK_CLOCK = "check_clock"
REFUSED = "Refused"  # type of the ApplicationError whose detail is a problem document
