//! The calls that people know.

use std::sync::{Mutex, PoisonError};

use pantau::drift::{AllFeatures, DataDriftDetector, WindowDriftDetector};
use pyo3::prelude::*;

use super::{
    reference::PyReference,
    rows::{Roles, Rows, names},
};
use crate::{
    arguments::{count, natural},
    error::PyError,
    transforms::from_json,
};

/// Tests each feature of new rows against reference rows: numbers by Kolmogorov and Smirnov,
/// strings by chi-square.
///
/// Where nothing drifts, each feature is found to drift in the share ``significance_level`` of all
/// looks; of 15 features at 0.05 one or more in 54 % of them. ``Monitor`` is made for looking again
/// and again.
///
/// >>> from pantau import DataDriftDetector
/// >>> usual = {"rating": [1, 2, 3, 4, 5] * 40, "label": ["good", "bad"] * 100}
/// >>> detector = DataDriftDetector(usual)
/// >>> later = {"rating": [4, 5] * 50, "label": ["good"] * 50 + ["bad"] * 50}
/// >>> found = detector.detect_all_drifts(later)
/// >>> found["overall_drift_detected"], found["summary"]["features_with_drift"]
/// (True, 1)
/// >>> detector.detect_categorical_drift(later, "label")["drift_detected"]
/// False
#[pyclass(frozen, module = "pantau", name = "DataDriftDetector")]
pub(crate) struct PyDataDriftDetector(DataDriftDetector);

#[pymethods]
impl PyDataDriftDetector {
    #[new]
    #[pyo3(signature = (reference, significance_level=0.05))]
    fn new(reference: &Bound<'_, PyAny>, significance_level: f64) -> PyResult<Self> {
        let rows = Rows::read(reference, |_| true)?;
        rows.with_batch(&Roles::default(), |batch| {
            Ok(Self(DataDriftDetector::new(batch, significance_level).map_err(PyError)?))
        })
    }

    /// Tests a number; gives a dict with ``statistic``, ``p_value`` and ``drift_detected``.
    fn detect_numerical_drift<'py>(
        &self,
        py: Python<'py>,
        current: &Bound<'py, PyAny>,
        feature: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let rows = Rows::read(current, |name| self.0.knows(name))?;
        let found = rows.with_batch(&Roles::default(), |batch| {
            Ok(self.0.detect_numerical_drift(batch, feature).map_err(PyError)?)
        })?;
        from_json(py, &found.to_json())
    }

    /// Tests a category; gives a dict with ``statistic``, ``p_value``, ``drift_detected`` and
    /// ``max_distribution_shift``.
    fn detect_categorical_drift<'py>(
        &self,
        py: Python<'py>,
        current: &Bound<'py, PyAny>,
        feature: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let rows = Rows::read(current, |name| self.0.knows(name))?;
        let found = rows.with_batch(&Roles::default(), |batch| {
            Ok(self.0.detect_categorical_drift(batch, feature).map_err(PyError)?)
        })?;
        from_json(py, &found.to_json())
    }

    /// Tests several features, by default all of the reference; gives a dict with
    /// ``overall_drift_detected``, ``summary`` and ``features``.
    #[pyo3(signature = (current, numerical_features=None, categorical_features=None))]
    fn detect_all_drifts<'py>(
        &self,
        py: Python<'py>,
        current: &Bound<'py, PyAny>,
        numerical_features: Option<&Bound<'py, PyAny>>,
        categorical_features: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let read = |what: &str, told: Option<&Bound<'py, PyAny>>| {
            told.map(|told| names(what, Some(told))).transpose()
        };
        let features = AllFeatures {
            numerical_features: read("numerical_features", numerical_features)?,
            categorical_features: read("categorical_features", categorical_features)?,
        };
        let rows = Rows::read(current, |name| self.0.knows(name))?;
        let found = rows.with_batch(&Roles::default(), |batch| {
            Ok(features.detect(&self.0, batch).map_err(PyError)?)
        })?;
        from_json(py, &found.to_json())
    }

    fn __repr__(&self) -> String {
        format!("DataDriftDetector(significance_level={})", self.0.significance_level())
    }
}

/// Scores windows of ``window_size`` rows, one after the other.
///
/// ``drift_score`` is the share of rows that would have to move for the feature that moved most to be
/// as it was; ``chance`` is what chance alone stays below in 95 of 100 windows. ``level`` is LOW below
/// ``threshold`` or where it is no more than chance, MEDIUM from there on, HIGH from three times the
/// threshold.
///
/// >>> from pantau import Reference, WindowDriftDetector
/// >>> reference = Reference.build({"stars": [row % 5 for row in range(2800)]})
/// >>> detector = WindowDriftDetector(reference, window_size=500)
/// >>> [score["level"] for score in detector.update({"stars": [row % 3 for row in range(1000)]})]
/// ['HIGH', 'HIGH']
#[pyclass(frozen, module = "pantau", name = "WindowDriftDetector")]
pub(crate) struct PyWindowDriftDetector(Mutex<WindowDriftDetector>);

#[pymethods]
impl PyWindowDriftDetector {
    #[new]
    #[pyo3(signature = (reference, window_size=None, threshold=0.05), text_signature = "(reference, window_size=1000, threshold=0.05)")]
    fn new(
        reference: &PyReference,
        window_size: Option<&Bound<'_, PyAny>>,
        threshold: f64,
    ) -> PyResult<Self> {
        let size = window_size.map(|size| natural("window_size", size)).transpose()?;
        let size = count(size.unwrap_or(1_000));
        let detector = WindowDriftDetector::new((*reference.0).clone(), size, threshold);
        Ok(Self(Mutex::new(detector.map_err(PyError)?)))
    }

    /// Counts the rows of a table or a dict of columns, and gives a dict for each window that they
    /// fill, with ``drift_score``, ``chance``, ``drift_detected``, ``level`` and ``feature``.
    fn update<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let rows = Rows::known(
            data,
            self.0.lock().unwrap_or_else(PoisonError::into_inner).reference().layout(),
        )?;
        let scores = rows.with_batch(&Roles::default(), |batch| {
            let mut detector = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(detector.update(batch).map_err(PyError)?)
        })?;
        scores.iter().map(|score| from_json(py, &score.to_json())).collect()
    }
}
