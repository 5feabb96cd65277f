//! What a transaction changes about the counts of predictions, gathered before it is written.

use std::collections::BTreeMap;

use crate::{
    Timestamp,
    store::{
        Measure,
        rollup::{Entry, Sums},
    },
};

/// How long the buckets of counts are, in microseconds: ten minutes.
pub(super) const COUNT_BUCKET: i64 = 600 * 1_000_000;
/// How long the buckets of histograms are, in microseconds: an hour.
pub(super) const BIN_BUCKET: i64 = 3600 * 1_000_000;

/// The bucket of a moment.
pub(super) fn bucket(time: Timestamp, length: i64) -> i64 {
    time.micros().div_euclid(length)
}

/// Changes of counts, by bucket. Their order is that of their keys: so transactions that touch the
/// same buckets take them in the same order, and none waits for another that waits for it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    names: Vec<[String; 3]>,
    /// The names of the entry before, which are those of the next one most often.
    last: usize,
    counts: BTreeMap<(i64, usize), Sums>,
    bins: BTreeMap<(i64, usize, Measure, u16), i64>,
}

/// What changes about a bucket's counts.
pub(super) struct CountChange<'a> {
    pub(super) bucket: i64,
    pub(super) names: &'a [String; 3],
    pub(super) sums: Sums,
}

/// What changes about a bin.
pub(super) struct BinChange<'a> {
    pub(super) bucket: i64,
    /// Model, version and label, of which the label plays no part.
    pub(super) names: &'a [String; 3],
    pub(super) measure: Measure,
    pub(super) bin: u16,
    pub(super) count: i64,
}

impl Ledger {
    /// Notes a prediction that came, or with `sign` −1 one that went.
    pub(super) fn note(&mut self, entry: &Entry<'_>, sign: i64) {
        let place = self.place(entry);
        let bucketed = bucket(entry.time, COUNT_BUCKET);
        self.counts.entry((bucketed, place)).or_default().add(entry, sign);
        for measure in [Measure::Confidence, Measure::Latency] {
            if let Some(bin) = entry.bin(measure) {
                let key = (bucket(entry.time, BIN_BUCKET), place, measure, bin);
                *self.bins.entry(key).or_default() += sign;
            }
        }
    }

    fn place(&mut self, entry: &Entry<'_>) -> usize {
        let is_it = |names: &[String; 3]| {
            names[0] == entry.model && names[1] == entry.version && names[2] == entry.label
        };
        if !self.names.get(self.last).is_some_and(is_it) {
            self.last = self.names.iter().position(is_it).unwrap_or_else(|| {
                self.names.push([entry.model, entry.version, entry.label].map(str::to_owned));
                self.names.len() - 1
            });
        }
        self.last
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    pub(super) fn counts(&self) -> Vec<CountChange<'_>> {
        let changes = self.counts.iter().filter(|(_, sums)| **sums != Sums::default());
        let mut changes: Vec<_> = changes
            .map(|((bucket, place), sums)| CountChange {
                bucket: *bucket,
                names: &self.names[*place],
                sums: *sums,
            })
            .collect();
        changes.sort_by_key(|change| (change.bucket, change.names));
        changes
    }

    pub(super) fn bins(&self) -> Vec<BinChange<'_>> {
        let mut sums: BTreeMap<(i64, &str, &str, Measure, u16), (usize, i64)> = BTreeMap::new();
        for ((bucket, place, measure, bin), count) in &self.bins {
            let [model, version, _] = &self.names[*place];
            let sum = sums.entry((*bucket, model, version, *measure, *bin)).or_insert((*place, 0));
            sum.1 += count;
        }
        let changes = sums.into_iter().filter(|(_, (_, count))| *count != 0);
        changes
            .map(|((bucket, _, _, measure, bin), (place, count))| BinChange {
                bucket,
                names: &self.names[place],
                measure,
                bin,
                count,
            })
            .collect()
    }
}
