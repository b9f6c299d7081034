from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from timeskip import TimeSkippingServer

from settings import Settings
from storage.crypto import CipherError
from storage.keys import KeyFileError, load_or_create_key
from workflows.codec import SealingCodec, sealed_converter
from workflows.connect import TemporalNotSetError, connect

NAME, REASON, QUEUE = "标记甲公司", "标记理由：罚款未缴", "codec"


class Objection(BaseModel):
    name: str
    reason: str
    on: date


@activity.defn
async def refuse(objection: Objection) -> None:
    raise ApplicationError(f"{objection.name} {objection.reason}", objection.reason, type="Late")


@workflow.defn(name="SealedCase")
class SealedCase:
    @workflow.run
    async def run(self, objection: Objection) -> Objection:
        """Wait, then answer; fail through an activity when the objection asks for it."""
        await workflow.sleep(timedelta(days=9))
        if not objection.reason:
            return objection
        try:
            await workflow.execute_activity(
                refuse,
                objection,
                start_to_close_timeout=timedelta(seconds=10),
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except ActivityError as error:
            raise ApplicationError(f"不予受理 {objection.name}", type="Refused") from error
        return objection


@pytest.fixture
async def client(temporal: TimeSkippingServer) -> AsyncIterator[Client]:
    worker = Worker(
        temporal.client,
        task_queue=QUEUE,
        workflows=[SealedCase],
        activities=[refuse],
        workflow_runner=UnsandboxedWorkflowRunner(),  # the sandbox would load this file, pytest and all
    )
    async with worker:
        yield temporal.client


async def history_of(client: Client, case: str) -> str:
    """All that the server holds of one workflow, with the bytes of payloads made readable."""
    events = (await client.get_workflow_handle(case).fetch_history()).events
    raw = b"".join(event.SerializeToString() for event in events)
    return raw.decode("utf-8", "replace") + json.dumps([str(event) for event in events], ensure_ascii=False)


async def test_a_case_comes_back_as_it_was_sent_and_nine_days_have_passed(
    client: Client, temporal: TimeSkippingServer
) -> None:
    objection = Objection(name=NAME, reason="", on=date(2027, 1, 4))
    case = await client.start_workflow(SealedCase.run, objection, id=uuid4().hex, task_queue=QUEUE)
    began = await temporal.now(case)
    await temporal.pass_time(case, timedelta(days=10))
    assert await case.result() == objection
    assert await temporal.now(case) - began >= timedelta(days=9)
    assert NAME not in await history_of(client, case.id)


async def test_the_text_of_a_failure_is_readable_to_us_and_not_in_temporal(
    client: Client, temporal: TimeSkippingServer
) -> None:
    objection = Objection(name=NAME, reason=REASON, on=date(2027, 1, 4))
    case = await client.start_workflow(SealedCase.run, objection, id=uuid4().hex, task_queue=QUEUE)
    await temporal.pass_time(case, timedelta(days=10))
    with pytest.raises(WorkflowFailureError) as failed:
        await case.result()
    refused = failed.value.cause
    assert isinstance(refused, ApplicationError)
    assert (refused.message, refused.type) == (f"不予受理 {NAME}", "Refused")
    assert isinstance(refused.cause, ActivityError)
    late = refused.cause.cause
    assert isinstance(late, ApplicationError)
    assert (late.message, list(late.details)) == (f"{NAME} {REASON}", [REASON])

    kept = await history_of(client, case.id)
    assert "ACTIVITY_TASK_FAILED" in kept or "activity_task_failed" in kept
    for text in (NAME, REASON, "不予受理", "test_codec.py"):
        assert text not in kept


async def test_long_payloads_become_smaller() -> None:
    long = Payload(metadata={"encoding": b"json/plain"}, data="经查明，".encode() * 1000)
    codec = SealingCodec(bytes(32))
    (sealed,) = await codec.encode([long])
    assert len(sealed.data) < len(long.data) / 10
    assert await codec.decode([sealed]) == [long]


async def test_a_payload_that_is_not_ours_is_refused() -> None:
    codec = SealingCodec(bytes(32))
    (sealed,) = await codec.encode([Payload(data=b"x")])
    strangers = [
        Payload(metadata={"encoding": b"json/plain"}, data=b'"x"'),
        Payload(metadata=sealed.metadata, data=sealed.data[:-1] + b"?"),
    ]
    for stranger in strangers:
        with pytest.raises(CipherError):
            await codec.decode([stranger])
    with pytest.raises(CipherError):
        await SealingCodec(bytes(31) + b"1").decode([sealed])


async def test_the_connection_of_the_settings_seals_what_it_sends(
    temporal: TimeSkippingServer, home: Path
) -> None:
    settings = Settings.load(temporal_address=temporal.address)
    key = load_or_create_key(settings.key_file)
    client = await connect(settings, identity="api")
    objection = Objection(name=NAME, reason="", on=date(2027, 1, 4))
    case = await client.start_workflow("SealedCase", objection, id=uuid4().hex, task_queue="nobody")
    kept = await history_of(client, case.id)
    assert NAME not in kept
    assert "binary/chengxu-sealed" in kept
    assert client.identity == "api"
    start = (await case.fetch_history()).events[0].workflow_execution_started_event_attributes
    assert NAME in str(await sealed_converter(key).decode(start.input.payloads))
    await case.terminate()


async def test_a_connection_needs_an_address_and_the_key(home: Path) -> None:
    with pytest.raises(TemporalNotSetError, match="CHENGXU_TEMPORAL_ADDRESS"):
        await connect(Settings.load(), identity="api")
    with pytest.raises(KeyFileError):
        await connect(Settings.load(temporal_address="127.0.0.1:1"), identity="api")


async def test_a_connection_that_nobody_answers_says_so_after_its_wait(home: Path) -> None:
    settings = Settings.load(temporal_address="127.0.0.1:1")
    load_or_create_key(settings.key_file)
    with pytest.raises(RuntimeError):
        await connect(settings, identity="worker", wait=0.2)
    assert await connect(settings, identity="api", lazy=True)
