//! Removing the words that say little.

use std::ffi::c_char;

use pantau_core::text::{Language, StopWords};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    text::{pantau_text, transform},
};

/// Removes the words that say little. It never changes, so threads may share it.
pub struct pantau_stop_words(StopWords);

/// Gives the list of a language, `id` or `en`. It keeps negations such as tidak and not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stop_words_new(
    language: *const c_char,
    language_length: usize,
    out: *mut *mut pantau_stop_words,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (language, out) = unsafe {
            (argument::text("language", language, language_length)?, Place::new("out", out)?)
        };
        out.give(pantau_stop_words(StopWords::new(language.parse::<Language>()?)));
        Ok(())
    })
}

/// Gives the list and the behaviour of PySastrawi 1.2.1's stop-word remover. It removes negations.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stop_words_sastrawi(
    out: *mut *mut pantau_stop_words,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(pantau_stop_words(StopWords::sastrawi()));
        Ok(())
    })
}

/// Gives a list of your own, from a text with one word a line; empty lines and lines that start
/// with `#` are skipped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stop_words_from_words(
    words: *const c_char,
    words_length: usize,
    out: *mut *mut pantau_stop_words,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (words, out) =
            unsafe { (argument::text("words", words, words_length)?, Place::new("out", out)?) };
        out.give(pantau_stop_words(StopWords::from_words(words.lines())));
        Ok(())
    })
}

/// Reads a list from a UTF-8 file, as `pantau_stop_words_from_words` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stop_words_open(
    path: *const c_char,
    path_length: usize,
    out: *mut *mut pantau_stop_words,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, out) =
            unsafe { (argument::text("path", path, path_length)?, Place::new("out", out)?) };
        out.give(pantau_stop_words(StopWords::open(path)?));
        Ok(())
    })
}

/// Gives the text without its stop words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stop_words_remove(
    stop_words: *const pantau_stop_words,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe {
        transform(&argument::object("stop_words", stop_words)?.0, text, length, out)
    })
}

/// Frees a list of stop words; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stop_words_free(stop_words: *mut pantau_stop_words) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(stop_words) });
}
