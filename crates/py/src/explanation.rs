//! Why a text got its label.

use pantau::model::{Explanation, Method};
use pyo3::{prelude::*, types::PyTuple};

use crate::{pickle, transforms::from_json};

/// Why a text got its label: what its words add to the label's score. A notebook shows the text
/// with its words coloured.
///
/// The score is how much the label's logit is above the mean of the other labels' logits, divided
/// by the temperature: ``baseline + sum of the contributions + gap``.
///
/// >>> from pantau import Classifier
/// >>> explanation = Classifier.open("sentiment").explain("Bagus sekali, tidak lemot")
/// >>> explanation.method, len(explanation.words)
/// ('occlusion', 4)
/// >>> total = explanation.baseline + sum(value for _, value in explanation.contributions)
/// >>> abs(explanation.score - total - explanation.gap) < 1e-9
/// True
#[pyclass(frozen, eq, name = "Explanation", module = "pantau")]
#[derive(PartialEq)]
pub(crate) struct PyExplanation(pub(crate) Explanation);

#[pymethods]
impl PyExplanation {
    /// The text.
    #[getter]
    fn text(&self) -> &str {
        &self.0.text
    }

    /// The label that is explained.
    #[getter]
    fn label(&self) -> &str {
        &self.0.label
    }

    /// "exact" for linear models, "occlusion" (the model was asked again without each word) for
    /// others.
    #[getter]
    fn method(&self) -> &'static str {
        match self.0.method {
            Method::Exact => "exact",
            Method::Occlusion => "occlusion",
        }
    }

    /// The label's score for the text.
    #[getter]
    fn score(&self) -> f64 {
        self.0.score
    }

    /// The label's score for a text without words.
    #[getter]
    fn baseline(&self) -> f64 {
        self.0.baseline
    }

    /// What the terms or words add, as pairs, the most first.
    #[getter]
    fn contributions(&self) -> Vec<(&str, f64)> {
        self.0.contributions.iter().map(|part| (part.term.as_str(), part.value)).collect()
    }

    /// The words of the text in their order, as pairs, with what each adds.
    #[getter]
    fn words(&self) -> Vec<(&str, f64)> {
        self.0.words.iter().map(|word| (word.word.as_str(), word.value)).collect()
    }

    /// What the contributions leave unexplained.
    #[getter]
    fn gap(&self) -> f64 {
        self.0.gap
    }

    /// How many texts the model was asked.
    #[getter]
    fn asked(&self) -> usize {
        self.0.asked
    }

    /// All of it as a dict; ``start`` and ``end`` of words count bytes of UTF-8.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "Explanation", self.0.to_json())
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_html())
    }

    fn __str__(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_text())
    }

    fn __repr__(&self) -> String {
        let Explanation { label, score, contributions, .. } = &self.0;
        let parts = contributions.len();
        format!("Explanation({label:?}, score={score:.3}, {parts} contributions)")
    }
}
