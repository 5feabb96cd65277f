use serde::{Deserialize, Serialize};

use crate::{Error, Result, drift::FalseAlarms, profile::WindowLength};

/// What may be chosen of a [`super::Audit`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AuditOptions {
    /// How many rows of a window are picked, on average.
    pub rate: f64,
    /// How long a window is: a time. Rows of one window are a cohort.
    pub window: WindowLength,
    /// How many rows the first window is expected to have; later ones are expected to be as long
    /// as the one before.
    pub expected_rows: u64,
    /// What decides who is picked: another seed picks others.
    pub seed: u64,
    /// How many false alarms are allowed.
    pub false_alarms: FalseAlarms,
    /// By how much the accuracy may be below the baseline before it counts as a drop.
    pub tolerance: f64,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            rate: 30.0,
            window: WindowLength::Time(std::time::Duration::from_hours(24)),
            expected_rows: 1_000,
            seed: 0,
            false_alarms: FalseAlarms::default(),
            tolerance: 0.01,
        }
    }
}

impl AuditOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }

    /// The length of a window in microseconds, of options that can be.
    pub(crate) fn check(&self) -> Result<i64> {
        if !(self.rate > 0.0 && self.rate <= 1e9) {
            let problem = format!("{}, allowed is more than 0 up to 1e9", self.rate);
            return Err(Error::invalid("rate", problem));
        }
        if self.expected_rows == 0 {
            return Err(Error::invalid("expected_rows", "0, allowed are 1 and more"));
        }
        if !(0.0..=0.5).contains(&self.tolerance) {
            let problem = format!("{}, allowed are 0 to 0.5", self.tolerance);
            return Err(Error::invalid("tolerance", problem));
        }
        match self.window {
            WindowLength::Time(length) => {
                Ok(i64::try_from(length.as_micros()).unwrap_or(i64::MAX).max(1))
            }
            other => Err(Error::invalid("window", format!("{other} is no time such as \"1d\""))),
        }
    }
}
