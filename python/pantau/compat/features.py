"""Features of texts, and where they are kept."""

from __future__ import annotations

import importlib
import json
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pantau import Consent, InvalidInputError, text
from pantau.compat.places import DbConfig, open_store

# The two lists of fields that there were, in one.
_FIELDS = (
    "original_text",
    "cleaned_text",
    "text_no_stopwords",
    "stemmed_text",
    "original_length",
    "cleaned_length",
    "word_count",
    "char_count",
    "avg_word_length",
    "sentiment_words_positive",
    "sentiment_words_negative",
    "exclamation_marks",
    "question_marks",
    "uppercase_ratio",
    "special_chars_count",
    "number_count",
    "has_url",
    "has_emoji",
)
_OLDER_SETTINGS = ("max_length", "min_length", "version", "created_at")
_LABELLED = ("sentiment_label", "rating", "date", "app_name", "country_code")
_TRAINING = (
    "cleaned_text",
    "stemmed_text",
    "word_count",
    "avg_word_length",
    "sentiment_label",
    "rating",
)

# Whoever stores features says that the writers agreed, as by `Workspace.train`.
AGREED = Consent()


class LengthWarning(UserWarning):
    """A text is shorter or longer than the file of settings says."""


class TextFeatureExtractor:
    """Extracts the 18 features that there were in older systems, and ``feature_version``.

    Over ``pantau.text.FeatureExtractor``, whose settings (a FeatureConfig, or the path of one) can
    be given. ``avg_word_length`` is characters by words, spaces counted, as it always was.

    >>> from pantau.compat import TextFeatureExtractor
    >>> extractor = TextFeatureExtractor()
    >>> extractor.extract_features("Aplikasi ini sangat bagus!")["stemmed_text"]
    'aplikasi sangat bagus'
    >>> table = extractor.batch_extract_features(["Bagus!", "Lemot sekali"])
    >>> table["word_count"].tolist()
    [1, 2]
    """

    def __init__(self, config: text.FeatureConfig | str | os.PathLike[str] | None = None) -> None:
        self._extractor = text.FeatureExtractor(config)
        self._limits: tuple[int, int] | None = None

    @classmethod
    def load_config(cls, path: str | os.PathLike[str]) -> TextFeatureExtractor:
        """The extractor of a ``feature_config.json``.

        An older file has ``max_length``, ``min_length``, ``version`` and ``created_at``. Its
        lengths are characters of the cleaned text. No text is cut by them, so a text has the same
        features whatever the limits; one outside of them gives a LengthWarning, and
        ``check_length`` tells which it is. What ``FeatureConfig.save`` wrote is read as that.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError as problem:
            raise InvalidInputError(f"feature config {os.fspath(path)}: {problem}") from None
        if not isinstance(content, dict) or "format" in content:
            return cls(text.FeatureConfig.load(path))
        unknown = [key for key in content if key not in _OLDER_SETTINGS]
        if unknown:
            raise InvalidInputError(
                f"feature config {os.fspath(path)}: unknown field {', '.join(unknown)}; an older "
                f"file has {', '.join(_OLDER_SETTINGS)}, and a newer one has format"
            )
        # The constructor takes Sastrawi's dictionary where there is one; settings in JSON do not.
        settings = json.loads(text.FeatureConfig().to_json())
        settings.update((key, content[key]) for key in ("version", "created_at") if key in content)
        made = cls(text.FeatureConfig.from_json(json.dumps(settings)))
        made._limits = _limits(content)
        return made

    @property
    def extractor(self) -> text.FeatureExtractor:
        """What it is made of."""
        return self._extractor

    def check_length(self, text: str) -> str:
        """Whether the cleaned text is within the limits: "ok", "too_short" or "too_long"."""
        if self._limits is None:
            return self._extractor.check_length(text)
        least, most = self._limits
        count = self._extractor.extract(text).char_count
        return "too_short" if count < least else "too_long" if count > most else "ok"

    def extract_features(self, text: str) -> dict[str, Any]:
        """The features of a text."""
        if not isinstance(text, str):
            raise InvalidInputError(f"text: {type(text).__name__} is no text")
        features = self._extractor.extract(text)
        self._warn_of_lengths([features.char_count])
        found = {name: getattr(features, name) for name in _FIELDS}
        return {**found, "feature_version": self._extractor.config.version}

    def batch_extract_features(self, texts: Iterable[str | None]) -> Any:
        """The features of many texts, as a DataFrame with a row for each; a Series keeps its
        index. Missing texts have missing features."""
        pandas: Any = importlib.import_module("pandas")
        if isinstance(texts, str):
            raise InvalidInputError("texts: is one text; for one there is extract_features")
        table = self._extractor.extract(texts)
        self._warn_of_lengths(count for count in table["char_count"] if count is not None)
        index = texts.index if isinstance(texts, pandas.Series) else None
        frame = pandas.DataFrame({name: table[name] for name in _FIELDS}, index=index)
        frame["feature_version"] = self._extractor.config.version
        return frame

    def _warn_of_lengths(self, counts: Iterable[int]) -> None:
        if self._limits is None:
            return
        least, most = self._limits
        outside = [count for count in counts if not least <= count <= most]
        if outside:
            message = (
                f"{len(outside)} of the texts: {outside[0]} characters, allowed are {least} to "
                f"{most}; features are of the whole text"
            )
            warnings.warn(message, LengthWarning, stacklevel=3)


def _limits(content: dict[str, Any]) -> tuple[int, int]:
    limits = []
    for name, default in (("min_length", 3), ("max_length", 128)):
        value = content.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InvalidInputError(f"{name}: {value!r} is no number of characters")
        limits.append(value)
    least, most = limits
    if least > most:
        raise InvalidInputError(f"min_length: {least} is more than max_length, {most}")
    return least, most


class FeatureStore:
    """Keeps the features of reviews, over ``pantau.Store``.

    The features have texts in them, and a store keeps a text only if its writer agreed, and
    anonymised. **By storing features you say that the writers agreed**, as by ``Workspace.train``:
    what older scripts store are collections of their owners. Say who it was, by
    ``consent=pantau.Consent("customer-17")``, and ``Store.forget`` deletes what is kept of them; or
    ``consent=None`` if somebody did not agree, and nothing is kept.

    >>> from pantau.compat import FeatureStore
    >>> features = FeatureStore("features")
    >>> reviews = {"id": [1, 2], "review_text": ["Bagus!", "Lemot"]}
    >>> features.batch_store_features({**reviews, "sentiment_label": ["positive", None]})
    2
    >>> features.get_features(2)["cleaned_text"]
    'lemot'
    >>> features.get_training_features()["sentiment_label"].tolist()
    ['positive']
    """

    def __init__(self, db_config: DbConfig, extractor: TextFeatureExtractor | None = None) -> None:
        self._store = open_store(db_config)
        self._extractor = (extractor or TextFeatureExtractor()).extractor

    def store_features(
        self, review_id: str | int, text: str, *, consent: Consent | None = AGREED
    ) -> bool:
        """Stores the features of a review; False without consent, where nothing is kept.

        Features that are there already stay as they are.
        """
        if consent is not None:
            self._store.write_features(_id(review_id), text, self._extractor, consent=consent)
        return consent is not None

    def batch_store_features(self, df: Any, *, consent: Consent | None = AGREED) -> int:
        """Stores the features of the rows of a DataFrame with the columns ``id`` and
        ``review_text``; returns how many were not there already.

        If it has ``sentiment_label``, the reviews are stored, too, with this, and with ``rating``,
        ``date``, ``app_name`` and ``country_code`` if there are such: ``get_training_features``
        joins features with what is known of reviews.
        """
        pandas: Any = importlib.import_module("pandas")
        frame = pandas.DataFrame(df)
        for column in ("id", "review_text"):
            if column not in frame:
                has = ", ".join(map(str, frame.columns)) or "none"
                raise InvalidInputError(f"df: no column {column}; its columns: {has}")
        if consent is None:
            return 0
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
        ids = [_id(row["id"]) for row in rows]
        texts = [row["review_text"] for row in rows]
        if "sentiment_label" in frame:
            for id, row in zip(ids, rows, strict=True):
                about = {name: row.get(name) for name in _LABELLED}
                label, rating = about.pop("sentiment_label"), _rating(about.pop("rating"))
                self._store.write_review(
                    row["review_text"], label, consent=consent, id=id, rating=rating, **about
                )
        return self._store.write_features(ids, texts, self._extractor, consent=consent)

    def get_features(self, review_id: str | int) -> dict[str, Any] | None:
        """The newest features of a review; None if there are none."""
        found = self._store.features(_id(review_id))
        if found is None:
            return None
        return {
            name: found[name] for name in ("review_id", *_FIELDS, "feature_version", "created_at")
        }

    def get_training_features(self, limit: int | None = 1000) -> Any:
        """Features with labels as a DataFrame, those first whose labels became known last.

        Labels are those of the store's reviews: ``batch_store_features`` and
        ``Store.import_reviews`` write them.
        """
        pandas: Any = importlib.import_module("pandas")
        rows = self._store.training_features(limit).to_dicts()
        return pandas.DataFrame(rows, columns=list(_TRAINING))


def _id(review_id: Any) -> str:
    if review_id is None or review_id != review_id:
        raise InvalidInputError("id: is missing")
    return str(review_id)


def _rating(value: Any) -> int | None:
    # A column with missing values has floats.
    if value is None:
        return None
    if value != int(value):
        raise InvalidInputError(f"rating: {value} is no whole number")
    return int(value)
