"""scikit-learn's own tools take Pantau's estimators, and its pipelines become bundles."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pantau
import pantau.sklearn
import pytest
import sklearn.base
import sklearn.calibration
import sklearn.ensemble
import sklearn.feature_extraction.text
import sklearn.linear_model
import sklearn.model_selection
import sklearn.naive_bayes
import sklearn.pipeline
import sklearn.preprocessing
import sklearn.utils.estimator_checks
from pantau import LogisticRegression, NaiveBayes, TfidfVectorizer
from sklearn.exceptions import NotFittedError

Golden = Callable[[str], list[dict[str, Any]]]
Corpus = Callable[[str], tuple[list[str], list[str]]]
TEXTS = ["bagus sekali", "sangat bagus", "lemot", "lemot dan mahal", "biasa", "biasa saja"] * 5
LABELS = ["good", "good", "bad", "bad", "so-so", "so-so"] * 5

WORDS = "the mistake is refused as it should be; the check wants scikit-learn's own words for it"
EXCEPTIONS = {
    "check_complex_data": WORDS,
    "check_estimators_empty_data_messages": WORDS,
    "check_fit2d_predict1d": WORDS,
    "check_n_features_in_after_fitting": WORDS,
    "check_positive_only_tag_during_fit": WORDS,
    "check_requires_y_none": WORDS,
    "check_dtype_object": "what is no number is an InvalidInputError here, never a TypeError",
    "check_supervised_y_2d": "a column in the place of labels is an error here, not a warning",
}


ESTIMATORS = [
    # Some checks compare what two fits come to, which depends on where they end.
    LogisticRegression(tol=1e-11),
    LogisticRegression(penalty="l1", class_weight="balanced"),
    NaiveBayes(),
    NaiveBayes(kind="complement"),
    TfidfVectorizer(),
]


def all_checks() -> Iterator[Any]:
    """scikit-learn's checks of each estimator, those expected to fail marked with the reason."""
    for estimator in ESTIMATORS:
        with warnings.catch_warnings():
            # It warns of what does not inherit from its own classes.
            warnings.simplefilter("ignore")
            checks = list(sklearn.utils.estimator_checks.estimator_checks_generator(estimator))
        for instance, check in checks:
            name = check.func.__name__
            reason = EXCEPTIONS.get(name)
            if name == "check_positive_only_tag_during_fit" and not isinstance(
                estimator, NaiveBayes
            ):
                reason = None
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            if name == "check_array_api_input":
                # It runs only where an environment variable asks for it.
                continue
            yield pytest.param(instance, check, marks=marks, id=f"{estimator!r}-{name}")


@pytest.mark.parametrize(("estimator", "check"), list(all_checks()))
def test_scikit_learns_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    with warnings.catch_warnings():
        # Some checks end learning early on purpose.
        warnings.simplefilter("ignore")
        check(estimator)


def test_mistakes_behind_the_exceptions_are_refused() -> None:
    rows, labels = np.abs(np.random.default_rng(0).normal(size=(12, 3))), [0, 1] * 6
    for make in (LogisticRegression, NaiveBayes):
        for wrong, message in [
            ((rows.astype(complex), labels), "examples: expected numbers, got complex128"),
            ((rows[:, :0], labels), "examples: they have 0 columns, the fewest are 1"),
            ((rows[:0], []), "labels: no class; the fewest are 2"),
            ((rows, None), "labels: expected a label for each row, got None"),
            ((rows, np.array(labels)[:, None]), "labels: expected a label for each row, got 2 dim"),
            ((rows[0], labels), "examples: expected rows of numbers, got 1 dimension"),
            ((np.array([[{}]] * 12), labels), "examples: expected numbers"),
        ]:
            with pytest.raises(pantau.InvalidInputError, match=message):
                make().fit(*wrong)
        fitted = make().fit(rows, labels)
        with pytest.raises(pantau.InvalidInputError, match="examples: 2 columns, the model has 3"):
            fitted.predict(rows[:, :2])
        with pytest.raises(pantau.InvalidInputError, match="got 1 dimension"):
            fitted.predict(rows[0])
    with pytest.raises(pantau.InvalidInputError, match="the least is 0"):
        NaiveBayes().fit(-rows, labels)


def test_clones_have_the_same_settings_and_nothing_learnt() -> None:
    vectorizer = TfidfVectorizer(min_df=2, parts=[{"norm": None}]).fit(TEXTS)
    again = sklearn.base.clone(vectorizer)
    assert again.get_params() == vectorizer.get_params()
    assert not hasattr(again, "vocabulary_")
    assert sklearn.base.is_classifier(LogisticRegression())
    assert not sklearn.base.is_classifier(TfidfVectorizer())


def test_cross_validation_finds_the_same(corpus: Corpus) -> None:
    texts, labels = corpus("nusax/javanese")
    ours = sklearn.pipeline.make_pipeline(
        TfidfVectorizer(sublinear_tf=True), LogisticRegression(tol=1e-8)
    )
    theirs = sklearn.pipeline.make_pipeline(
        sklearn.feature_extraction.text.TfidfVectorizer(sublinear_tf=True),
        sklearn.linear_model.LogisticRegression(tol=1e-8, max_iter=1000),
    )
    for scoring in ("accuracy", "f1_macro", "neg_log_loss"):
        found, expected = (
            sklearn.model_selection.cross_val_score(one, texts, labels, cv=3, scoring=scoring)
            for one in (ours, theirs)
        )
        assert np.allclose(found, expected, atol=1e-6), scoring


def test_grids_are_searched() -> None:
    pipeline = sklearn.pipeline.Pipeline(
        [("words", TfidfVectorizer()), ("classifier", NaiveBayes())]
    )
    grid = {
        "words__min_df": np.array([1, 2]),
        "words__ngram_range": [(1, 1), (1, 2)],
        "classifier__alpha": np.logspace(-2, 0, 3),
        "classifier__kind": ["multinomial", "complement"],
    }
    search = sklearn.model_selection.GridSearchCV(pipeline, grid, cv=2, n_jobs=2)
    search.fit(TEXTS, LABELS)
    assert search.best_score_ == 1.0
    assert search.predict(["bagus"]).tolist() == ["good"]
    assert search.best_estimator_.get_params()["words__min_df"] in (1, 2)


def test_pipelines_mix_parts_of_both() -> None:
    theirs_first = sklearn.pipeline.make_pipeline(
        sklearn.feature_extraction.text.CountVectorizer(),
        sklearn.feature_extraction.text.TfidfTransformer(),
        LogisticRegression(),
    )
    ours_first = sklearn.pipeline.make_pipeline(
        TfidfVectorizer(), sklearn.naive_bayes.MultinomialNB()
    )
    scaled = sklearn.pipeline.make_pipeline(
        sklearn.pipeline.make_union(TfidfVectorizer(), TfidfVectorizer(analyzer="char")),
        sklearn.preprocessing.MaxAbsScaler(),
        LogisticRegression(C=10),
    )
    calibrated = sklearn.calibration.CalibratedClassifierCV(
        sklearn.pipeline.make_pipeline(TfidfVectorizer(), NaiveBayes()), cv=2
    )
    for pipeline in (theirs_first, ours_first, scaled, calibrated):
        pipeline.fit(TEXTS, LABELS)
        assert pipeline.predict(["bagus", "lemot"]).tolist() == ["good", "bad"]
        # And what comes out is judged like Pantau's own.
        assert pantau.evaluate(pipeline, list(zip(TEXTS, LABELS, strict=True))).accuracy == 1.0
    voting = sklearn.ensemble.VotingClassifier(
        [("bayes", NaiveBayes()), ("logistic", LogisticRegression())], voting="soft"
    )
    rows = TfidfVectorizer().fit_transform(TEXTS)
    assert voting.fit(rows, LABELS).score(rows, LABELS) == 1.0
    columns = sklearn.pipeline.make_pipeline(
        sklearn.preprocessing.StandardScaler(), LogisticRegression()
    )
    table = pd.DataFrame({"a": [0.0, 1.0, 5.0, 6.0], "b": [1.0, 0.0, 1.0, 0.0]})
    assert columns.fit(table, [0, 0, 1, 1]).predict(table).tolist() == [0, 0, 1, 1]


def test_what_is_not_fitted_says_so() -> None:
    for estimator, method in [
        (TfidfVectorizer(), "transform"),
        (LogisticRegression(), "predict"),
        (NaiveBayes(), "predict_proba"),
    ]:
        with pytest.raises(NotFittedError, match="not fitted yet; call fit first") as caught:
            getattr(estimator, method)([])
        assert isinstance(caught.value, pantau.InvalidInputError)
        for attribute in ("vocabulary_", "coef_", "feature_log_prob_", "classes_"):
            assert not hasattr(estimator, attribute)


def test_scikit_learn_is_not_needed(run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        import pickle
        import sys

        for name in ("sklearn", "scipy", "scipy.sparse", "torch", "pandas"):
            sys.modules[name] = None
        import pantau

        texts, labels = ["bagus", "lemot"] * 3, ["good", "bad"] * 3
        vectorizer = pantau.TfidfVectorizer()
        rows = vectorizer.fit_transform(texts)
        for classifier in (pantau.NaiveBayes(), pantau.LogisticRegression(C=10)):
            classifier.fit(rows, labels)
            again = pickle.loads(pickle.dumps(classifier))
            print(*again.predict(vectorizer.transform(["bagus"])), again.score(rows, labels))
        try:
            pantau.NaiveBayes().predict(rows)
        except pantau.InvalidInputError as error:
            print(type(error) is pantau.InvalidInputError)
        """
    )
    assert printed == "good 1.0\ngood 1.0\nTrue\n"


def test_golden_pipelines_answer_as_they_did(golden: Golden, tmp_path: Path) -> None:
    cases = golden("sklearn.jsonl")
    assert len(cases) >= 5
    for number, case in enumerate(cases):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(case["pipeline"]), encoding="utf-8")
        bundle = pantau.import_sklearn(path, tmp_path / f"bundle-{number}")
        found = pantau.Classifier.open(bundle).predict(case["texts"])
        assert found.labels == case["pipeline"]["labels"]
        assert np.abs(found.probabilities - case["probabilities"]).max() <= 1e-12


@pytest.mark.parametrize("name", ["smsa", "uci_sentences"])
def test_exported_pipelines_answer_alike(name: str, corpus: Corpus, tmp_path: Path) -> None:
    texts, labels = corpus(name)
    pipeline = sklearn.pipeline.make_pipeline(
        sklearn.feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2), min_df=2),
        sklearn.linear_model.LogisticRegression(C=10, max_iter=1000),
    ).fit(texts[:1_000], labels[:1_000])
    pantau.sklearn.export(pipeline, tmp_path / "pipeline.json")
    bundle = pantau.import_sklearn(tmp_path / "pipeline.json", tmp_path / "reviews", name="old")
    assert bundle.manifest["name"] == "old"
    classifier = pantau.Classifier.open(bundle)
    others = texts[1_000:1_500]
    found, expected = classifier.predict(others), pipeline.predict_proba(others)
    assert found.labels == pipeline.classes_.tolist()
    assert np.abs(found.probabilities - expected).max() <= 1e-12
    assert found.label == pipeline.predict(others).tolist()
    explanation = classifier.explain(others[0])
    parts = sum(value for _, value in explanation.contributions)
    assert abs(explanation.score - explanation.baseline - parts) < 1e-9


def test_what_cannot_be_exported_is_named(tmp_path: Path) -> None:
    make = sklearn.pipeline.make_pipeline
    vectorizer = sklearn.feature_extraction.text.TfidfVectorizer
    regression = sklearn.linear_model.LogisticRegression
    for pipeline, message in [
        (regression(), "cannot export LogisticRegression: a Pipeline is needed"),
        (make(vectorizer()), "it needs a vectorizer and a classifier"),
        (make(vectorizer(), sklearn.linear_model.RidgeClassifier()), "RidgeClassifier: it has no"),
        (make(vectorizer(tokenizer=str.split, token_pattern=None), regression()), "a custom token"),
        (
            make(vectorizer(), sklearn.preprocessing.MaxAbsScaler(), regression()),
            "MaxAbsScaler: it has no counterpart",
        ),
    ]:
        if len(TEXTS) and hasattr(pipeline, "steps") and len(pipeline.steps) > 1:
            pipeline.fit(TEXTS, LABELS)
        with pytest.raises(pantau.InvalidInputError, match=message):
            pantau.sklearn.export(pipeline, tmp_path / "pipeline.json")
    with pytest.raises(NotFittedError):
        pantau.sklearn.to_dict(make(vectorizer(), regression()))
    assert not list(tmp_path.iterdir())


def test_broken_exports_leave_nothing(golden: Golden, tmp_path: Path) -> None:
    path, output = tmp_path / "pipeline.json", tmp_path / "bundle"
    with pytest.raises(pantau.NotFoundError, match=r"pantau\.sklearn\.export"):
        pantau.import_sklearn(path, output)
    good = golden("sklearn.jsonl")[0]["pipeline"]
    for broken, kind in [
        ("{", pantau.InvalidInputError),
        (json.dumps(good | {"format": 9}), pantau.IncompatibleError),
        (json.dumps(good | {"coefficients": [[1.0]]}), pantau.InvalidInputError),
        (json.dumps(good | {"code": "import os"}), pantau.InvalidInputError),
    ]:
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(kind):
            pantau.import_sklearn(path, output)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pipeline.json"]
    path.write_text(json.dumps(good), encoding="utf-8")
    pantau.import_sklearn(path, output)
    with pytest.raises(pantau.Error, match=r"overwrite|exists|there"):
        pantau.import_sklearn(path, output)
    pantau.import_sklearn(path, output, overwrite=True)
