"""The application: routes, and what stands in front of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

import pantau
from pantau.serve import errors
from pantau.serve.allowance import Allowance
from pantau.serve.description import describe
from pantau.serve.exporter import Exporter
from pantau.serve.gate import DOCS_FILES, Gate
from pantau.serve.keys import Keys
from pantau.serve.models import Models
from pantau.serve.routes import about, answers, change
from pantau.serve.settings import Settings

_DESCRIPTION = """
Labels for texts, from models that are watched while they answer.

Requests name their key as `Authorization: Bearer KEY` or `X-API-Key: KEY`, if the service has keys.
Every answer has an `X-Request-ID`: the one of the request, or a new one.
"""


def create_app(
    workspace: pantau.Workspace,
    settings: Settings | None = None,
    *,
    keys: Keys | None = None,
    owns: bool = False,
) -> FastAPI:
    """The application over a workspace, which stays open when the application ends, unless that
    ``owns`` it."""
    settings = Settings.make() if settings is None else settings
    keys = Keys(workspace.folder) if keys is None else keys
    rate = settings.rate
    allowance = None if rate is None else Allowance(rate, workspace.folder)
    models = Models(workspace, settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await _warm(models, settings)
        if settings.look_after is not None:
            workspace.start(settings.look_after)
        exporter = _exporter(workspace, settings)
        if exporter is not None:
            exporter.start()
        yield
        await asyncio.to_thread(workspace.stop)
        if exporter is not None:
            await asyncio.to_thread(exporter.stop)
        # What was answered is in the store before the process ends; a training is stopped.
        await asyncio.to_thread(workspace.close if owns else workspace.flush)

    app = _bare(
        settings,
        title="Pantau",
        version=pantau.__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.origins),
                allow_methods=["GET", "POST"],
                allow_headers=["authorization", "content-type", "x-api-key", "x-request-id"],
                expose_headers=["x-request-id"],
            ),
            Middleware(
                Gate, workspace=workspace, settings=settings, keys=keys, allowance=allowance
            ),
        ],
    )
    app.add_exception_handler(pantau.Error, errors.told)
    app.add_exception_handler(RequestValidationError, errors.malformed)
    app.add_exception_handler(HTTPException, errors.refused)
    app.add_exception_handler(Exception, errors.unforeseen)
    started = time.time()
    about.add(app, models, settings, started)
    answers.add(app, models, settings)
    change.add(app, models)
    describe(app)
    return app


def _bare(settings: Settings, **options: Any) -> FastAPI:
    """An application with its pages about itself, which need nothing from elsewhere, or without."""
    if not settings.docs:
        return FastAPI(docs_url=None, redoc_url=None, **options)
    return FastAPIOffline(static_url=DOCS_FILES, **options)


def _exporter(workspace: pantau.Workspace, settings: Settings) -> Exporter | None:
    if settings.metrics_port is None or not settings.metrics:
        return None
    return Exporter(workspace, settings.host, settings.metrics_port, aliases=settings.aliases)


async def _warm(models: Models, settings: Settings) -> None:
    """Loads what will be asked for, so that the first request does not wait for it."""
    try:
        wanted = [settings.model] if settings.model else models.workspace.models_in_use()
        for model in wanted:
            await models.call(models.workspace.info, model)
    except pantau.NotFoundError:
        # It may be trained later; until then /health says so.
        pass
