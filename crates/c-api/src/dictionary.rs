//! Root words for the Sastrawi stemmer.

use std::{ffi::c_char, sync::Arc};

use pantau_core::text::Dictionary;

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    text::pantau_text,
};

/// The root words that the Sastrawi stemmer looks up. It never changes, so threads may share it.
/// Stemmers and extractors keep what they need of it: it may be freed before them.
pub struct pantau_dictionary(pub(crate) Arc<Dictionary>);

/// Reads root words from a UTF-8 file with one word a line. Pantau ships none; PySastrawi brings
/// one as `Sastrawi/Stemmer/data/kata-dasar.txt`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_dictionary_open(
    path: *const c_char,
    path_length: usize,
    out: *mut *mut pantau_dictionary,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, out) =
            unsafe { (argument::text("path", path, path_length)?, Place::new("out", out)?) };
        out.give(pantau_dictionary(Arc::new(Dictionary::open(path)?)));
        Ok(())
    })
}

/// Collects root words from a text with one word a line.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_dictionary_from_words(
    words: *const c_char,
    words_length: usize,
    out: *mut *mut pantau_dictionary,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (words, out) =
            unsafe { (argument::text("words", words, words_length)?, Place::new("out", out)?) };
        out.give(pantau_dictionary(Arc::new(Dictionary::from_words(words.lines())?)));
        Ok(())
    })
}

/// How many different words a dictionary has. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_dictionary_length(dictionary: *const pantau_dictionary) -> usize {
    guard_or(0, || {
        // SAFETY: the header's rules for objects.
        let dictionary = unsafe { dictionary.as_ref() };
        dictionary.map_or(0, |dictionary| dictionary.0.len())
    })
}

/// Gives the SHA-256 of the sorted words, in hexadecimal: equal for equal words in any order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_dictionary_fingerprint(
    dictionary: *const pantau_dictionary,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (dictionary, out) =
            unsafe { (argument::object("dictionary", dictionary)?, Place::new("out", out)?) };
        out.give(dictionary.0.fingerprint().to_owned().into());
        Ok(())
    })
}

/// Frees a dictionary; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_dictionary_free(dictionary: *mut pantau_dictionary) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(dictionary) });
}
