"""A workflow starts in milliseconds because nothing is loaded anew inside its sandbox, in any branch of the procedure.

What is loaded there is loaded again for every case: some libraries take half a second of each start.
"""

from __future__ import annotations

import gzip
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.worker.workflow_sandbox._importer import Importer
from temporalio.worker.workflow_sandbox._restrictions import RestrictionContext

from worker import WORKFLOWS
from workflows.codec import sealed_converter
from workflows.sandbox import RUNNER

HISTORIES: Final = sorted((Path(__file__).parents[1] / "replay").glob("*.json.gz"))
#: What every sandbox has of its own.
_ITS_OWN: Final = {"sys", "builtins", "__main__"}


@dataclass(frozen=True)
class WatchedRunner(SandboxedWorkflowRunner):
    """A sandboxed runner that remembers what its sandboxes imported."""

    importers: list[Importer] = field(default_factory=list)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = super().create_instance(det)
        self.importers.append(instance.importer)  # type: ignore[attr-defined]
        return instance

    def loaded_inside(self) -> set[str]:
        """Modules of a sandbox that are not those of the process."""
        return {
            name
            for importer in self.importers
            for name, module in importer.new_modules.items()
            if name not in _ITS_OWN
            and RestrictionContext.unwrap_if_proxied(module) is not sys.modules.get(name)
        }


def kept(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.name, gzip.decompress(path.read_bytes()).decode())


async def replay(path: Path, runner: WatchedRunner, key: bytes) -> None:
    replayer = Replayer(
        workflows=list(WORKFLOWS), data_converter=sealed_converter(key), workflow_runner=runner
    )
    await replayer.replay_workflow(kept(path))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.name.removesuffix(".json.gz"))
async def test_no_module_is_loaded_inside_the_sandbox_of_a_case(path: Path, office_key: bytes) -> None:
    runner = WatchedRunner(restrictions=RUNNER.restrictions)
    await replay(path, runner, office_key)
    assert runner.importers
    assert runner.loaded_inside() == set()


async def test_what_the_sandbox_of_the_library_loads_anew_would_be_found(office_key: bytes) -> None:
    runner = WatchedRunner(restrictions=SandboxRestrictions.default)
    await replay(HISTORIES[0], runner, office_key)
    assert "workflows.determination" in runner.loaded_inside()
