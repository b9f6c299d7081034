"""The document of the API: complete, stable, with examples that are right, and a page that shows it without a network."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from office_http import HttpOffice, http_office
from timeskip import TimeSkippingServer

from api.confirmations import Confirm
from api.examples import CLOCKS, CONFIRMATIONS, HAND_OVERS, OPENINGS, STEPS
from api.openapi import TAGS
from api.practice import Forward
from api.tasks import HandOver
from domain.procedure.forms import OpenCase
from workflows.determination import DETERMINATION

#: Every operation that the API has promised: method, address, operation id. A line that goes or changes breaks
#: somebody's client; a new operation is added here.
OPERATIONS: Final = Path(__file__).with_name("openapi_operations.txt")


@pytest.fixture(scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, temporal: TimeSkippingServer
) -> AsyncIterator[HttpOffice]:
    async with http_office(tmp_path_factory.mktemp("openapi"), temporal.address, work=False) as office:
        yield office


@pytest.fixture(scope="module")
async def document(office: HttpOffice) -> dict[str, Any]:
    answer = await office.client.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_no_operation_has_gone_or_changed_its_name(document: dict[str, Any]) -> None:
    promised = set(OPERATIONS.read_text("utf-8").split("\n")) - {""}
    present = {f"{method} {path} {op['operationId']}" for method, path, op in operations(document)}
    assert promised - present == set(), "an operation that clients rely on has gone or changed"
    assert present - promised == set(), f"add to {OPERATIONS.name}"


def test_every_operation_has_a_name_a_summary_in_chinese_and_a_described_part(
    document: dict[str, Any],
) -> None:
    assert document["openapi"].startswith("3.1")
    described = {tag["name"] for tag in TAGS}
    names = [op["operationId"] for _, _, op in operations(document)]
    assert len(names) == len(set(names))
    for method, path, op in operations(document):
        assert re.search(r"[\u4e00-\u9fff]", op["summary"]), (method, path)
        assert set(op["tags"]) <= described, (method, path, op["tags"])
        assert op["responses"]["default"]["content"].keys() == {"application/problem+json"}
        if path.startswith("/api/v1/cases"):
            assert op["security"], (method, path)


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
        node: Any = document
        for part in reference.split("/"):
            node = node[part.replace("~1", "/")]


def test_every_changing_operation_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for method, path, op in operations(document):
        names = {parameter["name"].lower() for parameter in op.get("parameters", [])}
        changes = method == "POST" and not path.endswith(("/deadlines/compute", "/practice/tokens"))
        assert ("idempotency-key" in names) is changes, (method, path)


def test_the_examples_of_the_document_are_ones_that_the_forms_take(document: dict[str, Any]) -> None:
    for body in OPENINGS.values():
        OpenCase.submitted(body)
    for name, body in STEPS.items():
        DETERMINATION.steps[name.partition("：")[0]].form.model_validate_json(json.dumps(body))
    for model, bodies in ((HandOver, HAND_OVERS), (Confirm, CONFIRMATIONS), (Forward, CLOCKS)):
        for body in bodies.values():
            model.submitted(body)
    act = document["paths"]["/api/v1/cases/{no}/actions/{action}"]["post"]["requestBody"]
    content = act["content"]["application/json"]
    assert {"serve_prior_notice", "raise_objection", "draft_decision"} <= set(content["examples"])
    named = {option["$ref"].rpartition("/")[2] for option in content["schema"]["anyOf"]}
    assert {"ServePaper", "RaiseObjection", "DraftDecision", "DraftNotice"} <= named
    for path in ("/api/v1/cases", "/api/v1/tasks/{task_id}/reassign"):
        assert document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]


async def test_the_page_of_the_document_loads_nothing_from_elsewhere(office: HttpOffice) -> None:
    page = await office.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.findall(r"(?:src|href)=\"(?!/)", page.text)
    assert "<script>" not in page.text
    assets = re.findall(r"(?:src|href)=\"(/docs/[^\"]+)\"", page.text)
    assert len(assets) == 4
    for asset in assets:
        answer = await office.client.get(asset)
        assert answer.status_code == 200, asset
        assert answer.content
        assert answer.headers["x-content-type-options"] == "nosniff"
    start = (await office.client.get("/docs/start.js")).text
    assert "/openapi.json" in start
    assert not any(
        path.startswith("/docs") for path in (await office.client.get("/openapi.json")).json()["paths"]
    )
