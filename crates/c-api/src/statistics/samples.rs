//! Whether samples come from the same distribution, and how far apart they are.

use std::ffi::c_char;

use pantau_core::stats::{self, RanksOptions, SampleOptions};

use crate::{
    argument::{self, Place},
    error::{guard, pantau_status},
    statistics::{pantau_test, two},
};

/// Whether two samples come from the same continuous distribution (Kolmogorov, Smirnov). `options`
/// are JSON; the empty text is the default ones:
/// `{"alternative": "two-sided", "method": "auto"}`. Others are `"less"` and `"greater"`, and
/// `"exact"` and `"asymptotic"`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_ks_2samp(
    first: *const f64,
    first_count: usize,
    second: *const f64,
    second_count: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results, and for arrays as for texts.
        let ((first, second, out), options) = unsafe {
            (
                two(("first", first, first_count), ("second", second, second_count), out)?,
                argument::settings("options", options, options_length, SampleOptions::from_json)?,
            )
        };
        let test = stats::ks_2samp(first, second, options.alternative, options.method)?;
        out.put(pantau_test { statistic: test.statistic, pvalue: test.pvalue });
        Ok(())
    })
}

/// Whether numbers of the first sample tend to be larger than those of the second (Mann, Whitney).
/// `options` are as for `pantau_ks_2samp`, and `"continuity": true` corrects for whole ranks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_mannwhitneyu(
    first: *const f64,
    first_count: usize,
    second: *const f64,
    second_count: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results, and for arrays as for texts.
        let ((first, second, out), options) = unsafe {
            (
                two(("first", first, first_count), ("second", second, second_count), out)?,
                argument::settings("options", options, options_length, SampleOptions::from_json)?,
            )
        };
        let SampleOptions { alternative, method, continuity } = options;
        out.put(stats::mannwhitneyu(first, second, continuity, alternative, method)?.into());
        Ok(())
    })
}

/// Whether two samples come from the same distribution, by the area between them (Cramér, von
/// Mises). Of the `options` of `pantau_ks_2samp` only `"method"` counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cramervonmises_2samp(
    first: *const f64,
    first_count: usize,
    second: *const f64,
    second_count: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results, and for arrays as for texts.
        let ((first, second, out), options) = unsafe {
            (
                two(("first", first, first_count), ("second", second, second_count), out)?,
                argument::settings("options", options, options_length, SampleOptions::from_json)?,
            )
        };
        out.put(stats::cramervonmises_2samp(first, second, options.method)?.into());
        Ok(())
    })
}

/// Whether `count` samples come from the same distribution, with weight on the tails (Anderson,
/// Darling). The numbers of all samples stand one after the other in `numbers`; `counts` says how
/// many each has. `options` are JSON: `{"ranks": "midrank"}`, or `"right"`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anderson_ksamp(
    numbers: *const f64,
    counts: *const usize,
    count: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results, and for arrays as for texts.
        let (counts, options, out) = unsafe {
            (
                argument::array("counts", counts, count)?,
                argument::settings("options", options, options_length, RanksOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        let total = counts.iter().fold(0_usize, |total, count| total.saturating_add(*count));
        // SAFETY: as above; the counts say how many there are.
        let mut rest = unsafe { argument::array("numbers", numbers, total)? };
        let samples: Vec<&[f64]> = counts
            .iter()
            .map(|count| {
                let (sample, others) = rest.split_at(*count);
                rest = others;
                sample
            })
            .collect();
        out.put(stats::anderson_ksamp(&samples, options.ranks)?.into());
        Ok(())
    })
}

/// How far numbers must be moved on average to turn one sample into the other. Weights, one a
/// number, may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_wasserstein_distance(
    first: *const f64,
    first_weights: *const f64,
    first_count: usize,
    second: *const f64,
    second_weights: *const f64,
    second_count: usize,
    out: *mut f64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let ((first, second, out), first_weights, second_weights) = unsafe {
            (
                two(("first", first, first_count), ("second", second, second_count), out)?,
                argument::optional_array("first_weights", first_weights, first_count)?,
                argument::optional_array("second_weights", second_weights, second_count)?,
            )
        };
        out.put(stats::wasserstein_distance(first, second, first_weights, second_weights)?);
        Ok(())
    })
}

/// The energy distance of two samples. Weights, one a number, may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_energy_distance(
    first: *const f64,
    first_weights: *const f64,
    first_count: usize,
    second: *const f64,
    second_weights: *const f64,
    second_count: usize,
    out: *mut f64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let ((first, second, out), first_weights, second_weights) = unsafe {
            (
                two(("first", first, first_count), ("second", second, second_count), out)?,
                argument::optional_array("first_weights", first_weights, first_count)?,
                argument::optional_array("second_weights", second_weights, second_count)?,
            )
        };
        out.put(stats::energy_distance(first, second, first_weights, second_weights)?);
        Ok(())
    })
}
