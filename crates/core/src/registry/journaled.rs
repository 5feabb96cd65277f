//! A registry over any shelf: files by their hashes, and a journal for each model.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rustc_hash::FxHashMap;

use super::{
    Act, Action, BundleFile, Entry, ModelState, NewVersion, Registry, files, home::Decide,
    manage::moves_at_registration, name, shelf::Shelf,
};
use crate::{Error, Result, model::Bundle};

/// How often a change is decided anew because somebody else was first.
const TRIES: usize = 10_000;
/// How many entries behind the last one are looked for, to notice that one is missing.
const LOOKED_AHEAD: u64 = 3;

/// A registry over a shelf.
#[derive(Debug)]
pub(super) struct Journaled<S> {
    shelf: S,
    /// How models stood when they were last looked at.
    states: Mutex<FxHashMap<String, Arc<ModelState>>>,
    /// Where bundles are put that the shelf has not on this machine.
    cache: Option<PathBuf>,
}

impl<S: Shelf> Journaled<S> {
    pub(super) fn new(shelf: S, cache: Option<PathBuf>) -> Self {
        Self { shelf, states: Mutex::default(), cache }
    }

    fn entry_name(model: &str, number: u64) -> String {
        format!("models/{model}/journal/{number:08}.json")
    }

    fn file_name(file: &BundleFile) -> String {
        format!("files/{}/{}", &file.sha256[..2], file.sha256)
    }

    fn entry(&self, model: &str, number: u64) -> Result<Option<Entry>> {
        let name = Self::entry_name(model, number);
        let Some(bytes) = self.shelf.get(&name)? else { return Ok(None) };
        let what = format!("{}/{name}", self.shelf.location());
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::incompatible(what.as_str(), "it is not UTF-8"))?;
        Entry::from_text(&what, &text).map(Some)
    }

    /// Checks that the journal goes no further than its last entry: behind one that is missing others
    /// would be passed over, and the next one would take its place.
    fn check_end(&self, model: &str, last: u64) -> Result<()> {
        for number in last + 2..=last + LOOKED_AHEAD {
            if self.shelf.get(&Self::entry_name(model, number))?.is_some()
                // It may have come since.
                && self.entry(model, last + 1)?.is_none()
            {
                let problem = format!(
                    "entry {} is missing, and {number} is there: restore it from a copy",
                    last + 1
                );
                return Err(Error::incompatible(format!("the journal of {model}"), problem));
            }
        }
        Ok(())
    }

    /// How a model stood at some moment of late, without looking further.
    fn known(&self, model: &str) -> Result<Arc<ModelState>> {
        let known = self.states.lock().unwrap_or_else(PoisonError::into_inner).get(model).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        // A snapshot is only a shortcut: what cannot be read is as if it were not there.
        let snapshot = self.shelf.get(&format!("models/{model}/snapshot.json"))?;
        let state = snapshot.and_then(|bytes| serde_json::from_slice::<ModelState>(&bytes).ok());
        let mut state = state.filter(|state| state.model == model && state.entries > 0);
        if let Some(found) = &state {
            // A copy may have a snapshot that is ahead of its journal.
            let last = self.entry(model, found.entries)?;
            if last.is_none_or(|last| last.hash != found.head) {
                state = None;
            }
        }
        Ok(Arc::new(state.unwrap_or_else(|| ModelState::new(model))))
    }

    /// Keeps how a model stands, if that is newer than what is kept.
    fn keep(&self, state: &Arc<ModelState>) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let known = states.entry(state.model.clone()).or_insert_with(|| state.clone());
        if known.entries < state.entries {
            *known = state.clone();
        }
    }

    /// Notes how a model stands, now and then, so that others need not read its whole journal.
    fn snapshot(&self, state: &ModelState) {
        let often = if state.entries < 1024 { 64 } else { 512 };
        if state.entries.is_multiple_of(often)
            && let Ok(json) = serde_json::to_vec(state)
        {
            // Without it everything is as right, only slower.
            let _ = self.shelf.put(&format!("models/{}/snapshot.json", state.model), &json);
        }
    }

    /// Puts the files of a version into a folder, which appears whole or not at all.
    fn build(&self, folder: &Path, files: &[BundleFile]) -> Result<()> {
        let write = || Error::storage("write", folder);
        let parent = folder.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(write())?;
        let part = tempdir(parent)?;
        let built = files.iter().try_for_each(|file| {
            let path = part.join(&file.path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(Error::storage("write", parent))?;
            }
            let name = Self::file_name(file);
            self.shelf.get_file(&name, &path)?;
            // Where it was taken from is what can be mended.
            file.check_as(&path, &format!("{}/{name}", self.shelf.location()))
        });
        let built = built.and_then(|()| match fs::rename(&part, folder) {
            // Somebody else has built it in the meantime.
            Err(error) if is_there(&error) => Ok(()),
            other => other.map_err(write()),
        });
        let _ = fs::remove_dir_all(&part);
        built
    }

    /// The folder of a version, which is built if it is not there.
    fn materialize(&self, model: &str, version: u32, files: &[BundleFile]) -> Result<PathBuf> {
        let own = self.shelf.folder(&format!("models/{model}/versions/{version}"));
        if let Some(folder) = &own {
            if folder.is_dir() {
                return Ok(folder.clone());
            }
            if self.build(folder, files).is_ok() {
                return Ok(folder.clone());
            }
        }
        // A shelf that is elsewhere, or can only be read.
        let cache = self.cache.as_ref().ok_or_else(|| Error::NotFound {
            what: "a folder for fetched bundles".to_owned(),
            hint: "set PANTAU_CACHE_DIR".to_owned(),
        })?;
        let folder = cache.join("bundles").join(files::digest(files));
        if !folder.is_dir() {
            self.build(&folder, files)?;
        }
        Ok(folder)
    }
}

fn is_there(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty)
}

/// A new folder below another.
fn tempdir(parent: &Path) -> Result<PathBuf> {
    let path = parent.join(format!(".{}.part", uuid::Uuid::now_v7()));
    fs::create_dir(&path).map_err(Error::storage("write", &path))?;
    Ok(path)
}

impl<S: Shelf> Registry for Journaled<S> {
    fn location(&self) -> &str {
        self.shelf.location()
    }

    fn models(&self) -> Result<Vec<String>> {
        let mut models = self.shelf.folders("models")?;
        models.retain(|model| name::check_model(model).is_ok());
        models.sort();
        Ok(models)
    }

    fn state(&self, model: &str) -> Result<Arc<ModelState>> {
        name::check_model(model)?;
        let mut state = self.known(model)?;
        let known = state.entries;
        while let Some(entry) = self.entry(model, state.entries + 1)? {
            Arc::make_mut(&mut state).take(&entry)?;
        }
        // Looked at once, since nobody takes entries away from a registry that is in use.
        if known == 0 {
            self.check_end(model, state.entries)?;
        }
        self.keep(&state);
        Ok(state)
    }

    fn journal(&self, model: &str) -> Result<Vec<Entry>> {
        name::check_model(model)?;
        let mut entries = Vec::new();
        while let Some(entry) = self.entry(model, entries.len() as u64 + 1)? {
            entries.push(entry);
        }
        Ok(entries)
    }

    fn register(&self, model: &str, bundle: &Path, told: &NewVersion, act: &Act) -> Result<u32> {
        name::check_model(model)?;
        told.check()?;
        if let Some(alias) = &told.alias {
            name::check_given_alias(alias)?;
        }
        let bundle = Bundle::open(bundle)?;
        let files = files::of(&bundle)?;
        for (file, path) in &files {
            let name = Self::file_name(file);
            // One of this machine that was damaged is replaced by the good one.
            let is_good = |kept: PathBuf| file.check(&kept).is_ok();
            if !self.shelf.has(&name, file.size)? || !self.shelf.folder(&name).is_none_or(is_good) {
                self.shelf.put_file(&name, path)?;
            }
        }
        let files: Vec<BundleFile> = files.into_iter().map(|(file, _)| file).collect();
        let entry = self.change(model, act, &|state| {
            let version = u32::try_from(state.versions.len() + 1)
                .map_err(|_| Error::invalid("model", "has too many versions"))?;
            let (moves, archived) = moves_at_registration(state, told.alias.as_deref(), version);
            Ok(Some(Action::Register {
                version,
                bundle: bundle.id().to_owned(),
                files: files.clone(),
                told: NewVersion { alias: None, ..told.clone() },
                moves,
                archived,
            }))
        })?;
        match entry.map(|entry| entry.action) {
            Some(Action::Register { version, .. }) => {
                if self.shelf.folder("").is_some() {
                    // For people, who look into the folder; whoever fetches it makes it as well.
                    let _ = self.materialize(model, version, &files);
                }
                Ok(version)
            }
            _ => Err(Error::invalid("model", "was not registered")),
        }
    }

    fn change(&self, model: &str, act: &Act, decide: Decide<'_>) -> Result<Option<Entry>> {
        for _ in 0..TRIES {
            let mut state = self.state(model)?;
            let Some(action) = decide(&state)? else { return Ok(None) };
            let entry = Entry::next(state.entries, &state.head, act, action)?;
            // What does not fit the state would make the journal unreadable.
            Arc::make_mut(&mut state).take(&entry)?;
            self.check_end(model, entry.number - 1)?;
            let name = Self::entry_name(model, entry.number);
            if self.shelf.put_new(&name, entry.to_text().as_bytes())? {
                self.keep(&state);
                self.snapshot(&state);
                return Ok(Some(entry));
            }
        }
        let what = format!("the journal of {model}");
        let problem = format!("others wrote into it {TRIES} times in a row");
        Err(Error::Busy { what, problem })
    }

    fn fetch(&self, model: &str, version: u32) -> Result<PathBuf> {
        let state = self.state(model)?;
        let files = &state.version(version)?.files;
        let folder = self.materialize(model, version, files)?;
        for file in files {
            file.check(&folder.join(&file.path))?;
        }
        Ok(folder)
    }
}
