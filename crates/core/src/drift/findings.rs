use serde::{Deserialize, Serialize};

use super::state::{Past, Record};
use crate::Timestamp;

pub use super::distances::Measure;

/// What a monitor says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing changed.
    Ok,
    /// Something may be changing.
    Watch,
    /// Something changed for sure, but by less than matters.
    ChangedSmall,
    /// Something changed for sure, and by enough to matter.
    Alarm,
}

impl Status {
    /// The name of this status.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Watch => "watch",
            Self::ChangedSmall => "changed_small",
            Self::Alarm => "alarm",
        }
    }
}

/// What a monitor says after a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftReport {
    /// The verdict.
    pub status: Status,
    /// The verdict in words.
    pub sentence: String,
    /// What to do about it, in words.
    pub advice: String,
    /// With which window it began; none if nothing did.
    pub since_window: Option<u64>,
    /// When that window began, if times were told.
    pub since: Option<Timestamp>,
    /// How many windows were closed.
    pub windows: u64,
    /// How many rows the last window has.
    pub rows: u64,
    /// When its first row came.
    pub from: Option<Timestamp>,
    /// When its last row came.
    pub to: Option<Timestamp>,
    /// The evidence for a change; at `false_alarm_windows` it is sure.
    pub evidence: f64,
    /// On average there is at most one false alarm in so many windows.
    pub false_alarm_windows: f64,
    /// The share of rows that must have moved for an alarm.
    pub min_effect: f64,
    /// Whether somebody knows of the change already.
    pub acknowledged: bool,
    /// What could not be judged, and why.
    pub unjudged: Vec<String>,
    /// Feature by feature, those to blame first.
    pub features: Vec<FeatureReport>,
    /// What was decided so far.
    pub records: Vec<Record>,
    /// What the last windows came to, the oldest first.
    pub history: Vec<Past>,
}

impl DriftReport {
    /// How much speaks for a change, from 0, all as usual, to 1, an alarm's worth: the logarithm of
    /// the evidence as a share of that of `false_alarm_windows`. Without any change it rises to
    /// 0.5 on average at most once in √`false_alarm_windows` windows.
    pub fn score(&self) -> f64 {
        (self.evidence.max(1.0).ln() / self.false_alarm_windows.max(2.0).ln()).clamp(0.0, 1.0)
    }
}

/// What a monitor says of a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureReport {
    /// Its name.
    pub feature: String,
    /// Whether it changed.
    pub status: Status,
    /// What changed, in words.
    pub sentence: String,
    /// With which window it began.
    pub since_window: Option<u64>,
    /// The share of all evidence that is its own.
    pub blame: f64,
    /// The share of rows that moved, since it began.
    pub effect: f64,
    /// The share that would seem to have moved by chance alone.
    pub noise_floor: f64,
    /// The ways in which it can change.
    pub measures: Vec<MeasureReport>,
    /// Shares of the reference and of what came since it began, for a picture.
    pub shares: Shares,
    /// What share moved in each of the last windows, the oldest first; is new or missing, where that
    /// is what changed most.
    pub trend: Vec<f64>,
}

/// What a monitor says of one way in which a feature can change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasureReport {
    /// Which way.
    pub measure: Measure,
    /// How likely the last window would be at least as far away if nothing drifted, given how much
    /// the reference's windows differ; none if that cannot be told.
    pub pvalue: Option<f64>,
    /// The evidence of all windows.
    pub evidence: f64,
}

/// Shares then and now, bin by bin or value by value.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Shares {
    /// The edges between the bins of a number; empty for values.
    pub edges: Vec<f64>,
    /// The names of values; empty for bins.
    pub names: Vec<String>,
    /// The shares of the reference.
    pub then: Vec<f64>,
    /// The shares of what came since a change began.
    pub now: Vec<f64>,
}

impl DriftReport {
    /// This report as JSON. No number is NaN.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }

    /// This report as a terminal shows it.
    pub fn to_text(&self) -> String {
        let mut lines = vec![format!("{}: {}", self.status.name().to_uppercase(), self.sentence)];
        let changed = self.features.iter().filter(|feature| feature.status != Status::Ok);
        lines.extend(changed.map(|own| format!("  {}: {}", own.feature, own.sentence)));
        lines.extend(self.unjudged.iter().map(|problem| format!("  not judged: {problem}")));
        if !self.advice.is_empty() {
            lines.push(self.advice.clone());
        }
        // A terminal would obey control characters in the names of features and values.
        let is_order = |letter: char| letter.is_control() && letter != '\n';
        lines.join("\n").replace(is_order, "\u{fffd}")
    }
}
