"""How the record is shown: personal fields masked, instants with their offset, one shape for list and page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.tables import Column
from domain.masking import Mask, mask_name, masked, redact
from domain.people import Actor, Role
from domain.procedure.events import SHANGHAI, Event
from domain.procedure.outcome import Outcome, Stage
from domain.procedure.steps import Manner, Step
from domain.rules import SubjectKind
from storage.views import CaseView

CASE_COLUMNS = (
    Column("no", "案号"),
    Column("kind", "种类"),
    Column("regime", "名单制度"),
    Column("authority", "认定机关"),
    Column("subject", "信用主体"),
    Column("subject_id", "证件号码"),
    Column("document", "依据文书"),
    Column("stage", "阶段"),
    Column("stage_title", "办理阶段"),
    Column("outcome", "结果"),
    Column("outcome_title", "办理结果"),
    Column("version", "版本"),
    Column("opened_at", "登记时间"),
    Column("closed_at", "办结时间"),
    Column("next_alarm_at", "下一时限"),
    Column("practice", "演练"),
)

TASK_COLUMNS = (
    Column("id", "待办编号"),
    Column("case", "案号"),
    Column("action", "步骤"),
    Column("title", "待办事项"),
    Column("item", "所涉异议"),
    Column("roles", "岗位"),
    Column("authority", "办理机关"),
    Column("assignee", "领取账户"),
    Column("deadline", "期限"),
    Column("due_on", "届满日"),
    Column("provisional", "预估"),
    Column("clause", "依据"),
    Column("opened_at", "产生时间"),
    Column("case_version", "案件版本"),
)

_PERSONAL = {
    "name": Mask.NAME,
    "id_number": Mask.ID_NUMBER,
    "address": Mask.ADDRESS,
    "contact": Mask.PHONE,
    "representative": Mask.NAME,
    "born_on": Mask.HIDDEN,
}
#: Fields of forms that hold the name of somebody outside the office.
_NAMES = frozenset({"received_by"})
#: What the first event pins is shown by routes of its own, not in the timeline.
_PINNED = ("rule", "calendar", "subject_ref", "document_ref", "business_key", "clock_offset")


def shown_instant(instant: datetime | None) -> str | None:
    """RFC 3339 at +08:00: the office's own time."""
    return instant.astimezone(SHANGHAI).isoformat() if instant else None


def shown_day(day: date | None) -> str | None:
    """ISO 8601 date."""
    return day.isoformat() if day else None


def masked_subject(subject: Mapping[str, Any]) -> dict[str, Any]:
    """The subject with personal fields masked; an organisation's own name and credit code are public."""
    fields = dict(_PERSONAL)
    if subject["kind"] == SubjectKind.ORGANISATION:
        del fields["name"], fields["id_number"], fields["address"]
    return masked(subject, fields)


def case_item(view: CaseView) -> dict[str, Any]:
    """A case as a row of a list."""
    subject = masked_subject(view.summary["subject"])
    return {
        "no": view.no,
        "kind": view.kind,
        "regime": view.regime,
        "authority": view.authority,
        "subject": subject["name"],
        "subject_id": subject["id_number"],
        "document": view.summary["document"]["number"],
        "stage": view.stage,
        "stage_title": Stage(view.stage).label,
        "outcome": view.outcome,
        "outcome_title": Outcome(view.outcome).label if view.outcome else None,
        "version": view.version,
        "opened_at": shown_instant(view.opened_at),
        "closed_at": shown_instant(view.closed_at),
        "next_alarm_at": shown_instant(view.next_alarm_at),
        "practice": view.practice,
    }


def task_item(row: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """A task as a row of a list."""
    return {
        "id": row["id"],
        "case": row["no"],
        "action": row["step"],
        "title": step.title,
        "item": row["item"],
        "roles": row["roles"].split(","),
        "authority": row["authority"],
        "assignee": row["assignee"],
        "deadline": row["deadline"],
        "due_on": shown_day(row["due_on"]),
        "provisional": row["provisional"],
        "clause": row["clause"],
        "opened_at": shown_instant(row["opened_at"]),
        "case_version": row["version"],
    }


def event_item(event: Event, step: Step, subject: Mapping[str, Any], *, reader: Actor) -> dict[str, Any]:
    """An event as the timeline shows it to `reader`.

    A subject sees that each step was taken, and what is addressed to them or comes from them; drafts, opinions and
    remarks of the office, and who held the pen, are not theirs to see.
    """
    outside = reader.has(Role.SUBJECT)
    theirs = Role.SUBJECT in step.roles or bool(step.serves) or step.manner is Manner.CLOCK
    data = shown_data(event.data, subject) if theirs or not outside else {}
    if outside and "paper" in event.data:
        data["number"] = event.data["number"]
    return {
        "seq": event.seq,
        "step": event.step,
        "title": step.title,
        "item": event.item,
        "by": shown_actor(event.actor, whole=not outside),
        "received_at": shown_instant(event.received_at),
        "at": shown_instant(event.at),
        "clause": event.clause,
        "data": data,
    }


def shown_actor(actor: Actor | None, *, whole: bool = True) -> dict[str, Any] | None:
    """Who acted: account, person and roles, never a name; to the outside roles alone. None: the procedure itself."""
    if actor is None:
        return None
    roles = [role.value for role in actor.roles]
    if not whole:
        return {"roles": roles, "authority": actor.authority}
    return {
        "account": actor.account_id,
        "person": actor.person_id,
        "roles": roles,
        "authority": actor.authority,
        "on_behalf_of": actor.on_behalf_of.account_id if actor.on_behalf_of else None,
    }


def shown_data(data: Mapping[str, Any], subject: Mapping[str, Any]) -> dict[str, Any]:
    """What was entered, with personal values masked wherever they stand."""
    personal = [
        str(subject[field])
        for field in masked_subject(subject)
        if subject.get(field) and masked_subject(subject)[field] != subject[field]
    ]

    def hide(value: Any) -> Any:
        match value:
            case str():
                return redact(value, personal)
            case dict():
                return {key: hide(masked_alone(key, inner)) for key, inner in value.items()}
            case list():
                return [hide(inner) for inner in value]
            case _:
                return value

    return {
        key: masked_subject(value) if key == "subject" else hide(masked_alone(key, value))
        for key, value in data.items()
        if key not in _PINNED
    }


def masked_alone(key: str, value: Any) -> Any:
    """A value of a form, masked if the field is somebody's name whoever it is."""
    return mask_name(value) if key in _NAMES and isinstance(value, str) else value


def deadline_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A deadline as it stands. While provisional (预估) it is an interval, and nothing is overdue on it."""
    return {
        "key": row["key"],
        "whose": row["whose"],
        "starts_on": shown_day(row["starts_on"]),
        "due_on": shown_day(row["due_on"]),
        "ends_at": shown_instant(row["due_at"]),
        "provisional": row["provisional"],
        "earliest_on": shown_day(row["earliest_on"]),
        "latest_on": shown_day(row["latest_on"]),
        "state": row["state"],
        "calendar": row["calendar"],
        "clause": row["clause"],
    }


def document_item(no: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A numbered paper; `file` is null until it has been produced."""
    return {
        "seq": row["seq"],
        "kind": row["kind"],
        "number": row["number"],
        "item": row["item"],
        "issued_at": shown_instant(row["issued_at"]),
        "produced_at": shown_instant(row["produced_at"]),
        "sm3": row["sm3"],
        "voided": row["voided_at"] is not None,
        "file": f"/api/v1/cases/{no}/documents/{row['seq']}.pdf" if row["sm3"] else None,
    }
