"""What a trained model keeps to compare later texts with, and what counts its answers."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pantau
import pytest
from pantau import Classifier, Monitor

WORDS = ["layanan", "produk", "aplikasi", "harga", "kirim", "warna", "rasa", "ukuran"]


def reviews(count: int, tail: str = "") -> dict[str, list[Any]]:
    verdicts = ("bagus sekali", "rusak dan lambat")
    texts = [f"{WORDS[row % 8]} {verdicts[row % 2]} {row % 97}{tail}" for row in range(count)]
    return {"text": texts, "label": ["good" if row % 2 == 0 else "bad" for row in range(count)]}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "model"
    pantau.train(reviews(1000), path, kind="tfidf-nb", test_share=0.4)
    return path


def test_a_reference_is_made_of_the_test_rows(bundle: Path, tmp_path: Path) -> None:
    reference = pantau.Bundle.open(bundle).reference()
    assert reference is not None
    assert reference.windows == 28
    assert reference.features[-4:] == ["label", "confidence", "novelty", "confidence (answers)"]
    few = tmp_path / "few"
    pantau.train(reviews(60), few, kind="tfidf-nb")
    assert pantau.Bundle.open(few).reference() is None
    none = tmp_path / "none"
    pantau.train(reviews(1000), none, kind="tfidf-nb", test_share=0.4, reference=False)
    assert pantau.Bundle.open(none).reference() is None


def test_a_monitor_counts_what_threads_answer(bundle: Path) -> None:
    reference = pantau.Bundle.open(bundle).reference()
    assert reference is not None
    monitor = Monitor(reference)
    texts = reviews(100)["text"]
    with Classifier.open(bundle) as classifier:
        classifier.watch(monitor)

        def serve() -> None:
            for _ in range(5):
                classifier.predict(texts)

        threads = [threading.Thread(target=serve) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(20):
            monitor.report()
        for thread in threads:
            thread.join()
        pantau.evaluate(classifier, reviews(50))
        assert classifier.info()["watched"] == {"rows": 2000, "missed": 0, "problem": None}
        assert monitor.close_window().rows == 2000
        classifier.watch(None)
        classifier.predict(texts)
        assert "watched" not in classifier.info()
    assert monitor.report().windows == 1
    told = monitor.accuracy()
    assert told["estimate"]["rows"] == 2000


def test_new_words_are_noticed_by_who_watches(bundle: Path) -> None:
    classifier = Classifier.open(bundle)
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    usual = reviews(2800)
    times = [start + timedelta(days=row // 70) for row in range(2800)]
    reference = classifier.reference(usual["text"], usual["label"], times=times, window="1d")
    assert reference.windows == 40
    monitor = Monitor(reference)
    classifier.watch(monitor)
    for _ in range(3):
        classifier.predict(reviews(200, tail=" vaksin covid")["text"])
        report = monitor.close_window()
    assert report.status == "alarm"
    assert "vaksin" in str(report) or "covid" in str(report)
    classifier.watch(None)
    with pytest.raises(pantau.InvalidInputError, match="none of the columns text"):
        classifier.watch(Monitor(pantau.Reference.build({"stars": [1, 2, 3, 4] * 100})))
    with pytest.raises(pantau.InvalidInputError, match="actual: 2 for 2800"):
        classifier.reference(usual["text"], ["good", None])
    with pytest.raises(pantau.InvalidInputError, match="many texts"):
        classifier.reference("one")
