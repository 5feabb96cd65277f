use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    super::{Condition, Direction, PredictionRecord, Record, Select, Store, Table},
    Counts, LEVEL, Window, failed, share, total,
};
use crate::{Result, stats};

/// What the predictions of one version of a model come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VersionUsage {
    /// The model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// How many predictions it made, without those that failed.
    pub predictions: u64,
    /// How many failed.
    pub failed: u64,
    /// Its share of the predictions of all models and versions of the window.
    pub share: Option<f64>,
    /// How many of its predictions have their right label.
    pub labelled: u64,
    /// How many of these had been right.
    pub correct: u64,
    /// Their share of them.
    pub accuracy: Option<f64>,
    /// Where its accuracy may well lie, if those with a label are like the others: the Wilson
    /// score interval of 95 %.
    pub accuracy_interval: Option<stats::Interval>,
    /// The mean confidence.
    pub mean_confidence: Option<f64>,
    /// The mean time a prediction took, in milliseconds.
    pub mean_ms: Option<f64>,
}

impl dyn Store + '_ {
    /// How often each version of each model was used in a window, and how often it was right;
    /// ordered by model and version.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the window ends before it begins;
    /// others as the home has them.
    pub fn usage(&self, window: &Window) -> Result<Vec<VersionUsage>> {
        window.check()?;
        let counts = self.counts(window)?;
        let all = total(counts.iter()).predictions;
        let mut versions: BTreeMap<(&str, &str), Vec<&Counts>> = BTreeMap::new();
        for counts in &counts {
            versions.entry((&counts.model, &counts.version)).or_default().push(counts);
        }
        let usage = |((model, version), counts): ((&str, &str), Vec<&Counts>)| {
            let own = total(counts.iter().copied());
            let accuracy_interval = match own.labelled {
                0 => None,
                labelled => Some(stats::wilson(own.correct, labelled, LEVEL)?),
            };
            Ok(VersionUsage {
                model: model.to_owned(),
                version: version.to_owned(),
                predictions: own.predictions,
                failed: failed(counts.iter().copied()),
                share: share(own.predictions, all),
                labelled: own.labelled,
                correct: own.correct,
                accuracy: own.accuracy(),
                accuracy_interval,
                mean_confidence: own.mean_confidence(),
                mean_ms: own.mean_ms(),
            })
        };
        versions.into_iter().map(usage).collect()
    }

    /// The predictions of a window whose right label became known, however long after; the newest
    /// first, at most so many.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the window ends before it begins;
    /// others as the home has them.
    pub fn labelled_predictions(
        &self,
        window: &Window,
        limit: Option<usize>,
    ) -> Result<Vec<PredictionRecord>> {
        window.check()?;
        let mut select = Select::all(Table::Predictions)
            .with(Condition::IsNotNull("actual_label"))
            .ordered("timestamp", Direction::Descending);
        select.conditions.extend(window.conditions());
        select.limit = limit;
        let mut found = Vec::new();
        self.select(&select, &mut |row| {
            found.push(PredictionRecord::from_row(row)?);
            Ok(())
        })?;
        Ok(found)
    }
}
