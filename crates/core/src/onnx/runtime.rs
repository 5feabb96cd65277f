//! Finding ONNX Runtime. It is never linked: the first library that fits is
//! loaded, once for the whole process.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use ort::environment::Environment;
use serde::Serialize;

use super::search;
use crate::{Error, Result};

/// The oldest ONNX Runtime that can be used: the API level of the bindings.
pub const OLDEST_RUNTIME: &str = "1.20";

/// The command that mends a missing runtime.
const INSTALL: &str = "pip install onnxruntime";

/// How a library was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The caller named it.
    Path,
    /// `PANTAU_ONNXRUNTIME` or `ORT_DYLIB_PATH` names it.
    Environment,
    /// This process had loaded it already.
    Process,
    /// It belongs to the Python package `onnxruntime` or `onnxruntime-gpu`.
    Package,
    /// It is installed on this system.
    System,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Path => "path",
            Self::Environment => "environment",
            Self::Process => "process",
            Self::Package => "package",
            Self::System => "system",
        })
    }
}

/// The ONNX Runtime of this process.
#[derive(Debug)]
pub struct Runtime {
    path: PathBuf,
    origin: Origin,
    version: String,
    environment: Environment,
}

static RUNTIME: OnceLock<Runtime> = OnceLock::new();
/// Folders in which a face knows Python packages to be.
static PACKAGE_FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

impl Runtime {
    /// Finds and loads ONNX Runtime, or returns the one that is loaded already.
    ///
    /// The order: `path`; the environment variables `PANTAU_ONNXRUNTIME` and `ORT_DYLIB_PATH`; a
    /// copy this process has loaded already; the Python package `onnxruntime` or
    /// `onnxruntime-gpu`; the system's libraries.
    ///
    /// # Errors
    /// [`Error::NotFound`] lists every path that was tried, why it did not do, and the command
    /// that mends it. [`Error::Incompatible`] if `path` or the environment names a library that
    /// cannot be used, or another one than the one already loaded.
    pub fn load(path: Option<&Path>) -> Result<&'static Self> {
        // One thread looks, the others wait for what it finds.
        static LOADING: Mutex<()> = Mutex::new(());
        if RUNTIME.get().is_none() {
            let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
            if RUNTIME.get().is_none() {
                let found = find(path)?;
                return Ok(RUNTIME.get_or_init(|| found));
            }
        }
        let runtime = RUNTIME.get().expect("it was just found to be there");
        match path {
            Some(path) if !same_file(path, &runtime.path) => Err(Error::incompatible(
                format!("runtime {}", path.display()),
                format!("this process uses {} already", runtime.path.display()),
            )),
            _ => Ok(runtime),
        }
    }

    /// The library.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it was found.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Its version, such as `1.23.2`.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }
}

/// Names a folder in which Python packages are, to be searched before the usual ones.
///
/// The Python face calls this with the folders of its interpreter; others rarely need it.
pub fn add_package_folder(folder: impl Into<PathBuf>) {
    let folder = folder.into();
    let mut folders = PACKAGE_FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    if !folders.contains(&folder) {
        folders.push(folder);
    }
}

fn find(path: Option<&Path>) -> Result<Runtime> {
    if let Some(path) = path {
        return named(path, Origin::Path, "path");
    }
    for variable in ["PANTAU_ONNXRUNTIME", "ORT_DYLIB_PATH"] {
        if let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) {
            return named(Path::new(&path), Origin::Environment, variable);
        }
    }
    let folders = PACKAGE_FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut tried = Vec::new();
    for (candidate, origin) in search::candidates(&folders, &mut tried) {
        match load(&candidate, origin) {
            Ok(runtime) => return Ok(runtime),
            Err(problem) => tried.push(format!("{}: {problem}", candidate.display())),
        }
    }
    Err(Error::NotFound {
        what: "ONNX Runtime".to_owned(),
        hint: format!(
            "`{INSTALL}`, or set PANTAU_ONNXRUNTIME to libonnxruntime.so (version \
             {OLDEST_RUNTIME} or newer); tried:\n  {}",
            tried.join("\n  ")
        ),
    })
}

/// A library somebody named: if it does not do, looking further would hide that.
fn named(path: &Path, origin: Origin, what: &str) -> Result<Runtime> {
    let library = search::in_folder(path).unwrap_or_else(|| path.to_owned());
    if !library.is_file() {
        return Err(Error::NotFound {
            what: format!("ONNX Runtime at {}", path.display()),
            hint: format!("{what} names it; `{INSTALL}`, and it is found without being named"),
        });
    }
    load(&library, origin).map_err(|problem| {
        Error::incompatible(format!("ONNX Runtime named by {what}, {}", path.display()), problem)
    })
}

/// Loads a library; its version is read before anything else of it is used.
fn load(path: &Path, origin: Origin) -> Result<Runtime, String> {
    let builder = ort::init_from(path).map_err(|error| explain(&error))?;
    let environment = builder
        .with_name("pantau")
        .with_telemetry(false)
        .build()
        .map_err(|error| error.to_string())?;
    // Warnings of the runtime are about its own choices; what matters comes back as an error.
    environment.set_log_level(ort::logging::LogLevel::Error);
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let version = search::version_of(&path).unwrap_or_else(|| build_version(ort::info()));
    Ok(Runtime { path, origin, version, environment })
}

fn explain(error: &ort::LoadDynamicError) -> String {
    match error {
        ort::LoadDynamicError::BadVersion { version_str, .. } => {
            format!("version {version_str} is too old, {OLDEST_RUNTIME} or newer is needed")
        }
        ort::LoadDynamicError::Dlopen { error, .. } => format!("cannot be loaded: {error}"),
        ort::LoadDynamicError::MissingApi { .. } => "is not ONNX Runtime".to_owned(),
        other @ ort::LoadDynamicError::InvalidVersionString => other.to_string(),
    }
}

/// The version in a line such as `ORT Build Info: git-branch=rel-1.23.2, …`.
fn build_version(info: &str) -> String {
    let branch = info.split("git-branch=").nth(1).and_then(|rest| rest.split(',').next());
    branch.and_then(|branch| branch.strip_prefix("rel-")).unwrap_or("unknown").to_owned()
}

fn same_file(left: &Path, right: &Path) -> bool {
    let left = search::in_folder(left).unwrap_or_else(|| left.to_owned());
    match (fs::canonicalize(left), fs::canonicalize(right)) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_none_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libonnxruntime.so");
        fs::write(&path, "not a library").unwrap();
        let message = named(&path, Origin::Path, "path").unwrap_err().to_string();
        assert!(
            message.contains("libonnxruntime.so") && message.contains("cannot be loaded"),
            "{message}"
        );
        let error = named(&folder.path().join("none.so"), Origin::Path, "path").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::NotFound);
        assert!(error.to_string().contains("none.so not found: path names it"), "{error}");
    }

    #[test]
    fn the_version_is_read_from_the_build() {
        assert_eq!(
            build_version("ORT Build Info: git-branch=rel-1.23.2, git-commit-id=a"),
            "1.23.2"
        );
        assert_eq!(build_version("something else"), "unknown");
    }
}
