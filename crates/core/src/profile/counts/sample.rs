use std::collections::BTreeMap;

use crate::{
    Result,
    profile::wire::{Reader, Writer},
};

/// How many are kept.
const KEPT: usize = 64;

/// The longest name that is kept whole, in bytes.
const LONGEST: usize = 48;

/// A sample of names that is the same however a stream was split: those with the smallest hashes,
/// with how often each was seen.
///
/// What is among the smallest of all is among the smallest of every part it is in, so nothing that
/// belongs into the sample is ever lost, and counts are exact.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sample(BTreeMap<u64, (String, u64)>);

impl Sample {
    pub(super) fn add(&mut self, hash: u64, name: &str, count: u64) {
        if self.0.len() >= KEPT && self.0.last_key_value().is_some_and(|(last, _)| hash > *last) {
            return;
        }
        let entry = self.0.entry(hash).or_insert_with(|| (shortened(name).to_owned(), 0));
        entry.1 = entry.1.saturating_add(count);
        if self.0.len() > KEPT {
            self.0.pop_last();
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (hash, (name, count)) in &other.0 {
            self.add(*hash, name, *count);
        }
    }

    /// The names, with how often each is in the sample, the most frequent first.
    pub(super) fn names(&self) -> Vec<(&str, u64)> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for (name, count) in self.0.values() {
            *counts.entry(name).or_default() += count;
        }
        let mut names: Vec<_> = counts.into_iter().collect();
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        names
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.whole(self.0.len() as u64);
        for (hash, (name, count)) in &self.0 {
            out.raw(&hash.to_le_bytes());
            out.text(name);
            out.whole(*count);
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self> {
        let entries = from.many(10, |from| {
            let (bytes, _) = from.raw(8)?.as_chunks::<8>();
            Ok((u64::from_le_bytes(bytes[0]), (from.text()?, from.whole()?)))
        })?;
        let count = entries.len();
        let sample = Self(entries.into_iter().collect());
        if count > KEPT || sample.0.len() != count {
            return Err(from.broken("a sample of names is not in order"));
        }
        Ok(sample)
    }
}

fn shortened(name: &str) -> &str {
    if name.len() <= LONGEST {
        return name;
    }
    &name[..name.floor_char_boundary(LONGEST)]
}
