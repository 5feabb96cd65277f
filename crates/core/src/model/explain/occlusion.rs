//! Other models are asked what they say without a word.

use std::ops::Range;

use super::{Contribution, Explanation, Method, Scale, WordShare, largest, sort, words};
use crate::{
    Result,
    model::{loaded::Loaded, transformer::Reading},
};

pub(super) fn explain(
    model: &Loaded,
    reading: Reading,
    text: &str,
    label: Option<usize>,
    budget: usize,
) -> Result<Explanation> {
    let words = words(text);
    // The whole text and the empty one are asked as well.
    let groups = group(&words, budget - 2);
    let mut asked = vec![text.to_owned(), String::new()];
    asked.extend(groups.iter().map(|group| without(text, &words, group)));
    let logits = model.raw(&asked, reading)?;
    let label = label.unwrap_or_else(|| largest(&logits[0]));
    let scale = Scale::of(model);
    let scores: Vec<f64> = logits.iter().map(|logits| scale.score(logits, label)).collect();

    let (score, baseline) = (scores[0], scores[1]);
    let mut contributions = Vec::with_capacity(groups.len());
    let mut shares = Vec::with_capacity(words.len());
    for (group, without) in groups.iter().zip(&scores[2..]) {
        let value = score - without;
        let own = &words[group.clone()];
        let term = text[own[0].start..own[own.len() - 1].end].to_owned();
        contributions.push(Contribution { term, letters: false, value });
        shares.extend(own.iter().map(|word| WordShare {
            start: word.start,
            end: word.end,
            word: text[word.clone()].to_owned(),
            value: value / own.len() as f64,
        }));
    }
    let explained: f64 = contributions.iter().map(|part| part.value).sum();
    sort(&mut contributions);
    Ok(Explanation {
        text: text.to_owned(),
        label: model.labels[label].clone(),
        method: Method::Occlusion,
        score,
        baseline,
        contributions,
        words: shares,
        gap: score - baseline - explained,
        asked: asked.len(),
    })
}

/// The words in at most so many groups of neighbours, of as equal size as can be.
fn group(words: &[Range<usize>], most: usize) -> Vec<Range<usize>> {
    let count = words.len().min(most);
    let edge = |group: usize| group * words.len() / count;
    (0..count).map(|group| edge(group)..edge(group + 1)).collect()
}

/// The text without a group of its words.
fn without(text: &str, words: &[Range<usize>], group: &Range<usize>) -> String {
    let before = text[..words[group.start].start].trim_end();
    let after = text[words[group.end - 1].end..].trim_start();
    let gap = if before.is_empty() || after.is_empty() { "" } else { " " };
    format!("{before}{gap}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_out_cleanly() {
        let text = " tidak bagus,  lemot ";
        let words = words(text);
        assert_eq!(words, [1..6, 7..13, 15..20]);
        assert_eq!(without(text, &words, &(0..1)), "bagus,  lemot ");
        assert_eq!(without(text, &words, &(1..2)), " tidak lemot ");
        assert_eq!(without(text, &words, &(0..3)), "");
    }

    #[test]
    fn neighbours_share_a_group_when_there_are_too_many() {
        let words = vec![0..1; 7];
        assert_eq!(group(&words, 3), [0..2, 2..4, 4..7]);
        assert_eq!(group(&words, 100).len(), 7);
        assert!(group(&[], 3).is_empty());
    }
}
