"""How fields are encrypted, values matched without being read, and events chained.

Encryption: AES-256-GCM (NIST SP 800-38D), a fresh random 96-bit nonce each time, which one key bears for 2^32
values. Digests and keyed hashes: SM3 (GB/T 32905-2016), HMAC (RFC 2104).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json, to_json

from storage.keys import derive

_NONCE_BYTES = 12
_PLAIN, _DEFLATED = b"\x01", b"\x02"  # first byte: format of what follows; authenticated with it
_WORTH_DEFLATING = 512  # bytes; below that zlib gains nothing
# Nothing that we wrote is larger; caps what a damaged or hostile value can inflate to.
_LARGEST = 64 * 1024 * 1024


class CipherError(Exception):
    """A value can't be decrypted: altered, moved to another place, or written with another key."""


class Sealer:
    """Encrypts and decrypts bytes with one sub-key, each bound to the place that it belongs to."""

    def __init__(self, key: bytes, purpose: str) -> None:
        """`key` is the office's key; `purpose` names the sub-key (`storage.keys.derive`)."""
        self._cipher = AESGCM(derive(key, purpose))

    def seal(self, data: bytes, place: bytes) -> bytes:
        """Encrypt `data`, deflated when that is worth it. `place` is authenticated, not stored."""
        form = _PLAIN
        if len(data) >= _WORTH_DEFLATING:
            form, data = _DEFLATED, zlib.compress(data)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return form + nonce + self._cipher.encrypt(nonce, data, form + place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What `seal` was given. Raises CipherError."""
        form, nonce, body = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if form not in (_PLAIN, _DEFLATED) or len(nonce) != _NONCE_BYTES:
            raise CipherError("密文格式不符")
        try:
            data = self._cipher.decrypt(nonce, body, form + place)
        except InvalidTag:
            raise CipherError("密文无法解密：已被改动、移位，或密钥不同") from None
        if form == _DEFLATED:
            inflater = zlib.decompressobj()
            data = inflater.decompress(data, _LARGEST)
            if not inflater.eof:
                raise CipherError("密文解压后过大或不完整")
        return data


class FieldCipher:
    """Encrypts JSON values for one cell of the record: bound to table, case and sequence number.

    A ciphertext that is copied into another row no longer decrypts.
    """

    def __init__(self, key: bytes) -> None:
        self._sealer = Sealer(key, "fields")

    def encrypt(self, payload: Any, *, table: str, case: str, seq: int = 0) -> bytes:
        """Encrypt anything that pydantic can write as JSON. `seq` is 0 where a table has one row a case."""
        return self._sealer.seal(to_json(payload), _place(table, case, str(seq)))

    def decrypt(self, sealed: bytes, *, table: str, case: str, seq: int = 0) -> Any:
        """The JSON value that was encrypted for this very place. Raises CipherError."""
        return from_json(self._sealer.open(sealed, _place(table, case, str(seq))))


class KeyedHash:
    """Lets equal values be found in the record without being readable there (HMAC-SM3)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._derived: dict[str, bytes] = {}

    def __call__(self, value: str, purpose: str) -> str:
        """64 hexadecimal characters; equal values differ under different purposes."""
        if purpose not in self._derived:
            self._derived[purpose] = derive(self._key, f"hash/{purpose}")
        return hmac.digest(self._derived[purpose], value.encode(), "sm3").hex()


def sm3_hex(data: bytes) -> str:
    """SM3 digest, 64 hexadecimal characters."""
    return hashlib.new("sm3", data).hexdigest()


def chain(previous: str, *parts: str | bytes) -> str:
    """The link of a chain: SM3 over the previous link and the parts, each with its length before it.

    `previous` is "" for the first link. Parts can't be shifted into each other: ("a", "bc") ≠ ("ab", "c").
    """
    return sm3_hex(_place(previous, *parts))


def _place(*parts: str | bytes) -> bytes:
    """Parts, each behind its length in 8 bytes, big-endian: no two lists of parts give the same bytes."""
    encoded = (part.encode() if isinstance(part, str) else part for part in parts)
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
