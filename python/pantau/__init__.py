"""Runs text classifiers inside your program, watches them, and helps them learn.

>>> import pantau
>>> pantau.text.clean("Aplikasi ini sangat bagus!")
'aplikasi ini sangat bagus'
"""

from pantau import text
from pantau._core import (
    Error,
    IncompatibleError,
    InvalidInputError,
    NotFoundError,
    StorageError,
    __version__,
)

__all__ = [
    "Error",
    "IncompatibleError",
    "InvalidInputError",
    "NotFoundError",
    "StorageError",
    "__version__",
    "text",
]
