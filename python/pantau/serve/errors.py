"""What a request is told that cannot be answered."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import pantau

# The first that fits.
_STATUSES: list[tuple[type[pantau.Error], int, str]] = [
    (pantau.InvalidInputError, 422, "invalid_input"),
    (pantau.NotFoundError, 404, "not_found"),
    (pantau.ConflictError, 409, "conflict"),
    (pantau.BusyError, 503, "busy"),
    (pantau.DeadlineError, 504, "deadline"),
    (pantau.UnreachableError, 503, "unreachable"),
    (pantau.InferenceError, 500, "inference"),
    (pantau.Error, 500, "storage"),
]
_KINDS = {404: "not_found", 405: "method", 413: "too_large"}


def problem(
    status: int,
    kind: str,
    message: str,
    request_id: str,
    headers: dict[str, str] | None = None,
) -> Response:
    """An answer that says what is wrong."""
    body = {"error": {"kind": kind, "message": message}, "request_id": request_id}
    content = json.dumps(body).encode()
    return Response(content, status, headers, media_type="application/json")


def of(request: Request) -> str:
    """The id of a request."""
    return str(request.state.request_id)


async def told(request: Request, error: Exception) -> Response:
    """An error of Pantau's."""
    for kind, status, name in _STATUSES:
        if isinstance(error, kind):
            headers = {"retry-after": "1"} if status == 503 else None
            return problem(status, name, str(error), of(request), headers)
    raise error


async def malformed(request: Request, error: Exception) -> Response:
    """A request that does not look as it must."""
    assert isinstance(error, RequestValidationError)
    parts: list[str] = []
    for own in error.errors()[:5]:
        place = [str(part) for part in own["loc"]]
        # Which of both ways to ask was meant is known by what was asked.
        start = 2 if place[:2] in (["body", "text"], ["body", "texts"]) and place[2:] else 1
        parts.append(f"{'.'.join(place[start:]) or place[0]}: {own['msg'][:200]}")
    message = "; ".join(dict.fromkeys(parts))
    # Half of a character has no bytes.
    message = message.encode("utf-8", "replace").decode()
    return problem(422, "invalid_input", message, of(request))


async def refused(request: Request, error: Exception) -> Response:
    """What the routes do not know."""
    assert isinstance(error, HTTPException)
    message = str(error.detail)
    if error.status_code == 400:
        # A body that is no text is as wrong as one that is no JSON.
        return problem(422, "invalid_input", "body: is no JSON in UTF-8", of(request))
    if error.status_code == 405 and request.url.path == "/model/reload":
        message = "GET changes nothing here: POST /model/reload loads the version in use"
    kind = _KINDS.get(error.status_code, "refused")
    headers = dict(error.headers or {})
    return problem(error.status_code, kind, message, of(request), headers)


async def unforeseen(request: Request, error: Exception) -> Response:
    """A mistake of ours, whose details belong in the log."""
    return problem(
        500, "internal", "a mistake of the service; its log has the request", of(request)
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the description of a route says of these."""
    from pantau.serve.schemas import Problem

    names = {
        401: "The key is missing or not known.",
        403: "The key may not do this.",
        404: "There is no such model, version or answer.",
        409: "Something else was done meanwhile.",
        413: "The body is too large.",
        422: "The request cannot be answered as it is.",
        429: "Too many requests.",
        500: "A mistake of the service.",
        503: "It cannot be answered now.",
        504: "It was not answered in time.",
    }
    return {status: {"model": Problem, "description": names[status]} for status in statuses}
