"""Labels for texts, and what people say of them."""

# Annotations are made of the limits of a service, so they are looked at as they stand.

import json
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

import pantau
from pantau.serve import schemas
from pantau.serve.errors import documented
from pantau.serve.models import Models
from pantau.serve.settings import Settings

_REFUSED = documented(401, 403, 404, 413, 422, 429, 500, 503, 504)


def add(app: FastAPI, models: Models, settings: Settings) -> None:
    """Add the routes."""
    either, many = schemas.asked(settings)

    @app.post(
        "/predict",
        summary="Label a text, or some",
        response_model=schemas.Prediction | schemas.Batch,
        responses=_REFUSED,
    )
    async def predict(asked: either) -> Any:  # type: ignore[valid-type]
        """With `text` the answer is a prediction, with `texts` a list of them."""
        return await _predict(models, asked)

    @app.post(
        "/predict/batch",
        summary="Label texts",
        response_model=schemas.Batch,
        responses=_REFUSED,
    )
    async def predict_batch(asked: many) -> Any:  # type: ignore[valid-type]
        """Equal texts are answered once; answers come in the order of the texts."""
        return await _predict(models, asked)

    @app.post(
        "/feedback",
        summary="Say whether an answer was right",
        response_model=schemas.Taken,
        responses=documented(401, 403, 404, 409, 413, 422, 429, 500, 503),
    )
    async def feedback(said: schemas.Feedback, request: Request) -> Any:
        """Tells whether it was right, the right label, or both."""
        key = request.state.key
        if said.source != "user" and key is not None and not key.may("admin"):
            raise pantau.InvalidInputError(
                f"source: {said.source!r} counts for more than a click, and needs an admin key"
            )
        found = await models.call(
            models.workspace.feedback, said.id, said.correct, said.label, source=said.source
        )
        return {"id": said.id, "found": found}


async def _predict(models: Models, asked: BaseModel) -> Response:
    own: Any = asked
    model = await models.name(own.model)
    named: dict[str, Any] = {
        "return_probabilities": own.return_probabilities,
        "subject": own.subject,
    }
    if own.consent:
        named["consent"] = pantau.Consent(own.subject)
    is_one = hasattr(own, "text")
    texts = own.text if is_one else own.texts
    review = own.review_id if is_one else own.review_ids
    if review is not None:
        named["review_id"] = review
    found = await models.predict(model, texts, **named)
    if is_one:
        return _json(_told(found, review))
    reviews = review or [None] * len(found)
    predictions = [_told(answer, own_id) for answer, own_id in zip(found, reviews, strict=True)]
    return _json(
        {
            "predictions": predictions,
            "total": len(predictions),
            "model": model,
            "model_version": found[0].version,
            "timestamp": predictions[0]["timestamp"],
        }
    )


def _told(answer: pantau.Answer, review_id: str | None) -> dict[str, Any]:
    return {
        "id": answer.id,
        "review_id": review_id,
        "sentiment": answer.label,
        "label": answer.label,
        "confidence": answer.confidence,
        "probabilities": answer.probabilities,
        "flags": answer.flags,
        "novelty": answer.novelty,
        "model": answer.model,
        "model_version": answer.version,
        "timestamp": answer.timestamp,
        "processing_time_ms": answer.latency_ms,
    }


def _json(content: dict[str, Any]) -> Response:
    # It is as it was described: looking at every answer again would take longer than to give it.
    return Response(json.dumps(content).encode(), media_type="application/json")
