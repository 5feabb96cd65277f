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

from importlib.util import find_spec
from typing import Any

import pantau


def _check_installed() -> None:
    missing = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
    if missing:
        raise ImportError(f"pantau.serve needs {missing[0]}: pip install 'pantau[serve]'")


_check_installed()

from pantau.serve.app import create_app  # noqa: E402
from pantau.serve.keys import Key, Keys  # noqa: E402
from pantau.serve.run import run  # noqa: E402
from pantau.serve.settings import Settings  # noqa: E402

__all__ = ["Key", "Keys", "Settings", "create_app", "run", "serve"]


def serve(workspace: pantau.Workspace, **settings: Any) -> None:
    """Serve a workspace until the process is told to end. Keywords are those of ``Settings``."""
    run(Settings.make(**settings), workspace=workspace)
