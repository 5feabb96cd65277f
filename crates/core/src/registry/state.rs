//! What the entries of a journal come to.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Action, BundleFile, CHALLENGER, CHAMPION, Entry, Stage};
use crate::{Error, Result, Timestamp, chain};

/// A version of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Version {
    /// Its number, from 1.
    pub version: u32,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// By whom.
    pub registered_by: String,
    /// The bundle's id.
    pub bundle: String,
    /// The bundle's files.
    pub files: Vec<BundleFile>,
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
    /// Whether it was taken out of use.
    pub is_archived: bool,
}

/// A model: its versions and aliases at some moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelState {
    /// Its name.
    pub model: String,
    /// The versions, the first one first.
    pub versions: Vec<Arc<Version>>,
    /// The aliases and their versions.
    pub aliases: BTreeMap<String, u32>,
    /// How many entries the journal has.
    pub entries: u64,
    /// The hash of the last.
    pub head: String,
}

impl ModelState {
    /// A model of which nothing is known.
    pub(super) fn new(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            versions: Vec::new(),
            aliases: BTreeMap::new(),
            entries: 0,
            head: chain::START.to_owned(),
        }
    }

    /// A version by its number.
    ///
    /// # Errors
    /// [`Error::NotFound`] tells which there are.
    pub fn version(&self, version: u32) -> Result<&Arc<Version>> {
        let place = self.versions.binary_search_by_key(&version, |found| found.version);
        place.map(|place| &self.versions[place]).map_err(|_| Error::NotFound {
            what: format!("version {version} of {}", self.model),
            hint: match (self.versions.first(), self.versions.last()) {
                (Some(first), Some(last)) => {
                    format!("there are versions {} to {}", first.version, last.version)
                }
                _ => "it has no versions".to_owned(),
            },
        })
    }

    /// The version that an alias names.
    ///
    /// # Errors
    /// [`Error::NotFound`] tells which aliases there are.
    pub fn alias(&self, alias: &str) -> Result<u32> {
        self.aliases.get(alias).copied().ok_or_else(|| {
            let known: Vec<&str> = self.aliases.keys().map(String::as_str).collect();
            let hint = if known.is_empty() {
                "it has no aliases yet; promote a version".to_owned()
            } else {
                format!("its aliases are {}", known.join(", "))
            };
            Error::NotFound { what: format!("alias {alias:?} of {}", self.model), hint }
        })
    }

    /// The aliases of a version.
    pub fn aliases_of(&self, version: u32) -> Vec<&str> {
        let of_it = self.aliases.iter().filter(|(_, named)| **named == version);
        of_it.map(|(alias, _)| alias.as_str()).collect()
    }

    /// Where a version stands.
    pub fn stage(&self, version: u32) -> Stage {
        let is = |alias: &str| self.aliases.get(alias) == Some(&version);
        if is(CHAMPION) {
            Stage::Production
        } else if is(CHALLENGER) {
            Stage::Staging
        } else if self.version(version).is_ok_and(|version| version.is_archived) {
            Stage::Archived
        } else {
            Stage::None
        }
    }

    /// A version with its stage and aliases as JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such version.
    pub fn version_json(&self, version: u32) -> Result<serde_json::Value> {
        let found = self.version(version)?;
        let mut json = serde_json::to_value(&**found)
            .map_err(|error| Error::invalid("version", error.to_string()))?;
        if let Some(members) = json.as_object_mut() {
            members.remove("is_archived");
            members.insert("model".to_owned(), self.model.clone().into());
            members.insert("stage".to_owned(), self.stage(version).name().into());
            members.insert("aliases".to_owned(), self.aliases_of(version).into());
        }
        Ok(json)
    }

    /// All versions as JSON, the first one first.
    ///
    /// # Errors
    /// None but those of a defect.
    pub fn to_json(&self) -> Result<serde_json::Value> {
        let versions = self.versions.iter().map(|version| self.version_json(version.version));
        let versions = versions.collect::<Result<Vec<_>>>()?;
        Ok(serde_json::json!({
            "model": self.model,
            "aliases": self.aliases,
            "versions": versions,
            "entries": self.entries,
            "head": self.head,
        }))
    }

    /// Takes an entry in, which must be the next one.
    pub(super) fn take(&mut self, entry: &Entry) -> Result<()> {
        let what = format!("the journal of {}", self.model);
        entry.check(&what, self.entries, &self.head)?;
        match &entry.action {
            Action::Register { version, bundle, files, told, archived, .. } => {
                // Other clients of a server may have taken numbers between.
                if *version <= self.versions.last().map_or(0, |last| last.version) {
                    let problem = format!("entry {} registers version {version}", entry.number);
                    return Err(Error::incompatible(what, problem));
                }
                self.versions.push(Arc::new(Version {
                    version: *version,
                    registered_at: entry.time,
                    registered_by: entry.act.actor.clone(),
                    bundle: bundle.clone(),
                    files: files.clone(),
                    description: told.description.clone(),
                    tags: told.tags.clone(),
                    metrics: told.metrics.clone(),
                    params: told.params.clone(),
                    run_id: told.run_id.clone(),
                    is_archived: false,
                }));
                for version in archived {
                    self.version_mut(*version)?.is_archived = true;
                }
            }
            Action::Move { archived, restored, .. } => {
                for (versions, is_archived) in [(archived, true), (restored, false)] {
                    for version in versions {
                        self.version_mut(*version)?.is_archived = is_archived;
                    }
                }
            }
            Action::Tell { version, description, tags, metrics } => {
                let found = self.version_mut(*version)?;
                if let Some(description) = description {
                    found.description.clone_from(description);
                }
                for (name, value) in tags {
                    match value {
                        Some(value) => found.tags.insert(name.clone(), value.clone()),
                        None => found.tags.remove(name),
                    };
                }
                found.metrics.extend(metrics.clone());
            }
        }
        for moved in entry.action.moves() {
            match moved.to {
                Some(version) => self.aliases.insert(moved.alias.clone(), version),
                None => self.aliases.remove(&moved.alias),
            };
        }
        self.entries = entry.number;
        self.head.clone_from(&entry.hash);
        Ok(())
    }

    fn version_mut(&mut self, version: u32) -> Result<&mut Version> {
        self.version(version)?;
        let place = self.versions.partition_point(|found| found.version < version);
        Ok(Arc::make_mut(&mut self.versions[place]))
    }
}
