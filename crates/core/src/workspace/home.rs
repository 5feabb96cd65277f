//! Where a workspace is.

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, file,
    model::ModelOptions,
    onnx::Device,
    registry::{self, Registry},
    store::{self, Store},
};

/// The file by which a folder is known to be a workspace, and the version of its format.
const FILE: &str = "workspace.json";
const FORMAT: &str = "pantau workspace 1";

/// Where a workspace keeps what it knows. What is not named is inside its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WorkspaceOptions {
    /// The store: a folder, or the URL of a PostgreSQL server.
    pub store: Option<String>,
    /// The registry: a folder, or the URL of a bucket or of an MLflow server.
    pub registry: Option<String>,
    /// Where its models run.
    pub device: Device,
    /// How many threads each uses; by default as many as this process may really use.
    pub threads: Option<NonZero<usize>>,
    /// The most tokens of a text that are read; by default what a model can.
    pub max_tokens: Option<usize>,
    /// A URL that is told what happens, as [`notify_webhook`](super::Workspace::notify_webhook) tells
    /// it; by default that of the variable `PANTAU_WEBHOOK` or `SLACK_WEBHOOK`.
    #[cfg(feature = "webhook")]
    pub webhook: Option<String>,
}

impl WorkspaceOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }

    pub(super) fn model(&self) -> ModelOptions {
        let Self { device, threads, max_tokens, .. } = *self;
        ModelOptions { device, threads, max_tokens, ..ModelOptions::default() }
    }
}

/// What stands in the file. A URL may hold a password, so it is not kept: who opens the workspace
/// names it, or a variable of the environment does.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: String,
    /// Whether the store is inside.
    own_store: bool,
    /// Whether the registry is inside.
    own_registry: bool,
}

/// An open home.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) folder: PathBuf,
    pub(super) store: Arc<dyn Store>,
    pub(super) registry: Arc<dyn Registry>,
}

impl Home {
    /// Opens a home, and makes it if there is none.
    pub(super) fn open(folder: &Path, options: &WorkspaceOptions) -> Result<Self> {
        let named = |own: &Option<String>, variable: &str| {
            let variable = || std::env::var(variable).ok().filter(|name| !name.is_empty());
            own.clone().or_else(variable)
        };
        let store_name = named(&options.store, "PANTAU_STORE");
        let registry_name = named(&options.registry, "PANTAU_REGISTRY");
        let written = Written {
            format: FORMAT.to_owned(),
            own_store: store_name.is_none(),
            own_registry: registry_name.is_none(),
        };
        let path = folder.join(FILE);
        if path.exists() {
            check(&path, &written)?;
        } else {
            check_new(folder)?;
            fs::create_dir_all(folder).map_err(Error::storage("make", folder))?;
        }
        let inside = |name: &str| folder.join(name).to_string_lossy().into_owned();
        // A server that is away does not keep a service from starting.
        let store = store::open_later(&store_name.unwrap_or_else(|| inside("store")))?;
        let registry = registry::open(&registry_name.unwrap_or_else(|| inside("models")))?;
        if !path.exists() {
            let json = serde_json::to_string_pretty(&written).expect("texts and truths are JSON");
            file::write_text(&path, &(json + "\n"))?;
        }
        let folder = folder.canonicalize().map_err(Error::storage("read", folder))?;
        Ok(Self { folder, store, registry })
    }

    /// A folder inside, made on first use.
    pub(super) fn inside(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).map_err(Error::storage("make", &folder))?;
        Ok(folder)
    }
}

/// Whether a workspace is opened as it was made: with another store it would seem to be empty.
fn check(path: &Path, asked: &Written) -> Result<()> {
    let what = || format!("workspace {}", path.with_file_name("").display());
    let text = file::read_text("workspace", path, "what `open` has written")?;
    let written: Written = serde_json::from_str(&text)
        .map_err(|error| Error::incompatible(what(), format!("{FILE}: {error}")))?;
    if written.format != FORMAT {
        let problem =
            format!("its format is {:?}, and this Pantau knows {FORMAT:?}", written.format);
        return Err(Error::incompatible(what(), problem));
    }
    for (part, was_own, is_own) in [
        ("store", written.own_store, asked.own_store),
        ("registry", written.own_registry, asked.own_registry),
    ] {
        if was_own != is_own {
            let variable = format!("PANTAU_{}", part.to_uppercase());
            let problem = if was_own {
                format!(
                    "its {part} is in its folder, and another one is named: leave `{part}` and \
                         {variable} out"
                )
            } else {
                format!(
                    "its {part} is elsewhere: name it by `{part}` or by the variable \
                         {variable}"
                )
            };
            return Err(Error::invalid(part, problem));
        }
    }
    Ok(())
}

/// Whether a new workspace may be made here: not among other people's files.
fn check_new(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() {
        return Err(Error::invalid("workspace", "its name is empty; name a folder"));
    }
    store::check_path("workspace", &folder.to_string_lossy(), "a folder")?;
    if folder.is_file() {
        let problem = format!("{} is a file; name a folder", folder.display());
        return Err(Error::invalid("workspace", problem));
    }
    let Ok(mut entries) = fs::read_dir(folder) else { return Ok(()) };
    // Another process may be making it at this moment.
    let is_foreign = |name: &str| {
        !["store", "models", "outbox", "retrainings", "telemetry"].contains(&name)
            && !name.starts_with(FILE)
    };
    let foreign = entries.find_map(|entry| {
        let name = entry.ok()?.file_name().to_string_lossy().into_owned();
        is_foreign(&name).then_some(name)
    });
    match foreign {
        None => Ok(()),
        Some(name) => {
            let problem = format!(
                "{} holds {name}, and no workspace; name an empty folder, or one that is not there",
                folder.display()
            );
            Err(Error::invalid("workspace", problem))
        }
    }
}
