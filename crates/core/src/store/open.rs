//! Which home a name leads to.

use std::sync::Arc;

use super::{Memory, Store};
use crate::{Error, Result};

/// Opens a store by its name:
///
/// | name | home |
/// |---|---|
/// | `memory:` | the memory of this process |
/// | `reviews`, `path/to/store.sqlite`, `sqlite:///path` | SQLite, in a folder or a file; made on first use |
/// | `postgresql://user:password@host/database` | a PostgreSQL server |
///
/// ```
/// let store = pantau::store::open("memory:")?;
/// assert_eq!(store.location(), "memory:");
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidInput`] if the name leads to no home; others as the home has them.
pub fn open(name: &str) -> Result<Arc<dyn Store>> {
    if name.trim().is_empty() {
        return Err(Error::invalid("store", "its name is empty; name a folder, for example"));
    }
    match name.split_once(':') {
        Some(("memory", "")) => Ok(Arc::new(Memory::new())),
        Some(("sqlite", path)) => sqlite(sqlite_path(path)),
        Some(("postgres" | "postgresql", _)) => postgres(name, false),
        // One letter is a drive of Windows.
        Some((scheme, rest)) if scheme.len() > 1 && rest.starts_with("//") => {
            let problem = format!(
                "{scheme}:// is none of memory:, sqlite:// and postgresql://; a path needs none"
            );
            Err(Error::invalid("store", problem))
        }
        _ => {
            check_path("store", name, "memory:, sqlite:// and postgresql://")?;
            sqlite(name)
        }
    }
}

/// Opens a store as [`open`] does, but a server is connected to when it is first asked for something.
/// So a service can start while its database is away, and its [log](super::PredictionLog) keeps
/// predictions in the outbox until it is back.
///
/// # Errors
/// [`Error::InvalidInput`] if the name leads to no home. What [`open`] would say of a server comes
/// with the calls.
pub fn open_later(name: &str) -> Result<Arc<dyn Store>> {
    match name.split_once(':') {
        Some(("postgres" | "postgresql", _)) => postgres(name, true),
        _ => open(name),
    }
}

/// Refuses what looks like the name of a home with a slip in it, and would make a folder.
pub(crate) fn check_path(what: &str, name: &str, homes: &str) -> Result<()> {
    let Some((word, _)) = name.split_once(':') else { return Ok(()) };
    // One letter is a drive of Windows.
    let is_word = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_word && !std::path::Path::new(name).exists() {
        let problem = format!("{word}: is none of {homes}; a path with a colon begins with ./");
        return Err(Error::invalid(what, problem));
    }
    Ok(())
}

/// The path of `sqlite:path`, `sqlite:///relative` and `sqlite:////absolute`, the latter two as
/// `SQLAlchemy` and MLflow write them.
fn sqlite_path(rest: &str) -> &str {
    rest.strip_prefix("///").or_else(|| rest.strip_prefix("//")).unwrap_or(rest)
}

#[cfg(feature = "sqlite")]
fn sqlite(path: &str) -> Result<Arc<dyn Store>> {
    if path.is_empty() || path == ":memory:" {
        let problem = "name a file or a folder, or use `memory:` for what need not last";
        return Err(Error::invalid("store", problem));
    }
    Ok(Arc::new(super::Sqlite::open(path)?))
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_path: &str) -> Result<Arc<dyn Store>> {
    Err(Error::invalid("store", "this program was built without the feature `sqlite`"))
}

#[cfg(feature = "postgres")]
fn postgres(url: &str, later: bool) -> Result<Arc<dyn Store>> {
    let open = if later { super::Postgres::open_later } else { super::Postgres::open };
    Ok(Arc::new(open(url)?))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_url: &str, _later: bool) -> Result<Arc<dyn Store>> {
    Err(Error::invalid("store", "this program was built without the feature `postgres`"))
}
