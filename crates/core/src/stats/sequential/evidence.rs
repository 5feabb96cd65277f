//! Detectors that weigh evidence.

use serde::{Deserialize, Serialize};

use super::{Outcome, Signal, check_setting};
use crate::{Error, Result};

/// The settings of [`Sprt`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SprtOptions {
    /// The error rate if nothing changed.
    pub usual: f64,
    /// The error rate that must be noticed.
    pub raised: f64,
    /// How likely a change may be told where there is none.
    #[serde(default = "SprtOptions::five_percent")]
    pub alpha: f64,
    /// How likely a change may be missed.
    #[serde(default = "SprtOptions::five_percent")]
    pub beta: f64,
}

impl SprtOptions {
    fn five_percent() -> f64 {
        0.05
    }

    /// Tells these two error rates apart, with 5 % of either mistake.
    pub fn new(usual: f64, raised: f64) -> Self {
        Self { usual, raised, alpha: Self::five_percent(), beta: Self::five_percent() }
    }
}

/// Wald's sequential probability ratio test (1945): which of two error rates it is, with as few
/// answers as any test needs. After each decision it begins anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sprt {
    options: SprtOptions,
    evidence: f64,
}

impl Sprt {
    pub(super) fn options(&self) -> SprtOptions {
        self.options
    }

    /// A test that has seen nothing.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: SprtOptions) -> Result<Self> {
        let SprtOptions { usual, raised, alpha, beta } = options;
        let is_share = |value: f64| value > 0.0 && value < 1.0;
        check_setting("usual", usual, "more than 0 and less than 1", is_share(usual))?;
        check_setting(
            "raised",
            raised,
            "more than usual and less than 1",
            is_share(raised) && raised > usual,
        )?;
        check_setting("alpha", alpha, "more than 0 and less than 1/2", alpha > 0.0 && alpha < 0.5)?;
        check_setting("beta", beta, "more than 0 and less than 1/2", beta > 0.0 && beta < 0.5)?;
        Ok(Self { options, evidence: 0.0 })
    }

    /// Takes the next answer.
    pub fn update(&mut self, outcome: Outcome) -> Signal {
        let SprtOptions { usual, raised, alpha, beta } = self.options;
        self.evidence += match outcome {
            Outcome::Wrong => (raised / usual).ln(),
            Outcome::Correct => ((1.0 - raised) / (1.0 - usual)).ln(),
        };
        let signal = if self.evidence >= ((1.0 - beta) / alpha).ln() {
            Signal::Drift
        } else if self.evidence <= (beta / (1.0 - alpha)).ln() {
            Signal::Clear
        } else {
            return Signal::Quiet;
        };
        self.evidence = 0.0;
        signal
    }
}

/// The settings of [`ShiryaevRoberts`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShiryaevRobertsOptions {
    /// How many numbers there are between false alarms on average, at least.
    pub run_length: f64,
    /// The most evidence that one number may give; none is the root of `run_length`, so that one
    /// odd number alone is never an alarm.
    pub cap: Option<f64>,
}

impl Default for ShiryaevRobertsOptions {
    fn default() -> Self {
        Self { run_length: 365.0, cap: None }
    }
}

/// The e-detector of Shiryaev and Roberts: evidence from p-values, M ← (M + 1) e, until it reaches
/// `run_length`.
///
/// A p-value becomes the evidence e = (1 − p + p ln p) / (p ln² p), whose mean is 1 if nothing
/// changed. Then the mean number of p-values before an alarm is at least `run_length`, whatever
/// they are of and however they depend on those before, as long as each is valid given those
/// before (Shin, Ramdas and Rinaldo 2024, "E-detectors").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShiryaevRoberts {
    options: ShiryaevRobertsOptions,
    evidence: f64,
}

impl ShiryaevRoberts {
    pub(super) fn options(&self) -> ShiryaevRobertsOptions {
        self.options
    }

    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: ShiryaevRobertsOptions) -> Result<Self> {
        let length = options.run_length;
        check_setting("run_length", length, "more than 1", length > 1.0)?;
        if let Some(cap) = options.cap {
            check_setting("cap", cap, "more than 1", cap > 1.0)?;
        }
        Ok(Self { options, evidence: 0.0 })
    }

    /// The evidence so far; at `run_length` it is an alarm.
    pub fn evidence(&self) -> f64 {
        self.evidence
    }

    /// Takes the next p-value.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is not between 0 and 1.
    pub fn update(&mut self, pvalue: f64) -> Result<Signal> {
        if !(0.0..=1.0).contains(&pvalue) {
            return Err(Error::invalid("value", format!("{pvalue} is no p-value, 0 to 1")));
        }
        let length = self.options.run_length;
        let cap = self.options.cap.unwrap_or(length.sqrt());
        // The next number after an alarm begins anew.
        let before = if self.evidence >= length { 0.0 } else { self.evidence };
        self.evidence = (before + 1.0) * evidence(pvalue).min(cap);
        Ok(Signal::drift_if(self.evidence >= length))
    }
}

/// The mixture of κ pᵏ⁻¹ over all κ from 0 to 1: evidence against what a p-value tests.
pub(crate) fn evidence(pvalue: f64) -> f64 {
    if pvalue <= 0.0 {
        return f64::INFINITY;
    }
    let log = pvalue.ln();
    // Near 1 the formula takes close numbers from each other; its series there is 1/2 − ln p / 6.
    if log > -1e-4 {
        return 0.5 - log / 6.0;
    }
    (1.0 - pvalue + pvalue * log) / (pvalue * log * log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// ∫ e(p) dp = 1: what makes it evidence. In steps of ln p, since most lies near 0, where the
    /// tail from ε on is 1 / ln(1/ε).
    #[test]
    fn evidence_has_mean_one() {
        let (steps, far) = (400_000, 400.0);
        let width = far / f64::from(steps);
        let sum: f64 = (0..steps)
            .map(|step| {
                let pvalue = (-(f64::from(step) + 0.5) * width).exp();
                evidence(pvalue) * pvalue * width
            })
            .sum();
        assert!((sum + 1.0 / far - 1.0).abs() < 1e-4, "{sum}");
        let (near, series) = (evidence((-1.01e-4_f64).exp()), evidence((-0.99e-4_f64).exp()));
        assert!((near - series).abs() < 1e-6);
    }

    #[test]
    fn false_alarms_are_as_rare_as_promised() {
        let mut random = Random::new(31);
        let options = ShiryaevRobertsOptions { run_length: 100.0, cap: None };
        let mut detector = ShiryaevRoberts::new(options).unwrap();
        let looks = 200_000;
        let alarms =
            (0..looks).filter(|_| detector.update(random.unit()).unwrap() == Signal::Drift).count();
        assert!((1..=looks / 100).contains(&alarms), "{alarms}");
    }

    /// Wald: with 5 % of either mistake, both rates are told apart with few of them.
    #[test]
    fn wald_keeps_both_promises() {
        let mut random = Random::new(37);
        for (rate, wrong) in [(0.1, Signal::Drift), (0.2, Signal::Clear)] {
            let mut test = Sprt::new(SprtOptions::new(0.1, 0.2)).unwrap();
            let (mut decisions, mut mistakes) = (0, 0);
            while decisions < 2_000 {
                let outcome = if random.unit() < rate { Outcome::Wrong } else { Outcome::Correct };
                let signal = test.update(outcome);
                decisions += u32::from(signal != Signal::Quiet);
                mistakes += u32::from(signal == wrong);
            }
            assert!(mistakes < 120, "{rate}: {mistakes}");
        }
    }
}
