//! Cleaning texts.

use std::ffi::c_char;

use pantau_core::text::{Cleaner, Language};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    text::{pantau_text, transform},
};

/// Cleans texts in separate, ordered steps. It never changes, so threads may share it.
pub struct pantau_cleaner(Cleaner);

/// Gives a cleaner with the default steps of a language, `id` or `en`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cleaner_new(
    language: *const c_char,
    language_length: usize,
    out: *mut *mut pantau_cleaner,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (language, out) = unsafe {
            (argument::text("language", language, language_length)?, Place::new("out", out)?)
        };
        out.give(pantau_cleaner(Cleaner::new(language.parse::<Language>()?)));
        Ok(())
    })
}

/// Gives a cleaner with the steps in a JSON list, such as
/// `["html", {"emoji": "drop"}, {"repeats": 1}, "case"]`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cleaner_from_json(
    steps: *const c_char,
    steps_length: usize,
    out: *mut *mut pantau_cleaner,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (steps, out) =
            unsafe { (argument::text("steps", steps, steps_length)?, Place::new("out", out)?) };
        out.give(pantau_cleaner(Cleaner::from_json(steps)?));
        Ok(())
    })
}

/// Gives the cleaned text. Cleaning it again changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cleaner_clean(
    cleaner: *const pantau_cleaner,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe { transform(&argument::object("cleaner", cleaner)?.0, text, length, out) })
}

/// Gives the steps as JSON, as `pantau_cleaner_from_json` reads them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cleaner_to_json(
    cleaner: *const pantau_cleaner,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (cleaner, out) =
            unsafe { (argument::object("cleaner", cleaner)?, Place::new("out", out)?) };
        out.give(cleaner.0.to_json().into());
        Ok(())
    })
}

/// Frees a cleaner; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cleaner_free(cleaner: *mut pantau_cleaner) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(cleaner) });
}
