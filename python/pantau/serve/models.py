"""The models of a workspace as the service asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool

import pantau
from pantau.serve.settings import Settings

_T = TypeVar("_T")
# A model of weighted words answers so many texts sooner than a thread could be asked to.
_AT_ONCE = 4


class Models:
    """Finds which model is meant, and asks it where that holds nobody up."""

    def __init__(self, workspace: pantau.Workspace, settings: Settings) -> None:
        self.workspace = workspace
        self.own = settings.model
        self._settings = settings
        self._quick: dict[str, tuple[float, bool]] = {}

    async def name(self, named: str | None) -> str:
        """The model that is meant."""
        if named is not None:
            return named
        if self._settings.model is not None:
            return self._settings.model
        models = await self.call(self.workspace.models_in_use)
        if len(models) == 1:
            return models[0]
        if not models:
            raise pantau.NotFoundError("model not found: none is in use yet; train one")
        raise pantau.InvalidInputError(f"model: name one of {', '.join(models)}")

    async def call(self, function: Callable[..., _T], *arguments: Any, **named: Any) -> _T:
        """Calls what may take a while."""
        return await run_in_threadpool(function, *arguments, **named)

    async def predict(self, model: str, texts: Any, **named: Any) -> Any:
        """Asks a model: at once if it answers at once, else beside the others."""
        count = 1 if isinstance(texts, str) else len(texts)
        named["deadline"] = self._settings.deadline
        if count <= _AT_ONCE and await self._is_quick(model):
            return self.workspace.predict(model, texts, **named)
        asked = self.call(self.workspace.predict, model, texts, **named)
        try:
            # It may have to wait for a thread before it waits for the model.
            return await asyncio.wait_for(asked, self._settings.deadline + 1)
        except asyncio.TimeoutError:
            raise pantau.DeadlineError(
                f"{model} did not answer within {self._settings.deadline:g} seconds"
            ) from None

    async def _is_quick(self, model: str) -> bool:
        """Whether a model has no graph to run. What is loaded is asked for again after a second."""
        now = asyncio.get_running_loop().time()
        until, quick = self._quick.get(model, (0.0, False))
        if now >= until:
            info = await self.call(self.workspace.info, model)
            beside = info["challengers"]
            quick = "runtime_version" not in info["info"] and not beside
            self._quick[model] = (now + 1.0, quick)
        return quick
