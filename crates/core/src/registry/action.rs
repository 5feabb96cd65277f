//! What can happen to a model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::BundleFile;
use crate::{Error, Result};

/// Who does something, why, and what speaks for it.
///
/// ```
/// use pantau::registry::Act;
///
/// let act = Act::by("sari").because("better on the test rows");
/// assert_eq!(act.actor, "sari");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Act {
    /// Who.
    pub actor: String,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What speaks for it: numbers, a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Json>,
}

impl Default for Act {
    /// The user of this system, without a reason.
    fn default() -> Self {
        let named = |variable: &str| std::env::var(variable).ok().filter(|name| !name.is_empty());
        let actor = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(named);
        let actor = actor.or_else(owner).unwrap_or_else(|| "unknown".to_owned());
        Self { actor, reason: String::new(), evidence: None }
    }
}

/// The user whom this process belongs to, where no variable says so: in containers and jobs.
#[cfg(unix)]
fn owner() -> Option<String> {
    use std::os::unix::fs::MetadataExt;

    let id = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut own = fields.filter(|fields| fields.get(2) == Some(&id.as_str()));
    own.next()?.first().filter(|name| !name.is_empty()).map(|name| (*name).to_owned())
}

#[cfg(not(unix))]
fn owner() -> Option<String> {
    None
}

impl Act {
    /// Something that somebody does.
    pub fn by(actor: &str) -> Self {
        Self { actor: actor.to_owned(), reason: String::new(), evidence: None }
    }

    /// For a reason.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..self }
    }

    /// With what speaks for it.
    #[must_use]
    pub fn with_evidence(self, evidence: Json) -> Self {
        Self { evidence: Some(evidence), ..self }
    }

    /// Somebody must be named.
    pub(crate) fn check(&self) -> Result<()> {
        if self.actor.is_empty() {
            return Err(Error::invalid("actor", "is empty"));
        }
        Ok(())
    }

    /// Reads one from JSON: `{"actor": …, "reason": …, "evidence": …}`, all of which may be left
    /// out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("act", json)
    }
}

/// What is told of a version when it is registered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct NewVersion {
    /// For people.
    pub description: String,
    /// Names and what they say.
    pub tags: BTreeMap<String, String>,
    /// What it scored.
    pub metrics: BTreeMap<String, f64>,
    /// With which settings it was made.
    pub params: BTreeMap<String, String>,
    /// The run that made it.
    pub run_id: Option<String>,
    /// An alias it gets at once.
    pub alias: Option<String>,
}

impl NewVersion {
    /// Reads it from JSON; what is left out is empty.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("version", json)
    }

    /// Numbers must be such that JSON has them.
    pub(super) fn check(&self) -> Result<()> {
        check_metrics(&self.metrics)
    }
}

pub(super) fn check_metrics(metrics: &BTreeMap<String, f64>) -> Result<()> {
    match metrics.iter().find(|(_, value)| !value.is_finite()) {
        Some((name, value)) => {
            Err(Error::invalid(format!("metric {name}"), format!("{value} is no finite number")))
        }
        None => Ok(()),
    }
}

/// An alias that goes from one version to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasMove {
    /// The alias.
    pub alias: String,
    /// The version that had it.
    pub from: Option<u32>,
    /// The version that gets it; none where it is taken away.
    pub to: Option<u32>,
}

/// One thing that happens to a model; what belongs together is one action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// A version comes.
    Register {
        /// Its number.
        version: u32,
        /// The bundle's id.
        bundle: String,
        /// The bundle's files.
        files: Vec<BundleFile>,
        /// What was told of it.
        #[serde(flatten)]
        told: NewVersion,
        /// An alias that goes to it, and what moves along.
        moves: Vec<AliasMove>,
        /// The champion before, if it takes its place.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        archived: Vec<u32>,
    },
    /// Aliases move, and versions are archived or taken back into use, all at once.
    Move {
        /// What was asked for: `promote`, `rollback`, `transition`, `set_alias`, `remove_alias`.
        what: String,
        /// Which aliases move.
        moves: Vec<AliasMove>,
        /// Which versions are archived by it.
        archived: Vec<u32>,
        /// Which are archived no longer.
        restored: Vec<u32>,
    },
    /// Something is told of a version.
    Tell {
        /// The version.
        version: u32,
        /// A new description.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// Tags that are set, or with nothing taken away.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tags: BTreeMap<String, Option<String>>,
        /// What it scored.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        metrics: BTreeMap<String, f64>,
    },
}

impl Action {
    /// The aliases that move by it.
    pub fn moves(&self) -> &[AliasMove] {
        match self {
            Self::Register { moves, .. } | Self::Move { moves, .. } => moves,
            Self::Tell { .. } => &[],
        }
    }
}
