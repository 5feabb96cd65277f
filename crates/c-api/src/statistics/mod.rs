//! Statistics: numbers in, numbers out. Here is what they give.

pub mod counts;
pub mod detector;
pub mod intervals;
pub mod samples;
pub mod sorted_sample;
pub mod vectors;

use pantau_core::stats::{Divergence, Interval, Test, Trend};

use crate::{
    argument::{self, Place},
    error::Failure,
};

/// What a test found: how far what was seen is from what was to be expected, and how likely it
/// would be at least as far if there were no difference. A p-value that cannot be told is NaN.
#[repr(C)]
pub struct pantau_test {
    /// The distance.
    pub statistic: f64,
    /// The probability.
    pub pvalue: f64,
}

impl From<Test> for pantau_test {
    fn from(test: Test) -> Self {
        Self { statistic: test.statistic, pvalue: test.pvalue }
    }
}

/// How far two tables of counts are apart; how far chance alone would set samples of these sizes,
/// and how much that varies: a standard deviation. A value near the floor means nothing.
#[repr(C)]
pub struct pantau_divergence {
    /// The distance.
    pub value: f64,
    /// What chance alone gives.
    pub floor: f64,
    /// How much that varies.
    pub floor_sd: f64,
}

impl From<Divergence> for pantau_divergence {
    fn from(found: Divergence) -> Self {
        Self { value: found.value, floor: found.floor, floor_sd: found.floor_sd }
    }
}

/// Where a number may well lie.
#[repr(C)]
pub struct pantau_interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often such intervals hold the truth.
    pub level: f64,
}

impl From<Interval> for pantau_interval {
    fn from(interval: Interval) -> Self {
        Self { low: interval.low, high: interval.high, level: interval.level }
    }
}

/// A straight line, and how sure its slope is.
#[repr(C)]
pub struct pantau_trend {
    /// How much y changes as x grows by one.
    pub slope: f64,
    /// y where x is 0.
    pub intercept: f64,
    /// The correlation of both.
    pub rvalue: f64,
    /// How likely a slope as far from 0 would be if there were none.
    pub pvalue: f64,
    /// That of the slope.
    pub standard_error: f64,
    /// Where the slope may well lie.
    pub interval: pantau_interval,
    /// The degrees of freedom of both.
    pub dof: usize,
}

impl From<Trend> for pantau_trend {
    fn from(trend: Trend) -> Self {
        Self {
            slope: trend.slope,
            intercept: trend.intercept,
            rvalue: trend.rvalue,
            pvalue: trend.pvalue,
            standard_error: trend.stderr,
            interval: trend.interval.into(),
            dof: trend.dof,
        }
    }
}

/// Two columns of a call, and where its result goes.
type Two<'a, T, R> = (&'a [T], &'a [T], Place<R>);

/// Reads [`Two`].
///
/// # Safety
/// As for [`argument::array`] and [`Place::new`].
unsafe fn two<'a, T, R>(
    (first_name, first, first_count): (&str, *const T, usize),
    (second_name, second, second_count): (&str, *const T, usize),
    out: *mut R,
) -> Result<Two<'a, T, R>, Failure> {
    // SAFETY: promised by the caller.
    unsafe {
        Ok((
            argument::array(first_name, first, first_count)?,
            argument::array(second_name, second, second_count)?,
            Place::new("out", out)?,
        ))
    }
}
