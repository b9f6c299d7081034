"""The API: everything under /api/v1, and whether the office is alive and ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI

from activities.importing import Importer
from api import (
    calendar,
    cases,
    confirmations,
    docs_pages,
    health,
    imports,
    law,
    middleware,
    numbers,
    openapi,
    operations,
    paging,
    practice,
    tasks,
)
from api.identity import Gate, SignedTokens, practice_router
from api.identity import install as install_identity
from api.logs import configure_logs
from api.practice_mark import PracticeMark
from api.services import COURSES, build_services
from documents.fonts import use_fonts_of
from settings import Settings
from storage.office import open_office
from workflows.connect import connect

_UPLOAD = 32 * 1024 * 1024  # bytes of an intake file
_DESCRIPTION = "诚序：依法依规办理严重失信主体名单认定与信用修复。错误一律为 RFC 9457 problem+json。"
_PRACTICE_DESCRIPTION = f"**演练机关：一切回答和文书均无法律效力。** {_DESCRIPTION}"


def create_app() -> FastAPI:
    """The app of the settings in force; its record must have been migrated."""
    settings = Settings.load()
    configure_logs()
    use_fonts_of(settings.font_dir)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        office = await open_office(settings)
        client = await connect(settings, identity="api", lazy=True)
        services = build_services(settings, office, client)
        app.state.services = services
        tokens = SignedTokens(office.key)
        app.state.confirmations_on_record = services.confirmations.all
        paging.install(app, office.key)
        install_identity(app, Gate(tokens, services.people))
        if settings.practice:
            app.include_router(practice_router(tokens, services.people), prefix="/api/v1")
        importer = Importer(office, services.carrier, services.confirmations, COURSES["determination"])
        app.state.importer = importer
        importing = asyncio.create_task(importer.run())
        yield
        importing.cancel()
        with suppress(asyncio.CancelledError):
            await importing
        await office.engine.dispose()

    app = FastAPI(
        title="诚序 Chengxu",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_tags=openapi.TAGS,
        generate_unique_id_function=openapi.operation_id,
    )
    middleware.install(app, practice=settings.practice, uploads={"/api/v1/imports": _UPLOAD})
    openapi.install(
        app,
        description=_PRACTICE_DESCRIPTION if settings.practice else _DESCRIPTION,
        practice=settings.practice,
        forms=cases.FORMS,
    )
    docs_pages.install(app)
    if settings.practice:
        app.add_middleware(PracticeMark, except_for=frozenset({app.openapi_url or ""}))
    v1 = APIRouter(prefix="/api/v1")
    for routes in (
        cases.router,
        tasks.router,
        operations.router,
        numbers.router,
        imports.router,
        confirmations.router,
        law.router,
        law.measures_router,
        law.authorities_router,
        calendar.router,
    ):
        v1.include_router(routes)
    if settings.practice:
        v1.include_router(practice.router)
    app.include_router(v1)
    app.include_router(health.router)
    return app
