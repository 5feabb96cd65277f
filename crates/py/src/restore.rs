//! The way back from what `pickle` made of objects.

use std::sync::Arc;

use pantau::{
    learn::gates::GateReport,
    model::Explanation,
    text::{
        Cleaner, Dictionary, FeatureConfig, FeatureExtractor, Normalizer, Stemmer,
        StopWordMatching, StopWords,
    },
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyType},
};

use crate::{
    bundle::PyBundle,
    classifier::PyClassifier,
    dictionary::PyDictionary,
    encoder::PyEncoder,
    ensemble::{restore_cascade, restore_ensemble},
    error::{PyError, invalid},
    evaluation::{restore_comparison, restore_evaluation},
    explanation::PyExplanation,
    feature_config::PyFeatureConfig,
    features::PyFeatureExtractor,
    gate_report::PyGateReport,
    logistic_regression, matrix, naive_bayes, prediction,
    transforms::{PyCleaner, PyNormalizer, PyStemmer, PyStopWords},
    vectorizer,
};

/// Restores what was pickled.
#[pyfunction]
#[pyo3(name = "_restore")]
pub(crate) fn restore<'py>(
    py: Python<'py>,
    kind: &str,
    payload: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let dictionary = |words: Option<Vec<String>>| {
        words.map(Dictionary::from_words).transpose().map(|roots| roots.map(Arc::new))
    };
    Ok(match kind {
        "Bundle" => Bound::new(py, PyBundle::open(py, payload)?)?.into_any(),
        "Cascade" => Bound::new(py, restore_cascade(payload)?)?.into_any(),
        "Classifier" => reopen(&py.get_type::<PyClassifier>(), payload)?,
        "Cleaner" => {
            let cleaner = Cleaner::from_json(&payload.extract::<String>()?).map_err(PyError)?;
            Bound::new(py, PyCleaner(cleaner))?.into_any()
        }
        "Dictionary" => {
            let words = Dictionary::from_words(payload.extract::<Vec<String>>()?);
            Bound::new(py, PyDictionary(Arc::new(words.map_err(PyError)?)))?.into_any()
        }
        "Ensemble" => Bound::new(py, restore_ensemble(payload)?)?.into_any(),
        "Encoder" => reopen(&py.get_type::<PyEncoder>(), payload)?,
        "Comparison" => {
            Bound::new(py, restore_comparison(&payload.extract::<String>()?)?)?.into_any()
        }
        "Evaluation" => {
            Bound::new(py, restore_evaluation(&payload.extract::<String>()?)?)?.into_any()
        }
        "Explanation" => {
            let explanation = Explanation::from_json(&payload.extract::<String>()?);
            Bound::new(py, PyExplanation(explanation.map_err(PyError)?))?.into_any()
        }
        "FeatureConfig" => {
            let config = FeatureConfig::from_json(&payload.extract::<String>()?);
            Bound::new(py, PyFeatureConfig(config.map_err(PyError)?))?.into_any()
        }
        "FeatureExtractor" => {
            let (json, words) = payload.extract::<(String, Option<Vec<String>>)>()?;
            let config = FeatureConfig::from_json(&json).map_err(PyError)?;
            let extractor = FeatureExtractor::new(config, dictionary(words).map_err(PyError)?);
            Bound::new(py, PyFeatureExtractor(extractor.map_err(PyError)?))?.into_any()
        }
        "GateReport" => {
            let report = GateReport::from_json(&payload.extract::<String>()?);
            Bound::new(py, PyGateReport(report.map_err(PyError)?))?.into_any()
        }
        "SparseMatrix" => Bound::new(py, matrix::restore(payload)?)?.into_any(),
        "_LogisticRegression" => Bound::new(py, logistic_regression::restore(payload)?)?.into_any(),
        "_NaiveBayes" => Bound::new(py, naive_bayes::restore(payload)?)?.into_any(),
        "_Vectorizer" => {
            Bound::new(py, vectorizer::restore(&payload.extract::<String>()?)?)?.into_any()
        }
        "Normalizer" => {
            let pairs = payload.extract::<Vec<(String, String)>>()?;
            let normalizer = Normalizer::from_pairs(pairs).map_err(PyError)?;
            Bound::new(py, PyNormalizer(normalizer))?.into_any()
        }
        "Prediction" => Bound::new(py, prediction::restore(payload)?)?.into_any(),
        "Stemmer" => {
            let (algorithm, words) = payload.extract::<(String, Option<Vec<String>>)>()?;
            let algorithm = algorithm.parse().map_err(PyError)?;
            let stemmer = Stemmer::new(algorithm, dictionary(words).map_err(PyError)?);
            Bound::new(py, PyStemmer(stemmer.map_err(PyError)?))?.into_any()
        }
        "StopWords" => {
            let (matching, words) = payload.extract::<(String, Vec<String>)>()?;
            let matching = match matching.as_str() {
                "sastrawi" => StopWordMatching::Sastrawi,
                _ => StopWordMatching::Words,
            };
            let list = StopWords::from_words(words).with_matching(matching);
            Bound::new(py, PyStopWords(list))?.into_any()
        }
        _ => return Err(invalid("pickle", format!("{kind:?} is nothing that Pantau pickles"))),
    })
}

/// Opens a model again, by the path and the keywords it was opened with.
fn reopen<'py>(
    class: &Bound<'py, PyType>,
    payload: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (bundle, keywords) = payload.extract::<(Bound<'py, PyAny>, Bound<'py, PyDict>)>()?;
    class.call_method("open", (bundle,), Some(&keywords))
}
