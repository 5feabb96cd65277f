#!/usr/bin/env python3
"""Makes tests/data/tfidf.jsonl and tests/data/sklearn.jsonl: small cases of scikit-learn.

In `tfidf.jsonl` are texts, options, and what TfidfVectorizer gives. One case a line: `parts` (the
options of each part, in the form of `TfidfOptions`; what is not there has its default), `texts` to
learn from, `others` to transform, and what comes out: the `terms`, the `idf`, and the `rows` of the
texts and then of the others, each a list of columns and numbers.

In `sklearn.jsonl` are fitted pipelines as `pantau.sklearn.export` writes them (`pipeline`),
`texts`, and the `probabilities` of each of them.

The tests read only these files; this script was run once with scikit-learn 1.9.1 and Python 3.11:

    pip install scikit-learn==1.9.1 pantau
    python tools/make_learn_golden.py
"""

import json
import warnings
from pathlib import Path

import scipy.sparse
import sklearn
from pantau.sklearn import to_dict
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.pipeline import make_pipeline, make_union

VERSION = "1.9.1"
DATA = Path(__file__).resolve().parent.parent / "tests/data"

INDONESIAN = [
    "Filmnya bagus sekali, saya suka!",
    "Filmnya jelek dan membosankan; saya tidak suka.",
    "Pelayanan di hotel ini bagus, kamarnya bersih.",
    "bagus bagus bagus, harga murah",
    "Makanan enak, makanan murah, tapi pelayanan lambat",
]
OTHERS = ["Saya suka makanan bagus di hotel", "kata-kata asing semua", "", "  \t\n "]
ODD = [
    "İstanbul ÇOK güzel, naïve café e\u0301te\u0301 Ångström",
    "Straße STRASSE ẞ ﬁne ½ ² Ⅷ ㎏",
    "ΟΔΥΣΣΕΥΣ ΟΔΟΣ, Σ ΣΑΣ ΑΣ\u0301",
    "हिन्दी भाषा में किताब ४२",
    "ภาษาไทย สวัสดี ครับ",
    "日本語 中文字 カタカナ ｶﾅ 한국어 가나",
    "كتاب جميل جدًا ١٢٣",
    "emoji 😀😀 ok👍🏽 ok a\u200db",
    "a\x1cb\x1d cc\x1fdd\u2028ee\u2029ff\u0085gg\u00a0hh  \u3000 ii",
    "snake_case x2 3.14 it's UPPER_Case 𝒳𝒴 Ǆungla",
]
SPACES = ["a b  c\n\nd\te", " lead and trail ", "x", "xy  xy\r\nz", "\n\n", "one"]

WORD = {"ngram_range": (1, 2)}
CASES = [
    ([{}], INDONESIAN),
    ([WORD], INDONESIAN),
    ([{"ngram_range": (2, 3)}], INDONESIAN),
    ([{"ngram_range": (3, 3), "norm": "l1"}], INDONESIAN),
    ([WORD | {"min_df": 2}], INDONESIAN),
    ([WORD | {"max_df": 2}], INDONESIAN),
    ([WORD | {"min_df": 0.3, "max_df": 0.6}], INDONESIAN),
    ([WORD | {"max_df": 0.2, "sublinear_tf": True}], INDONESIAN),
    ([{"max_features": 1}], INDONESIAN),
    ([{"max_features": 3, "min_df": 2}], INDONESIAN),
    ([WORD | {"binary": True, "norm": None}], INDONESIAN),
    ([WORD | {"sublinear_tf": True, "smooth_idf": False}], INDONESIAN),
    ([WORD | {"use_idf": False, "norm": "l1"}], INDONESIAN),
    ([WORD | {"use_idf": False, "norm": None}], INDONESIAN),
    ([WORD | {"stop_words": ["saya", "di", "dan", "ini", "tidak"]}], INDONESIAN),
    ([WORD | {"lowercase": False}], INDONESIAN),
    (
        [{"vocabulary": ["suka", "bagus", "saya suka", "Hotel", "ada"], "ngram_range": (1, 2)}],
        INDONESIAN,
    ),
    ([{"vocabulary": ["suka", "saya suka", "tidak suka"], "ngram_range": (2, 2)}], INDONESIAN),
    ([{"token_pattern": r"(?u)\b\w+\b"}], INDONESIAN),
    ([{"token_pattern": r"\b[^\W\d_]{3,}(?=a\b)"}], INDONESIAN),
    ([{"token_pattern": r"(\w+)a\b", "ngram_range": (1, 2)}], INDONESIAN),
    ([{"token_pattern": r"[^,;.!]+", "ngram_range": (1, 2)}], INDONESIAN),
    ([{"token_pattern": r"a b|[a-z]", "ngram_range": (1, 3)}], ["a b c", "a b a b", "c a bb a"]),
    ([{"token_pattern": r"\S\s?\S", "ngram_range": (1, 2)}], [*SPACES, "a\tb c\td"]),
    ([{"token_pattern": r"\w*"}], ["ab c", "c"]),
    ([{"analyzer": "char", "ngram_range": (1, 3)}], SPACES),
    ([{"analyzer": "char", "ngram_range": (3, 5), "lowercase": False}], [*INDONESIAN[:2], "ab"]),
    ([{"analyzer": "char_wb", "ngram_range": (1, 4)}], SPACES),
    ([{"analyzer": "char_wb", "ngram_range": (4, 6)}], SPACES),
    (
        [{"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2, "sublinear_tf": True}],
        INDONESIAN,
    ),
    ([{"analyzer": "char_wb", "ngram_range": (3, 4), "max_features": 1}], ["aaaa aaaa", "b"]),
    ([WORD | {"strip_accents": "unicode"}], ODD),
    ([WORD | {"strip_accents": "ascii"}], ODD),
    ([WORD], ODD),
    ([{"lowercase": False, "strip_accents": "unicode"}], ODD),
    ([{"token_pattern": r"\w"}], ODD),
    ([{"token_pattern": r"(?u)\b\w+\b|\S"}], ODD),
    ([{"analyzer": "char", "ngram_range": (1, 2)}], ODD),
    ([{"analyzer": "char_wb", "ngram_range": (1, 3), "strip_accents": "ascii"}], ODD),
    ([{"analyzer": "char_wb", "ngram_range": (2, 2), "strip_accents": "unicode"}], ODD),
    ([WORD, {"analyzer": "char_wb", "ngram_range": (2, 3)}], INDONESIAN),
    (
        [{"stop_words": ["saya"]}, {"analyzer": "char", "norm": None}, WORD | {"use_idf": False}],
        INDONESIAN,
    ),
]


def options(given):
    """The options as Pantau writes them."""
    kept = dict(given)
    for name in ("min_df", "max_df"):
        if name in kept:
            value = kept[name]
            kept[name] = value
    return kept


def case(parts, texts, others):
    vectorizers = [TfidfVectorizer(**part) for part in parts]
    fitted = scipy.sparse.hstack([one.fit_transform(texts) for one in vectorizers]).tocsr()
    seen = scipy.sparse.hstack([one.transform(others) for one in vectorizers]).tocsr()
    rows = scipy.sparse.vstack([fitted, seen]).tocsr()
    rows.sort_indices()
    weights = []
    for one in vectorizers:
        columns = len(one.get_feature_names_out())
        weights += one.idf_.tolist() if one.use_idf else [1.0] * columns
    return {
        "parts": [options(part) for part in parts],
        "texts": texts,
        "others": others,
        "terms": [term for one in vectorizers for term in one.get_feature_names_out().tolist()],
        "idf": weights,
        "rows": [
            [rows.indices[start:end].tolist(), rows.data[start:end].tolist()]
            for start, end in zip(rows.indptr, rows.indptr[1:], strict=False)
        ],
    }


def pipelines():
    """Each kind of vectorizer and of classifier, and the labels it learns."""
    three = ["good", "bad", "good", "good", "mixed"]
    two = [1, 0, 1, 1, 0]
    union = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        make_pipeline(
            CountVectorizer(analyzer="char_wb", ngram_range=(2, 3)), TfidfTransformer(norm="l1")
        ),
    )
    without = TfidfVectorizer(stop_words=["dan", "di", "ini", "yang"], strip_accents="unicode")
    counted = [CountVectorizer(min_df=2, binary=True), TfidfTransformer(use_idf=False)]
    fixed = CountVectorizer(vocabulary={"bagus": 1, "suka": 0, "tidak suka": 2}, ngram_range=(1, 2))
    return [
        (make_pipeline(TfidfVectorizer(), MultinomialNB()), three),
        (make_pipeline(union, LogisticRegression()), three),
        (make_pipeline(without, LogisticRegression()), two),
        (make_pipeline(*counted, ComplementNB()), three),
        (make_pipeline(TfidfVectorizer(max_df=0.5), ComplementNB(norm=True)), two),
        (make_pipeline(fixed, MultinomialNB(alpha=0.1, fit_prior=False)), two),
        (make_pipeline(TfidfVectorizer(), LogisticRegression(fit_intercept=False, C=10)), three),
    ]


def write(name, cases):
    lines = [json.dumps(one, ensure_ascii=False) for one in cases]
    (DATA / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} cases in {name}")


def main():
    if sklearn.__version__ != VERSION:
        raise SystemExit(f"this needs scikit-learn {VERSION}, here is {sklearn.__version__}")
    warnings.simplefilter("ignore")
    write("tfidf.jsonl", [case(*one, OTHERS) for one in CASES])
    exported = []
    for pipeline, labels in pipelines():
        pipeline.fit(INDONESIAN, labels)
        probabilities = pipeline.predict_proba(OTHERS).tolist()
        exported.append(
            {"pipeline": to_dict(pipeline), "texts": OTHERS, "probabilities": probabilities}
        )
    write("sklearn.jsonl", exported)


if __name__ == "__main__":
    main()
