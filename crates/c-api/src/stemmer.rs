//! Reducing words to their stems.

use std::{
    ffi::{CStr, CString, c_char},
    ptr,
    sync::{Arc, OnceLock},
};

use pantau_core::text::{Language, Stemmer};

use crate::{
    argument::{self, Place},
    dictionary::pantau_dictionary,
    error::{guard, guard_or, pantau_status},
    text::{pantau_text, transform},
};

/// Reduces words to their stems. It never changes, so threads may share it.
pub struct pantau_stemmer(Stemmer);

/// Gives the best stemmer for a language, `id` or `en`, with what is at hand: for Indonesian
/// Sastrawi's with a dictionary, else Tala's (`pantau_stemmer_hint` then says so). The dictionary
/// may be NULL, and must be for English, which has no use for one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stemmer_new(
    language: *const c_char,
    language_length: usize,
    dictionary: *const pantau_dictionary,
    out: *mut *mut pantau_stemmer,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (language, dictionary, out) = unsafe {
            (
                argument::text("language", language, language_length)?,
                dictionary.as_ref(),
                Place::new("out", out)?,
            )
        };
        let dictionary = dictionary.map(|dictionary| Arc::clone(&dictionary.0));
        let stemmer = Stemmer::for_language(language.parse::<Language>()?, dictionary)?;
        out.give(pantau_stemmer(stemmer));
        Ok(())
    })
}

/// Gives the stems of the words of a text, in lower case, joined by single spaces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stemmer_stem(
    stemmer: *const pantau_stemmer,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe { transform(&argument::object("stemmer", stemmer)?.0, text, length, out) })
}

/// Gives the name of the algorithm in use: `sastrawi`, `tala` or `english`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stemmer_algorithm(
    stemmer: *const pantau_stemmer,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (stemmer, out) =
            unsafe { (argument::object("stemmer", stemmer)?, Place::new("out", out)?) };
        out.give(stemmer.0.algorithm().name().to_owned().into());
        Ok(())
    })
}

/// How to get better stems; NULL if there is no better way, or the stemmer is NULL. It stays
/// valid for good.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stemmer_hint(stemmer: *const pantau_stemmer) -> *const c_char {
    guard_or(ptr::null(), || {
        // SAFETY: the header's rules for objects.
        let stemmer = unsafe { stemmer.as_ref() };
        hint(stemmer.map(|stemmer| &stemmer.0)).map_or(ptr::null(), CStr::as_ptr)
    })
}

/// The hint of a stemmer with the NUL that C needs. There is one hint for all
/// stemmers that have any.
pub(crate) fn hint(stemmer: Option<&Stemmer>) -> Option<&'static CStr> {
    static HINT: OnceLock<CString> = OnceLock::new();
    let hint = stemmer?.hint()?;
    Some(HINT.get_or_init(|| CString::new(hint).expect("it is a sentence without a NUL")))
}

/// Frees a stemmer; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_stemmer_free(stemmer: *mut pantau_stemmer) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(stemmer) });
}
