//! Samples that were sorted once.

use std::ffi::c_char;

use pantau_core::stats::{SampleOptions, SortedSample};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    statistics::pantau_test,
};

/// A sample that was sorted once, to be compared with others again and again. It never changes, so
/// threads may share it.
pub struct pantau_sorted_sample(SortedSample);

/// Sorts a copy of a sample.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_sorted_sample_new(
    sample: *const f64,
    count: usize,
    out: *mut *mut pantau_sorted_sample,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let (sample, out) =
            unsafe { (argument::array("sample", sample, count)?, Place::new("out", out)?) };
        out.give(pantau_sorted_sample(SortedSample::new(sample)?));
        Ok(())
    })
}

/// `pantau_ks_2samp` with the sorted sample as the first one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_sorted_sample_ks_2samp(
    sample: *const pantau_sorted_sample,
    second: *const f64,
    second_count: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results, and for arrays as for texts.
        let (sample, second, options, out) = unsafe {
            (
                argument::object("sample", sample)?,
                argument::array("second", second, second_count)?,
                argument::settings("options", options, options_length, SampleOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        let test = sample.0.ks_2samp(second, options.alternative, options.method)?;
        out.put(pantau_test { statistic: test.statistic, pvalue: test.pvalue });
        Ok(())
    })
}

/// Frees a sorted sample; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_sorted_sample_free(sample: *mut pantau_sorted_sample) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(sample) });
}
