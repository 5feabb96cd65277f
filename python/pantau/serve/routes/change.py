"""What those may ask who look after the service: an admin key is needed where there are keys."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request

from pantau.serve import schemas
from pantau.serve.errors import documented
from pantau.serve.models import Models

_LOOK = documented(401, 403, 404, 422, 429, 500, 503)
_CHANGE = documented(401, 403, 404, 409, 413, 422, 429, 500, 503)


def add(app: FastAPI, models: Models) -> None:
    """Add the routes."""
    workspace = models.workspace

    @app.post(
        "/model/reload",
        summary="Load the version in use",
        response_model=schemas.Loaded,
        responses=_CHANGE,
    )
    async def reload(
        model: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
    ) -> Any:
        """All processes follow by themselves within a second; this one does so now."""
        name = await models.name(model)
        version = await models.call(workspace.reload, name)
        return {"model": name, "model_version": str(version)}

    @app.post(
        "/model/promote",
        summary="Put a version into use",
        response_model=schemas.Loaded,
        responses=_CHANGE,
    )
    async def promote(asked: schemas.Version, request: Request) -> Any:
        name = await models.name(asked.model)
        told = {"actor": _actor(request), "reason": asked.reason}
        await models.call(workspace.promote, name, asked.version, **told)
        return {"model": name, "model_version": str(asked.version)}

    @app.post(
        "/model/rollback",
        summary="Bring back the version before",
        response_model=schemas.Loaded,
        responses=_CHANGE,
    )
    async def rollback(request: Request, asked: schemas.Reason | None = None) -> Any:
        """The body may be left out."""
        asked = asked or schemas.Reason()
        name = await models.name(asked.model)
        told = {"actor": _actor(request), "reason": asked.reason}
        version = await models.call(workspace.rollback, name, **told)
        return {"model": name, "model_version": str(version)}

    @app.post(
        "/model/retrain",
        summary="Train anew, if there is a reason",
        response_model=dict[str, Any],
        responses=_CHANGE,
    )
    async def retrain(request: Request, asked: schemas.Retrain | None = None) -> Any:
        """Answers when it is done, with the record of it; others are answered meanwhile. The body
        may be left out."""
        asked = asked or schemas.Retrain()
        name = await models.name(asked.model)
        told = {"force": asked.force, "actor": _actor(request)}
        return await models.call(workspace.retrain, name, **told)

    @app.get(
        "/model/history",
        summary="Which version was in use when",
        response_model=list[dict[str, Any]],
        responses=_LOOK,
    )
    async def history(
        model: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
    ) -> Any:
        return await models.call(workspace.history, await models.name(model))

    @app.get(
        "/model/check",
        summary="How a model stands",
        response_model=dict[str, Any],
        responses=_LOOK,
    )
    async def check(
        model: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
    ) -> Any:
        """Drift, accuracy, what people said, and whether it should be trained anew."""
        found = await models.call(workspace.check, await models.name(model))
        return json.loads(found.to_json())

    @app.get(
        "/model/triggers",
        summary="Whether it should be trained anew",
        response_model=dict[str, Any],
        responses=_LOOK,
    )
    async def triggers(
        model: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
    ) -> Any:
        return await models.call(workspace.evaluate_triggers, await models.name(model))

    @app.get(
        "/model/rollout",
        summary="How the versions beside it compare",
        response_model=dict[str, Any],
        responses=_LOOK,
    )
    async def rollout(
        model: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
    ) -> Any:
        return await models.call(workspace.rollout, await models.name(model))

    @app.get(
        "/model/to_label",
        summary="What somebody should label",
        response_model=list[dict[str, Any]],
        responses=_LOOK,
    )
    async def to_label(
        model: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
    ) -> Any:
        """Answers that were picked by chance; tell their labels by /feedback, with the source
        `audit`."""
        return await models.call(workspace.to_label, await models.name(model))


def _actor(request: Request) -> str | None:
    key = request.state.key
    return f"key {key.name}" if key is not None else None
