//! Each model once in a process: whoever opens the same bundle in the same way
//! gets the same one, and while one thread loads it, the others wait for it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::{Bundle, ModelOptions, loaded::Loaded};
use crate::Result;

/// What two models must have in common to be one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// A forked process has its own: threads do not cross a fork.
    process: u32,
    path: PathBuf,
    id: String,
    options: ModelOptions,
}

/// Held by whoever loads the model; the others wait for the lock.
type Flight = Arc<Mutex<Weak<Loaded>>>;

static FLIGHTS: Mutex<Option<HashMap<Key, Flight>>> = Mutex::new(None);

/// The model in a bundle, loaded now or before.
pub(super) fn open(bundle: &Path, options: &ModelOptions) -> Result<Arc<Loaded>> {
    options.check()?;
    // The manifest says which model it is; the weights are only read if it is a new one.
    let (path, id) = Bundle::identify(bundle)?;
    let key = Key {
        process: std::process::id(),
        path,
        id,
        options: ModelOptions {
            // These concern how a handle reads texts, not the model behind it.
            max_tokens: None,
            long_text: ModelOptions::default().long_text,
            ..options.clone()
        },
    };
    let flight = {
        let mut flights = FLIGHTS.lock().unwrap_or_else(PoisonError::into_inner);
        let flights = flights.get_or_insert_default();
        flights.retain(|other, flight| {
            // A flight nobody is on and whose model is gone.
            *other == key
                || Arc::strong_count(flight) > 1
                || flight.try_lock().is_ok_and(|model| model.strong_count() > 0)
        });
        flights.entry(key).or_default().clone()
    };
    let mut model = flight.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(model) = model.upgrade() {
        return Ok(model);
    }
    let loaded = Arc::new(Loaded::open(Bundle::open(bundle)?, options)?);
    *model = Arc::downgrade(&loaded);
    Ok(loaded)
}
