//! What many predictions come to.

use serde::Serialize;

use crate::Timestamp;

/// Which predictions are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// Those of this moment and later; without it, from the first.
    pub since: Option<Timestamp>,
    /// Those before this moment; without it, up to the last.
    pub until: Option<Timestamp>,
    /// Those of this model only.
    pub model: Option<String>,
    /// Those of this version only.
    pub version: Option<String>,
}

/// What the predictions of a model, version and label come to.
///
/// The sums are whole numbers, so that they are the same in whatever order they were added up,
/// and exactly what is left after some are taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// The label it gave; empty for what failed.
    pub label: String,
    /// How many predictions there are.
    pub predictions: u64,
    /// How many of them tell how sure they are.
    pub confident: u64,
    /// The sum of their confidences, each rounded to billionths, in billionths.
    pub confidence_billionths: i64,
    /// How many of them tell how long they took.
    pub timed: u64,
    /// The sum of these times, each rounded to microseconds, in microseconds.
    pub micros: i64,
    /// Of how many of them it is known whether they were right.
    pub labelled: u64,
    /// How many of these had been right.
    pub correct: u64,
}

impl Counts {
    /// The mean confidence; none where none was told.
    pub fn mean_confidence(&self) -> Option<f64> {
        (self.confident > 0)
            .then(|| self.confidence_billionths as f64 / 1e9 / self.confident as f64)
    }

    /// The mean time in milliseconds; none where no time was told.
    pub fn mean_ms(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.micros as f64 / 1e3 / self.timed as f64)
    }

    /// The share that was right of those of which that is known; none without any.
    pub fn accuracy(&self) -> Option<f64> {
        (self.labelled > 0).then(|| self.correct as f64 / self.labelled as f64)
    }
}

/// What is put into bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// The confidence, in twenty bins of 0.05; 1 belongs to the last.
    Confidence,
    /// The time a prediction took, in bins that each end a quarter of an octave later: 2^(i/4)
    /// microseconds.
    Latency,
}

/// A bin and how often it was met.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Where it begins, in the unit of the measure: a probability, or milliseconds.
    pub from: f64,
    /// Where it ends; the end itself belongs to the next.
    pub to: f64,
    /// How many predictions are in it.
    pub count: u64,
}

/// A number rounded down, from 0 to a limit; what is no number is 0.
#[expect(clippy::cast_sign_loss, reason = "it is at least 0")]
fn step(value: f64, limit: f64) -> u16 {
    value.floor().clamp(0.0, limit) as u16
}

impl Measure {
    /// The number of the bin of a value; confidence as it is, time in milliseconds. What is below
    /// the first is in the first, what is above the last in the last.
    pub fn bin(self, value: f64) -> u16 {
        match self {
            Self::Confidence => step(value * 20.0, 19.0),
            Self::Latency => {
                let micros = value * 1e3;
                if micros < 1.0 { 0 } else { step(micros.log2() * 4.0, 159.0) + 1 }
            }
        }
    }

    /// Where a bin begins and ends.
    pub fn bounds(self, bin: u16) -> (f64, f64) {
        match self {
            Self::Confidence => (f64::from(bin) / 20.0, f64::from(bin + 1) / 20.0),
            Self::Latency if bin == 0 => (0.0, 1e-3),
            Self::Latency => {
                let edge = |step: u16| (f64::from(step) / 4.0).exp2() / 1e3;
                (edge(bin - 1), edge(bin))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_within_its_bin() {
        for measure in [Measure::Confidence, Measure::Latency] {
            for step in 0..20_000_u32 {
                let value = match measure {
                    Measure::Confidence => f64::from(step) / 20_000.0,
                    Measure::Latency => (f64::from(step) / 1000.0).exp2() / 1e4,
                };
                let (from, to) = measure.bounds(measure.bin(value));
                // An edge can be off by the last bit of its number.
                assert!(from <= value * (1.0 + 1e-12) && value < to * (1.0 + 1e-12), "{value}");
            }
        }
        assert_eq!(Measure::Confidence.bin(1.0), 19);
        assert_eq!(Measure::Confidence.bin(f64::NAN), 0);
        assert_eq!(Measure::Latency.bin(-1.0), 0);
        assert_eq!(Measure::Latency.bin(f64::INFINITY), 160);
    }
}
