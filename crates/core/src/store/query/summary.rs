use std::collections::BTreeMap;

use serde::Serialize;

use super::{super::Store, Counts, Window, failed, share, total};
use crate::{Result, Timestamp};

/// How often a label was given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelShare {
    /// The label.
    pub label: String,
    /// How often.
    pub count: u64,
    /// Of all predictions that did not fail.
    pub share: f64,
    /// The mean confidence with which it was given.
    pub mean_confidence: Option<f64>,
}

/// What the predictions of a window come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictionSummary {
    /// When the window begins.
    pub since: Option<Timestamp>,
    /// When it ends.
    pub until: Option<Timestamp>,
    /// How many predictions there are, without those that failed.
    pub count: u64,
    /// How many failed.
    pub failed: u64,
    /// Their mean confidence.
    pub mean_confidence: Option<f64>,
    /// The mean time they took, in milliseconds; failures that tell their time are not among it.
    pub mean_ms: Option<f64>,
    /// The labels, in the order of their names.
    pub labels: Vec<LabelShare>,
}

impl PredictionSummary {
    fn new(window: &Window, counts: &[Counts]) -> Self {
        let all = total(counts.iter());
        let mut labels: BTreeMap<&str, Vec<&Counts>> = BTreeMap::new();
        for counts in counts.iter().filter(|counts| !counts.label.is_empty()) {
            labels.entry(&counts.label).or_default().push(counts);
        }
        let label = |(label, counts): (&str, Vec<&Counts>)| {
            let own = total(counts.into_iter());
            LabelShare {
                label: label.to_owned(),
                count: own.predictions,
                share: share(own.predictions, all.predictions).unwrap_or_default(),
                mean_confidence: own.mean_confidence(),
            }
        };
        Self {
            since: window.since,
            until: window.until,
            count: all.predictions,
            failed: failed(counts.iter()),
            mean_confidence: all.mean_confidence(),
            mean_ms: all.mean_ms(),
            labels: labels.into_iter().map(label).collect(),
        }
    }

    /// The summary as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and finite numbers are always JSON")
    }
}

impl dyn Store + '_ {
    /// What the predictions of the last hours come to: how many, how sure, which labels.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if `hours` is no number above 0; others
    /// as the home has them.
    pub fn recent(&self, hours: f64) -> Result<PredictionSummary> {
        self.summary(&Window::last_hours(hours)?)
    }

    /// What the predictions of a window come to.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the window ends before it begins;
    /// others as the home has them.
    pub fn summary(&self, window: &Window) -> Result<PredictionSummary> {
        window.check()?;
        Ok(PredictionSummary::new(window, &self.counts(window)?))
    }
}
