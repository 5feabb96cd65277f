//! A run that goes on.

use pantau::runs::{Run, Status};
use pyo3::{
    exceptions::{PyException, PyGeneratorExit},
    prelude::*,
    types::{PyBytes, PyDict, PyString, PyType},
};

use crate::{
    arguments::{choose, wrong},
    error::{PyError, invalid},
    evaluation::PyEvaluation,
    runs::file,
};

/// A run that things are logged to. It is running until ``finish`` says otherwise, or the block of
/// its context manager ends.
#[pyclass(frozen, name = "Run", module = "pantau")]
pub(crate) struct PyRun(pub(crate) Run);

#[pymethods]
impl PyRun {
    /// Its id, by which Runs.run finds it.
    #[getter]
    fn id(&self) -> &str {
        self.0.id()
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The experiment it belongs to.
    #[getter]
    fn experiment(&self) -> &str {
        self.0.experiment()
    }

    /// Starts a run that is part of this one, such as a trial of a search.
    #[pyo3(signature = (name=None))]
    fn start_part(&self, py: Python<'_>, name: Option<&str>) -> PyResult<Self> {
        Ok(Self(py.detach(|| self.0.start_part(name)).map_err(PyError)?))
    }

    /// Logs a parameter. The same value again changes nothing; another one is a ConflictError that
    /// names both.
    fn log_param(&self, py: Python<'_>, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = shown(value)?;
        Ok(py.detach(|| self.0.log_param(name, value)).map_err(PyError)?)
    }

    /// Logs parameters. If one of them is wrong, none is logged.
    fn log_params(&self, py: Python<'_>, params: &Bound<'_, PyDict>) -> PyResult<()> {
        let params = pairs("params", params)?;
        Ok(py.detach(|| self.0.log_params(params)).map_err(PyError)?)
    }

    /// Logs a metric at a step.
    #[pyo3(signature = (name, value, step=0))]
    fn log_metric(&self, py: Python<'_>, name: &str, value: f64, step: i64) -> PyResult<()> {
        Ok(py.detach(|| self.0.log_metric(name, value, step)).map_err(PyError)?)
    }

    /// Logs metrics at a step.
    #[pyo3(signature = (metrics, step=0))]
    fn log_metrics(&self, py: Python<'_>, metrics: &Bound<'_, PyDict>, step: i64) -> PyResult<()> {
        let mut all = Vec::with_capacity(metrics.len());
        for (name, value) in metrics {
            let number = value.extract::<f64>();
            let number = number.map_err(|_| wrong("metric", &value, "a number"))?;
            all.push((name_of("metrics", &name)?, number));
        }
        Ok(py.detach(|| self.0.log_metrics(all, step)).map_err(PyError)?)
    }

    /// Sets a tag, which may be set again.
    fn set_tag(&self, py: Python<'_>, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = shown(value)?;
        Ok(py.detach(|| self.0.set_tag(name, value)).map_err(PyError)?)
    }

    /// Sets tags.
    fn set_tags(&self, py: Python<'_>, tags: &Bound<'_, PyDict>) -> PyResult<()> {
        let tags = pairs("tags", tags)?;
        Ok(py.detach(|| self.0.set_tags(tags)).map_err(PyError)?)
    }

    /// Logs a file, or all files of a folder, below ``folder`` of the run.
    #[pyo3(signature = (path, folder=None))]
    fn log_artefact(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        folder: Option<&str>,
    ) -> PyResult<()> {
        let path = file("path", path)?;
        Ok(py.detach(|| self.0.log_artefact(&path, folder)).map_err(PyError)?)
    }

    /// Logs a text as a file at ``path`` of the run.
    fn log_text(&self, py: Python<'_>, path: &str, text: &str) -> PyResult<()> {
        Ok(py.detach(|| self.0.log_text(path, text)).map_err(PyError)?)
    }

    /// Logs bytes as a file at ``path`` of the run.
    fn log_bytes(&self, py: Python<'_>, path: &str, content: &Bound<'_, PyBytes>) -> PyResult<()> {
        let content = content.as_bytes();
        Ok(py.detach(|| self.0.log_bytes(path, content)).map_err(PyError)?)
    }

    /// Logs a figure of matplotlib, or whatever else has ``savefig``, as a file at ``path`` of the
    /// run, whose ending says the format: .png, .svg, .pdf.
    fn log_figure(&self, py: Python<'_>, path: &str, figure: &Bound<'_, PyAny>) -> PyResult<()> {
        if !figure.hasattr("savefig")? {
            return Err(wrong("figure", figure, "a figure of matplotlib"));
        }
        let Some((_, format)) = path.rsplit_once('.') else {
            return Err(invalid("path", format!("{path:?} does not end as .png or .svg do")));
        };
        let content = py.import("io")?.call_method0("BytesIO")?;
        let options = PyDict::new(py);
        options.set_item("format", format)?;
        figure.call_method("savefig", (&content,), Some(&options))?;
        let content = content.call_method0("getvalue")?.cast_into::<PyBytes>()?;
        self.log_bytes(py, path, &content)
    }

    /// Logs how good a classifier is: accuracy, averages and the scores of each label as metrics,
    /// the confusion matrix and the reports as files. The texts of its mistakes are left out.
    fn log_evaluation(&self, py: Python<'_>, evaluation: &Bound<'_, PyEvaluation>) -> PyResult<()> {
        let evaluation = &evaluation.get().0;
        Ok(py.detach(|| self.0.log_evaluation(evaluation)).map_err(PyError)?)
    }

    /// Ends it: "finished", "failed" or "killed".
    #[pyo3(signature = (status=None), text_signature = "($self, status='finished')")]
    fn finish(&self, py: Python<'_>, status: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let all = [
            ("finished", Status::Finished),
            ("failed", Status::Failed),
            ("killed", Status::Killed),
        ];
        let status = match status {
            Some(status) => choose("status", status, &all)?,
            None => Status::Finished,
        };
        Ok(py.detach(|| self.0.finish(status)).map_err(PyError)?)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// Finishes it; after an exception it has failed, and after Ctrl-C it was killed.
    fn __exit__(
        &self,
        py: Python<'_>,
        kind: Option<&Bound<'_, PyType>>,
        _value: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let status = match kind {
            None => Status::Finished,
            Some(kind)
                if kind.is_subclass_of::<PyException>()?
                    || kind.is_subclass_of::<PyGeneratorExit>()? =>
            {
                Status::Failed
            }
            Some(_) => Status::Killed,
        };
        Ok(py.detach(|| self.0.finish(status)).map_err(PyError)?)
    }

    fn __repr__(&self) -> String {
        format!("Run({:?}, {:?})", self.0.experiment(), self.0.name())
    }
}

/// A value as Python shows it.
fn shown(value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.str()?.extract()
}

fn name_of(what: &str, name: &Bound<'_, PyAny>) -> PyResult<String> {
    match name.cast::<PyString>() {
        Ok(name) => name.extract(),
        Err(_) => Err(wrong(what, name, "names that are texts")),
    }
}

fn pairs(what: &str, dict: &Bound<'_, PyDict>) -> PyResult<Vec<(String, String)>> {
    dict.iter().map(|(name, value)| Ok((name_of(what, &name)?, shown(&value)?))).collect()
}
