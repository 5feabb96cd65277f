//! Making a bundle so that nobody ever sees half of one.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    Bundle, check_graph, check_needed, describe,
    file::{MANIFEST, name_problem, read_entry},
};
use crate::{
    Error, Result,
    model::{FileEntry, Manifest},
};

/// How many folders of the same name, left by programs that were killed, are stepped over.
const MOST_LEFT_BEHIND: u32 = 1000;
/// How deep folders may lie in each other inside a bundle.
const DEEPEST: u32 = 16;

/// A bundle in the making: a folder beside its target, which is renamed when all is well and
/// removed when it is not.
#[derive(Debug)]
pub(crate) struct BundleWriter {
    target: PathBuf,
    folder: PathBuf,
    overwrite: bool,
}

impl BundleWriter {
    /// Starts a bundle that will be at `target`; with `overwrite` it may replace one.
    pub(crate) fn new(target: impl AsRef<Path>, overwrite: bool) -> Result<Self> {
        // Without a slash at its end, behind which a link would be followed.
        let target: PathBuf = target.as_ref().components().collect();
        check_target(&target, overwrite)?;
        let folder = make_neighbour(&target, "part", |path| fs::create_dir(path))?;
        Ok(Self { target, folder, overwrite })
    }

    /// Where the files are written; every file in it becomes one of the bundle.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a model is called that was given no name: like its folder.
    pub(crate) fn default_name(&self) -> String {
        let name = self.target.file_name().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| "model".to_owned())
    }

    /// Copies a file in under a name inside the bundle.
    pub(in crate::model) fn copy(&self, name: &str, source: &Path) -> Result<()> {
        if let Some(problem) = name_problem(name) {
            let problem = format!("the file name {name:?} {problem}");
            return Err(Error::invalid(describe(&self.target), problem));
        }
        let path = self.folder().join(name);
        if path.exists() {
            let problem = format!("the file name {name:?} is there twice");
            return Err(Error::invalid(describe(&self.target), problem));
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::storage("write", parent))?;
        }
        let mut from = File::open(source).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NotFound {
                what: source.display().to_string(),
                hint: format!("it should become {name} of {}", describe(&self.target)),
            },
            _ => Error::Storage { action: "read", path: source.to_owned(), source: error },
        })?;
        let mut to = File::create(&path).map_err(Error::storage("write", &path))?;
        io::copy(&mut from, &mut to).map_err(Error::storage("write", &path))?;
        Ok(())
    }

    /// Writes the manifest and puts the bundle in its place.
    pub(crate) fn finish(self, mut manifest: Manifest) -> Result<Bundle> {
        let what = describe(&self.target);
        manifest.format = Manifest::FORMAT;
        env!("CARGO_PKG_VERSION").clone_into(&mut manifest.pantau);
        manifest.files = BTreeMap::new();
        collect(&what, self.folder(), "", 0, &mut manifest.files)?;
        manifest.check(&what)?;
        check_needed(&what, &manifest)?;
        let graph = check_graph(&what, &self.folder, &manifest)?;

        let path = self.folder().join(MANIFEST);
        let mut file = File::create(&path).map_err(Error::storage("write", &path))?;
        file.write_all(manifest.to_json().as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(Error::storage("write", &path))?;
        sync_folder(&self.folder)?;
        self.put_in_place()?;
        Ok(Bundle::checked(self.target.clone(), manifest, graph))
    }

    fn put_in_place(&self) -> Result<()> {
        // Somebody may have put something there while the files were written.
        check_target(&self.target, self.overwrite)?;
        let target = &self.target;
        let into_place =
            || fs::rename(&self.folder, target).map_err(Error::storage("write", target));
        match fs::symlink_metadata(target) {
            Err(_) => into_place()?,
            Ok(_) if is_bundle(target) => {
                let old = make_neighbour(target, "old", |old| rename_to_new(target, old))?;
                if let Err(error) = into_place() {
                    // The bundle that was there must not be lost; the first error is the one to tell.
                    let _ = fs::rename(&old, target);
                    return Err(error);
                }
                // The new bundle is in its place: that the old one could not be removed, because a
                // program still holds its files, does not make this a failure.
                let _ = fs::remove_dir_all(&old);
            }
            Ok(_) => {
                // It is empty, or the check above had refused it.
                fs::remove_dir(target).map_err(Error::storage("write", target))?;
                into_place()?;
            }
        }
        sync_folder(parent(target))
    }
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        // After a success it is gone already; after a failure there is an error to tell already.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Takes up every file below a folder, and makes sure that it is on the disk.
fn collect(
    what: &str,
    folder: &Path,
    prefix: &str,
    depth: u32,
    files: &mut BTreeMap<String, FileEntry>,
) -> Result<()> {
    if depth > DEEPEST {
        return Err(Error::invalid(what, format!("more than {DEEPEST} folders in each other")));
    }
    let mut piece = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::storage("read", folder))? {
        let entry = entry.map_err(Error::storage("read", folder))?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            let problem = format!("the file name {} is not UTF-8", path.display());
            return Err(Error::invalid(what, problem));
        };
        let name = format!("{prefix}{name}");
        let kind = entry.file_type().map_err(Error::storage("read", &path))?;
        if kind.is_dir() {
            collect(what, &path, &format!("{name}/"), depth + 1, files)?;
            continue;
        }
        if !kind.is_file() {
            return Err(Error::invalid(what, format!("{} is not a plain file", path.display())));
        }
        let found = read_entry(what, &path, &mut piece)?;
        // Windows only writes out what was opened for writing.
        let opened = File::options().read(true).write(cfg!(windows)).open(&path);
        opened.and_then(|file| file.sync_all()).map_err(Error::storage("write", &path))?;
        files.insert(name, found);
    }
    sync_folder(folder)
}

/// Whether a bundle may be put at `target`.
fn check_target(target: &Path, overwrite: bool) -> Result<()> {
    let what = describe(target);
    let metadata = match fs::symlink_metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let parent = parent(target);
            if parent.is_dir() {
                return Ok(());
            }
            let hint = format!("{} is not a folder", parent.display());
            return Err(Error::NotFound { what: format!("the place for {what}"), hint });
        }
        Err(source) => {
            return Err(Error::Storage { action: "read", path: target.to_owned(), source });
        }
    };
    if !metadata.is_dir() {
        return Err(Error::invalid(what, "a file or link of this name exists already"));
    }
    let is_empty = fs::read_dir(target).map_err(Error::storage("read", target))?.next().is_none();
    if is_empty {
        return Ok(());
    }
    match (is_bundle(target), overwrite) {
        (true, true) => Ok(()),
        (true, false) => {
            Err(Error::invalid(what, "exists already, and overwriting it was not allowed"))
        }
        (false, _) => Err(Error::invalid(
            what,
            format!("the folder exists, is not empty, and has no {MANIFEST}: it is left alone"),
        )),
    }
}

fn is_bundle(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(MANIFEST)).is_ok_and(|metadata| metadata.is_file())
}

/// The folder `target` is in, or will be.
fn parent(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes something new beside `target`, called like it with the process and `ending` behind.
fn make_neighbour(
    target: &Path,
    ending: &str,
    make: impl Fn(&Path) -> io::Result<()>,
) -> Result<PathBuf> {
    let Some(name) = target.file_name() else {
        return Err(Error::invalid(describe(target), "the path names no folder"));
    };
    let process = std::process::id();
    let mut attempt = 0;
    loop {
        let mut neighbour = OsString::from(name);
        // In a container every process may have the same number.
        let again = if attempt == 0 { String::new() } else { format!("-{attempt}") };
        neighbour.push(format!(".{process}{again}.{ending}"));
        let neighbour = target.with_file_name(neighbour);
        match make(&neighbour) {
            Ok(()) => return Ok(neighbour),
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists && attempt < MOST_LEFT_BEHIND =>
            {
                attempt += 1;
            }
            Err(source) => return Err(Error::Storage { action: "write", path: neighbour, source }),
        }
    }
}

/// Renames a folder to a name that nothing has yet.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Makes sure that the names in a folder are on the disk, where the system can be told to.
fn sync_folder(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::storage("write", folder))?;
    }
    Ok(())
}
