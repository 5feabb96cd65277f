//! Files of waiting records whose processes are gone.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::home::Home;
use crate::store::{LogOptions, PredictionLog};

/// A younger file may be one that another process is just about to lock.
const LEAST_AGE: Duration = Duration::from_secs(10);

/// Brings what waits in files that nobody uses any more into the store, and removes them. What cannot
/// be delivered now waits for the next who opens the workspace.
pub(super) fn adopt(home: &Home) {
    let Ok(folder) = home.inside("outbox") else { return };
    let Ok(entries) = fs::read_dir(folder) else { return };
    let is_outbox = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "jsonl");
    let files = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_outbox);
    for path in files.filter(|path| is_old(path)) {
        let options = LogOptions { outbox: Some(path.clone()), ..LogOptions::default() };
        // One that is in use is locked.
        let Ok(log) = PredictionLog::open(home.store.clone(), options) else { continue };
        if log.close().is_ok() {
            remove_empty(&path);
        }
    }
}

/// Removes a file of a closed log in which nothing waits.
pub(super) fn remove_empty(path: &Path) {
    if fs::metadata(path).is_ok_and(|found| found.len() == 0) {
        let _ = fs::remove_file(path);
    }
}

fn is_old(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|found| found.modified());
    modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age >= LEAST_AGE))
}
