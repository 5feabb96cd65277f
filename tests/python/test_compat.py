"""Older scripts: their features, predictions and drift, by the names they use."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pantau
import pytest
from pantau import compat, text
from pantau.compat import (
    DataDriftDetector,
    DriftDetector,
    FeatureStore,
    LengthWarning,
    ModelDriftMonitor,
    PredictionLogger,
    TextFeatureExtractor,
    create_prediction_logs_table,
)
from pantau.compat.places import location
from test_docs import python_blocks

GOLDEN = {
    "cleaned_text": "aplikasi ini sangat bagus",
    "text_no_stopwords": "aplikasi sangat bagus",
    "stemmed_text": "aplikasi sangat bagus",
    "original_length": 26,
    "cleaned_length": 25,
    "word_count": 4,
    "char_count": 25,
    "avg_word_length": 6.25,
}
GUIDE = {"original_text", *GOLDEN}
ARCHITECTURE = {
    "cleaned_text",
    "word_count",
    "char_count",
    "avg_word_length",
    "sentiment_words_positive",
    "sentiment_words_negative",
    "exclamation_marks",
    "question_marks",
    "uppercase_ratio",
    "special_chars_count",
    "number_count",
    "has_url",
    "has_emoji",
    "feature_version",
}
MODULES = [f"pantau.compat.{found.name}" for found in pkgutil.iter_modules(compat.__path__)]


@pytest.fixture(params=["folder", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A place for a store, as older scripts say it."""
    if request.param == "folder":
        return tmp_path / "store"
    url = request.getfixturevalue("server")("postgres")["url"]
    account, address = url.removeprefix("postgresql://").rsplit("@", 1)
    user, _, password = account.partition(":")
    host, _, rest = address.partition(":")
    port, _, database = rest.partition("/")
    return {
        "host": host,
        "port": int(port),
        "database": database,
        "user": user,
        "password": password or None,
        "schema": f"test_{uuid.uuid4().hex}",
    }


def test_the_golden_case() -> None:
    features = TextFeatureExtractor().extract_features("Aplikasi ini sangat bagus!")
    assert {name: features[name] for name in GOLDEN} == GOLDEN
    assert set(features) == GUIDE | ARCHITECTURE
    assert len(features) == 19
    assert (features["exclamation_marks"], features["has_url"]) == (1, False)
    json.dumps(features)


def test_many_texts_become_a_frame() -> None:
    extractor = TextFeatureExtractor()
    texts = pd.Series(["Bagus!", None, "Lemot sekali https://toko.example"], index=[7, 8, 9])
    frame = extractor.batch_extract_features(texts)
    assert set(frame.columns) == GUIDE | ARCHITECTURE
    assert list(frame.index) == [7, 8, 9]
    assert list(frame["has_url"]) == [False, None, True]
    assert frame.loc[7, "word_count"] == extractor.extract_features("Bagus!")["word_count"]
    assert list(extractor.batch_extract_features(["Bagus", "Cepat"]).index) == [0, 1]
    assert len(extractor.batch_extract_features([])) == 0
    with pytest.raises(pantau.InvalidInputError, match="texts: is one text"):
        extractor.batch_extract_features("Bagus!")
    with pytest.raises(pantau.InvalidInputError, match="text: NoneType is no text"):
        extractor.extract_features(None)  # type: ignore[arg-type]


def older_settings(path: Path, **content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_an_older_file_of_settings_is_read(tmp_path: Path) -> None:
    path = older_settings(
        tmp_path / "feature_config.json",
        max_length=128,
        min_length=3,
        version="1.2.0",
        created_at="2025-11-01T10:00:00",
    )
    extractor = TextFeatureExtractor.load_config(path)
    features = extractor.extract_features("Aplikasi ini sangat bagus!")
    assert {name: features[name] for name in GOLDEN} == GOLDEN
    assert features["feature_version"] == "1.2.0"
    config = extractor.extractor.config
    assert config.created_at == "2025-11-01T10:00:00"
    # The settings that decide values are those of today, the dictionary included.
    assert config.schema_hash == text.FeatureExtractor().config.schema_hash


def test_lengths_are_characters_and_cut_nothing(tmp_path: Path) -> None:
    path = older_settings(tmp_path / "feature_config.json", max_length=10, min_length=3)
    extractor = TextFeatureExtractor.load_config(path)
    assert extractor.check_length("bagus") == "ok"
    assert extractor.check_length("ok") == "too_short"
    # Eleven characters, and two words.
    assert extractor.check_length("bagus cepat") == "too_long"
    with pytest.warns(LengthWarning, match="11 characters, allowed are 3 to 10") as caught:
        features = extractor.extract_features("bagus cepat")
    assert caught[0].filename == __file__
    assert features == TextFeatureExtractor().extract_features("bagus cepat")
    with pytest.warns(LengthWarning, match="2 of the texts"):
        extractor.batch_extract_features(["ok", None, "bagus", "bagus cepat"])
    extractor.batch_extract_features(["bagus", None])


def test_a_file_of_today_is_read(tmp_path: Path) -> None:
    path = tmp_path / "feature_config.json"
    text.FeatureConfig(version="2.0.0", stop_words="sastrawi", max_length=2).save(path)
    extractor = TextFeatureExtractor.load_config(path)
    features = extractor.extract_features("tidak bagus, dan tidak cepat")
    assert features["text_no_stopwords"] == "bagus cepat"
    assert features["feature_version"] == "2.0.0"
    # Its longest is a number of words.
    assert extractor.check_length("bagus cepat") == "ok"
    assert extractor.check_length("bagus cepat murah") == "too_long"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"max_lenght": 128}, "unknown field max_lenght; an older file has max_length"),
        ({"max_length": "128"}, "max_length: '128' is no number of characters"),
        ({"min_length": -1}, "min_length: -1 is no number of characters"),
        ({"min_length": 9, "max_length": 8}, "min_length: 9 is more than max_length, 8"),
        ({"version": 1}, "feature config"),
    ],
)
def test_a_wrong_file_of_settings_is_refused(
    tmp_path: Path, content: dict[str, Any], message: str
) -> None:
    path = older_settings(tmp_path / "feature_config.json", **content)
    with pytest.raises(pantau.InvalidInputError, match=message):
        TextFeatureExtractor.load_config(path)


def test_features_are_kept_and_joined_with_labels(place: Any) -> None:
    features = FeatureStore(place)
    assert features.store_features(1, "Hubungi budi@contoh.example, bagus sekali!") is True
    kept = features.get_features(1)
    assert kept is not None
    assert set(kept) == GUIDE | ARCHITECTURE | {"review_id", "created_at"}
    assert kept["review_id"] == "1"
    # The text is anonymised before it is kept, whoever agreed.
    assert "budi" not in json.dumps(kept)
    reviews = pd.DataFrame(
        {
            "id": [2, 3, 4],
            "review_text": ["Bagus!", "Sering error", "Biasa saja"],
            "sentiment_label": ["positive", "negative", None],
            "rating": [5, None, 3],
            "date": pd.to_datetime(["2024-01-01", None, "2024-01-03"]),
        }
    )
    assert features.batch_store_features(reviews) == 3
    assert features.batch_store_features(reviews[["id", "review_text"]]) == 0
    training = features.get_training_features(limit=1000)
    assert list(training.columns) == [
        "cleaned_text",
        "stemmed_text",
        "word_count",
        "avg_word_length",
        "sentiment_label",
        "rating",
    ]
    rows = {row["cleaned_text"]: row for row in training.to_dict("records")}
    assert set(rows) == {"bagus", "sering error"}
    assert (rows["bagus"]["sentiment_label"], rows["bagus"]["rating"]) == ("positive", 5)
    assert rows["sering error"]["word_count"] == 2
    assert pd.isna(rows["sering error"]["rating"])
    assert len(features.get_training_features(limit=1)) == 1
    assert features.get_features(99) is None


def test_consent_decides_what_is_kept(tmp_path: Path) -> None:
    store = pantau.Store.open(tmp_path / "store")
    features = FeatureStore(store)
    assert features.store_features(1, "Bagus!", consent=None) is False
    rows = pd.DataFrame({"id": [2], "review_text": ["Cepat!"], "sentiment_label": ["positive"]})
    assert features.batch_store_features(rows, consent=None) == 0
    assert features.get_features(1) is features.get_features(2) is None
    assert store.review("2") is None
    features.store_features(1, "Bagus!", consent=pantau.Consent("customer-17"))
    assert features.get_features(1) is not None
    assert store.forget("customer-17", actor="sari") == {"text_features": 1}
    assert features.get_features(1) is None
    assert len(features.get_training_features()) == 0


def test_wrong_reviews_are_refused(tmp_path: Path) -> None:
    features = FeatureStore(tmp_path / "store")
    with pytest.raises(pantau.InvalidInputError, match="no column review_text; its columns: id"):
        features.batch_store_features(pd.DataFrame({"id": [1]}))
    rows = {"id": [1], "review_text": ["Bagus!"], "sentiment_label": ["positive"]}
    with pytest.raises(pantau.InvalidInputError, match=r"rating: 4.5 is no whole number"):
        features.batch_store_features(pd.DataFrame({**rows, "rating": [4.5]}))
    with pytest.raises(pantau.InvalidInputError, match="id: is missing"):
        features.store_features(float("nan"), "Bagus!")  # type: ignore[arg-type]


def test_predictions_are_logged(place: Any) -> None:
    assert create_prediction_logs_table(place) is None
    with PredictionLogger(place) as logger:
        id = logger.log_prediction(17, "Bagus sekali!", "positive", 0.75, "v1.0.0")
        logger.log_prediction(None, "Lemot", "negative", 0.5, "v1.1.0", processing_time_ms=1.5)
        logger.log_prediction(
            18, "Cepat", "positive", 1.0, "v1.0.0", consent=pantau.Consent("customer-17")
        )
        recent = logger.get_recent_predictions(hours=24)
    assert recent == {
        "count": 3,
        "mean_confidence": 0.75,
        "label_distribution": {"positive": 2, "negative": 1},
    }
    store = pantau.Store.open(location(place))
    found = store.prediction(id)
    assert found is not None
    assert (found["review_id"], found["version"], found["input_text"]) == ("17", "v1.0.0", None)
    # Only who agreed has a text there.
    assert [row["input_text"] for row in store.history()] == ["Cepat", None, None]
    other = PredictionLogger(store, "other").get_recent_predictions()
    assert other == {"count": 0, "mean_confidence": None, "label_distribution": {}}


def test_a_prediction_is_there_when_the_call_returns(tmp_path: Path) -> None:
    logger = PredictionLogger(tmp_path / "store")
    id = logger.log_prediction(1, "Bagus!", "positive", 0.9, "1")
    assert pantau.Store.open(tmp_path / "store").prediction(id) is not None
    waiting = PredictionLogger(tmp_path / "store", durability="group")
    waiting.log_prediction(2, "Bagus!", "positive", 0.7, "1")
    assert waiting.get_recent_predictions()["count"] == 2
    with pytest.raises(pantau.InvalidInputError, match=r"confidence: 1.5"):
        logger.log_prediction(3, "Bagus!", "positive", 1.5, "1")


@pytest.mark.parametrize(
    ("config", "url"),
    [
        (
            {"host": "db", "port": 5433, "dbname": "a b", "user": "s@ri", "password": "p/:w"},
            "postgresql://s%40ri:p%2F%3Aw@db:5433/a%20b",
        ),
        ({"database": "reviews"}, "postgresql://localhost:5432/reviews"),
        ({"host": "::1", "dbname": "r"}, "postgresql://[::1]:5432/r"),
        (
            {"host": "/run/pg", "dbname": "r", "sslmode": "disable", "schema": "a b"},
            "postgresql://%2Frun%2Fpg:5432/r?schema=a%20b&sslmode=disable",
        ),
        ("postgresql://db/reviews", "postgresql://db/reviews"),
        (Path("store"), "store"),
    ],
)
def test_a_place_is_said_in_many_ways(config: Any, url: str, monkeypatch) -> None:
    monkeypatch.delenv("POSTGRES_HOST", raising=False)
    assert location(config) == url


def test_a_host_can_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_HOST", "db.example")
    assert location({"dbname": "r"}) == "postgresql://db.example:5432/r"


def test_a_wrong_place_is_refused_without_its_password() -> None:
    for config, message in [
        ({"dbname": "r", "passwd": "rahasia"}, "unknown key passwd; known are host"),
        ({"host": "db", "password": "rahasia"}, "names no database"),
        ({"dbname": "a", "database": "b", "password": "rahasia"}, "are not the same"),
        (5, "int is none of a dict, a URL and a folder"),
    ]:
        with pytest.raises(pantau.InvalidInputError, match=message) as caught:
            FeatureStore(config)  # type: ignore[arg-type]
        assert "rahasia" not in str(caught.value)


def test_data_drift_is_what_it_was() -> None:
    usual = pd.DataFrame({"rating": [1, 2, 3, 4, 5] * 40, "sentiment_label": ["a", "b"] * 100})
    later = pd.DataFrame({"rating": [4, 5] * 50, "sentiment_label": ["a", "b"] * 50})
    detector = DataDriftDetector(reference_data=usual, significance_level=0.05)
    found = detector.detect_all_drifts(later, ["rating"], ["sentiment_label"])
    assert found["overall_drift_detected"] is True
    assert found["summary"]["features_with_drift"] == 1
    drifted = {own["feature"]: (own["drift_detected"], own["p_value"]) for own in found["features"]}
    assert drifted["rating"][0] is True and drifted["rating"][1] < 0.001
    assert drifted["sentiment_label"] == (False, 1.0)
    one = detector.detect_numerical_drift(later, "rating")
    assert one["statistic"] == pytest.approx(0.6)
    shifted = pd.DataFrame({"sentiment_label": ["a"] * 80 + ["b"] * 20})
    other = detector.detect_categorical_drift(shifted, "sentiment_label")
    assert other["max_distribution_shift"] == pytest.approx(0.3)
    # Nothing is drift at a level that is small enough.
    strict = DataDriftDetector(usual, significance_level=1e-30)
    assert not strict.detect_all_drifts(later)["overall_drift_detected"]


def test_worse_metrics_are_found() -> None:
    monitor = ModelDriftMonitor({"accuracy": 0.9, "precision": 0.9, "recall": 0.9, "f1": 0.9})
    now = {"accuracy": 0.83, "precision": 0.89, "recall": 0.9, "f1": 0.86}
    found = monitor.detect_performance_drift(now)
    assert found["drift_detected"] is True
    [worse] = found["degraded_metrics"]
    assert (worse["metric"], worse["baseline"], worse["current"]) == ("accuracy", 0.9, 0.83)
    assert not monitor.detect_performance_drift(now, threshold=0.1)["drift_detected"]


def test_the_trend_is_of_what_the_store_remembers(place: Any) -> None:
    monitor = ModelDriftMonitor({"accuracy": 0.9}, place, "reviews")
    for day in range(12):
        at = datetime.now().astimezone() - timedelta(days=12 - day)
        monitor.record({"accuracy": 0.9 - 0.01 * day, "f1": 0.8}, at=at)
    found = ModelDriftMonitor({"accuracy": 0.9}, place, "reviews").analyze_trend(days=30)
    assert found["overall_trend"] == "declining"
    assert found["trends"]["accuracy"]["slope"] == pytest.approx(-0.01, abs=1e-6)
    assert found["trends"]["f1_score"]["trend"] == "stable"
    assert ModelDriftMonitor({"accuracy": 0.9}, place).analyze_trend()["overall_trend"] == "unknown"
    with pytest.raises(pantau.InvalidInputError, match="metrics: auc cannot be kept"):
        monitor.record({"auc": 0.9})


def test_windows_are_scored() -> None:
    detector = DriftDetector(window_size=500, threshold=0.05)
    detector.fit(pd.DataFrame({"stars": [row % 5 for row in range(2800)]}))
    assert detector.status == {"drift_detected": False, "drift_score": 0.0, "windows": 0}
    same = pd.DataFrame({"stars": [row % 5 for row in range(500)]})
    assert detector.update(same)["windows"] == 1
    assert not detector.drift_detected
    status = detector.update({"stars": [row % 3 for row in range(500)]})
    assert detector.drift_detected is status["drift_detected"] is True
    assert detector.drift_score == pytest.approx(0.4)
    blind = DriftDetector(window_size=500, threshold=0.9)
    blind.fit({"stars": [row % 5 for row in range(2800)]})
    assert not blind.update({"stars": [row % 3 for row in range(500)]})["drift_detected"]


def test_the_first_rows_are_the_reference_of_the_others() -> None:
    detector = DriftDetector(window_size=300)
    for row in range(299):
        assert detector.update(0.1 * (row % 10))["windows"] == 0
    # One completes the reference, and the others are a window and a half.
    assert detector.update([0.1 * (row % 10) for row in range(451)])["windows"] == 1
    assert not detector.drift_detected
    assert detector.update(pd.Series([0.95] * 150))["windows"] == 2
    assert detector.drift_detected
    texts = DriftDetector(window_size=100)
    texts.update(["bagus sekali aplikasi ini", "lemot dan sering error"] * 140)
    assert texts.update(["kata yang baru semua"] * 100)["drift_detected"]
    with pytest.raises(pantau.InvalidInputError, match="rows: columns b, and a before"):
        mixed = DriftDetector()
        mixed.update({"a": [1]})
        mixed.update({"b": [1]})


def test_a_threshold_comes_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = {"stars": [row % 5 for row in range(2800)]}
    later = {"stars": [row % 3 for row in range(500)]}

    def detects(**named: Any) -> bool:
        detector = DriftDetector(window_size=500, **named)
        detector.fit(usual)
        return bool(detector.update(later)["drift_detected"])

    assert detects()
    monkeypatch.setenv("DRIFT_THRESHOLD", "0.5")
    assert not detects() and detects(threshold=0.05)
    monkeypatch.setenv("DRIFT_THRESHOLD", "7")
    with pytest.raises(pantau.InvalidInputError, match="DRIFT_THRESHOLD: 7"):
        DriftDetector()


def test_wrong_windows_are_refused() -> None:
    with pytest.raises(pantau.InvalidInputError, match="window_size: 0 is below the least, 1"):
        DriftDetector(window_size=0)
    with pytest.raises(pantau.InvalidInputError, match="threshold: 5 is not above 0"):
        DriftDetector(threshold=5)
    with pytest.raises(pantau.InvalidInputError, match="rows: NoneType is no table"):
        DriftDetector().update(None)


def test_importing_it_brings_in_nothing_that_was_not_asked_for(
    run_python: Callable[..., str],
) -> None:
    printed = run_python(
        """
        import sys
        import pantau
        print("pantau.compat" in sys.modules)
        import pantau.compat
        heavy = {"pandas", "numpy", "polars", "pyarrow", "sklearn", "mlflow"}
        print(sorted(heavy & set(sys.modules)), sys.modules["pantau.compat.mlflow"].__name__)
        """
    )
    assert printed.splitlines() == ["False", "[] pantau.compat.mlflow"]


@pytest.mark.parametrize("name", ["pantau.compat", *MODULES])
def test_docstrings(
    name: str,
    bundle: Callable[..., pantau.Bundle],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sentiment").symlink_to(bundle("bert-classifier"), target_is_directory=True)
    report: list[str] = []
    runner = doctest.DocTestRunner()
    for example in doctest.DocTestFinder().find(importlib.import_module(name)):
        runner.run(example, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def test_every_class_has_an_example_and_words() -> None:
    assert {"pantau.compat.features", "pantau.compat.mlflow"} <= set(MODULES)
    looked_at = 0
    for name in compat.__all__:
        value = getattr(compat, name)
        assert value.__doc__, name
        is_told = name.endswith(("Warning", "Config")) or ">>>" in value.__doc__
        assert is_told, name
        for member, own in vars(value).items() if isinstance(value, type) else ():
            if not member.startswith("_") and callable(own):
                assert own.__doc__, f"{name}.{member}"
                looked_at += 1
    assert looked_at > 25


def test_the_document(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = python_blocks((root / "docs/compat.md").read_text(encoding="utf-8"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"docs/compat.md, Python block {number}", "exec"), namespace)
    used = "\n".join(blocks)
    assert [name for name in compat.__all__ if name not in used] == [
        "LengthWarning",
        "ParamWarning",
    ]
    assert namespace["detector"].drift_score == pytest.approx(0.6)
