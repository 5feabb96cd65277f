//! Two tables, compared once.

use std::ffi::c_char;

use pantau_core::drift::{TableOptions, compare_tables};

use super::batch::pantau_batch;
use crate::{
    argument::{self, Place},
    error::{guard, pantau_status},
    text::pantau_text,
};

/// Says of each column of two tables whether it is as it was, and gives it as JSON:
/// `drift_detected`, `rows`, and in `columns` the `column`, `test`, `p_value_adjusted`, `effect`,
/// `verdict` and a `sentence` of what changed; in `not_compared` what was left out, and why. `options`
/// are JSON; the empty text takes the defaults:
/// `{"columns": null, "alpha": 0.05, "min_effect": 0.03}`.
///
/// For who looks once: where nothing drifts, a look finds something with the probability `alpha` at
/// most, however many columns there are. For who looks again and again there is `pantau_monitor`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_compare_tables(
    reference: *const pantau_batch,
    current: *const pantau_batch,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (reference, current, options, out) = unsafe {
            (
                argument::object("reference", reference)?,
                argument::object("current", current)?,
                argument::settings("options", options, options_length, TableOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        let found = reference.with(|reference| {
            current.with(|current| compare_tables(reference, current, &options))
        })?;
        out.give(found.to_json().into());
        Ok(())
    })
}
