use std::collections::BTreeMap;

use pantau::workspace::Training;
use pyo3::prelude::*;

use crate::{gate_report::PyGateReport, transforms::from_json};

/// What came out of a training in a workspace.
#[pyclass(frozen, name = "Training", module = "pantau")]
pub(crate) struct PyTraining(pub(crate) Training);

#[pymethods]
impl PyTraining {
    /// In a sentence.
    #[getter]
    fn sentence(&self) -> &str {
        &self.0.sentence
    }

    /// The new version.
    #[getter]
    fn version(&self) -> u32 {
        self.0.version
    }

    /// Whether that is in use now.
    #[getter]
    fn promoted(&self) -> bool {
        self.0.promoted
    }

    /// What it was held to; None if there were no texts to test it with.
    #[getter]
    fn gates(&self) -> Option<PyGateReport> {
        self.0.gates.clone().map(PyGateReport)
    }

    /// What it scored.
    #[getter]
    fn metrics(&self) -> BTreeMap<String, f64> {
        self.0.metrics.clone()
    }

    /// How many texts it learnt from.
    #[getter]
    fn train_rows(&self) -> usize {
        self.0.train_rows
    }

    /// How many it was tested with.
    #[getter]
    fn test_rows(&self) -> usize {
        self.0.test_rows
    }

    /// The run that tells all about it.
    #[getter]
    fn run_id(&self) -> &str {
        &self.0.run_id
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.to_json())
    }

    /// All of it as JSON.
    fn to_json(&self) -> String {
        serde_json::to_string(&self.0).expect("texts and numbers are JSON")
    }

    fn __str__(&self) -> &str {
        &self.0.sentence
    }

    fn __repr__(&self) -> String {
        format!("Training(version {}, promoted={})", self.0.version, self.0.promoted)
    }
}
