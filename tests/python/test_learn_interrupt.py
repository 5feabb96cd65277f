"""Ctrl-C ends what takes long, soon."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import numpy as np
import pantau
import pytest


def stops_soon(work: Callable[[], object], patience: float = 60.0) -> None:
    """Whether ``work``, which would take much longer, ends by Ctrl-C."""
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    timer.start()
    start = time.perf_counter()
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
    finally:
        timer.join()
    assert time.perf_counter() - start < patience


def test_learning_what_texts_hold_ends() -> None:
    random = np.random.default_rng(0)
    texts = [" ".join(map(str, row)) for row in random.integers(0, 50_000, (5_000, 60))]
    many = {"analyzer": "char", "ngram_range": (2, 6)}
    for learn in ("fit", "fit_transform"):
        estimator = pantau.TfidfVectorizer(parts=[many, {}])
        stops_soon(lambda estimator=estimator, learn=learn: getattr(estimator, learn)(texts))  # type: ignore[misc]
        assert not hasattr(estimator, "_fitted")


def test_choosing_unlike_texts_ends() -> None:
    features = np.random.default_rng(0).normal(size=(10_000, 100))
    probabilities = np.full((10_000, 2), 0.5)
    stops_soon(lambda: pantau.select(probabilities, 5_000, strategy="diversity", features=features))
