//! Detectors that look at whether answers were right.

use serde::{Deserialize, Serialize};

use super::{Mean, Outcome, Signal, check_setting};
use crate::Result;

/// The settings of [`Ddm`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DdmOptions {
    /// Nothing is told before so many answers.
    pub warm_start: u64,
    /// By how many standard deviations the error rate must rise for a warning.
    pub warning_threshold: f64,
    /// By how many it must rise for a change.
    pub drift_threshold: f64,
}

impl Default for DdmOptions {
    fn default() -> Self {
        Self { warm_start: 30, warning_threshold: 2.0, drift_threshold: 3.0 }
    }
}

/// The drift detection method of Gama et al. (2004): an error rate that rises above the lowest it
/// had.
///
/// It says the same as river's `DDM` with the same settings, but for streams whose error rate was 0
/// or 1 throughout: there the standard deviation is 0, which tells nothing, so it waits until
/// both kinds of answers were seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ddm {
    options: DdmOptions,
    rate: Mean,
    /// The lowest rate plus deviation, as both.
    lowest: Option<(f64, f64)>,
    signal: Signal,
}

impl Ddm {
    pub(super) fn options(&self) -> DdmOptions {
        self.options
    }

    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: DdmOptions) -> Result<Self> {
        let DdmOptions { warning_threshold: warning, drift_threshold: drift, .. } = options;
        check_setting("warning_threshold", warning, "more than 0", warning > 0.0)?;
        check_setting("drift_threshold", drift, "warning_threshold and more", drift >= warning)?;
        Ok(Self { options, rate: Mean::default(), lowest: None, signal: Signal::Quiet })
    }

    /// Takes the next answer.
    pub fn update(&mut self, outcome: Outcome) -> Signal {
        if self.signal == Signal::Drift {
            let options = self.options;
            *self = Self { options, rate: Mean::default(), lowest: None, signal: Signal::Quiet };
        }
        self.rate.add(if outcome == Outcome::Wrong { 1.0 } else { 0.0 });
        let (rate, count) = (self.rate.mean, self.rate.count);
        let deviation = (rate * (1.0 - rate)).max(0.0).sqrt() / (count as f64).sqrt();
        if count <= self.options.warm_start {
            return self.signal;
        }
        if self.lowest.is_none_or(|(low, spread)| rate + deviation <= low + spread) {
            self.lowest = Some((rate, deviation));
        }
        if let Some((low, spread)) = self.lowest {
            let is_above =
                |threshold: f64| spread > 0.0 && rate + deviation > low + threshold * spread;
            self.signal = if is_above(self.options.drift_threshold) {
                Signal::Drift
            } else if is_above(self.options.warning_threshold) {
                Signal::Warning
            } else {
                Signal::Quiet
            };
        }
        self.signal
    }
}

/// The settings of [`Eddm`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EddmOptions {
    /// Nothing is told before so many wrong answers.
    pub warm_start: u64,
    /// The share of the largest distance below which it is a warning.
    pub alpha: f64,
    /// The share below which it is a change.
    pub beta: f64,
}

impl Default for EddmOptions {
    fn default() -> Self {
        Self { warm_start: 30, alpha: 0.95, beta: 0.9 }
    }
}

/// The early drift detection method of Baena-García et al. (2006): wrong answers that come closer
/// together than they did.
///
/// It says the same as river's `EDDM` with the same settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Eddm {
    options: EddmOptions,
    count: u64,
    last_wrong: u64,
    distances: Mean,
    squares: f64,
    largest: f64,
    signal: Signal,
}

impl Eddm {
    pub(super) fn options(&self) -> EddmOptions {
        self.options
    }

    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: EddmOptions) -> Result<Self> {
        let EddmOptions { alpha, beta, .. } = options;
        check_setting("beta", beta, "more than 0", beta > 0.0)?;
        check_setting("alpha", alpha, "beta to 1", alpha >= beta && alpha <= 1.0)?;
        Ok(Self::empty(options))
    }

    fn empty(options: EddmOptions) -> Self {
        Self {
            options,
            count: 0,
            last_wrong: 0,
            distances: Mean::default(),
            squares: 0.0,
            largest: -1.0,
            signal: Signal::Quiet,
        }
    }

    /// Takes the next answer.
    pub fn update(&mut self, outcome: Outcome) -> Signal {
        if self.signal == Signal::Drift {
            *self = Self::empty(self.options);
        }
        self.count += 1;
        if outcome == Outcome::Correct {
            return self.signal;
        }
        let distance = (self.count - self.last_wrong) as f64;
        let before = self.distances.mean;
        self.distances.add(distance);
        self.squares += (distance - before) * (distance - self.distances.mean);
        if self.count > self.options.warm_start {
            let wrong = self.distances.count;
            let variance = if wrong > 1 { self.squares / (wrong - 1) as f64 } else { 0.0 };
            let reach = self.distances.mean + 2.0 * variance.sqrt();
            if reach > self.largest {
                self.largest = reach;
            } else if wrong > self.options.warm_start {
                let level = reach / self.largest;
                self.signal = if level < self.options.beta {
                    Signal::Drift
                } else if level < self.options.alpha {
                    Signal::Warning
                } else {
                    Signal::Quiet
                };
            }
        }
        self.last_wrong = self.count;
        self.signal
    }
}
