//! How far counts are apart, in a form that samples of all sizes share.

/// How far two sets of counts are apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Apart {
    /// The squared distance of the shares.
    pub(super) square: f64,
    /// What the square is on average if nothing differs, times the size of the smaller sets.
    pub(super) noise: f64,
    /// 1/n + 1/m.
    pub(super) per_size: f64,
}

impl Apart {
    /// None where a set is empty, or where there is nothing that could differ.
    fn new(square: f64, noise: f64, n: f64, m: f64) -> Option<Self> {
        (n > 0.0 && m > 0.0 && noise > 0.0 && square.is_finite()).then(|| Self {
            square: square.max(0.0),
            noise,
            per_size: 1.0 / n + 1.0 / m,
        })
    }
}

fn total(counts: &[u64]) -> f64 {
    counts.iter().map(|count| *count as f64).sum()
}

/// The distance of Anderson and Darling between ordered bins: Σ h (F − G)² / (H (1 − H)), with the
/// middle of each bin as its place. Its mean is 1/n + 1/m.
pub(super) fn anderson(window: &[u64], pool: &[u64]) -> Option<Apart> {
    let (n, m) = (total(window), total(pool));
    let all = n + m;
    let (mut up_window, mut up_pool) = (0.0, 0.0);
    let (mut square, mut filled) = (0.0, 0);
    for (one, other) in window.iter().zip(pool) {
        let (one, other) = (*one as f64, *other as f64);
        let here = one + other;
        if here == 0.0 {
            continue;
        }
        filled += 1;
        let share = here / all;
        let middle = (up_window + up_pool + here / 2.0) / all;
        let apart = (up_window + one / 2.0) / n - (up_pool + other / 2.0) / m;
        let scale = middle * (1.0 - middle) - share / 4.0;
        if scale > 1e-15 {
            square += share * apart * apart / scale;
        }
        up_window += one;
        up_pool += other;
    }
    Apart::new(square, if filled > 1 { 1.0 } else { 0.0 }, n, m)
}

/// The chi-square distance of shares, Σ (p − q)² / h. Its mean is (bins − 1)(1/n + 1/m).
pub(super) fn chi_square(window: &[u64], pool: &[u64]) -> Option<Apart> {
    let (n, m) = (total(window), total(pool));
    let (mut square, mut filled) = (0.0, 0.0);
    for (one, other) in window.iter().zip(pool) {
        let here = (*one as f64 + *other as f64) / (n + m);
        if here > 0.0 {
            filled += 1.0;
            square += (*one as f64 / n - *other as f64 / m).powi(2) / here;
        }
    }
    Apart::new(square, filled - 1.0, n, m)
}

/// The distance of two shares. The mean of its square is p (1 − p)(1/n + 1/m).
pub(super) fn share(hits: u64, n: u64, pool_hits: u64, m: u64) -> Option<Apart> {
    let (n, m) = (n as f64, m as f64);
    let apart = hits as f64 / n - pool_hits as f64 / m;
    let both = (hits as f64 + pool_hits as f64) / (n + m);
    Apart::new(apart * apart, both * (1.0 - both), n, m)
}

/// The distance of two means, of which one vector has on average the squared length `noise`.
pub(super) fn means(square: f64, noise: f64, n: u64, m: u64) -> Option<Apart> {
    Apart::new(square, noise, n as f64, m as f64)
}

/// Adds counts of neighbouring bins, as `groups` says which belong together.
pub(super) fn grouped(counts: &[u64], groups: &[usize]) -> Vec<u64> {
    let mut sums = vec![0; groups.last().map_or(0, |last| last + 1)];
    for (count, group) in counts.iter().zip(groups) {
        sums[*group] += count;
    }
    sums
}

/// Cuts bins into at most `most` groups of about equal counts.
pub(super) fn groups(counts: &[u64], most: usize) -> Vec<usize> {
    let all = total(counts).max(1.0);
    let mut before = 0.0;
    let mut last = None;
    let mut group = 0;
    counts
        .iter()
        .map(|count| {
            // A bin belongs where its middle lies.
            let middle = (before + *count as f64 / 2.0) / all;
            before += *count as f64;
            #[expect(clippy::cast_sign_loss, reason = "a share is not negative")]
            let slot = ((middle * most as f64) as usize).min(most - 1);
            if last.is_some_and(|last| last != slot) {
                group += 1;
            }
            last = Some(slot);
            group
        })
        .collect()
}

/// The largest distance of two distribution functions over bins, behind which bin, and whether the
/// window has more up to there.
pub(super) fn largest_gap(window: &[u64], pool: &[u64]) -> (f64, usize, bool) {
    let (n, m) = (total(window).max(1.0), total(pool).max(1.0));
    let (mut up_window, mut up_pool) = (0.0, 0.0);
    let mut largest = (0.0, 0, true);
    for (place, (one, other)) in window.iter().zip(pool).enumerate() {
        up_window += *one as f64 / n;
        up_pool += *other as f64 / m;
        let gap: f64 = up_window - up_pool;
        if gap.abs() > largest.0 {
            largest = (gap.abs(), place, gap > 0.0);
        }
    }
    largest
}

/// The share of rows that would have to change their place.
pub(super) fn moved(window: &[u64], pool: &[u64]) -> f64 {
    let (n, m) = (total(window).max(1.0), total(pool).max(1.0));
    let apart = |(one, other): (&u64, &u64)| (*one as f64 / n - *other as f64 / m).abs();
    window.iter().zip(pool).map(apart).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_are_not_apart() {
        for distance in [anderson, chi_square] {
            let apart = distance(&[1, 2, 3], &[10, 20, 30]).unwrap();
            assert!(apart.square < 1e-30, "{apart:?}");
        }
        assert!(share(1, 10, 10, 100).unwrap().square < 1e-30);
        assert!(moved(&[1, 2], &[2, 4]) < 1e-15);
    }

    #[test]
    fn where_nothing_can_differ_there_is_no_distance() {
        assert_eq!(anderson(&[0, 5], &[0, 9]), None);
        assert_eq!(chi_square(&[0, 5], &[0, 9]), None);
        assert_eq!(chi_square(&[0, 0], &[3, 9]), None);
        assert_eq!(share(0, 10, 0, 100), None);
        assert_eq!(share(0, 0, 1, 100), None);
    }

    /// From SciPy 1.17, whose `A2akN` of these samples (1, 3, 3, 4, 7 and 0, 2, 2, 3, 4, 5, 6) is
    /// 11/12 of the sum.
    #[test]
    fn fine_bins_give_the_statistic_of_the_test() {
        let apart = anderson(&[0, 1, 0, 2, 1, 0, 0, 1], &[1, 0, 2, 1, 1, 1, 1, 0]).unwrap();
        let found = apart.square / apart.per_size * 11.0 / 12.0;
        assert!((found - 0.289_213_407_553_003_3).abs() < 1e-14, "{found}");
    }

    /// The statistic of the test of a table is the distance over 1/n + 1/m; of two columns it is
    /// that of shares over their variance, too.
    #[test]
    fn shares_give_the_statistic_of_the_test() {
        let test = |window: [u64; 2], pool: [u64; 2]| {
            let rows = [window, pool].map(|row| row.map(|count| count as f64).to_vec());
            crate::stats::chi2_contingency(&rows, false, crate::stats::Power::Pearson)
                .unwrap()
                .statistic
        };
        for (window, pool) in [([3, 7], [40, 60]), ([0, 5], [9, 1]), ([50, 1], [1, 50])] {
            let expected = test(window, pool);
            let table = chi_square(&window, &pool).unwrap();
            assert!((table.square / table.per_size / expected - 1.0).abs() < 1e-12);
            assert!((table.noise - 1.0).abs() < 1e-15);
            let [n, m] = [window, pool].map(|counts| counts.iter().sum());
            let one = share(window[0], n, pool[0], m).unwrap();
            assert!((one.square / one.noise / one.per_size / expected - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn bins_are_grouped_evenly() {
        assert_eq!(groups(&[1; 8], 4), [0, 0, 1, 1, 2, 2, 3, 3]);
        assert_eq!(groups(&[0, 100, 1, 1], 4), [0, 1, 2, 2]);
        assert_eq!(grouped(&[1, 2, 3, 4], &[0, 0, 1, 2]), [3, 3, 4]);
    }

    #[test]
    fn gaps_say_where_and_which_way() {
        assert_eq!(largest_gap(&[5, 0, 5], &[2, 3, 5]), (0.3, 0, true));
        let (gap, place, is_more) = largest_gap(&[0, 10], &[5, 5]);
        assert!((gap - 0.5).abs() < 1e-15 && place == 0 && !is_more);
    }
}
