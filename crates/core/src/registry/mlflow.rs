//! A registry in an MLflow server, by its REST interface.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value as Json, json};

use super::{
    Act, Action, AliasMove, BundleFile, Entry, ModelState, NewVersion, Registry, Stage, Version,
    files, home::Decide, manage::moves_at_registration, name,
};
use crate::{
    Error, Result, Timestamp, chain,
    mlflow::{Server, escape, millis},
    model::{self, Bundle},
};

/// Tags in which we keep what MLflow has no place for.
const FILES: &str = "pantau.files";
const BUNDLE: &str = "pantau.bundle";
const METRICS: &str = "pantau.metrics";
const PARAMS: &str = "pantau.params";
const RUN: &str = "pantau.run";
const ARCHIVED: &str = "pantau.archived";
const JOURNAL: &str = "pantau.journal.";

/// The experiment whose runs hold the files of versions: a version of MLflow's has its files in a
/// run.
const EXPERIMENT: &str = "pantau registry";

/// A registry in an MLflow server: registered models, versions, aliases and tags are MLflow's, and
/// other clients see them. The journal is kept in tags of the model.
///
/// MLflow knows no conditional writes. So two who promote at the very same moment are not kept
/// apart, as the other homes do: the last one wins, and the journal, which [`verify`] checks, then
/// has a gap or one of the two entries. Use a folder or a bucket where that matters.
///
/// [`verify`]: trait.Registry.html#method.verify
#[derive(Debug)]
pub struct MlflowRegistry {
    server: Server,
}

impl MlflowRegistry {
    /// Opens a registry by the server's URL; user and password stand in it, or in
    /// `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if the server does not answer; [`Error::Refused`] if it wants another
    /// user; [`Error::Incompatible`] or [`Error::NotFound`] if it is no MLflow server.
    pub fn open(url: &str) -> Result<Self> {
        Ok(Self { server: Server::open(url)? })
    }

    fn registered(&self, model: &str) -> Result<Option<Json>> {
        match self.server.get(&format!("registered-models/get?name={}", escape(model))) {
            Ok(found) => Ok(Some(found["registered_model"].clone())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All pages of a search.
    fn search(&self, path: &str, member: &str) -> Result<Vec<Json>> {
        let mut found = Vec::new();
        let mut page = String::new();
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let next = if page.is_empty() {
                String::new()
            } else {
                format!("{joint}page_token={}", escape(&page))
            };
            let answer = self.server.get(&format!("{path}{next}"))?;
            found.extend(answer[member].as_array().into_iter().flatten().cloned());
            answer["next_page_token"].as_str().unwrap_or_default().clone_into(&mut page);
            if page.is_empty() {
                return Ok(found);
            }
        }
    }

    /// The entries of a journal that are there, without looking at their hashes.
    fn entries(model: &str, registered: &Json) -> Result<Vec<Entry>> {
        let mut tags: Vec<(String, String)> = Vec::new();
        for (key, value) in pairs(&registered["tags"]) {
            if key.starts_with(JOURNAL) {
                tags.push((key, value));
            }
        }
        tags.sort();
        let what = format!("the journal of {model}");
        tags.iter().map(|(_, text)| Entry::from_text(&what, text)).collect()
    }

    fn set_tag(&self, model: &str, version: u32, key: &str, value: &str) -> Result<()> {
        let body =
            json!({"name": model, "version": version.to_string(), "key": key, "value": value});
        self.server.post("model-versions/set-tag", &body).map(|_| ())
    }

    fn write_entry(&self, model: &str, entry: &Entry) -> Result<()> {
        let key = format!("{JOURNAL}{:08}", entry.number);
        let body = json!({ "name": model, "key": key, "value": entry.to_text() });
        self.server.post("registered-models/set-tag", &body).map(|_| ())
    }

    /// Where the files of a version lie in the server's artefacts.
    fn artefacts(&self, model: &str, version: u32) -> Result<String> {
        let path =
            format!("model-versions/get-download-uri?name={}&version={version}", escape(model));
        let answer = self.server.get(&path)?;
        self.server.served(answer["artifact_uri"].as_str().unwrap_or_default())
    }

    /// Puts the files of a bundle where a version may have them: into a run. Gives where that is,
    /// and the run.
    fn place(
        &self,
        model: &str,
        told: &NewVersion,
        files: &[(BundleFile, PathBuf)],
        digest: &str,
    ) -> Result<(String, String)> {
        // Equal bundles of a model are there once.
        let is_equal = |version: &&Arc<Version>| files::digest(&version.files) == digest;
        if let Some(equal) = self.state(model)?.versions.iter().find(is_equal) {
            let (name, version) = (escape(model), equal.version);
            let path = format!("model-versions/get?name={name}&version={version}");
            let found = self.server.get(&path)?["model_version"].take();
            let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
            return Ok((text("source"), text("run_id")));
        }
        let run = match &told.run_id {
            Some(id) => match self.server.get(&format!("runs/get?run_id={}", escape(id))) {
                Ok(mut answer) => Some(answer["run"].take()),
                // A run of another tracker.
                Err(Error::NotFound { .. } | Error::Refused { .. }) => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        let is_own = run.is_none();
        let run = if let Some(run) = run {
            run
        } else {
            let name = format!("{model} {}", digest.get(..8).unwrap_or(digest));
            self.server.start_run(EXPERIMENT, &name, Timestamp::now(), &[])?
        };
        let text = |member: &str| run["info"][member].as_str().unwrap_or_default().to_owned();
        let (id, root) = (text("run_id"), text("artifact_uri"));
        let folder = self.server.served(&root)?;
        let name = format!("bundle-{digest}");
        for (file, path) in files {
            self.server.upload(&format!("{folder}/{name}/{}", file.path), path)?;
        }
        if is_own {
            let now = millis(Timestamp::now());
            let body = json!({ "run_id": id, "status": "FINISHED", "end_time": now });
            self.server.post("runs/update", &body)?;
        }
        Ok((format!("{}/{name}", root.trim_end_matches('/')), id))
    }

    /// Does to the server's aliases and tags what an action says.
    fn carry_out(&self, model: &str, action: &Action) -> Result<()> {
        // What is taken away comes first and what is given last, so that no version is the
        // champion and the challenger at once.
        let mut moves: Vec<&AliasMove> = action.moves().iter().collect();
        moves.sort_by_key(|moved| (moved.to.is_some(), moved.alias == super::CHAMPION));
        for moved in moves {
            let path = "registered-models/alias";
            if let Some(version) = moved.to {
                let body = json!({
                    "name": model, "alias": moved.alias, "version": version.to_string(),
                });
                self.server.post(path, &body)?;
            } else {
                let body = json!({ "name": model, "alias": moved.alias });
                self.server.call("DELETE", path, Some(&body))?;
            }
        }
        match action {
            Action::Register { archived, .. } => {
                for version in archived {
                    self.set_tag(model, *version, ARCHIVED, "true")?;
                }
            }
            Action::Move { archived, restored, .. } => {
                for version in archived {
                    self.set_tag(model, *version, ARCHIVED, "true")?;
                }
                for version in restored {
                    self.set_tag(model, *version, ARCHIVED, "false")?;
                }
            }
            Action::Tell { version, description, tags, metrics } => {
                let number = version.to_string();
                if let Some(description) = description {
                    let body =
                        json!({ "name": model, "version": number, "description": description });
                    self.server.call("PATCH", "model-versions/update", Some(&body))?;
                }
                for (key, value) in tags {
                    if let Some(value) = value {
                        self.set_tag(model, *version, key, value)?;
                    } else {
                        let body = json!({ "name": model, "version": number, "key": key });
                        self.server.call("DELETE", "model-versions/delete-tag", Some(&body))?;
                    }
                }
                if !metrics.is_empty() {
                    let mut all = self.state(model)?.version(*version)?.metrics.clone();
                    all.extend(metrics.clone());
                    self.set_tag(model, *version, METRICS, &json!(all).to_string())?;
                }
            }
        }
        Ok(())
    }

    /// Shows the stages of versions where the server still has stages; where it has none, aliases
    /// say the same.
    fn show_stages(&self, model: &str, action: &Action) {
        let Action::Move { moves, archived, restored, .. } = action else { return };
        let Ok(now) = self.state(model) else { return };
        let moved = moves.iter().flat_map(|moved| [moved.from, moved.to]).flatten();
        let mut versions: Vec<u32> =
            moved.chain(archived.iter().copied()).chain(restored.iter().copied()).collect();
        versions.sort_unstable();
        versions.dedup();
        for version in versions {
            let stage: Stage = now.stage(version);
            let body = json!({
                "name": model, "version": version.to_string(), "stage": stage.name(),
                "archive_existing_versions": false,
            });
            // A server without stages refuses; nothing is lost by it.
            let _ = self.server.post("model-versions/transition-stage", &body);
        }
    }
}

impl Registry for MlflowRegistry {
    fn location(&self) -> &str {
        self.server.location()
    }

    fn models(&self) -> Result<Vec<String>> {
        let found = self.search("registered-models/search?max_results=500", "registered_models")?;
        let mut models: Vec<String> =
            found.iter().filter_map(|model| model["name"].as_str().map(str::to_owned)).collect();
        models.sort();
        Ok(models)
    }

    fn state(&self, model: &str) -> Result<Arc<ModelState>> {
        name::check_model(model)?;
        let mut state = ModelState::new(model);
        let Some(registered) = self.registered(model)? else { return Ok(Arc::new(state)) };
        let filter = escape(&format!("name='{model}'"));
        let path = format!("model-versions/search?max_results=10000&filter={filter}");
        for found in self.search(&path, "model_versions")? {
            if let Some(version) = version_of(&found) {
                state.versions.push(Arc::new(version));
            }
        }
        state.versions.sort_by_key(|version| version.version);
        for alias in registered["aliases"].as_array().into_iter().flatten() {
            if let (Some(alias), Some(version)) =
                (alias["alias"].as_str(), whole(&alias["version"]))
            {
                state.aliases.insert(alias.to_owned(), version);
            }
        }
        if let Some(last) = Self::entries(model, &registered)?.last() {
            state.entries = last.number;
            state.head.clone_from(&last.hash);
        }
        Ok(Arc::new(state))
    }

    fn journal(&self, model: &str) -> Result<Vec<Entry>> {
        name::check_model(model)?;
        match self.registered(model)? {
            Some(registered) => Self::entries(model, &registered),
            None => Ok(Vec::new()),
        }
    }

    fn register(&self, model: &str, bundle: &Path, told: &NewVersion, act: &Act) -> Result<u32> {
        name::check_model(model)?;
        told.check()?;
        if let Some(alias) = &told.alias {
            name::check_given_alias(alias)?;
        }
        let bundle = Bundle::open(bundle)?;
        let files = files::of(&bundle)?;
        let listed: Vec<BundleFile> = files.iter().map(|(file, _)| file.clone()).collect();
        match self.server.post("registered-models/create", &json!({ "name": model })) {
            Ok(_) | Err(Error::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        let (source, run) = self.place(model, told, &files, &files::digest(&listed))?;
        let tag = |key: &str, value: String| json!({ "key": key, "value": value });
        let mut tags: Vec<Json> =
            told.tags.iter().map(|(key, value)| tag(key, value.clone())).collect();
        tags.push(tag(FILES, json!(listed).to_string()));
        tags.push(tag(BUNDLE, bundle.id().to_owned()));
        tags.push(tag(METRICS, json!(told.metrics).to_string()));
        tags.push(tag(PARAMS, json!(told.params).to_string()));
        tags.extend(told.run_id.iter().map(|run| tag(RUN, run.clone())));
        let body = json!({
            "name": model,
            "source": source,
            "run_id": run,
            "description": told.description,
            "tags": tags,
        });
        let answer = self.server.post("model-versions/create", &body)?;
        let version = whole(&answer["model_version"]["version"]).ok_or_else(|| {
            Error::incompatible(self.location(), "it does not tell the number of the new version")
        })?;
        let state = self.state(model)?;
        let (moves, archived) = moves_at_registration(&state, told.alias.as_deref(), version);
        let action = Action::Register {
            version,
            bundle: bundle.id().to_owned(),
            files: listed,
            told: NewVersion { alias: None, ..told.clone() },
            moves,
            archived,
        };
        let entry = Entry::next(state.entries, &state.head, act, action)?;
        self.carry_out(model, &entry.action)?;
        self.write_entry(model, &entry)?;
        Ok(version)
    }

    fn change(&self, model: &str, act: &Act, decide: Decide<'_>) -> Result<Option<Entry>> {
        let state = self.state(model)?;
        let Some(action) = decide(&state)? else { return Ok(None) };
        let entry = Entry::next(state.entries, &state.head, act, action)?;
        self.carry_out(model, &entry.action)?;
        self.write_entry(model, &entry)?;
        self.show_stages(model, &entry.action);
        Ok(Some(entry))
    }

    /// Other clients change models without a journal.
    fn compare_known(&self, _known: &ModelState, _replayed: &ModelState) -> Result<()> {
        Ok(())
    }

    fn fetch(&self, model: &str, version: u32) -> Result<PathBuf> {
        let found = self.state(model)?.version(version)?.clone();
        let source = self.artefacts(model, version)?;
        let mut files = found.files.clone();
        if files.is_empty() {
            // Registered by another client; it may hold a bundle all the same.
            let listed = self.server.list(&source)?;
            if !listed.iter().any(|(path, _)| path == "pantau.json") {
                let problem = format!("{source} holds no bundle of Pantau");
                return Err(Error::incompatible(format!("version {version} of {model}"), problem));
            }
            let unknown = |(path, size)| BundleFile { path, size, sha256: String::new() };
            files = listed.into_iter().map(unknown).collect();
        }
        let cache = model::cache_folder().ok_or_else(|| Error::NotFound {
            what: "a folder for fetched bundles".to_owned(),
            hint: "set PANTAU_CACHE_DIR".to_owned(),
        })?;
        let cache = cache.join("bundles");
        let key = chain::link(self.location(), &[&source, &files::digest(&files)]);
        let folder = cache.join(key);
        if !folder.is_dir() {
            let part = cache.join(format!(".{}.part", uuid::Uuid::now_v7()));
            let fetched = files.iter().try_for_each(|file| {
                if model::file_name_problem(&file.path).is_some_and(|_| file.path != "pantau.json")
                {
                    return Err(Error::invalid("file", format!("{:?} cannot be one", file.path)));
                }
                let path = part.join(&file.path);
                let parent = path.parent().unwrap_or(&part);
                fs::create_dir_all(parent).map_err(Error::storage("write", parent))?;
                let mut target = File::create(&path).map_err(Error::storage("write", &path))?;
                self.server.download(&format!("{source}/{}", file.path), &mut target)
            });
            let placed = fetched.and_then(|()| match fs::rename(&part, &folder) {
                Err(_) if folder.is_dir() => Ok(()),
                other => other.map_err(Error::storage("write", &folder)),
            });
            let _ = fs::remove_dir_all(&part);
            placed?;
        }
        for file in files.iter().filter(|file| !file.sha256.is_empty()) {
            file.check(&folder.join(&file.path))?;
        }
        Ok(folder)
    }
}

/// Keys and values of MLflow's lists of tags.
fn pairs(tags: &Json) -> impl Iterator<Item = (String, String)> + '_ {
    tags.as_array().into_iter().flatten().filter_map(|tag| {
        Some((tag["key"].as_str()?.to_owned(), tag["value"].as_str()?.to_owned()))
    })
}

/// Numbers come as texts from some calls.
fn whole(value: &Json) -> Option<u32> {
    value
        .as_u64()
        .and_then(|number| u32::try_from(number).ok())
        .or_else(|| value.as_str()?.parse().ok())
}

fn version_of(found: &Json) -> Option<Version> {
    let mut tags: BTreeMap<String, String> = pairs(&found["tags"]).collect();
    let mut own = |key: &str| tags.remove(key).unwrap_or_default();
    let files = serde_json::from_str(&own(FILES)).unwrap_or_default();
    let metrics = serde_json::from_str(&own(METRICS)).unwrap_or_default();
    let params = serde_json::from_str(&own(PARAMS)).unwrap_or_default();
    let (bundle, run, is_archived) = (own(BUNDLE), own(RUN), own(ARCHIVED) == "true");
    let millis = found["creation_timestamp"]
        .as_i64()
        .or_else(|| found["creation_timestamp"].as_str()?.parse().ok())
        .unwrap_or_default();
    let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
    // The run that holds our files is no news unless it was named.
    let run = if bundle.is_empty() && run.is_empty() { text("run_id") } else { run };
    Some(Version {
        version: whole(&found["version"])?,
        registered_at: Timestamp::from_micros(millis * 1000),
        registered_by: text("user_id"),
        bundle,
        files,
        description: text("description"),
        tags,
        metrics,
        params,
        run_id: Some(run).filter(|run| !run.is_empty()),
        is_archived,
    })
}
