"""Checked by Compose itself, without an engine: images, tags and health checks stay unproven here."""

from __future__ import annotations

import json
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from timeskip import program

from settings import Settings

FILE = Path(__file__).parent.parent / "docker-compose.yml"
GIVEN = {"POSTGRES_PASSWORD": "x1", "CHENGXU_OFFICE": "real"}


def compose(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("docker-compose"), "--file", FILE, *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(FILE.parent)} | given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", GIVEN)
def test_nothing_starts_without_a_password_and_a_kind_of_office(missing: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    assert missing in compose("config", "--quiet", **given).stderr


def test_our_services_run_modules_that_exist_with_settings_that_exist() -> None:
    answer = compose("config", "--format", "json", **GIVEN)
    assert answer.returncode == 0, answer.stderr
    services = json.loads(answer.stdout)["services"]
    ours = {name: service for name, service in services.items() if "build" in service}
    assert set(ours) == {"migrate", "worker", "api"}
    known = {f"CHENGXU_{name.upper()}" for name in Settings.model_fields}
    for service in ours.values():
        assert find_spec(service["command"][0]) is not None
        assert set(service["environment"]) <= known
        assert any(volume["target"] == "/var/lib/chengxu" for volume in service["volumes"])
