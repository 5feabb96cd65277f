use crate::{
    Error, Result,
    stats::{
        Alternative, Method, Test,
        distribution::{ln_choose, normal_upper},
        sample::{Merged, check, sorted},
    },
};

/// Up to so many numbers in the smaller sample, `Auto` counts, as `SciPy` does.
const EXACT_UP_TO: usize = 8;

/// The most steps that counting may take.
const COUNTABLE: f64 = 1e9;

/// The test of Mann and Whitney: whether numbers of one sample tend to be larger than those of
/// another.
///
/// The statistic is U of the first sample: in how many pairs its number is the larger one, equal
/// ones counted half. The p-value is exact where one sample has at most 8 numbers and there are no
/// ties, else that of the normal limit, corrected for ties and, unless told otherwise, for
/// continuity.
///
/// # Errors
/// [`Error::InvalidInput`] if a sample is empty or has a NaN, or if an exact p-value is asked for
/// with ties or where it would take minutes.
pub fn mannwhitneyu(
    first: &[f64],
    second: &[f64],
    is_continuity_corrected: bool,
    alternative: Alternative,
    method: Method,
) -> Result<Test> {
    check("first", first, 1)?;
    check("second", second, 1)?;
    let (n1, n2) = (first.len() as f64, second.len() as f64);
    let ranks = Ranked::of(&sorted(first), &sorted(second));
    let above = ranks.sum - n1 * (n1 + 1.0) / 2.0;
    let below = n1 * n2 - above;
    let reached = match alternative {
        Alternative::TwoSided => above.max(below),
        Alternative::Greater => above,
        Alternative::Less => below,
    };
    let smaller = first.len().min(second.len());
    let steps = smaller as f64 * n1 * n2;
    let is_exact = match method {
        Method::Auto => smaller <= EXACT_UP_TO && !ranks.has_ties && steps <= COUNTABLE,
        Method::Exact if ranks.has_ties => {
            return Err(Error::invalid("method", "exact is not defined where numbers are equal"));
        }
        Method::Exact if steps > COUNTABLE => {
            let problem = format!("exact takes {steps:e} steps, allowed are {COUNTABLE:e}");
            return Err(Error::invalid("method", problem));
        }
        // There must be no more ways than numbers can tell.
        Method::Exact if ln_choose(n1 + n2, n1) > 700.0 => {
            let problem = format!("exact is for fewer numbers than {n1} and {n2}");
            return Err(Error::invalid("method", problem));
        }
        Method::Exact => true,
        Method::Asymptotic => false,
    };
    let tail = if is_exact {
        exact_upper(reached, smaller, first.len().max(second.len()))
    } else {
        let total = n1 + n2;
        let ties = ranks.ties / (total * (total - 1.0));
        let deviation = (n1 * n2 / 12.0 * (total + 1.0 - ties)).sqrt();
        let shift = if is_continuity_corrected { 0.5 } else { 0.0 };
        let excess = reached - n1 * n2 / 2.0 - shift;
        if deviation > 0.0 { normal_upper(excess / deviation) } else { 1.0 }
    };
    let sides = if alternative == Alternative::TwoSided { 2.0 } else { 1.0 };
    Ok(Test { statistic: above, pvalue: (sides * tail).clamp(0.0, 1.0) })
}

struct Ranked {
    /// The sum of the ranks of the first sample, equal numbers sharing theirs.
    sum: f64,
    /// The sum of t³ − t over all values, each t times there.
    ties: f64,
    has_ties: bool,
}

impl Ranked {
    fn of(first: &[f64], second: &[f64]) -> Self {
        let mut ranked = Self { sum: 0.0, ties: 0.0, has_ties: false };
        let mut before = 0_usize;
        for (_, more_first, more_second) in Merged::new(first, second) {
            let here = more_first + more_second;
            let count = here as f64;
            ranked.sum += more_first as f64 * (before as f64 + f64::midpoint(count, 1.0));
            ranked.ties += count * count * count - count;
            ranked.has_ties |= here > 1;
            before += here;
        }
        ranked
    }
}

/// P(U ≥ reached) by counting: the number of ways to each U are the coefficients of a Gaussian
/// binomial, ∏ (1 − qⁿ⁺ⁱ) / (1 − qⁱ), which is symmetric.
fn exact_upper(reached: f64, small: usize, large: usize) -> f64 {
    let product = small * large;
    // The upper tail from `reached` on is the lower one up to here.
    let most = product as f64 - reached.ceil();
    if most < 0.0 {
        return 0.0;
    }
    #[expect(clippy::cast_sign_loss, reason = "it was just found not to be negative")]
    let most = (most as usize).min(product);
    if most == product {
        return 1.0;
    }
    // A tail of more than half is what the shorter one leaves.
    if most > product / 2 {
        return 1.0 - exact_lower(product - most - 1, small, large);
    }
    exact_lower(most, small, large)
}

fn exact_lower(most: usize, small: usize, large: usize) -> f64 {
    let mut ways = vec![0.0; most + 1];
    ways[0] = 1.0;
    let mut all = 1.0;
    for round in 1..=small {
        let step = large + round;
        for place in (step..=most).rev() {
            ways[place] -= ways[place - step];
        }
        for place in round..=most {
            ways[place] += ways[place - round];
        }
        all *= step as f64 / round as f64;
    }
    ways.iter().sum::<f64>() / all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From Mann and Whitney (1947), table I: P(U ≤ 3) for samples of 4 and 5, and of 8 and 8
    /// P(U ≤ 13).
    #[test]
    fn counts_are_the_published_ones() {
        assert!((exact_lower(3, 4, 5) - 0.056).abs() < 5e-4);
        assert!((exact_lower(13, 8, 8) - 0.025).abs() < 5e-4);
    }

    #[test]
    fn all_ways_are_one() {
        for (small, large) in [(1, 1), (3, 7), (8, 50)] {
            assert!((exact_lower(small * large, small, large) - 1.0).abs() < 1e-12);
        }
    }
}
