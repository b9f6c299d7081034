"""One row of cells into a penalty record, or into everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from domain.identifiers import organisation_part_holds, uscc_fault
from domain.penalty_fields import BY_ATTRIBUTE, FieldSet
from domain.penalty_record import (
    RESIDENT_ID,
    Fault,
    FaultKind,
    PenaltyKind,
    PenaltyRecord,
    RecordState,
    fault,
    inconsistencies,
)
from domain.rules import SubjectKind
from intake.results import RowFault, RowOk, RowResult
from intake.values import BadValue, Cell, parse

_VERIFIED_ELSEWHERE = "须由承办人核对"


@dataclass(frozen=True, slots=True)
class Context:
    """What a row is judged against.

    `today` is a day of Asia/Shanghai. `authorities` maps the credit codes of the authorities that may report to their
    names; None accepts any.
    """

    today: date
    largest_amount: Decimal
    authorities: Mapping[str, str] | None = None

    def code_of(self, name: str) -> str | None:
        """The credit code of the authority of exactly this name."""
        return next((code for code, known in (self.authorities or {}).items() if known == name), None)


def check_row(row: int, cells: Mapping[str, Cell], field_set: FieldSet, context: Context) -> RowResult:
    """The record of a row (keys: attributes of `PenaltyRecord`), or all its faults."""
    values: dict[str, Any] = {}
    faults: dict[str, Fault] = {}  # by attribute: the first fault of a field is the telling one
    for attribute, cell in cells.items():
        try:
            values[attribute] = parse(cell, BY_ATTRIBUTE[attribute], largest_amount=context.largest_amount)
        except BadValue as bad:
            faults[attribute] = fault(attribute, bad.kind, bad.reason, bad.expected)
    _complete(values, field_set, context)
    unreadable = {BY_ATTRIBUTE[attribute].code for attribute in faults}
    found = [f for f in inconsistencies(values, field_set, today=context.today) if f.field not in unreadable]
    if (unknown := _authority_fault(values, field_set, context)) and unknown.field not in unreadable:
        found.append(unknown)
    if faults or found:
        return RowFault(row, tuple(dict.fromkeys([*faults.values(), *found])))
    try:
        record = PenaltyRecord(**values, field_set=field_set)
    except ValidationError as error:  # what the types forbid beyond the rules above
        located = (_fault_of(item["loc"]) for item in error.errors(include_input=False))
        return RowFault(row, tuple(dict.fromkeys(located)))
    return RowOk(row, record, tuple(_warnings(record, context)))


def _fault_of(location: tuple[int | str, ...]) -> Fault:
    attribute = str(location[0]) if location and location[0] in BY_ATTRIBUTE else "document_number"
    return fault(attribute, FaultKind.FORMAT, "内容不符合字段格式", "符合字段格式的内容")


def _complete(values: dict[str, Any], field_set: FieldSet, context: Context) -> None:
    """Joins the two lists of kinds, and fills in what the old set leaves to be understood."""
    second = values.pop("kinds_2", None)
    if second:
        values["kinds"] = tuple(dict.fromkeys((*(values.get("kinds") or ()), *second)))
    if values.get("state") is None:
        values["state"] = RecordState.NORMAL
    if field_set is not FieldSet.OLD:
        return
    if values.get("subject_kind") is None:
        values["subject_kind"] = _kind_of(values)
    if values.get("person_id_number") is not None and values.get("person_id_type") is None:
        values["person_id_type"] = RESIDENT_ID
    if values.get("authority_code") is None and values.get("authority_name") is not None:
        values["authority_code"] = context.code_of(values["authority_name"])
    for mine, theirs in (("source_name", "authority_name"), ("source_code", "authority_code")):
        if values.get(mine) is None:
            values[mine] = values.get(theirs)


def _kind_of(values: Mapping[str, Any]) -> SubjectKind:
    """The old set has no column for it: a party with no code but an identity number is a natural person.

    92 stands for sole traders among the codes of market regulation (GB 32100-2015).
    """
    if (uscc := values.get("uscc")) is not None:
        return SubjectKind.SOLE_TRADER if uscc.startswith("92") else SubjectKind.ORGANISATION
    if values.get("person_id_number") is not None and values.get("registration_number") is None:
        return SubjectKind.NATURAL_PERSON
    return SubjectKind.ORGANISATION


def _authority_fault(values: Mapping[str, Any], field_set: FieldSet, context: Context) -> Fault | None:
    code = values.get("authority_code")
    if code is None:
        if field_set is FieldSet.CURRENT or values.get("authority_name") is None:
            return None  # told as missing already
        return fault(
            "authority_name", FaultKind.AUTHORITY, "不能确定处罚机关的统一社会信用代码", "已登记机关的全称"
        )
    if context.authorities is None or uscc_fault(code) or code in context.authorities:
        return None
    return fault(
        "authority_code", FaultKind.AUTHORITY, "处罚机关不在已登记的机关之中", "已登记机关的统一社会信用代码"
    )


def _warnings(record: PenaltyRecord, context: Context) -> list[str]:
    found = []
    if record.uscc is not None and not organisation_part_holds(record.uscc):
        found.append(f"统一社会信用代码中的组织机构代码校验位不符，{_VERIFIED_ELSEWHERE}")
    if (
        context.authorities is not None
        and context.authorities[record.authority_code] != record.authority_name
    ):
        found.append(f"处罚机关名称与其代码登记的名称不同，{_VERIFIED_ELSEWHERE}")
    if record.fine_wan and PenaltyKind.FINE not in record.kinds:
        found.append(f"有罚款金额而处罚类别不含罚款，{_VERIFIED_ELSEWHERE}")
    if record.state is not RecordState.NORMAL:
        found.append(f"当前状态不是正常，{_VERIFIED_ELSEWHERE}")
    if record.field_set is FieldSet.OLD and record.fine_wan is None and PenaltyKind.FINE in record.kinds:
        found.append(f"旧版字段没有罚款金额，{_VERIFIED_ELSEWHERE}")
    return found
