//! Asking whether to go on, from several threads.

use std::sync::{Mutex, PoisonError};

use crate::{Error, Result};

/// What may be called now and then while a vectorizer is fitted; an error ends it.
pub type TfidfWatch<'a> = dyn Fn() -> Result<()> + Sync + 'a;

/// After how many texts it is called again.
const TEXTS_BETWEEN_LOOKS: usize = 1_000;

/// A watch that several threads share: what ends one of them ends all.
pub(super) struct Shared<'a> {
    watch: &'a TfidfWatch<'a>,
    /// Why the work ends; it says so once, for a watch may have nothing against it later.
    ended: Mutex<Option<Error>>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(watch: &'a TfidfWatch<'a>) -> Self {
        Self { watch, ended: Mutex::new(None) }
    }

    /// Asks before a text whether to go on, if it is time to.
    pub(super) fn look(&self, text: usize) -> Result<()> {
        if text == 0 || !text.is_multiple_of(TEXTS_BETWEEN_LOOKS) {
            return Ok(());
        }
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.is_none() {
            *ended = (self.watch)().err();
        }
        if ended.is_some() { Err(Error::invalid("texts", "the work was ended")) } else { Ok(()) }
    }

    /// What came out of the work, or why it ended.
    pub(super) fn conclude<T>(self, result: Result<T>) -> Result<T> {
        self.ended.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(result, Err)
    }
}
