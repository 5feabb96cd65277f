use serde::{Deserialize, Serialize};

use super::super::Cron;
use crate::{Error, Result, Span};

/// When a model is trained anew. What is none is not looked at; as JSON it is `false`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TriggerOptions {
    /// How old a model may become.
    #[serde(with = "super::off")]
    pub max_age: Option<Span>,
    /// So many new labels are worth a training.
    #[serde(with = "super::off")]
    pub new_data: Option<u64>,
    /// By how much the accuracy may drop, as audited labels say: a drop must be larger, and more
    /// than chance gives.
    ///
    /// It is lower than the five points at which people are usually alarmed: to train costs
    /// seconds here, and what does not pass the gates is not used.
    #[serde(with = "super::off")]
    pub accuracy_drop: Option<f64>,
    /// Which share of what people said may be "wrong".
    #[serde(with = "super::off")]
    pub wrong_feedback: Option<f64>,
    /// From so many answers of people on that share is looked at.
    pub min_feedback: u64,
    /// Whether a drift alarm is a reason.
    pub drift: bool,
    /// When training is due whatever happened.
    #[serde(with = "super::off")]
    pub schedule: Option<Cron>,
    /// How many minutes the clock of the schedule is ahead of UTC: 420 in Jakarta.
    pub clock_ahead: i32,
    /// How long a model stays at least, whatever speaks for a new one.
    pub min_interval: Span,
    /// How many trainings there may be in 30 days.
    pub budget: u32,
    /// After so many trainings in a row whose result was not good enough or that failed, only a
    /// person can start another.
    pub max_failures: u32,
}

impl Default for TriggerOptions {
    fn default() -> Self {
        Self {
            max_age: Some(Span::days(30)),
            new_data: Some(500),
            accuracy_drop: Some(0.03),
            wrong_feedback: Some(0.12),
            min_feedback: 30,
            drift: true,
            schedule: None,
            clock_ahead: 0,
            min_interval: Span::days(7),
            budget: 8,
            max_failures: 3,
        }
    }
}

impl TriggerOptions {
    /// Checks that the limits can be limits.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the one that cannot.
    pub fn check(&self) -> Result<()> {
        for (what, share) in
            [("accuracy_drop", self.accuracy_drop), ("wrong_feedback", self.wrong_feedback)]
        {
            if let Some(share) = share
                && !(0.0..=1.0).contains(&share)
            {
                return Err(Error::invalid(what, format!("{share} is not from 0 to 1")));
            }
        }
        if self.new_data == Some(0) {
            return Err(Error::invalid("new_data", "0, allowed are 1 and more, or none"));
        }
        if self.budget == 0 {
            return Err(Error::invalid("budget", "0, allowed are 1 and more"));
        }
        if self.max_failures == 0 {
            return Err(Error::invalid("max_failures", "0, allowed are 1 and more"));
        }
        if !(-1_440..=1_440).contains(&self.clock_ahead) {
            let problem = format!("{}, allowed are -1440 to 1440 minutes", self.clock_ahead);
            return Err(Error::invalid("clock_ahead", problem));
        }
        if let Some(age) = self.max_age
            && age < self.min_interval
        {
            let problem = format!("{age} is less than min_interval, {}", self.min_interval);
            return Err(Error::invalid("max_age", problem));
        }
        Ok(())
    }
}
