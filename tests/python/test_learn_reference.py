"""What a trained model keeps for whoever compares later texts with its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pantau
import pytest

_DATA = {
    "text": [f"{opinion} {number}" for opinion in ("bagus", "buruk") for number in range(30)],
    "label": ["good"] * 30 + ["bad"] * 30,
}


def test_a_reference_is_made_of_the_validation_rows(tmp_path: Path) -> None:
    seen: list[Any] = []

    def make(texts: list[str], labels: list[str], probabilities: Any) -> bytes:
        seen.extend([texts, labels, probabilities])
        return b"a profile"

    pantau.train(_DATA, tmp_path / "model", kind="tfidf-nb", reference=make)
    texts, labels, probabilities = seen
    assert len(texts) == len(labels) == len(probabilities) > 0
    pairs = dict(zip(_DATA["text"], _DATA["label"], strict=True))
    assert [pairs[text] for text in texts] == labels
    assert np.abs(probabilities.sum(axis=1) - 1).max() < 1e-12
    assert (tmp_path / "model" / "reference.profile").read_bytes() == b"a profile"


def test_what_goes_wrong_in_it_comes_out(tmp_path: Path) -> None:
    def fail(texts: list[str], labels: list[str], probabilities: Any) -> bytes:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        pantau.train(_DATA, tmp_path / "model", kind="tfidf-nb", reference=fail)
    answer: Any = lambda texts, labels, probabilities: "text"  # noqa: E731
    with pytest.raises(pantau.InvalidInputError, match="expected bytes from it, got str"):
        pantau.train(_DATA, tmp_path / "model", kind="tfidf-nb", reference=answer)
    assert list(tmp_path.iterdir()) == []
