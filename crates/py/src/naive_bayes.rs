//! Naive Bayes.

use pantau::learn::{LinearModel, NaiveBayes, NaiveBayesKind, NaiveBayesOptions};
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDict, PyTuple},
};

use crate::{
    arguments::{Threads, choose, expect, truth},
    array::{array, read_numbers, read_whole},
    error::{PyError, invalid},
    linear::{Answer, answer, best, by_class},
    matrix::{Rows, from_bytes, to_bytes},
    pickle,
};

const KINDS: [(&str, NaiveBayesKind); 2] =
    [("multinomial", NaiveBayesKind::Multinomial), ("complement", NaiveBayesKind::Complement)];

/// What a NaiveBayes has learnt. It is never changed: learning more gives another one.
#[pyclass(frozen, name = "_NaiveBayes", module = "pantau._core")]
pub(crate) struct PyNaiveBayes {
    bayes: NaiveBayes,
    /// The scores that follow from the counts; made when they are first needed.
    model: PyOnceLock<LinearModel>,
}

#[pymethods]
impl PyNaiveBayes {
    /// One that has learnt nothing yet.
    #[new]
    fn new(columns: usize, classes: usize, settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        let options = read_settings(settings)?;
        Ok(Self::of(NaiveBayes::new(columns, classes, &options).map_err(PyError)?))
    }

    /// Learns from examples.
    #[staticmethod]
    fn fit(
        examples: &Bound<'_, PyAny>,
        labels: &Bound<'_, PyAny>,
        classes: usize,
        settings: &Bound<'_, PyDict>,
        sample_weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (py, rows, options) =
            (examples.py(), Rows::read_to_learn(examples)?, read_settings(settings)?);
        let (labels, weights) = (classes_of(labels)?, read_weights(sample_weight)?);
        let examples = rows.examples();
        let fitted =
            py.detach(|| NaiveBayes::fit(examples, &labels, classes, &options, weights.as_deref()));
        Ok(Self::of(fitted.map_err(PyError)?))
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
        let mut bayes = self.bayes.clone();
        let learnt = py.detach(|| {
            bayes.partial_fit(examples, &labels, weights.as_deref())?;
            Ok(bayes)
        });
        Ok(Self::of(learnt.map_err(PyError)?))
    }

    /// For each row and class, what ``wanted`` says.
    fn scores<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyAny>> {
        answer(rows.py(), self.model(rows.py())?, rows, threads, Answer::Scores)
    }

    /// For each row the probability of each class.
    fn probabilities<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyAny>> {
        answer(rows.py(), self.model(rows.py())?, rows, threads, Answer::Probabilities)
    }

    /// For each row the logarithm of the probability of each class.
    fn log_probabilities<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyAny>> {
        answer(rows.py(), self.model(rows.py())?, rows, threads, Answer::LogProbabilities)
    }

    /// For each row the most probable class.
    fn best<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyAny>> {
        best(rows.py(), self.model(rows.py())?, rows, threads)
    }

    /// How many examples each class had.
    fn class_count<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let counts = self.bayes.class_counts();
        array(py, counts, &[counts.len()])
    }

    /// What the examples of each class had of each column.
    fn feature_count<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        by_class(py, self.bayes.counts(), self.classes())
    }

    /// How likely each class is from the start.
    fn class_log_prior<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        array(py, &self.bayes.class_log_prior(), &[self.classes()])
    }

    /// The weight of each column for each class.
    fn feature_log_prob<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        by_class(py, &self.bayes.feature_log_prob(), self.classes())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let payload = (
            PyBytes::new(py, &to_bytes(self.bayes.counts())),
            PyBytes::new(py, &to_bytes(self.bayes.class_counts())),
            settings_of(py, self.bayes.options())?,
        );
        pickle::reduce(py, "_NaiveBayes", payload)
    }
}

impl PyNaiveBayes {
    fn of(bayes: NaiveBayes) -> Self {
        Self { bayes, model: PyOnceLock::new() }
    }

    fn classes(&self) -> usize {
        self.bayes.class_counts().len()
    }

    fn model(&self, py: Python<'_>) -> PyResult<&LinearModel> {
        self.model.get_or_try_init(py, || Ok(self.bayes.to_linear().map_err(PyError)?))
    }
}

/// Restores what was pickled.
pub(crate) fn restore(payload: &Bound<'_, PyAny>) -> PyResult<PyNaiveBayes> {
    let (counts, class_counts, settings) =
        payload.extract::<(Vec<u8>, Vec<u8>, Bound<'_, PyDict>)>()?;
    let options = read_settings(&settings)?;
    let bayes = NaiveBayes::resume(from_bytes(&counts), from_bytes(&class_counts), &options);
    Ok(PyNaiveBayes::of(bayes.map_err(PyError)?))
}

/// The settings by the names they have in Python.
fn read_settings(settings: &Bound<'_, PyDict>) -> PyResult<NaiveBayesOptions> {
    let mut options = NaiveBayesOptions::default();
    for (name, value) in settings {
        let name: String = name.extract()?;
        match name.as_str() {
            "kind" => options.kind = choose(&name, &value, &KINDS)?,
            "alpha" => options.alpha = expect(&name, &value, "a number above 0")?,
            "fit_prior" => options.fit_prior = truth(&name, &value)?,
            "class_prior" if value.is_none() => options.class_prior = None,
            "class_prior" => options.class_prior = Some(read_numbers(&name, &value)?),
            "norm" => options.norm = truth(&name, &value)?,
            _ => return Err(invalid("settings", format!("{name:?} is none"))),
        }
    }
    Ok(options)
}

/// What [`read_settings`] reads.
fn settings_of<'py>(py: Python<'py>, options: &NaiveBayesOptions) -> PyResult<Bound<'py, PyDict>> {
    let settings = PyDict::new(py);
    settings.set_item("kind", options.kind.name())?;
    settings.set_item("alpha", options.alpha)?;
    settings.set_item("fit_prior", options.fit_prior)?;
    settings.set_item("class_prior", &options.class_prior)?;
    settings.set_item("norm", options.norm)?;
    Ok(settings)
}

/// How much each example counts; that all count nothing is a mistake.
pub(crate) fn read_weights(weights: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Vec<f64>>> {
    let Some(weights) = weights else { return Ok(None) };
    let weights = read_numbers("sample_weight", weights)?;
    if !weights.is_empty() && weights.iter().all(|weight| *weight == 0.0) {
        return Err(invalid("sample_weight", "every weight is zero"));
    }
    Ok(Some(weights))
}

/// Classes, as numbers from zero.
pub(crate) fn classes_of(labels: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    Ok(read_whole("labels", labels)?.into_iter().map(|class| class as u32).collect())
}
