//! P-values of the test of Kolmogorov and Smirnov.

use std::f64::consts::PI;

use crate::{Error, Result, stats::distribution::bisect};

/// Up to this many numbers in each sample, p-values are exact, as `SciPy`'s are.
const EXACT_UP_TO: u64 = 10_000;

/// So many steps of a path count as a moment: a tenth of a second.
const MOMENT: f64 = 2e7;

/// So many would be a minute.
const MINUTE: f64 = 1e10;

/// Whether counting paths takes no more than a moment.
pub(super) fn is_countable(first: u64, second: u64, statistic: f64, is_two_sided: bool) -> bool {
    let cells = first as f64 * second as f64;
    let share = if is_two_sided { (2.0 * statistic).min(1.0) } else { 1.0 };
    first.max(second) <= EXACT_UP_TO || cells * share <= MOMENT
}

/// Refuses to count for minutes.
pub(super) fn check_countable(first: u64, second: u64) -> Result<()> {
    if first as f64 * second as f64 <= MINUTE {
        return Ok(());
    }
    let problem = format!(
        "exact needs samples whose sizes multiply to at most {MINUTE:e}, got {first} and {second}; \
         the asymptotic p-value is as good there"
    );
    Err(Error::invalid("method", problem))
}

/// How likely |F₁ − F₂| reaches `steps` / (n₁ n₂) somewhere.
///
/// Both samples in one row, in order, are a path of steps to the right and up, each such path as
/// likely as any other. For a place of the lattice, take the share of the paths to it that have
/// left the band round the diagonal by then: it is 1 outside the band, and inside the mean of the
/// shares of the two places before, weighted by how many paths come from each (Hodges 1957,
/// section 4). Nothing is subtracted, so that small p-values keep their digits.
pub(super) fn two_sided(first: u64, second: u64, steps: i128) -> f64 {
    if steps <= 0 {
        return 1.0;
    }
    if first == second {
        return equal_sizes(first, (steps.unsigned_abs() / u128::from(first)) as u64);
    }
    walk(first, second, steps, true)
}

/// How likely F₁ − F₂ reaches `steps` / (n₁ n₂) somewhere.
pub(super) fn one_sided(first: u64, second: u64, steps: i128) -> f64 {
    if steps <= 0 {
        return 1.0;
    }
    if first == second {
        // The reflected paths: C(2n, n − h) / C(2n, n) with h = n D.
        let reach = (steps.unsigned_abs() / u128::from(first)) as u64;
        return (0..reach).map(|k| (first - k) as f64 / (first + k + 1) as f64).product();
    }
    walk(first, second, steps, false)
}

/// Paths of 2n steps that come as far as `reach` from the diagonal, by reflections: twice the
/// alternating sum of C(2n, n − k h) / C(2n, n) over k (Gnedenko and Korolyuk 1951), in Horner's
/// form.
fn equal_sizes(size: u64, reach: u64) -> f64 {
    let mut tail = 0.0;
    for round in (0..size / reach).rev() {
        let share: f64 = (0..reach)
            .map(|k| {
                let step = round * reach + k;
                (size - step) as f64 / (size + step + 1) as f64
            })
            .product();
        tail = share * (1.0 - tail);
    }
    (2.0 * tail).clamp(0.0, 1.0)
}

#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "places of the lattice are not negative, and few"
)]
fn walk(first: u64, second: u64, steps: i128, is_two_sided: bool) -> f64 {
    // Rows run along the larger sample, so that the numbers at work stay few.
    let (rows, columns) = (first.max(second) as i64, first.min(second) as i64);
    let is_swapped = second > first;
    let divisor = greatest_common_divisor(first, second);
    let (per_row, per_column) = (columns / divisor as i64, rows / divisor as i64);
    let reach = ((steps + i128::from(divisor) - 1) / i128::from(divisor)) as i64;
    // A place (row, column) is outside if row · per_row − column · per_column reaches `reach`
    // towards a side that counts.
    let counts_rows = is_two_sided || !is_swapped;
    let counts_columns = is_two_sided || is_swapped;
    let inverse: Vec<f64> = (0..=rows + columns).map(|sum| 1.0 / sum as f64).collect();
    // The share of the paths to each column that have been outside, of the row before.
    let mut shares = vec![1.0; columns as usize + 1];
    let mut before = (0, -1);
    for row in 0..=rows {
        let along = row * per_row;
        let low = if counts_rows { ((along - reach).div_euclid(per_column) + 1).max(0) } else { 0 };
        let high = if counts_columns {
            (-(-(along + reach)).div_euclid(per_column) - 1).min(columns)
        } else {
            columns
        };
        if low > high {
            return 1.0;
        }
        // What left the band since the row before is outside now.
        for column in before.0..low.min(before.1 + 1) {
            shares[column as usize] = 1.0;
        }
        before = (low, high);
        let mut left = 1.0;
        for column in low..=high {
            let share = &mut shares[column as usize];
            if row == 0 && column == 0 {
                *share = 0.0;
            } else {
                let from_row = row as f64 * *share;
                let from_column = if column > 0 { column as f64 * left } else { 0.0 };
                *share = (from_row + from_column) * inverse[(row + column) as usize];
            }
            left = *share;
        }
    }
    shares[columns as usize].clamp(0.0, 1.0)
}

pub(super) fn greatest_common_divisor(mut first: u64, mut second: u64) -> u64 {
    while second > 0 {
        (first, second) = (second, first % second);
    }
    first
}

/// Kolmogorov's limit; for samples of unequal size at the point that Stephens (1970) moved.
pub(super) fn two_sided_limit(first: f64, second: f64, statistic: f64) -> f64 {
    let root = (first * second / (first + second)).sqrt();
    let is_equal = (first - second).abs() < 0.5;
    let scale = if is_equal { root } else { root + 0.12 + 0.11 / root };
    kolmogorov_upper(scale * statistic)
}

/// P(K > point) of Kolmogorov's distribution: 2 Σ (−1)ᵏ⁻¹ exp(−2 k² x²), or for small points
/// 1 − √(2π)/x Σ exp(−(2k−1)² π² / 8x²).
pub(super) fn kolmogorov_upper(point: f64) -> f64 {
    if point <= 0.0 {
        return 1.0;
    }
    if point < 1.0 {
        let scale = PI * PI / (8.0 * point * point);
        let sum: f64 = (0..4).map(|k| (-f64::from((2 * k + 1) * (2 * k + 1)) * scale).exp()).sum();
        return (1.0 - (2.0 * PI).sqrt() / point * sum).clamp(0.0, 1.0);
    }
    let term = |k: i32| (-2.0 * f64::from(k * k) * point * point).exp();
    2.0 * (term(1) - term(2) + term(3) - term(4))
}

/// The point that Kolmogorov's distribution exceeds with this probability.
pub(crate) fn kolmogorov_point(probability: f64) -> f64 {
    bisect(0.0, 20.0, |point| kolmogorov_upper(point) > probability)
}

/// Smirnov's limit with the correction of Hodges (1957, equation 5.3), as `SciPy` has it.
pub(super) fn one_sided_limit(first: f64, second: f64, statistic: f64) -> f64 {
    let (large, small) = (first.max(second), first.min(second));
    let point = (large * small / (large + small)).sqrt() * statistic;
    let correction =
        2.0 * point * (large + 2.0 * small) / (large * small * (large + small)).sqrt() / 3.0;
    (-2.0 * point * point - correction).exp().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(found: f64, expected: f64) -> f64 {
        found / expected
    }

    /// Smirnov (1948): the limit's upper points.
    #[test]
    fn the_limit_has_the_published_points() {
        for (point, expected) in [(1.224, 0.1), (1.358, 0.05), (1.628, 0.01), (1.949, 0.001)] {
            assert!((ratio(kolmogorov_upper(point), expected) - 1.0).abs() < 4e-3, "{point}");
        }
        let (below, above) = (kolmogorov_upper(1.0 - 1e-12), kolmogorov_upper(1.0));
        assert!((below - above).abs() < 1e-11);
    }

    /// Where p-values turn from exact to the limit, both must agree within 10 %, down to 1e-10.
    #[test]
    fn the_limit_is_within_a_tenth_of_the_exact_p_value() {
        for (first, second) in
            [(12_000, 12_000), (12_000, 12_001), (500, 20_000), (2_000, 15_000), (7_000, 10_500)]
        {
            let root = (first as f64 * second as f64 / (first + second) as f64).sqrt();
            for point in [0.8, 1.2, 1.6, 2.2, 2.8, 3.4] {
                let statistic = point / root;
                let steps = (statistic * first as f64 * second as f64).round() as i128;
                let exact = two_sided(first, second, steps);
                let (first, second) = (first as f64, second as f64);
                let limit = two_sided_limit(first, second, steps as f64 / (first * second));
                assert!(
                    (ratio(limit, exact) - 1.0).abs() < 0.1,
                    "{first} {second} {point}: {limit:e} {exact:e}"
                );
            }
        }
    }

    #[test]
    fn paths_and_reflections_count_the_same() {
        for (size, reach) in [(1, 1), (5, 2), (40, 9), (300, 40), (300, 290)] {
            let steps = i128::from(size * reach);
            let reflected = two_sided(size, size, steps);
            let walked = walk(size, size, steps, true);
            assert!((ratio(walked, reflected) - 1.0).abs() < 1e-11, "{size}, {reach}");
            let (reflected, walked) =
                (one_sided(size, size, steps), walk(size, size, steps, false));
            assert!((ratio(walked, reflected) - 1.0).abs() < 1e-11, "{size}, {reach}");
        }
    }
}
