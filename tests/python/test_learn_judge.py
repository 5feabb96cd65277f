"""Judging: figures are scikit-learn's, reports are readable, gates give their reasons."""

from __future__ import annotations

import csv
import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pantau
import pytest
import scipy.sparse
import sklearn.metrics
import statsmodels.stats.contingency_tables
import statsmodels.stats.proportion

Golden = Callable[[str], list[dict[str, Any]]]
Corpus = Callable[[str], tuple[list[str], list[str]]]
BundleOf = Callable[..., pantau.Bundle]
DATA = [
    ("bagus", "positive"), ("lemot", "negative"), ("biasa", "neutral"), ("rusak", "negative"),
    ("suka sekali", "positive"), ("lambat, mahal", "negative"),
]  # fmt: skip


class Foreign:
    """What scikit-learn's classifiers look like from outside."""

    def __init__(self, labels: Any, probabilities: Any) -> None:
        self.classes_ = np.asarray(labels)
        self._probabilities = np.asarray(probabilities)

    def predict_proba(self, texts: list[str]) -> Any:
        assert len(texts) == len(self._probabilities)
        return self._probabilities


@pytest.fixture(scope="module")
def models(bundle: BundleOf, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Two classifiers with the same labels: a transformer that knows nothing, and words."""
    texts = [(f"{text} {number}", label) for number in range(10) for text, label in DATA]
    words = pantau.train(texts, tmp_path_factory.mktemp("words") / "words", kind="tfidf-nb")
    return {"tiny": pantau.Classifier.open(bundle("bert-classifier")), "words": words}


def close(found: Any, expected: Any, where: str = "") -> None:
    """Whether all figures that are expected are there."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            close(found[name], value, f"{where}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for place, (one, other) in enumerate(zip(found, expected, strict=True)):
            close(one, other, f"{where}[{place}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12), where
    else:
        assert found == expected, where


def test_golden_evaluations(golden: Golden) -> None:
    looked_at = 0
    for case in golden("metrics.jsonl"):
        if case["kind"] != "evaluation":
            continue
        looked_at += 1
        labels, actual = case["labels"], case["actual"]
        probabilities = np.reshape(case["probabilities"], (len(actual), len(labels)))
        data = [(f"text {row}", label) for row, label in enumerate(actual)]
        if not set(labels) & set(actual):
            with pytest.raises(pantau.InvalidInputError, match="none of which the classifier"):
                pantau.evaluate(Foreign(labels, probabilities), data)
            continue
        evaluation = pantau.evaluate(Foreign(labels, probabilities), data, resamples=10)
        expected = dict(case["expected"])
        low, high = expected.pop("accuracy_low"), expected.pop("accuracy_high")
        close(list(evaluation.accuracy_interval), [low, high], case["name"])
        found = evaluation.to_dict()
        found["accuracy"] = found["accuracy"]["value"]
        close(found, expected, case["name"])
    assert looked_at > 10


@pytest.mark.parametrize("name", ["smsa", "nusax/javanese", "uci_sentences", "topics/20ng"])
def test_figures_on_real_texts_are_scikit_learns(name: str, corpus: Corpus) -> None:
    texts, labels = corpus(name)
    # Some files are in the order of their labels.
    texts, labels = texts[:: len(texts) // 500], labels[:: len(texts) // 500]
    rows = pantau.TfidfVectorizer().fit_transform(texts)
    classifier = pantau.NaiveBayes(alpha=0.1).fit(rows[::2], labels[::2])
    actual, probabilities = labels[1::2], classifier.predict_proba(rows[1::2])
    assert set(actual) <= set(classifier.classes_)
    data = {"text": texts[1::2], "label": actual}
    evaluation = pantau.evaluate(Foreign(classifier.classes_, probabilities), data)
    predicted = classifier.classes_[probabilities.argmax(axis=1)]
    metrics = sklearn.metrics
    wilson = statsmodels.stats.proportion.proportion_confint(
        (predicted == np.array(actual)).sum(), len(actual), method="wilson"
    )
    occurring = sorted(set(actual))
    columns = [classifier.classes_.tolist().index(label) for label in occurring]
    one_hot = np.array(actual)[:, None] == classifier.classes_[None, :]
    for found, expected in [
        (evaluation.accuracy, metrics.accuracy_score(actual, predicted)),
        (evaluation.accuracy_interval, wilson),
        (
            evaluation.macro_f1,
            metrics.f1_score(actual, predicted, labels=occurring, average="macro", zero_division=0),
        ),
        (evaluation.mcc, metrics.matthews_corrcoef(actual, predicted)),
        (evaluation.cohen_kappa, metrics.cohen_kappa_score(actual, predicted)),
        (
            evaluation.log_loss,
            metrics.log_loss(actual, probabilities, labels=classifier.classes_.tolist()),
        ),
        (evaluation.brier, ((probabilities - one_hot) ** 2).sum(axis=1).mean()),
    ]:
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    confusion = metrics.confusion_matrix(actual, predicted, labels=classifier.classes_)
    assert np.array_equal(evaluation.confusion, confusion)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        actual, predicted, labels=classifier.classes_, zero_division=0
    )
    for place, report in enumerate(evaluation.classes):
        assert report["precision"] == pytest.approx(precision[place], abs=1e-12)
        assert report["recall"] == pytest.approx(recall[place], abs=1e-12)
        assert report["f1"] == pytest.approx(f1[place], abs=1e-12)
        assert report["support"] == support[place]
        if place in columns:
            area = metrics.roc_auc_score(one_hot[:, place], probabilities[:, place])
            assert report["roc_auc"] == pytest.approx(area, abs=1e-12)
            area = metrics.average_precision_score(one_hot[:, place], probabilities[:, place])
            assert report["pr_auc"] == pytest.approx(area, abs=1e-12)


def test_reports_are_readable(tmp_path: Path) -> None:
    data = [("buruk, sekali", "bad"), ("bagus", "good"), ("'=1+1\nhm", "bad"), ("baru", "new")]
    model = Foreign(["bad", "good"], [[0.9, 0.1], [0.2, 0.8], [0.1, 0.9], [0.6, 0.4]])
    evaluation = pantau.evaluate(model, data, slices=["web", "app", "web", "app"])
    assert str(evaluation).startswith("Right on 2 of 4 rows")
    assert "new" in str(evaluation)
    assert all(len(line) <= 80 for line in str(evaluation).splitlines())
    assert repr(evaluation).startswith("Evaluation(4 texts, accuracy=0.5000 (")
    page = evaluation._repr_html_()
    assert "<table" in page
    assert "<script" not in page
    assert evaluation.labels == ["bad", "good"]
    assert evaluation.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert evaluation.mistakes[0]["text"] == "'=1+1\nhm"
    rows = list(csv.reader(io.StringIO(evaluation.mistakes_csv())))
    assert len(rows) == 3
    assert evaluation.mistakes_csv(tmp_path / "mistakes.csv") is None
    written = (tmp_path / "mistakes.csv").read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(written))) == rows
    assert {one["name"] for one in evaluation.to_dict()["by_slice"]} == {"app", "web"}
    again = pickle.loads(pickle.dumps(evaluation))
    assert again.to_dict() == evaluation.to_dict()
    assert str(again) == str(evaluation)
    assert "NaN" not in evaluation.to_json()
    assert json.loads(evaluation.to_json()) == evaluation.to_dict()


def test_texts_of_strangers_are_escaped() -> None:
    data = [("<script>alert(1)</script>", "<b>good</b>"), ("x", "bad")]
    model = Foreign(["<b>good</b>", "bad"], [[0.1, 0.9], [0.9, 0.1]])
    evaluation = pantau.evaluate(model, data)
    assert "<script>" not in evaluation._repr_html_()
    assert "<b>good" not in evaluation._repr_html_()


def test_intervals_do_not_depend_on_the_run() -> None:
    model = Foreign(["a", "b"], np.tile([[0.6, 0.4], [0.3, 0.7], [0.8, 0.2]], (20, 1)))
    data = [("x", label) for label in ["a", "b", "b"] * 20]
    first, second = pantau.evaluate(model, data), pantau.evaluate(model, data)
    assert first.to_json() == second.to_json()
    wider = pantau.evaluate(model, data, level=0.99)
    assert wider.accuracy_interval[0] < first.accuracy_interval[0]
    assert pantau.evaluate(model, data, seed=1).macro_f1 == first.macro_f1


def test_models_are_compared(models: dict[str, Any]) -> None:
    comparison = pantau.compare(models["tiny"], models["words"], DATA * 20)
    assert comparison.rows == 120
    assert comparison.difference > 0
    low, high = comparison.difference_interval
    assert low <= comparison.difference <= high
    assert comparison.verdict
    assert str(comparison)
    assert "<" in comparison._repr_html_()
    assert pickle.loads(pickle.dumps(comparison)).to_dict() == comparison.to_dict()
    random = np.random.default_rng(0)
    actual = random.integers(0, 2, 300)
    first, second = (
        np.where(random.random(300) < share, actual, 1 - actual) for share in (0.7, 0.8)
    )
    table = [
        [
            np.sum((first == actual) & (second == actual)),
            np.sum((first == actual) & (second != actual)),
        ],
        [
            np.sum((first != actual) & (second == actual)),
            np.sum((first != actual) & (second != actual)),
        ],
    ]
    expected = statsmodels.stats.contingency_tables.mcnemar(table, exact=True)
    data = [(f"text {row}", int(label)) for row, label in enumerate(actual)]
    found = pantau.compare(
        Foreign([0, 1], np.eye(2)[first]), Foreign([0, 1], np.eye(2)[second]), data
    )
    assert found.pvalue == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.difference == pytest.approx(np.mean(second == actual) - np.mean(first == actual))


def test_comparisons_are_the_same_for_models_of_others(models: dict[str, Any]) -> None:
    texts = [text for text, _ in DATA * 20]
    foreign = {
        name: Foreign(model.labels, model.predict(texts).probabilities)
        for name, model in models.items()
    }
    expected = pantau.compare(models["tiny"], models["words"], DATA * 20, seed=3)
    for first, second in [(foreign, models), (models, foreign), (foreign, foreign)]:
        found = pantau.compare(first["tiny"], second["words"], DATA * 20, seed=3)
        assert found.to_dict() == expected.to_dict()
    # The macro-F1 of each is the one it has by itself.
    both = expected.to_dict()
    for name, key in [("tiny", "macro_f1_a"), ("words", "macro_f1_b")]:
        assert both[key] == pytest.approx(pantau.evaluate(models[name], DATA * 20).macro_f1)


def test_means_of_a_comparison_are_over_the_labels_of_both() -> None:
    data = [("x", label) for label in ["a", "b", "c", "d"]]
    first = Foreign(["a", "b"], [[1, 0], [0, 1], [1, 0], [0, 1]])
    second = Foreign(["a", "c"], [[1, 0], [1, 0], [0, 1], [0, 1]])
    found = pantau.compare(first, second, data).to_dict()
    actual = [label for _, label in data]
    for key, predicted in [("macro_f1_a", list("abab")), ("macro_f1_b", list("aacc"))]:
        # "d" is known to neither.
        expected = sklearn.metrics.f1_score(
            actual, predicted, labels=["a", "b", "c"], average="macro", zero_division=0
        )
        assert found[key] == pytest.approx(expected, abs=1e-12)


def test_what_others_answer_is_checked() -> None:
    data = [("x", "a"), ("y", "b")]
    good = Foreign(["a", "b"], np.eye(2))
    for probabilities, message in [
        ([[np.nan, 1.0], [0.5, 0.5]], "probabilities: row 0 gives class 0 the probability NaN"),
        ([[0.9, 0.9], [0.5, 0.5]], "those of row 0 sum to 1.8 and not to 1"),
    ]:
        model = Foreign(["a", "b"], probabilities)
        for judge in (
            lambda model: pantau.evaluate(model, data),
            lambda model: pantau.compare(good, model, data),
            lambda model: pantau.compare(model, good, data),
        ):
            with pytest.raises(pantau.InvalidInputError, match=message):
                judge(model)

    class Broken:
        classes_ = ("a", "b")

        def predict_proba(self, texts: list[str]) -> Any:
            raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        pantau.evaluate(Broken(), data)
    with pytest.raises(KeyError, match="broken"):
        pantau.compare(good, Broken(), data)

    class Short:
        classes_ = ("a", "b")

        def predict_proba(self, texts: list[str]) -> Any:
            return np.eye(2)[:1]

    with pytest.raises(pantau.InvalidInputError, match="classifier: 1 answers for 2 texts"):
        pantau.evaluate(Short(), data)


def test_models_of_any_kind_are_judged(models: dict[str, Any]) -> None:
    words = models["words"]
    _, (path, _) = words.__reduce__()[1]
    ensemble = pantau.Ensemble([words, words])
    cascade = pantau.Cascade(words, words, 0.5)
    pandas = pd.DataFrame(DATA, columns=["text", "label"])
    expected = pantau.evaluate(words, DATA).accuracy
    for model in [words, path, pantau.Bundle.open(path), ensemble, cascade]:
        assert pantau.evaluate(model, pandas).accuracy == expected


def test_several_answer_as_one(models: dict[str, Any]) -> None:
    tiny, words = models["tiny"], models["words"]
    texts = [text for text, _ in DATA]
    for weights in (None, [1, 3]):
        ensemble = pantau.Ensemble([tiny, words], weights)
        first, second = weights or (1, 1)
        mean = (
            first * tiny.predict(texts).probabilities + second * words.predict(texts).probabilities
        )
        found = ensemble.predict(texts)
        assert np.abs(found.probabilities - mean / (first + second)).max() <= 1e-12
        assert ensemble.predict(texts[0]).label == found.label[0]
    cascade = pantau.Cascade(words, tiny, 0.9)
    cheap, strong = words.predict(texts), tiny.predict(texts)
    for row, found in enumerate(cascade.predict(texts)):
        asked = cheap if cheap.confidence[row] >= 0.9 else strong
        assert found.label == asked.label[row]
    assert (cascade.threshold, cascade.choice) == (0.9, None)
    fitted = pantau.Cascade.fit(tiny, words, DATA * 5, 0.9)
    assert fitted.choice is not None
    assert fitted.choice["reached"]
    assert fitted.choice["accuracy"] >= 0.9
    assert fitted.labels == words.labels
    for together in (
        pantau.Ensemble([tiny, words]), pantau.Ensemble([tiny, words], [1, 3]), cascade, fitted,
    ):  # fmt: skip
        copy = pickle.loads(pickle.dumps(together))
        assert type(copy) is type(together)
        assert copy.predict(texts) == together.predict(texts)
        if isinstance(copy, pantau.Cascade) and isinstance(together, pantau.Cascade):
            assert (copy.threshold, copy.choice) == (together.threshold, together.choice)
    for threshold in (float("nan"), -0.1):
        with pytest.raises(pantau.InvalidInputError, match="threshold"):
            pantau.Cascade(tiny, words, threshold)
    for classifiers, weights in [
        ([], None), ([tiny, words], [1.0]), ([tiny, words], [0.0, 0.0]), ([tiny, words], [2, -1]),
        ([tiny, words], [float("nan"), 1.0]),
    ]:  # fmt: skip
        with pytest.raises(pantau.InvalidInputError):
            pantau.Ensemble(classifiers, weights)


def test_gates_give_reasons(models: dict[str, Any]) -> None:
    good = pantau.assess(models["words"], DATA * 20, champion=models["tiny"])
    assert good.passed and good.usable and bool(good)
    bad = pantau.assess(models["tiny"], DATA * 20, champion=models["words"])
    assert not bad.passed
    assert not bool(bad)
    failed = [outcome for outcome in bad.outcomes if not outcome["passed"]]
    assert "floor" in [outcome["gate"] for outcome in failed]
    assert all(outcome["reason"] for outcome in bad.outcomes)
    assert repr(bad).startswith("GateReport(passed=false, failed=[") or "passed=False" in repr(bad)
    assert json.loads(bad.to_json())["passed"] is False
    assert str(bad)
    for report in (good, bad):
        copy = pickle.loads(pickle.dumps(report))
        assert (copy.to_json(), str(copy), bool(copy)) == (
            report.to_json(), str(report), bool(report)
        )  # fmt: skip
    overfitted = pantau.assess(models["words"], DATA, train_accuracy=1.0, floor=0.1, promote=0.1)
    assert {outcome["gate"] for outcome in overfitted.outcomes} >= {"floor", "promote"}


@pytest.mark.parametrize("strategy", ["margin", "entropy", "least_confident", "random"])
def test_texts_are_chosen(strategy: Any, models: dict[str, Any]) -> None:
    pool = models["tiny"].predict([f"ulasan {number}" for number in range(100)])
    chosen = pantau.select(pool, 20, strategy=strategy, random_share=0.25, seed=3)
    assert len({one["row"] for one in chosen}) == 20
    drawn = [one for one in chosen if one["reason"] == "random"]
    assert len(drawn) == (20 if strategy == "random" else 5)
    assert all(one["probability"] is not None for one in drawn)
    assert chosen == pantau.select(
        pool.probabilities, 20, strategy=strategy, random_share=0.25, seed=3
    )
    if strategy == "margin":
        ordered = np.sort(pool.probabilities, axis=1)
        margins = ordered[:, -1] - ordered[:, -2]
        rest = set(range(100)) - {one["row"] for one in drawn}
        surest = sorted(rest, key=lambda row: margins[row])[:15]
        assert sorted(surest) == sorted(one["row"] for one in chosen if one["reason"] != "random")


def test_unlike_texts_are_chosen() -> None:
    probabilities = np.full((40, 2), 0.5)
    features = np.repeat([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]], 10, axis=0)
    sparse = scipy.sparse.csr_matrix(features)
    own = pantau.SparseMatrix(
        sparse.shape, data=sparse.data, indices=sparse.indices, indptr=sparse.indptr
    )
    chosen = [
        pantau.select(probabilities, 4, strategy="diversity", features=rows, random_share=0)
        for rows in (features, features.tolist(), sparse, scipy.sparse.coo_array(features), own)
    ]
    assert len({one["row"] // 10 for one in chosen[0]}) == 4
    assert all(other == chosen[0] for other in chosen)
    with pytest.raises(pantau.InvalidInputError, match=r"features: .*40"):
        pantau.select(probabilities, 4, strategy="diversity", features=sparse[:3])
    with pytest.raises(pantau.InvalidInputError, match="features: row 10 holds NaN"):
        pantau.select(
            probabilities, 4, strategy="diversity", features=sparse * float("nan") + sparse
        )
    with pytest.raises(pantau.InvalidInputError, match="features"):
        pantau.select(probabilities, 4, strategy="diversity")
    with pytest.raises(pantau.InvalidInputError, match="hardest"):
        pantau.select(probabilities, 4, strategy="hardest")  # type: ignore[arg-type]
