"""What all estimators have in common: scikit-learn's habits."""

from __future__ import annotations

import sys

from pantau._core import InvalidInputError

# What type checkers believe to be true; importing typing would take time.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Self


class Estimator:
    """The habits: settings are kept as they are given, and checked where they are used."""

    @classmethod
    def _settings(cls) -> dict[str, Any]:
        """The names of the settings, and their defaults."""
        return dict(cls.__init__.__kwdefaults__ or {})

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings as a dict; ``deep`` is there for scikit-learn."""
        return {name: getattr(self, name) for name in self._settings()}

    def set_params(self, **params: Any) -> Self:
        """Change settings by their names."""
        for name in params:
            if name not in self._settings():
                known = ", ".join(self._settings())
                message = f"{name}: no setting of {type(self).__name__}; there are {known}"
                raise InvalidInputError(message)
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")

    def _learnt(self) -> Any:
        """What was learnt, in Rust."""
        if not hasattr(self, "_fitted"):
            raise _not_fitted(f"{type(self).__name__}: not fitted yet; call fit first")
        return self._fitted

    def _learnt_attribute(self, name: str) -> Any:
        """The same for attributes, of which those that are not there are an AttributeError."""
        if not hasattr(self, "_fitted"):
            message = f"{type(self).__name__} has no {name} yet; call fit first"
            raise AttributeError(message)
        return self._fitted

    def __repr__(self) -> str:
        changed = {
            name: getattr(self, name)
            for name, default in self._settings().items()
            if not _is_same(getattr(self, name), default)
        }
        settings = ", ".join(f"{name}={value!r}" for name, value in changed.items())
        return f"{type(self).__name__}({settings})"


def _is_same(value: Any, default: Any) -> bool:
    if value is default:
        return True
    # Lists and arrays of one's own are not compared with a default, which is none.
    return type(value) is type(default) and bool(value == default)


def _not_fitted(message: str) -> InvalidInputError:
    """An InvalidInputError; where scikit-learn is used, one that it knows, too."""
    exceptions = sys.modules.get("sklearn.exceptions")
    if exceptions is None:
        return InvalidInputError(message)

    def reduce(self: InvalidInputError) -> tuple[Any, ...]:
        return InvalidInputError, self.args

    bases = (InvalidInputError, exceptions.NotFittedError)
    members = {"__module__": "pantau", "__reduce__": reduce}
    error: InvalidInputError = type("InvalidInputError", bases, members)(message)
    return error
