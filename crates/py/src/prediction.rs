//! What a classifier answers for one text.

use pantau::model::{Flags, Prediction, TextNovelty};
use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{error::invalid, pickle};

/// What a classifier answers for one text.
///
/// >>> from pantau import Classifier
/// >>> prediction = Classifier.open("sentiment").predict("   ")
/// >>> prediction.flags, prediction.truncated
/// (['empty'], False)
/// >>> prediction.probabilities[prediction.label] == prediction.confidence
/// True
#[pyclass(frozen, eq, name = "Prediction", module = "pantau")]
#[derive(PartialEq)]
pub(crate) struct PyPrediction {
    prediction: Prediction,
}

impl PyPrediction {
    pub(crate) fn new(prediction: Prediction) -> Self {
        Self { prediction }
    }

    pub(crate) fn prediction(&self) -> &Prediction {
        &self.prediction
    }
}

#[pymethods]
impl PyPrediction {
    /// The most probable label.
    #[getter]
    fn label(&self) -> &str {
        &self.prediction.label
    }

    /// Its probability.
    #[getter]
    fn confidence(&self) -> f64 {
        self.prediction.confidence
    }

    /// The probability of every label, in the order of the model's labels; None if they were not
    /// asked for.
    #[getter]
    fn probabilities<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(probabilities) = &self.prediction.probabilities else { return Ok(None) };
        let by_label = PyDict::new(py);
        for (label, probability) in self.prediction.labels.iter().zip(probabilities) {
            by_label.set_item(label, probability)?;
        }
        Ok(Some(by_label))
    }

    /// All labels that hold: of a multi-label model those with a probability of at least 0.5, of
    /// others the most probable one.
    #[getter]
    fn all_labels(&self) -> Vec<&str> {
        self.prediction.all_labels.iter().map(String::as_str).collect()
    }

    /// What is odd about the text: "empty", "truncated", "replaced" (it held something that could
    /// not be decoded).
    #[getter]
    fn flags(&self) -> Vec<&'static str> {
        self.prediction.flags.names().collect()
    }

    /// Whether something of the text was cut off.
    #[getter]
    fn truncated(&self) -> bool {
        self.prediction.flags.truncated
    }

    /// How unlike the text is to those the model has learnt from: of a model that reads words, the
    /// share of what stands in the text that it has never seen; of a head, how far the text is
    /// from the nearest label's middle. None if the model cannot tell.
    #[getter]
    fn novelty(&self) -> Option<f64> {
        self.prediction.novelty.map(|novelty| novelty.score)
    }

    /// Which share of texts like those the model has learnt from are at least as unusual: the
    /// smaller, the less the text is one of them. None if the model cannot tell.
    #[getter]
    fn novelty_pvalue(&self) -> Option<f64> {
        self.prediction.novelty.map(|novelty| novelty.pvalue)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let Prediction { label, confidence, probabilities, all_labels, novelty, .. } =
            &self.prediction;
        let labels: &[String] = &self.prediction.labels;
        let novelty = novelty.map(|novelty| (novelty.score, novelty.pvalue));
        let payload = (label, confidence, labels, probabilities, all_labels, self.flags(), novelty);
        pickle::reduce(py, "Prediction", payload)
    }

    fn __repr__(&self) -> String {
        let Prediction { label, confidence, all_labels, .. } = &self.prediction;
        let mut parts = vec![format!("{label:?}"), format!("confidence={confidence:.4}")];
        if all_labels.len() != 1 || all_labels[0] != *label {
            parts.push(format!("all_labels={all_labels:?}"));
        }
        let flags = self.flags();
        if !flags.is_empty() {
            parts.push(format!("flags={flags:?}"));
        }
        format!("Prediction({})", parts.join(", "))
    }
}

type Payload =
    (String, f64, Vec<String>, Option<Vec<f64>>, Vec<String>, Vec<String>, Option<(f64, f64)>);

/// Restores what was pickled.
pub(crate) fn restore(payload: &Bound<'_, PyAny>) -> PyResult<PyPrediction> {
    let (label, confidence, labels, probabilities, all_labels, names, novelty) =
        payload.extract::<Payload>()?;
    let mut flags = Flags::default();
    for name in names {
        match name.as_str() {
            "empty" => flags.empty = true,
            "truncated" => flags.truncated = true,
            "replaced" => flags.replaced = true,
            _ => return Err(invalid("pickle", format!("{name:?} is no flag of a prediction"))),
        }
    }
    let labels = labels.into();
    let novelty = novelty.map(|(score, pvalue)| TextNovelty { score, pvalue });
    let prediction =
        Prediction { label, confidence, probabilities, all_labels, labels, flags, novelty };
    Ok(PyPrediction::new(prediction))
}
