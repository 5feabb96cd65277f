"""Labels of any kind, and the numbers that Rust knows them by."""

from __future__ import annotations

from pantau._core import InvalidInputError

# What type checkers believe to be true; importing typing would take time.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


# How much of what was passed an error shows.
_MOST_LETTERS = 200


def shown(value: Any) -> str:
    """A value as an error shows it: as Python writes it, and not too much of it."""
    text = repr(value)
    return text if len(text) <= _MOST_LETTERS else text[:_MOST_LETTERS] + "…"


def labels(y: Any) -> Any:
    """Labels as an array of one dimension, none of them missing."""
    import numpy

    if y is None:
        raise InvalidInputError("labels: expected a label for each row, got None")
    if not hasattr(y, "dtype") and not hasattr(y, "__array__"):
        # Among texts NumPy would make the text "nan" of NaN.
        y = list(y)
        _refuse_missing(y)
        if len({isinstance(label, str) for label in y}) > 1:
            raise _mixed(y)
    found = numpy.asarray(y)
    if found.ndim != 1:
        message = f"labels: expected a label for each row, got {found.ndim} dimensions"
        raise InvalidInputError(message)
    if found.dtype.kind == "O":
        _refuse_missing(found)
    elif found.dtype.kind == "f":
        _refuse_missing(found.tolist())
        fraction = found[found != numpy.floor(found)]
        if fraction.size:
            # scikit-learn's checks look for the last words.
            message = f"labels: {fraction[0]} is no class (Unknown label type: continuous)"
            raise InvalidInputError(message)
    elif found.dtype.kind not in "biuSU":
        raise InvalidInputError(f"labels: expected texts or whole numbers, got {found.dtype}")
    return found


def _refuse_missing(labels: Iterable[Any]) -> None:
    for row, label in enumerate(labels):
        if label is None or type(label).__name__ in ("NAType", "NaTType") or label != label:
            raise InvalidInputError(f"labels: the label of row {row} is missing")


def _mixed(labels: Iterable[Any]) -> InvalidInputError:
    kinds = sorted({type(label).__name__ for label in labels})
    return InvalidInputError(f"labels: expected one kind, got {' and '.join(kinds)}")


def encode(y: Any) -> tuple[Any, Any]:
    """The labels that occur, in order, and for each row the number of its own."""
    import numpy

    found = labels(y)
    try:
        classes, encoded = numpy.unique(found, return_inverse=True)
    except TypeError:
        raise _mixed(found.tolist()) from None
    if len(classes) < 2:
        found = f"1 class, {str(classes[0])[:_MOST_LETTERS]}" if len(classes) else "no class"
        raise InvalidInputError(f"labels: {found}; the fewest are 2")
    return classes, encoded


def resume(estimator: Any, classes: Any) -> tuple[Any, Any]:
    """The classes to go on with, and what was learnt of them, if it was anything."""
    fitted = getattr(estimator, "_fitted", None)
    if fitted is None:
        if classes is None:
            raise InvalidInputError("classes: the first call of partial_fit must name them")
        return encode(classes)[0], None
    if classes is not None and encode(classes)[0].tolist() != estimator.classes_.tolist():
        before = shown(estimator.classes_.tolist())
        message = f"classes: other ones than before, which were {before}"
        raise InvalidInputError(message)
    return estimator.classes_, fitted


def place(y: Any, classes: Any) -> Any:
    """For each label the number of its class."""
    import numpy

    found = labels(y)
    places = {label: number for number, label in enumerate(classes.tolist())}
    try:
        return numpy.array([places[label] for label in found.tolist()], dtype=numpy.int64)
    except KeyError as error:
        one, all_of_them = shown(error.args[0]), shown(classes.tolist())
        message = f"labels: {one} is none of the classes {all_of_them}"
        raise InvalidInputError(message) from None
