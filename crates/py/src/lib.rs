//! The Python face: converts, releases the GIL, maps errors. Decisions live in
//! the core.

#![allow(
    clippy::doc_link_with_quotes,
    clippy::doc_markdown,
    reason = "docstrings are Python, not rustdoc"
)]

mod arguments;
mod array;
mod arrow;
mod ask;
mod bundle;
mod classifier;
mod consent;
mod dictionary;
mod embeddings;
mod encoder;
mod ensemble;
mod error;
mod evaluation;
mod explanation;
mod feature_config;
mod feature_table;
mod features;
mod gate_report;
mod home;
mod json;
mod judge;
mod judged;
mod keywords;
mod labelled;
mod later;
mod linear;
mod logistic_regression;
mod matrix;
mod model_options;
mod moment;
mod naive_bayes;
mod numbers;
mod pickle;
mod prediction;
mod prediction_log;
mod predictions;
mod registry;
mod restore;
mod run;
mod runs;
mod runtime;
mod stats;
mod store;
mod store_features;
mod store_query;
mod store_tables;
mod table;
mod texts;
mod tfidf_options;
mod training;
mod transforms;
mod validation;
mod vectorizer;
mod watch;
mod watching;
mod workspace;

use pyo3::prelude::*;

/// The native part of Pantau; import `pantau` instead.
#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    error::Exceptions::register(module)?;
    module.add_class::<bundle::PyBundle>()?;
    module.add_class::<classifier::PyClassifier>()?;
    module.add_class::<consent::PyConsent>()?;
    module.add_class::<dictionary::PyDictionary>()?;
    module.add_class::<ensemble::PyCascade>()?;
    module.add_class::<ensemble::PyEnsemble>()?;
    module.add_class::<evaluation::PyComparison>()?;
    module.add_class::<evaluation::PyEvaluation>()?;
    module.add_class::<explanation::PyExplanation>()?;
    module.add_class::<gate_report::PyGateReport>()?;
    module.add_class::<embeddings::PyEmbeddings>()?;
    module.add_class::<encoder::PyEncoder>()?;
    module.add_class::<feature_config::PyFeatureConfig>()?;
    module.add_class::<feature_table::PyFeatureStream>()?;
    module.add_class::<feature_table::PyFeatureTable>()?;
    module.add_class::<features::PyFeatureExtractor>()?;
    module.add_class::<features::PyFeatures>()?;
    module.add_class::<home::TextArray>()?;
    module.add_class::<logistic_regression::PyLogisticRegression>()?;
    module.add_class::<matrix::PySparseMatrix>()?;
    module.add_class::<naive_bayes::PyNaiveBayes>()?;
    module.add_class::<prediction::PyPrediction>()?;
    module.add_class::<prediction_log::PyPredictionLog>()?;
    module.add_class::<predictions::PyPredictions>()?;
    module.add_class::<registry::PyRegistry>()?;
    module.add_class::<registry::PyVersionComparison>()?;
    module.add_class::<run::PyRun>()?;
    module.add_class::<runs::PyRuns>()?;
    module.add_class::<runtime::PyRuntime>()?;
    module.add_class::<store::PyStore>()?;
    module.add_class::<store_features::PyTrainingFeatures>()?;
    module.add_class::<store_tables::PyStoreTable>()?;
    module.add_class::<transforms::PyAnonymizer>()?;
    module.add_class::<transforms::PyCleaner>()?;
    module.add_class::<transforms::PyNormalizer>()?;
    module.add_class::<transforms::PyStemmer>()?;
    module.add_class::<transforms::PyStopWords>()?;
    module.add_class::<validation::PyValidationReport>()?;
    module.add_class::<vectorizer::PyVectorizer>()?;
    stats::register(module)?;
    watching::register(module)?;
    workspace::register(module)?;
    module.add_function(wrap_pyfunction!(bundle::convert_checkpoint, module)?)?;
    module.add_function(wrap_pyfunction!(bundle::import_pipeline, module)?)?;
    module.add_function(wrap_pyfunction!(judge::assess_model, module)?)?;
    module.add_function(wrap_pyfunction!(judge::compare_models, module)?)?;
    module.add_function(wrap_pyfunction!(judge::evaluate_model, module)?)?;
    module.add_function(wrap_pyfunction!(store::schema, module)?)?;
    module.add_function(wrap_pyfunction!(training::select_texts, module)?)?;
    module.add_function(wrap_pyfunction!(training::train_classifier, module)?)?;
    module.add_function(wrap_pyfunction!(validation::validate_data, module)?)?;
    module.add_function(wrap_pyfunction!(_provoke_panic, module)?)?;
    module.add_function(wrap_pyfunction!(restore::restore, module)?)?;
    Ok(())
}

/// Panics, as a bug would; the tests prove that it stays an exception.
#[pyfunction]
fn _provoke_panic(py: Python<'_>) {
    py.detach(|| panic!("provoked by a test"));
}
