use serde::{Deserialize, Serialize};

use super::{
    distribution::{beta_share, bisect, ln_beta},
    normal::normal_upper_point,
};
use crate::{Error, Result};

/// Where a number may well lie, given what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often intervals made this way hold the true number: 0.95 for 95 %.
    pub level: f64,
}

impl Interval {
    /// Whether `number` lies between the ends, or on one.
    pub fn contains(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

/// Refuses levels that no interval can have.
pub(super) fn check_level(level: f64) -> Result<()> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Error::invalid("level", format!("{level} is not between 0 and 1, as 0.95 is")))
}

/// The Wilson score interval of a share: where the true share may lie when `successes` of `trials`
/// succeeded.
///
/// With p = successes / trials and z the normal point of the level, its middle is
/// (p + z²/2n) / (1 + z²/n) and its half width z √(p(1−p)/n + z²/4n²) / (1 + z²/n). It never
/// leaves 0 to 1 and is right for small samples, too (Wilson 1927; Brown, Cai and DasGupta 2001).
///
/// # Errors
/// [`crate::Error::InvalidInput`] without trials, with more successes than trials, or if the level
/// is not between 0 and 1.
pub fn wilson(successes: u64, trials: u64, level: f64) -> Result<Interval> {
    check_trials(successes, trials, level)?;
    let (low, high) = wilson_ends(successes, trials, normal_upper_point((1.0 - level) / 2.0));
    Ok(Interval { low, high, level })
}

fn wilson_ends(successes: u64, trials: u64, point: f64) -> (f64, f64) {
    let trials_f = trials as f64;
    let share = successes as f64 / trials_f;
    let square = point * point;
    let scale = 1.0 + square / trials_f;
    let middle = (share + square / (2.0 * trials_f)) / scale;
    let spread = share * (1.0 - share) / trials_f + square / (4.0 * trials_f * trials_f);
    let half = point * spread.sqrt() / scale;
    // Where nothing or everything succeeded the end is known, and rounding must not move it.
    let low = if successes == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if successes == trials { 1.0 } else { (middle + half).min(1.0) };
    (low, high)
}

/// The exact interval of Clopper and Pearson: where the true share may lie when `successes` of
/// `trials` succeeded. It never holds the truth less often than it says, and mostly more often.
///
/// Its ends are those shares at which so many successes or more, or so many or fewer, have the
/// probability (1 − level) / 2.
///
/// # Errors
/// As for [`wilson`].
pub fn clopper_pearson(successes: u64, trials: u64, level: f64) -> Result<Interval> {
    check_trials(successes, trials, level)?;
    let tail = (1.0 - level) / 2.0;
    let (s, f) = (successes as f64, (trials - successes) as f64);
    // P(X ≥ s) at the share p is I_p(s, f + 1).
    let low = if successes == 0 {
        0.0
    } else {
        bisect(0.0, 1.0, |share| beta_share(s, f + 1.0, share, 1.0 - share) < tail)
    };
    let high = if successes == trials {
        1.0
    } else {
        bisect(0.0, 1.0, |share| beta_share(f, s + 1.0, 1.0 - share, share) > tail)
    };
    Ok(Interval { low, high, level })
}

/// The confidence sequence of a share: an interval that may be looked at after every trial.
///
/// Looked at day by day, a usual interval of 95 % misses the truth sooner or later almost surely.
/// This one holds it at *all* times together with the probability `level`, and so is nearly twice
/// as wide. It is the set of shares p at which what was seen is not 1 / (1 − level) times less
/// likely than under a mixture of all shares with the weights Beta(½, ½) (Robbins 1970; the
/// martingale inequality of Ville).
///
/// # Errors
/// [`crate::Error::InvalidInput`] with more successes than trials, or if the level is not between
/// 0 and 1. Without trials it is 0 to 1.
pub fn confidence_sequence(successes: u64, trials: u64, level: f64) -> Result<Interval> {
    check_level(level)?;
    if trials == 0 && successes == 0 {
        return Ok(Interval { low: 0.0, high: 1.0, level });
    }
    check_trials(successes, trials, level)?;
    let (s, f) = (successes as f64, (trials - successes) as f64);
    let mixture = ln_beta(s + 0.5, f + 0.5) - ln_beta(0.5, 0.5);
    let limit = -(1.0 - level).ln();
    let part = |count: f64, share: f64| if count > 0.0 { count * share.ln() } else { 0.0 };
    let is_out = |share: f64| mixture - part(s, share) - part(f, 1.0 - share) >= limit;
    let middle = s / trials as f64;
    let low = if successes == 0 { 0.0 } else { bisect(0.0, middle, is_out) };
    let high = if successes == trials { 1.0 } else { bisect(middle, 1.0, |share| !is_out(share)) };
    Ok(Interval { low, high, level })
}

fn check_trials(successes: u64, trials: u64, level: f64) -> Result<()> {
    check_level(level)?;
    if trials == 0 {
        return Err(Error::invalid("trials", "an interval needs at least one trial"));
    }
    if successes > trials {
        return Err(Error::invalid("successes", format!("{successes} of {trials} trials")));
    }
    Ok(())
}

/// The interval of the difference of two shares that were measured on the same things: the share
/// of the first less the share of the second.
///
/// Of the things, `both` succeeded with the first and the second, `first_only` and `second_only`
/// with one of them, and `neither` with none. It is Newcombe's square-and-add interval: the
/// Wilson intervals of both shares, put together with the correlation between them (Newcombe
/// 1998, "Improved confidence intervals for the difference between binomial proportions based on
/// paired data", Statistics in Medicine 17, method 10).
///
/// # Errors
/// [`crate::Error::InvalidInput`] if there is nothing, or the level is not between 0 and 1.
pub fn paired_difference(
    both: u64,
    first_only: u64,
    second_only: u64,
    neither: u64,
    level: f64,
) -> Result<Interval> {
    check_level(level)?;
    let total = [both, first_only, second_only, neither].into_iter().fold(0, u64::saturating_add);
    if total == 0 {
        return Err(Error::invalid("rows", "a difference needs at least one row"));
    }
    let point = normal_upper_point((1.0 - level) / 2.0);
    let (first, second) = (both.saturating_add(first_only), both.saturating_add(second_only));
    let n = total as f64;
    let (share_first, share_second) = (first as f64 / n, second as f64 / n);
    let (low_first, high_first) = wilson_ends(first, total, point);
    let (low_second, high_second) = wilson_ends(second, total, point);
    let (below_first, above_first) = (share_first - low_first, high_first - share_first);
    let (below_second, above_second) = (share_second - low_second, high_second - share_second);

    let difference = (first_only as f64 - second_only as f64) / n;
    let correlation = correlation(both, first_only, second_only, neither);
    let joined = |one: f64, other: f64| {
        (one * one - 2.0 * correlation * one * other + other * other).max(0.0).sqrt()
    };
    let low = (difference - joined(below_first, above_second)).max(-1.0);
    let high = (difference + joined(above_first, below_second)).min(1.0);
    Ok(Interval { low, high, level })
}

/// Newcombe's φ: how the two successes go together, a positive one corrected for continuity.
fn correlation(both: u64, first_only: u64, second_only: u64, neither: u64) -> f64 {
    let [both, first_only, second_only, neither] =
        [both, first_only, second_only, neither].map(|count| count as f64);
    let margins = (both + first_only)
        * (second_only + neither)
        * (both + second_only)
        * (first_only + neither);
    if margins <= 0.0 {
        return 0.0;
    }
    let mut excess = both * neither - first_only * second_only;
    if excess > 0.0 {
        excess = (excess - (both + first_only + second_only + neither) / 2.0).max(0.0);
    }
    excess / margins.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    #[test]
    fn wilson_is_exact_at_its_edges() {
        let none = wilson(0, 1, 0.95).unwrap();
        assert_eq!(none.low.to_bits(), 0.0_f64.to_bits());
        let all = wilson(7, 7, 0.95).unwrap();
        assert_eq!(all.high.to_bits(), 1.0_f64.to_bits());
        assert!(all.contains(1.0) && !all.contains(0.5));
        let huge = wilson(u64::MAX / 2, u64::MAX, 0.95).unwrap();
        assert!(huge.low < huge.high && huge.contains(0.5));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for level in [0.0, 1.0, -1.0, 2.0, f64::NAN, f64::INFINITY] {
            assert!(wilson(1, 2, level).is_err(), "{level}");
            assert!(paired_difference(1, 1, 1, 1, level).is_err(), "{level}");
        }
        assert!(wilson(0, 0, 0.95).is_err());
        assert!(wilson(3, 2, 0.95).is_err());
        assert!(paired_difference(0, 0, 0, 0, 0.95).is_err());
    }

    /// The published examples: 36, 12, 2, 0 of Newcombe (1998), and the stem cell transplantations
    /// in Fagerland, Lydersen and Laake, "Statistical Analysis of Contingency Tables" (2017),
    /// chapter 8; the longer digits follow from the formula, computed in Python.
    #[test]
    fn paired_differences_are_the_published_ones() {
        let first = paired_difference(36, 12, 2, 0, 0.95).unwrap();
        close(first.low, 0.0569, 5e-5);
        close(first.high, 0.3404, 5e-5);
        close(first.low, 0.056_929_584_003_238_69, 1e-13);
        close(first.high, 0.340_427_602_974_940_7, 1e-13);
        let second = paired_difference(1, 1, 7, 12, 0.95).unwrap();
        close(second.low, -0.507, 5e-4);
        close(second.high, -0.026, 5e-4);
        close(second.low, -0.506_920_226_686_141, 1e-13);
        close(second.high, -0.025_559_124_164_859_78, 1e-13);
    }

    #[test]
    fn equal_answers_give_an_interval_round_zero() {
        let perfect = paired_difference(20, 0, 0, 0, 0.95).unwrap();
        assert!(perfect.contains(0.0) && perfect.low > -0.3 && perfect.high < 0.3);
        let same = paired_difference(15, 0, 0, 5, 0.95).unwrap();
        close(same.low, -same.high, 1e-15);
    }
}
