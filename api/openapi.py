"""The OpenAPI 3.1 document: FastAPI's own, with our problems in place of its validation errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.headers import ETAG_PATTERN, KEY_PATTERN
from api.practice_mark import MEMBER
from api.problems import MEDIA_TYPE, Problem

#: The parts of the API, in the order of the document.
TAGS: Final = [
    {"name": "cases", "description": "案件：线索登记、查询、可办事项、办理步骤、办理过程、期限、文书"},
    {"name": "tasks", "description": "待办：本人、本组、未领取；领取、退回、转办"},
    {"name": "operations", "description": "收件回执：已收件的事项办理得如何"},
    {"name": "imports", "description": "导入：双公示行政处罚数据，逐行核对，符合条件的登记线索"},
    {"name": "documents", "description": "文号：使用、作废与缺号核对"},
    {"name": "law", "description": "名单制度、惩戒措施清单、机关名录；未核实事项的确认"},
    {"name": "calendar", "description": "工作日与期限的推算和逐日说明"},
    {"name": "practice", "description": "演练：示例用户登录、演练时钟；正式机关没有这一部分"},
    {"name": "problems", "description": "问题代码说明（RFC 9457）"},
    {"name": "health", "description": "运行状态"},
]
_METHODS: Final = ("get", "put", "post", "delete", "patch")
_REF: Final = "#/components/schemas/{model}"
_PROBLEM_REF: Final = {"$ref": _REF.format(model="Problem")}
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _PROBLEM_REF}}}


def operation_id(route: APIRoute) -> str:
    """The name of the function that answers: stable, whatever the address."""
    return route.name


def install(
    app: FastAPI, *, description: str, practice: bool = False, forms: Sequence[type[BaseModel]] = ()
) -> None:
    """Give the app its document: each operation answers an error as a Problem, and each answer has a trace id.

    `forms`: further models among the schemas, named by their class. `practice`: answers are marked (演练).
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, description, forms)
            if practice:
                _with_practice_mark(app.openapi_schema)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own documented way to extend it


def _document(app: FastAPI, description: str, forms: Sequence[type[BaseModel]]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=app.servers,
        separate_input_output_schemas=app.separate_input_output_schemas,
    )
    for operation in _operations(document):
        _with_problems(operation)
        _with_headers(operation)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=_REF, mode="serialization")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    _, written = models_json_schema([(form, "validation") for form in forms], ref_template=_REF)
    for name, schema in written.get("$defs", {}).items():
        schemas.setdefault(name, schema)
    _with_tags_required(schemas, schemas)
    components["headers"] = {
        "X-Trace-Id": {"description": "Names this request in the logs.", "schema": {"type": "string"}}
    }
    return document


def _with_tags_required(node: Any, schemas: dict[str, Any]) -> None:
    """What tells variants apart (OpenAPI 3.1, Discriminator Object) must be sent, although our own code may leave it out."""
    if isinstance(node, list):
        for inner in node:
            _with_tags_required(inner, schemas)
    elif isinstance(node, dict):
        if "mapping" in (tag := node.get("discriminator", {})):
            for reference in tag["mapping"].values():
                required: list[str] = schemas[reference.rpartition("/")[2]].setdefault("required", [])
                if tag["propertyName"] not in required:
                    required.insert(0, tag["propertyName"])
        for inner in node.values():
            _with_tags_required(inner, schemas)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        for method in _METHODS:
            if method in path:
                yield path[method]


def _with_practice_mark(document: dict[str, Any]) -> None:
    """Every object that answers in JSON has the member `practice`, always true."""
    mark = {"type": "boolean", "const": True, "description": "演练机关的回答，没有法律效力。"}
    schemas = document["components"]["schemas"]
    for operation in _operations(document):
        for response in operation["responses"].values():
            for media_type, content in response.get("content", {}).items():
                if not media_type.endswith("json"):
                    continue
                schema = content.get("schema", {})
                for one in schema.get("anyOf", [schema]):
                    one = schemas[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
                    if one.get("type") == "object":
                        one.setdefault("properties", {})[MEMBER] = mark


def _with_headers(operation: dict[str, Any]) -> None:
    """The two headers as they really are: the functions take any text, so that a wrong one is refused in our words."""
    parameters = {parameter["name"]: parameter for parameter in operation.get("parameters", [])}
    if (key := parameters.get("Idempotency-Key")) is not None:
        key["schema"] = {"type": "string", "pattern": KEY_PATTERN}
        key["required"] = "dry_run" not in parameters
    if (tag := parameters.get("if-match")) is not None:
        tag["name"], tag["schema"] = "If-Match", {"type": "string", "pattern": ETAG_PATTERN}


def _with_problems(operation: dict[str, Any]) -> None:
    responses: dict[str, Any] = operation["responses"]
    validation = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if validation.get("$ref", "").endswith("/HTTPValidationError"):
        del responses["422"]
        responses.setdefault("400", _problem("格式不符 (MALFORMED)"))
    if operation.get("security"):
        responses.setdefault("401", _problem("未登录或者登录已失效 (UNAUTHENTICATED)"))
    responses.setdefault("default", _problem("不予办理：见问题代码 (RFC 9457)"))
    for response in responses.values():
        response.setdefault("headers", {})["X-Trace-Id"] = {"$ref": "#/components/headers/X-Trace-Id"}
