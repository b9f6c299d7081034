"""The OpenAPI 3.1 document: FastAPI's own, with our problems in place of its validation errors."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE, Problem

_METHODS: Final = ("get", "put", "post", "delete", "patch")
_PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _PROBLEM_REF}}}


def install(app: FastAPI, *, description: str) -> None:
    """Give the app its document: each operation answers an error as a Problem, and each answer has a trace id."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, description)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own documented way to extend it


def _document(app: FastAPI, description: str) -> dict[str, Any]:
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
    for path in document["paths"].values():
        for method in _METHODS:
            if method in path:
                _with_problems(path[method])
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    components["headers"] = {
        "X-Trace-Id": {"description": "Names this request in the logs.", "schema": {"type": "string"}}
    }
    return document


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
