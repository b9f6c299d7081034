"""A clock that is wrong: libfaketime under the processes of an office, while Temporal's server keeps the true time."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def environment(file: Path) -> dict[str, str]:
    """What a process needs to go by the clock in `file`; it is looked at once a second. Raises ImportError."""
    found = find_spec("libfaketime")
    if found is None or found.origin is None:
        raise ImportError("libfaketime is part of the development set-up")
    library = Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # waiting goes by the monotonic clock, which nothing steps
        "NO_FAKE_STAT": "1",
    }
