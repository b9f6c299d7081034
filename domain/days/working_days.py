"""`WorkingDays`: which days are worked, as a small value that travels in every payload.

All arithmetic on dates runs on this value, so that a workflow reads no file and counts the same in every replay.
Dates are those of Asia/Shanghai.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple, Self

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from domain.days.notices import Margin
from domain.refusals import LegalRefusal

VERSION_LENGTH = 16  # hex digits: enough to tell calendars apart, short enough to read out


class BeyondHorizon(LegalRefusal):
    """A day outside the calendar's span was asked for: no answer is better than plain weekends (422)."""

    def __init__(self, first: date, horizon: date, asked: object) -> None:
        super().__init__(
            code="BEYOND_HORIZON",
            title="超出日历范围",
            detail=f"{asked} 超出工作日历的范围（{first} 至 {horizon}），不能推算",
            field="date",
            expected=f"{first} 至 {horizon} 之间的日期",
        )


class _Index(NamedTuple):
    """Prefix index of one bitmap, shared by all equal values of the process."""

    rank: dict[date, int]  # every day of the span → position in `worked` of the last working day up to it
    worked: list[date]
    add: Callable[[date, int], date]


# A pydantic dataclass rather than a BaseModel: the latter's __getattr__ hook costs more than the whole addition.
@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class WorkingDays:
    """The working days of a span as a bitmap, with how far they are announced. Make it by `of`.

    `announced_through` is the last day whose status no coming yearly notice can change; later days are projected.
    `version` is a digest of everything else: equal versions count equally. `known_on` is the date of knowledge.
    """

    first: date
    horizon: date  # last day that is answered
    announced_through: date
    known_on: date | None
    counting: tuple[Margin, ...]
    rolling: Margin
    bitmap: str  # base64 of zlib of one bit a day from `first`, 1 for worked
    version: str

    def __post_init__(self) -> None:
        if not self.first <= self.announced_through <= self.horizon:
            raise ValueError("announced_through lies outside the span")
        if self.version != _version(self, _unpacked(self.bitmap, self.span)):
            raise ValueError("version is not the digest of these working days")

    @classmethod
    def of(
        cls,
        worked: Sequence[bool],
        *,
        first: date,
        announced_through: date,
        known_on: date | None,
        counting: tuple[Margin, ...],
        rolling: Margin,
    ) -> Self:
        """The value for `worked`, one flag a day from `first` on."""
        bits = int("".join("1" if day else "0" for day in worked), 2).to_bytes(_bytes(len(worked)), "big")
        horizon = date.fromordinal(first.toordinal() + len(worked) - 1)
        draft = _Draft(first, horizon, announced_through, known_on, counting, rolling)
        packed = b64encode(zlib.compress(bits, 9)).decode()
        return cls(*draft, bitmap=packed, version=_version(draft, bits))

    @cached_property
    def add(self) -> Callable[[date, int], date]:
        """`add(start, count)`: the count-th working day after `start`, which is itself not counted.

        A negative count goes back in the same way; 0 gives `start` itself, worked or not.
        Raises BeyondHorizon when start or answer lies outside the span.
        """
        return _index(self.first, self.horizon, self.bitmap).add

    def add_many(self, starts: Iterable[date], count: int) -> list[date]:
        """`add` for many start days and one count of at least 1: one table look-up each."""
        table = _table(self.first, self.horizon, self.bitmap, count)
        try:
            return list(map(table.__getitem__, starts))
        except KeyError as error:
            raise BeyondHorizon(
                self.first, self.horizon, f"{error.args[0]} 之后第 {count} 个工作日"
            ) from None

    def due_ordinals(self, count: int) -> memoryview[int]:
        """Proleptic ordinal (int32) of `add(first + i, count)` at each i, as far as the span answers: read-only,
        built once, for bulk joins and arrays (`numpy.frombuffer`). An index past its end is beyond the horizon.
        """
        return _ordinals(self.first, self.horizon, self.bitmap, count)

    def is_worked(self, day: date) -> bool:
        """Whether the day is a working day. Raises BeyondHorizon."""
        rank = self._rank(day)
        return rank >= 0 and self._worked[rank] == day

    def count(self, after: date, through: date) -> int:
        """Number of working days in (after, through]; negative when `through` comes first. Raises BeyondHorizon."""
        return self._rank(through) - self._rank(after)

    def roll(self, day: date) -> date:
        """The day itself when worked, else the next working day (民法典 第二百零三条). Raises BeyondHorizon."""
        if self.is_worked(day):
            return day
        return self.add(day, 1)

    def is_final(self, day: date) -> bool:
        """Whether no coming yearly notice can change the day's status."""
        return day <= self.announced_through

    @property
    def span(self) -> int:
        """Number of days from `first` to `horizon`."""
        return _span(self.first, self.horizon)

    @property
    def _worked(self) -> list[date]:
        return _index(self.first, self.horizon, self.bitmap).worked

    def _rank(self, day: date) -> int:
        try:
            return _index(self.first, self.horizon, self.bitmap).rank[day]
        except KeyError:
            raise BeyondHorizon(self.first, self.horizon, day) from None


class _Draft(NamedTuple):
    """The fields of a `WorkingDays` that its version covers besides the bits, in their order."""

    first: date
    horizon: date
    announced_through: date
    known_on: date | None
    counting: tuple[Margin, ...]
    rolling: Margin


def _version(value: WorkingDays | _Draft, bits: bytes) -> str:
    # Over the bits themselves: their compressed form may differ from one zlib to the next. `known_on` is left
    # out, since a later look at the same notices counts the same.
    margins = [(margin.up_to, margin.earlier, margin.later) for margin in (*value.counting, value.rolling)]
    head = f"{value.first} {value.horizon} {value.announced_through} {margins}"
    return hashlib.sha256(head.encode() + bits).hexdigest()[:VERSION_LENGTH]


def _span(first: date, horizon: date) -> int:
    return horizon.toordinal() - first.toordinal() + 1


def _bytes(bits: int) -> int:
    return (bits + 7) // 8


def _unpacked(bitmap: str, days: int) -> bytes:
    """The raw bits; never inflates more than the span needs. Raises ValueError on anything else."""
    inflate = zlib.decompressobj()
    try:
        bits = inflate.decompress(b64decode(bitmap, validate=True), _bytes(days) + 1)
    except zlib.error as error:
        raise ValueError("bitmap is not zlib") from error
    if len(bits) != _bytes(days):
        raise ValueError("bitmap does not fit the span")
    return bits


@lru_cache(maxsize=64)
def _index(first: date, horizon: date, bitmap: str) -> _Index:
    """Built once a process for each bitmap: every decoded payload brings an equal copy."""
    days = _span(first, horizon)
    flags = format(int.from_bytes(_unpacked(bitmap, days), "big"), f"0{days}b")
    rank: dict[date, int] = {}
    worked: list[date] = []
    for offset, flag in enumerate(flags):
        day = date.fromordinal(first.toordinal() + offset)
        if flag == "1":
            worked.append(day)
        rank[day] = len(worked) - 1

    def add(start: date, count: int) -> date:
        if count > 0:
            try:
                return worked[rank[start] + count]
            except (KeyError, IndexError):
                pass
        elif count == 0 and start in rank:
            return start
        elif start in rank and (place := bisect_left(worked, start) + count) >= 0:
            return worked[place]
        if isinstance(start, datetime):
            raise TypeError("give the date in Asia/Shanghai, not an instant")
        raise BeyondHorizon(first, horizon, f"{start} 起第 {count} 个工作日")

    return _Index(rank, worked, add)


@lru_cache(maxsize=16)  # some 700 KB each
def _table(first: date, horizon: date, bitmap: str, count: int) -> dict[date, date]:
    """Every day of the span → `count` working days on, as far as the span answers."""
    if count < 1:
        raise ValueError("a table of due dates needs a count of at least 1")
    index = _index(first, horizon, bitmap)
    last = len(index.worked) - count
    return {day: index.worked[rank + count] for day, rank in index.rank.items() if rank < last}


@lru_cache(maxsize=64)  # some 30 KB each
def _ordinals(first: date, horizon: date, bitmap: str, count: int) -> memoryview[int]:
    ordinals = array("i", (day.toordinal() for day in _table(first, horizon, bitmap, count).values()))
    return memoryview(ordinals).toreadonly()
