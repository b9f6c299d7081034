"""What the operating system reports, in Chinese (系统错误的说明)."""

from __future__ import annotations

import errno
from typing import Final

_WORDS: Final = {
    errno.ENOENT: "不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "文件系统只读",
    errno.ENOSPC: "磁盘已满",
    errno.EISDIR: "是文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已有同名文件",
}


def os_reason(error: OSError) -> str:
    """Why the system refused, in a few words; its own where we have none."""
    return _WORDS.get(error.errno or 0, error.strerror or type(error).__name__)
