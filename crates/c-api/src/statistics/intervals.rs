//! Where numbers may lie, many tests at once, lines.

use pantau_core::stats;

use crate::{
    argument::{self, Place},
    error::{Failure, guard, pantau_status},
    statistics::{pantau_interval, pantau_trend, two},
};

/// Where a share may lie when `successes` of `trials` succeeded, by Wilson's score.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_wilson(
    successes: u64,
    trials: u64,
    level: f64,
    out: *mut pantau_interval,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.put(stats::wilson(successes, trials, level)?.into());
        Ok(())
    })
}

/// Where a share may lie, never less often than `level` (Clopper, Pearson).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_clopper_pearson(
    successes: u64,
    trials: u64,
    level: f64,
    out: *mut pantau_interval,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.put(stats::clopper_pearson(successes, trials, level)?.into());
        Ok(())
    })
}

/// Where a share may lie, right at all times together: it may be looked at after each trial.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_confidence_sequence(
    successes: u64,
    trials: u64,
    level: f64,
    out: *mut pantau_interval,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.put(stats::confidence_sequence(successes, trials, level)?.into());
        Ok(())
    })
}

/// Where the difference of two shares may lie that were measured on the same things, of which
/// `both` succeeded with the first and the second, and so on (Newcombe).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_paired_difference(
    both: u64,
    first_only: u64,
    second_only: u64,
    neither: u64,
    level: f64,
    out: *mut pantau_interval,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.put(stats::paired_difference(both, first_only, second_only, neither, level)?.into());
        Ok(())
    })
}

/// Writes to `shares` how often each of `labels` labels is the right one among `rows` rows without
/// labels, by the probabilities that a classifier gave them, row after row, and to `intervals` where
/// each share may lie. `usual` are the shares of labels that it was calibrated for. It is right if only
/// the mix changed, not what the texts of a label are like.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_label_mix(
    probabilities: *const f64,
    rows: usize,
    usual: *const f64,
    labels: usize,
    level: f64,
    shares: *mut f64,
    intervals: *mut pantau_interval,
) -> pantau_status {
    guard(|| {
        let count = rows.checked_mul(labels).ok_or_else(|| {
            Failure::argument("rows", format!("{rows} of {labels} labels do not fit into memory"))
        })?;
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let (probabilities, usual) = unsafe {
            Place::new("shares", shares)?;
            Place::new("intervals", intervals)?;
            (
                argument::array("probabilities", probabilities, count)?,
                argument::array("usual", usual, labels)?,
            )
        };
        let found = stats::label_mix(probabilities, usual, level)?;
        for (place, (share, interval)) in found.shares.iter().zip(found.intervals).enumerate() {
            // SAFETY: the caller has room for as many as there are labels.
            unsafe {
                shares.add(place).write(*share);
                intervals.add(place).write(interval.into());
            }
        }
        Ok(())
    })
}

/// Writes `count` p-values to `out`, adjusted so that any false alarm among them all is as rare as
/// each says (Holm).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_holm(
    pvalues: *const f64,
    count: usize,
    out: *mut f64,
) -> pantau_status {
    // SAFETY: the header's rules for results, and for arrays as for texts.
    unsafe { adjust(pvalues, count, out, stats::holm) }
}

/// Writes `count` p-values to `out`, adjusted so that of those at most q, no more than the share q
/// are false alarms on average (Benjamini, Hochberg).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_benjamini_hochberg(
    pvalues: *const f64,
    count: usize,
    out: *mut f64,
) -> pantau_status {
    // SAFETY: the header's rules for results, and for arrays as for texts.
    unsafe { adjust(pvalues, count, out, stats::benjamini_hochberg) }
}

/// # Safety
/// As for [`argument::array`], and `count` numbers can be written to `out`.
unsafe fn adjust(
    pvalues: *const f64,
    count: usize,
    out: *mut f64,
    adjust: fn(&[f64]) -> pantau_core::Result<Vec<f64>>,
) -> pantau_status {
    guard(|| {
        // SAFETY: promised by the caller.
        let pvalues = unsafe { argument::array("pvalues", pvalues, count)? };
        let adjusted = adjust(pvalues)?;
        for (place, value) in adjusted.into_iter().enumerate() {
            // SAFETY: promised by the caller: there is room for as many as were passed.
            unsafe { Place::new("out", out.wrapping_add(place))? }.put(value);
        }
        Ok(())
    })
}

/// The line of least squares through `count` points that have nothing to do with each other.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_linregress(
    x: *const f64,
    y: *const f64,
    count: usize,
    level: f64,
    out: *mut pantau_trend,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let (x, y, out) = unsafe { two(("x", x, count), ("y", y, count), out)? };
        out.put(stats::linregress(x, y, level)?.into());
        Ok(())
    })
}

/// The line of least squares through `count` figures in time order, each of which may depend on
/// those before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_robust_trend(
    x: *const f64,
    y: *const f64,
    count: usize,
    level: f64,
    out: *mut pantau_trend,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let (x, y, out) = unsafe { two(("x", x, count), ("y", y, count), out)? };
        out.put(stats::robust_trend(x, y, level)?.into());
        Ok(())
    })
}
