"""How far the practice clock (演练时钟) reaches: the years for which there is law to hold and a calendar to reckon by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from domain.procedure.events import SHANGHAI
from domain.refusals import Malformed

_FIRST: Final = datetime(2018, 1, 1, tzinfo=SHANGHAI)
_LAST: Final = datetime(2099, 12, 31, tzinfo=SHANGHAI)


def practicable(instant: datetime | None, *, field: str, since: datetime = _FIRST) -> datetime:
    """The instant in UTC. Raises Malformed when there is none, or it lies before `since` or out of reach."""
    if instant is None or instant.tzinfo is None or not max(since, _FIRST) <= instant <= _LAST:
        earliest = max(since, _FIRST).astimezone(SHANGHAI)
        raise Malformed(
            detail="演练时刻不在可用的范围之内；演练时钟只能向前",
            field=field,
            expected=f"带时区的时刻，{earliest.isoformat()} 至 {_LAST.isoformat()}",
        )
    return instant.astimezone(UTC)
