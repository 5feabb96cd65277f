"""Drift of data and of metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pantau
from pantau import InvalidInputError, PerformanceDriftDetector, Reference, WindowDriftDetector
from pantau.compat.environment import read
from pantau.compat.places import MODEL, DbConfig, open_store

# A reference has 28 windows, and each of them ten rows.
_FEWEST_ROWS = 280
_NOTHING_YET = {"drift_detected": False, "drift_score": 0.0, "windows": 0}
_STORED = ("accuracy", "precision", "recall", "f1_score", "loss")


class DataDriftDetector:
    """Tests new rows against reference rows, over ``pantau.DataDriftDetector``: numbers by
    Kolmogorov and Smirnov, categories by chi-square.

    Looking again and again at 0.05 finds drift where there is none; ``pantau.Monitor`` is made for
    that, and ``p_value_adjusted`` is there beside ``p_value``.

    >>> from pantau.compat import DataDriftDetector
    >>> usual = {"rating": [1, 2, 3, 4, 5] * 40, "sentiment_label": ["positive", "negative"] * 100}
    >>> detector = DataDriftDetector(reference_data=usual, significance_level=0.05)
    >>> later = {"rating": [4, 5] * 50, "sentiment_label": ["positive", "negative"] * 50}
    >>> found = detector.detect_all_drifts(later, ["rating"], ["sentiment_label"])
    >>> found["overall_drift_detected"], found["summary"]["features_with_drift"]
    (True, 1)
    >>> [(own["feature"], own["drift_detected"]) for own in found["features"]]
    [('rating', True), ('sentiment_label', False)]
    """

    def __init__(self, reference_data: Any, significance_level: float = 0.05) -> None:
        self._detector = pantau.DataDriftDetector(reference_data, significance_level)

    def detect_numerical_drift(self, current: Any, feature: str) -> dict[str, Any]:
        """``statistic``, ``p_value`` and ``drift_detected`` of a number."""
        return self._detector.detect_numerical_drift(current, feature)

    def detect_categorical_drift(self, current: Any, feature: str) -> dict[str, Any]:
        """The same of a category, and ``max_distribution_shift``."""
        return self._detector.detect_categorical_drift(current, feature)

    def detect_all_drifts(
        self,
        current: Any,
        numerical_features: Sequence[str] | None = None,
        categorical_features: Sequence[str] | None = None,
    ) -> dict[str, Any]:
        """``overall_drift_detected``, ``summary`` and ``features``; by default of all features of
        the reference."""
        return self._detector.detect_all_drifts(current, numerical_features, categorical_features)


class ModelDriftMonitor:
    """Compares metrics with a baseline, over ``pantau.PerformanceDriftDetector``, and finds their
    trends, over ``Store.analyze_trend``.

    The trend is that of the store's ``model_metrics``, which ``record`` and ``Store.write_metrics``
    write; without a ``db_config`` it is that of what this object was told.

    >>> from pantau.compat import ModelDriftMonitor
    >>> monitor = ModelDriftMonitor({"accuracy": 0.91, "f1": 0.90})
    >>> found = monitor.detect_performance_drift({"accuracy": 0.84, "f1": 0.89}, threshold=0.05)
    >>> [own["metric"] for own in found["degraded_metrics"]]
    ['accuracy']
    >>> from datetime import datetime, timedelta
    >>> for day in range(10):
    ...     at = datetime.now() - timedelta(days=11 - day)
    ...     monitor.record({"accuracy": 0.91 - 0.01 * day}, at=at)
    >>> trend = monitor.analyze_trend(days=30)
    >>> trend["overall_trend"], round(trend["trends"]["accuracy"]["slope"], 3)
    ('declining', -0.01)
    """

    def __init__(
        self,
        baseline_metrics: Mapping[str, float],
        db_config: DbConfig | None = None,
        model_name: str = MODEL,
    ) -> None:
        self._detector = PerformanceDriftDetector(dict(baseline_metrics))
        self._store = open_store("memory:" if db_config is None else db_config)
        self._model = model_name

    def detect_performance_drift(
        self, current_metrics: Mapping[str, float], threshold: float = 0.05
    ) -> dict[str, Any]:
        """``drift_detected`` and ``degraded_metrics``: which are worse by more than ``threshold``,
        a difference."""
        return self._detector.detect_performance_drift(dict(current_metrics), threshold)

    def record(
        self, metrics: Mapping[str, float], *, model_version: str = "1", at: Any = None
    ) -> None:
        """Keeps what the model scored at a time, by default now."""
        named = {"f1_score" if name == "f1" else name: value for name, value in metrics.items()}
        unknown = [name for name in named if name not in _STORED]
        if unknown or not named:
            raise InvalidInputError(
                f"metrics: {', '.join(unknown) or 'none'} cannot be kept; accuracy, precision, "
                "recall, f1 and loss can"
            )
        self._store.write_metrics(
            self._model,
            model_version,
            accuracy=named.get("accuracy"),
            precision=named.get("precision"),
            recall=named.get("recall"),
            f1_score=named.get("f1_score"),
            loss=named.get("loss"),
            timestamp=at,
        )

    def analyze_trend(self, days: float = 30) -> dict[str, Any]:
        """``overall_trend`` and ``trends``, of each metric ``trend`` and ``slope``, which is by the
        day. Eight measurements are the fewest; with fewer it is "unknown"."""
        return self._store.analyze_trend(self._model, days)


class DriftDetector:
    """Scores windows of rows, over ``pantau.WindowDriftDetector``.

    Rows are a DataFrame, a dict of columns, or numbers or texts. They are compared with those that
    ``fit`` was given; without it, with the first ``window_size`` rows, 280 at least, in the order
    they came in. ``drift_score`` is the share of rows that would have to move for the feature that
    moved most to be as it was; ``drift_detected`` says that it is ``threshold`` or more, and more
    than chance gives. A ``threshold`` that is left out comes from the variable DRIFT_THRESHOLD, or
    is 0.05.

    >>> from pantau.compat import DriftDetector
    >>> detector = DriftDetector(window_size=500, threshold=0.05)
    >>> detector.fit({"stars": [row % 5 for row in range(2800)]})
    >>> detector.update({"stars": [row % 5 for row in range(500)]})["drift_detected"]
    False
    >>> status = detector.update({"stars": [row % 3 for row in range(500)]})
    >>> status["drift_detected"], round(status["drift_score"], 3)
    (True, 0.4)
    """

    def __init__(self, window_size: int = 1000, threshold: float | None = None) -> None:
        is_named = threshold is not None
        if threshold is None:
            threshold = read("DRIFT_THRESHOLD", float, 0.05)
        if window_size < 1:
            raise InvalidInputError(f"window_size: {window_size} is below the least, 1")
        if not 0 < threshold <= 1:
            name = "threshold" if is_named else "DRIFT_THRESHOLD"
            raise InvalidInputError(f"{name}: {threshold} is not above 0 and up to 1")
        self._window_size = window_size
        self._threshold = threshold
        self._detector: WindowDriftDetector | None = None
        self._first: dict[str, list[Any]] = {}
        self._status: dict[str, Any] = dict(_NOTHING_YET)

    def fit(self, reference: Any) -> None:
        """Takes rows as those that others are compared with, 280 at least."""
        self._detector = WindowDriftDetector(
            Reference.build(_table(reference)), self._window_size, self._threshold
        )
        self._first = {}
        self._status = dict(_NOTHING_YET)

    def update(self, rows: Any) -> dict[str, Any]:
        """Counts rows, and tells how the window stands that was filled last, as ``status`` does."""
        table = _table(rows)
        if self._detector is None:
            self._first_rows(table)
        else:
            self._count(self._detector, table)
        return self.status

    @property
    def status(self) -> dict[str, Any]:
        """``drift_detected``, ``drift_score`` and more of the window that was filled last; False
        and 0.0 as long as ``windows`` is 0."""
        return dict(self._status)

    @property
    def drift_detected(self) -> bool:
        """Whether the last window has drifted."""
        return bool(self._status["drift_detected"])

    @property
    def drift_score(self) -> float:
        """The score of the last window."""
        return float(self._status["drift_score"])

    def _count(self, detector: WindowDriftDetector, table: Any) -> None:
        for window in detector.update(table):
            self._status = {**window, "windows": self._status["windows"] + 1}

    def _first_rows(self, rows: Any) -> None:
        """Keeps rows until they are enough for a reference, and counts what is left over."""
        columns = {str(name): list(rows[name]) for name in _names(rows)}
        if self._first and set(columns) != set(self._first):
            raise InvalidInputError(
                f"rows: columns {', '.join(columns)}, and {', '.join(self._first)} before"
            )
        for name, values in columns.items():
            self._first.setdefault(name, []).extend(values)
        wanted = max(self._window_size, _FEWEST_ROWS)
        count = min(map(len, self._first.values()), default=0)
        if count >= wanted:
            first, self._first = self._first, {}
            self.fit({name: values[:wanted] for name, values in first.items()})
            assert self._detector is not None
            if count > wanted:
                rest = {name: values[wanted:] for name, values in first.items()}
                self._count(self._detector, rest)


def _table(rows: Any) -> Any:
    """A table of one or more columns; bare values are the column ``value``."""
    if isinstance(rows, Mapping) or hasattr(rows, "columns"):
        return rows
    if isinstance(rows, (int, float, str)):
        return {"value": [rows]}
    if not isinstance(rows, Iterable):
        raise InvalidInputError(f"rows: {type(rows).__name__} is no table, and no values")
    return {"value": rows if hasattr(rows, "dtype") else list(rows)}


def _names(rows: Any) -> Iterable[Any]:
    names: Iterable[Any] = rows if isinstance(rows, Mapping) else rows.columns
    return names
