//! How good classifiers are on labelled texts.

use super::{LabelledTexts, PredictOptions, Predictions, TextClassifier, data::listed};
use crate::{
    Error, Result,
    learn::evaluation::{Comparison, Evaluation, EvaluationOptions, compare},
};

/// How good a classifier is on labelled texts.
///
/// A label that the classifier does not know counts as a mistake, and is named.
///
/// # Errors
/// [`Error::InvalidInput`] if the classifier knows none of the labels, or gives a text any number
/// of them, and as for [`Classifier::predict_batch`](super::Classifier::predict_batch).
pub fn evaluate(
    classifier: &dyn TextClassifier,
    data: &LabelledTexts,
    options: &EvaluationOptions,
    progress: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Evaluation> {
    check_labels(classifier, data)?;
    let texts: Vec<&str> = data.texts().iter().map(String::as_str).collect();
    let actual: Vec<&str> = data.labels().iter().map(String::as_str).collect();
    let found = predict(classifier, &texts, progress)?;
    let probabilities = found.probabilities().unwrap_or_default();
    Evaluation::new(found.labels(), &actual, probabilities, Some(&texts), options)
}

/// Compares two classifiers on the same labelled texts. The means of F1 are over the labels that
/// at least one of them knows.
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
    check_labels(first, data)?;
    check_labels(second, data)?;
    let texts: Vec<&str> = data.texts().iter().map(String::as_str).collect();
    let mut halves = |done: usize, all: usize| progress(done, all * 2);
    let first = predict(first, &texts, &mut halves)?;
    let second = predict(second, &texts, &mut halves)?;
    let actual: Vec<&str> = data.labels().iter().map(String::as_str).collect();
    // What the macro-F1 is the mean of is what it is the mean of when one is evaluated.
    let mut known = first.labels().to_vec();
    known.extend(second.labels().iter().filter(|label| !first.labels().contains(label)).cloned());
    let options = EvaluationOptions { labels: Some(known), ..options.clone() };
    compare(&actual, &labels(&first), &labels(&second), &options)
}

/// Refuses data of another kind: where no answer can be right, numbers would only mislead.
fn check_labels(classifier: &dyn TextClassifier, data: &LabelledTexts) -> Result<()> {
    let (own, found) = (classifier.labels()?, data.label_set());
    if found.iter().any(|label| own.contains(label)) {
        return Ok(());
    }
    let (own, found) = (listed(&own), listed(&found));
    let problem = format!("the data has {found}, none of which the classifier knows; it has {own}");
    Err(Error::invalid("labels", problem))
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
    if found.len() != texts.len() {
        let problem = format!("{} answers for {} texts", found.len(), texts.len());
        return Err(Error::invalid("classifier", problem));
    }
    Ok(found)
}
