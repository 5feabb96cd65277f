//! What a home must be able to do with files for a journaled registry to live in it.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::Result;

/// A place for files under names, which are parts with `/` between them.
pub(super) trait Shelf: fmt::Debug + Send + Sync {
    fn location(&self) -> &str;

    /// Puts a file that is not there yet, whole or not at all, and so that it stays. False if it is
    /// there already; of two who put the same one, one is told so.
    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<bool>;

    /// Puts a file whole or not at all, whether it is there or not. For what can be made anew.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<()>;

    /// The bytes of a file; none if it is not there.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// The names of the folders directly below a name.
    fn folders(&self, name: &str) -> Result<Vec<String>>;

    /// Whether a file of this size is there.
    fn has(&self, name: &str, size: u64) -> Result<bool>;

    /// Puts a file of this machine, whole or not at all.
    fn put_file(&self, name: &str, path: &Path) -> Result<()>;

    /// Fetches a file to a path of this machine where none is.
    fn get_file(&self, name: &str, path: &Path) -> Result<()>;

    /// Where a folder with this name would be on this machine, if it can be there; if it can be
    /// written, files of the shelf can be linked into it.
    fn folder(&self, name: &str) -> Option<PathBuf>;
}
