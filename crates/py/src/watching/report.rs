use std::path::PathBuf;

use pantau::report::Report;
use pyo3::{prelude::*, types::PyString};
use serde_json::{Map, Value};

use super::drift_report::PyDriftReport;
use crate::{
    error::PyError,
    json::{to_json, to_value},
    transforms::from_json,
};

/// All that is known of a deployed model on one page: what changed, how good it still is, what to do.
///
/// ``drift`` is what a monitor says; ``accuracy`` what ``Monitor.accuracy`` says, ``trend`` what
/// ``analyze_trend`` says, ``feedback`` what ``feedback_rate`` says. The page is one file that needs
/// nothing from elsewhere; notebooks show it by themselves.
///
/// >>> from pantau import Monitor, Reference, Report
/// >>> reference = Reference.build({"stars": [row % 5 + 1 for row in range(2800)]})
/// >>> report = Report(Monitor(reference).report(), title="Reviews")
/// >>> "no window was closed yet" in str(report), report == Report.from_json(report.to_json())
/// (True, True)
#[pyclass(frozen, module = "pantau", name = "Report", eq)]
#[derive(PartialEq)]
pub(crate) struct PyReport(pub(crate) Report);

#[pymethods]
impl PyReport {
    #[new]
    #[pyo3(signature = (drift, *, accuracy=None, trend=None, feedback=None, title=None))]
    fn new(
        drift: &Bound<'_, PyAny>,
        accuracy: Option<&Bound<'_, PyAny>>,
        trend: Option<&Bound<'_, PyAny>>,
        feedback: Option<&Bound<'_, PyAny>>,
        title: Option<&Bound<'_, PyString>>,
    ) -> PyResult<Self> {
        let mut parts = Map::new();
        let drift = match drift.cast::<PyDriftReport>() {
            Ok(report) => serde_json::from_str(&report.get().0.to_json()).unwrap_or(Value::Null),
            Err(_) => to_value("drift", drift)?,
        };
        parts.insert("drift".to_owned(), drift);
        for (name, part) in [("accuracy", accuracy), ("trend", trend), ("feedback", feedback)] {
            if let Some(part) = part {
                parts.insert(name.to_owned(), to_value(name, part)?);
            }
        }
        if let Some(title) = title {
            parts.insert("title".to_owned(), Value::String(title.extract()?));
        }
        Ok(Self(Report::from_json(&Value::Object(parts).to_string()).map_err(PyError)?))
    }

    /// Reads a report from JSON, as a str or a dict.
    #[staticmethod]
    fn from_json(report: &Bound<'_, PyAny>) -> PyResult<Self> {
        let json = match report.cast::<PyString>() {
            Ok(json) => json.extract()?,
            Err(_) => to_json("report", report)?,
        };
        Ok(Self(Report::from_json(&json).map_err(PyError)?))
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// The report as JSON, in which no number is NaN.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The report as a page of its own.
    fn to_html(&self) -> String {
        self.0.to_html()
    }

    /// Writes the report into a file, as its name ends: ``.html``, ``.json`` or ``.txt``.
    pub(crate) fn save(&self, path: PathBuf) -> PyResult<()> {
        Ok(self.0.save(path).map_err(PyError)?)
    }

    fn _repr_html_(&self) -> String {
        self.0.to_html_part()
    }

    fn __str__(&self) -> String {
        self.0.to_text()
    }

    fn __repr__(&self) -> String {
        let drift = &self.0.drift;
        format!("Report({:?}, {:?})", drift.status.name(), drift.sentence)
    }
}
