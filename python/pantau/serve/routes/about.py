"""What the service is, how it is, and what it has done."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timezone
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

import pantau
from pantau.serve import schemas
from pantau.serve.errors import documented
from pantau.serve.exporter import PAGE_TYPE
from pantau.serve.gate import wants_json
from pantau.serve.models import Models
from pantau.serve.settings import Settings

# How long the store may take to answer before it counts as away, in seconds.
_PATIENCE = 2.0


def add(app: FastAPI, models: Models, settings: Settings, started: float) -> None:
    """Add the routes."""
    workspace = models.workspace

    @app.get(
        "/", summary="What this is", response_model=schemas.Index, responses=documented(500, 503)
    )
    async def index() -> Any:
        return {
            "name": "pantau",
            "version": pantau.__version__,
            "models": await models.call(workspace.models_in_use),
            "documentation": "/docs" if settings.docs else None,
        }

    @app.get(
        "/health",
        summary="How the service is",
        response_model=schemas.Health,
        responses={503: {"model": schemas.Health, "description": "No model can answer."}},
    )
    async def health(response: Response) -> Any:
        """`ok`; `degraded`, if it answers but something is amiss; `unavailable`, with the status
        503, if it cannot answer."""
        told = await _health(models)
        response.status_code = 503 if told["status"] == "unavailable" else 200
        return {**told, "uptime_seconds": time.time() - started, "timestamp": _now()}

    @app.get(
        "/model/info",
        summary="What answers",
        response_model=schemas.ModelInfo,
        responses=documented(401, 403, 404, 422, 429, 500, 503),
    )
    async def model_info(
        model: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
    ) -> Any:
        info = await models.call(workspace.info, await models.name(model))
        manifest = info["info"]["manifest"]
        learned = manifest.get("learned") or {}
        return {
            "model_name": info["model"],
            "model_version": str(info["version"]),
            "labels": info["labels"],
            "max_length": info["info"]["max_tokens"],
            "kind": learned.get("kind", manifest["family"]),
            "weights": manifest["weights"],
            "provider": info["info"]["provider"],
            "watched": info["watched"],
            "challengers": info["challengers"],
            "shadows": info["shadows"],
        }

    @app.get(
        "/stats",
        summary="What the service has done",
        response_model=schemas.Stats,
        responses=documented(401, 403, 404, 422, 429, 500, 503),
    )
    async def stats(
        model: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
    ) -> Any:
        return await models.call(_stats, workspace, await models.name(model), started)

    if settings.metrics:

        @app.get(
            "/metrics",
            summary="What Prometheus reads",
            response_class=Response,
            responses={
                200: {
                    "content": {"text/plain": {"schema": {"type": "string"}}},
                    "model": schemas.Stats,
                    "description": "Text as Prometheus reads it, or the same as /stats with "
                    "`Accept: application/json`.",
                },
                **documented(401, 403, 404, 422, 429, 500, 503),
            },
        )
        async def metrics(request: Request) -> Any:
            """The sum over all processes that serve this workspace, whichever of them is asked."""
            if wants_json(request.headers):
                name = await models.name(None)
                told = schemas.Stats(**await models.call(_stats, workspace, name, started))
                return Response(told.model_dump_json(), media_type="application/json")
            page = await models.call(workspace.metrics, aliases=settings.aliases)
            return Response(page, headers={"content-type": PAGE_TYPE})


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()


async def _health(models: Models) -> dict[str, Any]:
    """What anybody may know: no paths, and no words of other programs."""
    workspace = models.workspace
    problems: list[str] = []
    found: list[dict[str, Any]] = []
    try:
        # On threads of its own: those that answer may all be waiting.
        served = asyncio.to_thread(_served, workspace, models.own)
        found, problems = await asyncio.wait_for(served, _PATIENCE)
    except (pantau.Error, asyncio.TimeoutError):
        problems.append("the models cannot be looked at")
    reachable = True
    try:
        looked = asyncio.to_thread(workspace.store.recent, 0.01)
        await asyncio.wait_for(looked, _PATIENCE)
    except (pantau.Error, asyncio.TimeoutError):
        reachable = False
        problems.append("the store cannot be reached")
    log = workspace.log_counters()
    lost = log["dropped"] + log["failed"]
    if lost:
        problems.append(f"{lost} predictions are not remembered")
    info = found[0] if found else None
    status = "unavailable" if info is None else "degraded" if problems else "ok"
    return {
        "status": status,
        "model_loaded": info is not None,
        "model": info["model"] if info else None,
        "model_version": str(info["version"]) if info else None,
        "provider": info["info"]["provider"] if info else None,
        "store_reachable": reachable,
        "log_queued": log["queued"],
        "log_waiting": log["waiting"],
        "log_dropped": lost,
        "problems": problems,
    }


def _served(workspace: pantau.Workspace, own: str | None) -> tuple[list[dict[str, Any]], list[str]]:
    """The models that can answer, the service's own first, and what is amiss with others."""
    names = workspace.models_in_use()
    names.sort(key=lambda name: name != own)
    found, problems = [], []
    for name in names:
        try:
            info = workspace.info(name)
        except pantau.Error:
            problems.append(f"{name} cannot be loaded")
            continue
        found.append(info)
        for version, _ in info["problems"]:
            problems.append(f"version {version} of {name} cannot be loaded")
    if own is not None and (not found or found[0]["model"] != own):
        problems.append(f"{own} cannot answer")
        return [], problems
    return found, problems


def _stats(workspace: pantau.Workspace, model: str, started: float) -> dict[str, Any]:
    total = workspace.store.summary(model=model)["count"]
    recent = workspace.store.summary(hours=24, model=model)
    labels = {own["label"]: own["count"] for own in recent["labels"]}
    check = workspace.check(model)
    drift = check.drift
    knows_positive = "positive" in workspace.info(model)["labels"]
    return {
        "model": model,
        "model_version": str(check.version),
        "total_predictions": total,
        "predictions_last_24h": recent["count"],
        "average_confidence": recent["mean_confidence"],
        "positive_ratio": labels.get("positive", 0) / sum(labels.values())
        if knows_positive and labels
        else None,
        "labels": labels,
        "drift_status": None
        if drift is None
        else {
            "drift_detected": drift.status == "alarm",
            "drift_score": drift.score,
            "status": drift.status,
            "sentence": drift.sentence,
        },
        "log": workspace.log_counters(),
        "uptime_seconds": time.time() - started,
        "timestamp": _now(),
    }
