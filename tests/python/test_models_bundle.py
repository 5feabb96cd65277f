"""Bundles: made, opened, checked, refused."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pantau
import pytest

BundleOf = Callable[..., pantau.Bundle]


@pytest.fixture
def made(bundle: BundleOf, tmp_path: Path) -> pantau.Bundle:
    """A bundle that a test may damage."""
    folder = tmp_path / "sentiment"
    shutil.copytree(bundle("bert-classifier"), folder)
    return pantau.Bundle.open(folder)


def test_what_a_bundle_says(made: pantau.Bundle, tmp_path: Path) -> None:
    manifest = json.loads((tmp_path / "sentiment" / "pantau.json").read_text(encoding="utf-8"))
    assert made.manifest == manifest
    assert made.path == os.fspath(made) == str(tmp_path / "sentiment")
    assert repr(made) == f'Bundle("{made.path}", name="bert-classifier", weights="fp32")'
    assert len(made.id) == 64
    assert pantau.Bundle.open(made.path) == made
    made.verify()


def test_names_and_weights(bundle: BundleOf, root: Path, tmp_path: Path) -> None:
    checkpoint = root / "tests/data/checkpoints/bert-classifier"
    named = pantau.convert(checkpoint, tmp_path / "a", name="ulasan")
    assert named.manifest["name"] == "ulasan"
    assert named.id != bundle("bert-classifier").id
    small = pantau.convert(
        str(checkpoint), str(tmp_path / "b"), weights="int8", calibration=["Bagus!", "Lemot"] * 50
    )
    assert small.manifest["weights"] == "int8"
    assert 0 <= small.manifest["quantization"]["agreement"] <= 1
    with pytest.raises(pantau.InvalidInputError, match='weights: "int4" is not one of'):
        pantau.convert(checkpoint, tmp_path / "c", weights="int4")  # type: ignore[arg-type]
    for wrong in ["a text", 5, [None], ["a", 1]]:
        with pytest.raises(pantau.InvalidInputError):
            pantau.convert(checkpoint, tmp_path / "c", weights="int8", calibration=wrong)  # type: ignore[arg-type]
    assert not (tmp_path / "c").exists()


def test_nothing_is_overwritten_by_mistake(root: Path, tmp_path: Path) -> None:
    checkpoint = root / "tests/data/checkpoints/bert-classifier"
    target = tmp_path / "target"
    pantau.convert(checkpoint, target)
    with pytest.raises(pantau.Error, match="target"):
        pantau.convert(checkpoint, target)
    assert pantau.convert(checkpoint, target, name="new", overwrite=True).manifest["name"] == "new"
    with pytest.raises(pantau.NotFoundError):
        pantau.convert(tmp_path / "nowhere", tmp_path / "other")
    with pytest.raises(pantau.InvalidInputError, match="checkpoint: expected the path"):
        pantau.convert(5, tmp_path / "other")  # type: ignore[arg-type]
    assert not (tmp_path / "other").exists()


def test_creating_from_files(made: pantau.Bundle, tmp_path: Path) -> None:
    source = Path(made.path)
    files = {name: source / name for name in made.manifest["files"]}
    manifest = {
        key: made.manifest[key] for key in ["name", "family", "task", "weights", "max_tokens"]
    }
    for number, form in enumerate([manifest, json.dumps(manifest), made.manifest]):
        created = pantau.Bundle.create(tmp_path / str(number), files, form)
        assert created.manifest["files"] == made.manifest["files"]
        answer = pantau.Classifier.open(created).predict("Bagus!")
        assert answer == pantau.Classifier.open(made).predict("Bagus!")
    with pytest.raises(pantau.Error):
        pantau.Bundle.create(tmp_path / "0", files, manifest)
    again = pantau.Bundle.create(tmp_path / "0", files, manifest | {"name": "b"}, overwrite=True)
    assert again.manifest["name"] == "b"


@pytest.mark.parametrize(
    ("files", "manifest", "message"),
    [
        ([], {}, "files: expected a dict of names and paths, got []"),
        ({"a": 1}, {}, "files: expected a dict of names and paths, got ('a', 1) in it"),
        ({}, [], "manifest: expected a dict or JSON, got []"),
        ({}, "{", "manifest: is not JSON"),
        ({}, {"name": object()}, "manifest: cannot be written as JSON"),
        ({}, {}, "manifest: missing field"),
        ({}, {"nme": "a"}, "manifest: unknown field `nme`"),
        ({}, {"format": 99}, "manifest does not fit: its format 99 is newer than 1"),
    ],
)
def test_what_makes_no_bundle(files: Any, manifest: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(pantau.Error) as caught:
        pantau.Bundle.create(tmp_path / "new", files, manifest)
    assert str(caught.value).startswith(message)
    assert not (tmp_path / "new").exists()


def test_damage_is_found(made: pantau.Bundle) -> None:
    path = Path(made.path) / "tokenizer.json"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"e", b"f", 1))
    for check in [made.verify, lambda: pantau.Bundle.open(made.path)]:
        with pytest.raises(pantau.Error, match=r"tokenizer\.json has the BLAKE3 hash"):
            check()
    path.unlink()
    with pytest.raises(pantau.Error, match=r"tokenizer\.json"):
        pantau.Classifier.open(made)


def test_pickles_are_refused(tmp_path: Path, root: Path) -> None:
    checkpoint = tmp_path / "checkpoint"
    shutil.copytree(root / "tests/data/checkpoints/bert-classifier", checkpoint)
    (checkpoint / "model.safetensors").rename(checkpoint / "pytorch_model.bin")
    with pytest.raises(pantau.Error, match="pickle"):
        pantau.convert(checkpoint, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_opening_what_is_none(tmp_path: Path) -> None:
    with pytest.raises(pantau.NotFoundError, match="no such folder"):
        pantau.Bundle.open(tmp_path / "nowhere")
    with pytest.raises(pantau.InvalidInputError, match="path: expected the path of a bundle"):
        pantau.Bundle.open(None)  # type: ignore[arg-type]
