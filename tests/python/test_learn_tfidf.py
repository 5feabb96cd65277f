"""TF-IDF gives scikit-learn's numbers, for its settings, in the forms that Python has."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pantau
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import sklearn.feature_extraction.text
from pantau import SparseMatrix, TfidfVectorizer, text

Golden = Callable[[str], list[dict[str, Any]]]
Corpus = Callable[[str], tuple[list[str], list[str]]]
TEXTS = ["Filmnya bagus sekali!", "Filmnya jelek", "bagus bagus, murah", ""]
PATTERN = r"(?u)\b\w\w+\b"
# Each corpus with settings that matter for it; together they cover them all.
SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("smsa", {}),
    ("smsa", {"ngram_range": (1, 2), "min_df": 2, "sublinear_tf": True}),
    ("smsa", {"ngram_range": (2, 3), "norm": "l1"}),
    ("nusax/javanese", {"analyzer": "char_wb", "ngram_range": (2, 4), "max_df": 0.5}),
    ("nusax/sundanese", {"analyzer": "char", "ngram_range": (1, 3), "lowercase": False}),
    ("nusax/minangkabau", {"strip_accents": "unicode", "binary": True, "use_idf": False}),
    ("uci_sentences", {"token_pattern": r"(?u)\b[^\W\d_]+(?:'\w+)?", "smooth_idf": False}),
    ("uci_sentences", {"stop_words": ["the", "and", "not"], "norm": None, "min_df": 0.001}),
    ("topics/bbc_news", {"strip_accents": "ascii", "max_df": 0.2, "min_df": 3}),
]
SLOW: list[tuple[str, dict[str, Any]]] = [
    ("topics/20ng", {"ngram_range": (1, 2)}),
    ("topics/20ng", {"analyzer": "char_wb", "ngram_range": (3, 5), "min_df": 5}),
    ("smsa", {"analyzer": "char", "ngram_range": (2, 5)}),
]


def assert_as_sklearn(texts: list[str], settings: dict[str, Any]) -> None:
    ours = TfidfVectorizer(**settings)
    theirs = sklearn.feature_extraction.text.TfidfVectorizer(**settings)
    half = len(texts) // 2
    rows, expected = ours.fit_transform(texts[:half]), theirs.fit_transform(texts[:half])
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    assert ours.vocabulary_ == theirs.vocabulary_
    if theirs.use_idf:
        assert np.abs(ours.idf_ - theirs.idf_).max() <= 1e-12
    assert_same_rows(rows, expected)
    assert_same_rows(ours.transform(texts[half:]), theirs.transform(texts[half:]))
    fitted = TfidfVectorizer(**settings).fit(texts[:half])
    assert abs(fitted.transform(texts[:half]) - rows).max() == 0


def assert_same_rows(rows: Any, expected: Any) -> None:
    expected.sort_indices()
    assert rows.shape == expected.shape
    assert rows.has_canonical_format
    assert np.array_equal(rows.indptr, expected.indptr)
    assert np.array_equal(rows.indices, expected.indices)
    assert np.abs(rows.data - expected.data).max() <= 1e-12


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_real_texts_give_scikit_learns_numbers(
    name: str, settings: dict[str, Any], corpus: Corpus
) -> None:
    assert_as_sklearn(corpus(name)[0], settings)


def test_newsgroups_give_scikit_learns_numbers(corpus: Corpus) -> None:
    assert_as_sklearn(corpus("topics/20ng")[0][:3_000], {"sublinear_tf": True})


@pytest.mark.slow
@pytest.mark.parametrize(("name", "settings"), SLOW)
def test_many_texts_give_scikit_learns_numbers(
    name: str, settings: dict[str, Any], corpus: Corpus
) -> None:
    assert_as_sklearn(corpus(name)[0], settings)


def test_golden_cases(golden: Golden) -> None:
    cases = golden("tfidf.jsonl")
    assert len(cases) > 30
    for case in cases:
        parts = case["parts"]
        vectorizer = (
            TfidfVectorizer(**parts[0]) if len(parts) == 1 else TfidfVectorizer(parts=parts)
        )
        learnt = vectorizer.fit_transform(case["texts"])
        names = vectorizer.get_feature_names_out().tolist()
        if len(parts) > 1:
            names = [name.split("__", 1)[1] for name in names]
        assert names == case["terms"], parts
        assert np.abs(vectorizer.idf_ - case["idf"]).max() <= 1e-12, parts
        rows = scipy.sparse.vstack([learnt, vectorizer.transform(case["others"])])
        assert rows.shape[0] == len(case["rows"])
        for row, (places, values) in zip(rows, case["rows"], strict=True):
            assert row.indices.tolist() == places, parts
            assert np.allclose(row.data, values, rtol=0, atol=1e-12), parts


def test_the_most_frequent_terms_are_kept(corpus: Corpus) -> None:
    texts = corpus("smsa")[0][:2_000]
    counter = sklearn.feature_extraction.text.CountVectorizer(ngram_range=(1, 2))
    times = np.sort(np.asarray(counter.fit_transform(texts).sum(axis=0))[0])[::-1]
    # Among terms that are equally frequent, scikit-learn's choice follows no rule.
    clear = [limit for limit in range(1, 3_000) if times[limit - 1] > times[limit]]
    for limit in (clear[len(clear) // 2], clear[-1]):
        assert_as_sklearn(texts + texts, {"ngram_range": (1, 2), "max_features": limit})


def test_texts_in_any_form() -> None:
    expected = TfidfVectorizer().fit_transform(TEXTS)
    forms = [tuple(TEXTS), iter(TEXTS), np.array(TEXTS), pd.Series(TEXTS), pl.Series(TEXTS)]
    for form in [*forms, pa.array(TEXTS), (one for one in TEXTS)]:
        assert abs(TfidfVectorizer().fit_transform(form) - expected).max() == 0


def test_parts_stand_side_by_side() -> None:
    words, letters = {"ngram_range": (1, 2)}, {"analyzer": "char_wb", "ngram_range": (2, 3)}
    both = TfidfVectorizer(sublinear_tf=True, parts=[words, letters])
    rows = both.fit_transform(TEXTS)
    alone = [
        TfidfVectorizer(sublinear_tf=True, **part).fit_transform(TEXTS) for part in (words, letters)
    ]
    assert abs(rows - scipy.sparse.hstack(alone)).max() == 0
    names = both.get_feature_names_out()
    assert len(set(names)) == len(names) == rows.shape[1] == len(both.vocabulary_)
    assert names[0] == "0__bagus"
    assert names[-1].startswith("1__")


def test_settings_as_python_has_them() -> None:
    by_dict = TfidfVectorizer(vocabulary={"jelek": 1, "bagus": 0}).fit(TEXTS)
    assert by_dict.vocabulary_ == {"bagus": 0, "jelek": 1}
    by_set = TfidfVectorizer(vocabulary={"jelek", "bagus", "murah"}).fit(TEXTS)
    assert by_set.get_feature_names_out().tolist() == ["bagus", "jelek", "murah"]
    counted = TfidfVectorizer(min_df=np.int64(2), max_df=np.float64(0.9)).fit(TEXTS)
    assert counted.get_feature_names_out().tolist() == ["bagus", "filmnya"]
    shared = TfidfVectorizer(min_df=np.float32(0.5)).fit(TEXTS)
    assert shared.vocabulary_ == counted.vocabulary_
    without = TfidfVectorizer(stop_words="id").fit(["film ini tidak bagus"])
    assert set(without.vocabulary_) == {
        word for word in ["film", "ini", "tidak", "bagus"] if word not in text.StopWords("id")
    }
    assert TfidfVectorizer(ngram_range=[1, 2], token_pattern=None).fit(TEXTS).idf_.shape == (10,)
    assert TfidfVectorizer(token_pattern=PATTERN).get_params()["token_pattern"] == PATTERN


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"analyzer": "words"}, 'analyzer: expected one of "word", "char", "char_wb", got'),
        ({"analyzer": str.split}, "analyzer: expected one of"),
        ({"ngram_range": 2}, "ngram_range: expected two whole numbers, got 2"),
        ({"ngram_range": (2, 1)}, r"ngram_range: \(2, 1\), the first must be 1 to the second"),
        ({"token_pattern": "("}, "token_pattern|pattern"),
        ({"min_df": 0}, "min_df: 0 texts, the least count is 1"),
        ({"min_df": True}, "min_df: expected a number of texts or a share of them, got True"),
        ({"max_df": 1.5}, "max_df: a share of 1.5, allowed are 0 to 1"),
        ({"max_df": "many"}, "max_df: expected a number of texts or a share of them, got 'many'"),
        ({"max_features": -1}, "max_features: expected a whole number or None, got -1"),
        ({"vocabulary": []}, "vocabulary: it has no terms"),
        ({"vocabulary": {"a": 0, "b": 2}}, "vocabulary: of 2 columns, none or several are 1"),
        ({"vocabulary": "abc"}, "vocabulary: expected words in a list, got 'abc'"),
        ({"stop_words": "english"}, 'stop_words: "english" is not one of: id, en; or give a list'),
        ({"norm": "l3"}, 'norm: expected one of "l1", "l2", got \'l3\''),
        ({"binary": "yes"}, "binary: expected True or False, got 'yes'"),
        ({"threads": 0}, "threads: expected an int of at least 1, got 0"),
        ({"parts": []}, "vectorizer: it has no parts"),
        ({"parts": {"norm": None}}, "parts: expected a list of dicts, got"),
        ({"parts": [{"ngrams": 2}]}, 'parts: "ngrams" is no setting of a TfidfVectorizer'),
        ({"min_df": 5}, "min_df|n-gram"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], message: str) -> None:
    vectorizer = TfidfVectorizer(**settings)
    for learn in (vectorizer.fit, vectorizer.fit_transform):
        with pytest.raises(pantau.InvalidInputError, match=message):
            learn(TEXTS)
    assert not hasattr(vectorizer, "vocabulary_")


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = TfidfVectorizer().fit_transform(TEXTS)
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    rows = TfidfVectorizer().fit_transform(TEXTS)
    assert isinstance(rows, SparseMatrix)
    assert rows.shape == expected.shape
    assert rows.nnz == expected.nnz
    assert np.array_equal(rows.to_numpy(), expected.toarray())
    assert repr(rows) == "SparseMatrix(4 rows, 5 columns, 7 numbers)"
    labels = [0, 1, 0, 1]
    classifier = pantau.LogisticRegression().fit(rows, labels)
    assert np.array_equal(
        classifier.predict_proba(rows),
        pantau.LogisticRegression().fit(expected, labels).predict_proba(expected),
    )


def test_sparse_matrices_are_checked_and_pickled() -> None:
    rows = SparseMatrix((2, 3), data=[0.5, 1], indices=np.array([2, 0]), indptr=[0, 1, 2])
    assert pickle.loads(pickle.dumps(rows)) == rows
    assert rows.to_scipy().toarray().tolist() == [[0, 0, 0.5], [1, 0, 0]]
    for changed, message in [
        ({"indptr": [0, 1]}, "2 starts of rows for 2 rows"),
        ({"indices": [3, 0]}, "row 0 has column 3, there are 3"),
        ({"indices": [-1, 0]}, "-1 is below 0"),
        ({"data": [1.0]}, "its rows do not cover its 1 numbers"),
        ({"data": [np.nan, 1.0]}, "row 0 holds NaN"),
        ({"data": ["a", "b"]}, "expected numbers"),
    ]:
        parts = {"data": [0.5, 1.0], "indices": [2, 0], "indptr": [0, 1, 2]} | changed
        with pytest.raises(pantau.InvalidInputError, match=message):
            SparseMatrix((2, 3), **parts)


def test_pickles_answer_alike() -> None:
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3)).fit(TEXTS)
    again = pickle.loads(pickle.dumps(vectorizer))
    assert again.get_params() == vectorizer.get_params()
    assert again.vocabulary_ == vectorizer.vocabulary_
    assert abs(again.transform(TEXTS) - vectorizer.transform(TEXTS)).max() == 0
    assert b"sklearn" not in pickle.dumps(vectorizer)


def test_threads_change_nothing(corpus: Corpus) -> None:
    texts = corpus("uci_sentences")[0]
    parts = [{}, {"analyzer": "char", "ngram_range": (2, 3)}]
    one, two = (TfidfVectorizer(parts=parts, threads=threads) for threads in (1, 2))
    first, second = one.fit_transform(texts), two.fit_transform(texts)
    assert abs(first - second).max() == 0
    assert one.vocabulary_ == two.vocabulary_
    assert abs(one.transform(texts) - two.transform(texts)).max() == 0
