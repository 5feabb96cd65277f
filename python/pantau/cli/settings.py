"""Settings as a file has them."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pantau

# What the command itself names.
_NAMED = {"data", "output", "text", "label", "test", "name", "overwrite", "progress", "run"}


def training_settings(path: str) -> dict[str, Any]:
    """The settings of a training that a file has."""
    found = read_settings(path)
    known = set(inspect.signature(pantau.train).parameters) - _NAMED
    for name in found:
        if name not in known:
            there_are = ", ".join(sorted(known))
            raise pantau.InvalidInputError(f"{path}: unknown setting {name}; there are {there_are}")
    return found


@contextmanager
def blamed(path: str | None) -> Iterator[None]:
    """Tells of which file a value is that is of the wrong kind."""
    try:
        yield
    except TypeError as error:
        if path is None:
            raise
        raise pantau.InvalidInputError(f"{path}: {error}") from error


def read_settings(path: str) -> dict[str, Any]:
    """The settings of a JSON, YAML or TOML file, as its name ends."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise pantau.StorageError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise pantau.InvalidInputError(f"{path}: is no UTF-8 ({error.reason})") from error
    parse, problems = _parser(path)
    try:
        found = parse(text)
    except problems as error:
        told = " ".join(str(error).split())
        raise pantau.InvalidInputError(f"{path}: cannot be read ({told})") from error
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise pantau.InvalidInputError(f"{path}: expected names and their values at the top")
    return found


def _parser(path: str) -> tuple[Any, type[Exception]]:
    ending = Path(path).suffix.lower()
    if ending == ".json":
        return json.loads, ValueError
    if ending in (".yaml", ".yml"):
        yaml = _module("yaml", path, "pip install pyyaml")
        return yaml.safe_load, yaml.YAMLError
    if ending == ".toml":
        name = "tomllib" if sys.version_info >= (3, 11) else "tomli"
        return _module(name, path, "pip install tomli").loads, ValueError
    raise pantau.InvalidInputError(f"{path}: expected a file that ends in .json, .yaml or .toml")


def _module(name: str, path: str, remedy: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise pantau.InvalidInputError(f"{path}: {name} is needed to read it: {remedy}") from error
