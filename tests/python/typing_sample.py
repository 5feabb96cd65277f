"""Typical use, checked by mypy and run as it stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pantau
import polars as pl
from pantau import text
from typing_extensions import assert_type

Length = Literal["ok", "too_short", "too_long"]


def reviews() -> Iterator[str]:
    yield "Bagus!"


def maybe(value: str | None) -> str | None:
    return text.clean(value)


one = "Aplikasi ini sangat bagus!"
assert_type(text.clean(one), str)
assert_type(text.clean(None), None)
assert_type(text.clean([one]), list[str | None])
assert_type(text.clean([one, None, float("nan")]), list[str | None])
assert_type(text.clean((one, None)), tuple[str | None, ...])
assert_type(text.clean(reviews()), list[str | None])
assert_type(text.clean(pl.Series("ulasan", [one])), pl.Series)
array: npt.NDArray[np.object_] = np.array([one], dtype=object)
assert_type(text.clean(array), npt.NDArray[np.object_])
assert_type(text.clean(one, "id", steps=["nfc", {"emoji": "name"}, {"repeats": 2}]), str)

assert_type(text.normalize(one, {"gak": "tidak"}), str)
assert_type(text.normalize([one], [("gak", "tidak")], threads=2), list[str | None])
assert_type(text.normalize(one, text.Normalizer({"gak": "tidak"})), str)
assert_type(text.remove_stopwords(one, words="sastrawi"), str)
assert_type(text.remove_stopwords((one,), words=["ini"]), tuple[str | None, ...])
assert_type(text.stem(one, algorithm="tala"), str)
assert_type(text.stem([one], "en", progress=False), list[str | None])
assert_type(text.anonymize(one, entities=["email", "phone"], key=b"0123456789abcdef"), str)

roots = text.Dictionary(["aplikasi", "bagus"])
assert_type("bagus" in roots, bool)
assert_type(text.Dictionary.installed(), text.Dictionary | None)
config = text.FeatureConfig("id", dictionary=roots, stop_words=["ini"], lexicon=(["bagus"], []))
assert_type(config.stemmer, Literal["sastrawi", "tala", "english"] | None)
extractor = text.FeatureExtractor(config, dictionary=roots)
assert_type(extractor.extract(one), text.Features)
assert_type(extractor.extract(None), None)
table = extractor.extract([one, None])
assert_type(table, text.FeatureTable)
assert_type(table["word_count"], list[Any])
assert_type(extractor.check_length(one), Length)
assert_type(extractor.check_length([one]), list[Length | None])
for part in extractor.stream(reviews(), rows=100):
    assert_type(part, text.FeatureTable)
features = text.features(one, config=config, dictionary=roots)
assert_type(features.avg_word_length, float)
assert_type(features.to_dict()["has_url"], bool)
assert_type(text.features([one], config=config, dictionary=roots), text.FeatureTable)
assert_type(text.Anonymizer().count(one), dict[
    Literal["email", "url", "phone", "nik", "npwp", "card", "iban", "ip", "handle", "plate"], int
])  # fmt: skip


def models(path: Path) -> None:
    """What models answer; never called, for there is no model here."""
    bundle = pantau.convert(path, "bundle", weights="int8", calibration=["Bagus!"])
    assert_type(bundle, pantau.Bundle)
    assert_type(pantau.Bundle.open(path).manifest, dict[str, Any])
    pantau.Bundle.create("new", {"model.onnx": path}, {"name": "new"}, overwrite=True)
    with pantau.Classifier.open(bundle, device="prefer_cuda", max_wait=0.01) as classifier:
        assert_type(classifier, pantau.Classifier)
        assert_type(classifier.predict(one), pantau.Prediction)
        assert_type(classifier.predict(one).probabilities, dict[str, float] | None)
        predictions = classifier.predict(pl.Series([one]), deadline=1, progress=True)
        assert_type(predictions, pantau.Predictions)
        assert_type(predictions[0], pantau.Prediction)
        assert_type(predictions[1:], list[pantau.Prediction])
        assert_type(predictions.confidence, npt.NDArray[np.float64])
        assert_type([prediction.label for prediction in predictions], list[str])
    encoder = pantau.Encoder.open(path, long_text="windows", overlap=16)
    assert_type(encoder.embed(one), npt.NDArray[np.float32])
    assert_type(encoder.embed([one]), npt.NDArray[np.float32])
    assert_type(encoder.embed_table([one]), pantau.Embeddings)
    assert_type(pantau.Runtime.load().version, str)


async def models_async(classifier: pantau.Classifier, encoder: pantau.Encoder) -> None:
    """The same for event loops."""
    assert_type(await classifier.predict_async(one), pantau.Prediction)
    assert_type(await classifier.predict_async([one]), pantau.Predictions)
    assert_type(await encoder.embed_async([one]), npt.NDArray[np.float32])


def learning(path: Path, data: pl.DataFrame) -> None:
    """Learning and judging; never called, for there is no data here."""
    classifier = pantau.train(data, path, kind="encoder-head", encoder=path, words=True)
    assert_type(classifier, pantau.Classifier)
    pantau.train(path, "bundle", text="review", features={"ngram_range": (1, 2)}, strengths=[1])
    pantau.train([("Bagus", "good"), ("Lemot", "bad")], path, test=path, overwrite=True)
    evaluation = pantau.evaluate(classifier, [("Bagus", "good")], slices=["a"])
    assert_type(evaluation, pantau.Evaluation)
    assert_type(evaluation.confusion, npt.NDArray[np.int64])
    assert_type(evaluation.accuracy_interval, tuple[float, float])
    assert_type(evaluation.mistakes_csv(), str)
    evaluation.mistakes_csv(path)
    comparison = pantau.compare(classifier, path, {"text": ["Bagus"], "label": ["good"]})
    assert_type(comparison.pvalue, float)
    explanation = classifier.explain(one, label="good")
    assert_type(explanation.words, list[tuple[str, float]])
    cascade = pantau.Cascade.fit(classifier, classifier, path, 0.9)
    assert_type(cascade.predict(one), pantau.Prediction)
    assert_type(pantau.Ensemble([classifier], [1.0]).predict([one]), pantau.Predictions)
    assert_type(pantau.assess(cascade, path, champion=classifier).passed, bool)
    assert_type(classifier.predict(one).novelty, float | None)
    chosen = pantau.select(classifier.predict([one]), 1, strategy="diversity", features=[[0.0]])
    assert_type(chosen[0]["reason"], str)
    assert_type(pantau.import_sklearn("model.json", path), pantau.Bundle)


vectorizer = pantau.TfidfVectorizer(ngram_range=(1, 2), stop_words="id", min_df=0.1)
rows = vectorizer.fit_transform([one, "Lemot"])
assert_type(vectorizer.vocabulary_, dict[str, int])
regression = pantau.LogisticRegression(C=10, class_weight={"good": 2}).fit(rows, ["good", "bad"])
assert_type(regression, pantau.LogisticRegression)
assert_type(regression.predict_proba(rows), npt.NDArray[np.float64])
assert_type(pantau.NaiveBayes(kind="complement").fit(rows, [0, 1]).score(rows, [0, 1]), float)

try:
    text.FeatureConfig.load(Path("nothing-here.json"))
except pantau.NotFoundError as error:
    problem: pantau.Error = error


def wrong() -> None:
    """What must not type-check: an ignore that is not needed is an error too."""
    text.clean(one, "fr")  # type: ignore[call-overload]
    text.clean([b"a"])  # type: ignore[list-item]
    text.FeatureConfig().version = "2"  # type: ignore[misc]
    pantau.Classifier.open("a", device="gpu")  # type: ignore[arg-type]
    text.stem(one, algorithm="porter")  # type: ignore[call-overload]
    pantau.train([("a", "b")], "c", kind="svm")  # type: ignore[arg-type]
    pantau.NaiveBayes(kind="gaussian")  # type: ignore[arg-type]
    pantau.LogisticRegression().transform([[1.0]])  # type: ignore[attr-defined]


store = pantau.Store.open("memory:")
with store.log("sentiment", 3, durability="each") as log:
    logged = log.record(label="positive", text=one, consent=pantau.Consent(subject="user-17"))
    assert_type(logged, str)
    assert_type(log.feedback(logged, correct=True), str)
    assert_type(log.counters(), dict[str, Any])
assert_type(store.prediction(logged), dict[str, Any] | None)
assert_type(store.history(hours=24, model="sentiment"), list[dict[str, Any]])
assert_type(store.forget("user-17", actor="privacy"), dict[str, int])
registry = pantau.Registry.open("memory:")
assert_type(registry.models(), list[str])
