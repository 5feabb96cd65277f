//! Classifiers to judge, Pantau's and others.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use pantau::model::{Classifier, ModelOptions, PredictOptions, Predictions, TextClassifier};
use pyo3::prelude::*;

use crate::{
    array::read_numbers,
    bundle::BundleArgument,
    classifier::PyClassifier,
    ensemble::{PyCascade, PyEnsemble},
    error::{PyError, invalid},
    labelled::read_labels,
    runtime::tell_package_folders,
};

/// A classifier to judge: one of Pantau's or the path of one's bundle, or any object with
/// scikit-learn's `predict_proba` and `classes_`.
pub(crate) enum Judged {
    Own(Arc<dyn TextClassifier>),
    Foreign(Foreign),
}

impl Judged {
    pub(crate) fn read(model: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = model.py();
        if let Ok(classifier) = model.cast::<PyClassifier>() {
            return Ok(Self::Own(Arc::new(classifier.get().classifier())));
        }
        if let Ok(ensemble) = model.cast::<PyEnsemble>() {
            return Ok(Self::Own(Arc::new(ensemble.get().ensemble.clone())));
        }
        if let Ok(cascade) = model.cast::<PyCascade>() {
            return Ok(Self::Own(Arc::new(cascade.get().cascade.clone())));
        }
        if model.hasattr("predict_proba")? && model.hasattr("classes_")? {
            return Foreign::read(model).map(Self::Foreign);
        }
        let bundle = model.extract::<BundleArgument>().map_err(|_| {
            let kind = model.get_type().name().map_or("?".to_owned(), |name| name.to_string());
            let problem = format!(
                "expected a Classifier, an Ensemble, a Cascade, a bundle, or what has \
                 predict_proba and classes_, got {kind}"
            );
            invalid("model", problem)
        })?;
        tell_package_folders(py)?;
        let opened = py.detach(|| Classifier::open(&bundle.0, &ModelOptions::default()));
        Ok(Self::Own(Arc::new(opened.map_err(PyError)?)))
    }

    /// One of Pantau's; `role` is what it is for.
    pub(crate) fn own(self, role: &str) -> PyResult<Arc<dyn TextClassifier>> {
        match self {
            Self::Own(classifier) => Ok(classifier),
            Self::Foreign(_) => Err(invalid(role, "expected one of Pantau's classifiers")),
        }
    }

    /// As the core takes it.
    pub(crate) fn classifier(&self) -> &dyn TextClassifier {
        match self {
            Self::Own(classifier) => &**classifier,
            Self::Foreign(foreign) => foreign,
        }
    }

    /// What Python raised while the classifier was asked.
    pub(crate) fn check(&self) -> PyResult<()> {
        match self {
            Self::Own(_) => Ok(()),
            Self::Foreign(foreign) => {
                let raised = foreign.raised.lock().unwrap_or_else(PoisonError::into_inner).take();
                raised.map_or(Ok(()), Err)
            }
        }
    }
}

/// An object of Python's that answers like scikit-learn's classifiers.
pub(crate) struct Foreign {
    model: Py<PyAny>,
    labels: Vec<String>,
    raised: Mutex<Option<PyErr>>,
}

impl Foreign {
    fn read(model: &Bound<'_, PyAny>) -> PyResult<Self> {
        let labels = read_labels("classes_", &model.getattr("classes_")?)?;
        // As the labels of the data are read.
        let labels = labels.iter().map(|label| label.trim().to_owned()).collect();
        Ok(Self { model: model.clone().unbind(), labels, raised: Mutex::new(None) })
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Foreign").field("labels", &self.labels).finish_non_exhaustive()
    }
}

impl TextClassifier for Foreign {
    fn labels(&self) -> pantau::Result<Vec<String>> {
        Ok(self.labels.clone())
    }

    fn answer(
        &self,
        texts: &[&str],
        _options: PredictOptions,
        progress: &mut dyn FnMut(usize, usize) -> pantau::Result<()>,
    ) -> pantau::Result<Predictions> {
        let answered = Python::attach(|py| {
            let numbers = self.model.bind(py).call_method1("predict_proba", (texts.to_vec(),))?;
            read_numbers("predict_proba", &numbers)
        });
        let numbers = answered.map_err(|error| {
            *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            pantau::Error::InvalidInput {
                what: "predict_proba".to_owned(),
                problem: "raised an exception".to_owned(),
            }
        })?;
        progress(texts.len(), texts.len())?;
        Predictions::from_probabilities(self.labels.clone(), &numbers)
    }
}
