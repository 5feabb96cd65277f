use super::{add, distinct::Distinct, read_counts, sample::Sample};
use crate::{
    Result,
    profile::{
        hash,
        layout::CategoryLayout,
        wire::{Reader, Writer},
    },
};

/// What was counted of a category.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryCounts {
    /// How often each of the layout's top values was seen, and at last all other known ones.
    pub values: Vec<u64>,
    /// How often a value was seen that the reference never had.
    pub unseen: u64,
    /// How many are missing.
    pub missing: u64,
    sample: Sample,
    distinct: Distinct,
}

impl CategoryCounts {
    pub(super) fn new(layout: &CategoryLayout) -> Self {
        let values = vec![0; layout.top.len() + 1];
        Self {
            values,
            unseen: 0,
            missing: 0,
            sample: Sample::default(),
            distinct: Distinct::default(),
        }
    }

    /// How many values there are, known or not.
    pub fn count(&self) -> u64 {
        self.values.iter().sum::<u64>() + self.unseen
    }

    /// About how many different values there are: up to 256 exactly, and more to about 6 %.
    pub fn distinct(&self) -> f64 {
        self.distinct.estimate()
    }

    /// The sketch behind [`Self::distinct`]: the bytes of a compact theta sketch of Apache
    /// DataSketches, which other engines read and merge.
    pub fn distinct_sketch(&self) -> Vec<u8> {
        self.distinct.to_bytes()
    }

    /// Some of the values that the reference never had, with how often each was seen, the most
    /// frequent first. It is all of them if they are few.
    pub fn unseen_values(&self) -> Vec<(&str, u64)> {
        self.sample.names()
    }

    /// [`Self::values`], where what the reference never had is among the others: a reference knows
    /// all of its rare values, and of what comes later some are new although nothing changed.
    pub fn with_unseen(&self) -> Vec<u64> {
        let mut values = self.values.clone();
        if let Some(others) = values.last_mut() {
            *others = others.saturating_add(self.unseen);
        }
        values
    }

    pub(super) fn update(&mut self, layout: &CategoryLayout, values: &[Option<&str>]) {
        for value in values {
            let Some(value) = value else {
                self.missing += 1;
                continue;
            };
            let hash = hash::of_text(value);
            if let Some(place) = layout.place(hash) {
                // A frequent value is told of once.
                if place == layout.top.len() || self.values[place] == 0 {
                    self.distinct.see(value);
                }
                self.values[place] += 1;
            } else {
                self.unseen += 1;
                self.sample.add(hash, value, 1);
                self.distinct.see(value);
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.values, &other.values);
        self.unseen = self.unseen.saturating_add(other.unseen);
        self.missing = self.missing.saturating_add(other.missing);
        self.sample.merge(&other.sample);
        self.distinct.merge(&other.distinct);
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.wholes(&self.values);
        out.whole(self.unseen);
        out.whole(self.missing);
        self.sample.write(out);
        self.distinct.write(out);
    }

    pub(super) fn read(layout: &CategoryLayout, from: &mut Reader<'_>) -> Result<Self> {
        let values = read_counts(from, layout.top.len() + 1)?;
        let (unseen, missing) = (from.whole()?, from.whole()?);
        let (sample, distinct) = (Sample::read(from)?, Distinct::read(from)?);
        Ok(Self { values, unseen, missing, sample, distinct })
    }
}
