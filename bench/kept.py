"""What the tests keep and the benches borrow: sample papers, and one history a path of the procedure."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

TESTS = Path(__file__).parents[1] / "tests"

#: With which the kept histories are sealed.
KEY = bytes(range(32))


def borrowed(module: str) -> Any:
    """A module of samples from the tests."""
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))
    return import_module(module)


def histories(kind: str) -> Iterator[tuple[str, WorkflowHistory]]:
    """The kept histories of this kind of case, by their names in the order of the alphabet."""
    for path in sorted((TESTS / "replay").glob(f"*-{kind}.json.gz")):
        name = path.name.removesuffix(".json.gz")
        yield name, WorkflowHistory.from_json(name, gzip.decompress(path.read_bytes()).decode())
