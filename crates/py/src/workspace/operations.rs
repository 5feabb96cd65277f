//! A workspace as those who run it see it: what it does by itself, whom it tells, and its metrics.

use std::time::Duration;

use pantau::{
    telemetry,
    workspace::{MetricsOptions, ScheduleOptions},
};
use pyo3::{
    prelude::*,
    types::{PyWeakrefMethods, PyWeakrefReference},
};

use super::PyWorkspace;
use crate::{
    error::{PyError, invalid},
    json::record,
    transforms::from_json,
    watch::Steps,
};

/// A dashboard as Grafana imports it, JSON: ``pantau telemetry dashboard`` prints it.
#[pyfunction]
pub(super) fn dashboard() -> String {
    telemetry::dashboard()
}

/// Alerts as Prometheus reads them, YAML: ``pantau telemetry alerts`` prints them.
#[pyfunction]
pub(super) fn alert_rules() -> String {
    telemetry::alert_rules()
}

/// Closes a workspace before the interpreter ends: a native thread that waits for the GIL while the
/// interpreter ends would be torn out of the middle of its work, which ends the process.
fn end_before_python(workspace: &Bound<'_, PyWorkspace>) -> PyResult<()> {
    let py = workspace.py();
    let end = wrap_pyfunction!(end_workspace, py)?;
    let weak = PyWeakrefReference::new(workspace)?;
    py.import("atexit")?.call_method1("register", (end, weak)).map(drop)
}

#[pyfunction]
fn end_workspace(workspace: &Bound<'_, PyWeakrefReference>) {
    let Some(workspace) = workspace.upgrade_as::<PyWorkspace>().ok().flatten() else { return };
    // What could not be written waits in the outbox.
    let own = &workspace.get().0;
    let _ = workspace.py().detach(|| own.close());
}

fn seconds(what: &str, seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| invalid(what, format!("{seconds} is no number of seconds")))
}

#[pymethods]
impl PyWorkspace {
    /// Looks after a model once: closes the windows that are over, acts on comparisons that are
    /// decided if the settings say so, and trains anew if there is a reason. Returns the record of
    /// that, as ``retrain`` does.
    #[pyo3(signature = (model, *, progress=false))]
    fn look_after<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut steps = Steps::new(progress);
        let looked = py.detach(|| self.0.look_after(model, &mut |done, all| steps.look(done, all)));
        record(py, &steps.conclude(py, looked)?)
    }

    /// Looks after models every so many seconds, on a thread of this process, until ``stop`` or
    /// ``close``. By default after all that are in use.
    #[pyo3(signature = (every=60.0, models=None))]
    fn start(&self, every: f64, models: Option<Vec<String>>) -> PyResult<()> {
        let models = models.unwrap_or_default();
        let options = ScheduleOptions { every: seconds("every", every)?, models };
        Ok(self.0.start(&options).map_err(PyError)?)
    }

    /// Ends what ``start`` began. A training that runs is stopped; the version in use stays.
    fn stop(&self, py: Python<'_>) {
        py.detach(|| self.0.stop());
    }

    /// How this process serves a model, as a dict: version, labels, watched, challengers, shadows,
    /// problems, and info as of a Classifier. Loads the model, if that was not done yet.
    fn info<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        let info = py.detach(|| self.0.info(model)).map_err(PyError)?;
        from_json(py, &info.to_json())
    }

    /// Follows at once what the registry and the settings say of a model, which otherwise takes half a
    /// second; the number of the version in use.
    fn reload(&self, py: Python<'_>, model: &str) -> PyResult<u32> {
        Ok(py.detach(|| self.0.reload(model)).map_err(PyError)?)
    }

    /// The names of the models that are in use.
    fn models_in_use(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(py.detach(|| self.0.models_in_use()).map_err(PyError)?)
    }

    /// Tells somebody whatever happens from now on, in any process: alarms, trainings that begin, end,
    /// fail or are rejected, comparisons that are decided.
    ///
    /// ``target`` is the URL of a webhook (JSON, whose ``text`` Slack shows), or is called with a dict
    /// on a thread of its own: number, event, model, at, text, detail. What fails is tried again,
    /// later and later.
    fn notify(slf: &Bound<'_, Self>, target: Bound<'_, PyAny>) -> PyResult<()> {
        let (py, own) = (slf.py(), &slf.get().0);
        if let Ok(url) = target.extract::<String>() {
            return Ok(py.detach(|| own.notify_webhook(&url)).map_err(PyError)?);
        }
        if !target.is_callable() {
            let found = target.get_type().name()?;
            return Err(invalid("target", format!("expected a URL or a function, got {found}")));
        }
        let function = target.unbind();
        let told = move |notice: &pantau::lifecycle::Notice| {
            // While Python ends nobody can be called any more.
            let called = Python::try_attach(|py| {
                let notice = from_json(py, &notice.to_json())?;
                let called = function.call1(py, (notice,));
                // It is called again later; until then somebody may want to know why.
                called.map(drop).inspect_err(|error| {
                    error.clone_ref(py).write_unraisable(py, Some(function.bind(py)));
                })
            });
            match called {
                None => Err("Python is about to end".to_owned()),
                Some(Err(error)) => Err(error.to_string()),
                Some(Ok(())) => Ok(()),
            }
        };
        end_before_python(slf)?;
        Ok(py.detach(|| own.notify(told)).map_err(PyError)?)
    }

    /// What all processes that have the folder open tell Prometheus, as it reads it. ``aliases`` adds
    /// older names of the same things; ``fresh`` looks at the models now, which is done every half
    /// minute otherwise.
    #[pyo3(signature = (*, aliases=false, fresh=false))]
    fn metrics(&self, py: Python<'_>, aliases: bool, fresh: bool) -> PyResult<String> {
        let options = MetricsOptions { aliases, fresh };
        Ok(py.detach(|| self.0.metrics(&options)).map_err(PyError)?)
    }

    /// Counts a request that a service has answered, for ``metrics``: the route as it is declared, not
    /// as it was asked for.
    fn count_request(&self, route: &str, status: u16, seconds: f64) -> PyResult<()> {
        let took = self::seconds("seconds", seconds)?;
        Ok(self.0.count_request(route, status, took).map_err(PyError)?)
    }
}
