"""Models: from a checkpoint to a bundle to answers, in every form that Python has for texts."""

from __future__ import annotations

import json
import math
import pickle
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pantau
import polars as pl
import pyarrow as pa
import pytest

TEXTS = ["Aplikasi ini sangat bagus!", "", "Bagus " * 1000, "I love this phone", "rusak \ufffd"]
FLAGS = [[], ["empty"], ["truncated"], [], ["replaced"]]
BundleOf = Callable[..., pantau.Bundle]


@pytest.fixture(scope="session")
def classifier(bundle: BundleOf) -> pantau.Classifier:
    return pantau.Classifier.open(bundle("bert-classifier"))


@pytest.fixture(scope="session")
def many_labels(bundle: BundleOf) -> pantau.Classifier:
    return pantau.Classifier.open(bundle("xlm-roberta-multi-label"))


@pytest.fixture(scope="session")
def encoder(bundle: BundleOf) -> pantau.Encoder:
    return pantau.Encoder.open(bundle("bert-encoder"))


# The checkpoints and what transformers answers for them.
CHECKPOINTS = Path(__file__).resolve().parents[1] / "data" / "checkpoints"
GOLDEN = {
    folder.name: json.loads((folder / "golden.json").read_text(encoding="utf-8"))["cases"]
    for folder in sorted(CHECKPOINTS.iterdir())
    if (folder / "golden.json").is_file()
}


@pytest.mark.parametrize("name", GOLDEN)
def test_answers_are_those_of_transformers(name: str, bundle: BundleOf) -> None:
    made = bundle(name)
    cases = GOLDEN[name]
    texts = [case["text"] for case in cases]
    task = made.manifest["task"]
    if task["kind"] == "encoder":
        vectors = pantau.Encoder.open(made).embed(texts)
        expected = np.array([case["embedding"] for case in cases])
        assert np.abs(vectors - expected).max() <= 1e-4
        return
    predictions = pantau.Classifier.open(made).predict(texts)
    logits = np.array([case["logits"] for case in cases])
    if task["activation"] == "sigmoid":
        expected = 1 / (1 + np.exp(-logits))
    else:
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        expected = powers / powers.sum(axis=1, keepdims=True)
    assert np.abs(predictions.probabilities - expected).max() <= 1e-4
    assert predictions.truncated.tolist() == [case["truncated"] for case in cases]


def test_one_text(classifier: pantau.Classifier) -> None:
    prediction = classifier.predict(TEXTS[0])
    assert isinstance(prediction, pantau.Prediction)
    assert prediction.probabilities is not None
    assert list(prediction.probabilities) == classifier.labels
    assert math.isclose(sum(prediction.probabilities.values()), 1)
    assert prediction.label == max(prediction.probabilities, key=prediction.probabilities.get)
    assert prediction.confidence == prediction.probabilities[prediction.label]
    assert prediction.all_labels == [prediction.label]
    assert (prediction.flags, prediction.truncated) == ([], False)
    assert repr(prediction) == (
        f'Prediction("{prediction.label}", confidence={prediction.confidence:.4f})'
    )


def test_many_texts(classifier: pantau.Classifier) -> None:
    predictions = classifier.predict(TEXTS)
    assert isinstance(predictions, pantau.Predictions)
    assert len(predictions) == len(TEXTS)
    assert predictions.labels == classifier.labels
    assert predictions.label == [prediction.label for prediction in predictions]
    assert predictions.flags == FLAGS
    assert predictions.truncated.tolist() == [False, False, True, False, False]
    assert predictions.confidence.dtype == np.float64
    assert predictions.probabilities is not None
    assert predictions.probabilities.shape == (5, 3)
    assert (predictions.probabilities.max(axis=1) == predictions.confidence).all()
    # The columns are shared, so nobody may change them.
    assert predictions.confidence is predictions.confidence
    with pytest.raises(ValueError, match="read-only"):
        predictions.confidence[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        predictions.probabilities[0, 0] = 0


def test_predictions_are_a_sequence(classifier: pantau.Classifier) -> None:
    predictions = classifier.predict(TEXTS)
    everything = list(predictions)
    assert everything == [predictions[place] for place in range(5)]
    assert predictions[-1] == everything[4]
    for piece in [slice(1, 3), slice(None, None, -2), slice(9, 12), slice(-2, None)]:
        assert predictions[piece] == everything[piece]
    for place in [5, -6, 10**18]:
        with pytest.raises(IndexError, match="there are 5 predictions"):
            predictions[place]
    with pytest.raises(TypeError):
        predictions["label"]
    assert predictions == classifier.predict(TEXTS)
    assert predictions != classifier.predict(TEXTS[::-1])
    assert repr(predictions).startswith("Predictions(5 texts, labels=[")


def test_a_text_gets_the_same_answer_alone_and_among_others(
    classifier: pantau.Classifier, encoder: pantau.Encoder
) -> None:
    for alone, among in zip(map(classifier.predict, TEXTS), classifier.predict(TEXTS), strict=True):
        assert (alone.label, alone.flags) == (among.label, among.flags)
        assert alone.probabilities == pytest.approx(among.probabilities, abs=1e-6)
    vectors = encoder.embed(TEXTS)
    assert np.abs(vectors - np.stack([encoder.embed(text) for text in TEXTS])).max() < 1e-5


def test_probabilities_only_where_asked_for(classifier: pantau.Classifier) -> None:
    one = classifier.predict(TEXTS[0], return_probabilities=False)
    assert one.probabilities is None
    assert one.label == classifier.predict(TEXTS[0]).label
    many = classifier.predict(TEXTS, return_probabilities=False)
    assert many.probabilities is None
    assert many[0] == one
    assert "probability_negative" not in many.to_polars().columns


def test_many_labels_can_hold(many_labels: pantau.Classifier) -> None:
    predictions = many_labels.predict(TEXTS)
    assert predictions.probabilities is not None
    for row, prediction in enumerate(predictions):
        held = [
            label
            for label, probability in zip(
                predictions.labels, predictions.probabilities[row], strict=True
            )
            if probability >= 0.5
        ]
        assert prediction.all_labels == held
        if held != [prediction.label]:
            assert f"all_labels={held}".replace("'", '"') in repr(prediction)
    assert predictions.to_polars()["all_labels"].to_list() == [p.all_labels for p in predictions]


FORMS: dict[str, Callable[[list[str]], Any]] = {
    "list": list,
    "tuple": tuple,
    "generator": iter,
    "numpy": lambda texts: np.array(texts, dtype=object),
    "pandas": lambda texts: pd.Series(texts, index=range(10, 10 + len(texts))),
    "pandas arrow": lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
    "polars": pl.Series,
    "pyarrow": pa.array,
    "pyarrow dictionary": lambda texts: pa.array(texts).dictionary_encode(),
    "pyarrow chunked": lambda texts: pa.chunked_array([texts[:2], texts[2:]]),
}


@pytest.mark.parametrize("form", FORMS)
def test_texts_in_every_form(
    form: str, classifier: pantau.Classifier, encoder: pantau.Encoder
) -> None:
    assert classifier.predict(FORMS[form](TEXTS)) == classifier.predict(TEXTS)
    assert (encoder.embed(FORMS[form](TEXTS)) == encoder.embed(TEXTS)).all()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("missing", [None, math.nan, pd.NA])
def test_a_missing_text_is_an_error(
    form: str, missing: object, classifier: pantau.Classifier
) -> None:
    if missing is not None and ("arrow" in form or form == "polars"):
        pytest.skip("has no such value")
    texts = FORMS[form](["a", "b", missing, "c"])  # type: ignore[list-item]
    with pytest.raises(pantau.InvalidInputError, match="texts: the text at position 2 is missing"):
        classifier.predict(texts)


@pytest.mark.parametrize("nothing", [[], (), np.array([], dtype=object), pl.Series([], dtype=str)])
def test_no_texts(nothing: Any, classifier: pantau.Classifier, encoder: pantau.Encoder) -> None:
    predictions = classifier.predict(nothing)
    assert (len(predictions), list(predictions), predictions.label) == (0, [], [])
    assert predictions.probabilities is not None
    assert predictions.probabilities.shape == (0, 3)
    assert predictions.to_pandas().shape == (0, 9)
    assert encoder.embed(nothing).shape == (0, encoder.dimensions)
    assert len(encoder.embed_table(nothing).to_polars()) == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (None, "texts: expected text, got a missing one"),
        (math.nan, "texts: expected text, got a missing one"),
        (1, "texts: expected text, got int"),
        (b"a", "texts: expected text, got bytes"),
        ({"a": "b"}, "texts: expected text, got dict"),
        (["a", 1], "texts: expected text at position 1, got int"),
        (pd.DataFrame({"a": ["b"]}), "texts: a table was passed; pass one of its columns"),
        (pa.array([1]), "texts: the column holds Int64, not text"),
    ],
)
def test_what_is_no_text(
    wrong: Any, message: str, classifier: pantau.Classifier, encoder: pantau.Encoder
) -> None:
    for ask in [classifier.predict, encoder.embed, encoder.embed_table]:
        with pytest.raises(pantau.InvalidInputError) as caught:
            ask(wrong)
        assert str(caught.value) == message


def test_odd_texts_get_flagged_answers(classifier: pantau.Classifier) -> None:
    for lone in ["a\ud800b", "\udfff", "\ud800"]:
        replaced = "".join("\ufffd" if 0xD800 <= ord(c) < 0xE000 else c for c in lone)
        prediction = classifier.predict(lone)
        assert prediction.flags == ["replaced"]
        assert prediction == classifier.predict(replaced)
        assert classifier.predict([lone, "b"])[0] == prediction
    # Two halves that belong together are one letter after all.
    assert classifier.predict("\ud83d\ude00") == classifier.predict("😀")
    huge = classifier.predict("Bagus sekali! " * 750_000)
    assert huge.flags == ["truncated"]
    assert classifier.predict(" \n\t").flags == ["empty"]


def test_tables(classifier: pantau.Classifier) -> None:
    predictions = classifier.predict(TEXTS)
    columns = [
        "label", "confidence", "all_labels", "probability_negative", "probability_neutral",
        "probability_positive", "empty", "truncated", "replaced",
    ]  # fmt: skip
    frame = predictions.to_pandas()
    assert list(frame.columns) == columns
    assert frame["label"].tolist() == predictions.label
    assert predictions.probabilities is not None
    assert frame["probability_neutral"].tolist() == predictions.probabilities[:, 1].tolist()
    assert frame["empty"].tolist() == [False, True, False, False, False]
    assert predictions.to_polars().columns == columns
    table = predictions.to_arrow()
    assert isinstance(table, pa.Table)
    assert table.column_names == columns
    assert pa.schema(predictions) == table.schema
    assert pl.DataFrame(predictions).equals(predictions.to_polars())


def test_a_pandas_index_is_kept(classifier: pantau.Classifier, encoder: pantau.Encoder) -> None:
    texts = pd.Series(TEXTS, index=list("vwxyz"))
    assert list(classifier.predict(texts).to_pandas().index) == list("vwxyz")
    assert list(encoder.embed_table(texts).to_pandas().index) == list("vwxyz")


def test_pandas_without_pyarrow(
    classifier: pantau.Classifier, encoder: pantau.Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictions, embeddings = classifier.predict(TEXTS), encoder.embed_table(TEXTS)
    whole, vectors = predictions.to_pandas(), embeddings.to_pandas()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    frame = predictions.to_pandas()
    assert list(frame.columns) == list(whole.columns)
    assert frame["label"].tolist() == whole["label"].tolist()
    assert frame["replaced"].tolist() == whole["replaced"].tolist()
    frame = embeddings.to_pandas()
    assert np.stack(list(frame["embedding"])).tolist() == np.stack(vectors["embedding"]).tolist()


def test_vectors(encoder: pantau.Encoder) -> None:
    one = encoder.embed(TEXTS[0])
    assert (one.shape, one.dtype) == ((encoder.dimensions,), np.float32)
    many = encoder.embed(TEXTS)
    assert (many.shape, many.dtype) == ((5, encoder.dimensions), np.float32)
    many[0] = 0  # It is the caller's own.
    embeddings = encoder.embed_table(TEXTS)
    assert len(embeddings) == 5
    assert embeddings.dimensions == encoder.dimensions
    assert embeddings.flags == FLAGS
    assert embeddings.truncated.tolist() == [False, False, True, False, False]
    assert (embeddings.numbers == encoder.embed(TEXTS)).all()
    with pytest.raises(ValueError, match="read-only"):
        embeddings.numbers[0] = 0
    frame = embeddings.to_polars()
    assert frame["embedding"].to_numpy().tolist() == embeddings.numbers.tolist()
    assert embeddings.to_arrow().schema == pa.schema(embeddings)
    assert repr(embeddings) == "Embeddings(5 texts, 16 dimensions)"
    with pytest.raises(pantau.InvalidInputError, match="one text was passed; pass many"):
        encoder.embed_table("a")  # type: ignore[arg-type]


def test_long_texts_can_be_read_in_windows(bundle: BundleOf) -> None:
    made = bundle("bert-classifier")
    text = "Aplikasi ini sangat bagus! " * 20
    start = pantau.Classifier.open(made).predict(text)
    end = pantau.Classifier.open(made, long_text="truncate_start").predict(text)
    whole = pantau.Classifier.open(made, long_text="windows", overlap=8).predict(text)
    few = pantau.Classifier.open(made, long_text="windows", overlap=8, max_windows=2).predict(text)
    assert (start.truncated, end.truncated, whole.truncated, few.truncated) == (
        True, True, False, True,
    )  # fmt: skip
    assert len({one.confidence for one in [start, whole, few]}) == 3
    short = pantau.Classifier.open(made, max_tokens=8)
    assert short.predict(TEXTS[0]).truncated
    assert short.info()["max_tokens"] == 8


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"device": "gpu"}, 'device: "gpu" is not one of cpu, prefer_cuda, require_cuda'),
        ({"threads": 0}, "threads: expected an int of at least 1, got 0"),
        ({"threads": True}, "threads: expected an int of at least 1, got True"),
        ({"threads": 100_000}, "threads: 100000 is more than"),
        ({"max_tokens": 0}, "max_tokens: expected an int of at least 1, got 0"),
        ({"max_tokens": 41}, "max_tokens: 41 is more than model bert-classifier reads, 40"),
        ({"max_tokens": 2.5}, "max_tokens: expected an int of at least 1, got 2.5"),
        ({"long_text": "cut"}, 'long_text: "cut" is not one of truncate, truncate_start, windows'),
        ({"overlap": -1}, "overlap: expected an int of at least 0, got -1"),
        ({"long_text": "windows", "overlap": 40}, "overlap"),
        ({"max_windows": 0}, "max_windows: expected an int of at least 1, got 0"),
        ({"max_wait": -0.1}, "max_wait: expected seconds, 0 or more, got -0.1"),
        ({"max_wait": math.nan}, "max_wait: expected seconds, 0 or more, got nan"),
        ({"max_wait": math.inf}, "max_wait: expected seconds, 0 or more, got inf"),
        ({"max_wait": True}, "max_wait: expected seconds, 0 or more, got True"),
        ({"max_wait": "1"}, "max_wait: expected seconds, 0 or more, got '1'"),
        ({"queue": 0}, "queue: expected an int of at least 1, got 0"),
    ],
)
def test_options_that_cannot_be(keywords: dict[str, Any], message: str, bundle: BundleOf) -> None:
    with pytest.raises(pantau.InvalidInputError) as caught:
        pantau.Classifier.open(bundle("bert-classifier"), **keywords)
    assert str(caught.value).startswith(message)


def test_deadlines(classifier: pantau.Classifier, encoder: pantau.Encoder) -> None:
    assert classifier.predict(TEXTS[0], deadline=60).label in classifier.labels
    with pytest.raises(pantau.DeadlineError, match="no answer within 0 ms") as caught:
        classifier.predict(TEXTS * 20, deadline=0)
    assert isinstance(caught.value, TimeoutError)
    with pytest.raises(pantau.DeadlineError):
        encoder.embed(TEXTS[0], deadline=1e-9)
    for wrong in [-1, math.nan, math.inf, True, "soon"]:
        with pytest.raises(pantau.InvalidInputError, match="deadline: expected seconds, 0 or more"):
            classifier.predict("a", deadline=wrong)  # type: ignore[call-overload]


def test_the_wrong_kind_of_model(bundle: BundleOf) -> None:
    with pytest.raises(pantau.IncompatibleError, match="it is an encoder, not a classifier"):
        pantau.Classifier.open(bundle("bert-encoder"))
    with pytest.raises(pantau.IncompatibleError, match="it is a classifier, not an encoder"):
        pantau.Encoder.open(bundle("bert-classifier"))
    with pytest.raises(pantau.NotFoundError, match="no such folder"):
        pantau.Classifier.open("nowhere")
    with pytest.raises(pantau.InvalidInputError, match="bundle: expected a Bundle or the path"):
        pantau.Classifier.open(5)  # type: ignore[arg-type]


def test_closing_frees(bundle: BundleOf) -> None:
    with pantau.Classifier.open(bundle("bert-classifier"), threads=1) as classifier:
        assert classifier.predict("a").label
    for use in [
        lambda: classifier.predict("a"),
        lambda: classifier.labels,
        classifier.info,
        classifier.warm_up,
        lambda: pickle.dumps(classifier),
    ]:
        with pytest.raises(pantau.InvalidInputError, match="model: is closed"):
            use()
    classifier.close()
    assert repr(classifier).startswith("Classifier(")


def test_swapping_while_others_predict(bundle: BundleOf) -> None:
    first, second = bundle("bert-classifier"), bundle("distilbert-classifier")
    classifier = pantau.Classifier.open(first, threads=1)
    before = classifier.predict(TEXTS[0])
    after = pantau.Classifier.open(second).predict(TEXTS[0])
    assert before != after
    stop = threading.Event()

    def ask() -> set[bool]:
        seen = set()
        while not stop.is_set():
            seen.add(classifier.predict(TEXTS[0]) in (before, after))
        return seen

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for made in [second, first.path, second]:
            classifier.swap(made)
        stop.set()
        assert [one.result() for one in asking] == [{True}] * 4
    assert classifier.predict(TEXTS[0]) == after
    # A pickle is that of the model in use.
    assert pickle.loads(pickle.dumps(classifier)).predict(TEXTS[0]) == after
    with pytest.raises(pantau.IncompatibleError, match="another kind"):
        classifier.swap(bundle("bert-encoder"))
    assert classifier.predict(TEXTS[0]) == after


def test_info(classifier: pantau.Classifier, encoder: pantau.Encoder, bundle: BundleOf) -> None:
    info = classifier.info()
    assert info["manifest"] == bundle("bert-classifier").manifest
    assert info["provider"] == "cpu"
    assert info["fallback"] is None
    assert info["counters"]["runs"] > 0
    assert encoder.info()["manifest"]["task"]["dimensions"] == encoder.dimensions
    json.dumps(info)


def test_warming_up_measures(encoder: pantau.Encoder) -> None:
    encoder.warm_up()
    assert encoder.info()["token_budget"] > 0


def test_32_threads_share_one_classifier(classifier: pantau.Classifier) -> None:
    texts = [f"ulasan nomor {number}: bagus" for number in range(320)]
    alone = [classifier.predict(text) for text in texts]
    barrier = threading.Barrier(32)

    def ask(thread: int) -> list[pantau.Prediction]:
        barrier.wait()
        own = [classifier.predict(text) for text in texts[thread::32]]
        return own + list(classifier.predict(texts[thread::32]))

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(ask, range(32)))
    for thread, own in enumerate(answers):
        assert own == alone[thread::32] * 2


def test_pickles(classifier: pantau.Classifier, bundle: BundleOf) -> None:
    for text in TEXTS:
        prediction = classifier.predict(text)
        assert pickle.loads(pickle.dumps(prediction)) == prediction
    bare = classifier.predict("a", return_probabilities=False)
    assert pickle.loads(pickle.dumps(bare)) == bare
    made = bundle("bert-classifier")
    assert pickle.loads(pickle.dumps(made)) == made
    opened = pantau.Classifier.open(
        made, threads=1, max_tokens=20, long_text="windows", overlap=4, max_windows=3,
        max_wait=0.25, queue=7, device="prefer_cuda",
    )  # fmt: skip
    again = pickle.loads(pickle.dumps(opened))
    assert repr(again) == repr(opened)
    assert "long_text='windows', overlap=4, max_windows=3, max_wait=0.25, queue=7" in repr(again)
    assert again.predict(TEXTS[2]) == opened.predict(TEXTS[2])
    encoder = pantau.Encoder.open(bundle("bert-encoder"), long_text="truncate_start")
    again = pickle.loads(pickle.dumps(encoder))
    assert again.embed("a").tolist() == encoder.embed("a").tolist()


def test_a_pickle_opens_in_another_folder(
    bundle: BundleOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Path(bundle("bert-classifier").path)
    monkeypatch.chdir(made.parent)
    classifier = pantau.Classifier.open(made.name)
    monkeypatch.chdir(tmp_path)
    assert pickle.loads(pickle.dumps(classifier)).predict("a") == classifier.predict("a")
