"""Temporal sees no content: payloads, and the texts of failures, pass through an encrypting codec.

Ids, search attributes and identities are always readable there: they hold random ids and stages, nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from storage.crypto import CipherError, Sealer

_ENCODING = b"binary/chengxu-sealed"
_PLACE = b"temporal"


class SealingCodec(PayloadCodec):
    """Deflates and encrypts whole payloads, metadata included (AES-256-GCM, a sub-key of the office's key)."""

    def __init__(self, key: bytes) -> None:
        self._sealer = Sealer(key, "temporal")

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal each payload."""
        return [
            Payload(
                metadata={"encoding": _ENCODING},
                data=self._sealer.seal(payload.SerializeToString(), _PLACE),
            )
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open each payload. One that we did not seal is refused: whoever reaches Temporal commands no case.

        Raises storage.crypto.CipherError.
        """
        return [self._open(payload) for payload in payloads]

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            raise CipherError("Temporal 中的内容未经本系统加密")
        return Payload.FromString(self._sealer.open(payload.data, _PLACE))


def sealed_converter(key: bytes) -> DataConverter:
    """pydantic models in and out, sealed in between; messages and stack traces of failures sealed too."""
    return replace(
        pydantic_data_converter,
        payload_codec=SealingCodec(key),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
