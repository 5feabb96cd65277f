"""From labelled texts to a classifier: what is written, told, and the same again."""

from __future__ import annotations

import csv
import filecmp
import json
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pantau
import polars as pl
import pyarrow as pa
import pytest

Corpus = Callable[[str], tuple[list[str], list[str]]]
BundleOf = Callable[..., pantau.Bundle]
GOOD = ["bagus", "cepat", "puas", "suka", "mudah"]
BAD = ["lemot", "rusak", "mahal", "kecewa", "susah"]
TEXTS = [f"{word} {other} {number}" for number in range(3) for word in GOOD for other in GOOD]
TEXTS += [f"{word} {other} {number}" for number in range(3) for word in BAD for other in BAD]
LABELS = ["good"] * 75 + ["bad"] * 75
DATA = list(zip(TEXTS, LABELS, strict=True))


def same_files(left: Path, right: Path) -> bool:
    names = sorted(path.name for path in left.iterdir())
    assert names == sorted(path.name for path in right.iterdir())
    assert len(names) > 4
    _, different, strange = filecmp.cmpfiles(left, right, names, shallow=False)
    return not different and not strange


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> pantau.Classifier:
    return pantau.train(DATA, tmp_path_factory.mktemp("words") / "reviews")


@pytest.mark.parametrize("kind", ["tfidf-logistic", "tfidf-nb"])
def test_words_are_learnt(kind: Any, tmp_path: Path) -> None:
    classifier = pantau.train(DATA, tmp_path / "reviews", kind=kind)
    assert classifier.labels == ["bad", "good"]
    assert classifier.predict(["sangat bagus", "lemot sekali"]).label == ["good", "bad"]
    bundle = pantau.Bundle.open(tmp_path / "reviews")
    bundle.verify()
    assert bundle.manifest["family"] == kind
    assert bundle.manifest["name"] == "reviews"
    assert {"trials.json", "README.md", "evaluation.json"} <= set(bundle.manifest["files"])
    evaluation = json.loads((tmp_path / "reviews/evaluation.json").read_text(encoding="utf-8"))
    assert evaluation
    assert (tmp_path / "reviews/README.md").read_text(encoding="utf-8").startswith("#")
    with pantau.Classifier.open(bundle) as again:
        assert again.predict(TEXTS) == classifier.predict(TEXTS)
    copy = pickle.loads(pickle.dumps(classifier))
    assert copy.predict("bagus") == classifier.predict("bagus")
    assert classifier.info()["manifest"]["family"] == kind


def test_data_in_any_form_learns_the_same(tmp_path: Path) -> None:
    columns = {"review": TEXTS, "rating": LABELS}
    for name, separator in [("data.csv", ","), ("data.tsv", "\t"), ("semicolons.csv", ";")]:
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=separator)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "data.jsonl").write_text(lines, encoding="utf-8")
    forms: list[Any] = [
        columns, rows, iter(rows), pd.DataFrame(columns, index=range(7, 157)),
        pl.DataFrame(columns), pa.table(columns), tmp_path / "data.csv", str(tmp_path / "data.tsv"),
        tmp_path / "semicolons.csv", tmp_path / "data.jsonl",
    ]  # fmt: skip
    settings: dict[str, Any] = {"kind": "tfidf-nb", "strengths": [1.0], "name": "one"}
    pantau.train(DATA, tmp_path / "expected", **settings)
    for number, data in enumerate(forms):
        pantau.train(data, tmp_path / str(number), text="review", label="rating", **settings)
        assert same_files(tmp_path / str(number), tmp_path / "expected"), number


def test_the_same_bytes_on_any_number_of_threads(tmp_path: Path, corpus: Corpus) -> None:
    texts, labels = corpus("nusax/sundanese")
    data = {"text": texts, "label": labels}
    for name, threads in [("one", 1), ("two", 2), ("again", 2)]:
        pantau.train(data, tmp_path / name, threads=threads, name="same", strengths=[1, 10])
    assert same_files(tmp_path / "one", tmp_path / "two")
    assert same_files(tmp_path / "two", tmp_path / "again")
    pantau.train(data, tmp_path / "other", seed=1, name="same", strengths=[1, 10])
    assert not same_files(tmp_path / "one", tmp_path / "other")


def test_labels_need_not_be_texts(tmp_path: Path) -> None:
    numbers = np.array([1] * 75 + [0] * 75)
    data = {"text": TEXTS, "label": numbers}
    classifier = pantau.train(data, tmp_path / "numbers", kind="tfidf-nb")
    assert classifier.labels == ["0", "1"]
    assert classifier.predict("bagus").label == "1"


def test_settings_and_test_data_can_be_given(tmp_path: Path) -> None:
    features = [{"ngram_range": (1, 2)}, {"analyzer": "char_wb", "ngram_range": (2, 3)}]
    pantau.train(
        DATA[10:140],
        tmp_path / "reviews",
        test=DATA[:10] + DATA[140:],
        features=features,
        strengths=np.array([0.5, 5.0]),
        folds=2,
        name="given",
    )
    trials = json.loads((tmp_path / "reviews/trials.json").read_text(encoding="utf-8"))
    assert len(trials) == 2 or len(trials["trials"]) == 2
    vectorizer = json.loads((tmp_path / "reviews/vectorizer.json").read_text(encoding="utf-8"))
    assert [part["options"]["analyzer"] for part in vectorizer["parts"]] == ["word", "char_wb"]
    learned = pantau.Bundle.open(tmp_path / "reviews").manifest["learned"]
    assert learned["kind"] == "tfidf-logistic"


def test_real_reviews_are_learnt_well(corpus: Corpus, tmp_path: Path) -> None:
    texts, labels = corpus("smsa")
    train, test = slice(0, 3_000), slice(3_000, 4_000)
    classifier = pantau.train(
        {"text": texts[train], "label": labels[train]},
        tmp_path / "smsa",
        features={"ngram_range": (1, 2), "sublinear_tf": True},
        strengths=[3.0, 10.0],
    )
    evaluation = pantau.evaluate(classifier, {"text": texts[test], "label": labels[test]})
    assert evaluation.accuracy > 0.82
    assert evaluation.ece < 0.08
    novelty = classifier.predict(["zxqv wkjh", "makanan enak sekali"]).novelty
    assert novelty is not None
    assert novelty[0] == 1.0 > novelty[1]


@pytest.mark.slow
def test_all_reviews_are_learnt_well(corpus: Corpus, tmp_path: Path) -> None:
    texts, labels = corpus("smsa")
    data = {"text": texts[:10_000], "label": labels[:10_000]}
    classifier = pantau.train(data, tmp_path / "smsa")
    assert (
        pantau.evaluate(classifier, list(zip(texts, labels, strict=True))[10_000:]).accuracy > 0.85
    )


def test_heads_learn_on_an_encoder(bundle: BundleOf, tmp_path: Path) -> None:
    made = bundle("bert-encoder")
    with pantau.Encoder.open(made) as encoder:
        for number, given in enumerate((made, made.path, encoder)):
            output = tmp_path / str(number)
            classifier = pantau.train(
                DATA, output, kind="encoder-head", encoder=given, name="head", strengths=[0.1]
            )
            if number:
                assert same_files(output, tmp_path / "0")
    assert classifier.labels == ["bad", "good"]
    predictions = classifier.predict(TEXTS)
    assert (predictions.probabilities.sum(axis=1) - 1 < 1e-9).all()
    assert predictions.novelty is not None
    explanation = classifier.explain("bagus tapi lemot")
    assert explanation.method == "occlusion"
    assert [word for word, _ in explanation.words] == ["bagus", "tapi", "lemot"]
    mixed = pantau.train(
        DATA, tmp_path / "mixed", kind="encoder-head", encoder=made, words=True, strengths=[1.0]
    )
    assert mixed.predict(["bagus", "rusak"]).label == ["good", "bad"]


def test_explanations_add_up(words: pantau.Classifier) -> None:
    for text in [*TEXTS[::10], "", "tidak ada", "BAGUS!! tapi lemot 😀"]:
        for label in (None, "good", "bad"):
            explanation = words.explain(text, label=label)
            assert explanation.method == "exact"
            total = sum(value for _, value in explanation.contributions)
            assert abs(explanation.score - explanation.baseline - total) < 1e-9
            assert explanation.gap == pytest.approx(0, abs=1e-9)
    explanation = words.explain("bagus tapi lemot", label="good")
    by_word = dict(explanation.words)
    assert by_word["bagus"] > 0 > by_word["lemot"]
    assert by_word["tapi"] == 0
    assert pickle.loads(pickle.dumps(explanation)) == explanation
    assert "bagus" in str(explanation)
    assert "<" in explanation._repr_html_()
    assert json.loads(explanation.to_json()) == explanation.to_dict()
    with pytest.raises(pantau.InvalidInputError, match="label"):
        words.explain("bagus", label="unknown")


def test_what_is_new_is_told(words: pantau.Classifier) -> None:
    known, new = words.predict("bagus cepat"), words.predict("katakata asing semuanya")
    assert known.novelty is not None and new.novelty is not None
    assert known.novelty < new.novelty
    assert known.novelty_pvalue is not None and new.novelty_pvalue is not None
    assert known.novelty_pvalue > new.novelty_pvalue
    table = words.predict(["bagus", "asing"]).to_pandas()
    assert {"novelty", "novelty_pvalue"} <= set(table.columns)
    assert pickle.loads(pickle.dumps(new)) == new


def test_a_bundle_that_is_there_stays(tmp_path: Path) -> None:
    output = tmp_path / "reviews"
    pantau.train(DATA, output, kind="tfidf-nb", strengths=[1])
    before = pantau.Bundle.open(output).id
    with pytest.raises(pantau.Error):
        pantau.train(DATA[::-1], output, kind="tfidf-nb", strengths=[1])
    assert pantau.Bundle.open(output).id == before
    pantau.train(DATA[:140], output, kind="tfidf-nb", strengths=[1], overwrite=True)
    assert pantau.Bundle.open(output).id != before
    assert [entry.name for entry in tmp_path.iterdir()] == ["reviews"]


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    script = """
import random, sys
import pantau
words = [f"kata{number}" for number in range(20_000)]
chance = random.Random(0)
texts = [" ".join(chance.choices(words, k=40)) for _ in range(20_000)]
labels = [chance.choice(["a", "b", "c", "d"]) for _ in texts]
print("ready", flush=True)
try:
    pantau.train({"text": texts, "label": labels}, sys.argv[1], overwrite=True)
except KeyboardInterrupt:
    print("stopped")
"""
    for seconds in (0.3, 1.5):
        output = tmp_path / "models" / "reviews"
        output.parent.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(output)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=120)
        assert (process.returncode, printed) == (0, "stopped\n")
        assert not list(output.parent.iterdir())


def test_progress_shows_the_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pantau._progress._is_terminal", lambda _: True)
    pantau.train(DATA, tmp_path / "reviews", kind="tfidf-nb", progress=True)
    assert "steps" in capsys.readouterr().err
