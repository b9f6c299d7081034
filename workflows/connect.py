"""The one way to a Temporal client, for worker, API and command line."""

from __future__ import annotations

import asyncio
import time

from temporalio.client import Client
from temporalio.service import GrpcCompression, RPCError

from settings import Settings
from storage.keys import load_key
from workflows.codec import sealed_converter


class TemporalNotSetError(Exception):
    """No Temporal address is known to this process."""


async def connect(settings: Settings, *, identity: str, lazy: bool = False, wait: float = 60.0) -> Client:
    """A client that encrypts what it sends.

    `identity` names the part (api, worker) in Temporal's histories, where the SDK would write the host's name.
    `lazy`: return at once, connect on first use; for the API, which receives also while Temporal is down (a
    worker can't be lazy). Otherwise tries for `wait` seconds, since server and worker may start together.
    Raises TemporalNotSetError, KeyFileError, RuntimeError (not reached), RPCError (unknown namespace).
    """
    if settings.temporal_address is None:
        raise TemporalNotSetError(
            "没有 Temporal 地址：请先执行 ./chengxu run，或设置 CHENGXU_TEMPORAL_ADDRESS。"
        )
    converter = sealed_converter(load_key(settings.key_file))
    give_up = time.monotonic() + wait
    pause = 0.05
    while True:
        try:
            return await Client.connect(
                settings.temporal_address,
                namespace=settings.temporal_namespace,
                data_converter=converter,
                identity=identity,
                lazy=lazy,
                grpc_compression=GrpcCompression.NONE,  # ciphertext doesn't shrink
            )
        except (RuntimeError, RPCError):
            if time.monotonic() + pause > give_up:
                raise
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 1.0)
