//! What the predictions so far come to. Everything here is made of sums that homes keep, so it
//! takes the same time over a thousand predictions and over millions.

mod clicks;
mod feedback;
mod histogram;
mod performance;
mod summary;
#[cfg(test)]
mod tests;
mod time;
mod usage;

pub use self::{
    feedback::{FeedbackSummary, NewLabelled},
    histogram::{Histogram, LatencySummary, Quantile},
    summary::{LabelShare, PredictionSummary},
    time::Period,
    usage::VersionUsage,
};

use std::time::Duration;

use super::{Condition, Counts, Value, Window};
use crate::{Error, Result, Timestamp};

/// The level of the intervals that say how sure a share is.
const LEVEL: f64 = 0.95;

impl Window {
    /// The last hours, up to now.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if `hours` is no number above 0, or so large that it begins before
    /// all time.
    pub fn last_hours(hours: f64) -> Result<Self> {
        let span = (hours > 0.0).then(|| Duration::try_from_secs_f64(hours * 3600.0).ok());
        let Some(span) = span.flatten().filter(|_| hours <= 1e6) else {
            return Err(Error::invalid("hours", format!("{hours} is not above 0 and up to 1e6")));
        };
        Ok(Self { since: Some(Timestamp::now().before(span)), ..Self::default() })
    }

    /// Refuses a window that ends before it begins.
    pub(super) fn check(&self) -> Result<()> {
        match (self.since, self.until) {
            (Some(since), Some(until)) if since > until => {
                Err(Error::invalid("window", format!("it ends at {until}, before {since}")))
            }
            _ => Ok(()),
        }
    }

    /// The conditions that a prediction is in it.
    fn conditions(&self) -> Vec<Condition> {
        let name = |name: &Option<String>| name.clone().map(Value::Text);
        [
            self.since.map(|time| Condition::IsAtLeast("timestamp", Value::Time(time))),
            self.until.map(|time| Condition::IsBelow("timestamp", Value::Time(time))),
            name(&self.model).map(|model| Condition::Is("model", model)),
            name(&self.version).map(|version| Condition::Is("version", version)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The sum of what several models, versions and labels come to; what failed is left out.
fn total<'a>(counts: impl Iterator<Item = &'a Counts>) -> Counts {
    let mut total = Counts::default();
    for counts in counts.filter(|counts| !counts.label.is_empty()) {
        total.predictions += counts.predictions;
        total.confident += counts.confident;
        total.confidence_billionths += counts.confidence_billionths;
        total.timed += counts.timed;
        total.micros += counts.micros;
        total.labelled += counts.labelled;
        total.correct += counts.correct;
    }
    total
}

/// How many predictions failed.
fn failed<'a>(counts: impl Iterator<Item = &'a Counts>) -> u64 {
    counts.filter(|counts| counts.label.is_empty()).map(|counts| counts.predictions).sum()
}

/// A share; none of nothing.
fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}
