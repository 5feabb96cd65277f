"""A label is the same text wherever it stands, and what merges labels is refused."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pantau
import polars as pl
import pyarrow as pa
import pytest

BundleOf = Callable[..., pantau.Bundle]
TEXTS = ["satu", "dua", "tiga", "empat"]


class Odd:
    """A classifier from elsewhere that never says anything but its first label."""

    def __init__(self, classes: Any) -> None:
        self.classes_ = classes

    def predict_proba(self, texts: list[str]) -> Any:
        return np.eye(len(self.classes_))[[0] * len(texts)]


def labels_of(data: Any, **columns: Any) -> list[str]:
    """The labels as they are read, seen from outside: those of a model that knows only one."""
    evaluation = pantau.evaluate(Odd(["1", "known"]), data, resamples=10, **columns)
    return sorted({"1"} | set(evaluation.to_dict()["unknown_labels"]))


class Rating(enum.IntEnum):
    BAD = 0
    GOOD = 1


class Word(str, enum.Enum):
    BAD = "0"
    GOOD = "1"


def test_numbers_are_one_label_in_every_source(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\na,0\nb,1\nc,0.5\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("text,label\na, 0\nb,1 \nc,\t0.5\n", encoding="utf-8")
    rows = [{"text": "a", "label": 0.0}, {"text": "b", "label": 1}, {"text": "c", "label": 0.5}]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "d.json").write_text(json.dumps(rows, indent=2), encoding="utf-8")
    pd.DataFrame(rows).to_json(tmp_path / "e.json", orient="records")
    numbers = [0.0, 1.0, 0.5]
    texts = TEXTS[:3]
    for data in [
        *sorted(tmp_path.iterdir()),
        {"text": texts, "label": numbers},
        {"text": texts, "label": np.array(numbers, dtype=np.float32)},
        {"text": texts, "label": list(np.array(numbers))},
        {"text": texts, "label": [np.int64(0), np.float32(1), 0.5]},
        {"text": texts, "label": [" 0", "1\n", "0.5 "]},
        pd.DataFrame({"text": texts, "label": numbers}),
        pl.DataFrame({"text": texts, "label": numbers}),
        pa.table({"text": texts, "label": numbers}),
        list(zip(texts, [0, 1, 0.5], strict=True)),
    ]:
        assert labels_of(data) == ["0", "0.5", "1"], data
    for whole in ([0, 1], [-0.0, 1.0], [Rating.BAD, Rating.GOOD], [Word.BAD, Word.GOOD]):
        assert labels_of({"text": texts[:2], "label": whole}) == ["0", "1"]
    large = {"text": texts, "label": [10**30, 1, 2**60]}
    assert labels_of(large) == ["1", str(10**30), str(2**60)]


def test_truths_are_one_label_in_every_source(tmp_path: Path) -> None:
    rows = [{"text": "a", "label": True}, {"text": "b", "label": False}, {"text": "c", "label": 1}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    frame = pd.DataFrame({"text": ["a", "b", "c"], "label": [True, False, 1]}, dtype=object)
    frame.to_csv(tmp_path / "b.csv", index=False)
    for data in [
        tmp_path / "a.jsonl", tmp_path / "b.csv", frame, rows,
        {"text": ["a", "b", "c"], "label": [np.True_, np.False_, np.int8(1)]},
    ]:  # fmt: skip
        assert labels_of(data) == ["1", "False", "True"], data
    for truths in (pl.Series([True, False]), pa.array([True, False]), np.array([True, False])):
        evaluation = pantau.evaluate(Odd([True, False]), {"text": ["a", "b"], "label": truths})
        assert (evaluation.labels, evaluation.accuracy) == (["True", "False"], 0.5)


def test_labels_that_would_become_one_are_refused() -> None:
    with pytest.raises(
        pantau.InvalidInputError, match="labels: the label of row 1 is not valid Un"
    ):
        labels_of([("a", "1"), ("b", "a\ud800"), ("c", "a\ud801")])
    with pytest.raises(pantau.InvalidInputError, match="classes_: the label of row 0 is not valid"):
        pantau.evaluate(Odd(["\ud800", "b"]), [("a", "b")])
    with pytest.raises(pantau.InvalidInputError, match="slices: the label of row 0 is not valid U"):
        pantau.evaluate(Odd(["1", "b"]), [("a", "b")], slices=["\ud800"])
    with pytest.raises(pantau.InvalidInputError, match='labels: "a" is there twice'):
        pantau.evaluate(Odd(["a", " a"]), [("a", "a")])
    with pytest.raises(pantau.InvalidInputError, match="labels: the label of row 0 is inf"):
        labels_of([("a", float("inf"))])


def test_labels_without_white_space_are_learnt(tmp_path: Path) -> None:
    labels = ["pos", " pos", "neg ", "\tneg"] * 5
    texts = [f"{word} {row}" for row, word in enumerate(["bagus", "suka", "lemot", "rusak"] * 5)]
    data = {"text": texts, "label": labels}
    classifier = pantau.train(data, tmp_path / "model", kind="tfidf-nb")
    assert classifier.labels == ["neg", "pos"]
    assert pantau.evaluate(classifier, [("bagus", "pos "), ("lemot", "neg")]).accuracy == 1.0


def test_labels_of_another_kind_are_no_data_to_judge_by(bundle: BundleOf) -> None:
    data = [("a", "1"), ("b", "2")]
    expected = r'labels: the data has "1", "2", none of which the classifier knows; it has "\w+",'
    for model in (bundle("bert-classifier"), Odd(["good", "bad"])):
        with pytest.raises(pantau.InvalidInputError, match=expected):
            pantau.evaluate(model, data)
        with pytest.raises(pantau.InvalidInputError, match=expected):
            pantau.compare(Odd(["1", "b"]), model, data)
    many = [("a", f"label {number}") for number in range(5000)]
    with pytest.raises(pantau.InvalidInputError, match=r"and \d+ more, none of which") as raised:
        pantau.evaluate(Odd(["good", "bad"]), many)
    assert len(str(raised.value)) < 500


def test_columns_may_have_numbers_for_names() -> None:
    frame = pd.DataFrame([["a", 1], ["b", 0]])
    rows = [{0: "a", 1: 1}, {0: "b", 1: 0}]
    for data in (frame, rows, {0: ["a", "b"], 1: [1, 0]}):
        assert labels_of(data, text="0", label="1") == ["0", "1"]
    with pytest.raises(pantau.InvalidInputError, match='text: no column "text" among "0", "1"'):
        labels_of(frame)
    twice = pd.DataFrame([["a", 1, "b"]], columns=["text", "label", "text"])
    with pytest.raises(pantau.InvalidInputError, match='text: 2 columns are named "text"'):
        labels_of(twice)


@pytest.mark.parametrize(
    ("name", "content", "labels"),
    [
        ("a.csv", "text,label\ra,1\rb,2\r", ["1", "2"]),
        ("a.csv", '"text;a;b",text,"label"\n"x;y",a,1\nz,b,2\n', ["1", "2"]),
        ("a.json", '\n [{"text": "a", "label": 1}]', ["1"]),
        ("a.json", '{"text": "a", "label": 1}\n{"text": "b", "label": "2"}\n', ["1", "2"]),
        ("a.jsonl", '[{"text": "a", "label": 1}]', ["1"]),
    ],
)
def test_odd_files_are_read(name: str, content: str, labels: list[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8", newline="")
    assert labels_of(tmp_path / name) == labels


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", '{"text": ["a"], "label": ["b"]}', r'line 1: its text is \["a"\]'),
        ("a.json", "[1, 2]", "row 0: expected an object, found 1"),
        ("a.json", '[{"text": "a"}]', 'label: no column "label" among "text"'),
        ("a.json", '{\n  "text": 1', "line 1: expected an object a line, or an array of objects"),
        ("a.csv", '[{"text": "a", "label": 1}]', 'text: no column "text" among'),
        ("a.csv", ",".join(["a" * 500] * 1000), "text: no column .* and 999 more"),
        ("a.jsonl", f'"{"a" * 10_000}"', "line 1: expected an object a line"),
        ("a.jsonl", f'{{"text": ["{"a" * 10_000}"], "label": 1}}', "line 1: its text is"),
    ],
)
def test_files_that_are_no_tables(name: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(pantau.InvalidInputError, match=message) as raised:
        labels_of(tmp_path / name)
    assert len(str(raised.value).replace(str(tmp_path), "")) < 400
