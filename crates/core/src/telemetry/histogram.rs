use serde::{Deserialize, Serialize};

/// The upper ends of the buckets of durations, in seconds: from a tenth of a millisecond.
pub(crate) const DURATIONS: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0,
];

/// The upper ends of the buckets of probabilities: narrow where models are.
pub(crate) const RATIOS: &[f64] =
    &[0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1.0];

/// How many values were at most so large, and their sum.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Histogram {
    /// One number for each bucket, and one for what is above all of them; none before the first
    /// value.
    counts: Vec<u64>,
    sum: f64,
}

impl Histogram {
    /// Counts a value; what is no number is left out, since it would spoil the sum for good.
    pub(crate) fn see(&mut self, value: f64, ends: &[f64]) {
        if !value.is_finite() {
            return;
        }
        self.counts.resize(ends.len() + 1, 0);
        self.counts[ends.partition_point(|end| *end < value)] += 1;
        self.sum += value;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (own, other) in self.counts.iter_mut().zip(&other.counts) {
            *own += other;
        }
        self.sum += other.sum;
    }

    pub(super) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(super) fn sum(&self) -> f64 {
        self.sum
    }

    /// How many values were at most as large as each end.
    pub(super) fn cumulated(&self, ends: &[f64]) -> Vec<u64> {
        let mut so_far = 0;
        let count = |bucket: usize| self.counts.get(bucket).copied().unwrap_or(0);
        (0..ends.len())
            .map(|bucket| {
                so_far += count(bucket);
                so_far
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_belong_to_their_buckets() {
        let ends = [1.0, 2.0];
        let mut own = Histogram::default();
        assert_eq!((own.count(), own.cumulated(&ends)), (0, vec![0, 0]));
        for value in [0.0, 1.0, 1.5, 2.0, 2.1, f64::NAN, f64::INFINITY] {
            own.see(value, &ends);
        }
        assert_eq!((own.cumulated(&ends), own.count()), (vec![2, 4], 5));
        let mut both = Histogram::default();
        both.add(&own);
        both.add(&own);
        assert_eq!((both.cumulated(&ends), both.count()), (vec![4, 8], 10));
        assert!((both.sum() - 2.0 * 6.6).abs() < 1e-12);
    }
}
