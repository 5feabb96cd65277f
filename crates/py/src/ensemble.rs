//! Several classifiers that answer as one.

use std::sync::Arc;

use pantau::model::{Cascade, Ensemble, PredictOptions, Predictions, TextClassifier};
use pyo3::{prelude::*, types::PyTuple};

use crate::{
    arguments::Deadline,
    array::read_numbers,
    ask::{Asked, ask},
    classifier::PyClassifier,
    error::{PyError, invalid},
    labelled,
    later::Pending,
    pickle,
    prediction::PyPrediction,
    predictions::PyPredictions,
    transforms::from_json,
    watch::Watch,
};

/// The mean of what several classifiers say. They must have the same labels.
///
/// >>> from pantau import Classifier, Ensemble
/// >>> sentiment = Classifier.open("sentiment")
/// >>> both = Ensemble([sentiment, sentiment], weights=[2, 1])
/// >>> both.predict("Bagus sekali!").label == sentiment.predict("Bagus sekali!").label
/// True
#[pyclass(frozen, name = "Ensemble", module = "pantau")]
pub(crate) struct PyEnsemble {
    pub(crate) ensemble: Ensemble,
    classifiers: Vec<Py<PyClassifier>>,
    weights: Option<Vec<f64>>,
}

#[pymethods]
impl PyEnsemble {
    #[new]
    #[pyo3(signature = (classifiers, weights=None))]
    fn new(
        py: Python<'_>,
        classifiers: &Bound<'_, PyAny>,
        weights: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let classifiers: Vec<Py<PyClassifier>> = classifiers.extract()?;
        let weights = weights.map(|weights| read_numbers("weights", weights)).transpose()?;
        Self::of(py, classifiers, weights)
    }

    /// The label of one text (Prediction), or of many (Predictions).
    #[pyo3(signature = (texts, *, return_probabilities=true, deadline=None, progress=false))]
    fn predict<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        return_probabilities: bool,
        deadline: Option<Deadline>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        ask(&Together::new(&self.ensemble, return_probabilities, deadline), texts, progress)
    }

    /// The labels it chooses from, in the order of the probabilities.
    #[getter]
    fn labels(&self, py: Python<'_>) -> Result<Vec<String>, PyError> {
        Ok(py.detach(|| self.ensemble.labels())?)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "Ensemble", (&self.classifiers, &self.weights))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Ensemble(labels={:?})", self.labels(py)?))
    }
}

impl PyEnsemble {
    fn of(
        py: Python<'_>,
        classifiers: Vec<Py<PyClassifier>>,
        weights: Option<Vec<f64>>,
    ) -> PyResult<Self> {
        let own = classifiers.iter().map(|classifier| classifier.get().classifier()).collect();
        let made = py.detach(|| Ensemble::new(own, weights.as_deref()));
        Ok(Self { ensemble: made.map_err(PyError)?, classifiers, weights })
    }
}

/// Restores an ensemble that was pickled.
pub(crate) fn restore_ensemble(payload: &Bound<'_, PyAny>) -> PyResult<PyEnsemble> {
    let (classifiers, weights) = payload.extract()?;
    PyEnsemble::of(payload.py(), classifiers, weights)
}

/// A cheap classifier that answers when its confidence is at least ``threshold``, in front of a
/// strong one that answers the rest.
///
/// >>> from pantau import Cascade, Classifier
/// >>> sentiment = Classifier.open("sentiment")
/// >>> cascade = Cascade(sentiment, sentiment, 0.9)
/// >>> cascade.predict(["Bagus sekali!", "Lemot"]).label == sentiment.predict(["Bagus sekali!", "Lemot"]).label
/// True
#[pyclass(frozen, name = "Cascade", module = "pantau")]
pub(crate) struct PyCascade {
    pub(crate) cascade: Cascade,
    cheap: Py<PyClassifier>,
    strong: Py<PyClassifier>,
    choice: Option<String>,
}

#[pymethods]
impl PyCascade {
    #[new]
    fn new(
        py: Python<'_>,
        cheap: &Bound<'_, PyClassifier>,
        strong: &Bound<'_, PyClassifier>,
        threshold: f64,
    ) -> PyResult<Self> {
        Self::of(py, cheap.clone().unbind(), strong.clone().unbind(), threshold, None)
    }

    /// Chooses the threshold on labelled texts that neither has learnt from, so that both together
    /// are right as often as ``accuracy`` says and the cheap one answers as much as it can.
    /// ``choice`` tells what came out.
    #[staticmethod]
    #[pyo3(signature = (cheap, strong, data, accuracy, *, text="text", label="label", progress=false))]
    fn fit(
        cheap: &Bound<'_, PyClassifier>,
        strong: &Bound<'_, PyClassifier>,
        data: &Bound<'_, PyAny>,
        accuracy: f64,
        text: &str,
        label: &str,
        progress: bool,
    ) -> PyResult<Self> {
        let py = data.py();
        let data = labelled::read(data, text, label)?;
        let own = [cheap, strong].map(|classifier| classifier.get().classifier());
        let mut watch = Watch::new(py, data.len(), progress, None)?;
        let fitted = py.detach(|| {
            let [cheap, strong] = own;
            Cascade::fit(cheap, strong, &data, accuracy, &mut |more, all| watch.look(more, all))
        });
        let (cascade, choice) = watch.conclude(py, fitted)?;
        let (cheap, strong) = (cheap.clone().unbind(), strong.clone().unbind());
        Ok(Self { cascade, cheap, strong, choice: Some(choice.to_json()) })
    }

    /// How the threshold was chosen: accuracy, share_answered_by_cheap, reached and curve; None if
    /// it was given.
    #[getter]
    fn choice<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.choice.as_deref().map(|json| from_json(py, json)).transpose()
    }

    /// How sure the cheap one must be.
    #[getter]
    fn threshold(&self) -> f64 {
        self.cascade.threshold()
    }

    /// The label of one text (Prediction), or of many (Predictions).
    #[pyo3(signature = (texts, *, return_probabilities=true, deadline=None, progress=false))]
    fn predict<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        return_probabilities: bool,
        deadline: Option<Deadline>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        ask(&Together::new(&self.cascade, return_probabilities, deadline), texts, progress)
    }

    /// The labels it chooses from, in the order of the probabilities.
    #[getter]
    fn labels(&self, py: Python<'_>) -> Result<Vec<String>, PyError> {
        Ok(py.detach(|| self.cascade.labels())?)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let payload = (&self.cheap, &self.strong, self.threshold(), &self.choice);
        pickle::reduce(py, "Cascade", payload)
    }

    fn __repr__(&self) -> String {
        format!("Cascade(threshold={})", self.cascade.threshold())
    }
}

impl PyCascade {
    fn of(
        py: Python<'_>,
        cheap: Py<PyClassifier>,
        strong: Py<PyClassifier>,
        threshold: f64,
        choice: Option<String>,
    ) -> PyResult<Self> {
        let own = (cheap.get().classifier(), strong.get().classifier());
        let made = py.detach(|| Cascade::new(own.0, own.1, threshold));
        Ok(Self { cascade: made.map_err(PyError)?, cheap, strong, choice })
    }
}

/// Restores a cascade that was pickled.
pub(crate) fn restore_cascade(payload: &Bound<'_, PyAny>) -> PyResult<PyCascade> {
    let (cheap, strong, threshold, choice) = payload.extract()?;
    PyCascade::of(payload.py(), cheap, strong, threshold, choice)
}

/// Several classifiers, and how they are asked.
struct Together {
    classifier: Arc<dyn TextClassifier>,
    options: PredictOptions,
}

impl Together {
    fn new(
        classifier: &(impl TextClassifier + Clone + 'static),
        return_probabilities: bool,
        deadline: Option<Deadline>,
    ) -> Self {
        let deadline = deadline.map(|Deadline(limit)| limit);
        let options = PredictOptions { return_probabilities, deadline };
        Self { classifier: Arc::new(classifier.clone()), options }
    }
}

impl Asked for Together {
    type Answers = Predictions;

    fn ask(
        &self,
        texts: &[&str],
        mut progress: impl FnMut(usize, usize) -> pantau::Result<()>,
    ) -> pantau::Result<Predictions> {
        self.classifier.answer(texts, self.options, &mut progress)
    }

    fn ask_later(
        &self,
        _text: &str,
        _on_done: Box<dyn FnOnce() + Send>,
    ) -> pantau::Result<Pending> {
        unreachable!("several classifiers are only asked at once")
    }

    fn first<'py>(&self, py: Python<'py>, answers: &Predictions) -> PyResult<Bound<'py, PyAny>> {
        let prediction =
            answers.get(0).ok_or_else(|| invalid("texts", "the model answered none"))?;
        Ok(Bound::new(py, PyPrediction::new(prediction))?.into_any())
    }

    fn all<'py>(
        &self,
        py: Python<'py>,
        answers: Predictions,
        index: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(Bound::new(py, PyPredictions::new(answers, index))?.into_any())
    }
}
