"""What a check has to say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be. `code` is stable; `text` is for the person on call."""

    code: str
    text: str
    fix: str
    case: str = ""  # number of the case, where it is about one
    fault: bool = True  # False: worth knowing, nothing is broken

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return asdict(self)


Findings = AsyncIterator[Finding]
