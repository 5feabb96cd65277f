"""The commands about registered models."""

from __future__ import annotations

import argparse
from typing import Any

import pantau
from pantau.cli.command import command, group, is_missing, print_json


def add(commands: Any) -> None:
    """Add the commands about a registry."""
    commands = group(commands, "registry", "look after registered models")
    listing = command(
        commands,
        "list",
        _list_models,
        "list models, or the versions of one",
        "Lists the models of a registry, or the versions of one of them.",
    )
    _registry(listing)
    listing.add_argument("model", metavar="MODEL", nargs="?", help="the model")

    register = command(
        commands,
        "register",
        _register,
        "register a bundle as the next version of a model",
        "Registers a bundle as the next version of a model, and prints its number.",
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
    )
    _registry(promote, "model")
    promote.add_argument("version", metavar="VERSION", type=int, help="the number of the version")
    _act(promote)

    rollback = command(
        commands,
        "rollback",
        _rollback,
        "make the champion before the champion again",
        "Makes the champion before the champion again. A second rollback takes the first one back.",
    )
    _registry(rollback, "model")
    _act(rollback)

    history = command(
        commands,
        "history",
        _history,
        "say which version was what, since when, and why",
        "Says of every move of an alias when it was, by whom, and why.",
    )
    _registry(history, "model")

    verify = command(
        commands,
        "verify",
        _verify_model,
        "check a model's journal and files",
        "Checks a model's journal from its first entry, and every file of every version.",
    )
    _registry(verify, "model")


def _registry(command: argparse.ArgumentParser, *more: str) -> None:
    help = "a folder, s3://…, or the URL of an MLflow server"
    command.add_argument("registry", metavar="REGISTRY", help=help)
    for name in more:
        command.add_argument(name, metavar=name.upper(), help=f"the {name}")


def _act(command: argparse.ArgumentParser) -> None:
    command.add_argument("--actor", help="who does it; by default the user of this system")
    command.add_argument("--reason", help="why")


def _open_registry(place: str) -> pantau.Registry:
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
            print(*models, sep="\n", end="\n" if models else "")
        return
    versions = registry.versions(options.model)
    if options.json:
        print_json(versions)
        return
    for version in versions:
        aliases = ", ".join(version["aliases"])
        cells = [version["version"], version["stage"], aliases, version["description"]]
        print("\t".join(str(cell) for cell in cells).rstrip())


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
    registry = _open_registry(options.registry)
    registry.promote(options.model, options.version, actor=options.actor, reason=options.reason)
    _say_version(options, options.version)


def _rollback(options: argparse.Namespace) -> None:
    registry = _open_registry(options.registry)
    version = registry.rollback(options.model, actor=options.actor, reason=options.reason)
    _say_version(options, version)


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
    for move in history:
        versions = f"{move['from'] or 'none'} → {move['to'] or 'none'}"
        cells = [move["time"], move["actor"], move["what"], move["alias"], versions]
        print("\t".join([*cells, move.get("reason", "")]).rstrip())


def _verify_model(options: argparse.Namespace) -> None:
    check = _open_registry(options.registry).verify(options.model)
    if options.json:
        print_json(check)
        return
    for name in ["entries", "versions", "files", "head"]:
        print(f"{name:<12}{check[name]}")
