"""What the operating system refuses, told in Chinese."""

from __future__ import annotations

import errno
import os

import pytest

from domain.system_words import os_reason


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOENT, "不存在"),
        (errno.EACCES, "没有权限"),
        (errno.ENOSPC, "磁盘已满"),
        (errno.EROFS, "文件系统只读"),
    ],
)
def test_the_usual_refusals_of_the_system_are_told_in_chinese(code: int, words: str) -> None:
    assert os_reason(OSError(code, os.strerror(code), "/somewhere")) == words


def test_a_refusal_without_words_of_ours_keeps_the_systems_own() -> None:
    assert (
        os_reason(OSError(errno.ELOOP, "Too many levels of symbolic links"))
        == "Too many levels of symbolic links"
    )
    assert os_reason(TimeoutError()) == "TimeoutError"
