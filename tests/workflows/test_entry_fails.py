"""An entry in the record fails: it is made again, once, and the workflow of the case goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from live_office import live_office
from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker
from timeskip import TimeSkippingServer

from activities.carriage import EngineAway
from activities.start import SUBMIT, CaseStart
from domain.procedure.events import Command
from storage import failpoints
from storage.failpoints import Fault, Plan
from worker import WORKFLOWS
from workflows.codec import sealed_converter
from workflows.sandbox import RUNNER

_ENTRY = 3  # effects of one command: its receipt, its way to the workflow, its entry


# As in a worker, where this warning is none of the errors that a workflow task is tried again for.
@pytest.mark.filterwarnings("ignore::temporalio.workflow.UnfinishedUpdateHandlersWarning")
@pytest.mark.parametrize("fault", ["error", "lost"])
async def test_an_entry_that_fails_is_made_again_by_the_same_workflow(
    fault: Fault,
    tmp_path: Path,
    temporal: TimeSkippingServer,
    office_key: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = tmp_path / "plan.json"
    async with live_office(tmp_path, temporal) as office:
        async with office.worker():
            case = await office.open()
            await case.take("confirm_effective")
            run = (await case.workflow.describe()).run_id
        async with office.worker():  # has the case by its history alone
            plan.write_text(Plan(fault=fault, nth=_ENTRY).model_dump_json(), encoding="utf-8")
            monkeypatch.setattr(failpoints, "_file", plan)
            await case.take("confirm_ground")
            assert Plan.model_validate_json(plan.read_text("utf-8")).failed == 1
            await case.take("assess_leniency")
            assert await case.steps() == [
                "open_case",
                "confirm_effective",
                "confirm_ground",
                "assess_leniency",
            ]
            assert (await case.workflow.describe()).run_id == run
        replayer = Replayer(
            workflows=list(WORKFLOWS), data_converter=sealed_converter(office_key), workflow_runner=RUNNER
        )
        await replayer.replay_workflow(await case.history())


@workflow.defn(name="Determination")
class Doomed:
    """Accepts a command and fails before it has decided it."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self._asked = False

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        await workflow.wait_condition(lambda: self._asked)
        raise ApplicationError("doomed")

    @workflow.update(name=SUBMIT, unfinished_policy=workflow.HandlerUnfinishedPolicy.ABANDON)
    async def submit(self, command: Command) -> int:
        self._asked = True
        await workflow.wait_condition(lambda: False)
        return 0


async def test_a_command_whose_workflow_failed_under_it_is_decided_by_the_next(
    tmp_path: Path, temporal: TimeSkippingServer
) -> None:
    async with live_office(tmp_path, temporal) as office:
        async with office.worker():
            case = await office.open()
        await case.workflow.terminate()
        wish = await case.wish("confirm_effective")
        receipt = await office.receipts.receive(wish, wish.form)
        patience = timedelta(seconds=5)
        async with Worker(
            temporal.client, task_queue=office.queue, workflows=[Doomed], workflow_runner=RUNNER
        ):
            with pytest.raises(EngineAway):
                await office.carrier.carry(receipt.command, kind="determination", patience=patience)
        async with office.worker():
            settled = await office.carrier.carry(receipt.command, kind="determination", patience=patience)
        assert settled.state == "decided"
        assert await case.steps() == ["open_case", "confirm_effective"]
