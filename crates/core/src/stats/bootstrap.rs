use std::num::NonZero;

use super::interval::{Interval, check_level};
use crate::{
    Error, Result,
    random::Random,
    text::{map_in_order_by, thread_count},
};

/// How many samples are drawn one after the other: the share of work that a thread takes.
const SAMPLES_PER_SHARE: usize = 8;

/// The most samples: beyond a few thousand, an interval hardly changes.
const MOST_RESAMPLES: usize = 1_000_000;

/// More rows than this have more places than the 32 bits that are drawn for each.
const MOST_ROWS: usize = u32::MAX as usize;

/// The percentile bootstrap interval of a statistic of rows.
///
/// Draws `resamples` samples of as many rows as there are, each row as likely as any other and
/// again possible after it was drawn, and asks `statistic` for each sample of row numbers. The
/// interval lies between the percentiles (1 − level) / 2 and (1 + level) / 2 of the answers (Efron
/// and Tibshirani 1993, chapter 13). The same seed gives the same interval, on any number of
/// threads.
///
/// ```
/// let marks = [1.0, 2.0, 2.0, 3.0, 5.0, 8.0];
/// let mean = |sample: &[usize]| sample.iter().map(|row| marks[*row]).sum::<f64>() / 6.0;
/// let interval = pantau::stats::bootstrap(6, 1_000, 0.95, 7, mean, None)?;
/// assert!(interval.contains(3.5));
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::InvalidInput`] without rows, if `resamples` is not 1 to 1,000,000, if the level is
/// not between 0 and 1, or if the statistic is not a finite number for some sample.
pub fn bootstrap(
    rows: usize,
    resamples: usize,
    level: f64,
    seed: u64,
    statistic: impl Fn(&[usize]) -> f64 + Sync,
    threads: Option<NonZero<usize>>,
) -> Result<Interval> {
    let draw = |random: &mut Random, sample: &mut Vec<usize>| {
        sample.clear();
        draw_rows(random, rows, |row| sample.push(row));
        statistic(sample)
    };
    percentile_interval(rows, resamples, level, seed, threads, draw)
}

/// [`bootstrap`] of a statistic that needs only how often each kind of row is in a sample.
///
/// `kinds` holds the kind of each row, all below `kind_count`. The samples are the same as those
/// of [`bootstrap`] with the same seed.
pub(crate) fn bootstrap_counts(
    kinds: &[u32],
    kind_count: usize,
    resamples: usize,
    level: f64,
    seed: u64,
    statistic: impl Fn(&[u32]) -> f64 + Sync,
    threads: Option<NonZero<usize>>,
) -> Result<Interval> {
    let draw = |random: &mut Random, counts: &mut Vec<u32>| {
        counts.clear();
        counts.resize(kind_count, 0);
        draw_rows(random, kinds.len(), |row| counts[kinds[row] as usize] += 1);
        statistic(counts)
    };
    percentile_interval(kinds.len(), resamples, level, seed, threads, draw)
}

fn percentile_interval<S: Default>(
    rows: usize,
    resamples: usize,
    level: f64,
    seed: u64,
    threads: Option<NonZero<usize>>,
    draw: impl Fn(&mut Random, &mut S) -> f64 + Sync,
) -> Result<Interval> {
    check_level(level)?;
    if rows == 0 || rows > MOST_ROWS {
        return Err(Error::invalid("rows", format!("{rows}, allowed are 1 to {MOST_ROWS}")));
    }
    if resamples == 0 || resamples > MOST_RESAMPLES {
        let problem = format!("{resamples}, allowed are 1 to {MOST_RESAMPLES}");
        return Err(Error::invalid("resamples", problem));
    }
    // Each sample has its own generator, so that it does not matter who draws it.
    let mut seeds = Random::new(seed);
    let seeds: Vec<u64> = (0..resamples).map(|_| seeds.next()).collect();
    let shares: Vec<&[u64]> = seeds.chunks(SAMPLES_PER_SHARE).collect();
    let threads = thread_count(rows.saturating_mul(resamples) / 128, threads);
    let mut found: Vec<f64> = map_in_order_by(&shares, threads, |share| {
        let mut sample = S::default();
        share.iter().map(|seed| draw(&mut Random::new(*seed), &mut sample)).collect::<Vec<_>>()
    })
    .into_iter()
    .flatten()
    .collect();
    if let Some(number) = found.iter().find(|number| !number.is_finite()) {
        return Err(Error::invalid(
            "statistic",
            format!("it is {number} for a sample of the rows"),
        ));
    }
    found.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    Ok(Interval { low: percentile(&found, tail), high: percentile(&found, 1.0 - tail), level })
}

/// Draws as many rows as there are. One step of the generator gives two of them.
fn draw_rows(random: &mut Random, rows: usize, mut take: impl FnMut(usize)) {
    // Lemire's method (2019): the upper half of a product is a fair place, once the few lower
    // halves that would favour some places are drawn again.
    let limit = rows as u32;
    let unfair = limit.wrapping_neg() % limit;
    let mut left = rows;
    while left > 0 {
        let word = random.next();
        for half in [word as u32, (word >> 32) as u32] {
            let product = u64::from(half) * u64::from(limit);
            if left > 0 && product as u32 >= unfair {
                take((product >> 32) as usize);
                left -= 1;
            }
        }
    }
}

/// The number below which this share of the sorted numbers lies, with what is between two of them
/// shared out evenly.
#[expect(clippy::cast_sign_loss, reason = "a share of a length is not negative")]
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(sample: &[usize]) -> f64 {
        sample.iter().map(|row| *row as f64).sum::<f64>() / sample.len() as f64
    }

    #[test]
    fn intervals_are_the_same_on_any_number_of_threads() {
        let expected = bootstrap(4_000, 100, 0.9, 3, mean, NonZero::new(1)).unwrap();
        for threads in [2, 3, 8] {
            let found = bootstrap(4_000, 100, 0.9, 3, mean, NonZero::new(threads)).unwrap();
            assert_eq!(found, expected);
        }
        assert_ne!(bootstrap(4_000, 100, 0.9, 4, mean, None).unwrap(), expected);
    }

    #[test]
    fn counts_and_rows_draw_the_same_samples() {
        let kinds: Vec<u32> = (0..500).map(|row| row % 7).collect();
        let by_rows =
            |sample: &[usize]| sample.iter().map(|row| f64::from(kinds[*row])).sum::<f64>() / 500.0;
        let by_counts = |counts: &[u32]| {
            (0..).zip(counts).map(|(kind, count)| f64::from(kind * count)).sum::<f64>() / 500.0
        };
        let expected = bootstrap(500, 200, 0.95, 9, by_rows, None).unwrap();
        let found = bootstrap_counts(&kinds, 7, 200, 0.95, 9, by_counts, None).unwrap();
        assert!((found.low - expected.low).abs() < 1e-12);
        assert!((found.high - expected.high).abs() < 1e-12);
    }

    /// A mean of n numbers with variance v lies within 1.96 √(v/n); of 0 to 999 that is 17.89.
    #[test]
    fn intervals_are_as_wide_as_theory_says() {
        let found = bootstrap(1_000, 4_000, 0.95, 1, mean, None).unwrap();
        assert!((found.low - (499.5 - 17.89)).abs() < 1.0, "{found:?}");
        assert!((found.high - (499.5 + 17.89)).abs() < 1.0, "{found:?}");
    }

    #[test]
    fn every_row_is_as_likely_as_any_other() {
        let mut counts = [0_u32; 3];
        let mut random = Random::new(5);
        for _ in 0..10_000 {
            draw_rows(&mut random, 3, |row| counts[row] += 1);
        }
        assert!(counts.iter().all(|count| (9_700..10_300).contains(count)), "{counts:?}");
    }

    /// From NumPy 2.4: `numpy.quantile([1, 2, 4, 8], q)`.
    #[test]
    fn percentiles_are_those_of_numpy() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        for (share, expected) in [(0.0, 1.0), (0.1, 1.3), (0.5, 3.0), (0.9, 6.8), (1.0, 8.0)] {
            assert!((percentile(&sorted, share) - expected).abs() < 1e-14, "{share}");
        }
        assert!((percentile(&[5.0], 0.3) - 5.0).abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(bootstrap(0, 10, 0.95, 0, mean, None).is_err());
        for resamples in [0, 1_000_001, 1_000_000_000_000] {
            let error = bootstrap(10, resamples, 0.95, 0, mean, None).unwrap_err().to_string();
            assert_eq!(error, format!("resamples: {resamples}, allowed are 1 to 1000000"));
        }
        assert!(bootstrap(10, 10, 1.5, 0, mean, None).is_err());
        assert!(bootstrap(10, 10, 0.95, 0, |_| f64::NAN, None).is_err());
        assert!(bootstrap(1, 1, 0.95, 0, mean, None).is_ok());
    }
}
