//! Which sequences run together.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What a run costs, as measured on this machine: the unit is one padded token.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Costs {
    /// The most padded tokens of one run.
    pub(crate) budget: usize,
    /// What a run costs beside its tokens.
    pub(crate) overhead: f64,
}

/// What is assumed until it is measured: small batches are never far from the best.
pub(crate) const UNMEASURED: Costs = Costs { budget: 512, overhead: 16.0 };

/// Cuts sequences, given by their lengths in ascending order, into batches: each
/// within the budget (a longer sequence runs alone), and together as cheap as possible.
///
/// The cheapest cuts come from a table over all ends: padding costs tokens, more
/// runs cost overhead.
pub(crate) fn batches(lengths: &[usize], costs: Costs) -> Vec<Range<usize>> {
    debug_assert!(lengths.is_sorted());
    // The least cost of the first `end` sequences, and where their last batch starts.
    let mut best = vec![(0.0_f64, 0_usize); lengths.len() + 1];
    for end in 1..=lengths.len() {
        let longest = lengths[end - 1].max(1);
        let most = (costs.budget / longest).max(1);
        let mut choice = (f64::INFINITY, end - 1);
        for start in (end.saturating_sub(most)..end).rev() {
            let padded = ((end - start) * longest) as f64;
            let cost = best[start].0 + padded + costs.overhead;
            if cost < choice.0 {
                choice = (cost, start);
            }
        }
        best[end] = choice;
    }
    let mut ranges = Vec::new();
    let mut end = lengths.len();
    while end > 0 {
        let start = best[end].1;
        ranges.push(start..end);
        end = start;
    }
    ranges.reverse();
    ranges
}

#[cfg(test)]
mod tests {
    #![expect(clippy::single_range_in_vec_init, reason = "one batch is meant")]

    use proptest::prelude::*;

    use super::*;

    fn cost(lengths: &[usize], ranges: &[Range<usize>], costs: Costs) -> f64 {
        ranges
            .iter()
            .map(|range| (range.len() * lengths[range.end - 1]) as f64 + costs.overhead)
            .sum()
    }

    #[test]
    fn equal_lengths_fill_the_budget() {
        let costs = Costs { budget: 100, overhead: 10.0 };
        assert_eq!(batches(&[10; 25], costs).len(), 3);
        assert!(batches(&[], costs).is_empty());
        assert_eq!(batches(&[500], costs), [0..1]);
    }

    #[test]
    fn padding_is_weighed_against_runs() {
        let cheap_runs = Costs { budget: 1_000, overhead: 1.0 };
        assert_eq!(batches(&[5, 5, 50], cheap_runs), [0..2, 2..3]);
        let dear_runs = Costs { budget: 1_000, overhead: 1_000.0 };
        assert_eq!(batches(&[5, 5, 50], dear_runs), [0..3]);
    }

    proptest! {
        #[test]
        fn every_sequence_runs_once_within_the_budget(
            mut lengths in proptest::collection::vec(1_usize..300, 0..200),
            budget in 1_usize..1_000,
            overhead in 0.0_f64..100.0,
        ) {
            lengths.sort_unstable();
            let costs = Costs { budget, overhead };
            let ranges = batches(&lengths, costs);
            let mut next = 0;
            for range in &ranges {
                prop_assert_eq!(range.start, next);
                next = range.end;
                let padded = range.len() * lengths[range.end - 1];
                prop_assert!(range.len() == 1 || padded <= budget);
            }
            prop_assert_eq!(next, lengths.len());
            let greedy = lengths.len() as f64 * (1.0 + overhead) + 300.0 * lengths.len() as f64;
            prop_assert!(cost(&lengths, &ranges, costs) <= greedy);
        }
    }
}
