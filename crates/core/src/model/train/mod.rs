//! From labelled texts to a bundle.

mod card;
mod embeddings;
mod fitted;
mod options;
mod outcome;
mod parallel;
mod recipe;
mod reference;
mod search;
mod write;

use std::path::Path;

use fitted::{check, learn};
pub use options::TrainOptions;
use outcome::Outcome;
use parallel::Watch;
use recipe::Corpus;
use reference::Answered;
pub(crate) use reference::FEWEST_REFERENCE;
use rustc_hash::FxHashSet;
pub use search::Trial;
use search::{Known, search};
pub(super) use write::linear_answers;

use super::{Bundle, LabelledTexts, bundle::BundleWriter};
use crate::{
    Error, Result,
    learn::{
        Split, SplitOptions,
        calibration::Calibration,
        evaluation::{Evaluation, EvaluationOptions},
        folded,
        metrics::MOST_CLASSES,
        split,
    },
    onnx::processors,
};

/// What came out of learning.
#[derive(Debug)]
pub struct Trained {
    /// The model.
    pub bundle: Bundle,
    /// All settings that were tried, with the chosen one.
    pub trials: Vec<Trial>,
    /// Confidence before and after it was calibrated, on the validation rows.
    pub calibration: Option<Calibration>,
    /// How good the model is on rows it has not seen, if there were any.
    pub test: Option<Evaluation>,
    /// Its accuracy on the rows it has learnt from.
    pub train_accuracy: f64,
    /// How many rows were learnt from, chose and calibrated, and tested.
    pub rows: RowCounts,
}

/// What the rows were used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct RowCounts {
    /// Learnt from, while settings were chosen.
    pub train: usize,
    /// Kept aside for calibration; the final model has learnt from them as well.
    pub validation: usize,
    /// Never learnt from.
    pub test: usize,
    /// Left out, because the test data holds the same texts.
    pub left_out: usize,
}

/// Learns a classifier from labelled texts, and makes a bundle of it.
///
/// The rows are split by label, equal texts staying together. Settings are chosen by
/// cross-validation on the training rows, best by macro-F1. The confidence is calibrated, and what
/// is unusual is learnt, on the validation rows; then the model learns once more from both. The
/// test rows say how good it is. What the model says of the test rows is kept in the bundle for later
/// texts to be compared with (`reference.profile`), if there are 280 of them; fewer, 28 at least, tell
/// a workspace how to count what comes until that can be compared with. The same data
/// and seed give the same bytes, on any number of threads.
///
/// `test` is data of its own to test with; rows with the same texts are not learnt from. `watch`
/// hears how many steps are done, of how many; an error it returns ends the work, and nothing is
/// left behind.
///
/// # Errors
/// [`Error::InvalidInput`] if there is one label only or an option cannot be;
/// [`Error::NotFound`] if the encoder is missing; [`Error::Storage`] if the bundle cannot be
/// written.
pub fn train(
    data: &LabelledTexts,
    test: Option<&LabelledTexts>,
    bundle: impl AsRef<Path>,
    options: &TrainOptions,
    watch: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Trained> {
    train_for(data, test, &Traffic::default(), bundle.as_ref(), options, watch)
}

/// Texts that came lately and were not learnt from, with the labels that are known.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) texts: Vec<String>,
    pub(crate) actual: Vec<Option<String>>,
}

/// [`train`] where it is known what comes: later texts are compared with that, if it is enough, and
/// not with the test rows, which may be from before it changed.
pub(crate) fn train_for(
    data: &LabelledTexts,
    test: Option<&LabelledTexts>,
    traffic: &Traffic,
    target: &Path,
    options: &TrainOptions,
    watch: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Trained> {
    options.check()?;
    // Before an hour is spent: whether the bundle can be written at all.
    let writer = BundleWriter::new(target, options.overwrite)?;
    let labels = labels(data)?;
    let classes = labels.len();
    let place = |label: &String| labels.binary_search(label).map_or(u32::MAX, |at| at as u32);
    let numbers: Vec<u32> = data.labels().iter().map(place).collect();
    let shares = SplitOptions {
        validation: options.validation_share,
        test: if test.is_some() { 0.0 } else { options.test_share },
        seed: options.seed,
    };
    let usable = usable_rows(data, test);
    let left_out = data.len() - usable.len();
    let parts = divide(data, &numbers, classes, &usable, &shares)?;

    let encoder = options.encoder.as_ref().map(Bundle::open).transpose()?;
    let mut corpus =
        Corpus { texts: data.texts().iter().map(String::as_str).collect(), vectors: None };
    let own = corpus.texts.len();
    if let Some(test) = test {
        corpus.texts.extend(test.texts().iter().map(String::as_str));
    }
    let tested_until = corpus.texts.len();
    corpus.texts.extend(traffic.texts.iter().map(String::as_str));
    if let Some(encoder) = &encoder {
        corpus.vectors = Some(embeddings::embed(encoder, &corpus.texts, options.threads, watch)?);
    }
    let test_rows: Vec<usize> =
        if test.is_some() { (own..tested_until).collect() } else { parts.test.clone() };

    let threads = options.threads.unwrap_or_else(processors).get();
    let candidates = options.candidates(own);
    let to_learn = Known { rows: &parts.train, labels: &numbers, classes };
    let (recipe, learner, trials) =
        search(&corpus, &to_learn, &candidates, options.folds, options.seed, threads, watch)?;

    let learn = |rows: &[usize], watch: Watch<'_>| {
        learn(&corpus, &numbers, classes, &recipe, learner, rows, watch)
    };
    let checked = if parts.validation.is_empty() {
        None
    } else {
        let first = learn(&parts.train, watch)?;
        Some(check(&first, &corpus, &numbers, classes, &parts.train, &parts.validation)?)
    };
    let mut all: Vec<usize> = parts.train.iter().chain(&parts.validation).copied().collect();
    all.sort_unstable();
    let last = learn(&all, watch)?;
    let temperature = checked.as_ref().map_or(1.0, |checked| checked.calibration.temperature);
    let train_accuracy = last.accuracy(&corpus, &numbers, &all)?;
    let actual: Vec<&str> = match test {
        Some(test) => test.labels().iter().map(String::as_str).collect(),
        None => test_rows.iter().map(|row| data.labels()[*row].as_str()).collect(),
    };
    let tested = if test_rows.is_empty() {
        None
    } else {
        let texts: Vec<&str> = test_rows.iter().map(|row| corpus.texts[*row]).collect();
        let probabilities = last.probabilities(&corpus, &test_rows, temperature)?;
        let how = EvaluationOptions { seed: options.seed, ..EvaluationOptions::default() };
        Some(Evaluation::new(&labels, &actual, &probabilities, Some(&texts), &how)?)
    };
    let profile = match &checked {
        Some(checked) if options.reference => {
            let answered = if traffic.texts.len() >= FEWEST_REFERENCE {
                let actual = traffic.actual.iter().map(Option::as_deref).collect();
                ((tested_until..corpus.texts.len()).collect(), actual)
            } else {
                (test_rows.clone(), actual.iter().copied().map(Some).collect())
            };
            let (rows, actual) = answered;
            let model = &last;
            let (corpus, labels) = (&corpus, labels.as_slice());
            reference::of(&Answered { corpus, labels, model, checked, rows, actual }, options.seed)?
        }
        _ => None,
    };
    let rows = RowCounts {
        train: parts.train.len(),
        validation: parts.validation.len(),
        test: test_rows.len(),
        left_out,
    };
    write::write(
        writer,
        Outcome {
            data,
            labels,
            options,
            encoder: encoder.as_ref(),
            recipe: &recipe,
            learner,
            model: last,
            checked,
            trials,
            tested,
            train_accuracy,
            rows,
            profile,
        },
    )
}

/// The labels, as many as can be told apart and counted.
fn labels(data: &LabelledTexts) -> Result<Vec<String>> {
    let labels = data.label_set();
    let problem = match labels.len() {
        1 => format!("all {} rows have {:?}; there must be two at least", data.len(), labels[0]),
        many if many > MOST_CLASSES => {
            format!("{many} of them, at most {MOST_CLASSES} can be learnt")
        }
        _ => return Ok(labels),
    };
    Err(Error::invalid("labels", problem))
}

/// The rows whose texts are not among those to test with.
fn usable_rows(data: &LabelledTexts, test: Option<&LabelledTexts>) -> Vec<usize> {
    let Some(test) = test else { return (0..data.len()).collect() };
    let tested: FxHashSet<String> = test.texts().iter().map(|text| folded(text)).collect();
    (0..data.len()).filter(|row| !tested.contains(&folded(&data.texts()[*row]))).collect()
}

/// Splits some of the rows.
fn divide(
    data: &LabelledTexts,
    numbers: &[u32],
    classes: usize,
    usable: &[usize],
    shares: &SplitOptions,
) -> Result<Split> {
    let left_out = data.len() - usable.len();
    let texts: Vec<&str> = usable.iter().map(|row| data.texts()[*row].as_str()).collect();
    let labels: Vec<u32> = usable.iter().map(|row| numbers[*row]).collect();
    if let Some(class) = (0..classes as u32).find(|class| left_out > 0 && !labels.contains(class)) {
        let label = numbers.iter().position(|number| *number == class);
        let label = label.map_or("", |row| data.labels()[row].as_str());
        let problem = format!(
            "it holds the same texts as {left_out} rows of the data, and without those no text \
             has the label {label:?}"
        );
        return Err(Error::invalid("test", problem));
    }
    let mut parts = split(&texts, &labels, classes, shares)?;
    for rows in [&mut parts.train, &mut parts.validation, &mut parts.test] {
        for row in rows.iter_mut() {
            *row = usable[*row];
        }
    }
    Ok(parts)
}
