"""Where things are: workspaces, and the stores inside them or elsewhere."""

from __future__ import annotations

import argparse
import os

import pantau
from pantau.cli.command import is_missing


def is_workspace(folder: str) -> bool:
    """Whether a folder is a workspace."""
    return os.path.isfile(os.path.join(folder, "workspace.json"))


def open_workspace(folder: str) -> pantau.Workspace:
    """A workspace that is there."""
    if not is_workspace(folder):
        raise pantau.NotFoundError(
            f"workspace {folder} not found: check the path, or make one by `pantau init`"
        )
    return pantau.open(folder)


def refuse_workspace(folder: str) -> None:
    """Refuse a workspace where a bundle is wanted."""
    if is_workspace(folder):
        raise pantau.InvalidInputError(f"{folder}: is a workspace; name the model by --model")


def workspace_argument(command: argparse.ArgumentParser, *more: str) -> None:
    """Declare the workspace, and what more is needed of it."""
    command.add_argument("workspace", metavar="WORKSPACE", help="the folder of the workspace")
    for name in more:
        command.add_argument(name, metavar=name.upper(), help=f"the {name}")


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
