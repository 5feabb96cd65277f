//! Standard spellings for colloquial ones.

use std::ffi::c_char;

use pantau_core::text::Normalizer;

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    text::{pantau_text, transform},
};

/// Replaces colloquial words by standard ones (gak → tidak), from a table of two columns. It
/// never changes, so threads may share it.
pub struct pantau_normalizer(Normalizer);

/// Reads a table from a UTF-8 file, as `pantau_normalizer_from_table` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_normalizer_open(
    path: *const c_char,
    path_length: usize,
    out: *mut *mut pantau_normalizer,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, out) =
            unsafe { (argument::text("path", path, path_length)?, Place::new("out", out)?) };
        out.give(pantau_normalizer(Normalizer::open(path)?));
        Ok(())
    })
}

/// Reads a table from text: an entry a line, its two columns parted by a tab, or by a comma if
/// the first line has no tab. Empty lines and lines that start with `#` are skipped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_normalizer_from_table(
    table: *const c_char,
    table_length: usize,
    out: *mut *mut pantau_normalizer,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (table, out) =
            unsafe { (argument::text("table", table, table_length)?, Place::new("out", out)?) };
        out.give(pantau_normalizer(Normalizer::from_table(table)?));
        Ok(())
    })
}

/// Gives the text with standard spellings, its words joined by single spaces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_normalizer_normalize(
    normalizer: *const pantau_normalizer,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe {
        transform(&argument::object("normalizer", normalizer)?.0, text, length, out)
    })
}

/// Frees a normalizer; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_normalizer_free(normalizer: *mut pantau_normalizer) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(normalizer) });
}
