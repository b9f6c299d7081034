"""Refusals of a whole file (整份文件不予接收)."""

from __future__ import annotations

from domain.refusals import Malformed


class FileRefused(Malformed):
    """The file cannot be read as a table of penalty records; nothing of it has been taken over."""

    default_code = "FILE_REFUSED"
    titles = {"FILE_REFUSED": "文件不予接收"}  # noqa: RUF012 -- declared ClassVar by the base


def refuse(detail: str, expected: str) -> FileRefused:
    """A refusal of the file, in words that repeat nothing of its content."""
    return FileRefused(detail=detail, field="file", expected=expected)
