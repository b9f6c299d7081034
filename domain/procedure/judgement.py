"""Judging a command against the file of its case: allowed, or barred by what.

The workflow, the list of actions and the dry run all ask this one function, so that they cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.people import Actor, Role, standing
from domain.procedure.casefile import CaseFile
from domain.procedure.events import Command
from domain.procedure.outcome import Outcome
from domain.procedure.steps import Course, Manner, Matter, Step
from domain.refusals import (
    Bar,
    Conflict,
    Forbidden,
    LegalRefusal,
    Malformed,
    Refusal,
    Stale,
    Suspended,
)
from domain.validation_words import faults_of

_FAMILY: dict[str, type[Refusal]] = {
    "ROLE_MISSING": Forbidden,
    "FOUR_EYES": Forbidden,
    "NOT_OPEN": Conflict,
    "CASE_CLOSED": Conflict,
    "ALREADY_DECIDED": Conflict,
    "ALREADY_DONE": Conflict,
    "CASE_OPEN": Conflict,
    "ITEM_UNKNOWN": Conflict,
    "SUSPENDED": Suspended,
}


class Action(BaseModel):
    """One step of the procedure as it stands for a person now: allowed, or barred because …"""

    model_config = ConfigDict(frozen=True)

    action: str
    title: str
    item: str
    clause: str
    allowed: bool
    waits: bool  # the procedure waits for it
    deadline: str | None
    blocked_by: list[Bar]


def _role_bar(file: CaseFile, step: Step, actor: Actor | None) -> Bar | None:
    if actor is None or not step.roles:
        return None
    held = standing(actor, file.relation) if file.events else frozenset(actor.roles)
    if held & set(step.roles):
        return None
    return Bar(
        code="ROLE_MISSING",
        text="须由本案认定机关的" + "、".join(role.label for role in step.roles) + "办理"
        if Role.SUPERIOR not in step.roles
        else "须由上级机关经办人办理",
        clause=step.clause,
        fix="由具备该岗位的人员办理",
    )


def _order_bar(file: CaseFile, step: Step, item: str) -> Bar | None:
    if step.manner in (Manner.STANDING, Manner.INTERRUPTING):
        return None
    if step.name == file.course.opens_with and not file.events:
        return None
    if step.name == file.reopens_with:
        return None
    if any(opened.step == step.name and opened.item in ("", item) for opened in file.open):
        return None
    done = file.agreed(step.name, item if step.item else None)
    return Bar(
        code="ALREADY_DONE" if done else "NOT_OPEN",
        text=f"“{step.title}”已于{done.day.isoformat()}办理（第{done.seq}号事件）"
        if done
        else f"现在不能办理“{step.title}”",
        clause=step.clause,
        fix=f"案件正等待：{_awaited(file)}",
    )


def _awaited(file: CaseFile) -> str:
    """What moves the case on: the open duties, else the end of a period."""
    steps = (file.course.steps[opened.step] for opened in file.open)
    return "、".join(dict.fromkeys(step.title for step in steps if step.duty)) or "期限届满"


def _closed_bar(file: CaseFile, step: Step) -> Bar | None:
    if file.outcome is None or step.after_close or step.name == file.reopens_with:
        return None
    if file.outcome is Outcome.LISTED:
        fix = "列入后的事项在该主体的“在列期间”案件中办理"
    elif file.reopens_with is not None:
        fix = f"确需重新办理的，由批准人办理“{file.course.steps[file.reopens_with].title}”"
    else:
        fix = "无须办理"
    return Bar(code="CASE_CLOSED", text=f"案件已办结（{file.outcome.label}）", clause=step.clause, fix=fix)


def bars(
    file: CaseFile, step: Step, item: str, actor: Actor | None, form: Any, received_at: datetime
) -> list[Bar]:
    """Everything that stands in the way, the weightiest first; empty when the step may be taken."""
    matter = Matter(file=file, step=step, item=item, actor=actor, form=form, received_at=received_at)
    if (closed := _closed_bar(file, step)) is not None:
        return [closed]
    role = _role_bar(file, step, actor)
    order = _order_bar(file, step, item)
    found = [bar for gate in step.gates if (bar := gate(matter)) is not None]
    eyes = [bar for bar in found if bar.code == "FOUR_EYES"]
    rest = [bar for bar in found if bar.code != "FOUR_EYES"]
    # A gate says more than "not its turn"; the plain order bar speaks only where no gate does.
    return [*([role] if role else []), *eyes, *rest, *([order] if order and not rest else [])]


def refusal_of(step: Step, found: Sequence[Bar]) -> Refusal:
    """The refusal that answers a command barred by these."""
    first = found[0]
    family = _FAMILY.get(first.code, LegalRefusal)
    return family(
        detail=f"“{step.title}”不能办理：{first.text}",
        code=first.code,
        clause=first.clause,
        expected=first.fix,
        blocked_by=found,
    )


def read_form(step: Step, form: dict[str, Any]) -> BaseModel:
    """The form as its model. Raises Malformed naming the first field that does not fit, in words without its value."""
    try:
        return step.form.model_validate_json(json.dumps(form))
    except ValidationError as wrong:
        fault = faults_of(wrong)[0]
        raise Malformed(
            detail=f"表单“{step.title}”填写有误：{fault.field or '整个表单'}{fault.reason}",
            field=fault.field or None,
            expected=fault.expected,
        ) from None


def judge(file: CaseFile, command: Command) -> tuple[Step, str, dict[str, Any]]:
    """Whether the command may be carried out: its step, its item, and what enters the record.

    Raises Refusal: with the bars that stand in the way, the stale version, or the field that does not fit.
    """
    step = file.course.steps.get(command.step)
    # Clocks and the machinery enter their own steps; no person takes them, and nobody else takes a person's.
    if step is None or step.manner is Manner.MACHINE or bool(step.roles) != (command.actor is not None):
        raise Malformed(
            detail=f"没有“{command.step}”这一办理步骤",
            field="action",
            expected="、".join(name for name, s in file.course.steps.items() if s.roles),
        )
    if command.if_version is not None and command.if_version != file.version:
        raise Stale(
            detail="案件在您查看之后有了新的进展，请刷新后再办理",
            expected=f'"v{file.version}"',
            field="If-Match",
        )
    form = read_form(step, command.form)
    item = file.next_item(step.item) if step.founds_item else command.item
    if item and not step.item:
        raise Malformed(detail=f"“{step.title}”不针对单项，不填 item", field="item", expected="不填")
    if step.item and not step.founds_item and item not in file.items(step.item):
        raise Conflict(
            detail="本案没有所填的这一项",
            code="ITEM_UNKNOWN",
            field="item",
            expected="本案已登记的异议编号，如 objection-1",
        )
    found = bars(file, step, item, command.actor, form, command.received_at)
    if found:
        raise refusal_of(step, found)
    matter = Matter(file, step, item, command.actor, form, command.received_at)
    data: dict[str, Any] = form.model_dump(mode="json")
    if step.facts is not None:
        data |= step.facts(matter)
    if step.paper is not None and (kind := step.paper(matter)) is not None:
        data["paper"] = kind
    return step, item, data


def actions(file: CaseFile, actor: Actor, now: datetime) -> list[Action]:
    """Every action of the procedure for this person now, allowed or barred (可办事项)."""
    course: Course = file.course
    listed = []
    for step in course.steps.values():
        if not step.roles or step.name == course.opens_with:
            continue
        items = [""]
        if step.item and not step.founds_item:
            items = [*file.items(step.item)]
        for item in items or [""]:
            found = bars(file, step, item, actor, None, now)
            opened = next((o for o in file.open if o.step == step.name and o.item in ("", item)), None)
            listed.append(
                Action(
                    action=step.name,
                    title=step.title,
                    item=item,
                    clause=step.clause,
                    allowed=not found,
                    waits=opened is not None,
                    deadline=opened.deadline if opened else None,
                    blocked_by=found,
                )
            )
    return listed
