//! What was counted of some rows.

use std::ffi::c_char;

use pantau_core::profile::Profile;

use super::{batch::pantau_batch, reference::pantau_reference};
use crate::{
    argument::{self, Place},
    bytes::pantau_bytes,
    error::{guard, guard_or, pantau_status},
    text::pantau_text,
};

/// What was counted of some rows: small, exact, and the same bytes however the rows were split.
pub struct pantau_profile(pub(crate) Profile);

/// Makes a profile of no rows, which counts as a reference does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_new(
    reference: *const pantau_reference,
    out: *mut *mut pantau_profile,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (reference, out) =
            unsafe { (argument::object("reference", reference)?, Place::new("out", out)?) };
        out.give(pantau_profile(Profile::new(reference.0.layout())));
        Ok(())
    })
}

/// Counts rows. A column of the reference that is not there, or of another kind, is counted as
/// absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_update(
    profile: *mut pantau_profile,
    rows: *const pantau_batch,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let (profile, rows) =
            unsafe { (argument::object_mut("profile", profile)?, argument::object("rows", rows)?) };
        rows.with(|rows| profile.0.update(rows))?;
        Ok(())
    })
}

/// Adds what was counted of other rows by the same reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_merge(
    profile: *mut pantau_profile,
    other: *const pantau_profile,
) -> pantau_status {
    guard(|| {
        // A profile may be merged with itself, which is nobody else's while it changes.
        // SAFETY: the header's rules for objects.
        let other = unsafe { argument::object("other", other)? }.0.clone();
        // SAFETY: as above.
        let profile = unsafe { argument::object_mut("profile", profile)? };
        profile.0.merge(&other)?;
        Ok(())
    })
}

/// How many rows were counted. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_rows(profile: *const pantau_profile) -> u64 {
    // SAFETY: the header's rules for objects.
    guard_or(0, || unsafe { profile.as_ref() }.map_or(0, |own| own.0.rows()))
}

/// Gives what was counted as JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_summary(
    profile: *const pantau_profile,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (profile, out) =
            unsafe { (argument::object("profile", profile)?, Place::new("out", out)?) };
        out.give(profile.0.to_json().into());
        Ok(())
    })
}

/// Gives the different values of a category, or words of a text, as the bytes of a compact theta
/// sketch of Apache DataSketches, which other engines read and merge.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_distinct_sketch(
    profile: *const pantau_profile,
    feature: *const c_char,
    feature_length: usize,
    out: *mut *mut pantau_bytes,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (profile, feature, out) = unsafe {
            (
                argument::object("profile", profile)?,
                argument::text("feature", feature, feature_length)?,
                Place::new("out", out)?,
            )
        };
        out.give(profile.0.distinct_sketch(feature)?.into());
        Ok(())
    })
}

/// Gives the bytes of a profile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_to_bytes(
    profile: *const pantau_profile,
    out: *mut *mut pantau_bytes,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (profile, out) =
            unsafe { (argument::object("profile", profile)?, Place::new("out", out)?) };
        out.give(profile.0.to_bytes().into());
        Ok(())
    })
}

/// Makes the profile of these bytes, which was counted by this reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_from_bytes(
    reference: *const pantau_reference,
    bytes: *const u8,
    length: usize,
    out: *mut *mut pantau_profile,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results, and for bytes as for texts.
        let (reference, bytes, out) = unsafe {
            (
                argument::object("reference", reference)?,
                argument::bytes("bytes", bytes, length)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_profile(Profile::from_bytes(reference.0.layout(), bytes)?));
        Ok(())
    })
}

/// Frees a profile; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_profile_free(profile: *mut pantau_profile) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(profile) });
}
