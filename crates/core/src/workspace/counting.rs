//! What a process counts of what it answers, until it is brought into the store.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Result, Timestamp,
    model::{Predictions, Vectors, count},
    profile::{Layout, Profile},
    store::{ProfileRecord, Store},
};

/// The rows of a version that came in a window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    model: String,
    version: String,
    window_start: Timestamp,
}

/// Profiles of windows.
#[derive(Debug, Default)]
pub(super) struct Counting {
    profiles: Mutex<BTreeMap<Key, Profile>>,
    /// How many rows could not be counted, and why the last could not.
    missed: Mutex<(u64, Option<String>)>,
}

/// What was answered.
pub(super) struct Seen<'a, T> {
    pub(super) model: &'a str,
    pub(super) version: &'a str,
    pub(super) window_start: Timestamp,
    pub(super) texts: &'a [T],
    pub(super) predictions: &'a Predictions,
    pub(super) vectors: Option<Vectors>,
    pub(super) each_ms: f64,
}

impl Counting {
    /// Counts answers. What goes wrong here does not touch them: it is counted, too.
    pub(super) fn see<T: AsRef<str>>(&self, layout: &Arc<Layout>, seen: Seen<'_, T>) {
        let key = Key {
            model: seen.model.to_owned(),
            version: seen.version.to_owned(),
            window_start: seen.window_start,
        };
        let mut profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = profiles.entry(key).or_insert_with(|| Profile::new(layout));
        let counted = count(profile, seen.texts, seen.predictions, seen.vectors, seen.each_ms);
        drop(profiles);
        if let Err(error) = counted {
            let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
            *missed = (missed.0 + seen.texts.len() as u64, Some(error.full_message()));
        }
    }

    /// Brings what was counted into the store. If that fails it is kept for the next time.
    pub(super) fn flush(&self, store: &Arc<dyn Store>) -> Result<()> {
        let taken = mem::take(&mut *self.profiles.lock().unwrap_or_else(PoisonError::into_inner));
        let record = |(key, profile): (&Key, &Profile)| {
            let bytes = profile.to_bytes();
            ProfileRecord::new(&key.model, &key.version, key.window_start, profile.rows(), bytes)
        };
        let records: Vec<ProfileRecord> =
            taken.iter().filter(|(_, profile)| profile.rows() > 0).map(record).collect();
        let written = store.write_profiles(&records);
        if written.is_err() {
            let mut profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, profile) in taken {
                match profiles.get_mut(&key) {
                    // The layout is that of the same version.
                    Some(newer) => newer.merge(&profile)?,
                    None => _ = profiles.insert(key, profile),
                }
            }
        }
        written
    }

    /// How many rows could not be counted, and why the last could not.
    pub(super) fn missed(&self) -> (u64, Option<String>) {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
