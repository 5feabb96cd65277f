//! A registry in the memory of this process, for tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    Act, Entry, ModelState, NewVersion, Registry, home::Decide, journaled::Journaled, shelf::Shelf,
};
use crate::{Error, Result, model};

/// A registry that ends with the process. Bundles that are loaded from it are put into the cache
/// folder.
#[derive(Debug)]
pub struct Memory(Journaled<Shelved>);

impl Memory {
    /// A registry without a model.
    pub fn new() -> Self {
        Self(Journaled::new(Shelved::default(), model::cache_folder()))
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug, Default)]
struct Shelved(Mutex<BTreeMap<String, Vec<u8>>>);

impl Shelved {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf for Shelved {
    fn location(&self) -> &'static str {
        "memory:"
    }

    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        let mut files = self.lock();
        let is_new = !files.contains_key(name);
        if is_new {
            files.insert(name.to_owned(), bytes.to_owned());
        }
        Ok(is_new)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.lock().insert(name.to_owned(), bytes.to_owned());
        Ok(())
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.lock().get(name).cloned())
    }

    fn folders(&self, name: &str) -> Result<Vec<String>> {
        let prefix = format!("{name}/");
        let files = self.lock();
        let below = files.keys().filter_map(|file| file.strip_prefix(&prefix)?.split_once('/'));
        Ok(below
            .map(|(folder, _)| folder.to_owned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect())
    }

    fn has(&self, name: &str, size: u64) -> Result<bool> {
        Ok(self.lock().get(name).is_some_and(|bytes| bytes.len() as u64 == size))
    }

    fn put_file(&self, name: &str, path: &Path) -> Result<()> {
        self.put(name, &fs::read(path).map_err(Error::storage("read", path))?)
    }

    fn get_file(&self, name: &str, path: &Path) -> Result<()> {
        let bytes = self.get(name)?.ok_or_else(|| Error::NotFound {
            what: name.to_owned(),
            hint: "it was registered and is gone".to_owned(),
        })?;
        fs::write(path, bytes).map_err(Error::storage("write", path))
    }

    fn folder(&self, _name: &str) -> Option<PathBuf> {
        None
    }
}

/// Hands all calls on to the registry within.
macro_rules! forward {
    ($name:ty) => {
        #[deny(clippy::missing_trait_methods)]
        impl Registry for $name {
            fn location(&self) -> &str {
                self.0.location()
            }

            fn models(&self) -> Result<Vec<String>> {
                self.0.models()
            }

            fn state(&self, model: &str) -> Result<std::sync::Arc<ModelState>> {
                self.0.state(model)
            }

            fn journal(&self, model: &str) -> Result<Vec<Entry>> {
                self.0.journal(model)
            }

            fn register(
                &self,
                model: &str,
                bundle: &Path,
                told: &NewVersion,
                act: &Act,
            ) -> Result<u32> {
                self.0.register(model, bundle, told, act)
            }

            fn compare_known(&self, known: &ModelState, replayed: &ModelState) -> Result<()> {
                self.0.compare_known(known, replayed)
            }

            fn change(&self, model: &str, act: &Act, decide: Decide<'_>) -> Result<Option<Entry>> {
                self.0.change(model, act, decide)
            }

            fn fetch(&self, model: &str, version: u32) -> Result<PathBuf> {
                self.0.fetch(model, version)
            }
        }
    };
}
pub(super) use forward;

forward!(Memory);
