"""The office's one key: where it comes from, how it is kept, and the sub-keys that are derived from it.

Nothing is ever encrypted or hashed with the key itself, only with a sub-key for one purpose.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.system_words import os_reason

KEY_BYTES = 32
_REPOSITORY = Path(__file__).resolve().parent.parent


class KeyFileError(Exception):
    """The key file can't be used. The text says why and what helps, and never shows the key."""


def load_or_create_key(path: Path) -> bytes:
    """The key in `path`; on the first start of an office, a new one.

    Safe when two processes start at once: both get the same key. Raises KeyFileError.
    """
    if path.resolve().is_relative_to(_REPOSITORY):
        raise KeyFileError(f"密钥文件不得放在程序目录内：{path}。请把 CHENGXU_KEY_FILE 设到程序目录之外。")
    if not path.exists():
        _create(path)
    return load_key(path)


def load_key(path: Path) -> bytes:
    """The key in `path`. Raises KeyFileError when it is missing, readable by others, or damaged."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(KEY_BYTES * 4)
    except OSError as error:
        raise KeyFileError(f"读不到密钥文件 {path}（{os_reason(error)}）。请从备份恢复。") from None
    if not stat.S_ISREG(mode):
        raise KeyFileError(f"密钥文件 {path} 不是普通文件。")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(f"密钥文件 {path} 可被他人读写。请执行：chmod 600 {path}")
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"密钥文件 {path} 已损坏：应为 {KEY_BYTES * 2} 个十六进制字符。请从备份恢复。")
    return key


def _create(path: Path) -> None:
    """Write a new key beside `path` and link it into place, so that nobody ever sees half a key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:  # another process was first: its key is the key
            return
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def derive(key: bytes, purpose: str) -> bytes:
    """The 32-byte sub-key for one purpose (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"chengxu/{purpose}".encode()).derive(
        key
    )


def fingerprint(key: bytes) -> str:
    """Tells two keys apart without telling anything of either: 32 hexadecimal characters."""
    return hmac.digest(derive(key, "fingerprint"), b"", "sm3").hex()[:32]
