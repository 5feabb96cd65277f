//! What was tried, with which parameters, and what came of it.

use std::path::PathBuf;

use pantau::runs::{Artefact, MetricPoint, RunRecord, Runs};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyList},
};
use serde_json::Value as Json;

use crate::{
    arguments::path,
    error::PyError,
    run::PyRun,
    store::{PyStore, read_location},
    transforms::from_json,
};

/// What was tried, with which parameters, and what came of it: runs of experiments, in a store or
/// on an MLflow server. The same calls work on both, and MLflow itself is not needed.
///
/// >>> import pantau
/// >>> runs = pantau.Runs.open("memory:")
/// >>> with runs.start("sentiment-analysis", "first try") as run:
/// ...     run.log_params({"learning_rate": 2e-5, "epochs": 3})
/// ...     run.log_metric("f1", 0.81, step=1)
/// ...     run.log_metric("f1", 0.84, step=2)
/// >>> best = runs.best("sentiment-analysis", "f1")
/// >>> best["name"], best["params"]["learning_rate"], best["metrics"]["f1"]["value"]
/// ('first try', '2e-05', 0.84)
#[pyclass(frozen, name = "Runs", module = "pantau")]
pub(crate) struct PyRuns(pub(crate) Runs);

#[pymethods]
impl PyRuns {
    /// Opens the runs of a store, by its name, or those of an MLflow server, by its URL. Without a
    /// location, that of the environment variable MLFLOW_TRACKING_URI.
    #[staticmethod]
    #[pyo3(signature = (location=None))]
    fn open(py: Python<'_>, location: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let location = location.map(read_location).transpose()?;
        let opened = py.detach(|| match &location {
            Some(location) => Runs::open(location),
            None => Runs::from_environment(),
        });
        Ok(Self(opened.map_err(PyError)?))
    }

    /// Where they live: a path or a URL, without a password.
    #[getter]
    fn location(&self) -> &str {
        self.0.location()
    }

    /// Starts a run of an experiment, which is made by its first run. Without a ``name`` it gets
    /// one from the time. As a context manager it is finished at the end of the block, or failed if
    /// that ends by an exception.
    #[pyo3(signature = (experiment, name=None))]
    fn start(&self, py: Python<'_>, experiment: &str, name: Option<&str>) -> PyResult<PyRun> {
        Ok(PyRun(py.detach(|| self.0.start(experiment, name)).map_err(PyError)?))
    }

    /// Goes on with a run, which is running again.
    fn resume(&self, py: Python<'_>, id: &str) -> PyResult<PyRun> {
        Ok(PyRun(py.detach(|| self.0.resume(id)).map_err(PyError)?))
    }

    /// All that is known about a run as a dict, but for the steps of its metrics and its files.
    fn run<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyAny>> {
        dict(py, &py.detach(|| self.0.run(id)).map_err(PyError)?.to_json())
    }

    /// The names of all experiments.
    fn experiments(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(py.detach(|| self.0.experiments()).map_err(PyError)?)
    }

    /// The runs of an experiment as dicts, the latest first.
    #[pyo3(signature = (experiment, limit=None))]
    fn list<'py>(
        &self,
        py: Python<'py>,
        experiment: &str,
        limit: Option<usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        records(py, &py.detach(|| self.0.list(experiment, limit)).map_err(PyError)?)
    }

    /// The runs that are part of a run, such as the trials of a search, as dicts, the latest first.
    fn children<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyList>> {
        records(py, &py.detach(|| self.0.children(id)).map_err(PyError)?)
    }

    /// The run of an experiment whose last number of a metric is the largest, or without
    /// ``maximize`` the smallest, as a dict; None if there is none.
    #[pyo3(signature = (experiment, metric, *, maximize=true))]
    fn best<'py>(
        &self,
        py: Python<'py>,
        experiment: &str,
        metric: &str,
        maximize: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let best = py.detach(|| self.0.best(experiment, metric, maximize)).map_err(PyError)?;
        best.map(|best| dict(py, &best.to_json())).transpose()
    }

    /// What is not the same in two runs or more, as a dict.
    #[expect(clippy::needless_pass_by_value, reason = "arguments of Python are")]
    fn compare<'py>(&self, py: Python<'py>, ids: Vec<String>) -> PyResult<Bound<'py, PyAny>> {
        dict(py, &py.detach(|| self.0.compare(&ids)).map_err(PyError)?.to_json())
    }

    /// The steps of a metric of a run as dicts, in their order.
    fn metric_history<'py>(
        &self,
        py: Python<'py>,
        id: &str,
        metric: &str,
    ) -> PyResult<Bound<'py, PyList>> {
        let points = py.detach(|| self.0.metric_history(id, metric)).map_err(PyError)?;
        list(py, points.iter().map(MetricPoint::to_json))
    }

    /// The files of a run as dicts: path, size and, where it is known, SHA-256.
    fn artefacts<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyList>> {
        let files = py.detach(|| self.0.artefacts(id)).map_err(PyError)?;
        list(py, files.iter().map(Artefact::to_json))
    }

    /// The content of a file of a run.
    fn read_artefact<'py>(
        &self,
        py: Python<'py>,
        id: &str,
        path: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let content = py.detach(|| self.0.read_artefact(id, path)).map_err(PyError)?;
        Ok(PyBytes::new(py, &content))
    }

    /// Writes a file of a run to ``target``, whole or not at all, and returns how many bytes.
    fn save_artefact(
        &self,
        py: Python<'_>,
        id: &str,
        path: &str,
        target: &Bound<'_, PyAny>,
    ) -> PyResult<u64> {
        let target = file("target", target)?;
        Ok(py.detach(|| self.0.save_artefact(id, path, &target)).map_err(PyError)?)
    }

    /// All runs of an experiment as one JSON document, for notebooks and reports.
    fn export_json(&self, py: Python<'_>, experiment: &str) -> PyResult<String> {
        Ok(py.detach(|| self.0.export_json(experiment)).map_err(PyError)?)
    }

    /// Removes a run with all that was logged to it.
    fn delete(&self, py: Python<'_>, id: &str) -> PyResult<()> {
        Ok(py.detach(|| self.0.delete(id)).map_err(PyError)?)
    }

    fn __repr__(&self) -> String {
        format!("Runs({:?})", self.0.location())
    }
}

#[pymethods]
impl PyStore {
    /// The runs of this store.
    fn runs(&self) -> PyRuns {
        PyRuns(Runs::over(self.0.clone()))
    }
}

pub(crate) fn file(name: &str, value: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    path(value.as_borrowed(), name, "the path of a file")
}

fn dict<'py>(py: Python<'py>, json: &Json) -> PyResult<Bound<'py, PyAny>> {
    from_json(py, &json.to_string())
}

fn list(py: Python<'_>, items: impl Iterator<Item = Json>) -> PyResult<Bound<'_, PyList>> {
    Ok(dict(py, &items.collect())?.cast_into()?)
}

fn records<'py>(py: Python<'py>, records: &[RunRecord]) -> PyResult<Bound<'py, PyList>> {
    list(py, records.iter().map(RunRecord::to_json))
}
