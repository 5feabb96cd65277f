use serde::Serialize;

use super::{Interval, interval::check_level, normal::normal_upper_point, vectors::Covariance};
use crate::{Error, Result};

/// More steps than this are never needed; a step is one look at every row.
const MOST_STEPS: usize = 10_000;

/// The shares are known when a step moves none of them by more.
const TOLERANCE: f64 = 1e-12;

/// How often each label is now the right one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelMix {
    /// The share of each label.
    pub shares: Vec<f64>,
    /// Where each share may well lie, if the probabilities are calibrated.
    pub intervals: Vec<Interval>,
    /// How many times all rows were looked at.
    pub steps: usize,
}

/// How often each label is the right one among rows that have none, by the probabilities of a
/// classifier that was calibrated where labels had the shares `usual`.
///
/// It is the share of labels under which the probabilities are most likely if only the mix changed,
/// and each label's texts are what they were (Saerens, Latinne and Decaestecker 2002, by
/// expectation-maximization; each second step is drawn on as Varadhan and Roland 2008 do). The
/// intervals come from the curvature of the likelihood. What it cannot see: texts of a label that
/// are unlike those before.
///
/// # Errors
/// [`Error::InvalidInput`] without rows or labels, if the lists do not fit each other, or if a
/// number is no probability or no share.
pub fn label_mix(probabilities: &[f64], usual: &[f64], level: f64) -> Result<LabelMix> {
    check_level(level)?;
    check(probabilities, usual)?;
    let labels = usual.len();
    // How much more likely a row is under each label than before.
    let ratios: Vec<f64> = probabilities
        .chunks_exact(labels)
        .flat_map(|row| row.iter().zip(usual).map(|(own, usual)| own / usual))
        .collect();
    let (shares, steps) = most_likely(&ratios, usual);
    let spreads = spreads(&ratios, &shares);
    let point = normal_upper_point((1.0 - level) / 2.0);
    let interval = |(share, spread): (&f64, f64)| Interval {
        low: (share - point * spread).max(0.0),
        high: (share + point * spread).min(1.0),
        level,
    };
    let intervals = shares.iter().zip(spreads).map(interval).collect();
    Ok(LabelMix { shares, intervals, steps })
}

fn check(probabilities: &[f64], usual: &[f64]) -> Result<()> {
    let labels = usual.len();
    if labels == 0 || probabilities.is_empty() || !probabilities.len().is_multiple_of(labels) {
        let problem = format!("{} numbers are no rows of {labels} labels", probabilities.len());
        return Err(Error::invalid("probabilities", problem));
    }
    if let Some(place) = usual.iter().position(|share| !(*share > 0.0 && *share <= 1.0)) {
        let problem = format!("label {place} has {}, allowed is more than 0 to 1", usual[place]);
        return Err(Error::invalid("usual", problem));
    }
    let sum: f64 = usual.iter().sum();
    if (sum - 1.0).abs() > 1e-6 {
        return Err(Error::invalid("usual", format!("the shares add up to {sum}, not to 1")));
    }
    for (row, own) in probabilities.chunks_exact(labels).enumerate() {
        let is_share = |number: &f64| (0.0..=1.0 + 1e-6).contains(number);
        if let Some(place) = own.iter().position(|number| !is_share(number)) {
            let problem =
                format!("row {row} gives label {place} {}, which is not 0 to 1", own[place]);
            return Err(Error::invalid("probabilities", problem));
        }
        let sum: f64 = own.iter().sum();
        if (sum - 1.0).abs() > 1e-3 {
            return Err(Error::invalid("probabilities", format!("row {row} adds up to {sum}")));
        }
    }
    Ok(())
}

/// The most likely shares, and after how many steps.
fn most_likely(ratios: &[f64], usual: &[f64]) -> (Vec<f64>, usize) {
    let mut shares = usual.to_vec();
    let mut steps = 0;
    while steps < MOST_STEPS {
        let one = step(ratios, &shares);
        let two = step(ratios, &one);
        steps += 2;
        if farthest(&one, &two) <= TOLERANCE {
            return (two, steps);
        }
        // Two steps tell how they shrink, and so where they lead.
        let first: Vec<f64> = one.iter().zip(&shares).map(|(one, share)| one - share).collect();
        let turn = two.iter().zip(&one).zip(&first).map(|((two, one), first)| two - one - first);
        let (length, bend) = (square(first.iter().copied()), square(turn.clone()));
        if bend > 0.0 && length > bend {
            let far = (length / bend).sqrt();
            let jump = shares.iter().zip(&first).zip(turn);
            let next = jump.map(|((share, first), turn)| {
                (share + 2.0 * far * first + far * far * turn).max(0.0)
            });
            let next: Vec<f64> = next.collect();
            let sum: f64 = next.iter().sum();
            let next: Vec<f64> = next.iter().map(|share| share / sum).collect();
            // A leap may go too far; the likelihood tells.
            if sum.is_finite() && sum > 0.0 && likelihood(ratios, &next) >= likelihood(ratios, &two)
            {
                shares = next;
                continue;
            }
        }
        shares = two;
    }
    (shares, steps)
}

fn square(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.map(|number| number * number).sum()
}

fn farthest(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
}

fn mixed(row: &[f64], shares: &[f64]) -> f64 {
    row.iter().zip(shares).map(|(ratio, share)| ratio * share).sum()
}

fn step(ratios: &[f64], shares: &[f64]) -> Vec<f64> {
    let mut next = vec![0.0; shares.len()];
    for row in ratios.chunks_exact(shares.len()) {
        // A row that is impossible under all shares says nothing.
        let sum = mixed(row, shares);
        if sum > 0.0 {
            for ((next, ratio), share) in next.iter_mut().zip(row).zip(shares) {
                *next += ratio * share / sum;
            }
        }
    }
    let sum: f64 = next.iter().sum();
    if sum > 0.0 {
        for share in &mut next {
            *share /= sum;
        }
        next
    } else {
        shares.to_vec()
    }
}

fn likelihood(ratios: &[f64], shares: &[f64]) -> f64 {
    ratios.chunks_exact(shares.len()).map(|row| mixed(row, shares).ln()).sum()
}

/// The standard errors of the shares: the inverse of the curvature of the likelihood, where the
/// largest share is what the others leave.
fn spreads(ratios: &[f64], shares: &[f64]) -> Vec<f64> {
    let labels = shares.len();
    let largest = (0..labels).max_by(|one, other| shares[*one].total_cmp(&shares[*other]));
    let others: Vec<usize> = (0..labels).filter(|label| Some(*label) != largest).collect();
    let (Some(largest), false) = (largest, others.is_empty()) else { return vec![0.0] };
    let mut curvature = vec![0.0; others.len() * others.len()];
    let mut apart = vec![0.0; others.len()];
    for row in ratios.chunks_exact(labels) {
        let sum = mixed(row, shares);
        if sum <= 0.0 {
            continue;
        }
        for (apart, label) in apart.iter_mut().zip(&others) {
            *apart = (row[*label] - row[largest]) / sum;
        }
        for (place, one) in apart.iter().enumerate() {
            for (other, number) in apart.iter().enumerate() {
                curvature[place * others.len() + other] += one * number;
            }
        }
    }
    // Rows that cannot tell two labels apart leave their shares open.
    let Ok(curvature) = Covariance::of_rows(others.len(), curvature) else {
        return vec![f64::INFINITY; labels];
    };
    let spread = |label: usize| {
        let is_own = |other: &usize| label == largest || label == *other;
        let mut wanted: Vec<f64> =
            others.iter().map(|other| f64::from(u8::from(is_own(other)))).collect();
        curvature.whiten(&mut wanted);
        square(wanted.into_iter()).sqrt()
    };
    (0..labels).map(spread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sure_probabilities_are_counted() {
        let rows = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
        let found = label_mix(&rows, &[0.5, 0.5], 0.95).unwrap();
        assert!((found.shares[0] - 0.75).abs() < 1e-12);
        // √(p q / n), as of any share.
        let half = 1.959_963_984_540_054 * (0.75_f64 * 0.25 / 4.0).sqrt();
        assert!((found.intervals[1].high - (0.25 + half)).abs() < 1e-12);
    }

    #[test]
    fn what_says_nothing_changes_nothing() {
        let rows = [0.7, 0.3].repeat(10);
        let found = label_mix(&rows, &[0.7, 0.3], 0.95).unwrap();
        assert!((found.shares[0] - 0.7).abs() < 1e-12);
        assert_eq!((found.intervals[0].low, found.intervals[0].high), (0.0, 1.0));
        let one = label_mix(&[1.0, 1.0], &[1.0], 0.9).unwrap();
        assert_eq!((one.shares[0], one.intervals[0].high), (1.0, 1.0));
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (rows, usual, message) in [
            (&[][..], &[0.5, 0.5][..], "0 numbers are no rows"),
            (&[0.5, 0.5], &[], "no rows of 0 labels"),
            (&[0.5, f64::NAN], &[0.5, 0.5], "row 0 gives label 1 NaN"),
            (&[0.5, 0.6], &[0.5, 0.5], "row 0 adds up to 1.1"),
            (&[0.5, 0.5], &[1.0, 0.0], "label 1 has 0"),
            (&[0.5, 0.5], &[0.5, 0.6], "add up to 1.1"),
        ] {
            let error = label_mix(rows, usual, 0.95).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
