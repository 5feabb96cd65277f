//! What a test may be asked of, and samples in order.

use serde::Deserialize;

use crate::{Error, Result};

/// What a test found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// How far what was seen is from what was to be expected.
    pub statistic: f64,
    /// How likely it would be at least as far if there were no difference.
    pub pvalue: f64,
}

/// Which differences count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alternative {
    /// Any.
    #[default]
    TwoSided,
    /// Only those for which the first sample has the smaller statistic, as `SciPy` defines it.
    Less,
    /// Only those for which the first sample has the larger statistic, as `SciPy` defines it.
    Greater,
}

/// How a p-value is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Exactly where that is possible in a moment, else by the limit.
    #[default]
    Auto,
    /// By counting what could have happened.
    Exact,
    /// By the distribution to which the statistic comes as samples grow.
    Asymptotic,
}

/// The most numbers in a sample: their products must be whole numbers of 128 bits.
const MOST_NUMBERS: usize = u32::MAX as usize;

/// Refuses a sample of fewer than `least` numbers, and one with what is no number.
pub(super) fn check(what: &str, sample: &[f64], least: usize) -> Result<()> {
    check_length(what, sample.len(), least)?;
    if let Some(place) = sample.iter().position(|number| number.is_nan()) {
        return Err(Error::invalid(what, format!("NaN at place {place}; leave it out first")));
    }
    Ok(())
}

/// [`check`], and refuses what is not finite, since it has no distance from anything.
pub(super) fn check_finite(what: &str, sample: &[f64], least: usize) -> Result<()> {
    check_length(what, sample.len(), least)?;
    if let Some(place) = sample.iter().position(|number| !number.is_finite()) {
        let problem = format!("{} at place {place} is not finite", sample[place]);
        return Err(Error::invalid(what, problem));
    }
    Ok(())
}

fn check_length(what: &str, length: usize, least: usize) -> Result<()> {
    if length < least || length > MOST_NUMBERS {
        let problem = format!("{length} numbers, allowed are {least} to {MOST_NUMBERS}");
        return Err(Error::invalid(what, problem));
    }
    Ok(())
}

/// The numbers in ascending order.
pub(super) fn sorted(sample: &[f64]) -> Vec<f64> {
    let mut sorted = sample.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// Each value of two sorted samples once, in ascending order, with how often it is in each.
pub(super) struct Merged<'a> {
    first: &'a [f64],
    second: &'a [f64],
}

impl<'a> Merged<'a> {
    pub(super) fn new(first: &'a [f64], second: &'a [f64]) -> Self {
        Self { first, second }
    }
}

impl Iterator for Merged<'_> {
    type Item = (f64, usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let value = match (self.first.first(), self.second.first()) {
            (Some(first), Some(second)) => first.min(*second),
            (Some(only), None) | (None, Some(only)) => *only,
            (None, None) => return None,
        };
        let take = |sample: &mut &[f64]| {
            let count = sample.iter().take_while(|number| **number == value).count();
            *sample = &sample[count..];
            count
        };
        Some((value, take(&mut self.first), take(&mut self.second)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_finds_each_value_once() {
        let merged: Vec<_> = Merged::new(&[-0.0, 1.0, 1.0], &[0.0, 1.0, 3.0]).collect();
        assert_eq!(merged, [(0.0, 1, 1), (1.0, 2, 1), (3.0, 0, 1)]);
        assert_eq!(Merged::new(&[], &[]).next(), None);
    }

    #[test]
    fn what_is_no_number_is_told_with_its_place() {
        let error = check("first", &[1.0, f64::NAN], 1).unwrap_err().to_string();
        assert_eq!(error, "first: NaN at place 1; leave it out first");
        let error = check("first", &[], 1).unwrap_err().to_string();
        assert_eq!(error, "first: 0 numbers, allowed are 1 to 4294967295");
        assert!(check("first", &[f64::INFINITY], 1).is_ok());
        assert!(check_finite("first", &[f64::INFINITY], 1).is_err());
    }
}
