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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import pantau
from pantau.serve.errors import problem
from pantau.serve.keys import Key, Keys
from pantau.serve.settings import Settings

LOG = logging.getLogger("pantau.serve")
# These need no key: what they tell anybody may know.
_FREE = {"/", "/health", "/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"}
_ADMIN = {
    "/model/reload",
    "/model/promote",
    "/model/rollback",
    "/model/retrain",
    "/model/history",
    "/model/check",
    "/model/triggers",
    "/model/rollout",
    "/model/to_label",
}
# These look, and are in nobody's way.
_LOOKS = {"GET", "HEAD", "OPTIONS"}
_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
# So many addresses are counted at once; those that asked longest ago are forgotten.
_MOST_COUNTED = 10_000


class Gate:
    """Lets requests through, or says why not."""

    def __init__(
        self, app: ASGIApp, workspace: pantau.Workspace, settings: Settings, keys: Keys
    ) -> None:
        self._app = app
        self._workspace = workspace
        self._settings = settings
        self._keys = keys
        self._allowance: dict[str, tuple[float, float]] = {}

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
        status = 500

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
                limited = _Limited(receive, self._settings.max_body)
                try:
                    await self._app(scope, limited, answer)
                except _TooLargeError:
                    await self._too_large(request_id)(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path", None) or "unmatched"
            self._workspace.count_request(route, status, time.perf_counter() - started)
            await self._audit(scope, route, status, request_id)

    def _refusal(
        self, scope: Scope, headers: Headers, request_id: str
    ) -> tuple[ASGIApp | None, Key | None]:
        path = scope["path"]
        key = self._key(headers)
        if self._keys and not self._is_free(path):
            if key is None:
                message = "name a key, as `Authorization: Bearer KEY` or `X-API-Key: KEY`"
                ask = {"www-authenticate": "Bearer"}
                return problem(401, "unauthorized", message, request_id, ask), None
            needed = "admin" if path in _ADMIN else "predict"
            if not key.may(needed):
                message = f"key {key.name} may not do this: it needs the scope {needed}"
                return problem(403, "forbidden", message, request_id), key
        if path not in _FREE:
            wait = self._wait(key.name if key else (scope.get("client") or ("", 0))[0])
            if wait > 0:
                message = f"more than {self._settings.rate:g} requests a second"
                later = {"retry-after": str(max(1, round(wait)))}
                return problem(429, "rate", message, request_id, later), key
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._settings.max_body:
            return self._too_large(request_id), key
        return None, key

    def _is_free(self, path: str) -> bool:
        return path in _FREE or (path == "/metrics" and not self._settings.protect_metrics)

    def _key(self, headers: Headers) -> Key | None:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            secret = headers.get("x-api-key", "")
        return self._keys.find(secret.strip()) if secret else None

    def _wait(self, who: str) -> float:
        """How long somebody has to wait: each may ask `rate` times a second, and has three seconds'
        worth to begin with."""
        rate = self._settings.rate
        if rate is None:
            return 0.0
        now = time.monotonic()
        most = max(1.0, 3 * rate)
        left, last = self._allowance.pop(who, (most, now))
        left = min(most, left + (now - last) * rate)
        wait = 0.0 if left >= 1 else (1 - left) / rate
        self._allowance[who] = (left - 1 if left >= 1 else left, now)
        while len(self._allowance) > _MOST_COUNTED:
            del self._allowance[next(iter(self._allowance))]
        return wait

    def _too_large(self, request_id: str) -> ASGIApp:
        message = f"the body has more than {self._settings.max_body} bytes"
        return problem(413, "too_large", message, request_id)

    async def _audit(self, scope: Scope, route: str, status: int, request_id: str) -> None:
        """Notes what somebody changed, or tried to."""
        if scope["path"] not in _ADMIN or scope["method"] in _LOOKS:
            return
        key = scope["state"].get("key")
        detail: dict[str, Any] = {"status": status, "request_id": request_id}
        client = scope.get("client")
        if client:
            detail["address"] = client[0]
        actor = f"key {key.name}" if key else "nobody"
        action = f"{scope['method']} {route if route != 'unmatched' else scope['path']}"
        try:
            await asyncio.to_thread(self._workspace.store.audit, actor, action, detail)
        except pantau.Error as error:
            # What was done is done, and told to whoever did it.
            LOG.error("%s", json.dumps({"audit": action, "actor": actor, "problem": str(error)}))


class _TooLargeError(Exception):
    pass


class _Limited:
    """A body that ends where it gets too large."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise _TooLargeError
        return message
