use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{GateOutcome, Severity};
use crate::{Error, Result};

/// What all gates found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateReport {
    /// Whether the model may be promoted: it passes every gate, and there is one.
    pub passed: bool,
    /// Whether the model may be used: it passes every gate that is an error otherwise, and there
    /// is one.
    pub usable: bool,
    /// What each gate found.
    pub outcomes: Vec<GateOutcome>,
}

/// How long the lines of a report are.
const WIDTH: usize = 80;

impl GateReport {
    /// The report of some gates.
    pub fn new(outcomes: Vec<GateOutcome>) -> Self {
        let is_error = |outcome: &&GateOutcome| outcome.severity == Severity::Error;
        let mut errors = outcomes.iter().filter(is_error).peekable();
        let usable = errors.peek().is_some() && errors.all(|outcome| outcome.passed);
        let passed = !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.passed);
        Self { passed, usable, outcomes }
    }

    /// The report as JSON: equal reports give equal bytes.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("every key is a string");
        json.push('\n');
        json
    }

    /// Reads what [`GateReport::to_json`] wrote.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is something else, or says other than its outcomes do.
    pub fn from_json(json: &str) -> Result<Self> {
        let found: Self = serde_json::from_str(json)
            .map_err(|error| Error::invalid("gate report", error.to_string()))?;
        let report = Self::new(found.outcomes);
        if (report.passed, report.usable) != (found.passed, found.usable) {
            let problem = "passed and usable do not follow from the outcomes";
            return Err(Error::invalid("gate report", problem));
        }
        Ok(report)
    }

    /// The report for people, in lines of 80 letters.
    pub fn to_text(&self) -> String {
        let failed = self.outcomes.iter().filter(|outcome| !outcome.passed).count();
        let mut text = match (self.outcomes.len(), failed) {
            (0, _) => return "no gate was tried\n".to_owned(),
            (gates, 0) => format!("passed all {gates} gates: may be promoted\n"),
            (gates, failed) => {
                let verdict = if self.usable { "not promoted" } else { "not to be used" };
                format!("did not pass {failed} of {gates} gates: {verdict}\n")
            }
        };
        let names = self.outcomes.iter().map(|outcome| outcome.gate.chars().count());
        let name_width = names.max().unwrap_or(0);
        for outcome in &self.outcomes {
            let mark = match (outcome.passed, outcome.certain) {
                (true, true) => "passed",
                (true, false) => "unsure",
                (false, _) => "FAILED",
            };
            let start = format!("  {mark}  {:name_width$}  ", outcome.gate);
            let indent = start.chars().count();
            text.push_str(&start);
            let mut column = indent;
            for (place, word) in outcome.reason.split_whitespace().enumerate() {
                let length = word.chars().count();
                if place > 0 && column + 1 + length > WIDTH {
                    let _ = write!(text, "\n{:indent$}", "");
                    column = indent;
                } else if place > 0 {
                    text.push(' ');
                    column += 1;
                }
                text.push_str(word);
                column += length;
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::gates::{Accuracy, floor, gap, label_set, promote};

    fn report(low: f64) -> GateReport {
        let accuracy = Accuracy::new(300, 404, low, 0.95).unwrap();
        let labels = ["no", "yes"];
        GateReport::new(vec![
            floor(&accuracy, 0.70),
            promote(&accuracy, 0.75),
            gap(0.81, accuracy.value(), 0.15).unwrap(),
            label_set(&labels, &labels),
        ])
    }

    #[test]
    fn the_text_says_what_matters_first() {
        assert_eq!(
            report(0.716).to_text(),
            "did not pass 1 of 4 gates: not promoted
  passed  floor      accuracy 0.743, at least 0.716 with 95 % confidence (300 of
                     404 right): not below 0.7, the floor
  FAILED  promote    accuracy 0.743, at least 0.716 with 95 % confidence (300 of
                     404 right): below 0.75, the bound for promotion
  passed  gap        accuracy 0.810 in training, 0.743 in the test, a gap of
                     0.067: not above 0.15, the most the gap may be
  passed  label_set  the labels are the 2 that are expected
"
        );
        assert_eq!(
            report(0.69).to_text().lines().next(),
            Some("did not pass 2 of 4 gates: not to be used")
        );
    }

    #[test]
    fn a_report_is_as_good_as_its_gates() {
        let report = report(0.716);
        assert_eq!((report.passed, report.usable), (false, true));
        let json = report.to_json();
        assert_eq!(GateReport::from_json(&json).unwrap(), report);
        let other = json.replacen("\"passed\": false", "\"passed\": true", 1);
        let error = GateReport::from_json(&other).unwrap_err().to_string();
        assert_eq!(error, "gate report: passed and usable do not follow from the outcomes");
        assert!(GateReport::from_json("{}").is_err());
        assert!(json.contains("\"severity\": \"block\""), "{json}");
        let mut outcomes = report.outcomes;
        outcomes.remove(1);
        let passed = GateReport::new(outcomes);
        assert!(passed.passed && passed.usable);
        assert!(passed.to_text().starts_with("passed all 3 gates: may be promoted\n"));
        let nothing = GateReport::new(Vec::new());
        assert_eq!((nothing.passed, nothing.usable), (false, false));
        assert_eq!(nothing.to_text(), "no gate was tried\n");
    }
}
