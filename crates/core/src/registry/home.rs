//! The trait that every home has.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Act, Action, Entry, ModelState, NewVersion};
use crate::{Error, Result};

/// Decides what is to happen to a model, from how it stands; nothing if nothing is to be done.
pub type Decide<'a> = &'a dyn Fn(&ModelState) -> Result<Option<Action>>;

/// Where models are registered.
///
/// # For those who write a home
///
/// - A version is seen whole or not at all, whatever ends the process that registers it.
/// - An entry of the journal never changes, and all changes that it tells of happen at once.
/// - [`conformance`](super::conformance) checks all of this that can be checked.
pub trait Registry: fmt::Debug + Send + Sync {
    /// Where it is, for people: a path or a URL, without a password.
    fn location(&self) -> &str;

    /// The names of the models, in order.
    ///
    /// # Errors
    /// As the home has them.
    fn models(&self) -> Result<Vec<String>>;

    /// How a model stands at this moment; without versions if nobody has registered one.
    ///
    /// # Errors
    /// [`Error::Incompatible`](crate::Error::Incompatible) if its journal is damaged; others as
    /// the home has them.
    fn state(&self, model: &str) -> Result<Arc<ModelState>>;

    /// The entries of a model's journal, the first one first.
    ///
    /// # Errors
    /// As the home has them.
    fn journal(&self, model: &str) -> Result<Vec<Entry>>;

    /// Registers a bundle as the next version of a model, and gives its number.
    ///
    /// # Errors
    /// Those of opening the bundle; [`Error::Storage`](crate::Error::Storage) if it cannot be
    /// kept.
    fn register(&self, model: &str, bundle: &Path, told: &NewVersion, act: &Act) -> Result<u32>;

    /// Makes the change that `decide` decides on. It is asked again when somebody else was first,
    /// so what it decides is always about the model as it then stands.
    ///
    /// # Errors
    /// What `decide` says; others as the home has them.
    fn change(&self, model: &str, act: &Act, decide: Decide<'_>) -> Result<Option<Entry>>;

    /// Compares how a model stands, as this home says it, with what its journal comes to. A home that
    /// others change without a journal has nothing to compare.
    ///
    /// # Errors
    /// [`Error::Incompatible`](crate::Error::Incompatible) if they differ.
    fn compare_known(&self, known: &ModelState, replayed: &ModelState) -> Result<()> {
        // Entries may have come since.
        if known.entries != replayed.entries || known == replayed {
            return Ok(());
        }
        let problem = "what stands in the snapshot is not what the journal comes to";
        Err(Error::incompatible(format!("the model {}", known.model), problem))
    }

    /// A folder of this machine with the bundle of a version, each file checked by its SHA-256.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such version;
    /// [`Error::Incompatible`](crate::Error::Incompatible) names a file that was altered.
    fn fetch(&self, model: &str, version: u32) -> Result<PathBuf>;
}
