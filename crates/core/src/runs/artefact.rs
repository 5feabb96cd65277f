//! Files on their way into runs and out of them.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{Error, Result};

/// A file to be logged.
pub(super) struct Found {
    /// Where it is.
    pub(super) file: PathBuf,
    /// What its path below `path` is, with `/` between folders.
    pub(super) name: String,
}

/// A file itself, or all files of a folder and its folders, in the order of their names.
///
/// Links in a folder lead elsewhere, perhaps to what was not meant: they are an error.
pub(super) fn files(path: &Path) -> Result<Vec<Found>> {
    let facts = fs::metadata(path).map_err(|source| missing(path, source))?;
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Error::invalid("artefact", format!("{} has no name", path.display())))?;
    let mut found = Vec::new();
    if facts.is_dir() {
        collect(path, name, &mut found)?;
        if found.is_empty() {
            return Err(Error::invalid("artefact", format!("{} has no file", path.display())));
        }
    } else {
        found.push(Found { file: path.to_owned(), name: name.to_owned() });
    }
    Ok(found)
}

fn missing(path: &Path, source: std::io::Error) -> Error {
    if source.kind() == std::io::ErrorKind::NotFound {
        let hint = "name a file or a folder that is there".to_owned();
        return Error::NotFound { what: format!("artefact {}", path.display()), hint };
    }
    Error::Storage { action: "read", path: path.to_owned(), source }
}

fn collect(folder: &Path, name: &str, found: &mut Vec<Found>) -> Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::storage("read", folder))? {
        entries.push(entry.map_err(Error::storage("read", folder))?);
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let own = entry.file_name();
        let own = own.to_str().ok_or_else(|| {
            Error::invalid("artefact", format!("the name of {} is not UTF-8", path.display()))
        })?;
        let name = format!("{name}/{own}");
        let kind = entry.file_type().map_err(Error::storage("read", &path))?;
        if kind.is_dir() {
            collect(&path, &name, found)?;
        } else if kind.is_file() {
            found.push(Found { file: path, name });
        } else {
            let problem = format!("{} is a link or no file; log what it leads to", path.display());
            return Err(Error::invalid("artefact", problem));
        }
    }
    Ok(())
}

/// Writes a file whole or not at all, by what `write` writes.
pub(super) fn save(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<u64>) -> Result<u64> {
    let Some(name) = path.file_name() else {
        return Err(Error::invalid("path", format!("{} names no file", path.display())));
    };
    let mut neighbour_name = name.to_owned();
    neighbour_name.push(format!(".{}.part", crate::store::new_id()));
    let neighbour = path.with_file_name(neighbour_name);
    let file = File::create_new(&neighbour).map_err(Error::storage("write", path))?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|size| {
        let finished = out.flush().and_then(|()| out.get_ref().sync_all());
        finished
            .and_then(|()| fs::rename(&neighbour, path))
            .map_err(Error::storage("write", path))?;
        Ok(size)
    });
    if written.is_err() {
        // What is half written must not stay; that it could not even be removed adds nothing.
        let _ = fs::remove_file(&neighbour);
    }
    written
}
