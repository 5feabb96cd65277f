"""Serves the models of a workspace over HTTP.

>>> import pantau, pantau.serve
>>> workspace = pantau.open("served")
>>> app = pantau.serve.create_app(workspace, pantau.serve.Settings(model="sentiment"))
>>> sorted(route for route in app.openapi()["paths"] if route.startswith("/pred"))
['/predict', '/predict/batch']

``pantau serve WORKSPACE`` does it from a shell; ``create_app`` gives the application to servers and
tests of your own. It needs ``pip install 'pantau[serve]'``.
"""

from __future__ import annotations

from typing import Any

import pantau

try:
    import fastapi as _fastapi
    import uvicorn as _uvicorn
except ImportError as error:
    raise ImportError(
        f"pantau.serve needs FastAPI and uvicorn ({error}): pip install 'pantau[serve]'"
    ) from error

from pantau.serve.app import create_app
from pantau.serve.keys import Key, Keys
from pantau.serve.run import run
from pantau.serve.settings import Settings

__all__ = ["Key", "Keys", "Settings", "create_app", "run", "serve"]

del _fastapi, _uvicorn


def serve(workspace: pantau.Workspace, **settings: Any) -> None:
    """Serve a workspace until the process is told to end. Keywords are those of ``Settings``."""
    run(Settings.make(**settings), workspace=workspace)
