use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::{
    Result,
    profile::{
        hash,
        wire::{Reader, Writer},
    },
    text::words,
};

/// How a category is counted: its most frequent values one by one, the other known ones together,
/// and what the reference never saw.
#[derive(Debug, Clone)]
pub struct CategoryLayout {
    /// The values that are counted one by one, the most frequent first.
    pub top: Vec<String>,
    /// What stands for the other values of the reference, ascending.
    others: Vec<u32>,
    /// From the hash of a value to its place among the top; the last place is that of all others.
    places: FxHashMap<u32, u32>,
}

impl PartialEq for CategoryLayout {
    fn eq(&self, other: &Self) -> bool {
        self.top == other.top && self.others == other.others
    }
}

impl CategoryLayout {
    pub(super) fn learn(values: &[Option<&str>], top: usize) -> Self {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for value in values.iter().flatten() {
            *counts.entry(value).or_default() += 1;
        }
        Self::of_counts(counts.into_iter().map(|(value, count)| (value.to_owned(), count)), top)
    }

    /// Of the words of texts, in the form in which they are looked up.
    pub(super) fn learn_words(texts: &[Option<&str>], top: usize) -> Self {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut spare = String::new();
        for text in texts.iter().flatten() {
            for word in words::words(text) {
                let word = words::lookup_form(word, &mut spare);
                if word.is_empty() {
                    continue;
                }
                match counts.get_mut(word) {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert(word.to_owned(), 1);
                    }
                }
            }
        }
        Self::of_counts(counts.into_iter(), top)
    }

    fn of_counts(counts: impl Iterator<Item = (String, u64)>, top: usize) -> Self {
        let mut values: Vec<(String, u64)> = counts.collect();
        // The order of the names decides between equally frequent ones: a stable sort keeps it.
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let rest = values.split_off(top.min(values.len()));
        let top: Vec<String> = values.into_iter().map(|(value, _)| value).collect();
        let mut others: Vec<u32> = rest.iter().map(|(value, _)| fingerprint(value)).collect();
        others.sort_unstable();
        others.dedup();
        Self::new(top, others)
    }

    fn new(top: Vec<String>, others: Vec<u32>) -> Self {
        let rest = top.len() as u32;
        let mut places: FxHashMap<u32, u32> = others.iter().map(|other| (*other, rest)).collect();
        places.extend((0..).zip(&top).map(|(place, value)| (fingerprint(value), place)));
        Self { top, others, places }
    }

    /// How many values the reference had.
    pub fn known(&self) -> usize {
        self.top.len() + self.others.len()
    }

    /// The place of a value: its own, that of the other known ones, or none.
    pub(in crate::profile) fn place(&self, hash: u64) -> Option<usize> {
        self.places.get(&(hash as u32)).map(|place| *place as usize)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.whole(self.top.len() as u64);
        for value in &self.top {
            out.text(value);
        }
        // They ascend, so only by how much is kept.
        out.whole(self.others.len() as u64);
        let mut last = 0;
        for other in &self.others {
            out.whole(u64::from(other - last));
            last = *other;
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self> {
        let top = from.many(1, Reader::text)?;
        let mut last = 0_u32;
        let others = from.many(1, |from| {
            let more = u32::try_from(from.whole()?).ok();
            match more.and_then(|more| last.checked_add(more)) {
                Some(next) => {
                    last = next;
                    Ok(next)
                }
                None => Err(from.broken("a value is out of range")),
            }
        })?;
        Ok(Self::new(top, others))
    }
}

/// What stands for a value: 32 bits are enough for one mistake in 100,000 at 40,000 values.
fn fingerprint(value: &str) -> u32 {
    hash::of_text(value) as u32
}
