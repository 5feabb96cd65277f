use super::{GateOutcome, Severity, percent, shown};
use crate::{Error, Result};

/// An accuracy that was measured, and how low it may really be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    right: u64,
    rows: u64,
    low: f64,
    level: f64,
}

impl Accuracy {
    /// Of `rows` rows, `right` were right; `low` is the lower end of the interval (Wilson's, best
    /// of all) that holds the true accuracy with the confidence `level`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are no rows, more are right than there are, the lower end
    /// is not from 0 to the accuracy, or the level is not between 0 and 1.
    pub fn new(right: u64, rows: u64, low: f64, level: f64) -> Result<Self> {
        if rows == 0 {
            return Err(Error::invalid("accuracy", "there are no rows to measure it with"));
        }
        if right > rows {
            return Err(Error::invalid("accuracy", format!("{right} of {rows} rows are right")));
        }
        let accuracy = Self { right, rows, low, level };
        let value = accuracy.value();
        if !(0.0..=value + 1e-12).contains(&low) {
            let problem = format!("it is at least {low}, which is not from 0 to {value}");
            return Err(Error::invalid("accuracy", problem));
        }
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::invalid("level", format!("{level} is not between 0 and 1")));
        }
        Ok(accuracy)
    }

    /// The share of rows that were right.
    pub fn value(&self) -> f64 {
        self.right as f64 / self.rows as f64
    }

    /// The lower end of its interval.
    pub fn low(&self) -> f64 {
        self.low
    }

    fn gate(&self, gate: &str, severity: Severity, bound: f64, meaning: &str) -> GateOutcome {
        let passed = self.low >= bound;
        let certain = passed || self.value() < bound;
        let judgement = match (passed, certain) {
            (true, _) => format!("not below {bound}, {meaning}"),
            (false, true) => format!("below {bound}, {meaning}"),
            (false, false) => {
                format!("not surely as much as {bound}, {meaning}; more rows may show it")
            }
        };
        let reason = format!(
            "accuracy {}, at least {} with {} confidence ({} of {} right): {judgement}",
            shown(self.value(), bound),
            shown(self.low, bound),
            percent(self.level),
            self.right,
            self.rows,
        );
        let gate = gate.to_owned();
        GateOutcome { gate, passed, certain, severity, value: self.low, bound, reason }
    }
}

/// Whether a model is surely accurate enough to be used at all.
pub fn floor(accuracy: &Accuracy, bound: f64) -> GateOutcome {
    accuracy.gate("floor", Severity::Error, bound, "the floor")
}

/// Whether a model is surely accurate enough to be promoted.
pub fn promote(accuracy: &Accuracy, bound: f64) -> GateOutcome {
    accuracy.gate("promote", Severity::Block, bound, "the bound for promotion")
}

/// Whether a model is not much better on the rows it learnt from than on others.
///
/// # Errors
/// [`Error::InvalidInput`] if an accuracy is not from 0 to 1.
pub fn gap(train_accuracy: f64, test_accuracy: f64, limit: f64) -> Result<GateOutcome> {
    for (what, accuracy) in [("train_accuracy", train_accuracy), ("test_accuracy", test_accuracy)] {
        if !(0.0..=1.0).contains(&accuracy) {
            return Err(Error::invalid(what, format!("{accuracy} is not from 0 to 1")));
        }
    }
    let value = train_accuracy - test_accuracy;
    // 0.9 less 0.75 is a little more than 0.15 for want of digits, and should pass.
    let passed = value <= limit + 1e-12;
    let judgement = if passed {
        format!("not above {limit}, the most the gap may be")
    } else {
        format!(
            "above {limit}: it knows the rows it learnt from better than what they have in common"
        )
    };
    let reason = format!(
        "accuracy {train_accuracy:.3} in training, {test_accuracy:.3} in the test, a gap of {}: \
         {judgement}",
        shown(value, limit),
    );
    let (gate, severity) = ("gap".to_owned(), Severity::Block);
    Ok(GateOutcome { gate, passed, certain: true, severity, value, bound: limit, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sure_decides() {
        let accuracy = Accuracy::new(300, 404, 0.716, 0.95).unwrap();
        let outcome = promote(&accuracy, 0.75);
        assert_eq!(
            outcome.reason,
            "accuracy 0.743, at least 0.716 with 95 % confidence (300 of 404 right): below 0.75, \
             the bound for promotion"
        );
        assert_eq!((outcome.passed, outcome.certain, outcome.value), (false, true, 0.716));
        assert_eq!((outcome.severity, outcome.bound), (Severity::Block, 0.75));

        let outcome = promote(&accuracy, 0.74);
        assert!(!outcome.passed && !outcome.certain);
        assert!(
            outcome.reason.ends_with(
                "not surely as much as 0.74, the bound for promotion; more rows may show it"
            ),
            "{}",
            outcome.reason
        );

        let outcome = floor(&accuracy, 0.70);
        assert!(outcome.passed && outcome.certain);
        assert!(outcome.reason.ends_with(": not below 0.7, the floor"), "{}", outcome.reason);
        assert_eq!((outcome.gate.as_str(), outcome.severity), ("floor", Severity::Error));
        assert!(floor(&accuracy, 0.716).passed);
        assert!(!floor(&accuracy, f64::NAN).passed);
    }

    #[test]
    fn a_gap_may_be_as_large_as_its_bound() {
        let outcome = gap(0.9, 0.75, 0.15).unwrap();
        assert!(outcome.passed, "{outcome:?}");
        let outcome = gap(0.95, 0.742, 0.15).unwrap();
        assert!(!outcome.passed);
        assert_eq!(
            outcome.reason,
            "accuracy 0.950 in training, 0.742 in the test, a gap of 0.208: above 0.15: it knows \
             the rows it learnt from better than what they have in common"
        );
        assert!(gap(0.7, 0.8, 0.15).unwrap().passed);
        let problem = gap(0.7, f64::NAN, 0.15).unwrap_err();
        assert_eq!(problem.to_string(), "test_accuracy: NaN is not from 0 to 1");
    }

    #[test]
    fn accuracies_that_cannot_be_are_refused() {
        let problem = |right, rows, low, level| {
            Accuracy::new(right, rows, low, level).unwrap_err().to_string()
        };
        assert_eq!(problem(0, 0, 0.0, 0.95), "accuracy: there are no rows to measure it with");
        assert_eq!(problem(3, 2, 0.0, 0.95), "accuracy: 3 of 2 rows are right");
        assert_eq!(
            problem(1, 2, 0.6, 0.95),
            "accuracy: it is at least 0.6, which is not from 0 to 0.5"
        );
        assert_eq!(
            problem(1, 2, f64::NAN, 0.95),
            "accuracy: it is at least NaN, which is not from 0 to 0.5"
        );
        assert_eq!(problem(1, 2, 0.1, 1.0), "level: 1 is not between 0 and 1");
    }
}
