//! What later texts are compared with.

use super::{
    fitted::{Checked, Fitted},
    recipe::Corpus,
};
use crate::{
    Result,
    learn::DenseMatrix,
    model::watch::{Rows, of_rows},
    profile::{FEWEST_WINDOWS, ReferenceOptions},
    random::Random,
};

/// Fewer rows make windows of fewer than ten, whose differences say nothing: they only say how to
/// count what comes, until that is enough to compare with.
pub(crate) const FEWEST_REFERENCE: usize = 280;

/// Rows that look like those the model will see and which it has not learnt from, and what it says of
/// them: the very model that will answer later, which is surer than one that has learnt
/// from fewer rows.
pub(super) struct Answered<'a> {
    pub(super) corpus: &'a Corpus<'a>,
    pub(super) labels: &'a [String],
    pub(super) model: &'a Fitted,
    pub(super) checked: &'a Checked,
    pub(super) rows: Vec<usize>,
    /// For each of these rows, its right label, if that is known.
    pub(super) actual: Vec<Option<&'a str>>,
}

/// The bytes of the reference; none of fewer rows than windows.
///
/// Nobody knows whether the rows are in the order of time, and many are in that of their labels, so
/// they are put into an order by chance, and the reference says so: how much days differ by
/// themselves must be learnt from later rows.
pub(super) fn of(answered: &Answered<'_>, seed: u64) -> Result<Option<Vec<u8>>> {
    let Answered { corpus, labels, model, checked, rows, actual } = answered;
    if rows.len() < FEWEST_WINDOWS {
        return Ok(None);
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    Random::new(seed).shuffle(&mut order);
    let shuffled: Vec<usize> = order.iter().map(|place| rows[*place]).collect();
    let temperature = checked.calibration.temperature;
    let probabilities = model.probabilities(corpus, &shuffled, temperature)?;
    let best = |row: &[f64]| {
        (1..row.len()).fold(0, |best, place| if row[place] > row[best] { place } else { best })
    };
    let answers: Vec<(usize, f64)> =
        probabilities.chunks_exact(labels.len()).map(|row| (best(row), row[best(row)])).collect();
    let told = Rows {
        texts: shuffled.iter().map(|row| corpus.texts[*row]).collect(),
        labels: answers.iter().map(|(place, _)| labels[*place].as_str()).collect(),
        confidences: answers.iter().map(|(_, confidence)| *confidence).collect(),
        novelty: Some(checked.novelty.scores(model, corpus, &shuffled)?),
        vectors: corpus.vectors.as_ref().map(|vectors| select(vectors, &shuffled)),
        latency: None,
        actual: Some(order.iter().map(|place| actual[*place]).collect()),
    };
    let options = ReferenceOptions { is_shuffled: true, ..ReferenceOptions::default() };
    Ok(Some(of_rows(&told, None, &options)?.to_bytes()))
}

fn select(vectors: &DenseMatrix, rows: &[usize]) -> (Vec<f32>, usize) {
    let numbers = rows.iter().flat_map(|row| vectors.row(*row)).map(|number| *number as f32);
    let dimensions = rows.first().map_or(0, |row| vectors.row(*row).len());
    (numbers.collect(), dimensions)
}
