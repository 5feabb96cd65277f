//! Tables of counts.

use std::ffi::c_char;

use pantau_core::stats::{self, ContingencyOptions, Divergence, SampleOptions};

use crate::{
    argument::{self, Place},
    error::{guard, pantau_status},
    statistics::{pantau_divergence, pantau_test, two},
};

/// Whether the rows of a table of counts, row after row in `observed`, have the same distribution
/// over its columns. Its degrees of freedom are (rows − 1) · (columns − 1). `options` are JSON:
/// `{"correction": true, "power": "pearson"}`; with `"log-likelihood"` it is the G-test.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_chi2_contingency(
    observed: *const f64,
    rows: usize,
    columns: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results, and for arrays as for texts.
        let (observed, options, out) = unsafe {
            (
                argument::array("observed", observed, rows.saturating_mul(columns))?,
                argument::settings(
                    "options",
                    options,
                    options_length,
                    ContingencyOptions::from_json,
                )?,
                Place::new("out", out)?,
            )
        };
        let table: Vec<Vec<f64>> = observed.chunks(columns.max(1)).map(<[f64]>::to_vec).collect();
        let found = stats::chi2_contingency(&table, options.correction, options.power)?;
        out.put(pantau_test { statistic: found.statistic, pvalue: found.pvalue });
        Ok(())
    })
}

/// Whether counts come from known expectations with the same sum; NULL for `expected` takes all
/// as equal. `ddof` is how many numbers were estimated from the counts themselves. Of the `options`
/// of `pantau_chi2_contingency` only `"power"` counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_chisquare(
    observed: *const f64,
    expected: *const f64,
    count: usize,
    ddof: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results, and for arrays as for texts.
        let (observed, expected, options, out) = unsafe {
            (
                argument::array("observed", observed, count)?,
                argument::optional_array("expected", expected, count)?,
                argument::settings(
                    "options",
                    options,
                    options_length,
                    ContingencyOptions::from_json,
                )?,
                Place::new("out", out)?,
            )
        };
        out.put(stats::chisquare(observed, expected, ddof, options.power)?.into());
        Ok(())
    })
}

/// Whether the rows a, b and c, d of a table have the same odds, exactly (Fisher). The statistic
/// is the odds ratio: infinite if only b c is 0, NaN if a row or column is all 0. Of the `options`
/// of `pantau_ks_2samp` only `"alternative"` counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_fisher_exact(
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    options: *const c_char,
    options_length: usize,
    out: *mut pantau_test,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (options, out) = unsafe {
            (
                argument::settings("options", options, options_length, SampleOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        out.put(stats::fisher_exact([[a, b], [c, d]], options.alternative)?.into());
        Ok(())
    })
}

/// Whether two models that answered the same rows are equally often right: `b` is how often only
/// the first was, `c` how often only the second (McNemar).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_mcnemar(b: u64, c: u64, out: *mut pantau_test) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        let found = stats::mcnemar(b, c);
        out.put(pantau_test { statistic: found.statistic, pvalue: found.pvalue });
        Ok(())
    })
}

/// The population stability index of two tables of `count` counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_psi(
    reference: *const u64,
    current: *const u64,
    count: usize,
    out: *mut pantau_divergence,
) -> pantau_status {
    // SAFETY: the header's rules for results, and for arrays as for texts.
    unsafe { divergence(reference, current, count, out, stats::psi) }
}

/// The Kullback–Leibler divergence of `current` from `reference`, in nats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_kl_divergence(
    reference: *const u64,
    current: *const u64,
    count: usize,
    out: *mut pantau_divergence,
) -> pantau_status {
    // SAFETY: the header's rules for results, and for arrays as for texts.
    unsafe { divergence(reference, current, count, out, stats::kl_divergence) }
}

/// The Jensen–Shannon distance of two tables of counts, with logarithms to `base`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_jensen_shannon(
    reference: *const u64,
    current: *const u64,
    count: usize,
    base: f64,
    out: *mut pantau_divergence,
) -> pantau_status {
    let distance =
        |reference: &[u64], current: &[u64]| stats::jensen_shannon(reference, current, base);
    // SAFETY: the header's rules for results, and for arrays as for texts.
    unsafe { divergence(reference, current, count, out, distance) }
}

/// The total variation distance: the share of rows that would have to change their bin.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_total_variation(
    reference: *const u64,
    current: *const u64,
    count: usize,
    out: *mut pantau_divergence,
) -> pantau_status {
    // SAFETY: the header's rules for results, and for arrays as for texts.
    unsafe { divergence(reference, current, count, out, stats::total_variation) }
}

/// # Safety
/// As for [`two`].
unsafe fn divergence(
    reference: *const u64,
    current: *const u64,
    count: usize,
    out: *mut pantau_divergence,
    distance: impl FnOnce(&[u64], &[u64]) -> pantau_core::Result<Divergence>,
) -> pantau_status {
    guard(|| {
        // SAFETY: promised by the caller.
        let (reference, current, out) =
            unsafe { two(("reference", reference, count), ("current", current, count), out)? };
        out.put(distance(reference, current)?.into());
        Ok(())
    })
}
