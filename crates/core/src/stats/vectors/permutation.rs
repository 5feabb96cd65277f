//! What a statistic would be if the samples were shuffled.

use ndarray::Array2;

use crate::{Error, Result, random::Random};

/// The most permutations.
const MOST: usize = 100_000;

/// Which rows belong to the first sample: in the first column as it is, in each of the others in
/// an order by chance. 1 for those that do, 0 for others.
pub(super) fn memberships(
    first: usize,
    rows: usize,
    permutations: usize,
    seed: u64,
) -> Result<Array2<f64>> {
    if permutations > MOST {
        let problem = format!("{permutations}, allowed are 0 to {MOST}");
        return Err(Error::invalid("permutations", problem));
    }
    let mut members = Array2::zeros((rows, permutations + 1));
    let mut order: Vec<usize> = (0..rows).collect();
    let mut random = Random::new(seed);
    for column in 0..=permutations {
        if column > 0 {
            random.shuffle(&mut order);
        }
        for row in &order[..first] {
            members[[*row, column]] = 1.0;
        }
    }
    Ok(members)
}

/// The share of all orders, the one that was seen among them, whose statistic is at least as
/// large: (1 + how many of the others) / (1 + others). It is never 0, and so is right at any level
/// (Phipson and Smyth 2010). None if there are no others.
pub(super) fn share_at_least(statistics: &[f64]) -> Option<f64> {
    let (seen, others) = (statistics[0], &statistics[1..]);
    if others.is_empty() {
        return None;
    }
    // Sums of the same numbers in another order differ in their last digits.
    let limit = seen - 1e-12 * seen.abs();
    let reached = others.iter().filter(|other| **other >= limit).count();
    Some((1 + reached) as f64 / (1 + others.len()) as f64)
}
