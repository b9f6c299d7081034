"""What a bench brings: rows with both numbers and the ratio, held against a goal, and curves over sizes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Limit:
    """A goal. `most` and `least` bound ours ÷ floor; `faster` bounds floor ÷ ours; `value` bounds ours itself."""

    kind: Literal["most", "least", "faster", "value"]
    bound: float

    def in_words(self, unit: str) -> str:
        """As it stands in a table."""
        bound = f"{self.bound:,g}"
        return {
            "most": f"≤ {bound}×",
            "least": f"≥ {bound}×",
            "faster": f"≥ {bound}× faster",
            "value": f"≤ {bound} {unit}" if self.bound else f"0 {unit}",
        }[self.kind]


@dataclass(frozen=True)
class Row:
    """One number of ours, beside its floor where it has one. `goal`: number of the goal in docs/performance.md."""

    goal: str
    what: str
    unit: str
    ours: float
    floor: float | None = None
    beside: str = ""  # what the floor is
    limit: Limit | None = None

    @property
    def ratio(self) -> float | None:
        """Ours ÷ floor, turned round where the goal says how many times faster; None without a floor."""
        if not self.floor or not self.ours:
            return None
        if self.limit is not None and self.limit.kind == "faster":
            return self.floor / self.ours
        return self.ours / self.floor

    @property
    def held(self) -> float | None:
        """What the goal bounds."""
        return self.ours if self.limit is not None and self.limit.kind == "value" else self.ratio

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.limit is None or self.held is None:
            return None
        if self.limit.kind in ("least", "faster"):
            return self.held >= self.limit.bound
        return self.held <= self.limit.bound

    @property
    def verdict(self) -> str:
        """`met`, or by how much not."""
        if self.met is None or self.limit is None or self.held is None:
            return ""
        if self.met:
            return "met"
        bound = self.limit.bound
        if not bound:
            return f"missed by {self.held:,.4g} {self.unit}"
        beyond = bound / self.held if self.limit.kind in ("least", "faster") else self.held / bound
        return f"missed: {beyond:.2f}× off the goal"


@dataclass(frozen=True)
class Curve:
    """How something grows over sizes: for each contender its (size, value) points."""

    title: str
    size: str
    unit: str
    points: dict[str, list[tuple[float, float]]]


@dataclass
class Measured:
    """What one bench brings."""

    rounds: int
    rows: list[Row] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what was not measured, and why


@dataclass(frozen=True)
class Plan:
    """How much is measured. `quick` proves the instrument with small sizes; `large` adds the sizes that take long."""

    rounds: int = 7
    quick: bool = False
    large: bool = False

    def size(self, usual: int, quick: int) -> int:
        """A number of things to measure with."""
        return quick if self.quick else usual
