//! Control charts: numbers against a target that is known.

use serde::{Deserialize, Serialize};

use super::{Signal, check_setting, check_value};
use crate::Result;

/// The settings of [`Cusum`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CusumOptions {
    /// The mean if nothing changed.
    pub target: f64,
    /// The standard deviation then.
    pub sd: f64,
    /// Half the change that matters, in standard deviations.
    #[serde(default = "CusumOptions::k")]
    pub k: f64,
    /// The sum at which it is a change, in standard deviations.
    #[serde(default = "CusumOptions::h")]
    pub h: f64,
}

impl CusumOptions {
    fn k() -> f64 {
        0.5
    }

    fn h() -> f64 {
        5.0
    }

    /// The usual chart, k = ½ and h = 5, round this target.
    pub fn new(target: f64, sd: f64) -> Self {
        Self { target, sd, k: Self::k(), h: Self::h() }
    }
}

/// The two-sided cumulative sum chart (Page 1954): S⁺ = max(0, S⁺ + z − k) and S⁻ = max(0, S⁻ − z
/// − k), where z is the distance from the target in standard deviations.
///
/// With k = ½ and h = 5 a false alarm comes every 465 numbers on average, a shift of one standard
/// deviation is seen after 10.4 (Montgomery, "Introduction to Statistical Quality Control",
/// chapter 9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cusum {
    options: CusumOptions,
    up: f64,
    down: f64,
}

impl Cusum {
    pub(super) fn options(&self) -> CusumOptions {
        self.options
    }

    /// A chart that has seen nothing.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: CusumOptions) -> Result<Self> {
        let CusumOptions { target, sd, k, h } = options;
        check_setting("target", target, "finite numbers", true)?;
        check_setting("sd", sd, "more than 0", sd > 0.0)?;
        check_setting("k", k, "0 and more", k >= 0.0)?;
        check_setting("h", h, "more than 0", h > 0.0)?;
        Ok(Self { options, up: 0.0, down: 0.0 })
    }

    /// Takes the next number.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] if it is not finite.
    pub fn update(&mut self, value: f64) -> Result<Signal> {
        check_value(value)?;
        let CusumOptions { target, sd, k, h } = self.options;
        let apart = (value - target) / sd;
        self.up = (self.up + apart - k).max(0.0);
        self.down = (self.down - apart - k).max(0.0);
        let is_drift = self.up > h || self.down > h;
        if is_drift {
            (self.up, self.down) = (0.0, 0.0);
        }
        Ok(Signal::drift_if(is_drift))
    }
}

/// The settings of [`Ewma`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EwmaOptions {
    /// The mean if nothing changed.
    pub target: f64,
    /// The standard deviation then.
    pub sd: f64,
    /// How much the newest number weighs.
    #[serde(default = "EwmaOptions::weight")]
    pub weight: f64,
    /// How many standard deviations of the weighted mean are a change.
    #[serde(default = "EwmaOptions::limit")]
    pub limit: f64,
}

impl EwmaOptions {
    fn weight() -> f64 {
        0.1
    }

    fn limit() -> f64 {
        2.814
    }

    /// The usual chart, weight 0.1 and limit 2.814, round this target.
    pub fn new(target: f64, sd: f64) -> Self {
        Self { target, sd, weight: Self::weight(), limit: Self::limit() }
    }
}

/// The chart of the exponentially weighted moving average (Roberts 1959), with the exact limits
/// of its first numbers.
///
/// With weight 0.1 and limit 2.814 a false alarm comes every 500 numbers on average once the limits
/// are settled, a shift of one standard deviation is then seen after 10.3 (Lucas and Saccucci
/// 1990); the narrower limits of the first numbers make both a little less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ewma {
    options: EwmaOptions,
    apart: f64,
    /// (1 − weight) to the power of twice the numbers so far.
    fade: f64,
}

impl Ewma {
    pub(super) fn options(&self) -> EwmaOptions {
        self.options
    }

    /// A chart that has seen nothing.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: EwmaOptions) -> Result<Self> {
        let EwmaOptions { target, sd, weight, limit } = options;
        check_setting("target", target, "finite numbers", true)?;
        check_setting("sd", sd, "more than 0", sd > 0.0)?;
        check_setting("weight", weight, "more than 0, up to 1", weight > 0.0 && weight <= 1.0)?;
        check_setting("limit", limit, "more than 0", limit > 0.0)?;
        Ok(Self { options, apart: 0.0, fade: 1.0 })
    }

    /// Takes the next number.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] if it is not finite.
    pub fn update(&mut self, value: f64) -> Result<Signal> {
        check_value(value)?;
        let EwmaOptions { target, sd, weight, limit } = self.options;
        self.apart += weight * ((value - target) / sd - self.apart);
        self.fade *= (1.0 - weight).powi(2);
        let deviation = (weight / (2.0 - weight) * (1.0 - self.fade)).sqrt();
        let is_drift = self.apart.abs() > limit * deviation;
        if is_drift {
            (self.apart, self.fade) = (0.0, 1.0);
        }
        Ok(Signal::drift_if(is_drift))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// After how many numbers a chart gives its first signal, on average.
    fn run_length(mut update: impl FnMut(f64) -> Result<Signal>, shift: f64, rounds: u32) -> f64 {
        let mut random = Random::new(23);
        let mut total = 0_u64;
        for _ in 0..rounds {
            loop {
                total += 1;
                if update(random.normal() + shift).unwrap() == Signal::Drift {
                    break;
                }
            }
        }
        total as f64 / f64::from(rounds)
    }

    #[track_caller]
    fn near(found: f64, published: f64) {
        assert!((found / published - 1.0).abs() < 0.06, "{found} is not {published}");
    }

    #[test]
    fn run_lengths_are_the_published_ones() {
        let cusum = || Cusum::new(CusumOptions::new(0.0, 1.0)).unwrap();
        let mut chart = cusum();
        near(run_length(|value| chart.update(value), 0.0, 3_000), 465.0);
        let mut chart = cusum();
        near(run_length(|value| chart.update(value), 1.0, 3_000), 10.4);
        let mut chart = Ewma::new(EwmaOptions::new(0.0, 1.0)).unwrap();
        let length = run_length(|value| chart.update(value), 0.0, 3_000);
        assert!((450.0..510.0).contains(&length), "{length}");
    }
}
