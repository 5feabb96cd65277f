//! Samples of vectors.

use std::ffi::c_char;

use pantau_core::stats::{KernelOptions, MeansOptions, Vectors};

use crate::{
    argument,
    error::{guard, pantau_status},
    statistics::{pantau_test, two},
};

/// The maximum mean discrepancy of two samples of vectors, row after row, squared and without
/// bias. `options` are JSON; the empty text is the default ones:
/// `{"sigma": null, "features": null, "permutations": 100, "seed": 0}`. Without a `sigma`, 2 σ² is
/// the median of the squared distances; with `features`, so many random cosines and sines stand
/// for the kernel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_mmd(
    first: *const f64,
    first_rows: usize,
    second: *const f64,
    second_rows: usize,
    columns: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        let (first_count, second_count) =
            (first_rows.saturating_mul(columns), second_rows.saturating_mul(columns));
        // SAFETY: the header's rules for texts and results, and for arrays as for texts.
        let ((first, second, out), options) = unsafe {
            (
                two(("first", first, first_count), ("second", second, second_count), out)?,
                argument::settings("options", options, options_length, KernelOptions::from_json)?,
            )
        };
        let found = options.test(Vectors::new(first, columns)?, Vectors::new(second, columns)?)?;
        out.put(pantau_test {
            statistic: found.statistic,
            pvalue: found.pvalue.unwrap_or(f64::NAN),
        });
        Ok(())
    })
}

/// The squared Mahalanobis distance of the means of two samples of vectors, row after row.
/// `options` are JSON; the empty text is the default ones:
/// `{"shrinkage": null, "permutations": 100, "seed": 0}`. Without a `shrinkage` it is that of Ledoit
/// and Wolf; with 0 the p-value is Hotelling's, else it comes from permutations.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_mahalanobis_of_means(
    first: *const f64,
    first_rows: usize,
    second: *const f64,
    second_rows: usize,
    columns: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        let (first_count, second_count) =
            (first_rows.saturating_mul(columns), second_rows.saturating_mul(columns));
        // SAFETY: the header's rules for texts and results, and for arrays as for texts.
        let ((first, second, out), options) = unsafe {
            (
                two(("first", first, first_count), ("second", second, second_count), out)?,
                argument::settings("options", options, options_length, MeansOptions::from_json)?,
            )
        };
        let found = options.test(Vectors::new(first, columns)?, Vectors::new(second, columns)?)?;
        out.put(pantau_test {
            statistic: found.statistic,
            pvalue: found.pvalue.unwrap_or(f64::NAN),
        });
        Ok(())
    })
}
