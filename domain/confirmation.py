"""A legal officer's confirmation of a figure that nobody had verified (确认), as a value.

It counts only for the dated entry of the file that it was given on (`since`): when that entry is replaced, the new one
needs its own. Confirmations are on record in the database; none ships with the data. None is ever changed: a later one of
the same entry corrects it, or withdraws it (更正、撤回), and says why. Cases keep what they were opened under.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from annotated_types import MinLen
from pydantic import AwareDatetime, StrictBool, StrictInt, StrictStr, model_validator

from domain.citation import Citation, Seen
from domain.figures import fault
from domain.rules import Unit, Value


class Confirmation(Value):
    """What was confirmed, on which source, by whom and when.

    `value` is a number for a period (with `unit`), a level's name for a level, true or false for a statement, and true
    for an item (`measures.CODE`, `suspensions.KEY`, `early_exits.KEY`, `grounds.KEY`); or `silent`, when the text was
    read and says nothing.
    """

    regime: Annotated[str, MinLen(1)]
    key: Annotated[str, MinLen(1)]  # as `Missing.key` gives it
    since: date  # from-date of the entry that it confirms, as `Missing.since` gives it
    value: StrictBool | StrictInt | StrictStr | None = None
    unit: Unit | None = None
    silent: bool = False
    withdrawn: bool = (
        False  # the earlier confirmation of this entry no longer counts: the entry is open again
    )
    reason: str = ""  # why an earlier confirmation is corrected or withdrawn
    document: Annotated[str, MinLen(1)]
    clause: Annotated[str, MinLen(1)]
    by: Annotated[str, MinLen(1)]  # person id, never a name
    at: AwareDatetime
    practice: bool = False  # 演示

    @model_validator(mode="after")
    def _says_one_thing(self) -> Confirmation:
        if self.withdrawn:
            if self.silent or self.value is not None:
                raise fault("撤回确认的，不写值，也不写 silent")
            if not self.reason:
                raise fault("撤回确认须写明理由（reason）")
        elif self.silent == (self.value is not None):
            raise fault("确认须写明值，或者写明文本无规定（silent），二者择一")
        return self

    @property
    def entry(self) -> tuple[str, date]:
        """What it is about: one dated entry of one key."""
        return self.key, self.since

    def citation(self) -> Citation:
        """The source that the confirmed value then rests on."""
        note = f"{self.by} 于 {self.at.isoformat()} 确认{'（演示）' if self.practice else ''}"
        return Citation(document=self.document, clause=self.clause, seen=Seen.CONFIRMED, note=note)


def counting(given: Iterable[Confirmation]) -> dict[tuple[str, date], Confirmation]:
    """Of confirmations of one regime in order: those that count, by entry. The last word on an entry counts."""
    last = {confirmation.entry: confirmation for confirmation in given}
    return {entry: confirmation for entry, confirmation in last.items() if not confirmation.withdrawn}
