//! The files of a bundle: their names and hashes.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Error, Result, chain, model::Bundle};

/// How much of a file is read at once.
const PIECE: usize = 1 << 20;

/// A file of a registered bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleFile {
    /// Where it is in the bundle.
    pub path: String,
    /// How many bytes it has.
    pub size: u64,
    /// The SHA-256 of these.
    pub sha256: String,
}

impl BundleFile {
    /// Checks a file that was fetched or lay there.
    pub(super) fn check(&self, path: &Path) -> Result<()> {
        self.check_as(path, &path.display().to_string())
    }

    /// The same, by the name that people know it by.
    pub(super) fn check_as(&self, path: &Path, shown: &str) -> Result<()> {
        let (size, sha256) = hash(path)?;
        if size == self.size && sha256 == self.sha256 {
            return Ok(());
        }
        let problem = if size == self.size {
            "its bytes were altered since it was registered; restore it from a backup".to_owned()
        } else {
            format!("it has {size} bytes, and {} were registered", self.size)
        };
        Err(Error::incompatible(format!("the file {shown}"), problem))
    }
}

/// The files of a bundle, which was checked when it was opened, and where they are.
pub(super) fn of(bundle: &Bundle) -> Result<Vec<(BundleFile, PathBuf)>> {
    let names = bundle.manifest().files.keys().map(String::as_str).chain(["pantau.json"]);
    let mut files = Vec::new();
    for name in names {
        let path = bundle.path().join(name);
        let (size, sha256) = hash(&path)?;
        files.push((BundleFile { path: name.to_owned(), size, sha256 }, path));
    }
    files.sort_by(|one, two| one.0.path.cmp(&two.0.path));
    Ok(files)
}

/// What tells bundles apart by their content.
pub(super) fn digest(files: &[BundleFile]) -> String {
    let parts: Vec<&str> =
        files.iter().flat_map(|file| [file.path.as_str(), &file.sha256]).collect();
    chain::link(chain::START, &parts)
}

fn hash(path: &Path) -> Result<(u64, String)> {
    let read = || Error::storage("read", path);
    let mut file = File::open(path).map_err(read())?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut size = 0;
    loop {
        let length = file.read(&mut piece).map_err(read())?;
        if length == 0 {
            return Ok((size, chain::hex(&hash.finalize())));
        }
        hash.update(&piece[..length]);
        size += length as u64;
    }
}
