//! How good a deployed model still is.

use std::sync::{Mutex, PoisonError};

use pantau::{
    Timestamp,
    performance::{AccuracyEstimator, FeedbackRate, PerformanceDriftDetector},
};
use pyo3::{prelude::*, types::PyDict};

use super::reference::PyReference;
use crate::{
    arguments::{natural, pairs_of_numbers, words},
    error::{PyError, invalid},
    moment::{Moment, timestamp},
    numbers::Numbers,
    transforms::from_json,
};

/// Estimates the accuracy of a classifier on rows that have no labels, from how sure it is.
///
/// It learns from rows that are labelled and that the classifier was not trained on: the confidence
/// of each answer, whether it is ``correct``, and which of the ``labels`` it gave. Estimates are made
/// in two ways, by the mean calibrated confidence (``cbpe``) and by a threshold (``atc``), with
/// intervals; ``sentence`` says it in words. Where confidences mean nothing it refuses, and says why.
///
/// >>> import random
/// >>> from pantau import AccuracyEstimator
/// >>> chance = random.Random(1)
/// >>> confidences = [chance.uniform(0.5, 1) for _ in range(2000)]
/// >>> estimator = AccuracyEstimator(confidences, [chance.random() < one for one in confidences])
/// >>> found = estimator.estimate([chance.uniform(0.8, 1) for _ in range(1000)])
/// >>> found["refused"], round(found["cbpe"]["value"], 1)
/// (None, 0.9)
#[pyclass(frozen, module = "pantau", name = "AccuracyEstimator")]
pub(crate) struct PyAccuracyEstimator(AccuracyEstimator);

#[pymethods]
impl PyAccuracyEstimator {
    #[new]
    #[pyo3(signature = (confidences, correct, labels=None))]
    fn new(
        confidences: &Bound<'_, PyAny>,
        correct: &Bound<'_, PyAny>,
        labels: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let confidences = Numbers::read("confidences", confidences)?;
        let correct = Numbers::read("correct", correct)?;
        let is_truth = |(row, number): (usize, &f64)| match number {
            1.0 => Ok(true),
            0.0 => Ok(false),
            other => {
                Err(invalid("correct", format!("row {row} is {other}, expected True or False")))
            }
        };
        let correct: Vec<bool> =
            correct.as_slice().iter().enumerate().map(is_truth).collect::<PyResult<_>>()?;
        let labels = labels.map(|labels| words("labels", labels)).transpose()?;
        let labels: Option<Vec<&str>> =
            labels.as_ref().map(|labels| labels.iter().map(String::as_str).collect());
        let made = AccuracyEstimator::new(confidences.as_slice(), &correct, labels.as_deref());
        Ok(Self(made.map_err(PyError)?))
    }

    /// What the rows of a reference say whose right labels were known; it was built with
    /// ``predictions``.
    #[staticmethod]
    fn of_reference(reference: &PyReference) -> PyResult<Self> {
        Ok(Self(AccuracyEstimator::of_reference(&reference.0).map_err(PyError)?))
    }

    /// The estimated accuracy of answers of these confidences and labels, as a dict.
    #[pyo3(signature = (confidences, labels=None))]
    fn estimate<'py>(
        &self,
        py: Python<'py>,
        confidences: &Bound<'py, PyAny>,
        labels: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let confidences = Numbers::read("confidences", confidences)?;
        let labels = labels.map(|labels| words("labels", labels)).transpose()?;
        let labels: Option<Vec<&str>> =
            labels.as_ref().map(|labels| labels.iter().map(String::as_str).collect());
        let found = self.0.estimate(confidences.as_slice(), labels.as_deref()).map_err(PyError)?;
        from_json(py, &found.to_json())
    }
}

/// Compares the metrics of a model with a baseline, and finds their trends.
///
/// ``rows`` is on how many rows the baseline was measured; where it is known of both sides, a drop
/// must also be more than chance gives. Without it, an accuracy of 0.9 on 100 labels a day seems to
/// drop by 5 points on 23 days of a year in which nothing changes; ``Audit`` bounds false alarms.
///
/// >>> from pantau import PerformanceDriftDetector
/// >>> detector = PerformanceDriftDetector({"accuracy": 0.91, "f1": 0.90})
/// >>> found = detector.detect_performance_drift({"accuracy": 0.84, "f1": 0.89})
/// >>> found["drift_detected"], [own["metric"] for own in found["degraded_metrics"]]
/// (True, ['accuracy'])
#[pyclass(frozen, module = "pantau", name = "PerformanceDriftDetector")]
pub(crate) struct PyPerformanceDriftDetector(Mutex<PerformanceDriftDetector>);

impl PyPerformanceDriftDetector {
    fn with<R>(&self, work: impl FnOnce(&mut PerformanceDriftDetector) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn borrowed(metrics: &[(String, f64)]) -> Vec<(&str, f64)> {
    metrics.iter().map(|(name, value)| (name.as_str(), *value)).collect()
}

fn rows_of(rows: Option<&Bound<'_, PyAny>>) -> PyResult<Option<u64>> {
    rows.map(|rows| natural("rows", rows)).transpose()
}

#[pymethods]
impl PyPerformanceDriftDetector {
    #[new]
    #[pyo3(signature = (baseline_metrics, *, rows=None))]
    fn new(
        baseline_metrics: &Bound<'_, PyDict>,
        rows: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let baseline = pairs_of_numbers("baseline_metrics", baseline_metrics)?;
        let made = PerformanceDriftDetector::new(&borrowed(&baseline), rows_of(rows)?);
        Ok(Self(Mutex::new(made.map_err(PyError)?)))
    }

    /// Which metrics are worse than the baseline by more than ``threshold``, a difference; gives a
    /// dict with ``drift_detected`` and ``degraded_metrics``.
    #[pyo3(signature = (current_metrics, threshold=0.05, *, rows=None))]
    fn detect_performance_drift<'py>(
        &self,
        py: Python<'py>,
        current_metrics: &Bound<'py, PyDict>,
        threshold: f64,
        rows: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let current = pairs_of_numbers("current_metrics", current_metrics)?;
        let rows = rows_of(rows)?;
        let found = self.with(|detector| {
            detector.detect_performance_drift(&borrowed(&current), threshold, rows)
        });
        from_json(py, &found.map_err(PyError)?.to_json())
    }

    /// Keeps what a version scored at a time, by default now, for ``analyze_trend``.
    #[pyo3(signature = (metrics, *, version="", at=None))]
    fn record(
        &self,
        metrics: &Bound<'_, PyDict>,
        version: &str,
        at: Option<Moment>,
    ) -> PyResult<()> {
        let metrics = pairs_of_numbers("metrics", metrics)?;
        let at = timestamp(at).unwrap_or_else(Timestamp::now);
        let done = self.with(|detector| detector.record(&borrowed(&metrics), at, version));
        Ok(done.map_err(PyError)?)
    }

    /// The trend of each metric over the last days up to ``until``, by default now, of all versions
    /// or one; gives a dict with ``overall_trend`` and ``trends``, each with its ``slope`` a day.
    #[pyo3(signature = (days=30.0, *, version=None, until=None))]
    fn analyze_trend<'py>(
        &self,
        py: Python<'py>,
        days: f64,
        version: Option<&str>,
        until: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let until = timestamp(until).unwrap_or_else(Timestamp::now);
        let found = self.with(|detector| detector.analyze_trend(days, version, until));
        from_json(py, &found.map_err(PyError)?.to_json())
    }

    fn __repr__(&self) -> String {
        let names = self.with(|detector| {
            let names: Vec<String> =
                detector.baseline().iter().map(|(name, value)| format!("{name}={value}")).collect();
            names.join(", ")
        });
        format!("PerformanceDriftDetector({names})")
    }
}

/// How often people said of their own accord that an answer was wrong, as a dict: a rate, never an
/// accuracy, for who clicks is not picked by chance.
///
/// >>> import pantau
/// >>> pantau.feedback_rate(20_000, right=180, wrong=200)["wrong_per_thousand"]
/// 10.0
#[pyfunction]
pub(crate) fn feedback_rate<'py>(
    py: Python<'py>,
    predictions: &Bound<'py, PyAny>,
    right: &Bound<'py, PyAny>,
    wrong: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (right, wrong) = (natural("right", right)?, natural("wrong", wrong)?);
    let rate = FeedbackRate::new(natural("predictions", predictions)?, right, wrong);
    from_json(py, &rate.map_err(PyError)?.to_json())
}
