//! The counts of features: whole numbers that are only ever added.

mod answers;
mod category;
mod distinct;
mod number;
mod sample;
mod vector;
mod words;

pub use answers::{AnswerCounts, Answers};
pub use category::CategoryCounts;
pub use number::NumberCounts;
pub use vector::VectorCounts;
pub use words::WordCounts;

use super::{
    batch::{Batch, Column},
    layout::Kind,
    wire::{Reader, Writer},
};
use crate::Result;

/// What was counted of a feature.
#[derive(Debug, Clone, PartialEq)]
pub enum Counts {
    /// Of numbers, and of how long texts are.
    Number(NumberCounts),
    /// Of a category.
    Category(CategoryCounts),
    /// Of the words of texts.
    Words(WordCounts),
    /// Of vectors.
    Vector(VectorCounts),
    /// Of the answers of a classifier.
    Answers(AnswerCounts),
}

impl Counts {
    pub(super) fn new(kind: &Kind) -> Self {
        match kind {
            Kind::Number(layout) | Kind::Characters(layout) | Kind::WordCount(layout) => {
                Self::Number(NumberCounts::new(layout))
            }
            Kind::Category(layout) => Self::Category(CategoryCounts::new(layout)),
            Kind::Words(layout) => Self::Words(WordCounts::new(layout)),
            Kind::Vector(layout) => Self::Vector(VectorCounts::new(layout)),
            Kind::Answers(layout) => Self::Answers(AnswerCounts::new(layout)),
        }
    }

    /// Counts a column of a batch; says whether it is of the kind that can be counted. Of vectors
    /// only those count whose place in the column `is_counted` allows.
    pub(super) fn update(
        &mut self,
        kind: &Kind,
        column: &Column<'_>,
        rows: &Batch<'_>,
        is_counted: impl Fn(usize) -> bool,
    ) -> bool {
        match (self, kind, column) {
            (Self::Number(counts), Kind::Number(layout), Column::Numbers(numbers)) => {
                counts.update(layout, numbers.iter().copied());
            }
            (Self::Number(counts), Kind::Characters(layout), Column::Strings(texts, _)) => {
                let length = |text: &str| text.chars().count() as f64;
                counts.update(layout, texts.iter().map(|text| text.map_or(f64::NAN, length)));
            }
            (Self::Number(counts), Kind::WordCount(layout), Column::Strings(texts, _)) => {
                let length = |text: &str| crate::text::words::words(text).count() as f64;
                counts.update(layout, texts.iter().map(|text| text.map_or(f64::NAN, length)));
            }
            (Self::Category(counts), Kind::Category(layout), Column::Strings(values, _)) => {
                counts.update(layout, values);
            }
            (Self::Words(counts), Kind::Words(layout), Column::Strings(texts, _)) => {
                counts.update(layout, texts);
            }
            (Self::Vector(counts), Kind::Vector(layout), Column::Vectors(numbers, dimensions))
                if layout.dimensions == *dimensions =>
            {
                counts.update(layout, numbers, is_counted);
            }
            (Self::Answers(counts), Kind::Answers(layout), Column::Numbers(confidences)) => {
                return counts.update(layout, confidences, rows);
            }
            _ => return false,
        }
        true
    }

    /// How many values the reference never had; 0 where there are no values to know.
    pub fn unseen(&self) -> u64 {
        match self {
            Self::Category(counts) => counts.unseen,
            Self::Words(counts) => counts.unseen,
            Self::Number(_) | Self::Vector(_) | Self::Answers(_) => 0,
        }
    }

    /// Tells how many of the values are new; so many fewer are among the others.
    pub(super) fn set_unseen(&mut self, unseen: u64) {
        fn set(values: &mut [u64], own: &mut u64, unseen: u64) {
            if let Some(others) = values.last_mut() {
                *others = others.saturating_add(*own).saturating_sub(unseen);
            }
            *own = unseen;
        }
        match self {
            Self::Category(counts) => set(&mut counts.values, &mut counts.unseen, unseen),
            Self::Words(counts) => set(&mut counts.values, &mut counts.unseen, unseen),
            Self::Number(_) | Self::Vector(_) | Self::Answers(_) => {}
        }
    }

    /// How many values are missing: of words, none.
    pub fn missing(&self) -> u64 {
        match self {
            Self::Number(counts) => counts.missing,
            Self::Category(counts) => counts.missing,
            Self::Vector(counts) => counts.missing,
            Self::Answers(counts) => counts.missing,
            Self::Words(_) => 0,
        }
    }

    /// How many values there are that are not missing.
    pub fn count(&self) -> u64 {
        match self {
            Self::Number(counts) => counts.count(),
            Self::Category(counts) => counts.count(),
            Self::Words(counts) => counts.count(),
            Self::Vector(counts) => counts.count,
            Self::Answers(counts) => counts.count(),
        }
    }

    /// Adds the counts of other rows; both have the same layout.
    pub(super) fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Number(counts), Self::Number(other)) => counts.merge(other),
            (Self::Category(counts), Self::Category(other)) => counts.merge(other),
            (Self::Words(counts), Self::Words(other)) => counts.merge(other),
            (Self::Vector(counts), Self::Vector(other)) => counts.merge(other),
            (Self::Answers(counts), Self::Answers(other)) => counts.merge(other),
            _ => unreachable!("the same layout makes the same counts"),
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        match self {
            Self::Number(counts) => counts.write(out),
            Self::Category(counts) => counts.write(out),
            Self::Words(counts) => counts.write(out),
            Self::Vector(counts) => counts.write(out),
            Self::Answers(counts) => counts.write(out),
        }
    }

    pub(super) fn read(kind: &Kind, from: &mut Reader<'_>) -> Result<Self> {
        Ok(match kind {
            Kind::Number(layout) | Kind::Characters(layout) | Kind::WordCount(layout) => {
                Self::Number(NumberCounts::read(layout, from)?)
            }
            Kind::Category(layout) => Self::Category(CategoryCounts::read(layout, from)?),
            Kind::Words(layout) => Self::Words(WordCounts::read(layout, from)?),
            Kind::Vector(layout) => Self::Vector(VectorCounts::read(layout, from)?),
            Kind::Answers(layout) => Self::Answers(AnswerCounts::read(layout, from)?),
        })
    }
}

/// Adds counts, place by place; nothing overflows.
fn add(counts: &mut [u64], others: &[u64]) {
    for (count, other) in counts.iter_mut().zip(others) {
        *count = count.saturating_add(*other);
    }
}

/// Reads as many counts as the layout says.
fn read_counts(from: &mut Reader<'_>, expected: usize) -> Result<Vec<u64>> {
    let counts = from.many(1, Reader::whole)?;
    if counts.len() == expected {
        return Ok(counts);
    }
    Err(from.broken(format!("{} counts, the layout has {expected}", counts.len())))
}
