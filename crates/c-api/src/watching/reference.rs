//! What rows are compared with.

use std::{ffi::c_char, ptr, sync::Arc};

use pantau_core::{
    Timestamp,
    profile::{Reference, ReferenceOptions},
};

use super::batch::pantau_batch;
use crate::{
    argument::{self, Place},
    bundle::pantau_bundle,
    bytes::pantau_bytes,
    error::{guard, guard_or, pantau_status},
};

/// What rows are compared with: the profiles of at least 28 windows, kept apart. It never changes,
/// so threads may share it.
pub struct pantau_reference(pub(crate) Arc<Reference>);

/// Builds a reference from rows in the order of time. `times` are the microseconds since 1970 of
/// each row, needed for windows of time; NULL if there are none. `options` are JSON; the empty text
/// is the default ones: `{"window": "28 windows", "shuffled": false, "layout": {"top": 50,
/// "centres": 32}}`. A window may also be `"1d"`, `"12h"`, `"30min"` or `"500 rows"`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_reference_build(
    rows: *const pantau_batch,
    times: *const i64,
    times_count: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_reference,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results, and for arrays as for texts.
        let (rows, times, options, out) = unsafe {
            (
                argument::object("rows", rows)?,
                argument::optional_array("times", times, times_count)?,
                argument::settings(
                    "options",
                    options,
                    options_length,
                    ReferenceOptions::from_json,
                )?,
                Place::new("out", out)?,
            )
        };
        let times: Option<Vec<Timestamp>> =
            times.map(|times| times.iter().copied().map(Timestamp::from_micros).collect());
        let built = rows.with(|rows| match &times {
            Some(times) => Reference::build_by_time(rows, times, &options),
            None => Reference::build(rows, &options),
        });
        out.give(pantau_reference(Arc::new(built?)));
        Ok(())
    })
}

/// Reads the reference in a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_reference_load(
    path: *const c_char,
    path_length: usize,
    out: *mut *mut pantau_reference,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, out) =
            unsafe { (argument::text("path", path, path_length)?, Place::new("out", out)?) };
        out.give(pantau_reference(Arc::new(Reference::load(path)?)));
        Ok(())
    })
}

/// Writes a reference into a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_reference_save(
    reference: *const pantau_reference,
    path: *const c_char,
    path_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (reference, path) = unsafe {
            (argument::object("reference", reference)?, argument::text("path", path, path_length)?)
        };
        reference.0.save(path)?;
        Ok(())
    })
}

/// Gives what a bundle keeps to compare later texts with; a NULL if it has none, as of fewer than
/// 280 test rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_reference_of_bundle(
    bundle: *const pantau_bundle,
    out: *mut *mut pantau_reference,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (bundle, out) =
            unsafe { (argument::object("bundle", bundle)?, Place::new("out", out)?) };
        match bundle.0.reference()? {
            Some(reference) => out.give(pantau_reference(Arc::new(reference))),
            None => out.put(ptr::null_mut()),
        }
        Ok(())
    })
}

/// Gives the bytes of a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_reference_to_bytes(
    reference: *const pantau_reference,
    out: *mut *mut pantau_bytes,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (reference, out) =
            unsafe { (argument::object("reference", reference)?, Place::new("out", out)?) };
        out.give(reference.0.to_bytes().into());
        Ok(())
    })
}

/// Makes the reference of these bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_reference_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut pantau_reference,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for bytes as for texts.
        let (bytes, out) =
            unsafe { (argument::bytes("bytes", bytes, length)?, Place::new("out", out)?) };
        out.give(pantau_reference(Arc::new(Reference::from_bytes(bytes)?)));
        Ok(())
    })
}

/// How many windows there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_reference_windows(reference: *const pantau_reference) -> usize {
    // SAFETY: the header's rules for objects.
    guard_or(0, || unsafe { reference.as_ref() }.map_or(0, |own| own.0.windows().len()))
}

/// Frees a reference; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_reference_free(reference: *mut pantau_reference) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(reference) });
}
