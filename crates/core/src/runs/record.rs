//! What is known about a run.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde_json::{Value, json};

use crate::{Error, Result, Timestamp};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It goes on; or whoever made it ended without a word.
    Running,
    /// It came to its end.
    Finished,
    /// It ended by an error.
    Failed,
    /// Somebody ended it.
    Killed,
}

impl Status {
    /// Its name: `running`, `finished`, `failed` or `killed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Killed => "killed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

impl FromStr for Status {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let all = [Self::Running, Self::Finished, Self::Failed, Self::Killed];
        all.into_iter().find(|status| status.name() == name).ok_or_else(|| {
            let problem = format!("{name:?} is none of running, finished, failed, killed");
            Error::invalid("status", problem)
        })
    }
}

/// A metric at one step.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MetricPoint {
    /// The step: an epoch, a batch, or whatever the caller counts.
    pub step: i64,
    /// The number; it may be NaN or infinite.
    pub value: f64,
    /// When it was logged.
    pub timestamp: Timestamp,
}

impl MetricPoint {
    pub(super) fn new(step: i64, value: f64, timestamp: Timestamp) -> Self {
        Self { step, value, timestamp }
    }

    /// As JSON, which has no word for what is not finite: then `value` is null, and `text` says
    /// what it was.
    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "step": self.step,
            "value": self.value,
            "timestamp": self.timestamp.to_string(),
        });
        if !self.value.is_finite() {
            json["text"] = self.value.to_string().into();
        }
        json
    }
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Artefact {
    /// Its path within the run, with `/` between folders.
    pub path: String,
    /// How many bytes it has.
    pub size: u64,
    /// The SHA-256 of its bytes, where the home knows it: MLflow does not.
    pub sha256: Option<String>,
}

impl Artefact {
    /// As JSON, with the names of the fields.
    pub fn to_json(&self) -> Value {
        json!({"path": self.path, "size": self.size, "sha256": self.sha256})
    }
}

/// All that is known about a run, but for the steps of its metrics and its files.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunRecord {
    /// Its id.
    pub id: String,
    /// What it belongs to.
    pub experiment: String,
    /// Its name, which others may have, too.
    pub name: String,
    /// The run it is part of.
    pub parent: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; nothing while it is running.
    pub ended_at: Option<Timestamp>,
    /// Its parameters, which do not change.
    pub params: BTreeMap<String, String>,
    /// Its tags, which may.
    pub tags: BTreeMap<String, String>,
    /// Of each metric the last step.
    pub metrics: BTreeMap<String, MetricPoint>,
}

impl RunRecord {
    /// As JSON, with the names of the fields.
    pub fn to_json(&self) -> Value {
        let metrics: serde_json::Map<String, Value> =
            self.metrics.iter().map(|(name, point)| (name.clone(), point.to_json())).collect();
        json!({
            "id": self.id,
            "experiment": self.experiment,
            "name": self.name,
            "parent": self.parent,
            "status": self.status.name(),
            "started_at": self.started_at.to_string(),
            "ended_at": self.ended_at.map(|time| time.to_string()),
            "params": self.params,
            "tags": self.tags,
            "metrics": metrics,
        })
    }
}
