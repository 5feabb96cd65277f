"""What every request passes: its id, its size, its key, its rate, and its count."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import pantau
from pantau.serve.allowance import Allowance
from pantau.serve.errors import problem
from pantau.serve.keys import Key, Keys
from pantau.serve.settings import Settings

LOG = logging.getLogger("pantau.serve")
# These need no key: what they tell anybody may know.
_FREE = {"/", "/health", "/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"}
#: Below this are the files of the pages about the service.
DOCS_FILES = "/docs/files"
# These look, and are in nobody's way.
_LOOKS = {"GET", "HEAD", "OPTIONS"}
_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


def route_path(scope: Scope) -> str:
    """The path that routes know, wherever the application is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", "")).rstrip("/")
    return path[len(root) :] if root and path.startswith(root + "/") else path


def is_public(path: str) -> bool:
    """Whether everybody may ask for a path."""
    return path in _FREE or path.startswith(DOCS_FILES + "/")


def is_admin(path: str) -> bool:
    """Whether a path is for those who look after the service."""
    return path.startswith("/model/") and path != "/model/info"


def wants_json(headers: Headers) -> bool:
    """Whether somebody would rather have JSON than what Prometheus reads."""
    accepted = headers.get("accept", "")
    return "application/json" in accepted and "text/plain" not in accepted


class Gate:
    """Lets requests through, or says why not."""

    def __init__(
        self,
        app: ASGIApp,
        workspace: pantau.Workspace,
        settings: Settings,
        keys: Keys,
        allowance: Allowance | None,
    ) -> None:
        self._app = app
        self._workspace = workspace
        self._settings = settings
        self._keys = keys
        self._is_guarded = not settings.is_local and not settings.open
        self._allowance = allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        # Whoever answers may change what the scope says of it.
        path, status = route_path(scope), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).append("x-request-id", request_id)
            await send(message)

        try:
            refusal, key = self._refusal(scope, headers, request_id)
            state["key"] = key
            if refusal is not None:
                await refusal(scope, receive, answer)
            else:
                limited = _Limited(receive, self._settings.max_body, self._too_large())
                await self._app(scope, limited, answer)
        finally:
            route = getattr(scope.get("route"), "path", None) or self._declared(path, scope)
            self._workspace.count_request(route, status, time.perf_counter() - started)
            await self._audit(scope, route, status, request_id)

    def _refusal(
        self, scope: Scope, headers: Headers, request_id: str
    ) -> tuple[ASGIApp | None, Key | None]:
        path = route_path(scope)
        key = self._key(headers)
        if self._allowance is not None and not is_public(path):
            # Before anything else: who has no key must not be able to keep it busy, either.
            wait = self._allowance.wait(_who(scope, key))
            if wait > 0:
                message = f"more than {self._settings.rate:g} requests a second"
                later = {"retry-after": str(max(1, round(wait)))}
                return problem(429, "rate", message, request_id, later), key
        # Once there were keys it stays so: to take the last one away opens nothing.
        self._is_guarded = self._is_guarded or bool(self._keys)
        if self._is_guarded and not self._is_free(path, headers):
            if key is None:
                message = "name a key, as `Authorization: Bearer KEY` or `X-API-Key: KEY`"
                ask = {"www-authenticate": "Bearer"}
                return problem(401, "unauthorized", message, request_id, ask), None
            needed = "admin" if is_admin(path) else "predict"
            if not key.may(needed):
                message = f"key {key.name} may not do this: it needs the scope {needed}"
                return problem(403, "forbidden", message, request_id), key
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._settings.max_body:
            return problem(413, "too_large", self._too_large(), request_id), key
        return None, key

    def _is_free(self, path: str, headers: Headers) -> bool:
        if path == "/metrics":
            # As JSON it is the same as /stats.
            return not (self._settings.protect_metrics or wants_json(headers))
        return is_public(path)

    def _key(self, headers: Headers) -> Key | None:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            secret = headers.get("x-api-key", "")
        return self._keys.find(secret.strip()) if secret else None

    def _too_large(self) -> str:
        return f"the body has more than {self._settings.max_body} bytes"

    def _declared(self, path: str, scope: Scope) -> str:
        """The route of a request that did not get as far as that."""
        if path.startswith(DOCS_FILES + "/"):
            return DOCS_FILES
        routes = getattr(scope.get("app"), "routes", ())
        return path if any(getattr(own, "path", None) == path for own in routes) else "unmatched"

    async def _audit(self, scope: Scope, route: str, status: int, request_id: str) -> None:
        """Notes what somebody changed, or tried to."""
        path = route_path(scope)
        # What anybody can try without end is counted by the metrics, and not kept.
        if not is_admin(path) or scope["method"] in _LOOKS or status in (401, 429):
            return
        key = scope["state"].get("key")
        detail: dict[str, Any] = {"status": status, "request_id": request_id}
        client = scope.get("client")
        if client:
            detail["address"] = client[0]
        actor = f"key {key.name}" if key else "nobody"
        action = f"{scope['method']} {route if route != 'unmatched' else path}"
        try:
            await asyncio.to_thread(self._workspace.store.audit, actor, action, detail)
        except pantau.Error as error:
            # What was done is done, and told to whoever did it.
            LOG.error("%s", json.dumps({"audit": action, "actor": actor, "problem": str(error)}))


def _who(scope: Scope, key: Key | None) -> str:
    """Whose requests are counted together. No address begins as a key does here."""
    return f"key {key.name}" if key else str((scope.get("client") or ("", 0))[0])


class _Limited:
    """A body that ends where it gets too large."""

    def __init__(self, receive: Receive, limit: int, problem: str) -> None:
        self._receive = receive
        self._left = limit
        self._problem = problem

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise HTTPException(413, self._problem)
        return message
