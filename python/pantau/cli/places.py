"""Where things are: workspaces, and the stores inside them or elsewhere."""

from __future__ import annotations

import argparse
import os
from typing import Any

import pantau
from pantau.cli.command import is_missing

_STAGES = ("Staging", "Production", "Archived")


def is_workspace(folder: str) -> bool:
    """Whether a folder is a workspace."""
    return os.path.isfile(os.path.join(folder, "workspace.json"))


def open_workspace(folder: str, **running: Any) -> pantau.Workspace:
    """A workspace that is there; ``running`` says how its models run."""
    if not is_workspace(folder):
        raise pantau.NotFoundError(
            f"workspace {folder} not found: check the path, or make one by `pantau init`"
        )
    return pantau.open(folder, **running)


def refuse_workspace(folder: str) -> None:
    """Refuse a workspace where a bundle is wanted."""
    if is_workspace(folder):
        raise pantau.InvalidInputError(f"{folder}: is a workspace; name the model by --model")


def workspace_argument(command: argparse.ArgumentParser, *more: str) -> None:
    """Declare the workspace, and what more is needed of it."""
    command.add_argument("workspace", metavar="WORKSPACE", help="the folder of the workspace")
    for name in more:
        command.add_argument(name, metavar=name.upper(), help=f"the {name}")


def model_arguments(command: argparse.ArgumentParser) -> None:
    """Declare what names a model of a workspace, where a bundle or a workspace is wanted."""
    command.add_argument(
        "--model", help="of a workspace: the model; the only one need not be named"
    )
    command.add_argument(
        "--model-version",
        metavar="VERSION",
        help="of a workspace: a number, an alias, or latest; by default the one in use",
    )


def bundle_path(options: argparse.Namespace) -> str:
    """The bundle that is named, or that of a workspace's model."""
    place: str = options.bundle
    if not is_workspace(place):
        if options.model is not None or options.model_version is not None:
            raise pantau.InvalidInputError(f"{place}: is no workspace, so it has no --model")
        return place
    with open_workspace(place) as workspace:
        model = options.model or only_model(workspace)
        version = named_version(model, options.model_version or "champion")
        return str(workspace.registry.path(version))


def only_model(workspace: pantau.Workspace) -> str:
    """The model of a workspace that has one in use."""
    names = workspace.models_in_use()
    if len(names) == 1:
        return names[0]
    problem = f"has {', '.join(names)} in use" if names else "has no model in use yet"
    raise pantau.InvalidInputError(f"{workspace.folder}: {problem}; name one by --model")


def named_version(model: str, version: str) -> str:
    """The reference to a version by its number, its stage, its alias, or as the latest."""
    is_alias = not version.isdigit() and version not in ("latest", *_STAGES)
    return f"models:/{model}@{version}" if is_alias else f"models:/{model}/{version}"


def store_argument(command: argparse.ArgumentParser, name: str = "store") -> None:
    """Declare a store."""
    help = "a workspace, a folder, a file, or postgresql://…"
    command.add_argument(name, metavar=name.upper(), help=help)


def open_store(place: str, *, may_make: bool = False) -> pantau.Store:
    """A store that is there, a workspace's or one by itself."""
    if is_workspace(place):
        with open_workspace(place) as workspace:
            return workspace.store
    if not may_make and is_missing(place):
        raise pantau.NotFoundError(f"the store {place} not found: check the path")
    return pantau.Store.open(place)
