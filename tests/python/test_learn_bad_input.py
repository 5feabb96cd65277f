"""What cannot be learnt from is refused in words that help, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pantau
import polars as pl
import pytest
from pantau import LogisticRegression, NaiveBayes, TfidfVectorizer

BundleOf = Callable[..., pantau.Bundle]
# Equal texts stay together when rows are split, so that these must differ.
TEXTS = [
    f"{text} {number}"
    for number in "abcde"
    for text in ["bagus sekali", "sangat bagus", "lemot", "lemot terus"]
]
LABELS = ["good", "good", "bad", "bad"] * 5
DATA = list(zip(TEXTS, LABELS, strict=True))
NAN = float("nan")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "data: there are 0 rows"),
        ({"text": [], "label": []}, "data: there are 0 rows"),
        ([(text, "good") for text in TEXTS], "good"),
        ({"text": [""] * 20, "label": LABELS}, "texts: all 20 of them are empty"),
        ({"text": TEXTS, "label": [*LABELS[:-1], NAN]}, "the label of row 19 is missing"),
        ({"text": TEXTS, "label": [*LABELS[:-1], None]}, "the label of row 19 is missing"),
        ({"text": TEXTS, "label": [*LABELS[:-1], "  "]}, "the label of row 19 is empty"),
        ({"text": TEXTS, "label": [*LABELS[:-1], [1]]}, "the label of row 19 is a list"),
        ({"text": [*TEXTS[:-1], None], "label": LABELS}, "the text at position 19 is missing"),
        ({"text": [*TEXTS[:-1], 5], "label": LABELS}, "expected text at position 19, got int"),
        ({"text": TEXTS, "label": LABELS[:-1]}, "20 texts have 19 labels"),
        (
            {"texts": TEXTS, "label": LABELS},
            'no column "text" among "texts", "label"; did you mean',
        ),
        ({"text": TEXTS, "Label": LABELS}, 'no column "label" among "text", "Label"; did you mean'),
        ([{"text": "a", "label": "b"}, {"text": "a", "lable": "b"}], "row 1.*did you mean"),
        (pd.DataFrame({"ulasan": TEXTS, "label": LABELS}), 'no column "text" among "ulasan", "lab'),
        (pl.DataFrame({"text": TEXTS, "y": LABELS}), 'no column "label" among "text", "y"'),
        (
            pd.DataFrame({"text": TEXTS, "label": [pd.NA, *LABELS[1:]]}),
            "the label of row 0 is missing",
        ),
        (["bagus", "lemot"], "row 0 is a str"),
        ([("a", "b", "c")], "row 0 is a tuple"),
        (5, "expected|got int"),
        ("nothing-here.csv", "nothing-here.csv"),
    ],
)
def test_data_that_cannot_be_learnt_from(data: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(pantau.Error, match=message):
        pantau.train(data, tmp_path / "reviews")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "text"),
        ("text,label\n", "there are 0 rows"),
        ("review,label\na,b\n", 'no column "text" among "review", "label"'),
        ("text,lebel\na,b\n", 'no column "label" among "text", "lebel"; did you mean "lebel"'),
        ("text,label\na,b\nc\n", "line 3: 1 cells instead of 2"),
        ("text,label\na,b\n\n\nc,\n", "line 5: its label is empty"),
    ],
)
def test_files_that_cannot_be_read(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(pantau.InvalidInputError, match=message):
        pantau.train(path, tmp_path / "reviews")
    assert [entry.name for entry in tmp_path.iterdir()] == ["data.csv"]
    (tmp_path / "data.jsonl").write_text('{"text": "a", "label": "b"}\n{"text": 3}\n')
    with pytest.raises(pantau.InvalidInputError, match="line 2"):
        pantau.train(tmp_path / "data.jsonl", tmp_path / "reviews")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "svm"}, "svm"),
        ({"folds": 1}, "folds: 1 is not 2 to 20"),
        ({"folds": -1}, "folds: expected an int of at least 0, got -1"),
        ({"folds": 3.0}, "folds: expected an int of at least 0, got 3.0"),
        ({"seed": -1}, "seed: expected an int of at least 0, got -1"),
        ({"seed": 2**64}, "seed: expected an int of at least 0, got 18446744073709551616"),
        ({"strengths": [0.0]}, "strengths: 0 is not"),
        ({"strengths": [NAN]}, "strengths: NaN is not"),
        ({"test_share": 1.0}, "share"),
        ({"validation_share": -0.1}, "share"),
        ({"features": {"min_df": 100}}, "min_df|n-gram"),
        ({"features": {"analyser": "char"}}, 'features: "analyser" is no setting'),
        ({"features": 5}, "features: expected a dict or a list of dicts, got int"),
        ({"encoder": "somewhere"}, "encoder: only an encoder-head has one"),
        ({"kind": "encoder-head"}, "encoder: an encoder-head needs one"),
        ({"words": True}, "words: an encoder-head may look at them"),
        ({"threads": 0}, "threads: expected an int of at least 1, got 0"),
        ({"text": "review"}, 'expected|no column "review"'),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], message: str, tmp_path: Path) -> None:
    data = {"text": TEXTS, "label": LABELS}
    with pytest.raises(pantau.Error, match=message):
        pantau.train(data, tmp_path / "reviews", **settings)
    assert not list(tmp_path.iterdir())


def test_a_label_with_one_row_is_learnt_or_refused_by_name(tmp_path: Path) -> None:
    data = [*DATA, ("aneh sendiri", "rare")]
    try:
        classifier = pantau.train(data, tmp_path / "reviews", kind="tfidf-nb")
    except pantau.InvalidInputError as error:
        assert "rare" in str(error)
        assert not list(tmp_path.iterdir())
    else:
        assert classifier.labels == ["bad", "good", "rare"]


def test_a_label_unseen_in_training_counts_as_wrong(tmp_path: Path) -> None:
    classifier = pantau.train(DATA, tmp_path / "reviews", kind="tfidf-nb")
    evaluation = pantau.evaluate(classifier, [("bagus", "good"), ("biasa", "so-so")])
    assert evaluation.accuracy == 0.5
    assert evaluation.to_dict()["unknown_labels"] == {"so-so": 1}
    assert "so-so" in str(evaluation)


def test_models_that_cannot_be_judged(bundle: BundleOf) -> None:
    data = [("a", "positive")]
    with pytest.raises(pantau.InvalidInputError, match=r"model: expected a Classifier.*got int"):
        pantau.evaluate(5, data)  # type: ignore[arg-type]
    with pytest.raises(pantau.NotFoundError):
        pantau.evaluate("nowhere", data)
    with pytest.raises(pantau.InvalidInputError, match="label"):
        pantau.evaluate(bundle("xlm-roberta-multi-label"), data)
    with pytest.raises(pantau.Error):
        pantau.evaluate(bundle("bert-encoder"), data)
    with pytest.raises(pantau.InvalidInputError, match="level"):
        pantau.evaluate(bundle("bert-classifier"), data, level=1.5)
    with pytest.raises(pantau.InvalidInputError, match="slices"):
        pantau.evaluate(bundle("bert-classifier"), data, slices=["a", "b"])
    with pytest.raises(pantau.InvalidInputError, match="model: expected one of Pantau's"):
        pantau.assess(NaiveBayes().fit([[1], [2]], [0, 1]), data)  # type: ignore[arg-type]

    class Odd:
        classes_ = ("positive", "negative")

        def predict_proba(self, texts: list[str]) -> Any:
            return np.array([[np.nan, 1.0]])

    with pytest.raises(pantau.InvalidInputError, match="NaN"):
        pantau.evaluate(Odd(), data)


def test_pools_that_cannot_be_chosen_from() -> None:
    with pytest.raises(pantau.InvalidInputError, match="NaN"):
        pantau.select([[0.5, NAN]], 1)
    with pytest.raises(pantau.InvalidInputError):
        pantau.select([0.5, 0.5], 1)
    with pytest.raises(pantau.InvalidInputError, match="features: row 0 holds NaN"):
        pantau.select([[0.5, 0.5]], 1, strategy="diversity", features=[[NAN]])
    with pytest.raises(pantau.InvalidInputError, match="share"):
        pantau.select([[0.5, 0.5]], 1, random_share=2.0)
    few = pantau.select([[0.5, 0.5]], 0)
    assert few == []


@pytest.mark.parametrize("number", [-1, 2**64, 1.5, "2", None, True])
def test_numbers_that_cannot_count(number: Any, bundle: BundleOf) -> None:
    model = bundle("bert-classifier")
    data = [("a", "positive")]
    with pytest.raises(pantau.InvalidInputError, match="count: expected an int of at least 0"):
        pantau.select([[0.5, 0.5]], number)
    with pytest.raises(pantau.InvalidInputError, match="seed: expected an int of at least 0"):
        pantau.select([[0.5, 0.5]], 1, seed=number)
    for name in ("resamples", "seed", "worst"):
        with pytest.raises(pantau.InvalidInputError, match=f"{name}: expected an int of at least"):
            pantau.evaluate(model, data, **{name: number})
    for name in ("resamples", "seed"):
        with pytest.raises(pantau.InvalidInputError, match=f"{name}: expected an int of at least"):
            pantau.compare(model, model, data, **{name: number})
    with pytest.raises(pantau.InvalidInputError, match="budget: expected an int of at least 0"):
        pantau.Classifier.open(model).explain("a", budget=number)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "texts: there are none to learn from"),
        (["", " "], "."),
        (["a b c", "d"], "."),
        ("bagus", "texts: one text was passed; pass many"),
        (None, "texts: expected texts, got a missing one"),
        (["bagus", None], "the text at position 1 is missing"),
        (["bagus", NAN], "the text at position 1 is missing"),
        ([b"bagus"], "expected text at position 0, got bytes"),
        (pd.DataFrame({"a": ["b"]}), "a table was passed; pass one of its columns"),
        (np.array([["a"], ["b"]]), "the array has 2 dimensions instead of 1"),
        (5, "expected text"),
    ],
)
def test_texts_that_cannot_be_counted(texts: Any, message: str) -> None:
    for learn in ("fit", "fit_transform"):
        with pytest.raises(pantau.InvalidInputError, match=message):
            getattr(TfidfVectorizer(), learn)(texts)
    fitted = TfidfVectorizer().fit(TEXTS)
    if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
        assert fitted.transform(texts).nnz == 0
    else:
        with pytest.raises(pantau.InvalidInputError, match=message):
            fitted.transform(texts)


@pytest.mark.parametrize("make", [NaiveBayes, LogisticRegression])
@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        ([[1.0], [2.0]], ["a", "a"], "labels: 1 class, a; the fewest are 2"),
        ([[1.0], [2.0]], ["a"], "labels: 1 class|1 for 2 examples"),
        ([[1.0], [2.0], [3.0]], ["a", "b"], "labels: 2 for 3 examples"),
        ([[1.0], [NAN]], ["a", "b"], "examples: row 1 holds NaN in column 0"),
        ([[1.0], [float("inf")]], ["a", "b"], "examples: row 1 holds inf in column 0"),
        ([["x"], ["y"]], ["a", "b"], "examples: expected numbers, got <U1"),
        ([[1.0], [2.0, 3.0]], ["a", "b"], "examples: expected (rows of )?numbers"),
        ([[1.0], [2.0]], ["a", NAN], "labels: the label of row 1 is missing"),
        ([[1.0], [2.0]], [0.0, NAN], "labels: the label of row 1 is missing"),
        ([[1.0], [2.0]], pd.Series(["a", None]), "labels: the label of row 1 is missing"),
        ([[1.0], [2.0]], pd.Series([1, pd.NA], dtype="Int64"), "the label of row 1 is missing"),
        ([[1.0], [2.0]], ["a", 1], "labels: expected one kind, got int and str"),
        ([[1.0], [2.0]], [0.5, 1.0], "labels: 0.5 is no class"),
        ([[1.0], [2.0]], [["a"], ["b"]], "expected a label for each row, got 2 dimensions"),
    ],
)
def test_examples_that_cannot_be_learnt_from(
    make: Any, rows: Any, labels: Any, message: str
) -> None:
    estimator = make()
    with pytest.raises(pantau.InvalidInputError, match=message):
        estimator.fit(rows, labels)
    assert not hasattr(estimator, "classes_")


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (NaiveBayes(alpha=0), "alpha: 0 is not above 0"),
        (NaiveBayes(alpha="much"), "alpha: expected a number above 0, got 'much'"),
        (NaiveBayes(kind="gaussian"), 'kind: expected one of "multinomial", "complement", got'),
        (NaiveBayes(class_prior=[0.5]), "class prior: 1 for 2 classes"),
        (NaiveBayes(class_prior=[0.0, 1.0]), "class prior: class 0 has 0"),
        (NaiveBayes(norm=None), "norm: expected True or False, got None"),
        (LogisticRegression(C=-1), "c: -1 is not above 0"),
        (LogisticRegression(C=None), "C: expected a number above 0, got None"),
        (LogisticRegression(tol=NAN), "tolerance: NaN is not above 0"),
        (LogisticRegression(max_iter=0), "max_iterations: 0 is not above 0"),
        (LogisticRegression(max_iter=1.5), "max_iter: expected a whole number of at least 1"),
        (LogisticRegression(penalty="elasticnet"), 'penalty: expected one of "l1", "l2", got'),
        (LogisticRegression(class_weight="equal"), 'class_weight: expected one of "balanced"'),
        (LogisticRegression(class_weight={"c": 1}), "class_weight: no label 'c' in y"),
        (LogisticRegression(class_weight={"a": -1}), "class weights: number 0 is -1"),
        (LogisticRegression(random_state=-1), "random_state: expected a whole number of at least"),
        (LogisticRegression(random_state=np.random), "random_state: expected a whole number of at"),
        (LogisticRegression(threads=0), "threads: expected an int of at least 1, got 0"),
    ],
    ids=repr,
)
def test_estimators_that_cannot_be(estimator: Any, message: str) -> None:
    with pytest.raises(pantau.InvalidInputError, match=message):
        estimator.fit([[1.0], [2.0]], ["a", "b"])
    assert not hasattr(estimator, "classes_")


@pytest.mark.parametrize("make", [NaiveBayes, LogisticRegression])
def test_weights_that_cannot_be(make: Any) -> None:
    rows, labels = [[1.0], [2.0], [3.0]], ["a", "b", "b"]
    for weights, message in [
        ([1.0, 1.0], "2 for 3 examples"),
        ([1.0, -1.0, 1.0], "number 1 is -1, the least is 0"),
        ([1.0, NAN, 1.0], "number 1 is NaN"),
        ([0.0, 0.0, 0.0], "sample_weight: every weight is zero"),
        ([0.0, 1.0, 1.0], "class 0 has no example that counts"),
        (["a", "b", "c"], "sample_weight: expected numbers"),
    ]:
        with pytest.raises(pantau.InvalidInputError, match=message):
            make().fit(rows, labels, sample_weight=weights)


def test_embeddings_with_holes_are_refused() -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 8)).astype(np.float32)
    vectors[7, 3] = np.nan
    with pytest.raises(pantau.InvalidInputError, match="row 7 holds NaN in column 3"):
        LogisticRegression().fit(vectors, LABELS)
