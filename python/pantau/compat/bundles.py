"""Bundles of what older scripts call a model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pantau
from pantau import Bundle, InvalidInputError, NotFoundError

_PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin")


def is_bundle(path: str | os.PathLike[str]) -> bool:
    """Whether a folder is a bundle."""
    return (Path(path) / "pantau.json").is_file()


def bundle_at(what: str, path: str | os.PathLike[str], scratch: str | os.PathLike[str]) -> Bundle:
    """The bundle at a path. A checkpoint's folder is converted into the folder ``scratch``."""
    folder = Path(path)
    if folder.suffix.lower() in _PICKLES:
        raise InvalidInputError(
            f"{what}: {folder} is a pickle, which can run any code when it is read; where it was "
            "made, export its pipeline by pantau.sklearn, or save it by save_pretrained"
        )
    if is_bundle(folder):
        return Bundle.open(folder)
    if any((folder / name).is_file() for name in ("config.json", "modules.json", "model.onnx")):
        target = Path(scratch) / "bundle"
        return pantau.convert(folder, target, name=folder.resolve().name)
    raise NotFoundError(
        f"{what} {os.fspath(path)} not found: it is the path of a bundle, or of a folder that "
        "save_pretrained wrote; nothing is downloaded"
    )


def bundle_of(model: Any, scratch: str | os.PathLike[str]) -> Bundle:
    """The bundle of a model: of a Bundle, of what is at a path, or of a fitted pipeline of
    scikit-learn."""
    if isinstance(model, Bundle):
        return model
    if isinstance(model, (str, os.PathLike)):
        return bundle_at("model", model, scratch)
    if hasattr(model, "steps"):
        # It imports scikit-learn, which whoever has such a pipeline has, too.
        from pantau.sklearn import export

        exported = Path(scratch) / "pipeline.json"
        export(model, exported)
        return pantau.import_sklearn(exported, Path(scratch) / "bundle", name="pipeline")
    found = type(model).__name__
    raise InvalidInputError(
        f"model: {found} is none of a Bundle, the path of one, a checkpoint's folder and a fitted "
        "pipeline of scikit-learn"
    )
