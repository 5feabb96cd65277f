use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Signal, check_setting, check_value};
use crate::{
    Error, Result,
    random::Random,
    stats::{Alternative, Method, ks_2samp},
};

/// Differences smaller than this are no change, however sure they are.
const SMALLEST: f64 = 0.1;

/// The settings of [`Kswin`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KswinOptions {
    /// How likely a look may see a change where there is none.
    pub alpha: f64,
    /// How many numbers are kept.
    pub window_size: usize,
    /// How many of them are the newest part, and as many of the older ones are drawn.
    pub stat_size: usize,
    /// Where the draws begin.
    pub seed: u64,
}

impl Default for KswinOptions {
    fn default() -> Self {
        Self { alpha: 0.005, window_size: 100, stat_size: 30, seed: 0 }
    }
}

/// Windowing by the test of Kolmogorov and Smirnov (Raab, Heusinger and Schleif 2020): the newest
/// numbers against a sample of the older ones in a window.
///
/// It decides as river's `KSWIN` does; its draws are its own, for they must be the same in every
/// language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kswin {
    options: KswinOptions,
    window: VecDeque<f64>,
    random: Random,
    has_drifted: bool,
}

impl Kswin {
    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: KswinOptions) -> Result<Self> {
        let KswinOptions { alpha, window_size, stat_size, seed } = options;
        check_setting("alpha", alpha, "more than 0 and less than 1", alpha > 0.0 && alpha < 1.0)?;
        check_setting("stat_size", stat_size as f64, "2 and more", stat_size >= 2)?;
        let is_large = window_size / 2 >= stat_size && window_size <= 1_000_000;
        check_setting("window_size", window_size as f64, "2 stat_size to 1000000", is_large)?;
        Ok(Self { options, window: VecDeque::new(), random: Random::new(seed), has_drifted: false })
    }

    /// Refuses what was read but could not have been made.
    pub(super) fn check(&self) -> Result<()> {
        Self::new(self.options)?;
        let fits = self.window.len() <= self.options.window_size
            && self.window.iter().all(|number| number.is_finite());
        if fits { Ok(()) } else { Err(Error::invalid("window", "it is larger than its size")) }
    }

    /// Takes the next number.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] if it is not finite.
    pub fn update(&mut self, value: f64) -> Result<Signal> {
        check_value(value)?;
        let KswinOptions { alpha, window_size, stat_size, seed } = self.options;
        if self.has_drifted {
            self.window.clear();
            self.random = Random::new(seed);
            self.has_drifted = false;
        }
        if self.window.len() == window_size {
            self.window.pop_front();
        }
        self.window.push_back(value);
        if self.window.len() < window_size {
            return Ok(Signal::Quiet);
        }
        let numbers = self.window.make_contiguous();
        let (older, newest) = numbers.split_at(window_size - stat_size);
        let mut older = older.to_vec();
        for place in 0..stat_size {
            let drawn = place + self.random.below(older.len() - place);
            older.swap(place, drawn);
        }
        let test = ks_2samp(&older[..stat_size], newest, Alternative::TwoSided, Method::Auto)?;
        self.has_drifted = test.pvalue <= alpha && test.statistic > SMALLEST;
        Ok(Signal::drift_if(self.has_drifted))
    }
}
