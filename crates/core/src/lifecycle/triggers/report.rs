use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What kind of reason it is to train anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerKind {
    /// The model is old.
    Time,
    /// There are new labels.
    NewData,
    /// The accuracy dropped.
    Performance,
    /// People say that it is wrong.
    Feedback,
    /// What comes is unlike what it learnt from.
    Drift,
    /// It is due.
    Schedule,
}

impl TriggerKind {
    /// Its name, as it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::NewData => "new_data",
            Self::Performance => "performance",
            Self::Feedback => "feedback",
            Self::Drift => "drift",
            Self::Schedule => "schedule",
        }
    }
}

/// How much a reason matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Time will show.
    Low,
    /// Soon.
    Medium,
    /// Now.
    High,
}

impl Priority {
    /// Its name, as it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A reason to train anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// What kind of reason.
    #[serde(rename = "type")]
    pub kind: TriggerKind,
    /// The reason, for people.
    pub reason: String,
    /// How much it matters.
    pub priority: Priority,
}

/// What was looked at and is no reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// What kind of reason it would be.
    #[serde(rename = "type")]
    pub kind: TriggerKind,
    /// Why it is none.
    pub reason: String,
}

/// What holds a training back although there are reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// `min_interval`, `budget` or `failures`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Until when, and why.
    pub reason: String,
}

/// How many reasons there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerSummary {
    /// All of them.
    pub total_triggers: usize,
    /// Those that matter most.
    pub high: usize,
    /// In a sentence.
    pub sentence: String,
}

/// Whether a model should be trained anew, and why or why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TriggerReport {
    /// Whether it should: there is a reason, and nothing holds it back.
    pub should_retrain: bool,
    /// The reasons, the weightiest first.
    pub triggers: Vec<Trigger>,
    /// What was looked at and is no reason.
    pub not_fired: Vec<Quiet>,
    /// What holds it back.
    pub held_back: Vec<Hold>,
    /// How many reasons there are.
    pub summary: TriggerSummary,
    /// When this was.
    pub evaluated_at: Timestamp,
}

impl TriggerReport {
    pub(super) fn new(
        mut triggers: Vec<Trigger>,
        not_fired: Vec<Quiet>,
        held_back: Vec<Hold>,
        evaluated_at: Timestamp,
    ) -> Self {
        triggers.sort_by_key(|trigger| std::cmp::Reverse(trigger.priority));
        let should_retrain = !triggers.is_empty() && held_back.is_empty();
        let high = triggers.iter().filter(|own| own.priority == Priority::High).count();
        let sentence = match (triggers.as_slice(), held_back.as_slice()) {
            ([], _) => "no reason to train anew".to_owned(),
            ([first, ..], []) => format!("train anew: {}", first.reason),
            ([first, ..], [hold, ..]) => {
                format!("{}, but not yet: {}", first.reason, hold.reason)
            }
        };
        let summary = TriggerSummary { total_triggers: triggers.len(), high, sentence };
        Self { should_retrain, triggers, not_fired, held_back, summary, evaluated_at }
    }

    /// This report as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }
}

/// As a terminal shows it.
impl fmt::Display for TriggerReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.summary.sentence)?;
        for own in &self.triggers {
            writeln!(out, "  + {:<13}{}", own.kind.name(), own.reason)?;
        }
        for own in &self.held_back {
            writeln!(out, "  ! {:<13}{}", own.kind, own.reason)?;
        }
        for own in &self.not_fired {
            writeln!(out, "  - {:<13}{}", own.kind.name(), own.reason)?;
        }
        Ok(())
    }
}
