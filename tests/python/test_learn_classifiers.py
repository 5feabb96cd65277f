"""Naive Bayes and logistic regression come to scikit-learn's numbers, and keep its habits."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pantau
import pytest
import scipy.sparse
import sklearn.linear_model
import sklearn.naive_bayes
from pantau import LogisticRegression, NaiveBayes, SparseMatrix, TfidfVectorizer
from pantau.learn import ConvergenceWarning

Golden = Callable[[str], list[dict[str, Any]]]
Corpus = Callable[[str], tuple[list[str], list[str]]]
CORPORA = ["smsa", "nusax/javanese", "nusax/sundanese", "uci_sentences", "topics/20ng"]


def counted(corpus: Corpus, name: str, most: int = 2_000) -> tuple[Any, np.ndarray]:
    texts, labels = corpus(name)
    return TfidfVectorizer(min_df=2).fit_transform(texts[:most]), np.array(labels[:most])


def examples(rows: int = 60, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(classes)
    labels = np.arange(rows) % classes
    centers = random.uniform(0, 2, (classes, 5))
    return np.clip(centers[labels] + random.normal(0, 1, (rows, 5)), 0, None), labels


@pytest.mark.parametrize("name", CORPORA)
def test_naive_bayes_is_scikit_learns(name: str, corpus: Corpus) -> None:
    rows, labels = counted(corpus, name)
    for ours, theirs in [
        (NaiveBayes(), sklearn.naive_bayes.MultinomialNB()),
        (NaiveBayes(alpha=0.1, fit_prior=False), sklearn.naive_bayes.MultinomialNB(
            alpha=0.1, fit_prior=False)),
        (NaiveBayes(kind="complement"), sklearn.naive_bayes.ComplementNB()),
        (NaiveBayes(kind="complement", norm=True), sklearn.naive_bayes.ComplementNB(norm=True)),
    ]:  # fmt: skip
        ours.fit(rows, labels)
        theirs.fit(rows, labels)
        assert ours.classes_.tolist() == theirs.classes_.tolist()
        for attribute in ("feature_log_prob_", "class_log_prior_", "feature_count_"):
            found, expected = getattr(ours, attribute), getattr(theirs, attribute)
            assert found.shape == expected.shape
            assert np.abs(found - expected).max() <= 1e-12, attribute
        assert np.array_equal(ours.class_count_, theirs.class_count_)
        assert np.array_equal(ours.predict(rows), theirs.predict(rows))
        assert np.abs(ours.predict_proba(rows) - theirs.predict_proba(rows)).max() <= 1e-12
        logs = ours.predict_log_proba(rows)
        assert np.allclose(logs, theirs.predict_log_proba(rows), rtol=1e-12, atol=1e-12)
        assert ours.score(rows, labels) == pytest.approx(theirs.score(rows, labels), abs=1e-15)


@pytest.mark.parametrize("name", CORPORA)
def test_logistic_regression_finds_the_same_optimum(name: str, corpus: Corpus) -> None:
    rows, labels = counted(corpus, name, 1_200)
    for settings in ({}, {"C": 10.0, "class_weight": "balanced"}):
        ours = LogisticRegression(tol=1e-10, **settings).fit(rows, labels)
        theirs = sklearn.linear_model.LogisticRegression(
            tol=1e-10, max_iter=10_000, solver="newton-cg", **settings
        ).fit(rows, labels)
        assert ours.coef_.shape == theirs.coef_.shape
        assert np.abs(ours.coef_ - theirs.coef_).max() <= 1e-4
        assert np.abs(ours.intercept_ - theirs.intercept_).max() <= 1e-4
        assert np.array_equal(ours.predict(rows), theirs.predict(rows))
        assert np.abs(ours.predict_proba(rows) - theirs.predict_proba(rows)).max() <= 1e-5
        found, expected = ours.decision_function(rows), theirs.decision_function(rows)
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= 1e-4


def test_golden_cases(golden: Golden) -> None:
    cases = golden("linear.jsonl")
    looked_at = 0
    for case in cases:
        kind = case["kind"]
        if kind in ("source", "scaler"):
            continue
        looked_at += 1
        rows, labels, weights = np.array(case["rows"]), case["labels"], case["weights"]
        if kind == "logistic":
            classifier = LogisticRegression(
                penalty=None if case["penalty"] == "none" else case["penalty"],
                C=case["c"],
                class_weight="balanced" if case["balanced"] else None,
                fit_intercept=case["fit_intercept"],
                tol=1e-9,
            ).fit(rows, labels, weights)
            assert np.abs(classifier.coef_ - case["coefficients"]).max() <= 1e-4
            assert np.abs(classifier.intercept_ - case["intercepts"]).max() <= 1e-4
            continue
        bayes = NaiveBayes(
            kind=kind,
            alpha=case["alpha"],
            fit_prior=case["fit_prior"],
            class_prior=case["class_prior"],
            norm=case["norm"],
        ).fit(rows, labels, weights)
        assert np.abs(bayes.predict_proba(rows) - case["probabilities"]).max() <= 1e-12
        assert np.abs(bayes.feature_log_prob_.T - case["feature_log_prob"]).max() <= 1e-12
    assert looked_at > 30


@pytest.mark.parametrize("estimator", [NaiveBayes(), LogisticRegression()], ids=repr)
def test_rows_in_any_form(estimator: Any) -> None:
    rows, labels = examples()
    rows[rows < 1] = 0
    expected = copy.deepcopy(estimator).fit(rows, labels).predict_proba(rows)
    csr = scipy.sparse.csr_matrix(rows)
    # Neither in order nor once each: what SciPy calls not canonical.
    twice = scipy.sparse.csr_matrix(
        (
            np.repeat(csr.data / 2, 2)[::-1],
            np.repeat(csr.indices, 2)[::-1],
            2 * (csr.nnz - csr.indptr[::-1]),
        ),
        shape=csr.shape,
    )[::-1]
    before = (twice.indices.copy(), twice.data.copy())
    own = SparseMatrix(csr.shape, data=csr.data, indices=csr.indices, indptr=csr.indptr)
    forms = [
        rows.tolist(), np.asfortranarray(rows), rows.astype(np.float32).astype(object),
        pd.DataFrame(rows), csr, csr.tocsc(), csr.tocoo(), csr.tolil(), twice,
        scipy.sparse.csr_array(csr), own,
    ]  # fmt: skip
    for form in forms:
        found = copy.deepcopy(estimator).fit(form, labels).predict_proba(form)
        assert np.allclose(found, expected, atol=1e-4)
    assert np.array_equal(twice.indices, before[0])
    assert np.array_equal(twice.data, before[1])


@pytest.mark.parametrize(
    "labels",
    [
        [2, 0, 1] * 20,
        ["netral", "positif", "negatif"] * 20,
        np.array(["b", "ä", "日本"] * 20, dtype=object),
        pd.Series([1, 5, 3] * 20, index=range(100, 160)),
        pd.Series(["x", "y", "z"] * 20, dtype="category"),
        [True, False, True] * 20,
        [1.0, 2.0, 4.0] * 20,
        np.array([3, 1, 2] * 20, dtype=np.uint8),
    ],
    ids=["int", "str", "object", "Series", "category", "bool", "whole floats", "uint8"],
)
@pytest.mark.parametrize("kind", ["bayes", "logistic"])
def test_labels_of_any_kind(labels: Any, kind: str) -> None:
    rows, _ = examples()
    if kind == "bayes":
        ours, theirs = NaiveBayes(), sklearn.naive_bayes.MultinomialNB()
    else:
        ours = LogisticRegression(tol=1e-9)
        theirs = sklearn.linear_model.LogisticRegression(tol=1e-9, max_iter=1000)
    ours.fit(rows, labels)
    theirs.fit(rows, labels)
    assert ours.classes_.tolist() == theirs.classes_.tolist()
    # scikit-learn's naive Bayes makes texts of objects; its logistic regression keeps the kind.
    keeps_kind = kind == "logistic" or ours.classes_.dtype.kind != "O"
    assert not keeps_kind or ours.classes_.dtype == theirs.classes_.dtype
    assert ours.predict(rows).tolist() == theirs.predict(rows).tolist()
    assert ours.predict(rows).dtype == ours.classes_.dtype
    assert ours.n_features_in_ == theirs.n_features_in_


def test_naive_bayes_learns_in_pieces() -> None:
    rows, labels = examples()
    whole = NaiveBayes().fit(rows, labels)
    pieces = NaiveBayes()
    for start in range(0, 60, 7):
        part = slice(start, start + 7)
        # Without all classes in it, a piece must say which there are.
        pieces.partial_fit(rows[part], labels[part], classes=[0, 1, 2] if not start else None)
    assert np.allclose(pieces.feature_count_, whole.feature_count_, rtol=1e-14)
    assert np.allclose(pieces.predict_proba(rows), whole.predict_proba(rows), atol=1e-12)
    known = pieces.predict_proba(rows)
    with pytest.raises(pantau.InvalidInputError, match=r"labels: 7 is none of the classes \[0, 1"):
        pieces.partial_fit(rows[:1], [7])
    with pytest.raises(pantau.InvalidInputError, match="columns"):
        pieces.partial_fit(rows[:1, :3], [1])
    with pytest.raises(pantau.InvalidInputError, match="classes: other ones than before"):
        pieces.partial_fit(rows[:1], [1], classes=[0, 1])
    assert np.array_equal(pieces.predict_proba(rows), known)
    with pytest.raises(pantau.InvalidInputError, match="classes: the first call"):
        NaiveBayes().partial_fit(rows, labels)


def test_logistic_regression_goes_on_learning(corpus: Corpus) -> None:
    rows, labels = counted(corpus, "smsa", 3_000)
    whole = LogisticRegression().fit(rows[:2_500], labels[:2_500])
    pieces = LogisticRegression().fit(rows[:1_500], labels[:1_500])
    few = pieces.score(rows[2_500:], labels[2_500:])
    pieces.partial_fit(rows[1_500:2_500], labels[1_500:2_500])
    more = pieces.score(rows[2_500:], labels[2_500:])
    assert more >= few - 0.01
    assert abs(more - whole.score(rows[2_500:], labels[2_500:])) <= 0.03
    fresh = LogisticRegression().partial_fit(rows[:500], labels[:500], classes=np.unique(labels))
    assert fresh.score(rows[:500], labels[:500]) > 0.7


def test_weights_count_as_repetitions_do() -> None:
    rows, labels = examples()
    weights = np.arange(60) % 4
    repeated, their_labels = rows.repeat(weights, axis=0), labels.repeat(weights)
    for make in (NaiveBayes, lambda: LogisticRegression(tol=1e-11)):
        weighed = make().fit(rows, labels, sample_weight=weights)
        again = make().fit(repeated, their_labels)
        assert np.allclose(weighed.predict_proba(rows), again.predict_proba(rows), atol=1e-9)
    given = {0: 2.0, 2: 0.5}
    ours = LogisticRegression(tol=1e-10, class_weight=given).fit(rows, labels)
    theirs = sklearn.linear_model.LogisticRegression(tol=1e-10, class_weight=given, max_iter=1000)
    assert np.abs(ours.coef_ - theirs.fit(rows, labels).coef_).max() <= 1e-4


def test_a_warm_start_saves_iterations() -> None:
    rows, labels = examples(300)
    cold = LogisticRegression(tol=1e-10).fit(rows, labels)
    warm = LogisticRegression(tol=1e-10, warm_start=True).fit(rows, labels)
    warm.fit(rows, labels)
    assert warm.n_iter_[0] < cold.n_iter_[0]
    assert np.allclose(warm.coef_, cold.coef_, atol=1e-6)
    # Other columns or labels are another matter.
    warm.fit(rows[:, :3], labels)
    warm.fit(rows[:, :3], labels + 1)
    assert warm.classes_.tolist() == [1, 2, 3]


def test_the_same_bytes_on_any_number_of_threads(corpus: Corpus) -> None:
    rows, labels = counted(corpus, "smsa")
    one, two, again = (
        LogisticRegression(random_state=3, threads=threads).fit(rows, labels)
        for threads in (1, 2, 2)
    )
    assert one.coef_.tobytes() == two.coef_.tobytes() == again.coef_.tobytes()
    assert one.intercept_.tobytes() == two.intercept_.tobytes()
    assert one.predict_proba(rows).tobytes() == two.predict_proba(rows).tobytes()
    alone = np.vstack([one.predict_proba(rows[row]) for row in range(50)])
    assert alone.tobytes() == one.predict_proba(rows)[:50].tobytes()


@pytest.mark.parametrize(
    "estimator",
    [
        NaiveBayes(kind="complement", alpha=0.3, norm=True),
        NaiveBayes(class_prior=[0.2, 0.3, 0.5]),
        LogisticRegression(penalty="l1", C=3.0),
        LogisticRegression(penalty=None, class_weight={1: 2.0}, fit_intercept=False),
    ],
    ids=repr,
)
def test_pickles_and_copies_answer_alike(estimator: Any) -> None:
    rows, labels = examples()
    estimator = copy.deepcopy(estimator).fit(rows, labels)
    expected = estimator.predict_proba(rows)
    for again in (pickle.loads(pickle.dumps(estimator)), copy.deepcopy(estimator)):
        assert repr(again) == repr(estimator)
        assert again.predict_proba(rows).tobytes() == expected.tobytes()
        assert again.classes_.tolist() == estimator.classes_.tolist()
        # What was learnt is all there: learning goes on alike.
        again.partial_fit(rows[:9], labels[:9])
        other = copy.deepcopy(estimator).partial_fit(rows[:9], labels[:9])
        assert again.predict_proba(rows).tobytes() == other.predict_proba(rows).tobytes()
    assert estimator.predict_proba(rows).tobytes() == expected.tobytes()


def test_an_early_end_is_told() -> None:
    rows, labels = examples(200)
    with pytest.warns(ConvergenceWarning, match="in 1 iterations; raise max_iter or tol"):
        LogisticRegression(max_iter=1, tol=1e-12).fit(rows, labels)
    # Floats have an end; more iterations are no help against it.
    for penalty in ("l1", "l2"):
        with pytest.warns(ConvergenceWarning, match="more would change nothing; raise tol"):
            LogisticRegression(tol=1e-30, penalty=penalty).fit(rows, labels)


def test_errors_about_many_labels_stay_short() -> None:
    labels = [f"label {number}" for number in range(1_000)]
    classifier = NaiveBayes().partial_fit(np.eye(1_000), labels, classes=labels)
    with pytest.raises(pantau.InvalidInputError, match="is none of the classes") as raised:
        classifier.partial_fit([[1.0] * 1_000], ["x" * 1_000])
    assert len(str(raised.value)) < 500
    with pytest.raises(pantau.InvalidInputError, match="other ones than before") as raised:
        classifier.partial_fit([[1.0] * 1_000], ["label 1"], classes=["a", "b"])
    assert len(str(raised.value)) < 300
    with pytest.raises(pantau.InvalidInputError, match="parts: expected a list") as raised:
        TfidfVectorizer(parts="x" * 1_000).fit(["a"])
    assert len(str(raised.value)) < 300


def test_settings_show_where_they_differ() -> None:
    assert repr(NaiveBayes()) == "NaiveBayes()"
    assert repr(LogisticRegression(C=2, penalty="l1")) == "LogisticRegression(penalty='l1', C=2)"
    classifier = LogisticRegression().set_params(C=3.0, tol=0.1)
    assert (classifier.C, classifier.get_params()["tol"]) == (3.0, 0.1)
    with pytest.raises(pantau.InvalidInputError, match="c: no setting of LogisticRegression; ther"):
        classifier.set_params(c=1)
    assert LogisticRegression(class_weight={"a": 1}).get_params()["class_weight"] == {"a": 1}
