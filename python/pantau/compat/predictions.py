"""The log of predictions."""

from __future__ import annotations

import threading
from typing import Any, Literal

from pantau import Consent, PredictionLog
from pantau.compat.places import MODEL, DbConfig, open_store


class PredictionLogger:
    """Logs predictions, over ``pantau.Store.log``.

    When ``log_prediction`` returns, the prediction is in the store, as it was before;
    ``durability="group"`` makes nobody wait for that. Of the text nothing is kept without
    ``consent=pantau.Consent()``: who only asks has not agreed to anything.

    >>> from pantau.compat import PredictionLogger
    >>> logger = PredictionLogger("predictions")
    >>> id = logger.log_prediction(17, "Bagus sekali!", "positive", 0.93, "v1.0.0")
    >>> recent = logger.get_recent_predictions(hours=24)
    >>> recent["count"], recent["mean_confidence"], recent["label_distribution"]
    (1, 0.93, {'positive': 1})
    """

    def __init__(
        self,
        db_config: DbConfig,
        model_name: str = MODEL,
        *,
        durability: Literal["each", "group", "none"] = "each",
    ) -> None:
        self._store = open_store(db_config)
        self._model = model_name
        self._durability: Literal["each", "group", "none"] = durability
        self._logs: dict[str, PredictionLog] = {}
        self._lock = threading.Lock()

    def log_prediction(
        self,
        review_id: str | int | None,
        text: str,
        predicted_sentiment: str,
        confidence: float,
        model_version: str,
        *,
        probabilities: dict[str, float] | None = None,
        processing_time_ms: float | None = None,
        consent: Consent | None = None,
    ) -> str:
        """Logs a prediction and returns its id, by which ``Store.write_feedback`` tells the right
        label later."""
        return self._log(str(model_version)).record(
            label=predicted_sentiment,
            confidence=confidence,
            probabilities=probabilities,
            processing_time_ms=processing_time_ms,
            text=text,
            consent=consent,
            review_id=None if review_id is None else str(review_id),
        )

    def get_recent_predictions(self, hours: float = 24) -> dict[str, Any]:
        """What the predictions of the last hours come to: ``count``, ``mean_confidence`` (None
        without predictions) and ``label_distribution``, how many of each label."""
        with self._lock:
            logs = list(self._logs.values())
        for log in logs:
            log.flush()
        found = self._store.summary(hours=hours, model=self._model)
        return {
            "count": found["count"],
            "mean_confidence": found["mean_confidence"],
            "label_distribution": {own["label"]: own["count"] for own in found["labels"]},
        }

    def close(self) -> None:
        """Ends it: what was logged is in the store when this returns."""
        with self._lock:
            logs, self._logs = list(self._logs.values()), {}
        for log in logs:
            log.close()

    def __enter__(self) -> PredictionLogger:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _log(self, version: str) -> PredictionLog:
        with self._lock:
            if version not in self._logs:
                self._logs[version] = self._store.log(
                    self._model, version, durability=self._durability
                )
            return self._logs[version]


def create_prediction_logs_table(db_config: DbConfig) -> None:
    """Makes the tables of a store, as opening one does: predictions are in ``predictions``.

    >>> from pantau.compat import create_prediction_logs_table
    >>> create_prediction_logs_table("predictions")
    """
    open_store(db_config)
