use pantau::{drift::DriftReport, report::Report};
use pyo3::prelude::*;

use crate::transforms::from_json;

/// What a monitor says after a window; as text, it reads as it prints.
///
/// ``status`` is ``"ok"``, ``"watch"`` (something may be changing), ``"changed_small"`` (for sure, but
/// by less than matters) or ``"alarm"``.
#[pyclass(frozen, module = "pantau", name = "DriftReport")]
pub(crate) struct PyDriftReport(pub(crate) DriftReport);

#[pymethods]
impl PyDriftReport {
    /// ``"ok"``, ``"watch"``, ``"changed_small"`` or ``"alarm"``.
    #[getter]
    fn status(&self) -> &'static str {
        self.0.status.name()
    }

    /// How much speaks for a change, from 0, all as usual, to 1, an alarm's worth: the logarithm of the
    /// evidence as a share of what an alarm needs.
    #[getter]
    fn score(&self) -> f64 {
        self.0.score()
    }

    /// The verdict in words.
    #[getter]
    fn sentence(&self) -> &str {
        &self.0.sentence
    }

    /// What to do about it, in words.
    #[getter]
    fn advice(&self) -> &str {
        &self.0.advice
    }

    /// With which window it began; None if nothing did. The first is 1.
    #[getter]
    fn since_window(&self) -> Option<u64> {
        self.0.since_window
    }

    /// When that window began, as text, if times were told.
    #[getter]
    fn since(&self) -> Option<String> {
        self.0.since.map(|since| since.to_string())
    }

    /// How many windows were closed.
    #[getter]
    fn windows(&self) -> u64 {
        self.0.windows
    }

    /// How many rows the last window has.
    #[getter]
    fn rows(&self) -> u64 {
        self.0.rows
    }

    /// The evidence for a change; at ``false_alarm_windows`` it is sure.
    #[getter]
    fn evidence(&self) -> f64 {
        self.0.evidence
    }

    /// On average there is at most one false alarm in so many windows.
    #[getter]
    fn false_alarm_windows(&self) -> f64 {
        self.0.false_alarm_windows
    }

    /// Whether somebody knows of the change already.
    #[getter]
    fn acknowledged(&self) -> bool {
        self.0.acknowledged
    }

    /// What could not be judged, and why.
    #[getter]
    fn unjudged(&self) -> Vec<String> {
        self.0.unjudged.clone()
    }

    /// Feature by feature as dicts, those to blame first.
    #[getter]
    fn features<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())?.get_item("features")
    }

    /// What was decided so far, as dicts.
    #[getter]
    fn records<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())?.get_item("records")
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON, in which no number is NaN.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The report as a page of its own; ``Report`` puts more on it.
    fn to_html(&self) -> String {
        Report::of(self.0.clone()).to_html()
    }

    fn _repr_html_(&self) -> String {
        Report::of(self.0.clone()).to_html_part()
    }

    fn __str__(&self) -> String {
        self.0.to_text()
    }

    fn __repr__(&self) -> String {
        format!("DriftReport({:?}, {:?})", self.0.status.name(), self.0.sentence)
    }
}
