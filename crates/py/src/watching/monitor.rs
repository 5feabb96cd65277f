use std::sync::{Arc, Mutex, PoisonError};

use pantau::{
    Timestamp,
    drift::{Monitor, MonitorOptions, SharedMonitor},
    performance::AccuracyReport,
};
use pyo3::{prelude::*, types::PyBytes};

use super::{
    audit::PyAudit,
    drift_report::PyDriftReport,
    profile::PyProfile,
    reference::PyReference,
    rows::{Roles, Rows},
};
use crate::{
    arguments::Seed,
    error::PyError,
    json::given,
    moment::{Moment, timestamp},
    training::SEED,
    transforms::from_json,
};

/// Looks whether rows are like those of a reference, window after window.
///
/// There is on average at most as many false alarms as ``false_alarms`` says, whatever the features
/// are and however many there are; a change of less than ``min_effect`` of the rows is told but is no
/// alarm. ``window`` closes windows by themselves, by time (``"1d"``) or rows (``"500 rows"``); without it
/// ``close_window`` does. A window of fewer than ``min_rows`` is not judged and stays open.
///
/// >>> import random
/// >>> from pantau import Monitor, Reference
/// >>> chance = random.Random(1)
/// >>> reference = Reference.build({"length": [chance.gauss(100, 20) for _ in range(5600)]})
/// >>> monitor = Monitor(reference)
/// >>> for _ in range(3):
/// ...     monitor.update({"length": [chance.gauss(130, 20) for _ in range(200)]})
/// ...     report = monitor.close_window()
/// >>> report.status, report.since_window
/// ('alarm', 1)
#[pyclass(frozen, module = "pantau", name = "Monitor")]
pub(crate) struct PyMonitor(pub(crate) SharedMonitor);

impl PyMonitor {
    /// Whoever waits for the lock while holding the interpreter would stop all threads.
    fn with<R>(&self, work: impl FnOnce(&mut Monitor) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[pymethods]
impl PyMonitor {
    #[new]
    #[pyo3(signature = (reference, *, false_alarms=None, min_effect=None, window=None, min_rows=None))]
    #[pyo3(
        text_signature = "(reference, *, false_alarms='1 per 365 windows', min_effect=0.03, window=None, min_rows=30)"
    )]
    fn new<'py>(
        py: Python<'py>,
        reference: &PyReference,
        false_alarms: Option<Bound<'py, PyAny>>,
        min_effect: Option<Bound<'py, PyAny>>,
        window: Option<Bound<'py, PyAny>>,
        min_rows: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let options = given(
            py,
            "options",
            [
                ("false_alarms", false_alarms),
                ("min_effect", min_effect),
                ("window", window),
                ("min_rows", min_rows),
            ],
        )?;
        let options = MonitorOptions::from_json(&options).map_err(PyError)?;
        let reference = reference.0.clone();
        let monitor = py.detach(|| Monitor::new(reference, options)).map_err(PyError)?;
        Ok(Self(Arc::new(Mutex::new(monitor))))
    }

    /// Counts the rows of a table or a dict of columns, which came at ``at``. Where a window closed by
    /// that, gives its report, else None.
    #[pyo3(signature = (data, at=None))]
    fn update(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        at: Option<Moment>,
    ) -> PyResult<Option<PyDriftReport>> {
        let reference = py.detach(|| self.with(|monitor| monitor.reference().clone()));
        let rows = Rows::known(data, reference.layout())?;
        rows.with_batch(&Roles::default(), |batch| {
            let report = py.detach(|| self.with(|monitor| monitor.update(batch, timestamp(at))));
            Ok(report.map_err(PyError)?.map(PyDriftReport))
        })
    }

    /// Adds what was counted elsewhere to the open window.
    #[pyo3(signature = (profile, at=None))]
    fn merge(&self, py: Python<'_>, profile: &PyProfile, at: Option<Moment>) -> PyResult<()> {
        let profile = profile.get();
        let done = py.detach(|| self.with(|monitor| monitor.merge(&profile, timestamp(at))));
        Ok(done.map_err(PyError)?)
    }

    /// Takes what the open window has counted so far, which is then empty: to be merged into a monitor
    /// of another process, such as the one that workers answer for.
    fn take(&self, py: Python<'_>) -> PyProfile {
        py.detach(|| self.with(Monitor::take)).into()
    }

    /// Closes the open window and says what it is.
    fn close_window(&self, py: Python<'_>) -> PyResult<PyDriftReport> {
        let report = py.detach(|| self.with(Monitor::close_window));
        Ok(PyDriftReport(report.map_err(PyError)?))
    }

    /// What the windows so far say.
    fn report(&self, py: Python<'_>) -> PyDriftReport {
        PyDriftReport(py.detach(|| self.with(|monitor| monitor.report())))
    }

    /// What is known of the accuracy, as a dict: ``estimate`` from confidences, where the reference
    /// was built with ``predictions``, and ``audit`` from the labels of rows picked by chance, of all
    /// versions or one; its ``baseline`` is by default the lower end of the accuracy on the labelled rows
    /// of the reference.
    #[pyo3(signature = (audit=None, *, baseline=None, version=None, now=None))]
    fn accuracy<'py>(
        &self,
        py: Python<'py>,
        audit: Option<&PyAudit>,
        baseline: Option<f64>,
        version: Option<&str>,
        now: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let now = timestamp(now).unwrap_or_else(Timestamp::now);
        let told = py.detach(|| {
            let audit = audit.map(|audit| audit.with(|audit| audit.clone()));
            self.with(|monitor| AccuracyReport::of(monitor, audit.as_ref(), baseline, version, now))
        });
        from_json(py, &told.map_err(PyError)?.to_json())
    }

    /// Puts down that a change is known. Its status stays, and reports say it was acknowledged.
    fn acknowledge(&self, py: Python<'_>, by: &str, reason: &str) -> PyResult<()> {
        let now = Timestamp::now();
        let done = py.detach(|| self.with(|monitor| monitor.acknowledge(by, reason, now)));
        Ok(done.map_err(PyError)?)
    }

    /// Takes the last windows, 28 at least, or ``reference`` as the new normal.
    #[pyo3(signature = (by, reason, reference=None))]
    fn rebaseline(
        &self,
        py: Python<'_>,
        by: &str,
        reason: &str,
        reference: Option<&PyReference>,
    ) -> PyResult<()> {
        let now = Timestamp::now();
        let reference = reference.map(|reference| reference.0.clone());
        let done = py.detach(|| {
            self.with(|monitor| match reference {
                Some(reference) => monitor.rebaseline_to(reference, by, reason, now),
                None => monitor.rebaseline(by, reason, now),
            })
        });
        Ok(done.map_err(PyError)?)
    }

    /// Measures how often this monitor cries wolf, on splits of the reference in which nothing
    /// drifts; a dict whose ``sentence`` says it in words.
    #[pyo3(signature = (splits=100, seed=SEED))]
    #[pyo3(text_signature = "($self, splits=100, seed=0)")]
    fn calibrate<'py>(
        &self,
        py: Python<'py>,
        splits: usize,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyAny>> {
        let monitor = py.detach(|| self.with(|monitor| monitor.clone()));
        let found = py.detach(|| monitor.calibrate(splits, seed.0)).map_err(PyError)?;
        from_json(py, &found.to_json())
    }

    /// What was decided so far, as dicts.
    #[getter]
    fn records<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let told = py.detach(|| self.with(|monitor| monitor.report().to_json()));
        from_json(py, &told)?.get_item("records")
    }

    /// What rows are compared with.
    #[getter]
    fn reference(&self, py: Python<'_>) -> PyReference {
        PyReference(py.detach(|| self.with(|monitor| monitor.reference().clone())))
    }

    /// All that was seen, to go on from after a restart.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.with(|monitor| monitor.state())))
    }

    /// The monitor with this state.
    #[staticmethod]
    fn resume(py: Python<'_>, reference: &PyReference, state: &[u8]) -> PyResult<Self> {
        let reference = reference.0.clone();
        let monitor = py.detach(|| Monitor::resume(reference, state)).map_err(PyError)?;
        Ok(Self(Arc::new(Mutex::new(monitor))))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let report = py.detach(|| self.with(|monitor| monitor.report()));
        format!("Monitor({:?}, {} windows)", report.status.name(), report.windows)
    }
}
