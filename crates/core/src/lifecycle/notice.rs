use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::Timestamp;

/// What happened that somebody may want to know at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// What comes is no longer like what came.
    Alarm,
    /// There is a reason to train anew, and it begins.
    Triggered,
    /// A new version is in use.
    Completed,
    /// A new version has not passed the gates.
    Rejected,
    /// A training went wrong.
    Failed,
    /// It is known which of two versions is better.
    Decided,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Alarm,
        Self::Triggered,
        Self::Completed,
        Self::Rejected,
        Self::Failed,
        Self::Decided,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Triggered => "triggered",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Decided => "decided",
        }
    }
}

/// That something happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Notice {
    /// Its number in the audit log: each is another, and a later one larger.
    pub number: u64,
    /// What happened.
    pub event: Event,
    /// To which model.
    pub model: String,
    /// When.
    pub at: Timestamp,
    /// In a sentence.
    pub text: String,
    /// The facts.
    pub detail: Json,
}

impl Notice {
    /// This notice as JSON. Its `text` is what Slack shows.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }
}
