"""Which code decided: histories name it, and the person on call can compare it between workers."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PARTS = ("domain", "law", "storage", "activities", "workflows", "documents")


def build_id() -> str:
    """Digest of the sources that a procedure runs on, law data included; equal for equal sources.

    Named by us, since the SDK would otherwise read the code of every module that is loaded: seconds at each start.
    """
    digest = sha256()
    for part in _PARTS:
        for file in sorted((_ROOT / part).rglob("*")):
            if file.suffix in (".py", ".yaml", ".typ"):
                digest.update(f"{file.relative_to(_ROOT)}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
