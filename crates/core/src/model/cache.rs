//! Where a machine keeps what it need not find out again.

use std::{env, path::PathBuf};

/// `PANTAU_CACHE_DIR`, or the user's cache folder.
pub(crate) fn folder() -> Option<PathBuf> {
    let named = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty());
    named("PANTAU_CACHE_DIR").map(PathBuf::from).or_else(|| {
        let base = named("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(named("HOME")?).join(".cache")))?;
        Some(base.join("pantau"))
    })
}
