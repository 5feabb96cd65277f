//! What programs do with a registry, the same for all homes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Serialize, Serializer};

use super::{
    Act, Action, AliasMove, CHALLENGER, CHAMPION, Entry, ModelState, NewVersion, PREVIOUS,
    Registry, Stage, Version, VersionComparison, action::check_metrics, name, reference::Reference,
};
use crate::{Error, Result, Timestamp};

/// An alias that moved: when, by whom, why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct History {
    /// When.
    pub time: Timestamp,
    /// Who and why.
    #[serde(flatten, serialize_with = "whole")]
    pub act: Act,
    /// What was asked for: `register`, `promote`, `rollback` and the like.
    pub what: String,
    /// The move.
    #[serde(flatten)]
    pub moved: AliasMove,
}

/// An act with all its names, as each row of a table has them.
fn whole<S: Serializer>(act: &Act, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Whole<'a> {
        actor: &'a str,
        reason: &'a str,
        evidence: Option<&'a serde_json::Value>,
    }
    let Act { actor, reason, evidence } = act;
    Whole { actor, reason, evidence: evidence.as_ref() }.serialize(serializer)
}

/// A model that was found whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RegistryCheck {
    /// How many entries its journal has.
    pub entries: u64,
    /// The hash of the last. Who keeps it elsewhere will also notice a journal that was made anew.
    pub head: String,
    /// How many versions were looked at.
    pub versions: usize,
    /// How many files of these.
    pub files: usize,
}

/// # What programs do
impl dyn Registry + '_ {
    /// Makes a version the champion. The champion before becomes `previous` and is archived, all in
    /// one step. Of the champion itself nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such version; others as the home has them.
    pub fn promote(&self, model: &str, version: u32, act: &Act) -> Result<()> {
        let planned = self.move_aliases(model, act, "promote", &|state| {
            state.version(version)?;
            let mut plan = Plan::default();
            plan.promote(state, version, true);
            Ok(plan)
        });
        planned.map(drop)
    }

    /// Makes the champion before the champion again, and the present one `previous`: a second
    /// rollback takes the first one back.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there was none before.
    pub fn rollback(&self, model: &str, act: &Act) -> Result<u32> {
        let rolled = self.move_aliases(model, act, "rollback", &|state| {
            let previous = state.aliases.get(PREVIOUS).ok_or_else(|| Error::NotFound {
                what: format!("a champion of {model} before the present one"),
                hint: "nothing was promoted over another version yet".to_owned(),
            })?;
            let mut plan = Plan::default();
            plan.promote(state, *previous, true);
            Ok(plan)
        })?;
        let moved = rolled.iter().flat_map(|entry| entry.action.moves());
        let champion = moved.filter(|moved| moved.alias == CHAMPION).find_map(|moved| moved.to);
        champion.map_or_else(|| self.state(model)?.alias(CHAMPION), Ok)
    }

    /// Brings a version into a stage, as MLflow's `transition_model_version_stage` does.
    /// `archive_existing` archives the versions that were in it; without it, they merely leave it.
    ///
    /// # Errors
    /// As for [`promote`](trait.Registry.html#method.promote).
    pub fn transition(
        &self,
        model: &str,
        version: u32,
        stage: Stage,
        archive_existing: bool,
        act: &Act,
    ) -> Result<()> {
        let planned = self.move_aliases(model, act, "transition", &|state| {
            let is_archived = state.version(version)?.is_archived;
            let mut plan = Plan::default();
            match stage {
                Stage::Production => plan.promote(state, version, archive_existing),
                Stage::Staging => {
                    plan.leave(state, version, &[CHAMPION]);
                    let before = state.aliases.get(CHALLENGER).filter(|before| **before != version);
                    if archive_existing {
                        plan.archived.extend(before);
                    }
                    plan.set(state, CHALLENGER, version);
                    plan.restored.extend(is_archived.then_some(version));
                }
                Stage::Archived => {
                    plan.leave(state, version, &[CHAMPION, CHALLENGER]);
                    plan.archived.extend((!is_archived).then_some(version));
                }
                Stage::None => {
                    plan.leave(state, version, &[CHAMPION, CHALLENGER]);
                    plan.restored.extend(is_archived.then_some(version));
                }
            }
            Ok(plan)
        });
        planned.map(drop)
    }

    /// Gives a version an alias, which another may have had. To become the `champion` is a promotion
    /// as any other.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the alias cannot be one, or is `previous`, which promotions give; [`Error::NotFound`] if there is no such
    /// version.
    pub fn set_alias(&self, model: &str, alias: &str, version: u32, act: &Act) -> Result<()> {
        name::check_given_alias(alias)?;
        let planned = self.move_aliases(model, act, "set_alias", &|state| {
            state.version(version)?;
            let mut plan = Plan::default();
            match alias {
                CHAMPION => plan.promote(state, version, true),
                _ => plan.set(state, alias, version),
            }
            Ok(plan)
        });
        planned.map(drop)
    }

    /// Takes an alias away.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the model has no such alias.
    pub fn remove_alias(&self, model: &str, alias: &str, act: &Act) -> Result<()> {
        let planned = self.move_aliases(model, act, "remove_alias", &|state| {
            let from = Some(state.alias(alias)?);
            let mut plan = Plan::default();
            plan.moves.push(AliasMove { alias: alias.to_owned(), from, to: None });
            Ok(plan)
        });
        planned.map(drop)
    }

    fn move_aliases(
        &self,
        model: &str,
        act: &Act,
        what: &str,
        plan: &dyn Fn(&ModelState) -> Result<Plan>,
    ) -> Result<Option<Entry>> {
        self.existing(model)?;
        self.change(model, act, &|state| {
            let Plan { moves, archived, restored } = plan(state)?;
            if moves.is_empty() && archived.is_empty() && restored.is_empty() {
                return Ok(None);
            }
            Ok(Some(Action::Move { what: what.to_owned(), moves, archived, restored }))
        })
    }

    /// Sets a tag of a version.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such version; others as the home has them.
    pub fn set_tag(
        &self,
        model: &str,
        version: u32,
        name: &str,
        value: &str,
        act: &Act,
    ) -> Result<()> {
        let tags = BTreeMap::from([(name.to_owned(), Some(value.to_owned()))]);
        self.tell(model, version, None, &tags, &BTreeMap::new(), act)
    }

    /// Takes a tag of a version away.
    ///
    /// # Errors
    /// As for [`set_tag`](trait.Registry.html#method.set_tag).
    pub fn remove_tag(&self, model: &str, version: u32, name: &str, act: &Act) -> Result<()> {
        let tags = BTreeMap::from([(name.to_owned(), None)]);
        self.tell(model, version, None, &tags, &BTreeMap::new(), act)
    }

    /// Describes a version for people.
    ///
    /// # Errors
    /// As for [`set_tag`](trait.Registry.html#method.set_tag).
    pub fn describe(&self, model: &str, version: u32, description: &str, act: &Act) -> Result<()> {
        self.tell(model, version, Some(description), &BTreeMap::new(), &BTreeMap::new(), act)
    }

    /// Notes what a version scored.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a number is none; others as for [`set_tag`](trait.Registry.html#method.set_tag).
    pub fn log_metrics(
        &self,
        model: &str,
        version: u32,
        metrics: &BTreeMap<String, f64>,
        act: &Act,
    ) -> Result<()> {
        check_metrics(metrics)?;
        self.tell(model, version, None, &BTreeMap::new(), metrics, act)
    }

    fn tell(
        &self,
        model: &str,
        version: u32,
        description: Option<&str>,
        tags: &BTreeMap<String, Option<String>>,
        metrics: &BTreeMap<String, f64>,
        act: &Act,
    ) -> Result<()> {
        if tags.keys().any(String::is_empty) || metrics.keys().any(String::is_empty) {
            return Err(Error::invalid("name", "is empty"));
        }
        self.existing(model)?.version(version)?;
        self.change(model, act, &|state| {
            state.version(version)?;
            let description = description.map(str::to_owned);
            let (tags, metrics) = (tags.clone(), metrics.clone());
            Ok(Some(Action::Tell { version, description, tags, metrics }))
        })?;
        Ok(())
    }

    /// How a model stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] tells which models there are.
    pub fn existing(&self, model: &str) -> Result<Arc<ModelState>> {
        let state = self.state(model)?;
        if state.entries > 0 || !state.versions.is_empty() {
            return Ok(state);
        }
        let models = self.models()?;
        let hint = if models.is_empty() {
            format!("{} is empty; register a bundle", self.location())
        } else {
            format!("{} has {}", self.location(), models.join(", "))
        };
        Err(Error::NotFound { what: format!("model {model}"), hint })
    }

    /// A version by its number.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model or version.
    pub fn version(&self, model: &str, version: u32) -> Result<Arc<Version>> {
        Ok(self.existing(model)?.version(version)?.clone())
    }

    /// The model and the version that a reference names: `models:/sentiment@champion`,
    /// `models:/sentiment/3`, `models:/sentiment/latest`, `models:/sentiment/Production`. The first
    /// part may be left out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is no reference; [`Error::NotFound`] if it names nothing.
    pub fn resolve(&self, reference: &str) -> Result<(String, u32)> {
        let reference = Reference::parse(reference)?;
        let version = reference.resolve(&*self.existing(&reference.model)?)?;
        Ok((reference.model, version))
    }

    /// A folder of this machine with the bundle that a reference names, to be opened. Each file is
    /// checked by its SHA-256, which costs about a second for each 500 MB without the CPU's help.
    ///
    /// # Errors
    /// As for [`resolve`](trait.Registry.html#method.resolve), and [`Error::Incompatible`] if a file was altered.
    pub fn path(&self, reference: &str) -> Result<PathBuf> {
        let (model, version) = self.resolve(reference)?;
        self.fetch(&model, version)
    }

    /// Registers a bundle and makes it the champion, both in two entries.
    ///
    /// # Errors
    /// As for [`register`](Registry::register) and [`promote`](trait.Registry.html#method.promote).
    pub fn register_champion(
        &self,
        model: &str,
        bundle: &Path,
        told: &NewVersion,
        act: &Act,
    ) -> Result<u32> {
        let version = self.register(model, bundle, told, act)?;
        self.promote(model, version, act)?;
        Ok(version)
    }

    /// Which version was the champion at a moment; none if there was none yet.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model.
    pub fn champion_at(&self, model: &str, time: Timestamp) -> Result<Option<u32>> {
        self.existing(model)?;
        let entries = self.journal(model)?;
        let before = entries.iter().filter(|entry| entry.time <= time);
        let mut moves = before.flat_map(|entry| entry.action.moves());
        Ok(moves.rfind(|moved| moved.alias == CHAMPION).and_then(|moved| moved.to))
    }

    /// Every move of an alias, the first one first.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model.
    pub fn history(&self, model: &str) -> Result<Vec<History>> {
        self.existing(model)?;
        let mut history = Vec::new();
        for Entry { time, act, action, .. } in self.journal(model)? {
            let what = match &action {
                Action::Move { what, .. } => what,
                _ => "register",
            };
            history.extend(action.moves().iter().map(|moved| History {
                time,
                act: act.clone(),
                what: what.to_owned(),
                moved: moved.clone(),
            }));
        }
        Ok(history)
    }

    /// In what versions differ: settings, metrics, files.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are fewer than two; [`Error::NotFound`] if one is not
    /// there.
    pub fn compare(&self, model: &str, versions: &[u32]) -> Result<VersionComparison> {
        if versions.len() < 2 {
            let problem = format!("{} cannot be compared; name two or more", versions.len());
            return Err(Error::invalid("versions", problem));
        }
        let state = self.existing(model)?;
        let found = versions.iter().map(|version| state.version(*version).map(Arc::as_ref));
        Ok(VersionComparison::of(model, &found.collect::<Result<Vec<_>>>()?))
    }

    /// Checks a model's journal from its first entry, and every file of every version.
    ///
    /// # Errors
    /// [`Error::Incompatible`] names what was altered; [`Error::NotFound`] if there is no such
    /// model.
    pub fn verify(&self, model: &str) -> Result<RegistryCheck> {
        let known = self.existing(model)?;
        let mut state = ModelState::new(model);
        for entry in self.journal(model)? {
            state.take(&entry)?;
        }
        if state.entries < known.entries {
            let problem = format!("entry {} is missing", state.entries + 1);
            return Err(Error::incompatible(format!("the journal of {model}"), problem));
        }
        self.compare_known(&known, &state)?;
        let mut files = 0;
        for version in &state.versions {
            self.fetch(model, version.version)?;
            files += version.files.len();
        }
        let versions = state.versions.len();
        Ok(RegistryCheck { entries: state.entries, head: state.head, versions, files })
    }
}

/// What is to move, in one step.
#[derive(Debug, Default)]
struct Plan {
    moves: Vec<AliasMove>,
    archived: Vec<u32>,
    restored: Vec<u32>,
}

/// What a version that comes moves along with it, if it gets an alias.
pub(super) fn moves_at_registration(
    state: &ModelState,
    alias: Option<&str>,
    version: u32,
) -> (Vec<AliasMove>, Vec<u32>) {
    let mut plan = Plan::default();
    match alias {
        Some(CHAMPION) => plan.promote(state, version, true),
        Some(alias) => plan.set(state, alias, version),
        None => {}
    }
    (plan.moves, plan.archived)
}

impl Plan {
    fn set(&mut self, state: &ModelState, alias: &str, version: u32) {
        let from = state.aliases.get(alias).copied();
        if from != Some(version) {
            self.moves.push(AliasMove { alias: alias.to_owned(), from, to: Some(version) });
        }
    }

    /// A version loses these aliases, if it has them.
    fn leave(&mut self, state: &ModelState, version: u32, aliases: &[&str]) {
        for alias in aliases {
            if state.aliases.get(*alias) == Some(&version) {
                let from = Some(version);
                self.moves.push(AliasMove { alias: (*alias).to_owned(), from, to: None });
            }
        }
    }

    fn promote(&mut self, state: &ModelState, version: u32, archive: bool) {
        let champion = state.aliases.get(CHAMPION).copied();
        if champion == Some(version) {
            return;
        }
        self.set(state, CHAMPION, version);
        self.leave(state, version, &[CHALLENGER]);
        if let Some(before) = champion {
            self.set(state, PREVIOUS, before);
            self.archived.extend(archive.then_some(before));
        }
        let is_archived = state.version(version).is_ok_and(|version| version.is_archived);
        self.restored.extend(is_archived.then_some(version));
    }
}
