//! How good classifiers are.

use std::{fs, path::PathBuf};

use pantau::learn::evaluation::{Comparison, Estimate, Evaluation};
use pyo3::{prelude::*, types::PyTuple};

use crate::{
    array::array,
    error::{PyError, invalid},
    pickle,
    transforms::from_json,
};

/// How wide a report is in a terminal.
const WIDTH: usize = 80;

/// How good a classifier is on labelled texts. Printed, it is a report; a notebook shows it as
/// tables; ``to_dict`` has all of it.
///
/// >>> import pantau
/// >>> data = [("Bagus sekali!", "positive"), ("Lemot", "negative"), ("Biasa saja", "negative")]
/// >>> evaluation = pantau.evaluate("sentiment", data)
/// >>> evaluation.rows, 0 <= evaluation.accuracy <= 1
/// (3, True)
/// >>> low, high = evaluation.accuracy_interval
/// >>> low <= evaluation.accuracy <= high
/// True
#[pyclass(frozen, name = "Evaluation", module = "pantau")]
pub(crate) struct PyEvaluation(pub(crate) Evaluation);

#[pymethods]
impl PyEvaluation {
    /// How many texts were predicted.
    #[getter]
    fn rows(&self) -> usize {
        self.0.rows
    }

    /// The labels the classifier knows.
    #[getter]
    fn labels(&self) -> Vec<String> {
        self.0.labels.clone()
    }

    /// The share of texts that got the right label.
    #[getter]
    fn accuracy(&self) -> f64 {
        self.0.accuracy.value
    }

    /// Where the accuracy is on texts like these (Wilson's interval).
    #[getter]
    fn accuracy_interval(&self) -> (f64, f64) {
        bounds(&self.0.accuracy)
    }

    /// The mean F1 of the labels.
    #[getter]
    fn macro_f1(&self) -> f64 {
        self.0.macro_f1.value
    }

    /// Where the macro-F1 is on texts like these (by bootstrap).
    #[getter]
    fn macro_f1_interval(&self) -> (f64, f64) {
        bounds(&self.0.macro_f1)
    }

    /// Matthews' correlation coefficient.
    #[getter]
    fn mcc(&self) -> f64 {
        self.0.mcc
    }

    /// Cohen's kappa; None where it is not defined.
    #[getter]
    fn cohen_kappa(&self) -> Option<f64> {
        self.0.cohen_kappa
    }

    /// The mean logarithm of the inverse probability of the right label.
    #[getter]
    fn log_loss(&self) -> f64 {
        self.0.log_loss
    }

    /// The mean over texts of the sum over labels of the squared difference.
    #[getter]
    fn brier(&self) -> f64 {
        self.0.brier
    }

    /// The expected calibration error.
    #[getter]
    fn ece(&self) -> f64 {
        self.0.ece
    }

    /// A row for each right label, a column for each predicted one: a NumPy array. Labels that the
    /// classifier does not know come last.
    #[getter]
    fn confusion<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let classes = self.0.confusion.classes();
        let counts: Vec<f64> =
            self.0.confusion.counts().iter().map(|count| *count as f64).collect();
        array(py, &counts, &[classes, classes])?.call_method1("astype", ("int64",))
    }

    /// For each label: precision, recall, f1, support and more, as dicts.
    #[getter]
    fn classes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.get_item("classes")
    }

    /// The worst mistakes, the surest first, as dicts.
    #[getter]
    fn mistakes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.get_item("mistakes")
    }

    /// The confusion matrix as a picture (SVG): returned, or written into a file. A row is a label
    /// that was right, a column one that was predicted.
    #[pyo3(signature = (path=None))]
    fn confusion_svg(&self, path: Option<PathBuf>) -> PyResult<Option<String>> {
        written(self.0.confusion_svg(), path)
    }

    /// The worst mistakes as CSV: returned, or written into a file.
    #[pyo3(signature = (path=None))]
    fn mistakes_csv(&self, path: Option<PathBuf>) -> PyResult<Option<String>> {
        written(self.0.mistakes_csv(), path)
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON, in which nothing is NaN.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "Evaluation", self.0.to_json())
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_html())
    }

    fn __str__(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_text(WIDTH))
    }

    fn __repr__(&self) -> String {
        let (low, high) = bounds(&self.0.accuracy);
        format!(
            "Evaluation({} texts, accuracy={:.4} ({low:.4} to {high:.4}), macro_f1={:.4})",
            self.0.rows, self.0.accuracy.value, self.0.macro_f1.value
        )
    }
}

/// Two classifiers on the same texts: how often each is right, and whether the difference is more
/// than chance.
///
/// >>> import pantau
/// >>> data = [("Bagus sekali!", "positive"), ("Lemot", "negative")]
/// >>> comparison = pantau.compare("sentiment", "sentiment", data)
/// >>> comparison.difference, comparison.pvalue
/// (0.0, 1.0)
#[pyclass(frozen, name = "Comparison", module = "pantau")]
pub(crate) struct PyComparison(pub(crate) Comparison);

#[pymethods]
impl PyComparison {
    /// How many texts both predicted.
    #[getter]
    fn rows(&self) -> usize {
        self.0.rows
    }

    /// The accuracy of the second one less that of the first.
    #[getter]
    fn difference(&self) -> f64 {
        self.0.difference.value
    }

    /// Where that difference is on texts like these.
    #[getter]
    fn difference_interval(&self) -> (f64, f64) {
        bounds(&self.0.difference)
    }

    /// How probable a difference as large as this one is if both are equally good (McNemar's
    /// test).
    #[getter]
    fn pvalue(&self) -> f64 {
        self.0.pvalue
    }

    /// What follows, in words.
    #[getter]
    fn verdict(&self) -> &str {
        &self.0.verdict
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON, in which nothing is NaN.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "Comparison", self.0.to_json())
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_html())
    }

    fn __str__(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_text(WIDTH))
    }

    fn __repr__(&self) -> String {
        let (low, high) = bounds(&self.0.difference);
        format!(
            "Comparison({} texts, difference={:+.4} ({low:+.4} to {high:+.4}), pvalue={:.4})",
            self.0.rows, self.0.difference.value, self.0.pvalue
        )
    }
}

/// Restores an evaluation that was pickled.
pub(crate) fn restore_evaluation(json: &str) -> PyResult<PyEvaluation> {
    Ok(PyEvaluation(Evaluation::from_json(json).map_err(PyError)?))
}

/// Restores a comparison that was pickled.
pub(crate) fn restore_comparison(json: &str) -> PyResult<PyComparison> {
    Ok(PyComparison(Comparison::from_json(json).map_err(PyError)?))
}

fn bounds(estimate: &Estimate) -> (f64, f64) {
    (estimate.interval.low, estimate.interval.high)
}

fn written(text: String, path: Option<PathBuf>) -> PyResult<Option<String>> {
    let Some(path) = path else { return Ok(Some(text)) };
    fs::write(&path, text).map_err(|error| {
        invalid("path", format!("{} cannot be written ({error})", path.display()))
    })?;
    Ok(None)
}
