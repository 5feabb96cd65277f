//! Each model once in a process: whoever opens the same bundle in the same way
//! gets the same one, and while one thread loads it, the others wait for it.
//!
//! The same holds for graphs: heads that were learnt on one encoder share it, and what it answered.

use std::{
    collections::HashMap,
    hash::Hash,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

use super::{Bundle, ModelOptions, loaded::Loaded, transformer::Transformer};
use crate::Result;

/// What two models must have in common to be one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ModelKey {
    /// A forked process has its own: threads do not cross a fork.
    process: u32,
    path: PathBuf,
    id: String,
    options: ModelOptions,
}

/// What two graphs must have in common to be one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct GraphKey {
    process: u32,
    graph: String,
    options: ModelOptions,
    threads: NonZero<usize>,
}

/// Held by whoever loads it; the others wait for the lock.
type Flight<T> = Arc<Mutex<Weak<T>>>;

/// What is loaded, and what is being loaded.
struct Flights<K, T>(Mutex<HashMap<K, Flight<T>>>);

static MODELS: LazyLock<Flights<ModelKey, Loaded>> = LazyLock::new(Flights::new);
static GRAPHS: LazyLock<Flights<GraphKey, Transformer>> = LazyLock::new(Flights::new);

impl<K: Eq + Hash, T> Flights<K, T> {
    fn new() -> Self {
        Self(Mutex::default())
    }

    /// What belongs to a key, loaded now or before.
    fn get(&self, key: K, load: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        let flight = {
            let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            flights.retain(|other, flight| {
                // A flight nobody is on and whose model is gone.
                *other == key
                    || Arc::strong_count(flight) > 1
                    || flight.try_lock().is_ok_and(|loaded| loaded.strong_count() > 0)
            });
            flights.entry(key).or_default().clone()
        };
        let mut loaded = flight.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = loaded.upgrade() {
            return Ok(loaded);
        }
        let fresh = Arc::new(load()?);
        *loaded = Arc::downgrade(&fresh);
        Ok(fresh)
    }
}

/// The model in a bundle.
pub(super) fn open(bundle: &Path, options: &ModelOptions) -> Result<Arc<Loaded>> {
    options.check()?;
    // The manifest says which model it is; the weights are only read if it is a new one.
    let (path, id) = Bundle::identify(bundle)?;
    let key = ModelKey { process: std::process::id(), path, id, options: of_model(options) };
    MODELS.get(key, || Loaded::open(Bundle::open(bundle)?, options))
}

/// What runs the graph of a bundle.
pub(super) fn transformer(
    bundle: &Arc<Bundle>,
    options: &ModelOptions,
    threads: NonZero<usize>,
) -> Result<Arc<Transformer>> {
    let key = GraphKey {
        process: std::process::id(),
        graph: bundle.manifest().graph_id(),
        options: of_model(options),
        threads,
    };
    GRAPHS.get(key, || Transformer::open(bundle.clone(), options, threads))
}

/// Options without those that concern how a handle reads texts, not the model behind it.
fn of_model(options: &ModelOptions) -> ModelOptions {
    ModelOptions {
        max_tokens: None,
        long_text: ModelOptions::default().long_text,
        ..options.clone()
    }
}
