"""What those tests share that run a workspace: a small model, waiting, and reading metrics."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pantau

FILLER = ["aplikasi", "ini", "sekali", "saya", "pakai", "setiap", "hari", "untuk"]


def reviews(rows: int, seed: int = 0) -> dict[str, list[str]]:
    rng = random.Random(seed)
    texts = [
        " ".join([["jelek", "bagus"][row % 2], *rng.choices(FILLER, k=8), str(row)])
        for row in range(rows)
    ]
    return {"text": texts, "label": ["negative", "positive"] * (rows // 2)}


def trained(folder: Path) -> Path:
    """A workspace with a model that is quickly trained anew, closed."""
    with pantau.open(folder) as workspace:
        workspace.train("sentiment", reviews(1600), kind="tfidf-nb")
        workspace.configure("sentiment", training={"kind": "tfidf-nb"})
    return folder


def until(is_so: Callable[[], object], patience: float = 30.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def value(page: str, name: str) -> float | None:
    """The value of a sample."""
    found = [line for line in page.splitlines() if line.startswith(f"{name} ")]
    return float(found[0].rsplit(" ", 1)[1]) if found else None
