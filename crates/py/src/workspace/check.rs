use pantau::workspace::Check;
use pyo3::prelude::*;
use serde::Serialize;

use crate::{
    error::invalid,
    transforms::from_json,
    watching::{drift_report::PyDriftReport, report::PyReport},
};

/// How a model stands: drift, accuracy, what people said, and whether it should be trained anew.
#[pyclass(frozen, name = "Check", module = "pantau")]
pub(crate) struct PyCheck(pub(crate) Check);

#[pymethods]
impl PyCheck {
    /// The model.
    #[getter]
    fn model(&self) -> &str {
        &self.0.model
    }

    /// The version in use.
    #[getter]
    fn version(&self) -> u32 {
        self.0.version
    }

    /// Whether what comes is like what it learnt from; None if there is nothing to compare with.
    #[getter]
    fn drift(&self) -> Option<PyDriftReport> {
        self.0.drift.clone().map(PyDriftReport)
    }

    /// Why nothing is watched; None if something is.
    #[getter]
    fn unwatched(&self) -> Option<String> {
        self.0.unwatched()
    }

    /// How accurate it is, as a dict.
    #[getter]
    fn accuracy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        part(py, &self.0.accuracy)
    }

    /// What people said since it is in use, as a dict.
    #[getter]
    fn feedback<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        part(py, &self.0.feedback)
    }

    /// Whether it should be trained anew, as ``evaluate_triggers`` says it.
    #[getter]
    fn triggers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        part(py, &self.0.triggers)
    }

    /// The page of it.
    pub(super) fn report(&self) -> PyResult<PyReport> {
        let why = || invalid("report", self.0.unwatched().unwrap_or_default());
        self.0.report().map(PyReport).ok_or_else(why)
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn _repr_html_(&self) -> Option<String> {
        Some(self.0.report()?.to_html_part())
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let drift = self.0.drift.as_ref().map_or("unwatched", |drift| drift.status.name());
        format!("Check({:?}, version {}, {drift})", self.0.model, self.0.version)
    }
}

fn part<'py>(py: Python<'py>, part: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    from_json(py, &serde_json::to_string(part).expect("numbers, texts and lists are JSON"))
}
