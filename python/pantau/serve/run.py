"""Running a service: alone in this process, or as several."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

import pantau
from pantau.serve.app import create_app
from pantau.serve.exporter import check_free
from pantau.serve.keys import Keys
from pantau.serve.settings import Settings

# By these a process knows what to serve that was started by another.
_FOLDER, _SETTINGS = "PANTAU_SERVED_FOLDER", "PANTAU_SERVED_SETTINGS"


def run(
    settings: Settings,
    *,
    workspace: pantau.Workspace | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> None:
    """Serve a workspace, open or by its folder, until the process is told to end."""
    _share_memory()
    where = workspace.folder if workspace is not None else folder
    if where is None:
        raise pantau.InvalidInputError("workspace: name its folder")
    refuse_strangers(settings, Keys(where))
    if settings.model is not None:
        _check_model(settings.model, workspace, where)
    if settings.metrics_port is not None and settings.metrics:
        check_free(settings.host, settings.metrics_port)
    if settings.workers > 1:
        if workspace is not None:
            raise pantau.InvalidInputError(
                f"workers: {settings.workers}, but what is open in this process no other can have; "
                "use `pantau serve`"
            )
        os.environ[_FOLDER], os.environ[_SETTINGS] = str(where), settings.to_json()
        uvicorn.run(
            "pantau.serve.run:served", factory=True, workers=settings.workers, **_options(settings)
        )
        return
    own = workspace if workspace is not None else pantau.open(where, **settings.running)
    try:
        with _ended_quietly():
            app = create_app(own, settings, owns=workspace is None)
            uvicorn.run(app, **_options(settings))
    finally:
        if workspace is None:
            own.close()


def _share_memory() -> None:
    """Lets threads share the memory they have given back. By default the C library keeps it apart
    for each of them, and keeps large pieces, too, once there was a need for them: the threads of a
    service come to several times what it needs."""
    # For processes that are started from here.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", "262144")
    try:
        tune = ctypes.CDLL(None).mallopt
        for option, name in [(-8, "MALLOC_ARENA_MAX"), (-3, "MALLOC_MMAP_THRESHOLD_")]:
            tune(option, int(os.environ[name]))
    except (AttributeError, OSError, TypeError, ValueError):
        # Another C library, which has no such setting.
        return


@contextmanager
def _ended_quietly() -> Iterator[None]:
    """Lets a process that was told to end do so as one that has done its work: uvicorn repeats the
    signal once it is done, and by default that would end the process on the spot."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def served() -> Any:
    """The application of a process that was started by another."""
    settings = Settings.from_json(os.environ[_SETTINGS])
    workspace = pantau.open(os.environ[_FOLDER], **settings.running)
    return create_app(workspace, settings, owns=True)


def _check_model(
    model: str, workspace: pantau.Workspace | None, where: str | os.PathLike[str]
) -> None:
    """A name that was mistyped is told before anybody asks."""
    own = workspace if workspace is not None else pantau.open(where)
    try:
        names = own.models_in_use()
    except pantau.UnreachableError:
        # It may be there once the registry is.
        return
    finally:
        if workspace is None:
            own.close()
    if model not in names:
        there = f"in use are {', '.join(names)}" if names else "none is in use yet"
        raise pantau.NotFoundError(f"model {model} not found: {there}")


def refuse_strangers(settings: Settings, keys: Keys) -> None:
    """Whoever can reach a service without keys can ask it everything: that is for this machine."""
    if not settings.is_local and not keys and not settings.open:
        raise pantau.InvalidInputError(
            f"host: {settings.host} can be reached from elsewhere, and there are no keys; make one "
            "by `pantau keys add WORKSPACE NAME`, or say --open"
        )


def _options(settings: Settings) -> dict[str, Any]:
    quick = {} if sys.platform == "win32" else {"loop": "auto", "http": "auto"}
    return {
        **quick,
        "host": settings.host,
        "port": settings.port,
        "ssl_certfile": settings.certificate,
        "ssl_keyfile": settings.private_key,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.proxies),
        "forwarded_allow_ips": list(settings.proxies),
        "timeout_graceful_shutdown": int(settings.grace),
    }
