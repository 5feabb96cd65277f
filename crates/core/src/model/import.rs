//! Pipelines that were fitted elsewhere, as bundles.

use std::path::Path;

use super::{
    Bundle, Learned, LearnedKind, Manifest, SelfTest,
    bundle::{BundleWriter, HEAD, VECTORIZER},
    samples::SELF_TEST,
    train::linear_answers,
};
use crate::{
    Error, Result,
    file::read_text,
    learn::{ImportedPipeline, LinearModel},
    onnx::{Activation, Task, Weights},
};

/// Makes a bundle of a pipeline that was fitted with scikit-learn and written as JSON by
/// `pantau.sklearn.export`: TF-IDF with naive Bayes or logistic regression. No pickle is read.
///
/// `name` is by default that of the bundle's folder; with `overwrite`, a bundle that is there is
/// replaced.
///
/// # Errors
/// [`Error::NotFound`] if there is no such file; [`Error::InvalidInput`] and
/// [`Error::Incompatible`] if it is something else; [`Error::Storage`] if the bundle cannot be
/// written.
pub fn import_sklearn(
    pipeline: impl AsRef<Path>,
    bundle: impl AsRef<Path>,
    name: Option<&str>,
    overwrite: bool,
) -> Result<Bundle> {
    let json = read_text("pipeline", pipeline.as_ref(), "what pantau.sklearn.export wrote")?;
    let pipeline = ImportedPipeline::from_json(&json)?;
    let kind =
        if pipeline.is_naive_bayes() { LearnedKind::TfidfNb } else { LearnedKind::TfidfLogistic };
    let (vectorizer, weights, intercepts, labels) = pipeline.into_parts();
    let model = LinearModel::new(vectorizer.columns(), labels.len(), weights, intercepts)?;
    let writer = BundleWriter::new(bundle, overwrite)?;
    let put = |name: &str, bytes: &[u8]| {
        let path = writer.folder().join(name);
        std::fs::write(&path, bytes).map_err(Error::storage("write", path))
    };
    put(HEAD, &model.to_safetensors())?;
    put(VECTORIZER, vectorizer.to_json().as_bytes())?;
    let task = Task::Classifier { labels, activation: Activation::Softmax, temperature: 1.0 };
    let name = name.map_or_else(|| writer.default_name(), str::to_owned);
    let mut manifest = Manifest::new(name, kind.name(), task, Weights::Fp64, 1);
    manifest.max_tokens = None;
    manifest.learned = Some(Learned::new(kind));
    manifest.self_test =
        Some(SelfTest::of(&SELF_TEST, &linear_answers(Some(&vectorizer), &model), 1e-5));
    writer.finish(manifest)
}
