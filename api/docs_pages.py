"""`/docs`: the API's document for people, as Swagger UI shows it, from this machine alone.

The files of Swagger UI come with a package; no page of ours loads anything from elsewhere, and its policy (CSP Level
3) lets no inline script run.
"""

from __future__ import annotations

import html
import json
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Final

from fastapi import FastAPI, Response
from starlette.concurrency import run_in_threadpool

_FILES: Final = resources.files("fastapi_swagger") / "resources"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: Name under /docs → file of the package and its type.
_ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
_A_DAY: Final = "public, max-age=86400"

_PAGE: Final = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"></main>
<noscript>本页须启用 JavaScript；接口说明原文见 <a href="{openapi}">{openapi}</a>。</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START: Final = """"use strict";
SwaggerUIBundle({{
  url: {openapi},
  dom_id: "#swagger-ui",
  deepLinking: true,
  filter: true,
  docExpansion: "none",
  validatorUrl: null,
  persistAuthorization: false,
}});
"""


def install(app: FastAPI) -> None:
    """Add `/docs` to an app that serves its OpenAPI document."""
    openapi = app.openapi_url or ""
    page = _PAGE.format(title=html.escape(f"{app.title} 接口说明"), openapi=html.escape(openapi))
    start = _START.format(openapi=json.dumps(openapi))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response(
            page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY}
        )

    @app.get("/docs/start.js", include_in_schema=False)
    async def start_js() -> Response:
        return Response(start, media_type="text/javascript; charset=utf-8")

    for name, media_type in _ASSETS.items():
        app.get(f"/docs/{name}", include_in_schema=False)(_asset(name, media_type))


def _asset(name: str, media_type: str) -> Callable[[], Awaitable[Response]]:
    async def asset() -> Response:
        content = await run_in_threadpool((_FILES / name).read_bytes)
        return Response(content, media_type=media_type, headers={"Cache-Control": _A_DAY})

    return asset
