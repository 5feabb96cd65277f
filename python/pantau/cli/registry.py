"""The commands about registered models."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pantau
from pantau.cli.command import command, count, group, is_missing, print_json
from pantau.cli.places import is_workspace, named_version, open_workspace
from pantau.cli.table import facts, show


def add(commands: Any) -> None:
    """Add the commands about a registry."""
    commands = group(commands, "registry", "look after registered models")
    listing = command(
        commands,
        "list",
        _list_models,
        "list models, or the versions of one",
        "Lists the models of a registry, or the versions of one of them.",
        examples="pantau registry list ./app\npantau registry list ./app sentiment",
    )
    _registry(listing)
    listing.add_argument("model", metavar="MODEL", nargs="?", help="the model")

    showing = command(
        commands,
        "show",
        _show,
        "say what a version is",
        "Says what a version of a model is: its stage, its aliases, who registered it, and what\n"
        "is known of it.",
        examples="pantau registry show ./app sentiment\n"
        "pantau registry show ./models sentiment latest",
    )
    _registry(showing, "model")
    showing.add_argument(
        "version",
        metavar="VERSION",
        nargs="?",
        help="a number, an alias, a stage, or latest; by default the champion, or else the latest",
    )

    compare = command(
        commands,
        "compare",
        _compare,
        "say in what versions differ",
        "Says in what versions of a model differ: params, metrics, tags, files.",
        examples="pantau registry compare ./app sentiment champion latest",
    )
    _registry(compare, "model")
    compare.add_argument(
        "versions", metavar="VERSION", nargs="+", help="two or more: numbers, aliases, latest"
    )

    register = command(
        commands,
        "register",
        _register,
        "register a bundle as the next version of a model",
        "Registers a bundle as the next version of a model, and prints its number.",
        examples="pantau registry register ./models sentiment ./sentiment --alias challenger",
    )
    _registry(register, "model")
    register.add_argument("bundle", metavar="BUNDLE", help="the bundle")
    register.add_argument("--description", default="", help="what it is, for people")
    register.add_argument("--alias", help="an alias that it gets at once")
    _act(register)

    promote = command(
        commands,
        "promote",
        _promote,
        "make a version the champion",
        "Makes a version the champion. The one before becomes `previous` and is archived.",
        examples='pantau registry promote ./app sentiment 2 --reason "better on June"',
    )
    _registry(promote, "model")
    promote.add_argument("version", metavar="VERSION", type=count, help="the number of the version")
    _act(promote)

    rollback = command(
        commands,
        "rollback",
        _rollback,
        "make the champion before the champion again",
        "Makes the champion before the champion again. A second rollback takes the first one back.",
        examples='pantau registry rollback ./app sentiment --reason "complaints"',
    )
    _registry(rollback, "model")
    _act(rollback)

    history = command(
        commands,
        "history",
        _history,
        "say which version was what, since when, and why",
        "Says of every move of an alias when it was, by whom, and why.",
        examples="pantau registry history ./app sentiment",
    )
    _registry(history, "model")

    verify = command(
        commands,
        "verify",
        _verify_model,
        "check a model's journal and files",
        "Checks a model's journal from its first entry, and every file of every version.",
        examples="pantau registry verify ./app sentiment",
    )
    _registry(verify, "model")


def _registry(command: argparse.ArgumentParser, *more: str) -> None:
    help = "a workspace, a folder, s3://…, or the URL of an MLflow server"
    command.add_argument("registry", metavar="REGISTRY", help=help)
    for name in more:
        command.add_argument(name, metavar=name.upper(), help=f"the {name}")


def _act(command: argparse.ArgumentParser) -> None:
    command.add_argument("--actor", help="who does it; by default the user of this system")
    command.add_argument("--reason", help="why")


def _open_registry(place: str) -> pantau.Registry:
    if is_workspace(place):
        with open_workspace(place) as workspace:
            return workspace.registry
    if is_missing(place):
        raise pantau.NotFoundError(f"the registry {place} not found: check the path")
    return pantau.Registry.open(place)


def _list_models(options: argparse.Namespace) -> None:
    registry = _open_registry(options.registry)
    if options.model is None:
        models = registry.models()
        if options.json:
            print_json(models)
        else:
            show(["model"], [[name] for name in models])
        return
    versions = registry.versions(options.model)
    if options.json:
        print_json(versions)
        return
    show(
        ["version", "stage", "aliases", "description"],
        [
            [own["version"], own["stage"], ", ".join(own["aliases"]), own["description"]]
            for own in versions
        ],
    )


def _show(options: argparse.Namespace) -> None:
    registry = _open_registry(options.registry)
    number = number_of(registry, options.model, options.version)
    version = registry.version(options.model, number)
    if options.json:
        print_json(version)
        return
    size = sum(file["size"] for file in version["files"])
    facts(
        [
            ("model", version["model"]),
            ("version", version["version"]),
            ("stage", version["stage"]),
            ("aliases", ", ".join(version["aliases"])),
            ("description", version["description"]),
            ("registered", f"{version['registered_at'][:19]} by {version['registered_by']}"),
            *((f"  {name}", value) for name, value in version["params"].items()),
            *((f"  {name}", f"{value:.4g}") for name, value in version["metrics"].items()),
            *((f"  {name}", value) for name, value in version["tags"].items()),
            ("run", version.get("run_id")),
            ("size", f"{size / 1e6:,.1f} MB in {len(version['files'])} files"),
            ("bundle", version["bundle"]),
        ],
        width=18,
    )


def number_of(registry: pantau.Registry, model: str, version: str | None) -> int:
    """The number of a version; without one, of the champion or else the latest."""
    if version is None:
        has_champion = "champion" in registry.model(model).get("aliases", {})
        version = "champion" if has_champion else "latest"
    return registry.resolve(named_version(model, version))[1]


def _compare(options: argparse.Namespace) -> None:
    if len(options.versions) < 2:
        options.refuse("VERSION: name two or more")
    registry = _open_registry(options.registry)
    numbers = [number_of(registry, options.model, version) for version in options.versions]
    comparison = registry.compare(options.model, numbers)
    print(comparison.to_json() if options.json else str(comparison).rstrip())


def _register(options: argparse.Namespace) -> None:
    version = pantau.Registry.open(options.registry).register(
        options.model,
        options.bundle,
        description=options.description,
        alias=options.alias,
        actor=options.actor,
        reason=options.reason,
    )
    _say_version(options, version)


def _promote(options: argparse.Namespace) -> None:
    with _changed(options.registry) as changed:
        changed.promote(options.model, options.version, actor=options.actor, reason=options.reason)
    _say_version(options, options.version)


def _rollback(options: argparse.Namespace) -> None:
    with _changed(options.registry) as changed:
        version = changed.rollback(options.model, actor=options.actor, reason=options.reason)
    _say_version(options, version)


@contextmanager
def _changed(place: str) -> Iterator[pantau.Workspace | pantau.Registry]:
    """Where versions are put into use: a workspace knows which are beside the one in use, too."""
    if is_workspace(place):
        with open_workspace(place) as workspace:
            yield workspace
    else:
        yield _open_registry(place)


def _say_version(options: argparse.Namespace, version: int) -> None:
    if options.json:
        print_json({"model": options.model, "version": version})
    else:
        print(version)


def _history(options: argparse.Namespace) -> None:
    history = _open_registry(options.registry).history(options.model)
    if options.json:
        print_json(history)
        return
    show(
        ["time", "who", "what", "alias", "versions", "why"],
        [
            [
                *(move[name] for name in ("time", "actor", "what", "alias")),
                f"{move['from'] or 'none'} → {move['to'] or 'none'}",
                move.get("reason"),
            ]
            for move in history
        ],
    )


def _verify_model(options: argparse.Namespace) -> None:
    check = _open_registry(options.registry).verify(options.model)
    if options.json:
        print_json(check)
        return
    facts((name, check[name]) for name in ["entries", "versions", "files", "head"])
