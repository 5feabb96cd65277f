//! Two tables, compared once, column by column.

mod columns;
mod compare;
mod shares;
#[cfg(test)]
mod tests;
mod words;

use std::{collections::BTreeMap, fmt};

pub use compare::compare_tables;
use compare::digits;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How two tables are compared.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TableOptions {
    /// The columns; by default all that both tables have and that can be compared.
    pub columns: Option<Vec<String>>,
    /// Columns that whoever has read the tables has left out, and why: what they hold is no column of
    /// a batch.
    pub left_out: BTreeMap<String, String>,
    /// How often something is found, in any column, where nothing drifts.
    pub alpha: f64,
    /// The share of rows, or of words, below which a change is small.
    pub min_effect: f64,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self { columns: None, left_out: BTreeMap::new(), alpha: 0.05, min_effect: 0.03 }
    }
}

impl TableOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }

    fn check(&self) -> Result<()> {
        let Self { alpha, min_effect, .. } = self;
        if !(*alpha > 0.0 && *alpha < 1.0) {
            return Err(Error::invalid("alpha", format!("{alpha} is not between 0 and 1")));
        }
        if !(0.0..=1.0).contains(min_effect) {
            return Err(Error::invalid("min_effect", format!("{min_effect} is not 0 to 1")));
        }
        Ok(())
    }
}

/// What became of the columns of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TableDrift {
    /// Whether any column drifted, or became another kind of column.
    pub drift_detected: bool,
    /// How many rows there are.
    pub rows: TableRows,
    /// How often something is found where nothing drifts.
    pub alpha: f64,
    /// The share below which a change is small.
    pub min_effect: f64,
    /// How p-values are adjusted: "holm".
    pub adjustment: &'static str,
    /// What `alpha` is the rate of: "family-wise", any mistake in all columns of a look.
    pub error_rate: &'static str,
    /// What was tested: numbers, categories, what of them is missing, and of texts the lengths and
    /// the words.
    pub columns: Vec<ColumnDrift>,
    /// Columns that were not compared, and why.
    pub not_compared: BTreeMap<String, String>,
    /// What else there is to say.
    pub notes: Vec<String>,
}

/// How many rows two tables have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TableRows {
    /// The table that was.
    pub reference: usize,
    /// The table that is.
    pub current: usize,
}

/// What became of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnDrift {
    /// Its name; of a text with what was looked at, as in `review (words)`.
    pub column: String,
    /// "ks", "chi2", "fisher" or "mmd".
    pub test: &'static str,
    /// The statistic of the test.
    pub statistic: f64,
    /// Its p-value.
    pub p_value: f64,
    /// The p-value, adjusted for all columns.
    pub p_value_adjusted: f64,
    /// The share of rows, or of words, that would have to move.
    pub effect: f64,
    /// What to make of it.
    pub verdict: Verdict,
    /// What changed, in words.
    pub sentence: String,
}

/// What to make of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// It may be as it was.
    #[serde(rename = "no drift")]
    NoDrift,
    /// It is not as it was, but by less than matters.
    #[serde(rename = "small change")]
    SmallChange,
    /// It is not as it was.
    #[serde(rename = "drift")]
    Drift,
}

impl Verdict {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoDrift => "no drift",
            Self::SmallChange => "small change",
            Self::Drift => "drift",
        }
    }
}

impl TableDrift {
    /// All of it as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }
}

/// As a terminal shows it.
impl fmt::Display for TableDrift {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headings = ["column", "test", "statistic", "p (Holm)", "effect", "verdict", "change"];
        let mut lines = vec![headings.map(str::to_owned)];
        lines.extend(self.columns.iter().map(|own| {
            let change = if own.verdict == Verdict::NoDrift { "" } else { own.sentence.as_str() };
            [
                own.column.clone(),
                own.test.to_owned(),
                short(own.statistic),
                short(own.p_value_adjusted),
                format!("{:.1} %", own.effect * 100.0),
                own.verdict.name().to_owned(),
                change.to_owned(),
            ]
        }));
        let width = |place: usize| lines.iter().map(|line| line[place].chars().count()).max();
        let widths: Vec<usize> =
            (0..headings.len()).map(|place| width(place).unwrap_or(0)).collect();
        for line in &lines {
            let cells = line.iter().zip(&widths).enumerate().map(|(place, (cell, width))| {
                if (2..5).contains(&place) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            });
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        let drifted = self.columns.iter().filter(|own| own.verdict == Verdict::Drift).count();
        let drifted = if drifted == 0 { "none".to_owned() } else { drifted.to_string() };
        writeln!(
            out,
            "\n{drifted} of {} drifted: {} rows, and before {}",
            self.columns.len(),
            self.rows.current,
            self.rows.reference
        )?;
        write!(
            out,
            "where nothing drifts, at most {} % of all looks find something (Holm); effects below \
             {} % are small",
            digits(self.alpha * 100.0),
            digits(self.min_effect * 100.0)
        )?;
        for (name, reason) in &self.not_compared {
            write!(out, "\nnot compared: {name}: {reason}")?;
        }
        for note in &self.notes {
            write!(out, "\nnote: {note}")?;
        }
        Ok(())
    }
}

/// A number with some four digits.
fn short(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        size if size < 1e-4 => format!("{number:.1e}"),
        size if size < 10.0 => format!("{number:.4}"),
        _ => format!("{number:.1}"),
    }
}
