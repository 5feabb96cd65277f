//! Gates: what a model must show before it is used, each with the bound it was held to and a
//! reason a person understands.
//!
//! Every gate is a pure function of what was measured. Which of them a model has to pass, and
//! where the numbers come from, is for those who call them to say.
//!
//! ```
//! use pantau::learn::gates::{Accuracy, GateReport, Gates, floor, promote};
//!
//! let gates = Gates::default();
//! // 300 of 404 test rows are right, and the Wilson interval begins at 0.698.
//! let accuracy = Accuracy::new(300, 404, 0.698, gates.level)?;
//! let outcomes = vec![floor(&accuracy, gates.floor), promote(&accuracy, gates.promote)];
//! let report = GateReport::new(outcomes);
//! assert!(!report.passed && !report.usable);
//! # Ok::<(), pantau::Error>(())
//! ```

mod accuracy;
mod answers;
mod champion;
mod report;

pub use accuracy::{Accuracy, floor, gap, promote};
pub use answers::{EdgeCase, edge_case_texts, edge_cases, label_set};
pub use champion::champion;
pub use report::GateReport;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The bounds that a model is held to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gates {
    /// The accuracy below which a model is not used at all. As for `promote`, what counts is the
    /// lower end of the interval, not the accuracy that was measured.
    pub floor: f64,
    /// The accuracy from which a model may be promoted.
    pub promote: f64,
    /// How much better a model may be on the rows it learnt from than on the test rows.
    pub gap: f64,
    /// The confidence of the intervals.
    pub level: f64,
    /// How much worse than the champion a model may perhaps be, as the interval of the difference
    /// says, before the rows are called too few to tell.
    pub champion_margin: f64,
}

impl Default for Gates {
    fn default() -> Self {
        Self { floor: 0.70, promote: 0.75, gap: 0.15, level: 0.95, champion_margin: 0.05 }
    }
}

impl Gates {
    /// Reads bounds from JSON, which has the names of the fields; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is an unknown field or a value of the wrong kind, and as
    /// for [`check`](Self::check).
    pub fn from_json(json: &str) -> Result<Self> {
        let gates: Self = crate::settings::from_json("gates", json)?;
        gates.check()?;
        Ok(gates)
    }

    /// Checks that the bounds can be bounds.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if one is not from 0 to 1, the level is 0 or 1, or promotion asks
    /// for less than the floor.
    pub fn check(&self) -> Result<()> {
        for (what, bound) in [
            ("floor", self.floor),
            ("promote", self.promote),
            ("gap", self.gap),
            ("level", self.level),
            ("champion_margin", self.champion_margin),
        ] {
            if !(0.0..=1.0).contains(&bound) {
                return Err(Error::invalid(what, format!("{bound} is not from 0 to 1")));
            }
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            let problem = format!("{} is not between 0 and 1", self.level);
            return Err(Error::invalid("level", problem));
        }
        if self.promote < self.floor {
            let problem = format!("{} is below the floor, {}", self.promote, self.floor);
            return Err(Error::invalid("promote", problem));
        }
        Ok(())
    }
}

/// What it means if a gate is not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The model must not be used.
    Error,
    /// The model must not be promoted.
    Block,
}

/// What a gate found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateOutcome {
    /// The name of the gate, which is that of its function.
    pub gate: String,
    /// Whether the model passes.
    pub passed: bool,
    /// Whether there was enough to tell. If not, a model may be promoted as far as the comparison
    /// with a champion goes, but has not shown the accuracy that is asked for.
    pub certain: bool,
    /// What it means if the model does not pass.
    pub severity: Severity,
    /// What was compared with the bound.
    pub value: f64,
    /// What it was held to.
    pub bound: f64,
    /// What was found, in a sentence.
    pub reason: String,
}

/// A number with three digits, or with more if it would look like the bound it is not.
fn shown(value: f64, bound: f64) -> String {
    const LEAST: usize = 3;
    const MOST: usize = 9;

    let differs = |digits: &usize| {
        let digits = *digits;
        format!("{value:.digits$}") != format!("{bound:.digits$}")
    };
    let digits = (LEAST..MOST).find(differs).unwrap_or(LEAST);
    format!("{value:.digits$}")
}

/// A share as people say it: `95 %`, `99.5 %`.
fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_from_json() {
        let read = Gates::from_json(r#"{"floor": 0.5, "promote": 0.6}"#).unwrap();
        assert_eq!(read, Gates { floor: 0.5, promote: 0.6, ..Gates::default() });
        let problem = |json: &str| Gates::from_json(json).unwrap_err().to_string();
        assert!(problem(r#"{"flor": 0.5}"#).starts_with("gates: unknown field `flor`"));
        assert_eq!(problem(r#"{"gap": 2}"#), "gap: 2 is not from 0 to 1");
    }

    #[test]
    fn bounds_that_cannot_be_are_refused() {
        Gates::default().check().unwrap();
        let problem = |gates: Gates| gates.check().unwrap_err().to_string();
        let default = Gates::default();
        let gap = problem(Gates { gap: f64::NAN, ..default });
        assert_eq!(gap, "gap: NaN is not from 0 to 1");
        let level = problem(Gates { level: 1.0, ..default });
        assert_eq!(level, "level: 1 is not between 0 and 1");
        let promote = problem(Gates { promote: 0.6, ..default });
        assert_eq!(promote, "promote: 0.6 is below the floor, 0.7");
        let given: Gates = serde_json::from_str(r#"{"gap": 0.2}"#).unwrap();
        assert_eq!(given, Gates { gap: 0.2, ..default });
    }

    #[test]
    fn numbers_do_not_look_like_the_bound_they_miss() {
        assert_eq!(shown(0.742_34, 0.75), "0.742");
        assert_eq!(shown(0.749_96, 0.75), "0.74996");
        assert_eq!(shown(0.75, 0.75), "0.750");
        assert_eq!(shown(1.0 / 3.0, f64::NAN), "0.333");
        assert_eq!([percent(0.95), percent(0.999), percent(1.0)], ["95 %", "99.9 %", "100 %"]);
    }
}
