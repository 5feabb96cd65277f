use pantau::workspace::Answer;
use pyo3::{prelude::*, types::PyDict};

use crate::transforms::from_json;

/// What a workspace says of a text, by an id that feedback names.
#[pyclass(frozen, name = "Answer", module = "pantau")]
pub(crate) struct PyAnswer(pub(crate) Answer);

#[pymethods]
impl PyAnswer {
    /// Its id.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// The model.
    #[getter]
    fn model(&self) -> &str {
        &self.0.model
    }

    /// The version that gave it.
    #[getter]
    fn version(&self) -> &str {
        &self.0.version
    }

    /// The most probable label.
    #[getter]
    fn label(&self) -> &str {
        &self.0.label
    }

    /// Its probability.
    #[getter]
    fn confidence(&self) -> f64 {
        self.0.confidence
    }

    /// The probability of every label, as a dict.
    #[getter]
    fn probabilities<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(probabilities) = &self.0.probabilities else { return Ok(None) };
        let dict = PyDict::new(py);
        for (label, probability) in probabilities {
            dict.set_item(label, probability)?;
        }
        Ok(Some(dict))
    }

    /// What is odd about the text: "empty", "truncated", "replaced", "too_short", "few_words",
    /// "too_long".
    #[getter]
    fn flags(&self) -> Vec<&'static str> {
        self.0.flags.clone()
    }

    /// How unlike the text is to those that were learnt from.
    #[getter]
    fn novelty(&self) -> Option<f64> {
        self.0.novelty
    }

    /// Which share of texts like those is as unlike to them.
    #[getter]
    fn novelty_pvalue(&self) -> Option<f64> {
        self.0.novelty_pvalue
    }

    /// When it was given, as RFC 3339 writes it.
    #[getter]
    fn timestamp(&self) -> String {
        self.0.timestamp.to_string()
    }

    /// How long it took, in milliseconds.
    #[getter]
    fn latency_ms(&self) -> f64 {
        self.0.latency_ms
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let json = serde_json::to_string(&self.0).expect("texts and numbers are JSON");
        let dict = from_json(py, &json)?;
        dict.set_item("probabilities", self.probabilities(py)?)?;
        Ok(dict)
    }

    fn __repr__(&self) -> String {
        format!(
            "Answer({:?}, {:.3}, version {}, id {:?})",
            self.0.label, self.0.confidence, self.0.version, self.0.id
        )
    }
}
