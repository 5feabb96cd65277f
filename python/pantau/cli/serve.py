"""The commands about a service over HTTP."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
from typing import Any

import pantau
from pantau.cli.command import command, group, print_json
from pantau.cli.places import is_workspace
from pantau.cli.table import show


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    serve = command(
        commands,
        "serve",
        _serve,
        "serve models over HTTP",
        "Serves the models of a workspace over HTTP until it is told to end (SIGTERM), after what\n"
        "it has begun. What it can be asked stands at /docs. It needs pantau[serve].\n"
        "Every option can be set by a variable, too, such as PANTAU_PORT.",
        examples="pantau serve ./app --port 8080",
    )
    serve.add_argument("workspace", metavar="WORKSPACE", help="the folder of the workspace")
    serve.add_argument("--model", help="the model that is asked where a request names none")
    serve.add_argument("--host", help="where it listens; 127.0.0.1, for this machine alone")
    serve.add_argument("--port", type=int, help="8080")
    serve.add_argument("--workers", type=int, help="how many processes answer; 1")
    serve.add_argument(
        "--device",
        choices=["cpu", "prefer_cuda", "require_cuda"],
        help="where models run; cpu",
    )
    serve.add_argument("--threads", type=int, help="how many threads each model uses")
    serve.add_argument("--max-tokens", type=int, help="the most tokens of a text that are read")
    serve.add_argument("--max-texts", type=int, help="the most texts of a request; 100")
    serve.add_argument("--max-chars", type=int, help="the most characters of a text; 100000")
    serve.add_argument("--max-body", type=int, help="the most bytes of a request; 4194304")
    serve.add_argument("--deadline", type=float, help="seconds until a request is given up; 10")
    serve.add_argument("--rate", type=float, help="requests a second for each key; no limit")
    serve.add_argument(
        "--origin", action="append", dest="origins", help="whose pages may ask, for browsers"
    )
    serve.add_argument(
        "--proxy", action="append", dest="proxies", help="a proxy whose word is taken for who asks"
    )
    serve.add_argument("--certificate", metavar="FILE", help="the certificate, for TLS")
    serve.add_argument("--private-key", metavar="FILE", help="its private key")
    serve.add_argument(
        "--no-metrics", action="store_false", dest="metrics", default=None, help="no /metrics"
    )
    serve.add_argument(
        "--aliases", action="store_true", default=None, help="older names of metrics, too"
    )
    serve.add_argument(
        "--protect-metrics", action="store_true", default=None, help="/metrics needs a key, too"
    )
    serve.add_argument(
        "--metrics-port",
        type=int,
        metavar="PORT",
        help="a port where metrics are alone, and need no key; they stay at /metrics, too",
    )
    serve.add_argument(
        "--no-docs", action="store_false", dest="docs", default=None, help="no /docs and /redoc"
    )
    serve.add_argument(
        "--open",
        action="store_true",
        default=None,
        help="listen beyond this machine although there are no keys",
    )
    serve.add_argument(
        "--look-after",
        type=float,
        metavar="SECONDS",
        help="look after the models, too, so often: close windows, train anew",
    )
    serve.add_argument("--grace", type=float, help="seconds for what it has begun at its end; 30")

    keys = group(commands, "keys", "say who may ask a service")
    added = command(
        keys,
        "add",
        _add,
        "make a key",
        "Makes a key and prints it, once: only its hash is kept.",
        examples="pantau keys add ./app sari --scope admin",
    )
    added.add_argument("workspace", metavar="WORKSPACE", help="the folder of the workspace")
    added.add_argument("name", metavar="NAME", help="whose it is, as the audit log will say")
    added.add_argument(
        "--scope",
        action="append",
        choices=["predict", "admin"],
        help="what it may do: predict (the default), or admin, which may do everything",
    )
    listed = command(
        keys,
        "list",
        _list,
        "list the keys",
        "Lists whose keys there are.",
        examples="pantau keys list ./app",
    )
    listed.add_argument("workspace", metavar="WORKSPACE", help="the folder of the workspace")
    removed = command(
        keys,
        "remove",
        _remove,
        "take a key away",
        "Takes a key away. Within a second it opens nothing any more.",
        examples="pantau keys remove ./app sari",
    )
    removed.add_argument("workspace", metavar="WORKSPACE", help="the folder of the workspace")
    removed.add_argument("name", metavar="NAME", help="whose it is")


def _there(folder: str) -> str:
    if not is_workspace(folder):
        raise pantau.NotFoundError(
            f"workspace {folder} not found: check the path, or make one by `pantau init`"
        )
    return folder


def _actor() -> str:
    """Whose shell this is."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # In containers a user may have no name.
        return "unknown"


def _service() -> Any:
    """The part of Pantau that not everybody has installed."""
    try:
        import pantau.serve
    except ImportError as error:
        raise pantau.NotFoundError(str(error)) from error
    return pantau.serve


def _serve(options: argparse.Namespace) -> None:
    folder = _there(options.workspace)
    service = _service()
    names = [field.name for field in dataclasses.fields(service.Settings)]
    given = {name: getattr(options, name) for name in names}
    for name in ("origins", "proxies"):
        if given[name] is not None:
            given[name] = tuple(given[name])
    try:
        service.run(service.Settings.make(**given), folder=folder)
    except SystemExit as ended:
        # A port that is taken, a host that is none of this machine: it has said so.
        raise SystemExit(1 if ended.code else 0) from ended


def _add(options: argparse.Namespace) -> None:
    scopes = tuple(options.scope or ["predict"])
    keys = _service().Keys(_there(options.workspace))
    # A key that nobody was shown must not stay.
    with pantau.open(options.workspace) as workspace:
        secret = keys.add(options.name, scopes)
        try:
            told = {"name": options.name, "scopes": scopes}
            workspace.store.audit(_actor(), "add key", told)
        except BaseException:
            keys.remove(options.name)
            raise
    if options.json:
        print_json({"name": options.name, "scopes": scopes, "key": secret})
    else:
        print(secret)


def _list(options: argparse.Namespace) -> None:
    keys = _service().Keys(_there(options.workspace)).all()
    if options.json:
        told = [{"name": k.name, "scopes": k.scopes, "created_at": k.created_at} for k in keys]
        print_json(told)
        return
    cells = [[key.name, ", ".join(key.scopes), key.created_at] for key in keys]
    show(["name", "scopes", "since"], cells)


def _remove(options: argparse.Namespace) -> None:
    _service().Keys(_there(options.workspace)).remove(options.name)
    # From here on it opens nothing, also where nobody can be told.
    try:
        with pantau.open(options.workspace) as workspace:
            workspace.store.audit(_actor(), "remove key", {"name": options.name})
    except pantau.Error as error:
        raise type(error)(
            f"the key is removed, and the audit log does not know ({error})"
        ) from error
