//! Reading the small text files people bring: word lists, tables, settings.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{Error, Result};

/// Reads a UTF-8 file. `what` is its role, `hint` says what it should hold.
pub(crate) fn read_text(what: &str, path: &Path, hint: &str) -> Result<String> {
    let bytes = read_bytes(what, path, hint)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + memchr::memchr_iter(b'\n', &error.as_bytes()[..at]).count();
        Error::invalid(format!("{what} {}", path.display()), format!("line {line} is not UTF-8"))
    })?;
    // Spreadsheet programs put a byte-order mark in front of UTF-8.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Reads a file. `what` is its role, `hint` says what it should hold.
pub(crate) fn read_bytes(what: &str, path: &Path, hint: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            Error::NotFound {
                what: format!("{what} {}", path.display()),
                hint: format!("expected {hint}"),
            }
        } else {
            Error::Storage { action: "read", path: path.to_owned(), source }
        }
    })
}

/// Writes a text whole or not at all.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<()> {
    write_bytes(path, text.as_bytes())
}

/// Writes a file whole or not at all: into a neighbour first, then renamed over.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = PartFile::create(path)?;
    io::Write::write_all(&mut file, bytes).map_err(|source| Error::Storage {
        action: "write",
        path: path.to_owned(),
        source,
    })?;
    file.finish()
}

/// A file that nobody sees before it is whole: until [`finish`](Self::finish) it has another name,
/// and without it is removed.
#[derive(Debug)]
pub(crate) struct PartFile {
    path: PathBuf,
    neighbour: PathBuf,
    file: fs::File,
    is_finished: bool,
}

impl PartFile {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        /// Threads that write the same file must not write the same neighbour.
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let Some(name) = path.file_name() else {
            return Err(Error::invalid("path", format!("{} names no file", path.display())));
        };
        let mut neighbour_name = name.to_owned();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        neighbour_name.push(format!(".{}-{number}.part", std::process::id()));
        let neighbour = path.with_file_name(neighbour_name);
        let file = fs::File::create(&neighbour).map_err(|source| Error::Storage {
            action: "write",
            path: path.to_owned(),
            source,
        })?;
        Ok(Self { path: path.to_owned(), neighbour, file, is_finished: false })
    }

    /// Gives the file its name, once it is on the disk.
    pub(crate) fn finish(mut self) -> Result<()> {
        let finished = self.file.sync_all().and_then(|()| fs::rename(&self.neighbour, &self.path));
        self.is_finished = finished.is_ok();
        finished.map_err(|source| Error::Storage {
            action: "write",
            path: self.path.clone(),
            source,
        })
    }
}

impl io::Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_finished {
            // What is half written must not stay; that it could not even be removed adds nothing.
            let _ = fs::remove_file(&self.neighbour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_whole_and_leave_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        write_text(&path, "one").unwrap();
        write_text(&path, "two").unwrap();
        assert_eq!(read_text("settings", &path, "text").unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_storage_error() {
        let error = write_text(Path::new("no/such/folder/file"), "x").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Storage);
    }

    #[test]
    fn the_line_that_is_not_utf8_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.txt");
        fs::write(&path, b"satu\ndua\n\xfftiga\n").unwrap();
        let message = read_text("dictionary", &path, "words").unwrap_err().to_string();
        assert!(message.ends_with("line 3 is not UTF-8"), "{message}");
    }
}
