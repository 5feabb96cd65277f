use serde::Serialize;

use super::{
    super::{Condition, Store, Table, Value},
    LEVEL, Window, share, total,
};
use crate::{Result, Timestamp, stats};

/// How often predictions turned out right.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedbackSummary {
    /// How many were right.
    pub right: u64,
    /// How many were wrong.
    pub wrong: u64,
    /// The share of the wrong ones; none without feedback.
    pub wrong_ratio: Option<f64>,
    /// Where that share may well lie: the Wilson score interval of 95 %.
    pub wrong_interval: Option<stats::Interval>,
    /// How much feedback, of all windows, waits for a prediction that is not there yet.
    pub unmatched: u64,
}

impl FeedbackSummary {
    /// The summary as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("finite numbers are always JSON")
    }
}

/// How much there is to learn from that is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewLabelled {
    /// Reviews whose label became known.
    pub reviews: u64,
    /// Predictions whose right label became known.
    pub feedback: u64,
    /// Both.
    pub total: u64,
}

impl NewLabelled {
    /// The numbers as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers are always JSON")
    }
}

impl dyn Store + '_ {
    /// How often the predictions of a window turned out right, of those of which it is known. A
    /// prediction that several people judged counts once, by what was said last.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the window ends before it begins;
    /// others as the home has them.
    pub fn feedback_summary(&self, window: &Window) -> Result<FeedbackSummary> {
        window.check()?;
        let all = total(self.counts(window)?.iter());
        let wrong = all.labelled - all.correct.min(all.labelled);
        let wrong_interval = match all.labelled {
            0 => None,
            labelled => Some(stats::wilson(wrong, labelled, LEVEL)?),
        };
        let waits = Condition::Is("matched", Value::Truth(false));
        Ok(FeedbackSummary {
            right: all.labelled - wrong,
            wrong,
            wrong_ratio: share(wrong, all.labelled),
            wrong_interval,
            unmatched: self.count(Table::Feedback, &[waits])?,
        })
    }

    /// How many labels became known at a moment or later: what a new training would learn from
    /// that the last one could not.
    ///
    /// # Errors
    /// As the home has them.
    pub fn new_labelled(&self, since: Option<Timestamp>) -> Result<NewLabelled> {
        let count = |table: Table, label: &'static str| {
            let mut conditions = vec![Condition::IsNotNull(label)];
            if let Some(since) = since {
                conditions.push(Condition::IsAtLeast("labelled_at", Value::Time(since)));
            }
            self.count(table, &conditions)
        };
        let reviews = count(Table::Reviews, "sentiment_label")?;
        let feedback = count(Table::Predictions, "actual_label")?;
        Ok(NewLabelled { reviews, feedback, total: reviews + feedback })
    }
}
