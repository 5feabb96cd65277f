use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    stats::{Interval, wilson},
};

/// How often people said of their own accord that an answer was wrong.
///
/// It is a rate of clicks, never an accuracy: who gets a wrong answer clicks more often than who
/// gets a right one, and most never click. As long as that habit stays what it is, a rate that
/// changes still means something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedbackRate {
    /// In words.
    pub sentence: String,
    /// How many answers there were.
    pub predictions: u64,
    /// How many were said to be right.
    pub right: u64,
    /// How many were said to be wrong.
    pub wrong: u64,
    /// Wrong ones in a thousand answers.
    pub wrong_per_thousand: f64,
    /// Where that may well lie: the Wilson score interval of 95 %.
    pub interval: Interval,
    /// The share of answers of which anything was said.
    pub response: f64,
}

impl FeedbackRate {
    /// The rate of so many clicks on so many answers.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without answers, or with more clicks than answers.
    pub fn new(predictions: u64, right: u64, wrong: u64) -> Result<Self> {
        let clicks = right.saturating_add(wrong);
        if predictions == 0 {
            return Err(Error::invalid("predictions", "a rate needs at least one answer"));
        }
        if clicks > predictions {
            let problem = format!("{clicks} clicks on {predictions} answers");
            return Err(Error::invalid("predictions", problem));
        }
        let share = wilson(wrong, predictions, 0.95)?;
        let interval = Interval { low: share.low * 1e3, high: share.high * 1e3, ..share };
        let per_thousand = wrong as f64 / predictions as f64 * 1e3;
        let response = clicks as f64 / predictions as f64;
        let sentence = format!(
            "of {predictions} answers {wrong} were marked as wrong and {right} as right: \
             {per_thousand:.1} wrong ones in a thousand ({:.1} to {:.1}). This is a rate of clicks and \
             no accuracy: who clicks is not picked by chance",
            interval.low, interval.high
        );
        Ok(Self {
            sentence,
            predictions,
            right,
            wrong,
            wrong_per_thousand: per_thousand,
            interval,
            response,
        })
    }

    /// This rate as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_are_a_rate() {
        let rate = FeedbackRate::new(20_000, 180, 200).unwrap();
        assert!((rate.wrong_per_thousand - 10.0).abs() < 1e-12);
        assert!((rate.response - 0.019).abs() < 1e-12);
        assert!(rate.interval.contains(10.0) && rate.sentence.contains("no accuracy"));
        assert!(FeedbackRate::new(0, 0, 0).is_err());
        assert!(FeedbackRate::new(5, 3, 3).is_err());
        assert!(FeedbackRate::new(u64::MAX, u64::MAX, u64::MAX).is_ok());
    }
}
