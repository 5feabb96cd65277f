use serde::Deserialize;

use super::{CategoryLayout, number::evenly};
use crate::{
    Error, Result,
    profile::{
        batch::{Batch, Column},
        bins::Bins,
        wire::{Reader, Writer},
    },
};

/// Answers of a label are counted in so many groups of bins.
pub(in crate::profile) const GROUPS: usize = 16;

/// So many labels are counted one by one.
const MOST_LABELS: usize = 50;

/// Which columns hold what a classifier said, and what was right.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PredictionColumns {
    /// The column of the labels that it gave.
    pub label: String,
    /// The column of their probabilities.
    pub confidence: String,
    /// The column of the right labels, where they are known.
    pub actual: String,
}

impl Default for PredictionColumns {
    fn default() -> Self {
        let [label, confidence, actual] =
            ["label", "confidence", "actual_label"].map(str::to_owned);
        Self { label, confidence, actual }
    }
}

/// How the answers of a classifier are counted: how sure they are, label by label, and how many of
/// those whose right label is known are right.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerLayout {
    /// The column of the labels that it gave.
    pub label: String,
    /// The column of the right ones.
    pub actual: String,
    /// The labels that are counted one by one, the most frequent first.
    pub labels: Vec<String>,
    /// The bins of their confidence.
    pub bins: Bins,
}

impl AnswerLayout {
    pub(super) fn learn(rows: &Batch<'_>, columns: &PredictionColumns) -> Result<Self> {
        let missing = |name: &str, kind: &str| {
            Error::invalid("predictions", format!("there is no column of {kind} {name:?}"))
        };
        let Some(Column::Numbers(confidences)) = rows.find(&columns.confidence, &mut 0) else {
            return Err(missing(&columns.confidence, "numbers"));
        };
        let Some(Column::Strings(labels, _)) = rows.find(&columns.label, &mut 0) else {
            return Err(missing(&columns.label, "strings"));
        };
        Ok(Self::of(&columns.label, &columns.actual, labels, confidences))
    }

    /// Of answers in lists of their own.
    pub(crate) fn of(
        label: &str,
        actual: &str,
        labels: &[Option<&str>],
        confidences: &[f64],
    ) -> Self {
        let mut some: Vec<f64> = evenly(confidences)
            .filter(|confidence| (0.0..=1.0).contains(confidence))
            .map(|confidence| confidence + 0.0)
            .collect();
        some.sort_unstable_by(f64::total_cmp);
        let labels = CategoryLayout::learn(labels, MOST_LABELS).top;
        let (label, actual) = (label.to_owned(), actual.to_owned());
        Self { label, actual, labels, bins: Bins::learn(&some) }
    }

    /// The group that a bin belongs to.
    pub(in crate::profile) fn group(&self, bin: usize) -> usize {
        bin * GROUPS / self.bins.count()
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.text(&self.label);
        out.text(&self.actual);
        out.whole(self.labels.len() as u64);
        for label in &self.labels {
            out.text(label);
        }
        self.bins.write(out);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self> {
        let (label, actual) = (from.text()?, from.text()?);
        let labels = from.many(1, Reader::text)?;
        if labels.len() > MOST_LABELS {
            let problem = format!("{} labels, allowed are {MOST_LABELS}", labels.len());
            return Err(from.broken(problem));
        }
        Ok(Self { label, actual, labels, bins: Bins::read(from)? })
    }
}
