//! Linear models say by themselves what each term adds.

use super::{Contribution, Explanation, Method, Scale, WordShare, largest, sort, words};
use crate::{
    learn::Scratch,
    model::{linear::Linear, loaded::Loaded},
};

pub(super) fn explain(
    model: &Loaded,
    linear: &Linear,
    text: &str,
    label: Option<usize>,
) -> Explanation {
    let mut row = Vec::new();
    linear.vectorizer.transform_into(text, &mut Scratch::default(), &mut row);
    let mut logits = vec![0.0; linear.model.classes()];
    linear.model.scores_into(row.iter().copied(), &mut logits);
    let label = label.unwrap_or_else(|| largest(&logits));
    let scale = Scale::of(model);
    let baseline = scale.score(linear.model.intercepts(), label);

    let classes = linear.model.classes();
    let value = |column: u32, number: f64| {
        let from = column as usize * classes;
        number * scale.score(&linear.model.weights()[from..from + classes], label)
    };
    let values: Vec<(u32, f64)> =
        row.iter().map(|(column, number)| (*column, value(*column, *number))).collect();
    let mut contributions: Vec<Contribution> = values
        .iter()
        .map(|(column, value)| Contribution {
            term: linear.vectorizer.term(*column).to_owned(),
            letters: linear.vectorizer.is_of_letters(*column),
            value: *value,
        })
        .collect();
    let words = share(linear, text, &values);
    let explained: f64 = values.iter().map(|(_, value)| value).sum();
    sort(&mut contributions);
    let score = scale.score(&logits, label);
    Explanation {
        text: text.to_owned(),
        label: model.labels[label].clone(),
        method: Method::Exact,
        score,
        baseline,
        contributions,
        words,
        gap: score - baseline - explained,
        asked: 1,
    }
}

/// Divides what each term adds among its occurrences, and that among the words each touches.
fn share(linear: &Linear, text: &str, values: &[(u32, f64)]) -> Vec<WordShare> {
    let mut shares: Vec<WordShare> = words(text)
        .into_iter()
        .map(|span| WordShare {
            start: span.start,
            end: span.end,
            word: text[span].to_owned(),
            value: 0.0,
        })
        .collect();
    let occurrences = linear.vectorizer.trace(text);
    let mut counts = vec![0_usize; values.len()];
    let place = |column: u32| values.binary_search_by_key(&column, |(own, _)| *own).ok();
    for at in occurrences.iter().filter_map(|occurrence| place(occurrence.column)) {
        counts[at] += 1;
    }
    for occurrence in &occurrences {
        let Some(at) = place(occurrence.column) else { continue };
        let mut touched: Vec<usize> = Vec::new();
        for span in &occurrence.spans {
            // The first word that ends behind the beginning, and those up to the end.
            let first = shares.partition_point(|word| word.end <= span.start);
            let after = shares.partition_point(|word| word.start < span.end);
            touched.extend(first..after);
        }
        touched.dedup();
        let value = values[at].1 / counts[at] as f64 / touched.len().max(1) as f64;
        for word in touched {
            shares[word].value += value;
        }
    }
    shares
}
