use std::num::NonZero;

use crate::text::{map_in_order_by, thread_count};

/// The scores of the classes, each against all others, and their means.
#[derive(Debug, Clone, PartialEq)]
pub struct OneVsRest {
    /// The mean over the classes for which it is defined.
    pub macro_mean: f64,
    /// The same mean, each class as important as it has rows.
    pub weighted_mean: f64,
    /// The score of each class; `None` if no row, or every row, is of it.
    pub classes: Vec<Option<f64>>,
}

/// The area under the ROC curve: how likely a positive row has a higher score than a negative one,
/// an equal score counting half (Hanley and McNeil 1982).
///
/// `None` if it is undefined: without positive or without negative rows, if a score is NaN, or if
/// the lists are of different lengths.
pub fn roc_auc(scores: &[f64], positive: &[bool]) -> Option<f64> {
    roc_auc_of(&ranked(scores, positive)?)
}

fn roc_auc_of(groups: &[Group]) -> Option<f64> {
    let positives: u64 = groups.iter().map(|group| group.positive).sum();
    let negatives = groups.iter().map(|group| group.negative).sum::<u64>();
    if positives == 0 || negatives == 0 {
        return None;
    }
    // Twice the number of pairs in the right order, in whole numbers and so without rounding.
    let (mut doubled, mut above) = (0_u128, 0_u64);
    for group in groups {
        doubled += u128::from(group.negative) * u128::from(2 * above + group.positive);
        above += group.positive;
    }
    Some(doubled as f64 / 2.0 / (positives as f64 * negatives as f64))
}

/// The area under the precision-recall curve, as the mean of the precisions at each threshold,
/// weighted by how much recall it adds: scikit-learn's `average_precision_score`.
///
/// `None` if it is undefined: without positive rows, if a score is NaN, or if the lists are of
/// different lengths.
pub fn average_precision(scores: &[f64], positive: &[bool]) -> Option<f64> {
    average_precision_of(&ranked(scores, positive)?)
}

fn average_precision_of(groups: &[Group]) -> Option<f64> {
    let positives: u64 = groups.iter().map(|group| group.positive).sum();
    if positives == 0 {
        return None;
    }
    let (mut sum, mut right, mut taken) = (0.0, 0_u64, 0_u64);
    for group in groups {
        right += group.positive;
        taken += group.positive + group.negative;
        sum += group.positive as f64 * (right as f64 / taken as f64);
    }
    Some(sum / positives as f64)
}

/// [`roc_auc`] of each class against all others.
///
/// A label that is no class belongs to a class that got no probability: its row is one of the
/// others for every class. `None` if no class has a score.
pub fn roc_auc_ovr(probabilities: &[f64], classes: usize, labels: &[u32]) -> Option<OneVsRest> {
    rankings(probabilities, classes, labels, None).roc_auc
}

/// [`average_precision`] of each class against all others; labels are read as in [`roc_auc_ovr`].
///
/// Where every row is of the class it is undefined here, too: there is nothing to tell apart.
pub fn average_precision_ovr(
    probabilities: &[f64],
    classes: usize,
    labels: &[u32],
) -> Option<OneVsRest> {
    rankings(probabilities, classes, labels, None).pr_auc
}

/// Both scores of the classes, for which the rows need to be sorted only once.
pub(in crate::learn) struct Rankings {
    pub(in crate::learn) roc_auc: Option<OneVsRest>,
    pub(in crate::learn) pr_auc: Option<OneVsRest>,
}

pub(in crate::learn) fn rankings(
    probabilities: &[f64],
    classes: usize,
    labels: &[u32],
    threads: Option<NonZero<usize>>,
) -> Rankings {
    if labels.len().checked_mul(classes) != Some(probabilities.len()) {
        return Rankings { roc_auc: None, pr_auc: None };
    }
    let all: Vec<usize> = (0..classes).collect();
    let found = map_in_order_by(&all, thread_count(probabilities.len() / 16, threads), |class| {
        let column: Vec<f64> =
            probabilities.iter().skip(*class).step_by(classes).copied().collect();
        let positive: Vec<bool> = labels.iter().map(|label| *label as usize == *class).collect();
        let support = positive.iter().filter(|positive| **positive).count();
        let groups = ranked(&column, &positive).unwrap_or_default();
        let roc_auc = roc_auc_of(&groups);
        // Both are undefined together, so that their means are over the same classes.
        let pr_auc = roc_auc.and_then(|_| average_precision_of(&groups));
        (support, roc_auc, pr_auc)
    });
    Rankings {
        roc_auc: OneVsRest::new(found.iter().map(|(support, own, _)| (*support, *own))),
        pr_auc: OneVsRest::new(found.iter().map(|(support, _, own)| (*support, *own))),
    }
}

impl OneVsRest {
    /// Of how many rows each class has, and its score.
    fn new(found: impl Iterator<Item = (usize, Option<f64>)>) -> Option<Self> {
        let mut classes = Vec::new();
        let (mut sum, mut defined, mut weighted, mut weight) = (0.0, 0_u32, 0.0, 0.0);
        for (support, own) in found {
            classes.push(own);
            if let Some(own) = own {
                sum += own;
                defined += 1;
                weighted += own * support as f64;
                weight += support as f64;
            }
        }
        (defined > 0).then(|| Self {
            macro_mean: sum / f64::from(defined),
            weighted_mean: weighted / weight,
            classes,
        })
    }
}

/// The rows that have the same score.
#[derive(Default)]
struct Group {
    positive: u64,
    negative: u64,
}

/// The rows by falling score; those with the same score belong together.
fn ranked(scores: &[f64], positive: &[bool]) -> Option<Vec<Group>> {
    if scores.len() != positive.len() || scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    // Adding zero makes the negative zero equal to the other one.
    let mut rows: Vec<(f64, bool)> =
        scores.iter().map(|score| score + 0.0).zip(positive.iter().copied()).collect();
    rows.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
    let same = |one: &(f64, bool), other: &(f64, bool)| one.0.to_bits() == other.0.to_bits();
    Some(
        rows.chunk_by(same)
            .map(|rows| {
                let positive = rows.iter().filter(|row| row.1).count() as u64;
                Group { positive, negative: rows.len() as u64 - positive }
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half() {
        let found = roc_auc(&[0.5, 0.5, 0.5], &[true, false, true]).unwrap();
        assert!((found - 0.5).abs() < 1e-15);
        let found = roc_auc(&[0.0, -0.0], &[true, false]).unwrap();
        assert!((found - 0.5).abs() < 1e-15);
        let found = roc_auc(&[f64::INFINITY, f64::NEG_INFINITY], &[true, false]).unwrap();
        assert!((found - 1.0).abs() < 1e-15);
    }

    #[test]
    fn what_is_undefined_is_none() {
        assert_eq!(roc_auc(&[], &[]), None);
        assert_eq!(roc_auc(&[0.1, 0.2], &[true, true]), None);
        assert_eq!(roc_auc(&[0.1, 0.2], &[false, false]), None);
        assert_eq!(roc_auc(&[f64::NAN, 0.2], &[true, false]), None);
        assert_eq!(roc_auc(&[0.1], &[true, false]), None);
        assert_eq!(average_precision(&[0.1, 0.2], &[false, false]), None);
        assert_eq!(average_precision(&[], &[]), None);
        assert_eq!(roc_auc_ovr(&[1.0, 1.0], 1, &[0, 0]), None);
        assert_eq!(roc_auc_ovr(&[1.0], 2, &[0, 0]), None);
        assert_eq!(average_precision_ovr(&[1.0, 1.0], 1, &[0, 0]), None);
    }

    #[test]
    fn classes_without_rows_are_left_out_of_the_means() {
        let probabilities = [0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.6, 0.3, 0.1];
        let found = roc_auc_ovr(&probabilities, 3, &[0, 1, 7]).unwrap();
        assert_eq!(found.classes[2], None);
        assert!((found.macro_mean - 1.0).abs() < 1e-15);
    }
}
