//! What a validation says.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::super::{names::shortened, rows::Place};

/// A row that failed a check, or a column or label that did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The line of a text file, from 1, or the number of a row, from 0; none of what is in no row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What stands there, cut short.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which: `required_columns`, `rows`, `nulls`, `labels`, `balance`, `text_length`,
    /// `text_quality`, `duplicates` or `conflicting_labels`.
    pub name: &'static str,
    /// Whether there was something to look at and no more failed than may.
    pub passed: bool,
    /// At how many values it looked.
    pub looked: u64,
    /// How many of them failed.
    pub failures: u64,
    /// How many may fail.
    pub allowed: u64,
    /// The first that failed.
    pub first: Vec<Finding>,
}

/// What was found in data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValidationReport {
    /// Whether all checks passed.
    pub passed: bool,
    /// How many rows there are, with those that are broken.
    pub rows: u64,
    /// How often there is each label.
    pub labels: BTreeMap<String, u64>,
    /// How many times as frequent as the rarest label the most frequent one is.
    pub balance: Option<f64>,
    /// The checks, all of them.
    pub checks: Vec<Check>,
}

impl ValidationReport {
    /// The report as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and finite numbers are always JSON")
    }

    /// A check by its name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }
}

impl fmt::Display for ValidationReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.passed { "passed" } else { "failed" };
        writeln!(out, "{outcome}: {} rows", self.rows)?;
        for check in &self.checks {
            let outcome = if check.passed { "passed" } else { "FAILED" };
            write!(out, "{outcome}  {}", check.name)?;
            if check.looked == 0 {
                write!(out, ": there was nothing to look at")?;
            } else if check.failures > 0 {
                let Check { failures, looked, allowed, .. } = check;
                write!(out, ": {failures} of {looked}, {allowed} may")?;
            }
            writeln!(out)?;
            for Finding { line, value, reason } in &check.first {
                let place = line.map(|line| format!("{line}: ")).unwrap_or_default();
                match value.as_str() {
                    "" | "null" => writeln!(out, "    {place}{reason}")?,
                    value => writeln!(out, "    {place}{value:?} {reason}")?,
                }
            }
        }
        Ok(())
    }
}

/// Counts failures of a check and keeps the first.
pub(super) struct Tally {
    most: usize,
    looked: u64,
    failures: u64,
    first: Vec<Finding>,
}

impl Tally {
    pub(super) fn new(most: usize) -> Self {
        Self { most, looked: 0, failures: 0, first: Vec::new() }
    }

    pub(super) fn look(&mut self) {
        self.looked += 1;
    }

    pub(super) fn fail(&mut self, place: Option<Place>, value: &str, reason: String) {
        self.failures += 1;
        if self.first.len() < self.most {
            let line = place.map(Place::number);
            self.first.push(Finding { line, value: shortened(value).into_owned(), reason });
        }
    }

    pub(super) fn conclude(self, name: &'static str, allowed: u64) -> Check {
        let Self { looked, failures, first, .. } = self;
        Check { name, passed: looked > 0 && failures <= allowed, looked, failures, allowed, first }
    }
}
