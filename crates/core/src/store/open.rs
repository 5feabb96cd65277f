//! From a location to its home.

use std::sync::Arc;

use super::{Memory, Store};
use crate::{Error, Result};

/// Opens the store at a location, and makes it on first use.
///
/// | location | home |
/// |---|---|
/// | `memory:` | the memory of this process, new at each call |
/// | `sqlite:path`, `sqlite:///path` or a path | a file of SQLite; in a folder, `store.sqlite` |
/// | `postgresql://user:password@host/database` | a PostgreSQL server |
///
/// ```
/// let store = pantau::store::open("memory:")?;
/// assert_eq!(store.location(), "memory:");
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidInput`] for a location of none of these forms or a home that this build does
/// not have, others as the home has them.
pub fn open(location: &str) -> Result<Arc<dyn Store>> {
    let Some((scheme, rest)) = scheme(location) else { return sqlite(location) };
    match scheme {
        "memory" if rest.is_empty() => Ok(Arc::new(Memory::new())),
        // Three slashes and a relative path, four and an absolute one, as SQLAlchemy and with it
        // MLflow write it.
        "sqlite" => sqlite(rest.strip_prefix("///").unwrap_or(rest)),
        "postgres" | "postgresql" => postgres(location),
        _ => Err(Error::invalid(
            "location of the store",
            format!(
                "{scheme:?} is no home; there are `memory:`, `sqlite:path` or a path, and \
                 `postgresql://user:password@host/database`"
            ),
        )),
    }
}

/// The scheme and what follows; none if it is a path, `C:\store` included.
fn scheme(location: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = location.split_once(':')?;
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|letter: char| letter.is_ascii_lowercase())
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    is_scheme.then_some((scheme, rest))
}

fn sqlite(location: &str) -> Result<Arc<dyn Store>> {
    let problem = format!("{location:?} needs SQLite, which is not part of this build");
    Err(Error::invalid("location of the store", problem))
}

fn postgres(_: &str) -> Result<Arc<dyn Store>> {
    let problem = "PostgreSQL is not part of this build";
    Err(Error::invalid("location of the store", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_not_schemes() {
        assert_eq!(scheme("memory:"), Some(("memory", "")));
        assert_eq!(scheme("sqlite:///a/b"), Some(("sqlite", "///a/b")));
        for path in ["store.sqlite", "C:\\store", "a folder/x:y", "./a:b"] {
            assert_eq!(scheme(path), None, "{path}");
        }
    }

    #[test]
    fn homes_that_are_unknown_are_named_with_those_that_are() {
        for location in ["mysql://host/database", "memory:other", "s3://bucket"] {
            let error = open(location).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
            assert!(error.to_string().contains("postgresql://"), "{error}");
        }
    }
}
