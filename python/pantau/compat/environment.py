"""What older systems read from the environment, for what a script leaves out."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from pantau import InvalidInputError

_Kind = TypeVar("_Kind", int, float, str)


def read(name: str, kind: Callable[[str], _Kind], default: _Kind) -> _Kind:
    """The value of a variable; one that is empty is not set.

    >>> from pantau.compat.environment import read
    >>> read("BATCH_SIZE", int, 32)
    32
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        return kind(text)
    except ValueError as error:
        what = "whole number" if kind is int else "number"
        raise InvalidInputError(f"{name}: {text!r} is no {what}") from error
