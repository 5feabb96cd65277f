//! Naive Bayes.

use std::str::FromStr;

use pantau::learn::{LinearModel, NaiveBayes, NaiveBayesKind, NaiveBayesOptions};
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyTuple},
};

use crate::{
    arguments::Threads,
    array::{array, read_numbers, read_whole},
    error::PyError,
    linear::{Answer, answer, best, by_class},
    matrix::{Rows, from_bytes, to_bytes},
    pickle,
};

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
    fn new(
        columns: usize,
        classes: usize,
        kind: &str,
        alpha: f64,
        fit_prior: bool,
        class_prior: Option<&Bound<'_, PyAny>>,
        norm: bool,
    ) -> PyResult<Self> {
        let kind = NaiveBayesKind::from_str(kind).map_err(PyError)?;
        let class_prior =
            class_prior.map(|prior| read_numbers("class_prior", prior)).transpose()?;
        let options = NaiveBayesOptions { kind, alpha, fit_prior, class_prior, norm };
        Ok(Self::of(NaiveBayes::new(columns, classes, &options).map_err(PyError)?))
    }

    /// One that has learnt these examples too.
    fn partial_fit(
        &self,
        examples: &Bound<'_, PyAny>,
        labels: &Bound<'_, PyAny>,
        sample_weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (py, rows) = (examples.py(), Rows::read(examples)?);
        let labels = classes_of(labels)?;
        let weights =
            sample_weight.map(|weights| read_numbers("sample_weight", weights)).transpose()?;
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
        let options = self.bayes.options();
        let payload = (
            PyBytes::new(py, &to_bytes(self.bayes.counts())),
            PyBytes::new(py, &to_bytes(self.bayes.class_counts())),
            options.kind.name(),
            options.alpha,
            options.fit_prior,
            options.class_prior.clone(),
            options.norm,
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
    type Payload = (Vec<u8>, Vec<u8>, String, f64, bool, Option<Vec<f64>>, bool);
    let (counts, class_counts, kind, alpha, fit_prior, class_prior, norm) =
        payload.extract::<Payload>()?;
    let kind = kind.parse().map_err(PyError)?;
    let options = NaiveBayesOptions { kind, alpha, fit_prior, class_prior, norm };
    let bayes = NaiveBayes::resume(from_bytes(&counts), from_bytes(&class_counts), &options);
    Ok(PyNaiveBayes::of(bayes.map_err(PyError)?))
}

/// Classes, as numbers from zero.
pub(crate) fn classes_of(labels: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    Ok(read_whole("labels", labels)?.into_iter().map(|class| class as u32).collect())
}
