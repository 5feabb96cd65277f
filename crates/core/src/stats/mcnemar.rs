use super::normal::chi_square_tail;

/// How much two models differ that answered the same rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct McNemar {
    /// How often only the first was right.
    pub b: u64,
    /// How often only the second was right.
    pub c: u64,
    /// The smaller of both counts for the exact test, else the chi-square statistic.
    pub statistic: f64,
    /// How likely counts at least as different are if neither model is better.
    pub pvalue: f64,
    /// Whether it is the exact test.
    pub exact: bool,
}

impl McNemar {
    /// Up to this many rows that only one got right, the test is exact.
    pub const EXACT_UP_TO: u64 = 1_000;
}

/// McNemar's test: whether two models that differ on `b + c` rows are equally often right.
///
/// `b` is how often only the first was right, `c` how often only the second. Up to
/// [`McNemar::EXACT_UP_TO`] such rows it is the exact test: twice the binomial tail
/// P(X ≤ min(b, c)), X ~ B(b + c, ½), at most 1. Beyond that it is the chi-square test with one
/// degree of freedom and continuity correction, (|b − c| − 1)² / (b + c) (McNemar 1947, Edwards
/// 1948).
pub fn mcnemar(b: u64, c: u64) -> McNemar {
    let total = u128::from(b) + u128::from(c);
    if total <= u128::from(McNemar::EXACT_UP_TO) {
        let pvalue = (2.0 * half_binomial_tail(b.min(c), total as u64)).min(1.0);
        return McNemar { b, c, statistic: b.min(c) as f64, pvalue, exact: true };
    }
    let excess = b.abs_diff(c) as f64 - 1.0;
    let statistic = excess * excess / total as f64;
    McNemar { b, c, statistic, pvalue: chi_square_tail(statistic), exact: false }
}

/// The probability of at most `most` heads in `tosses` tosses of a fair coin.
fn half_binomial_tail(most: u64, tosses: u64) -> f64 {
    // 2⁻¹⁰⁰⁰ is still a full number, so nothing is lost with the smallest term.
    let mut term = 0.5_f64.powi(tosses as i32);
    let mut sum = term;
    for heads in 1..=most {
        term *= (tosses - heads + 1) as f64 / heads as f64;
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_difference_is_no_evidence() {
        let none = mcnemar(0, 0);
        assert!(none.exact);
        assert!((none.pvalue - 1.0).abs() < 1e-15);
        assert!((mcnemar(500, 500).pvalue - 1.0).abs() < 1e-15);
        assert!(mcnemar(600, 600).pvalue > 0.97);
    }

    #[test]
    fn both_tests_agree_where_they_meet() {
        let (exact, large) = (mcnemar(470, 530), mcnemar(470, 531));
        assert!(exact.exact && !large.exact);
        assert!((exact.pvalue - large.pvalue).abs() < 0.01, "{exact:?} {large:?}");
    }

    #[test]
    fn huge_counts_do_no_harm() {
        let huge = mcnemar(u64::MAX, u64::MAX);
        assert!(huge.pvalue > 0.99);
        assert!(mcnemar(u64::MAX, 0).pvalue < 1e-300);
        assert!(mcnemar(1_000, 0).pvalue < 1e-300);
    }
}
