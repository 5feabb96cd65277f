//! Probabilities that mean what they say: one temperature, and how far off they are before and
//! after it.

mod plot;
mod reliability;
mod temperature;

pub use plot::reliability_svg;
pub use reliability::{Bin, Reliability};
pub use temperature::{LARGEST_TEMPERATURE, SMALLEST_TEMPERATURE, fit_temperature};

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::metrics::{brier, log_loss};
use crate::{Error, Result};

/// What a temperature does to the probabilities of labelled rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// What the scores are divided by before they become probabilities.
    pub temperature: f64,
    /// How many rows it was measured on.
    pub rows: usize,
    /// With the scores as they were.
    pub before: CalibrationScores,
    /// With the scores divided by the temperature.
    pub after: CalibrationScores,
}

/// How well probabilities fit what is so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationScores {
    /// [`log_loss`] of the probabilities.
    pub log_loss: f64,
    /// [`brier`] score of the probabilities.
    pub brier: f64,
    /// The expected calibration error, over bins of the same width.
    pub ece: f64,
    /// The bins themselves.
    pub reliability: Reliability,
}

impl Calibration {
    /// Finds the best temperature for these rows and measures it on them.
    ///
    /// # Errors
    /// As [`fit_temperature`].
    pub fn fit(scores: &[f64], labels: &[u32], classes: usize) -> Result<Self> {
        let temperature = fit_temperature(scores, labels, classes)?;
        Self::measure(scores, labels, classes, temperature)
    }

    /// Measures a temperature that was found elsewhere, which shows whether it holds for rows that
    /// it was not fitted to.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the temperature is not a positive number, or as
    /// [`fit_temperature`].
    pub fn measure(
        scores: &[f64],
        labels: &[u32],
        classes: usize,
        temperature: f64,
    ) -> Result<Self> {
        if !(temperature.is_finite() && temperature > 0.0) {
            let problem = format!("{temperature} is not a positive number");
            return Err(Error::invalid("temperature", problem));
        }
        temperature::check_scores(scores, labels, classes)?;
        let scores_at = |temperature: f64| {
            CalibrationScores::new(&softmax(scores, classes, temperature), labels, classes)
        };
        let (before, after) = (scores_at(1.0)?, scores_at(temperature)?);
        Ok(Self { temperature, rows: labels.len(), before, after })
    }

    /// What was found, as a table for a terminal.
    pub fn to_text(&self) -> String {
        let Self { temperature, rows, before, after } = self;
        let mut text = format!(
            "Temperature {temperature:.3}, measured on {rows} rows.\n\n{:<28}{:>8}{:>8}\n",
            "", "before", "after"
        );
        for (name, before, after) in [
            ("log loss", before.log_loss, after.log_loss),
            ("Brier score", before.brier, after.brier),
            ("calibration error (ECE)", before.ece, after.ece),
            ("largest error of a bin", before.reliability.mce, after.reliability.mce),
        ] {
            let _ = writeln!(text, "{name:<28}{before:>8.4}{after:>8.4}");
        }
        text
    }
}

impl CalibrationScores {
    /// Measures probabilities, one for each class of each row.
    ///
    /// # Errors
    /// As [`log_loss`].
    pub fn new(probabilities: &[f64], labels: &[u32], classes: usize) -> Result<Self> {
        let log_loss = log_loss(probabilities, classes, labels)?;
        let brier = brier(probabilities, classes, labels)?;
        let (mut confidence, mut right) = (Vec::new(), Vec::new());
        for (row, label) in probabilities.chunks_exact(classes).zip(labels) {
            let best = best_class(row);
            confidence.push(row[best]);
            right.push(best == *label as usize);
        }
        let bins = Reliability::usual_bins(labels.len());
        let reliability = Reliability::equal_width(&confidence, &right, bins)?;
        Ok(Self { log_loss, brier, ece: reliability.ece, reliability })
    }
}

/// The class with the highest probability, the first of several.
pub(super) fn best_class(row: &[f64]) -> usize {
    (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best })
}

/// The scores divided by a temperature as probabilities, row after row.
fn softmax(scores: &[f64], classes: usize, temperature: f64) -> Vec<f64> {
    let mut probabilities = Vec::with_capacity(scores.len());
    for row in scores.chunks_exact(classes) {
        let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let start = probabilities.len();
        probabilities.extend(row.iter().map(|score| ((score - top) / temperature).exp()));
        let sum: f64 = probabilities[start..].iter().sum();
        probabilities[start..].iter_mut().for_each(|number| *number /= sum);
    }
    probabilities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_temperature_costs_least() {
        let scores = [4.0, 0.0, 3.0, 0.0, 0.0, 5.0, 2.0, 0.0, 0.0, 1.0, 6.0, 0.0];
        let labels = [0, 1, 1, 0, 0, 0];
        let best = Calibration::fit(&scores, &labels, 2).unwrap();
        assert!(best.temperature > 1.0);
        for factor in [0.9, 0.99, 1.01, 1.1] {
            let temperature = best.temperature * factor;
            let other = Calibration::measure(&scores, &labels, 2, temperature).unwrap();
            assert!(other.after.log_loss > best.after.log_loss, "{factor}");
        }
        assert!(best.after.log_loss < best.before.log_loss);
        let json = serde_json::to_string(&best).unwrap();
        assert_eq!(serde_json::from_str::<Calibration>(&json).unwrap(), best);
        assert!(best.to_text().lines().all(|line| line.len() <= 80));
    }

    #[test]
    fn temperatures_that_cannot_be_are_refused() {
        for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Calibration::measure(&[0.0, 1.0], &[0], 2, temperature).is_err());
        }
        assert!(Calibration::measure(&[0.0, 1.0], &[2], 2, 1.0).is_err());
    }

    #[test]
    fn huge_scores_become_probabilities() {
        let found = softmax(&[1e308, -1e308, 0.0, 0.0], 2, 0.01);
        assert_eq!(found, [1.0, 0.0, 0.5, 0.5]);
    }
}
