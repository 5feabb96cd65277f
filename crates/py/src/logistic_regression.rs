//! Logistic regression.

use pantau::learn::{
    ClassWeight, FitExtras, LinearModel, LogisticOptions, LogisticRegression, Penalty, Stop,
};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyDict, PyString, PyTuple},
};

use crate::{
    arguments::{Threads, choose, choose_or_none, expect, truth},
    array::{array, read_numbers},
    error::{PyError, invalid},
    linear::{Answer, answer, best},
    matrix::{Rows, from_bytes, table, to_bytes},
    naive_bayes::{classes_of, read_weights},
    pickle,
    watch::Steps,
};

/// What a LogisticRegression has learnt. It is never changed: learning more gives another one.
#[pyclass(frozen, name = "_LogisticRegression", module = "pantau._core")]
pub(crate) struct PyLogisticRegression(LogisticRegression);

#[pymethods]
impl PyLogisticRegression {
    /// One that has learnt nothing yet.
    #[new]
    fn new(columns: usize, classes: usize, settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        let options = read_settings(settings)?;
        Ok(Self(LogisticRegression::new(columns, classes, &options).map_err(PyError)?))
    }

    /// Learns from examples, beginning with what ``start`` has learnt.
    #[staticmethod]
    fn fit(
        examples: &Bound<'_, PyAny>,
        labels: &Bound<'_, PyAny>,
        classes: usize,
        settings: &Bound<'_, PyDict>,
        sample_weight: Option<&Bound<'_, PyAny>>,
        start: Option<&Bound<'_, Self>>,
    ) -> PyResult<Self> {
        let (py, rows) = (examples.py(), Rows::read_to_learn(examples)?);
        let (labels, options) = (classes_of(labels)?, read_settings(settings)?);
        let weights = read_weights(sample_weight)?;
        let start = start.map(|start| start.get().0.model());
        let examples = rows.examples();
        let most = options.max_iterations;
        let mut steps = Steps::new(false);
        let fitted = py.detach(|| {
            let extras = FitExtras {
                sample_weights: weights.as_deref(),
                start,
                watch: Some(&mut |progress| steps.look(progress.iterations, most)),
                ..FitExtras::default()
            };
            LogisticRegression::fit(examples, &labels, classes, &options, extras)
        });
        Ok(Self(steps.conclude(py, fitted)?))
    }

    /// One that has learnt these examples too.
    fn partial_fit(
        &self,
        examples: &Bound<'_, PyAny>,
        labels: &Bound<'_, PyAny>,
        sample_weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (py, rows) = (examples.py(), Rows::read_to_learn(examples)?);
        let (labels, weights) = (classes_of(labels)?, read_weights(sample_weight)?);
        let examples = rows.examples();
        let mut regression = self.0.clone();
        let learnt = py.detach(|| {
            regression.partial_fit(examples, &labels, weights.as_deref())?;
            Ok(regression)
        });
        Ok(Self(learnt.map_err(PyError)?))
    }

    /// For each row the score of each class.
    fn scores<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyAny>> {
        answer(rows.py(), self.0.model(), rows, threads, Answer::Scores)
    }

    /// For each row the probability of each class.
    fn probabilities<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyAny>> {
        answer(rows.py(), self.0.model(), rows, threads, Answer::Probabilities)
    }

    /// For each row the logarithm of the probability of each class.
    fn log_probabilities<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyAny>> {
        answer(rows.py(), self.0.model(), rows, threads, Answer::LogProbabilities)
    }

    /// For each row the most probable class.
    fn best<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyAny>> {
        best(rows.py(), self.0.model(), rows, threads)
    }

    /// The weights, a row for each class and one for two classes, and the intercepts.
    fn coefficients<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let (weights, intercepts) = self.0.coefficients();
        let weights = table(py, &weights.concat(), self.0.model().columns())?;
        Ok((weights, array(py, &intercepts, &[intercepts.len()])?))
    }

    /// How many iterations learning took.
    #[getter]
    fn iterations(&self) -> usize {
        self.0.iterations()
    }

    /// Whether the tolerance was reached.
    #[getter]
    fn converged(&self) -> bool {
        self.0.converged()
    }

    /// Whether the fit ended because no step made the loss any smaller.
    #[getter]
    fn stalled(&self) -> bool {
        self.0.stop() == Some(Stop::Stalled)
    }

    /// How many columns and classes there are.
    #[getter]
    fn shape(&self) -> (usize, usize) {
        (self.0.model().columns(), self.0.model().classes())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let payload = (
            PyBytes::new(py, &self.0.model().to_safetensors()),
            PyBytes::new(py, &to_bytes(self.0.precisions())),
            settings_of(py, self.0.options())?,
        );
        pickle::reduce(py, "_LogisticRegression", payload)
    }
}

/// Restores what was pickled.
pub(crate) fn restore(payload: &Bound<'_, PyAny>) -> PyResult<PyLogisticRegression> {
    let (model, precisions, settings) =
        payload.extract::<(Vec<u8>, Vec<u8>, Bound<'_, PyDict>)>()?;
    let model = LinearModel::from_safetensors(&model).map_err(PyError)?;
    let options = read_settings(&settings)?;
    let regression = LogisticRegression::resume(model, from_bytes(&precisions), &options);
    Ok(PyLogisticRegression(regression.map_err(PyError)?))
}

const PENALTIES: [(&str, Penalty); 2] = [("l1", Penalty::L1), ("l2", Penalty::L2)];
const BALANCED: &str = "balanced";

/// The settings by the names they have in Python.
fn read_settings(settings: &Bound<'_, PyDict>) -> PyResult<LogisticOptions> {
    let mut options = LogisticOptions::default();
    for (name, value) in settings {
        let name: String = name.extract()?;
        match name.as_str() {
            "penalty" => {
                let penalty = choose_or_none(&name, &value, &PENALTIES)?;
                options.penalty = penalty.unwrap_or(Penalty::None);
            }
            "C" => options.c = expect(&name, &value, "a number above 0")?,
            "class_weight" => {
                options.class_weight = if value.is_none() {
                    ClassWeight::Equal
                } else if value.is_instance_of::<PyString>() {
                    choose(&name, &value, &[(BALANCED, ClassWeight::Balanced)])?
                } else {
                    ClassWeight::Given(read_numbers(&name, &value)?)
                };
            }
            "fit_intercept" => options.fit_intercept = truth(&name, &value)?,
            "tol" => options.tolerance = expect(&name, &value, "a number above 0")?,
            "max_iter" => {
                options.max_iterations = expect(&name, &value, "a whole number of at least 1")?;
            }
            "random_state" => {
                let seed: Option<u64> =
                    expect(&name, &value, "a whole number of at least 0, or None")?;
                options.seed = seed.unwrap_or_default();
            }
            "threads" => options.threads = Threads::limit(value.extract()?),
            _ => return Err(invalid("settings", format!("{name:?} is none"))),
        }
    }
    Ok(options)
}

/// What [`read_settings`] reads.
fn settings_of<'py>(py: Python<'py>, options: &LogisticOptions) -> PyResult<Bound<'py, PyDict>> {
    let settings = PyDict::new(py);
    let penalty = PENALTIES.iter().find(|(_, penalty)| *penalty == options.penalty);
    settings.set_item("penalty", penalty.map(|(name, _)| *name))?;
    settings.set_item("C", options.c)?;
    match &options.class_weight {
        ClassWeight::Equal => settings.set_item("class_weight", py.None())?,
        ClassWeight::Balanced => settings.set_item("class_weight", BALANCED)?,
        ClassWeight::Given(weights) => settings.set_item("class_weight", weights)?,
    }
    settings.set_item("fit_intercept", options.fit_intercept)?;
    settings.set_item("tol", options.tolerance)?;
    settings.set_item("max_iter", options.max_iterations)?;
    settings.set_item("random_state", options.seed)?;
    settings.set_item("threads", options.threads.map(std::num::NonZero::get))?;
    Ok(settings)
}
