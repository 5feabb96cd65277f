//! The accuracy from the labels of rows that were picked by chance.

use std::ffi::c_char;

use pantau_core::{
    Timestamp,
    performance::{Audit, AuditOptions},
};

use crate::{
    argument::{self, Place},
    bytes::pantau_bytes,
    error::{guard, guard_or, pantau_status},
    store::read_time,
    text::{json, pantau_text},
};

/// Picks rows by chance, so that their labels say how good a model is. It is asked about each row
/// that was answered; somebody labels the picked ones, however late. What people click on of their
/// own accord is no such sample.
pub struct pantau_audit(pub(crate) Audit);

/// Makes an audit that has seen nothing. `options` are JSON; the empty text is the default ones:
/// `{"rate": 30, "window": "1d", "expected_rows": 1000, "seed": 0, "false_alarms": "1 per 365
/// windows", "tolerance": 0.01}`. `rate` rows of a window are picked on average.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_audit_new(
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_audit,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (options, out) = unsafe {
            (
                argument::settings("options", options, options_length, AuditOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_audit(Audit::new(options)?));
        Ok(())
    })
}

/// Counts a row that `version` answered at `at` (as RFC 3339 writes it; empty is now), with this
/// confidence, NaN if there is none. Gives the probability with which it was picked to be labelled,
/// 0 if it was not. Its name decides, and what it says does not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_audit_pick(
    audit: *mut pantau_audit,
    row: *const c_char,
    row_length: usize,
    at: *const c_char,
    at_length: usize,
    version: *const c_char,
    version_length: usize,
    confidence: f64,
    out: *mut f64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (audit, row, at, version, out) = unsafe {
            (
                argument::object_mut("audit", audit)?,
                argument::text("row", row, row_length)?,
                read_time("at", at, at_length)?.unwrap_or_else(Timestamp::now),
                argument::text("version", version, version_length)?,
                Place::new("out", out)?,
            )
        };
        out.put(audit.0.pick(row, at, version, Some(confidence)).unwrap_or(0.0));
        Ok(())
    })
}

/// Takes the label of a row, which became known at `at` (empty is now): whether its answer was
/// correct. Gives whether the row was picked; of others nothing is kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_audit_label(
    audit: *mut pantau_audit,
    row: *const c_char,
    row_length: usize,
    correct: bool,
    at: *const c_char,
    at_length: usize,
    out: *mut bool,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (audit, row, at, out) = unsafe {
            (
                argument::object_mut("audit", audit)?,
                argument::text("row", row, row_length)?,
                read_time("at", at, at_length)?.unwrap_or_else(Timestamp::now),
                Place::new("out", out)?,
            )
        };
        out.put(audit.0.label(row, correct, at));
        Ok(())
    })
}

/// Gives the rows that were picked and have no label yet as a JSON list, the oldest first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_audit_unlabelled(
    audit: *const pantau_audit,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (audit, out) = unsafe { (argument::object("audit", audit)?, Place::new("out", out)?) };
        let rows: Vec<&str> = audit.0.unlabelled().collect();
        out.give(json(&rows).into());
        Ok(())
    })
}

/// Gives what the labels so far say as JSON, of one version or, where it is empty, of all. With a
/// `baseline`, its `status` says whether the accuracy dropped below it; NaN is none. `at` is when it is
/// asked; empty is now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_audit_report(
    audit: *const pantau_audit,
    baseline: f64,
    version: *const c_char,
    version_length: usize,
    at: *const c_char,
    at_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (audit, version, at, out) = unsafe {
            (
                argument::object("audit", audit)?,
                argument::text("version", version, version_length)?,
                read_time("at", at, at_length)?.unwrap_or_else(Timestamp::now),
                Place::new("out", out)?,
            )
        };
        let version = Some(version).filter(|version| !version.is_empty());
        let report = audit.0.report(at, given(baseline), version)?;
        out.give(report.to_json().into());
        Ok(())
    })
}

/// A number that is there unless it is NaN.
pub(super) fn given(number: f64) -> Option<f64> {
    Some(number).filter(|number| !number.is_nan())
}

/// Gives all that an audit knows, to go on from after a restart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_audit_state(
    audit: *const pantau_audit,
    out: *mut *mut pantau_bytes,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (audit, out) = unsafe { (argument::object("audit", audit)?, Place::new("out", out)?) };
        out.give(audit.0.state().into());
        Ok(())
    })
}

/// Makes the audit with this state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_audit_resume(
    state: *const u8,
    length: usize,
    out: *mut *mut pantau_audit,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for bytes as for texts.
        let (state, out) =
            unsafe { (argument::bytes("state", state, length)?, Place::new("out", out)?) };
        out.give(pantau_audit(Audit::resume(state)?));
        Ok(())
    })
}

/// Frees an audit; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_audit_free(audit: *mut pantau_audit) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(audit) });
}
