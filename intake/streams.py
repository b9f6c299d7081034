"""Text read as a stream from a file that belongs to the caller."""

from __future__ import annotations

import io
from typing import BinaryIO, Final

CHUNK: Final = 64 * 1024


class _Borrowed(io.RawIOBase):
    """The caller's file, which a wrapper that is thrown away must not close."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._file.read(len(view))
        view[: len(data)] = data
        return len(data)


def text_of(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """The file from its beginning as text, strictly decoded, line ends as they are."""
    file.seek(0)
    return io.TextIOWrapper(io.BufferedReader(_Borrowed(file), CHUNK), encoding, errors="strict", newline="")
