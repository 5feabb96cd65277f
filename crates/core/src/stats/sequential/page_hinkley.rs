use serde::{Deserialize, Serialize};

use super::{Mean, Signal, check_setting, check_value};
use crate::Result;

/// Which changes are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Up and down.
    #[default]
    Both,
    /// Only up.
    Up,
    /// Only down.
    Down,
}

/// The settings of [`PageHinkley`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageHinkleyOptions {
    /// Nothing is told before so many numbers.
    pub min_instances: u64,
    /// How far numbers may be from their mean without counting.
    pub delta: f64,
    /// The sum at which it is a change.
    pub threshold: f64,
    /// By how much sums fade with each number; 1 for not at all.
    pub alpha: f64,
    /// Which changes are looked for.
    pub mode: Direction,
}

impl Default for PageHinkleyOptions {
    fn default() -> Self {
        let mode = Direction::Both;
        Self { min_instances: 30, delta: 0.005, threshold: 50.0, alpha: 0.9999, mode }
    }
}

/// The test of Page and Hinkley (1954): sums of what numbers are above and below their mean so
/// far, and how far those came from their lowest and highest point.
///
/// It says the same as river's `PageHinkley` with the same settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageHinkley {
    options: PageHinkleyOptions,
    mean: Mean,
    up: f64,
    down: f64,
    /// How far the sum came above its lowest point, and below its highest.
    lowest: Option<f64>,
    highest: f64,
    has_drifted: bool,
}

impl PageHinkley {
    pub(super) fn options(&self) -> PageHinkleyOptions {
        self.options
    }

    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: PageHinkleyOptions) -> Result<Self> {
        let PageHinkleyOptions { delta, threshold, alpha, .. } = options;
        check_setting("delta", delta, "0 and more", delta >= 0.0)?;
        check_setting("threshold", threshold, "more than 0", threshold > 0.0)?;
        check_setting("alpha", alpha, "more than 0, up to 1", alpha > 0.0 && alpha <= 1.0)?;
        Ok(Self::empty(options))
    }

    fn empty(options: PageHinkleyOptions) -> Self {
        // The highest point begins at −1, as in river.
        Self {
            options,
            mean: Mean::default(),
            up: 0.0,
            down: 0.0,
            lowest: None,
            highest: -1.0,
            has_drifted: false,
        }
    }

    /// Takes the next number.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] if it is not finite.
    pub fn update(&mut self, value: f64) -> Result<Signal> {
        check_value(value)?;
        if self.has_drifted {
            *self = Self::empty(self.options);
        }
        self.mean.add(value);
        let apart = value - self.mean.mean;
        self.up = self.options.alpha * self.up + apart - self.options.delta;
        self.down = self.options.alpha * self.down + apart + self.options.delta;
        let lowest = self.lowest.map_or(self.up, |lowest| lowest.min(self.up));
        self.lowest = Some(lowest);
        self.highest = self.highest.max(self.down);
        if self.mean.count >= self.options.min_instances {
            let is_up = self.up - lowest > self.options.threshold;
            let is_down = self.highest - self.down > self.options.threshold;
            self.has_drifted = match self.options.mode {
                Direction::Both => is_up || is_down,
                Direction::Up => is_up,
                Direction::Down => is_down,
            };
        }
        Ok(Signal::drift_if(self.has_drifted))
    }
}
