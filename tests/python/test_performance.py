"""How good a model still is, with labels and without, and the page that says so."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pantau
import pytest
from pantau import AccuracyEstimator, Audit, Monitor, PerformanceDriftDetector, Reference, Report

DAY = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)


def answers(count: int, seed: int, low: float = 0.5) -> dict[str, Any]:
    """Calibrated answers: each is right as often as it is sure."""
    chance = random.Random(seed)
    rows: dict[str, list[Any]] = {"label": [], "confidence": [], "actual_label": []}
    for _ in range(count):
        label, other = chance.sample(["good", "bad"], 2)
        confidence = chance.uniform(low, 1)
        rows["label"].append(label)
        rows["confidence"].append(confidence)
        rows["actual_label"].append(label if chance.random() < confidence else other)
    return rows


def correct(rows: dict[str, Any]) -> list[bool]:
    return [one == other for one, other in zip(rows["label"], rows["actual_label"], strict=True)]


def test_accuracy_is_estimated_without_labels() -> None:
    known = answers(3000, 1)
    right = correct(known)
    estimator = AccuracyEstimator(known["confidence"], right, known["label"])
    for low, ways in ((0.5, ["cbpe", "atc"]), (0.8, ["cbpe"])):
        later = answers(2000, 2, low=low)
        found = estimator.estimate(later["confidence"], later["label"])
        truth = sum(correct(later)) / 2000
        for way in ways:
            interval = found[way]["interval"]
            assert interval["low"] - 0.02 < truth < interval["high"] + 0.02, (way, found)
    # The threshold is far off where all are surer than usual, and the sentence says so.
    assert "points apart" in found["sentence"]
    assert found["refused"] is None
    assert "labels of a random sample" in found["cannot_see"]
    assert {own["label"] for own in found["labels"]} == {"good", "bad"}
    assert found["usual"]["value"] == pytest.approx(sum(right) / 3000)
    as_arrays = AccuracyEstimator(np.array(known["confidence"]), np.array(right), known["label"])
    assert as_arrays.estimate(np.array(later["confidence"]), later["label"]) == found


def test_estimates_are_refused_where_confidence_means_nothing() -> None:
    known = answers(2000, 3)
    estimator = AccuracyEstimator(known["confidence"], [True, False] * 1000)
    found = estimator.estimate([0.9, 0.8])
    assert found["cbpe"] is None
    assert "calibrate the model" in found["refused"]
    assert found["sentence"].startswith("the accuracy cannot be estimated")
    with pytest.raises(pantau.InvalidInputError, match="row 1 is 2"):
        AccuracyEstimator([0.5, 0.5], [1, 2])
    with pytest.raises(pantau.InvalidInputError, match=r"row 0 is 1\.5"):
        AccuracyEstimator([1.5], [True])
    with pytest.raises(pantau.NotFoundError, match="predictions"):
        AccuracyEstimator.of_reference(Reference.build({"stars": [1, 2, 3, 4] * 100}))


def test_a_reference_with_predictions_estimates_windows() -> None:
    columns = {"label": "label", "confidence": "confidence", "actual": "actual_label"}
    reference = Reference.build(answers(5600, 1), predictions=columns)
    assert reference.features == ["label", "confidence", "confidence (answers)"]
    monitor = Monitor(reference)
    for day in range(3):
        rows = answers(400, 10 + day)
        del rows["actual_label"]
        monitor.update(rows, at=DAY + timedelta(days=day))
        monitor.close_window()
    told = monitor.accuracy()
    assert told["audit"] is None
    assert len(told["windows"]) == 3
    assert 0.65 < told["estimate"]["cbpe"]["value"] < 0.85
    assert told["sentence"].startswith("without labels: about 7")
    again = AccuracyEstimator.of_reference(Reference.from_bytes(reference.to_bytes()))
    assert again.estimate([0.9] * 10)["labelled_rows"] == 5600
    with pytest.raises(pantau.InvalidInputError, match="no column of strings"):
        Reference.build({"confidence": [0.5] * 100}, predictions={})
    with pytest.raises(pantau.InvalidInputError, match="unknown field"):
        Reference.build(answers(100, 1), predictions={"confidences": "confidence"})


def audited() -> Audit:
    audit = Audit(rate=60, seed=3)
    for day in range(20):
        for row in range(500):
            name = f"{day} {row}"
            at = DAY + timedelta(days=day)
            if audit.pick(name, 0.9, version=str(1 + day // 10), at=at):
                audit.label(name, row % 10 > 0, at=at + timedelta(hours=30))
    return audit


def test_an_audit_tells_the_accuracy_from_rows_picked_by_chance() -> None:
    audit = audited()
    now = DAY + timedelta(days=30)
    report = audit.report(baseline=0.9, now=now)
    assert report["rows"] == 10_000
    assert report["labelled"] == report["picked"]
    assert report["interval"]["low"] < 0.9 < report["interval"]["high"]
    assert report["status"] == "ok"
    assert report["confidence_fits"] is True
    assert report["lag_seconds"] == 30 * 3600
    assert [own["version"] for own in report["versions"]] == ["1", "2"]
    assert audit.report(version="2", now=now)["rows"] == 5_000
    assert len(report["cohorts"]) == 20
    assert all(own["is_final"] for own in report["cohorts"])
    assert audit.unlabelled == []
    assert audit.pick("new", at=DAY) is None or audit.unlabelled == ["new"]
    assert audit.label("never picked", False) is False


def test_an_audit_goes_on_after_a_restart() -> None:
    audit = audited()
    again = Audit.resume(audit.state)
    now = DAY + timedelta(days=30)
    assert again.report(now=now) == audit.report(now=now)
    for row in range(100):
        assert again.pick(f"later {row}", at=now) == audit.pick(f"later {row}", at=now)
    assert again.state == audit.state
    for state in (b"", b"{}", audit.state[:-1]):
        with pytest.raises(pantau.InvalidInputError, match="state"):
            Audit.resume(state)
    with pytest.raises(pantau.InvalidInputError, match="rate: 0"):
        Audit(rate=0)
    with pytest.raises(pantau.InvalidInputError, match="window"):
        Audit(window="500 rows")


def test_drops_of_metrics_are_named() -> None:
    detector = PerformanceDriftDetector(
        {"accuracy": 0.9, "precision": 0.88, "recall": 0.87, "f1": 0.875}
    )
    found = detector.detect_performance_drift({"accuracy": 0.84, "f1": 0.87}, threshold=0.05)
    assert found["drift_detected"] is True
    [degraded] = found["degraded_metrics"]
    assert (degraded["metric"], degraded["baseline"], degraded["current"]) == (
        "accuracy",
        0.9,
        0.84,
    )
    assert found["not_measured"] == ["precision", "recall"]
    assert detector.detect_performance_drift({"accuracy": 0.85})["drift_detected"] is False
    few = PerformanceDriftDetector({"accuracy": 0.9}, rows=1000)
    assert few.detect_performance_drift({"accuracy": 0.84}, rows=50)["drift_detected"] is False
    assert few.detect_performance_drift({"accuracy": 0.84}, rows=5000)["drift_detected"] is True
    with pytest.raises(pantau.InvalidInputError, match='"loss" is not in the baseline'):
        detector.detect_performance_drift({"loss": 1.0})
    with pytest.raises(pantau.InvalidInputError, match="current_metrics"):
        detector.detect_performance_drift({"f1": "high"})  # type: ignore[dict-item]


def test_trends_are_told_of_detectors_and_stores() -> None:
    detector = PerformanceDriftDetector({"accuracy": 0.9})
    store = pantau.Store.open("memory:")
    chance = random.Random(1)
    for day in range(30):
        at = DAY + timedelta(days=day)
        accuracy = 0.9 - 0.003 * day + chance.gauss(0, 0.003)
        detector.record({"accuracy": accuracy}, version="1", at=at)
        store.write_metrics("sentiment", "1", accuracy=accuracy, timestamp=at)
    until = DAY + timedelta(days=30)
    found = detector.analyze_trend(days=30, until=until)
    assert found["overall_trend"] == "declining"
    trend = found["trends"]["accuracy"]
    assert trend["slope"] == pytest.approx(-0.003, abs=5e-4)
    assert trend["interval"]["low"] < -0.003 < trend["interval"]["high"]
    stored = store.analyze_trend("sentiment", 30, until=until)
    assert stored["trends"]["accuracy"]["slope"] == pytest.approx(trend["slope"])
    assert store.analyze_trend("sentiment", 30, version="2", until=until)["trends"] == {}
    assert detector.analyze_trend(days=3, until=until)["overall_trend"] == "unknown"
    with pytest.raises(pantau.InvalidInputError, match="days"):
        detector.analyze_trend(days=0)


def test_clicks_are_a_rate() -> None:
    rate = pantau.feedback_rate(20_000, right=180, wrong=200)
    assert rate["wrong_per_thousand"] == 10.0
    assert "no accuracy" in rate["sentence"]
    store = pantau.Store.open("memory:")
    assert store.feedback_rate() is None
    with store.log("sentiment", "1") as log:
        ids = [log.record(label="good", confidence=0.9) for _ in range(4)]
        log.feedback(ids[0], correct=False)
    told = store.feedback_rate()
    assert told is not None
    assert (told["predictions"], told["wrong"]) == (4, 1)
    with pytest.raises(pantau.InvalidInputError, match="3 clicks on 2 answers"):
        pantau.feedback_rate(2, 1, 2)


def test_a_page_holds_all_of_it(tmp_path: Path) -> None:
    reference = Reference.build(answers(5600, 1), predictions={})
    monitor = Monitor(reference)
    for day in range(4):
        monitor.update(answers(400, 20 + day, low=0.9), at=DAY + timedelta(days=day))
        monitor.close_window()
    assert monitor.report().status == "alarm"
    detector = PerformanceDriftDetector({"accuracy": 0.75})
    accuracy = monitor.accuracy(audited(), now=DAY + timedelta(days=30))
    report = Report(
        monitor.report(),
        accuracy=accuracy,
        trend=detector.analyze_trend(),
        feedback=pantau.feedback_rate(100, 1, 2),
        title="Ulasan 🇮🇩",
    )
    page = report.to_html()
    for part in ("Ulasan 🇮🇩", "Changed since 2026-11-01 12:00", "How good it is", "Clicks"):
        assert part in page
    assert "<html" not in report._repr_html_()
    assert "<svg" in monitor.report()._repr_html_()
    assert monitor.report().to_html().startswith("<!doctype html>")
    text = str(report)
    assert "ALARM: changed since" in text
    assert "audited: " in text
    for name in ("report.html", "report.json", "report.txt"):
        report.save(tmp_path / name)
    kept = json.loads((tmp_path / "report.json").read_text())
    assert Report.from_json(kept) == report
    assert Report.from_json((tmp_path / "report.json").read_text()).to_html() == page
    with pytest.raises(pantau.InvalidInputError, match=r"\.pdf"):
        report.save(tmp_path / "report.pdf")
    with pytest.raises(pantau.InvalidInputError, match="report"):
        Report({})


def test_label_mixes_are_those_of_the_golden_cases() -> None:
    path = Path(__file__).parents[1] / "data" / "stats.jsonl"
    cases = [json.loads(line) for line in path.read_text().splitlines()]
    mixes = [case for case in cases if case["kind"] == "mix"]
    assert len(mixes) >= 5
    for case in mixes:
        usual = case["usual"]
        rows = np.array(case["probabilities"]).reshape(-1, len(usual))
        found = pantau.stats.label_mix(rows, usual)
        assert found.shares == pytest.approx(case["shares"], abs=2e-6)
    with pytest.raises(pantau.InvalidInputError, match="2 shares"):
        pantau.stats.label_mix([[0.2, 0.3, 0.5]], [0.5, 0.5])
