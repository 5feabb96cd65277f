//! What gates said.

use pantau::learn::gates::GateReport;
use pyo3::{prelude::*, types::PyTuple};

use crate::{pickle, transforms::from_json};

/// What each gate said of a classifier, and whether it may pass. Printed, it gives the reasons.
///
/// >>> import pantau
/// >>> report = pantau.assess("sentiment", [("Bagus", "positive"), ("Lemot", "negative")])
/// >>> [outcome["gate"] for outcome in report.outcomes]
/// ['floor', 'promote', 'label_set', 'edge_cases']
#[pyclass(frozen, name = "GateReport", module = "pantau")]
pub(crate) struct PyGateReport(pub(crate) GateReport);

#[pymethods]
impl PyGateReport {
    /// Whether all gates let it pass.
    #[getter]
    fn passed(&self) -> bool {
        self.0.passed
    }

    /// Whether it can be used at all, if it is not promoted.
    #[getter]
    fn usable(&self) -> bool {
        self.0.usable
    }

    /// The outcomes as dicts: gate, passed, certain, severity, value, bound, reason.
    #[getter]
    fn outcomes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())?.get_item("outcomes")
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "GateReport", self.0.to_json())
    }

    fn __bool__(&self) -> bool {
        self.0.passed
    }

    fn __str__(&self) -> String {
        self.0.to_text()
    }

    fn __repr__(&self) -> String {
        let failed: Vec<&str> = self
            .0
            .outcomes
            .iter()
            .filter(|outcome| !outcome.passed)
            .map(|outcome| outcome.gate.as_str())
            .collect();
        format!("GateReport(passed={}, failed={failed:?})", self.0.passed)
    }
}
