use std::sync::{Mutex, PoisonError};

use pantau::{
    Timestamp,
    performance::{Audit, AuditOptions},
};
use pyo3::{prelude::*, types::PyBytes};

use crate::{
    error::PyError,
    json::given,
    moment::{Moment, timestamp},
    transforms::from_json,
};

/// Picks rows by chance, so that their labels say how good a model is.
///
/// It is asked about each row that was answered; on average ``rate`` rows of a ``window`` are picked,
/// all with the same probability, which is kept. Somebody labels those, however late. The accuracy
/// comes with an interval that may be looked at every day. What people click on of their own accord
/// is no such sample.
///
/// >>> from pantau import Audit
/// >>> audit = Audit(rate=30, seed=7)
/// >>> for row in range(1000):
/// ...     if audit.pick(f"row {row}", 0.9, version="3"):
/// ...         _ = audit.label(f"row {row}", correct=row % 10 > 0)
/// >>> report = audit.report()
/// >>> report["interval"]["low"] < 0.9 < report["interval"]["high"]
/// True
#[pyclass(frozen, module = "pantau", name = "Audit")]
pub(crate) struct PyAudit(Mutex<Audit>);

impl PyAudit {
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut Audit) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[pymethods]
impl PyAudit {
    #[new]
    #[pyo3(signature = (*, rate=None, window=None, expected_rows=None, seed=None, false_alarms=None, tolerance=None))]
    #[pyo3(
        text_signature = "(*, rate=30.0, window='1d', expected_rows=1000, seed=0, false_alarms='1 per 365 windows', tolerance=0.01)"
    )]
    fn new<'py>(
        py: Python<'py>,
        rate: Option<Bound<'py, PyAny>>,
        window: Option<Bound<'py, PyAny>>,
        expected_rows: Option<Bound<'py, PyAny>>,
        seed: Option<Bound<'py, PyAny>>,
        false_alarms: Option<Bound<'py, PyAny>>,
        tolerance: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let options = given(
            py,
            "options",
            [
                ("rate", rate),
                ("window", window),
                ("expected_rows", expected_rows),
                ("seed", seed),
                ("false_alarms", false_alarms),
                ("tolerance", tolerance),
            ],
        )?;
        let options = AuditOptions::from_json(&options).map_err(PyError)?;
        Ok(Self(Mutex::new(Audit::new(options).map_err(PyError)?)))
    }

    /// Counts a row that was answered, by default now; the probability with which it was picked to
    /// be labelled, or None if it was not. Its name decides, and what it says does not. Ask once for
    /// each row: of those that are not picked nothing is kept, so each time counts as another row.
    #[pyo3(signature = (row, confidence=None, *, version="", at=None))]
    fn pick(
        &self,
        row: &str,
        confidence: Option<f64>,
        version: &str,
        at: Option<Moment>,
    ) -> Option<f64> {
        let at = timestamp(at).unwrap_or_else(Timestamp::now);
        self.with(|audit| audit.pick(row, at, version, confidence))
    }

    /// Takes the label of a row: whether its answer was correct. False if the row was not picked; of
    /// such rows nothing is kept.
    #[pyo3(signature = (row, correct, *, at=None))]
    fn label(&self, row: &str, correct: bool, at: Option<Moment>) -> bool {
        let at = timestamp(at).unwrap_or_else(Timestamp::now);
        self.with(|audit| audit.label(row, correct, at))
    }

    /// The rows that were picked and have no label yet, the oldest first.
    #[getter]
    fn unlabelled(&self) -> Vec<String> {
        self.with(|audit| audit.unlabelled().map(str::to_owned).collect())
    }

    /// What the labels so far say, as a dict, of all versions or one. With a ``baseline``, its
    /// ``status`` says whether the accuracy dropped below it.
    #[pyo3(signature = (*, baseline=None, version=None, now=None))]
    fn report<'py>(
        &self,
        py: Python<'py>,
        baseline: Option<f64>,
        version: Option<&str>,
        now: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let now = timestamp(now).unwrap_or_else(Timestamp::now);
        let found = self.with(|audit| audit.report(now, baseline, version));
        from_json(py, &found.map_err(PyError)?.to_json())
    }

    /// All that it knows, to go on from after a restart.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.with(|audit| audit.state()))
    }

    /// The audit with this state.
    #[staticmethod]
    fn resume(state: &[u8]) -> PyResult<Self> {
        Ok(Self(Mutex::new(Audit::resume(state).map_err(PyError)?)))
    }

    fn __repr__(&self) -> String {
        self.with(|audit| {
            format!(
                "Audit(rate={}, window={:?})",
                audit.options().rate,
                audit.options().window.to_string()
            )
        })
    }
}
