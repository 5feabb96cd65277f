//! A registry in a folder of plain files.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    Act, Entry, ModelState, NewVersion, Registry, home::Decide, journaled::Journaled,
    memory::forward, shelf::Shelf,
};
use crate::{Error, Result, model};

/// A registry in a folder: plain files, which can be copied, mounted for reading only, and used by
/// many processes at once.
///
/// ```text
/// models/sentiment/journal/00000001.json   what happened, entry after entry: the truth
/// models/sentiment/versions/1/             the bundle, by links to the files below
/// models/sentiment/snapshot.json           a shortcut, made anew when it is missing
/// files/3f/3f5a…                           each file once, by its SHA-256
/// ```
#[derive(Debug)]
pub struct Directory(Journaled<Folder>);

impl Directory {
    /// Opens a registry; nothing is written before something is registered.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the path is a file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if path.exists() && !path.is_dir() {
            let problem = format!("{} is a file; name a folder", path.display());
            return Err(Error::invalid("registry", problem));
        }
        let root = std::path::absolute(path).map_err(Error::storage("read", path))?;
        let location = path.display().to_string();
        Ok(Self(Journaled::new(Folder { root, location }, model::cache_folder())))
    }
}

forward!(Directory);

#[derive(Debug)]
struct Folder {
    root: PathBuf,
    location: String,
}

impl Folder {
    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Writes a file beside the one it is to become, so that it is on the disk as a whole.
    fn part(
        &self,
        path: &Path,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<PathBuf> {
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(Error::storage("write", folder))?;
        let part = folder.join(format!(".{}.part", uuid::Uuid::now_v7()));
        let written =
            OpenOptions::new().write(true).create_new(true).open(&part).and_then(|mut file| {
                write(&mut file)?;
                file.sync_all()
            });
        match written {
            Ok(()) => Ok(part),
            Err(source) => {
                let _ = fs::remove_file(&part);
                Err(Error::storage("write", path)(source))
            }
        }
    }

    /// Gives a written file its name, if nobody has it. A link does that in one step, and without
    /// ever showing half a file.
    fn publish(&self, part: &Path, path: &Path) -> Result<bool> {
        let linked = fs::hard_link(part, path);
        let _ = fs::remove_file(part);
        match linked {
            Ok(()) => {
                sync_folder(path)?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Err(Error::Refused {
                what: format!("the registry {}", self.location),
                problem: "this file system makes no links, which a registry needs".to_owned(),
                source: Some(error.into()),
            }),
            Err(error) => Err(Error::storage("write", path)(error)),
        }
    }
}

/// A name that was given is on the disk only when its folder is.
fn sync_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(Error::storage("write", folder))?;
    Ok(())
}

impl Shelf for Folder {
    fn location(&self) -> &str {
        &self.location
    }

    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        let path = self.path(name);
        if path.exists() {
            return Ok(false);
        }
        let part = self.part(&path, |file| file.write_all(bytes))?;
        self.publish(&part, &path)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path(name);
        let part = self.part(&path, |file| file.write_all(bytes))?;
        fs::rename(&part, &path).map_err(|source| {
            let _ = fs::remove_file(&part);
            Error::storage("write", &path)(source)
        })
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::storage("read", &path)(error)),
        }
    }

    fn folders(&self, name: &str) -> Result<Vec<String>> {
        let path = self.path(name);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::storage("read", &path)(error)),
        };
        let mut folders = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::storage("read", &path))?;
            // A link could lead anywhere.
            if entry.file_type().is_ok_and(|kind| kind.is_dir())
                && let Some(name) = entry.file_name().to_str()
            {
                folders.push(name.to_owned());
            }
        }
        Ok(folders)
    }

    fn has(&self, name: &str, size: u64) -> Result<bool> {
        let found = fs::symlink_metadata(self.path(name));
        Ok(found.is_ok_and(|found| found.is_file() && found.len() == size))
    }

    fn put_file(&self, name: &str, source: &Path) -> Result<()> {
        let path = self.path(name);
        // A copy, not a link: what the user has may be changed later.
        let part = self.part(&path, |file| {
            let mut source = File::open(source)?;
            io::copy(&mut source, file).map(|_| ())
        })?;
        if !self.publish(&part, &path)? {
            // A file of this name but another size: half of one, from a disk that lost the rest.
            let part = self.part(&path, |file| {
                let mut source = File::open(source)?;
                io::copy(&mut source, file).map(|_| ())
            })?;
            fs::rename(&part, &path).map_err(Error::storage("write", &path))?;
        }
        Ok(())
    }

    fn get_file(&self, name: &str, path: &Path) -> Result<()> {
        let source = self.path(name);
        match fs::symlink_metadata(&source) {
            Ok(found) if found.is_file() => {}
            Ok(_) => {
                let what = format!("the file {}", source.display());
                return Err(Error::incompatible(
                    what,
                    "it is a link or a folder, and must be a file",
                ));
            }
            Err(error) => return Err(Error::storage("read", &source)(error)),
        }
        // On another disk, such as the cache's, there are no links.
        fs::hard_link(&source, path)
            .or_else(|_| fs::copy(&source, path).map(|_| ()))
            .map_err(Error::storage("write", path))
    }

    fn folder(&self, name: &str) -> Option<PathBuf> {
        Some(self.path(name))
    }
}
