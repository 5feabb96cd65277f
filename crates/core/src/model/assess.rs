//! Whether a classifier may be used: all gates on the same labelled texts.

use super::{LabelledTexts, TextClassifier, evaluate::predict};
use crate::{
    Result,
    learn::gates::{
        Accuracy, EdgeCase, GateReport, Gates, champion, edge_case_texts, edge_cases, floor, gap,
        label_set, promote,
    },
    model::PredictOptions,
    stats::{paired_difference, wilson},
};

/// Whether a classifier may be used, as its answers to labelled texts that it has not learnt from
/// show, and how it bears odd ones.
///
/// `train_accuracy` is its accuracy on the texts it has learnt from, and `champion_model` the
/// classifier it would replace; gates for which something is missing are left out.
///
/// # Errors
/// As for [`evaluate`](super::evaluate), and if a bound cannot be.
pub fn assess(
    classifier: &dyn TextClassifier,
    data: &LabelledTexts,
    gates: &Gates,
    train_accuracy: Option<f64>,
    champion_model: Option<&dyn TextClassifier>,
    progress: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<GateReport> {
    gates.check()?;
    let parts = 1 + usize::from(champion_model.is_some());
    let mut parted = |done: usize, all: usize| progress(done, all * parts);
    let own = right(classifier, data, &mut parted)?;
    let count = |rows: &[bool]| rows.iter().filter(|right| **right).count() as u64;
    let (rows, correct) = (own.len() as u64, count(&own));
    let low = wilson(correct, rows, gates.level)?.low;
    let accuracy = Accuracy::new(correct, rows, low, gates.level)?;
    let mut outcomes = vec![floor(&accuracy, gates.floor), promote(&accuracy, gates.promote)];
    if let Some(train) = train_accuracy {
        outcomes.push(gap(train, accuracy.value(), gates.gap)?);
    }
    let labels = classifier.labels()?;
    outcomes.push(label_set(&data.label_set(), &labels));
    outcomes.push(edge_cases(&try_edge_cases(classifier), &labels));
    if let Some(other) = champion_model {
        let other = right(other, data, &mut parted)?;
        let pairs = |first: bool, second: bool| {
            own.iter().zip(&other).filter(|pair| *pair == (&first, &second)).count() as u64
        };
        let interval = paired_difference(
            pairs(true, true),
            pairs(true, false),
            pairs(false, true),
            pairs(false, false),
            gates.level,
        )?;
        outcomes.push(champion(
            &own,
            &other,
            interval.low,
            interval.high,
            gates.level,
            gates.champion_margin,
        )?);
    }
    Ok(GateReport::new(outcomes))
}

/// For each text, whether a classifier is right.
fn right(
    classifier: &dyn TextClassifier,
    data: &LabelledTexts,
    progress: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Vec<bool>> {
    let texts: Vec<&str> = data.texts().iter().map(String::as_str).collect();
    let found = predict(classifier, &texts, progress)?;
    let pairs = data.labels().iter().enumerate();
    Ok(pairs.map(|(row, label)| found.label(row) == Some(label)).collect())
}

/// What a classifier answers to texts that were hardly among those it has learnt from.
fn try_edge_cases(classifier: &dyn TextClassifier) -> Vec<EdgeCase> {
    edge_case_texts()
        .into_iter()
        .map(|(name, text)| {
            let answer = classifier.answer(&[&text], PredictOptions::default(), &mut |_, _| Ok(()));
            let answered = match answer {
                Ok(found) => found.label(0).map(str::to_owned).ok_or("no answer".to_owned()),
                Err(error) => Err(error.full_message()),
            };
            EdgeCase { name: name.to_owned(), text, answered }
        })
        .collect()
}
