//! How good classifiers are on labelled texts.

use super::{LabelledTexts, PredictOptions, Predictions, TextClassifier};
use crate::{
    Error, Result,
    learn::evaluation::{Comparison, Evaluation, EvaluationOptions, compare},
};

/// How good a classifier is on labelled texts.
///
/// A label that the classifier does not know counts as a mistake, and is named.
///
/// # Errors
/// [`Error::InvalidInput`] if the classifier gives a text any number of labels, and as for
/// [`Classifier::predict_batch`](super::Classifier::predict_batch).
pub fn evaluate(
    classifier: &dyn TextClassifier,
    data: &LabelledTexts,
    options: &EvaluationOptions,
    progress: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Evaluation> {
    let texts: Vec<&str> = data.texts().iter().map(String::as_str).collect();
    let actual: Vec<&str> = data.labels().iter().map(String::as_str).collect();
    let found = predict(classifier, &texts, progress)?;
    let probabilities = found.probabilities().unwrap_or_default();
    Evaluation::new(found.labels(), &actual, probabilities, Some(&texts), options)
}

/// Compares two classifiers on the same labelled texts.
///
/// # Errors
/// As for [`evaluate`].
pub fn compare_classifiers(
    first: &dyn TextClassifier,
    second: &dyn TextClassifier,
    data: &LabelledTexts,
    options: &EvaluationOptions,
    progress: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Comparison> {
    let texts: Vec<&str> = data.texts().iter().map(String::as_str).collect();
    let mut halves = |done: usize, all: usize| progress(done, all * 2);
    let first = predict(first, &texts, &mut halves)?;
    let second = predict(second, &texts, &mut halves)?;
    let actual: Vec<&str> = data.labels().iter().map(String::as_str).collect();
    // What the macro-F1 is the mean of is what it is the mean of when one is evaluated.
    let own = Some(first.labels().to_vec());
    let options = EvaluationOptions { labels: own, ..options.clone() };
    compare(&actual, &labels(&first), &labels(&second), &options)
}

fn labels(predictions: &Predictions) -> Vec<&str> {
    (0..predictions.len()).filter_map(|text| predictions.label(text)).collect()
}

pub(super) fn predict(
    classifier: &dyn TextClassifier,
    texts: &[&str],
    progress: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Predictions> {
    let found = classifier.answer(texts, PredictOptions::default(), progress)?;
    if found.is_multi_label() {
        let problem = "it gives a text any number of labels; one that gives one is evaluated";
        return Err(Error::invalid("classifier", problem));
    }
    Ok(found)
}
