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

try:
    text.FeatureConfig.load(Path("nothing-here.json"))
except pantau.NotFoundError as error:
    problem: pantau.Error = error


def wrong() -> None:
    """What must not type-check: an ignore that is not needed is an error too."""
    text.clean(one, "fr")  # type: ignore[call-overload]
    text.clean([b"a"])  # type: ignore[list-item]
    text.FeatureConfig().version = "2"  # type: ignore[misc]
    text.stem(one, algorithm="porter")  # type: ignore[call-overload]
