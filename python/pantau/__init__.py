"""Runs text classifiers inside your program, watches them, and helps them learn.

>>> import pantau
>>> pantau.text.clean("Aplikasi ini sangat bagus!")
'aplikasi ini sangat bagus'
"""

from pantau import text
from pantau._core import (
    Bundle,
    BusyError,
    Classifier,
    DeadlineError,
    Embeddings,
    Encoder,
    Error,
    IncompatibleError,
    InferenceError,
    InvalidInputError,
    NotFoundError,
    Prediction,
    Predictions,
    Runtime,
    StorageError,
    __version__,
    convert,
)

__all__ = [
    "Bundle",
    "BusyError",
    "Classifier",
    "DeadlineError",
    "Embeddings",
    "Encoder",
    "Error",
    "IncompatibleError",
    "InferenceError",
    "InvalidInputError",
    "NotFoundError",
    "Prediction",
    "Predictions",
    "Runtime",
    "StorageError",
    "__version__",
    "convert",
    "text",
]
