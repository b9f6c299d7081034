"""A client of a Temporal server with nothing of the product in it."""

from __future__ import annotations

import asyncio

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError


async def connect(address: str) -> Client:
    """Tries for ten seconds: a server that was just started may not listen, or not know its namespace yet."""
    for _ in range(500):
        try:
            return await Client.connect(address, data_converter=pydantic_data_converter)
        except (RPCError, RuntimeError):
            await asyncio.sleep(0.02)
    return await Client.connect(address, data_converter=pydantic_data_converter)
